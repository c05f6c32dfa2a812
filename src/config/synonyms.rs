//! Recognizes other words for keys and tables: synonyms and misspellings.

use super::keys::{ALSO_IN, CALENDAR, PAGE, PLACE, ROOT, SESSIONS};
use crate::suggest;

/// Returns the key of any table that equals a word, or that the word is another word for.
pub(super) fn of_any_table(word: &str) -> Option<&'static str> {
    [SESSIONS, CALENDAR, PAGE, PLACE, ALSO_IN].into_iter().find_map(|keys| synonym(word, keys))
}

/// Other words for keys.
const SYNONYMS: [(&str, &[&str]); 28] = [
    ("accent", &["color", "colour"]),
    ("title", &["name", "summary", "subject", "headline", "event", "session"]),
    (
        "start",
        &[
            "date",
            "time",
            "begin",
            "begins",
            "starts",
            "when",
            "from",
            "datetime",
            "date_time",
            "start_time",
            "starttime",
            "start_date",
            "startdate",
            "day",
            "dtstart",
        ],
    ),
    (
        "end",
        &[
            "finish", "ends", "until", "to", "stop", "end_time", "endtime", "end_date", "enddate",
            "dtend",
        ],
    ),
    ("duration", &["length", "minutes", "lasts", "hours"]),
    ("timezone", &["tz", "zone", "time_zone", "tzid"]),
    ("description", &["text", "body", "details", "about", "content", "abstract", "blurb", "desc"]),
    ("place", &["location", "venue", "where", "room"]),
    (
        "join",
        &[
            "zoom",
            "meeting",
            "stream",
            "video",
            "online",
            "zoom_link",
            "meeting_link",
            "join_url",
            "webinar",
            "teams",
        ],
    ),
    (
        "register",
        &[
            "registration",
            "signup",
            "sign_up",
            "rsvp",
            "tickets",
            "register_url",
            "registration_url",
            "registration_link",
            "signup_link",
            "rsvp_link",
            "ticket",
        ],
    ),
    ("page", &["url", "link", "website", "site"]),
    ("tags", &["tag", "categories", "category", "keywords", "topics"]),
    ("remind", &["alarm", "alarms", "reminder", "reminders"]),
    ("color", &["colour"]),
    ("organizer", &["organiser", "host", "hosts"]),
    ("series", &["group", "program", "programme", "track"]),
    ("repeat", &["rrule", "recurrence", "recurring", "recurs", "repeats", "repeating", "rule"]),
    ("except", &["exdate", "exceptions", "exclude", "skip", "without"]),
    ("also", &["rdate", "include", "extra", "additional"]),
    ("every", &["frequency", "freq", "interval", "weekdays"]),
    ("times", &["count", "number", "occurrences", "repetitions"]),
    (
        "until",
        &[
            "end",
            "ends",
            "end_date",
            "enddate",
            "last",
            "last_date",
            "to",
            "till",
            "through",
            "stop",
        ],
    ),
    ("each", &["defaults", "default"]),
    ("speakers", &["speaker", "presenter", "presenters", "guest", "guests", "panelists"]),
    ("access", &["accessibility", "accessible"]),
    ("recording", &["youtube", "replay", "video_url"]),
    ("slides", &["presentation", "deck", "materials"]),
    ("reason", &["why", "because"]),
];

/// Other words for tables.
const TABLES: [(&str, &[&str]); 9] = [
    ("[calendar]", &["settings", "config", "general", "organization", "cal"]),
    ("[page]", &["pages", "site", "style", "design", "theme", "website"]),
    ("[words]", &["texts", "text", "translations", "messages", "strings"]),
    ("[[series]]", &["serie", "groups", "group", "program", "programme", "tracks"]),
    ("[[feeds]]", &["selections", "filters", "calendars"]),
    (
        "[[sessions]]",
        &[
            "event",
            "events",
            "talk",
            "talks",
            "meeting",
            "meetings",
            "workshop",
            "workshops",
            "webinar",
            "webinars",
            "dates",
            "item",
            "items",
            "entry",
            "entries",
            "gathering",
            "gatherings",
        ],
    ),
    ("[sessions.place]", &["place", "location", "venue"]),
    ("[sessions.repeat]", &["repeat", "repeats", "recurrence", "rrule"]),
    ("[series.each]", &["each", "defaults", "default"]),
];

