//! Finds zones by the names that Windows shows, such as `(UTC-05:00) Eastern Time (US & Canada)`, which old versions of
//! Exchange and some sites write as a TZID without a VTIMEZONE.
//!
//! A table has the names without cities. The other names list cities in the language of the program. One city that
//! tzdata knows, together with the offset before the name, identifies the zone.

use std::collections::HashSet;
use std::sync::OnceLock;

use chrono::NaiveDate;

use super::definition::offset;
use crate::zone::{Rules, Zone};

/// The largest number of cities in a name.
const MOST_CITIES: usize = 8;

/// Names without a city that tzdata knows, with the Windows names of their zones.
const NAMES: [(&str, &str); 48] = [
    ("Abu Dhabi, Muscat", "Arabian Standard Time"),
    ("Alaska", "Alaskan Standard Time"),
    ("Arizona", "US Mountain Standard Time"),
    ("Astana", "Central Asia Standard Time"),
    ("Atlantic Time (Canada)", "Atlantic Standard Time"),
    ("Baja California", "Pacific Standard Time (Mexico)"),
    ("Beijing, Chongqing, Hong Kong, Urumqi", "China Standard Time"),
    ("Brasilia", "E. South America Standard Time"),
    ("Cabo Verde Is.", "Cape Verde Standard Time"),
    ("Cape Verde Is.", "Cape Verde Standard Time"),
    ("Central America", "Central America Standard Time"),
    ("Central Time (US & Canada)", "Central Standard Time"),
    ("Chetumal", "Eastern Standard Time (Mexico)"),
    ("City of Buenos Aires", "Argentina Standard Time"),
    ("Coordinated Universal Time", "UTC"),
    ("Coordinated Universal Time-02", "UTC-02"),
    ("Coordinated Universal Time-08", "UTC-08"),
    ("Coordinated Universal Time-09", "UTC-09"),
    ("Coordinated Universal Time-11", "UTC-11"),
    ("Coordinated Universal Time+12", "UTC+12"),
    ("Coordinated Universal Time+13", "UTC+13"),
    ("Easter Island", "Easter Island Standard Time"),
    ("Eastern Time (US & Canada)", "Eastern Standard Time"),
    ("Ekaterinburg", "Ekaterinburg Standard Time"),
    ("Greenland", "Greenland Standard Time"),
    ("Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London", "GMT Standard Time"),
    ("Haiti", "Haiti Standard Time"),
    ("Hawaii", "Hawaiian Standard Time"),
    ("Indiana (East)", "US Eastern Standard Time"),
    ("International Date Line West", "Dateline Standard Time"),
    ("Kiritimati Island", "Line Islands Standard Time"),
    ("Lord Howe Island", "Lord Howe Standard Time"),
    ("Mid-Atlantic", "UTC-02"),
    ("Mountain Time (US & Canada)", "Mountain Standard Time"),
    ("Newfoundland", "Newfoundland Standard Time"),
    ("Newfoundland and Labrador", "Newfoundland Standard Time"),
    ("Nuku'alofa", "Tonga Standard Time"),
    ("Pacific Time (US & Canada)", "Pacific Standard Time"),
    ("Pacific Time (US & Canada); Tijuana", "Pacific Standard Time"),
    ("Port Louis", "Mauritius Standard Time"),
    ("Samoa", "Samoa Standard Time"),
    ("Saskatchewan", "Canada Central Standard Time"),
    ("Solomon Is., New Caledonia", "Central Pacific Standard Time"),
    ("Sri Jayawardenepura", "Sri Lanka Standard Time"),
    ("Turks and Caicos", "Turks And Caicos Standard Time"),
    ("West Central Africa", "W. Central Africa Standard Time"),
    ("Yangon (Rangoon)", "Myanmar Standard Time"),
    ("Yukon", "Yukon Standard Time"),
];

