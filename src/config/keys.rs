//! The keys of every table. One declaration serves the findings for unknown keys, the JSON Schema and the comparison with
//! docs/sessions-toml.md.

use super::key::{Key, Value, count_shared, key, names, shared};
use crate::model::WEEKDAYS;
use Value::{
    BaseUrl, Color, Date, DateTime, Either, Email, Flag, Id, Integer, Language, Length, Line, List,
    Markdown, Messages, Number, OneOrList, Rule, Table, Tables, Tag, Text, Uid, Url, Word, Zone,
};

/// The tables of the file.
pub(super) const ROOT: &[&str] = &names::<{ ROOT_KEYS.len() }>(ROOT_KEYS);
/// `[calendar]`.
pub(super) const CALENDAR: &[&str] = &names::<{ CALENDAR_KEYS.len() }>(CALENDAR_KEYS);
/// `[page]`.
pub(super) const PAGE: &[&str] = &names::<{ PAGE_KEYS.len() }>(PAGE_KEYS);
/// `[[series]]`.
pub(super) const SERIES: &[&str] = &names::<{ SERIES_KEYS.len() }>(SERIES_KEYS);
/// `[series.each]`: the keys of `[[sessions]]` whose values all sessions of a series can share.
pub(super) const EACH: &[&str] = &names::<{ EACH_KEYS.len() }>(EACH_KEYS);
/// `[[feeds]]`.
pub(super) const FEEDS: &[&str] = &names::<{ FEEDS_KEYS.len() }>(FEEDS_KEYS);
/// `[[sessions]]`.
pub(super) const SESSIONS: &[&str] = &names::<{ SESSIONS_KEYS.len() }>(SESSIONS_KEYS);
/// `repeat` of a session.
pub(super) const REPEAT: &[&str] = &names::<{ REPEAT_KEYS.len() }>(REPEAT_KEYS);
/// `place` of a session.
pub(super) const PLACE: &[&str] = &names::<{ PLACE_KEYS.len() }>(PLACE_KEYS);
/// An item of `speakers` of a session.
pub(super) const SPEAKER: &[&str] = &names::<{ SPEAKER_KEYS.len() }>(SPEAKER_KEYS);
/// `registration` of a session.
pub(super) const REGISTRATION: &[&str] = &names::<{ REGISTRATION_KEYS.len() }>(REGISTRATION_KEYS);
/// An item of `also_in` of the calendar.
pub(super) const ALSO_IN: &[&str] = &names::<{ ALSO_IN_KEYS.len() }>(ALSO_IN_KEYS);
/// `organizer` of the calendar.
pub(super) const ORGANIZER: &[&str] = &names::<{ ORGANIZER_KEYS.len() }>(ORGANIZER_KEYS);

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

/// The keys of the file.
#[rustfmt::skip]
pub(super) const ROOT_KEYS: &[Key] = &[
    key("calendar", Table(CALENDAR_KEYS), "The calendar of all sessions.").required(),
    key("page", Table(PAGE_KEYS), "The appearance of pages."),
    key("words", Messages, "Your own wording for the labels and sentences around your texts."),
    key("series", Tables(SERIES_KEYS), "A series of sessions, with a feed of its own."),
    key("feeds", Tables(FEEDS_KEYS), "A feed of the sessions in any of these series and with any of these tags."),
    key("sessions", Tables(SESSIONS_KEYS), "A session, or one that repeats."),
];

#[rustfmt::skip]
const CALENDAR_KEYS: &[Key] = &[
    key("id", Id, "The permanent name of the calendar, and the id of the feed of all its sessions.").required(),
    key("title", Line, "The name that subscribers see.").required(),
    key("description", Markdown, "What the calendar is about, in Markdown."),
    key("url", BaseUrl, "The public address, with a path if it has one."),
    key("timezone", Zone, "The zone of the sessions, named by a city: `America/New_York`, `Europe/Berlin`.").required(),
    key("also_in", OneOrList(&Either(&[Zone, Table(ALSO_IN_KEYS)])), "A list of further zones in which pages, blocks and calendars print times."),
    key("language", Language, "The language of dates and times, such as `es` or `pt-BR`. Default: `en-US`."),
    key("organizer", Table(ORGANIZER_KEYS), "`{ name = \"...\", email = \"...\", url = \"...\" }`; only the name is required."),
    key("duration", Length, "The length of sessions that do not give their own."),
    key("refresh", Length, "How often calendar apps should check for changes. Default: `1h`."),
    key("color", Color, "The color of the calendar: a CSS color name or `#rrggbb`."),
    key("keep_past", Length, "How long past sessions stay in feeds, such as `365d`. Default: forever."),
    key("cancelled", CANCELLED, "How calendars show cancelled sessions: `\"silent\"` or `\"announce\"`. Default: `\"silent\"`."),
    key("keep_cancelled", Length, "How long a cancelled session stays in feeds after its planned end. Default: `7d`."),
    key("keep_gone", Length, "How long the pages of removed sessions and feeds stay, with a note that they were removed. Default: `730d`."),
];

