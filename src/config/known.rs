//! What people write for zones, addresses and lengths, in the form that is read here.

/// An address that only lacks its scheme, or has spaces, with both mended.
pub(super) fn url(text: &str) -> Option<String> {
    let text = text.trim().replace(' ', "%20");
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    match text.contains("://") {
        true => Some(text),
        false => {
            (host.contains('.') && !host.contains([':', '@'])).then(|| format!("https://{text}"))
        }
    }
}

/// A length in words, such as `90 minutes` or `1.5 hours`, in the form that is read.
pub(super) fn length(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let digits = lower.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(lower.len());
    let (number, unit) = lower.split_at(digits);
    let number: f64 = number.parse().ok()?;
    let minutes = match unit.trim().trim_end_matches('s') {
        "" | "m" | "min" | "minute" => number,
        "h" | "hr" | "hour" => number * 60.0,
        "d" | "day" => return (number.fract() == 0.0).then(|| format!("{number}d")),
        _ => return None,
    };
    (minutes.fract() == 0.0).then(|| format!("{minutes}m"))
}

/// The zone of an abbreviation, a country's word for it, or a city that tzdata has no name for.
pub(super) fn zone(word: &str) -> Option<&'static str> {
    const ZONES: [(&str, &[&str]); 24] = [
        (
            "America/Los_Angeles",
            &[
                "pt",
                "pst",
                "pdt",
                "pacific",
                "pacific time",
                "pacific standard time",
                "san francisco",
                "seattle",
                "oakland",
                "san diego",
                "portland",
                "america/san_francisco",
                "america/seattle",
            ],
        ),
        (
            "America/Denver",
            &["mt", "mdt", "mountain", "mountain time", "mountain standard time", "salt lake city"],
        ),
        (
            "America/Chicago",
            &[
                "ct",
                "cst",
                "cdt",
                "central",
                "central time",
                "central standard time",
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
                "eastern standard time",
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
        ("America/Halifax", &["at", "ast", "adt", "atlantic time", "atlantic standard time"]),
        ("America/Toronto", &["ottawa"]),
        ("America/Sao_Paulo", &["rio", "rio de janeiro", "brasilia"]),
        ("Europe/London", &["bst", "uk", "edinburgh", "manchester"]),
        (
            "Europe/Paris",
            &["cest", "france", "lyon", "w. europe standard time", "romance standard time"],
        ),
        ("Europe/Berlin", &["mez", "mesz", "germany", "munich", "hamburg", "frankfurt", "cologne"]),
        ("Europe/Madrid", &["spain", "barcelona"]),
        ("Europe/Rome", &["italy", "milan"]),
        ("Europe/Zurich", &["geneva", "bern"]),
        ("Europe/Athens", &["eest"]),
        ("Europe/Moscow", &["msk"]),
        ("Africa/Johannesburg", &["sast", "cape town", "south africa"]),
        ("Africa/Lagos", &["wat", "abuja"]),
        ("Africa/Nairobi", &["eat", "kenya"]),
        (
            "Asia/Kolkata",
            &["ist", "india", "mumbai", "delhi", "new delhi", "bangalore", "india standard time"],
        ),
        ("Asia/Shanghai", &["china", "beijing", "china standard time"]),
        ("Asia/Tokyo", &["jst", "osaka", "tokyo standard time"]),
        ("Australia/Sydney", &["aest", "aedt", "canberra", "aus eastern standard time"]),
        (
            "Pacific/Auckland",
            &["nzst", "nzdt", "new zealand", "wellington", "new zealand standard time"],
        ),
        ("UTC", &["gmt+0", "utc+0", "coordinated universal time"]),
    ];
    let word = word.trim().to_lowercase();
    ZONES.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(zone, _)| *zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::{Naming, Rules};

    #[test]
    fn what_people_call_a_zone_leads_to_a_real_one() {
        assert_eq!(zone("PT"), Some("America/Los_Angeles"));
        assert_eq!(zone("San Francisco"), Some("America/Los_Angeles"));
        assert_eq!(zone("Eastern Standard Time"), Some("America/New_York"));
        assert_eq!(zone("Atlantis"), None);
        let rules = Rules::bundled();
        for word in ["pt", "mt", "ct", "et", "at", "bst", "cest", "ist", "jst", "aest", "nzst"] {
            let zone = rules.zone(zone(word).unwrap()).unwrap();
            assert_eq!(*zone.naming(), Naming::Place, "{word}");
        }
    }

    #[test]
    fn lengths_and_addresses_are_mended() {
        assert_eq!(length("90 minutes").as_deref(), Some("90m"));
        assert_eq!(length("1.5 hours").as_deref(), Some("90m"));
        assert_eq!(length("2 days").as_deref(), Some("2d"));
        assert_eq!(length("soon"), None);
        assert_eq!(url("example.org/a b").as_deref(), Some("https://example.org/a%20b"));
        assert_eq!(url("mailto:a@b.example"), None);
    }
}
