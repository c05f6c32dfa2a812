//! Fuzzes the parser of `sessions.toml`: parses any bytes, prints the findings in both formats, and publishes a file
//! without errors.
#![no_main]

use std::sync::{Arc, LazyLock};

use convene::config;
use convene::model::BaseUrl;
use convene::urls::Urls;
use convene::publish::plan;
use convene::revisions::Revisions;
use convene::site::{CacheSize, Site};
use convene::source::Source;
use convene::visible::is_hidden;
use convene::zone::Rules;
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<Rules> = LazyLock::new(Rules::bundled);

fuzz_target!(|bytes: &[u8]| {
    let source = Source::from_bytes("sessions.toml", bytes.to_vec());
    let checked = config::load(&source, &RULES);
    for colour in [false, true] {
        let human = checked.findings.human(&source, colour);
        // Colors are escape sequences themselves.
        assert!(colour || !human.contains(is_hidden), "{human:?}");
    }
    let json = checked.findings.json(&source);
    assert!(!json.contains(is_hidden), "{json:?}");
    if let Some(catalog) = checked.catalog {
        let base = catalog.calendar.url.clone();
        let urls = Urls::new(base.unwrap_or_else(|| BaseUrl::parse("http://a.example").unwrap()));
        let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let plan = plan(catalog, urls, Default::default(), &Revisions::default(), now);
        assert!(plan.unproven.is_empty(), "{:?}", plan.unproven);
        let site = Site::build(Arc::new(plan.edition), plan.calendars, CacheSize::default());
        assert!(site.documents().count() > 0);
    }
});
