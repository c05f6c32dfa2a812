//! The shared parts of the fuzz targets.

use std::sync::Arc;

use convene::config;
use convene::urls::Urls;
use convene::publish::plan;
use convene::revisions::Revisions;
use convene::site::{CacheSize, Site};
use convene::source::Source;
use convene::zone::Rules;

/// Returns the site of the example.
pub fn example() -> Site {
    let bytes = include_bytes!("../../sessions.toml").to_vec();
    let source = Source::from_bytes("sessions.toml", bytes);
    let catalog = config::load(&source, &Rules::bundled()).catalog.expect("the example is right");
    let base = catalog.calendar.url.clone().expect("the example has an address");
    let now = chrono::DateTime::from_timestamp(1_700_000_000, 0).expect("it is in range");
    let plan = plan(catalog, Urls::new(base), Default::default(), &Revisions::default(), now);
    Site::build(Arc::new(plan.edition), plan.calendars, CacheSize::default())
}