#[rustfmt::skip]
const PAGE_KEYS: &[Key] = &[
    key("accent", Color, "A color."),
    key("logo", Text, "A picture in the folder of `sessions.toml`: svg, png, jpg, webp or gif, at most 1 MiB."),
    key("footer", Markdown, "Text at the bottom of every page, in Markdown."),
    key("css", Text, "A style sheet in the folder of `sessions.toml`, at most 1 MiB."),
];

#[rustfmt::skip]
const SERIES_KEYS: &[Key] = &[
    key("id", Id, "Part of the addresses of the feed.").required(),
    key("title", Line, "The name that subscribers see.").required(),
    key("description", Markdown, "What the series is about, in Markdown."),
    key("was", OneOrList(&Id), "The former id, or a list of former ids, the oldest first."),
    key("each", Table(EACH_KEYS), "Values of all its sessions."),
];

#[rustfmt::skip]
const FEEDS_KEYS: &[Key] = &[
    key("id", Id, "Part of the addresses of the feed.").required(),
    key("title", Line, "The name that subscribers see.").required(),
    key("description", Markdown, "What the feed is about, in Markdown."),
    key("series", OneOrList(&Id), "The id of a series, or a list of ids."),
    key("tags", OneOrList(&Tag), "A tag, or a list of tags."),
    key("was", OneOrList(&Id), "The former id, or a list of former ids, the oldest first."),
];

// A date that a table overrides inherits all but its id.
#[rustfmt::skip]
const SESSIONS_KEYS: &[Key] = &[
    key("id", Id, "Part of the session's addresses.").required().own(),
    key("title", Line, "The title, in one line."),
    key("start", DateTime, "Local date and time: `2027-04-27T14:00:00`. For whole days a date: `2027-04-27`.").own(),
    key("end", DateTime, "Local date and time of the end. For whole days the last day, included.").own(),
    key("duration", Length, "The length, in place of `end`: `90m`, `1h 30m`; for whole days `2d`."),
    key("timezone", Zone, "The zone of `start` and `end`, if it differs from the calendar's."),
    key("fold", Word(&["earlier", "later"]), "`\"earlier\"` or `\"later\"`: chooses one of the two, if clocks are put back and a time happens twice."),
    key("description", Markdown, "What the session is about, in Markdown."),
    key("register", Url, "The address to register at."),
    key("join", Url, "The address to join online."),
    key("registration", Either(&[Word(&["open", "full", "closed"]), Table(REGISTRATION_KEYS)]), "Whether readers can register: `\"open\"`, `\"full\"`, `\"closed\"`, or `{ opens = 2027-04-01, closes = 2027-04-20 }`. Default: `\"open\"`."),
    key("page", Url, "The address of your own page about the session."),
    key("place", Table(PLACE_KEYS), "`{ name = \"...\", address = \"...\", latitude = 1.5, longitude = 2.5 }`; only the name is required."),
    key("speakers", OneOrList(&Either(&[Line, Table(SPEAKER_KEYS)])), "The speakers: `[{ name = \"...\", about = \"...\", url = \"...\" }]`; only the name is required."),
    key("access", Line, "One line about access, such as captions, interpretation or a ramp."),
    key("recording", Url, "The address of the recording."),
    key("slides", Url, "The address of the slides."),
    key("series", OneOrList(&Id), "The id of the session's series.").own(),
    key("tags", OneOrList(&Tag), "A list of tags, by which `[[feeds]]` select sessions."),
    key("status", Word(&["confirmed", "tentative", "cancelled", "planned"]), "`\"confirmed\"`, `\"tentative\"`, `\"cancelled\"`, or `\"planned\"` for a session without a date yet. Default: `\"confirmed\"`."),
    key("reason", Line, "One line that explains a cancellation, a new time or a new place."),
    key("cancelled", CANCELLED, "For this session, in place of the calendar's `cancelled`."),
    key("busy", Flag, "`true` if the session blocks the reader's time, otherwise `false`."),
    key("remind", OneOrList(&Length), "In invites, a reminder this long before the start, such as `\"15m\"`, or a list."),
    key("uid", Uid, "The UID of the session in another calendar.").own(),
    key("was", OneOrList(&Id), "The former id, or a list of former ids, the oldest first.").own(),
    key("again", Flag, "`true` if this is the removed session with the same id, although both title and start differ.").own(),
    key("repeat", Table(REPEAT_KEYS), "The rule by which the session repeats.").own(),
    key("except", OneOrList(&Date), "Dates to leave out, such as `[2027-05-18]`.").own(),
    key("also", OneOrList(&DateTime), "Dates to add, such as `[2027-05-20, 2027-05-22T10:00:00]`.").own(),
    key("from", Flag, "`true` if the values of a table that overrides a date also apply to all later dates.").own(),
];

const EACH_KEYS: &[Key] = &shared::<{ count_shared(SESSIONS_KEYS) }>(SESSIONS_KEYS);

