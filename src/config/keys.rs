//! The keys of every table.

/// The tables of the file.
pub(super) const ROOT: &[&str] = &["calendar", "page", "words", "series", "feeds", "sessions"];
/// `[calendar]`.
pub(super) const CALENDAR: &[&str] = &[
    "id",
    "title",
    "description",
    "url",
    "timezone",
    "also_in",
    "language",
    "organizer",
    "duration",
    "refresh",
    "color",
    "keep_past",
    "keep_cancelled",
    "keep_gone",
    "cancelled",
];
/// `[page]`.
pub(super) const PAGE: &[&str] = &["accent", "logo", "footer", "css"];
/// `[[series]]`.
pub(super) const SERIES: &[&str] = &["id", "title", "description", "was", "each"];
/// `[series.each]`: the keys of sessions that several sessions can share.
pub(super) const EACH: &[&str] = &[
    "title",
    "duration",
    "timezone",
    "fold",
    "description",
    "register",
    "join",
    "registration",
    "page",
    "place",
    "speakers",
    "access",
    "recording",
    "slides",
    "tags",
    "status",
    "reason",
    "cancelled",
    "busy",
    "remind",
];
/// `[[feeds]]`.
pub(super) const FEEDS: &[&str] = &["id", "title", "description", "series", "tags", "was"];
/// `[[sessions]]`.
pub(super) const SESSIONS: &[&str] = &[
    "id",
    "title",
    "start",
    "end",
    "duration",
    "timezone",
    "fold",
    "description",
    "register",
    "join",
    "registration",
    "page",
    "place",
    "speakers",
    "access",
    "recording",
    "slides",
    "series",
    "tags",
    "status",
    "reason",
    "cancelled",
    "busy",
    "remind",
    "uid",
    "was",
    "again",
    "repeat",
    "except",
    "also",
    "from",
];
/// `repeat` of a session.
pub(super) const REPEAT: &[&str] = &["every", "weeks", "until", "times"];
/// `place` of a session.
pub(super) const PLACE: &[&str] = &["name", "address", "latitude", "longitude"];
/// An item of `speakers` of a session.
pub(super) const SPEAKER: &[&str] = &["name", "about", "url"];
/// `registration` of a session.
pub(super) const REGISTRATION: &[&str] = &["opens", "closes", "full"];
/// An item of `also_in` of the calendar.
pub(super) const ALSO_IN: &[&str] = &["zone", "label"];
/// `organizer` of the calendar.
pub(super) const ORGANIZER: &[&str] = &["name", "email", "url"];

/// Returns the table that has a key.
pub(super) fn table_with(key: &str) -> Option<&'static str> {
    [
        ("[calendar]", CALENDAR),
        ("[[sessions]]", SESSIONS),
        ("[page]", PAGE),
        ("[[series]]", SERIES),
        ("[[feeds]]", FEEDS),
        ("place", PLACE),
        ("repeat", REPEAT),
    ]
    .into_iter()
    .find(|(_, keys)| keys.contains(&key))
    .map(|(table, _)| table)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the first cells of the table under a heading of docs/sessions-toml.md.
    fn described(heading: &str) -> Vec<&'static str> {
        let page = include_str!("../../docs/sessions-toml.md");
        let (_, text) = page.split_once(&format!("\n## `{heading}`\n")).unwrap();
        let (text, _) = text.split_once("\n## ").unwrap();
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
        rows.map(|row| row.split_once('`').unwrap().0).collect()
    }

    #[test]
    fn the_documentation_has_every_key_of_every_table() {
        for (heading, keys) in [
            ("[calendar]", CALENDAR),
            ("[[series]]", SERIES),
            ("[[feeds]]", FEEDS),
            ("[[sessions]]", SESSIONS),
            ("[page]", PAGE),
        ] {
            let (mut keys, mut described) = (keys.to_vec(), described(heading));
            keys.sort();
            described.sort();
            assert_eq!(described, keys, "{heading}");
        }
        let page = include_str!("../../docs/sessions-toml.md");
        for key in PLACE
            .iter()
            .chain(ALSO_IN)
            .chain(ORGANIZER)
            .chain(REPEAT)
            .chain(SPEAKER)
            .chain(REGISTRATION)
        {
            assert!(page.contains(&format!("{key} = ")), "{key}");
        }
    }
}
