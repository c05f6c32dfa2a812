//! The names of zones: the name written into calendars, and the kind of name that the author used.

use icu_time::zone::iana::IanaParserExtended;

/// The kind of name that the author used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Naming {
    /// The current name of a location, or `UTC`.
    Place,
    /// A legacy name, with the current name of the same zone.
    Legacy(String),
    /// An abbreviation that tzdata still has, with the probable location.
    Abbreviation(&'static str),
    /// A fixed offset under `Etc/`, whose sign is the opposite of what people expect.
    Etc,
}

/// Abbreviations that are zones in tzdata, each with the probable location.
const ABBREVIATIONS: [(&str, &str); 11] = [
    ("CET", "Europe/Paris"),
    ("CST6CDT", "America/Chicago"),
    ("EET", "Europe/Athens"),
    ("EST", "America/New_York"),
    ("EST5EDT", "America/New_York"),
    ("HST", "Pacific/Honolulu"),
    ("MET", "Europe/Brussels"),
    ("MST", "America/Denver"),
    ("MST7MDT", "America/Denver"),
    ("PST8PDT", "America/Los_Angeles"),
    ("WET", "Europe/Lisbon"),
];

/// Zones that were renamed in the last five years. Devices without the new name know the old one (`Europe/Kyiv`, tzdata
/// 2022b; OutlookGoogleCalendarSync#1525).
const RENAMED: [(&str, &str); 1] = [("Europe/Kyiv", "Europe/Kiev")];

/// Returns the canonical name of a zone by CLDR; all names of UTC give `UTC`. Returns `None` if CLDR has no such zone
/// or the name is canonical.
pub(super) fn canonical(name: &str) -> Option<&'static str> {
    if ABBREVIATIONS.iter().any(|(abbreviation, _)| *abbreviation == name) {
        return None;
    }
    let parsed = IanaParserExtended::new().parse(name);
    match parsed.canonical {
        "Etc/UTC" | "Etc/GMT" => Some("UTC"),
        _ if parsed.time_zone == icu_time::TimeZone::UNKNOWN => None,
        canonical => Some(canonical),
    }
}

/// Returns the name in calendars for a canonical name.
pub(super) fn written(canonical: &str) -> &str {
    RENAMED.iter().find(|(new, _)| *new == canonical).map_or(canonical, |(_, old)| old)
}

/// Returns the kind of a typed name, given its canonical name.
pub(super) fn naming(name: &str, canonical: &str) -> Naming {
    if let Some((_, place)) = ABBREVIATIONS.iter().find(|(abbreviation, _)| *abbreviation == name) {
        return Naming::Abbreviation(place);
    }
    match name {
        _ if name == canonical => {
            if name.starts_with("Etc/") {
                Naming::Etc
            } else {
                Naming::Place
            }
        }
        _ => Naming::Legacy(canonical.to_owned()),
    }
}