#[rustfmt::skip]
const REPEAT_KEYS: &[Key] = &[
    key("every", Either(&[Rule, List(&Word(&WEEKDAYS))]), "`\"week\"`, `\"2 weeks\"`, `\"second Tuesday\"` of each month, or a list of weekdays.").required(),
    key("weeks", Integer(1, 999), "With a list of weekdays: `2` for every second week."),
    key("until", Date, "The last day of the rule."),
    key("times", Integer(1, 500), "The number of dates, in place of `until`."),
];

#[rustfmt::skip]
const PLACE_KEYS: &[Key] = &[
    key("name", Line, "The name of the place.").required(),
    key("address", Line, "The address of the place, in one line."),
    key("latitude", Number(-90.0, 90.0), "Degrees north, with a point; negative in the south."),
    key("longitude", Number(-180.0, 180.0), "Degrees east, with a point; negative in the west."),
];

#[rustfmt::skip]
const SPEAKER_KEYS: &[Key] = &[
    key("name", Line, "The name of the speaker.").required(),
    key("about", Line, "What readers should know about the speaker, in one line."),
    key("url", Url, "The website of the speaker."),
];

#[rustfmt::skip]
const REGISTRATION_KEYS: &[Key] = &[
    key("opens", DateTime, "The time at which registration opens, or a day for its midnight."),
    key("closes", DateTime, "The time at which registration closes, or a day for its end."),
    key("full", Flag, "`true` if no place is left."),
];

#[rustfmt::skip]
const ALSO_IN_KEYS: &[Key] = &[
    key("zone", Zone, "The zone, by the name of a city.").required(),
    key("label", Line, "The name to print after times in this zone."),
];

#[rustfmt::skip]
const ORGANIZER_KEYS: &[Key] = &[
    key("name", Line, "The name of the organizer.").required(),
    key("email", Email, "The address to which readers may write."),
    key("url", Url, "The website of the organizer."),
];

const CANCELLED: Value = Word(&["silent", "announce"]);

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE_OF_KEYS: &str = include_str!("../../docs/sessions-toml.md");

    /// Returns the keys of the table under a heading of docs/sessions-toml.md, each with its meaning without link targets.
    fn described(heading: &str) -> Vec<(&'static str, String)> {
        let (_, text) = PAGE_OF_KEYS.split_once(&format!("\n## `{heading}`\n")).unwrap();
        let (text, _) = text.split_once("\n## ").unwrap();
        let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
        rows.map(|row| {
            let (key, rest) = row.split_once("` | ").unwrap();
            (key, without_links(rest.trim_end_matches(" |")))
        })
        .collect()
    }

    fn without_links(text: &str) -> String {
        let Some((before, after)) = text.split_once("](") else { return text.to_owned() };
        let (before, words) = before.rsplit_once('[').unwrap();
        format!("{before}{words}{}", without_links(after.split_once(')').unwrap().1))
    }

    #[test]
    fn the_documentation_has_every_key_of_every_table_with_its_meaning() {
        for (heading, keys) in [
            ("[calendar]", CALENDAR_KEYS),
            ("[[series]]", SERIES_KEYS),
            ("[[feeds]]", FEEDS_KEYS),
            ("[[sessions]]", SESSIONS_KEYS),
            ("[page]", PAGE_KEYS),
        ] {
            let described = described(heading);
            assert_eq!(described.len(), keys.len(), "{heading}");
            for key in keys {
                let (_, meaning) = described.iter().find(|(name, _)| *name == key.name).unwrap();
                let about = key.about.strip_suffix('.').expect("a sentence ends with a period");
                let begins = |meaning: &str| {
                    let rest = meaning.get(about.len()..).unwrap_or_default();
                    let (first, own) = (meaning.split_at(1), about.split_at(1));
                    first.0.eq_ignore_ascii_case(own.0)
                        && first.1.starts_with(own.1)
                        && !rest.starts_with(char::is_alphanumeric)
                };
                assert!(begins(meaning), "{heading} {}: {about}\n{meaning}", key.name);
            }
        }
        for key in [PLACE, ALSO_IN, ORGANIZER, REPEAT, SPEAKER, REGISTRATION].into_iter().flatten()
        {
            assert!(PAGE_OF_KEYS.contains(&format!("{key} = ")), "{key}");
        }
        let (_, text) =
            PAGE_OF_KEYS.split_once("All keys of sessions are allowed except ").unwrap();
        let (own, _) = text.split_once(".\n").unwrap();
        let own: Vec<&str> = own.split('`').skip(1).step_by(2).collect();
        let mut declared: Vec<&str> =
            SESSIONS.iter().copied().filter(|key| !EACH.contains(key)).collect();
        for key in own {
            let at = declared.iter().position(|own| *own == key);
            declared.remove(at.unwrap_or_else(|| panic!("{key} is a key of [series.each]")));
        }
        assert!(declared.is_empty(), "{declared:?}");
    }
}
