//! Finds zones by their Windows names, which Outlook and Exchange write, with CLDR's table.

use std::collections::HashMap;
use std::sync::OnceLock;

use icu_time::TimeZone;
use icu_time::zone::WindowsParser;
use icu_time::zone::iana::IanaParserExtended;

/// Returns the canonical IANA name for a Windows name such as `W. Europe Standard Time`.
pub(super) fn iana(name: &str) -> Option<&'static str> {
    let parser = WindowsParser::new();
    let spellings = [name.to_owned(), capitalized(name), with_initials(name)];
    let zone = spellings.iter().find_map(|spelling| parser.parse(spelling, None))?;
    names().get(&zone).copied()
}

fn names() -> &'static HashMap<TimeZone, &'static str> {
    static NAMES: OnceLock<HashMap<TimeZone, &'static str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let all = IanaParserExtended::new().iter();
        all.map(|entry| (entry.time_zone, entry.canonical)).collect()
    })
}

/// Returns the name with each word capitalized, as in most names, for programs that write them in another case.
fn capitalized(name: &str) -> String {
    let words = name.split_whitespace().map(|word| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Returns the name with its first word in capitals, as in `AUS Eastern Standard Time` and `UTC`.
fn with_initials(name: &str) -> String {
    let name = capitalized(name);
    let end = name.find(' ').unwrap_or(name.len());
    name[..end].to_ascii_uppercase() + &name[end..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_names_have_the_zone_of_the_world() {
        for (windows, expected) in [
            ("Eastern Standard Time", "America/New_York"),
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("Romance Standard Time", "Europe/Paris"),
            ("GMT Standard Time", "Europe/London"),
            ("E. South America Standard Time", "America/Sao_Paulo"),
            ("FLE Standard Time", "Europe/Kyiv"),
            ("AUS Eastern Standard Time", "Australia/Sydney"),
            ("India Standard Time", "Asia/Kolkata"),
            ("pacific standard time", "America/Los_Angeles"),
        ] {
            assert_eq!(iana(windows), Some(expected), "{windows}");
        }
        assert!(iana("UTC").is_some_and(|name| name.ends_with("UTC")));
        assert_eq!(iana("Customized Time Zone"), None);
        assert_eq!(iana("Über Zeit"), None);
        assert_eq!(iana(""), None);
    }

    #[test]
    fn names_that_begin_with_an_abbreviation_are_known_in_any_case() {
        for name in [
            "AUS Central Standard Time",
            "AUS Eastern Standard Time",
            "Aus Central W. Standard Time",
            "E. Europe Standard Time",
            "FLE Standard Time",
            "GMT Standard Time",
            "GTB Standard Time",
            "N. Central Asia Standard Time",
            "SA Eastern Standard Time",
            "SA Pacific Standard Time",
            "SA Western Standard Time",
            "SE Asia Standard Time",
            "US Eastern Standard Time",
            "US Mountain Standard Time",
            "UTC",
            "UTC+12",
            "W. Mongolia Standard Time",
        ] {
            let known = iana(name);
            assert!(known.is_some(), "{name}");
            assert_eq!(iana(&name.to_lowercase()), known, "{name}");
            assert_eq!(iana(&name.to_uppercase()), known, "{name}");
        }
    }
}
