//! Knows common names of time zones that the tz database does not have.

use crate::zone::{Naming, Rules, Zone};

/// Returns the zone of an abbreviation, a country's name for it, a city that tzdata does not have, or a Windows name.
pub(super) fn zone(word: &str, rules: &Rules) -> Option<Zone> {
    let lower = word.trim().to_lowercase();
    match ZONES.iter().find(|(_, words)| words.contains(&lower.as_str())) {
        Some((zone, _)) => rules.zone(zone).ok(),
        None => rules.of_windows(word.trim()),
    }
}

/// Returns the preferred name of the zone that a word refers to: a city in place of a legacy name or an abbreviation.
pub(super) fn place_of_zone(word: &str, rules: &Rules) -> Option<String> {
    let lower = word.to_lowercase();
    let place = ["local time", "time", "uhr"]
        .iter()
        .find_map(|end| lower.strip_suffix(end))
        .unwrap_or(&lower);
    let of_place = || zone(place, rules).or_else(|| rules.of_city(place.trim()));
    let zone = rules.known(word).or_else(|| zone(word, rules)).or_else(of_place)?;
    Some(match zone.naming() {
        Naming::Place | Naming::Etc => zone.name().to_owned(),
        Naming::Legacy(today) => today.clone(),
        Naming::Abbreviation(place) => (*place).to_owned(),
    })
}

/// Zones with an offset from UTC, for names such as `GMT+1` or `UTC-05:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OffsetPlaces {
    /// One that has the offset in winter, and summer time.
    pub(super) with_summer: Option<&'static str>,
    /// One that has it all year.
    pub(super) all_year: Option<&'static str>,
}

/// Returns zones with the offset that a name has.
pub(super) fn places_of_offset(name: &str) -> Option<OffsetPlaces> {
    const PLACES: [(&str, &str, &str); 20] = [
        ("-10", "", "Pacific/Honolulu"),
        ("-9", "America/Anchorage", ""),
        ("-8", "America/Los_Angeles", ""),
        ("-7", "America/Denver", "America/Phoenix"),
        ("-6", "America/Chicago", "America/Costa_Rica"),
        ("-5", "America/New_York", "America/Bogota"),
        ("-4", "America/Halifax", "America/Puerto_Rico"),
        ("-3", "", "America/Sao_Paulo"),
        ("+0", "Europe/London", "Africa/Accra"),
        ("+1", "Europe/Berlin", "Africa/Lagos"),
        ("+2", "Europe/Athens", "Africa/Johannesburg"),
        ("+3", "", "Africa/Nairobi"),
        ("+4", "", "Asia/Dubai"),
        ("+5:30", "", "Asia/Kolkata"),
        ("+7", "", "Asia/Bangkok"),
        ("+8", "", "Asia/Singapore"),
        ("+9", "", "Asia/Tokyo"),
        ("+10", "Australia/Sydney", "Australia/Brisbane"),
        ("+11", "", "Pacific/Noumea"),
        ("+12", "Pacific/Auckland", ""),
    ];
    let upper = name.trim().to_uppercase().replace([' ', '(', ')'], "").replace('\u{2212}', "-");
    let offset = ["GMT", "UTC", ""].iter().find_map(|start| upper.strip_prefix(start))?;
    let (sign, digits) = (offset.get(..1)?, offset.get(1..)?);
    let hours = match digits.strip_suffix(":00") {
        Some(hours) => hours,
        None if digits.len() == 4 && !digits.contains(':') => digits.strip_suffix("00")?,
        None => digits,
    };
    let hours = if hours.len() > 1 { hours.strip_prefix('0').unwrap_or(hours) } else { hours };
    let of = |place: &'static str| (!place.is_empty()).then_some(place);
    let places = PLACES.iter().find(|(own, ..)| *own == format!("{sign}{hours}"));
    places.map(|(_, with_summer, all_year)| OffsetPlaces {
        with_summer: of(with_summer),
        all_year: of(all_year),
    })
}

