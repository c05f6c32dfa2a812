//! Any bytes as a revisions file: refused with a line, or a state that a list can be published on.
#![no_main]

use std::sync::LazyLock;

use chrono::DateTime;
use convene::config;
use convene::model::Catalog;
use convene::paths::Paths;
use convene::publish::plan;
use convene::revisions::store::{parse, print};
use convene::site::Site;
use convene::source::Source;
use convene::zone::Rules;
use libfuzzer_sys::fuzz_target;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let bytes = include_bytes!("../../sessions.toml").to_vec();
    let source = Source::from_bytes("sessions.toml", bytes);
    config::load(&source, &Rules::bundled()).catalog.expect("the example is without errors")
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(before) = parse(bytes) else { return };
    let printed = print(&before);
    assert_eq!(parse(printed.as_bytes()).as_ref(), Ok(&before));
    let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let base = CATALOG.calendar.url.clone().expect("the example has an address");
    let plan = plan(CATALOG.clone(), Paths::new(base), Default::default(), &before, now);
    for (id, entry) in before.sessions.iter() {
        if let Some(after) = plan.revisions.sessions.get(id).filter(|after| after.uid == entry.uid) {
            assert!(after.sequence >= entry.sequence, "{id}");
            assert!(after.last_modified >= entry.last_modified, "{id}");
            if after.last_modified == entry.last_modified {
                assert_eq!(after.changes, entry.changes, "{id}");
            }
        }
    }
    let _ = Site::build(&plan.edition, plan.calendars);
});
