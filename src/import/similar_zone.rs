//! Finds the zone with the rules of a VTIMEZONE whose name is unknown.

use chrono::{Datelike as _, NaiveDate, TimeDelta};

use super::definition::Definition;
use crate::zone::{Naming, Rules, Zone};

/// Returns a zone that agrees with a VTIMEZONE from the first to the last year of a file. A zone whose city is in the
/// TZID comes first, then a well-known one.
pub(super) fn zone_like(
    definition: &Definition,
    tzid: &str,
    rules: &Rules,
    years: (i32, i32),
) -> Option<Zone> {
    let lower = tzid.to_lowercase().replace(' ', "_");
    let mut candidates: Vec<(usize, &str)> = Rules::bundled_names()
        .filter(|name| name.contains('/') && !name.starts_with("Etc/"))
        .filter_map(|name| {
            let city = name.rsplit('/').next().unwrap_or_default().to_lowercase();
            let said = lower.find(&city).filter(|_| city.len() > 3);
            let known = KNOWN.iter().position(|known| *known == name);
            Some((said.or_else(|| known.map(|at| at + 1_000))?, name))
        })
        .collect();
    candidates.sort_unstable();
    candidates.into_iter().find_map(|(_, name)| {
        let zone = rules.known(name)?;
        let is_place = *zone.naming() == Naming::Place;
        (is_place && is_like(definition, &zone, years)).then_some(zone)
    })
}

fn is_like(definition: &Definition, zone: &Zone, years: (i32, i32)) -> bool {
    let first = NaiveDate::from_ymd_opt(years.0, 1, 5).expect("a year that dates have");
    let days = first.iter_days().step_by(10).take_while(|day| day.year() <= years.1);
    days.filter_map(|day| day.and_hms_opt(12, 0, 0)).all(|noon| {
        let instant = (noon - TimeDelta::seconds(definition.offset(noon))).and_utc();
        zone.local(instant) == noon
    })
}

/// Well-known zones by population, for files that only have rules.
const KNOWN: [&str; 36] = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Phoenix",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Halifax",
    "America/St_Johns",
    "America/Mexico_City",
    "America/Bogota",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Athens",
    "Europe/Istanbul",
    "Europe/Moscow",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "Africa/Nairobi",
    "Africa/Cairo",
    "Asia/Jerusalem",
    "Asia/Dubai",
    "Asia/Tehran",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Dhaka",
    "Asia/Bangkok",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Australia/Perth",
    "Australia/Adelaide",
    "Australia/Brisbane",
    "Australia/Sydney",
    "Pacific/Auckland",
];