/// Zones with their names in lower case. Windows names come from CLDR.
const ZONES: [(&str, &[&str]); 24] = [
    (
        "America/Los_Angeles",
        &[
            "pt",
            "pst",
            "pdt",
            "pacific",
            "pacific time",
            "san francisco",
            "seattle",
            "oakland",
            "san diego",
            "portland",
            "america/san_francisco",
            "america/seattle",
        ],
    ),
    ("America/Denver", &["mt", "mdt", "mountain", "mountain time", "salt lake city"]),
    (
        "America/Chicago",
        &[
            "ct",
            "cst",
            "cdt",
            "central",
            "central time",
            "dallas",
            "houston",
            "austin",
            "minneapolis",
            "new orleans",
        ],
    ),
    (
        "America/New_York",
        &[
            "et",
            "edt",
            "eastern",
            "eastern time",
            "boston",
            "washington",
            "washington dc",
            "washington, dc",
            "miami",
            "atlanta",
            "philadelphia",
            "america/boston",
            "america/washington",
        ],
    ),
    ("America/Halifax", &["at", "ast", "adt", "atlantic time"]),
    ("America/Toronto", &["ottawa"]),
    ("America/Sao_Paulo", &["rio", "rio de janeiro", "brasilia"]),
    ("Europe/London", &["bst", "uk", "edinburgh", "manchester"]),
    ("Europe/Paris", &["cest", "france", "lyon"]),
    ("Europe/Berlin", &["mez", "mesz", "germany", "munich", "hamburg", "frankfurt", "cologne"]),
    ("Europe/Madrid", &["spain", "barcelona"]),
    ("Europe/Rome", &["italy", "milan"]),
    ("Europe/Zurich", &["geneva", "bern"]),
    ("Europe/Athens", &["eest"]),
    ("Europe/Moscow", &["msk"]),
    ("Africa/Johannesburg", &["sast", "cape town", "south africa"]),
    ("Africa/Lagos", &["wat", "abuja"]),
    ("Africa/Nairobi", &["eat", "kenya"]),
    ("Asia/Kolkata", &["ist", "india", "mumbai", "delhi", "new delhi", "bangalore"]),
    ("Asia/Shanghai", &["china", "beijing"]),
    ("Asia/Tokyo", &["jst", "osaka"]),
    ("Australia/Sydney", &["aest", "aedt", "canberra"]),
    ("Pacific/Auckland", &["nzst", "nzdt", "new zealand", "wellington"]),
    ("UTC", &["gmt+0", "utc+0", "coordinated universal time"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_call_a_zone_leads_to_a_real_one() {
        let rules = Rules::bundled();
        let named = |word: &str| zone(word, &rules).map(|zone| zone.name().to_owned());
        assert_eq!(named("PT").as_deref(), Some("America/Los_Angeles"));
        assert_eq!(named("San Francisco").as_deref(), Some("America/Los_Angeles"));
        assert_eq!(named("Eastern Standard Time").as_deref(), Some("America/New_York"));
        assert_eq!(named("w. europe standard time").as_deref(), Some("Europe/Berlin"));
        assert_eq!(named("Atlantis"), None);
        for word in ZONES.iter().flat_map(|(_, words)| *words) {
            assert_eq!(*zone(word, &rules).unwrap().naming(), Naming::Place, "{word}");
        }
    }

    #[test]
    fn an_offset_leads_to_a_place_that_has_it_in_winter() {
        // The test covers 16 offsets, each written in 6 ways.
        let rules = Rules::bundled();
        let january =
            chrono::DateTime::<chrono::Utc>::default() + chrono::TimeDelta::days(57 * 365 + 25);
        for hours in [-10, -9, -8, -7, -6, -5, -4, -3, 0, 1, 2, 3, 4, 7, 8, 9] {
            for name in [
                format!("GMT{hours:+}"),
                format!("UTC{hours:+}"),
                format!("UTC{hours:+03}:00"),
                format!("{hours:+03}:00"),
                format!("{hours:+03}00"),
                format!("gmt {hours:+}"),
            ] {
                let places = places_of_offset(&name).unwrap_or_else(|| panic!("{name}"));
                let place = places.with_summer.or(places.all_year).unwrap();
                let offset = rules.zone(place).unwrap().offset(january);
                // The southern hemisphere has summer at that time.
                assert!([hours * 3600, hours * 3600 + 3600].contains(&offset), "{name} {place}");
                let july = january + chrono::TimeDelta::days(181);
                if let Some(place) = places.with_summer {
                    let zone = rules.zone(place).unwrap();
                    assert_ne!(zone.offset(january), zone.offset(july), "{place}");
                }
                if let Some(place) = places.all_year {
                    let zone = rules.zone(place).unwrap();
                    let both = [zone.offset(january), zone.offset(july)];
                    assert_eq!(both, [hours * 3600; 2], "{name} {place}");
                }
            }
        }
        assert_eq!(places_of_offset("GMT+5:30").unwrap().all_year, Some("Asia/Kolkata"));
        assert_eq!(places_of_offset("Mars"), None);
        assert_eq!(place_of_zone("New York time", &rules).as_deref(), Some("America/New_York"));
    }

    #[test]
    fn no_word_for_a_zone_is_also_a_name_that_windows_has() {
        let rules = Rules::bundled();
        for (zone, words) in ZONES {
            for word in words {
                assert_eq!(*word, word.to_lowercase());
                assert!(rules.of_windows(word).is_none(), "{word} for {zone}");
            }
        }
    }
}
