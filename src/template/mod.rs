//! Files of `convene init`: a commented `sessions.toml` with upcoming sessions, and examples of calendars.
//!
//! The texts are in the `.toml` files next to this one. In them `<url>` is the public address, and `<Tue 14 +7>` is a
//! date: 7 days after the first Tuesday that is at least 14 days from now.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc, Weekday};

/// The `url` in the files, at which `convene` serves by default.
pub const URL: &str = "http://127.0.0.1:8080";

/// The name of the schema to which the first line of the files refers.
pub const SCHEMA: &str = "sessions.schema.json";

/// The text before each calendar.
const HEAD: &str = "\
#:schema ./<schema>
# The sessions of one calendar, for convene. Replace the examples by your sessions, and run
#
#     convene check      to find every mistake, with suggested fixes
#     convene            to serve the calendar on <local-url>
#
# Lines that begin with `# ` are notes. Lines that begin with `#` and a word are disabled settings:
# to enable a setting, remove the `#`. The first line is for editors.

";

/// A calendar to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// A session of each kind.
    Start,
    /// A series of single sessions.
    Series,
    /// The same hours every week.
    Weekly,
    /// A conference of two days.
    Conference,
    /// Talks in a room and online.
    Hybrid,
    /// Gatherings of whole days.
    Gatherings,
}

impl Template {
    /// Every template.
    pub const ALL: [Self; 6] =
        [Self::Start, Self::Series, Self::Weekly, Self::Conference, Self::Hybrid, Self::Gatherings];

    /// A commented `sessions.toml` without findings, with sessions some weeks after `now`. Its `url` is the given one,
    /// which must not contain quotes or backslashes, or else [`URL`].
    ///
    /// Lines that begin with `#` and a letter are disabled settings; each is valid as written.
    pub fn text(self, url: Option<&str>, now: DateTime<Utc>) -> String {
        let calendar = match self {
            Self::Start => include_str!("start.toml"),
            Self::Series => include_str!("series.toml"),
            Self::Weekly => include_str!("weekly.toml"),
            Self::Conference => include_str!("conference.toml"),
            Self::Hybrid => include_str!("hybrid.toml"),
            Self::Gatherings => include_str!("gatherings.toml"),
        };
        let note = match url {
            Some(_) => "the public address",
            None => "the public address; change it before you put this online",
        };
        let text = HEAD.to_owned() + calendar;
        let text = text.replace("<schema>", SCHEMA).replace("<local-url>", URL);
        dated(&text, now.date_naive())
            .replace("<url-note>", note)
            .replace("<url>", url.unwrap_or(URL))
    }
}

/// The text with dates in place of those in angle brackets.
fn dated(text: &str, today: NaiveDate) -> String {
    let mut parts = text.split('<');
    let mut dated = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let date = part.split_once('>').and_then(|(words, rest)| Some((date(words, today)?, rest)));
        let written = match date {
            Some((date, rest)) => write!(dated, "{date}{rest}"),
            None => write!(dated, "<{part}"),
        };
        written.expect("a text can grow");
    }
    dated
}

/// The date that words such as `Tue 14` or `Tue 14 +7` give.
fn date(words: &str, today: NaiveDate) -> Option<NaiveDate> {
    let mut words = words.split(' ');
    let weekday: Weekday = words.next()?.parse().ok()?;
    let first = today + Days::new(words.next()?.parse().ok()?);
    let first = first.iter_days().find(|day| day.weekday() == weekday)?;
    let later = words.next().map_or(Some(0), |days| days.strip_prefix('+')?.parse().ok())?;
    Some(first + Days::new(later))
}