/// Returns the zone of a display name. Its standard offset in `year` must be the offset in the name.
pub(super) fn zone(tzid: &str, rules: &Rules, year: i32) -> Option<Zone> {
    let (hours, name) = parts(tzid);
    // Exchange also writes `US and Canada`.
    let same = |name: &str| name.to_lowercase().replace(" & ", " and ");
    let wanted = same(name);
    if let Some((_, windows)) = NAMES.iter().find(|(own, _)| same(own) == wanted) {
        return if *windows == "UTC" { rules.known("UTC") } else { rules.of_windows(windows) };
    }
    let hours = hours?;
    let cities = name.split([',', '/', ';']).map(str::trim).take(MOST_CITIES);
    let known = cities.filter(|city| cities_of_tzdata().contains(&city.to_lowercase()));
    let mut zones = known.filter_map(|city| rules.of_city(city));
    zones.find(|zone| standard_offset(zone, year) == Some(hours))
}

/// Returns the offset in seconds, and the rest of a display name.
fn parts(tzid: &str) -> (Option<i64>, &str) {
    let inner = ["(UTC", "(GMT"].iter().find_map(|start| tzid.strip_prefix(start));
    match inner.and_then(|inner| inner.split_once(')')) {
        Some((digits, name)) => {
            let digits = digits.replace(['.', ' '], ":").replace('\u{2212}', "-");
            let seconds = match digits.is_empty() {
                true => Some(0),
                false => offset(&digits),
            };
            (seconds, name.trim())
        }
        None => (None, tzid),
    }
}

/// Returns the lower of the offsets of two seasons, in seconds.
fn standard_offset(zone: &Zone, year: i32) -> Option<i64> {
    let noon = |month| NaiveDate::from_ymd_opt(year, month, 15)?.and_hms_opt(12, 0, 0);
    let offset = |month| Some(i64::from(zone.offset(noon(month)?.and_utc())));
    Some(offset(1)?.min(offset(7)?))
}

/// Returns the cities in the names of zones, in lower case.
fn cities_of_tzdata() -> &'static HashSet<String> {
    static CITIES: OnceLock<HashSet<String>> = OnceLock::new();
    CITIES.get_or_init(|| {
        let cities = Rules::bundled_names().filter_map(|name| Some(name.rsplit_once('/')?.1));
        cities.map(|city| city.replace('_', " ").to_lowercase()).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_table_has_a_zone() {
        let rules = Rules::bundled();
        for (name, windows) in NAMES {
            assert!(zone(name, &rules, 2027).is_some(), "{name}: {windows}");
            for other in
                [name.to_lowercase(), name.replace('&', "and"), name.replace(" and ", " & ")]
            {
                assert_eq!(zone(&other, &rules, 2027), zone(name, &rules, 2027), "{other}");
            }
        }
    }

    #[test]
    fn the_names_of_several_versions_and_languages_are_known() {
        let rules = Rules::bundled();
        for (name, expected) in [
            ("(UTC-05:00) Eastern Time (US & Canada)", "America/New_York"),
            ("(GMT-05:00) Eastern Time (US & Canada)", "America/New_York"),
            ("(GMT-05.00) Eastern Time (US & Canada)", "America/New_York"),
            ("Pacific Time (US & Canada)", "America/Los_Angeles"),
            ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Amsterdam"),
            ("(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien", "Europe/Amsterdam"),
            ("(GMT+01.00) Sarajevo/Warsaw/Zagreb", "Europe/Sarajevo"),
            ("(UTC+00:00) Dublin, Edinburgh, Lisbon, London", "Europe/Dublin"),
            ("(UTC) Coordinated Universal Time", "UTC"),
            ("(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius", "Europe/Helsinki"),
            ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Kolkata"),
            ("(UTC+10:00) Canberra, Melbourne, Sydney", "Australia/Sydney"),
            ("(UTC-04:00) Georgetown, La Paz, Manaus, San Juan", "America/La_Paz"),
            ("(UTC+12:00) Auckland, Wellington", "Pacific/Auckland"),
            ("(UTC+09:00) Osaka, Sapporo, Tokyo", "Asia/Tokyo"),
            ("(UTC-07:00) Arizona", "America/Phoenix"),
        ] {
            let found = zone(name, &rules, 2027).map(|zone| zone.name().to_owned());
            assert_eq!(found.as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn a_city_with_another_offset_is_not_meant() {
        let rules = Rules::bundled();
        for name in ["(UTC-07:00) La Paz", "(UTC+01:00) Nowhere", "Berlin", "(UTC+01:00)", "(UTC+"]
        {
            assert_eq!(zone(name, &rules, 2027), None, "{name}");
        }
    }
}