/// The line of the table that a word is another word for.
pub(super) fn header_of(word: &str) -> Option<&'static str> {
    let lower = word.to_lowercase();
    TABLES.iter().find(|(_, words)| words.contains(&lower.as_str())).map(|(table, _)| *table)
}

/// Returns help for an unknown table: the line that was probably meant.
pub(super) fn header_meant(word: &str) -> String {
    let lower = word.to_lowercase();
    let near = || suggest::nearest(&lower, ROOT.iter().copied()).map(header);
    match header_of(word).or_else(near) {
        Some(table) => format!("write {table}"),
        None if lower == "organizer" || lower == "organiser" => {
            "write `organizer = { name = \"...\" }` in [calendar], or [calendar.organizer] in place of this line".to_owned()
        }
        None => "the tables are [calendar], [page], [words], [[series]], [[feeds]] and [[sessions]]".to_owned(),
    }
}

/// Returns the line that begins a table of the file.
pub(super) fn header(name: &str) -> &'static str {
    match name {
        "calendar" => "[calendar]",
        "page" => "[page]",
        "words" => "[words]",
        "series" => "[[series]]",
        "feeds" => "[[feeds]]",
        _ => "[[sessions]]",
    }
}

/// Returns the key that a word is a synonym of.
pub(super) fn synonym(word: &str, keys: &[&'static str]) -> Option<&'static str> {
    let word = word.trim().to_lowercase().replace(['-', ' '], "_");
    let mut meant = SYNONYMS.iter().filter(|(_, words)| words.contains(&word.as_str()));
    let own = meant.find_map(|(key, _)| keys.iter().find(|own| *own == key).copied());
    own.or_else(|| keys.iter().find(|own| **own == word).copied())
}

/// Returns the key that a word was probably meant for: by synonym or by spelling.
pub(super) fn meant(word: &str, keys: &[&'static str]) -> Option<&'static str> {
    let word = word.trim().to_lowercase().replace(['-', ' '], "_");
    // Short words resemble too many others.
    let is_near = |near: &&str| word.len() > 5 || suggest::distance(&word, near) < 2;
    let near = |words: &mut dyn Iterator<Item = &'static str>| {
        suggest::nearest(&word, words).filter(is_near)
    };
    let long = SYNONYMS.iter().flat_map(|(_, words)| words.iter().copied()).filter(|w| w.len() > 4);
    synonym(&word, keys)
        .or_else(|| near(&mut keys.iter().copied()))
        .or_else(|| synonym(near(&mut long.into_iter())?, keys))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keys::table_with;

    #[test]
    fn other_words_for_keys_are_known() {
        let keys = ["duration", "place", "timezone"];
        assert_eq!(meant("Location", &keys), Some("place"));
        assert_eq!(meant("locaton", &["place"]), Some("place"));
        assert_eq!(meant("time-zone", &keys), Some("timezone"));
        assert_eq!(meant("duraton", &keys), Some("duration"));
        assert_eq!(meant("catering", &keys), None);
        assert_eq!(meant("image", SESSIONS), None);
        assert_eq!(meant("Start Time", SESSIONS), Some("start"));
        assert_eq!(table_with("also_in"), Some("[calendar]"));
    }

    #[test]
    fn a_table_by_another_name_is_known() {
        // The test covers 42 other words, and every name with one letter less.
        for (table, words) in TABLES {
            for word in words {
                assert!(header_meant(word).contains(table), "{word}");
            }
        }
        for name in ROOT {
            for at in 1..name.len() {
                let word = format!("{}{}", &name[..at], &name[at + 1..]);
                let help = header_meant(&word);
                assert!(help.starts_with("write "), "{word}: {help}");
            }
        }
        assert!(header_meant("catering").starts_with("the tables are "));
    }
}
