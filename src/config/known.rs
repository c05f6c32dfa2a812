//! Common names of time zones that the tz database does not have.

use crate::zone::{Naming, Rules, Zone};

/// The zone of an abbreviation, a country's name for it, a city that tzdata does not have, or a Windows name.
pub(super) fn zone(word: &str, rules: &Rules) -> Option<Zone> {
    let lower = word.trim().to_lowercase();
    match ZONES.iter().find(|(_, words)| words.contains(&lower.as_str())) {
        Some((zone, _)) => rules.zone(zone).ok(),
        None => rules.of_windows(word.trim()),
    }
}

/// The name of the zone that a word stands for, as it should be written: the city of a legacy name or an abbreviation.
pub(super) fn place_of_zone(word: &str, rules: &Rules) -> Option<String> {
    let zone = rules.zone(word).ok().or_else(|| zone(word, rules))?;
    Some(match zone.naming() {
        Naming::Place | Naming::Etc => zone.name().to_owned(),
        Naming::Legacy(today) => today.clone(),
        Naming::Abbreviation(place) => (*place).to_owned(),
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
