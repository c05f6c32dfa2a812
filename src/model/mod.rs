//! Model of the author's file: a [`Catalog`] of sessions, in types that cannot hold an invalid value.
//!
//! It has no file format, no revisions and no output.
//!
//! To read: this file, `session`, `registration`, `undated`, `repeat`, `rule` and `weekdays` (repeating sessions), `members` (the sessions of
//! feeds), then the types of values: `text`, `nesting`, `length`, `color`, `url`.

mod color;
mod length;
mod members;
mod nesting;
mod registration;
mod repeat;
mod rule;
mod session;
mod text;
mod undated;
mod url;
mod weekdays;

pub use color::Color;
pub use length::Length;
pub use members::{Index, Members};
pub use registration::{Registration, RegistrationState};
pub use repeat::{Planned, Repeat, RepeatDate};
pub use rule::{Every, Nth};
pub use session::{AllDay, Cancellation, Geo, Place, Session, Speaker, Status, Timed, When};
pub use text::{Dialect, Email, Id, Language, Markdown, Tag, TextError, Title, Uid};
pub use undated::Undated;
pub use url::{BaseUrl, HttpUrl, NOT_WHOLE};
pub use weekdays::{WEEKDAYS, named_weekday, weekday_name};

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::zone::{Rules, Zone};

/// The contents of one file.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// The calendar as a whole.
    pub calendar: Calendar,
    /// The look of its pages.
    pub page: Page,
    /// The series, in the order of the file.
    pub series: Vec<Series>,
    /// The selections, in the order of the file.
    pub selections: Vec<Selection>,
    /// The repeating sessions, in the order of the file.
    pub repeats: Vec<Repeat>,
    /// The sessions, by start and id, including each date of repeating ones.
    pub sessions: Vec<Session>,
    /// Its sessions whose date is to be announced, in the order of the file.
    pub undated: Vec<Undated>,
}

/// Settings for all sessions.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// The permanent id, from which UIDs derive. The id is also that of the feed of all sessions.
    pub id: Id,
    /// The name that subscribers see.
    pub title: Title,
    /// The description.
    pub description: Option<Markdown>,
    /// The public URL, if the file gives one.
    pub url: Option<BaseUrl>,
    /// The zone of sessions without their own.
    pub zone: Zone,
    /// Other zones in which times are printed.
    pub also_in: Vec<OtherZone>,
    /// The language of dates and times.
    pub language: Language,
    /// The organizer of the sessions.
    pub organizer: Option<Organizer>,
    /// The refresh interval for subscribers.
    pub refresh: TimeDelta,
    /// The color in calendar apps.
    pub color: Option<Color>,
    /// The time that a session stays in feeds after its end; forever if `None`.
    pub keep_past: Option<TimeDelta>,
    /// The time that a cancelled session stays in feeds after its planned end.
    pub keep_cancelled: TimeDelta,
    /// The time that the addresses of removed sessions and feeds are served.
    pub keep_gone: TimeDelta,
    /// The time-zone rules that the file was read with, for zone names.
    pub rules: Rules,
    /// The author's own messages by id, normalized by `l10n`.
    pub words: BTreeMap<String, String>,
}

/// Another zone in which times are printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherZone {
    /// The zone.
    pub zone: Zone,
    /// The organizer's name for it, such as "UK time".
    pub label: Option<Title>,
}

/// The look of pages.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The color of links and buttons; darkened or lightened until it is readable.
    pub accent: Option<Color>,
    /// A picture next to the title: a file, relative to the folder of `sessions.toml`.
    pub logo: Option<String>,
    /// A text at the foot of every page.
    pub footer: Option<Markdown>,
    /// A style sheet that is loaded after the built-in one: a file, relative to the folder of `sessions.toml`.
    pub css: Option<String>,
}

/// The contents of the files that [`Page`] names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assets {
    /// The logo.
    pub logo: Option<Logo>,
    /// The style sheet.
    pub css: Option<Vec<u8>>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The media type.
    pub media_type: &'static str,
    /// The file extension.
    pub ending: &'static str,
}

impl Logo {
    /// File extensions of pictures that every browser shows, with their media types.
    pub const TYPES: [(&'static str, &'static str); 6] = [
        ("svg", "image/svg+xml"),
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("webp", "image/webp"),
        ("gif", "image/gif"),
    ];
}

/// The organizer of the sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organizer {
    /// The organizer's name.
    pub name: Title,
    /// The organizer's mailbox.
    pub email: Option<Email>,
    /// The organizer's site.
    pub url: Option<HttpUrl>,
}

/// A group of sessions with its own feed.
#[derive(Debug, Clone)]
pub struct Series {
    /// The id of its feed.
    pub id: Id,
    /// The name.
    pub title: Title,
    /// The description.
    pub description: Option<Markdown>,
    /// The former ids, oldest first.
    pub was: Vec<Id>,
}

/// A feed of the sessions in any of some series and with any of some tags.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The id of its feed.
    pub id: Id,
    /// The name.
    pub title: Title,
    /// The description.
    pub description: Option<Markdown>,
    /// The series whose sessions the feed has; if empty, all sessions.
    pub series: Vec<Id>,
    /// The tags, at least one of which a session must have; if empty, no tag is required.
    pub tags: Vec<Tag>,
    /// The former ids, oldest first.
    pub was: Vec<Id>,
}

/// A feed of the calendar, of a series, of a selection, or of the dates of a repeating session.
#[derive(Debug, Clone, Copy)]
pub struct Feed<'a> {
    /// The id.
    pub id: &'a Id,
    /// The name.
    pub title: &'a Title,
    /// The description.
    pub description: Option<&'a Markdown>,
    /// The former ids, oldest first.
    pub was: &'a [Id],
    index: usize,
}

impl Calendar {
    /// The default for [`Self::keep_cancelled`].
    pub const KEEP_CANCELLED: TimeDelta = TimeDelta::days(7);
    /// The default for [`Self::keep_gone`].
    pub const KEEP_GONE: TimeDelta = TimeDelta::days(730);

    /// Returns the zones in which the times of a session are printed, each once: its own, the calendar's, then the
    /// others in the order of the file.
    pub fn zones<'a>(&'a self, own: &'a Zone) -> Vec<&'a Zone> {
        let mut zones = vec![own];
        for zone in std::iter::once(&self.zone).chain(self.also_in.iter().map(|also| &also.zone)) {
            if !zones.contains(&zone) {
                zones.push(zone);
            }
        }
        zones
    }

    /// Returns the organizer's name for a zone.
    pub fn label(&self, zone: &Zone) -> Option<&Title> {
        self.also_in.iter().find(|also| also.zone == *zone)?.label.as_ref()
    }
}

impl Catalog {
    /// Returns every feed: the calendar's, then those of series, of selections, and of repeating sessions.
    pub fn feeds(&self) -> impl Iterator<Item = Feed<'_>> + Clone {
        let further = self.series.len() + self.selections.len() + self.repeats.len();
        (0..=further).filter_map(|index| self.feed(index))
    }

    /// Returns the feed at an index of [`Self::feeds`].
    pub fn feed(&self, index: usize) -> Option<Feed<'_>> {
        let Some(index_of_series) = index.checked_sub(1) else {
            let Calendar { id, title, description, .. } = &self.calendar;
            return Some(Feed { id, title, description: description.as_ref(), was: &[], index });
        };
        if let Some(Series { id, title, description, was }) = self.series.get(index_of_series) {
            return Some(Feed { id, title, description: description.as_ref(), was, index });
        }
        let index_of_selection = index_of_series - self.series.len();
        if let Some(own) = self.selections.get(index_of_selection) {
            let Selection { id, title, description, was, .. } = own;
            return Some(Feed { id, title, description: description.as_ref(), was, index });
        }
        let Repeat { id, title, description, was, .. } =
            self.repeats.get(index_of_selection - self.selections.len())?;
        Some(Feed { id, title, description: description.as_ref(), was, index })
    }

    /// Returns the feed that a session's pages link to: that of its series; otherwise that of all its dates, if it
    /// repeats; otherwise the calendar's.
    pub fn home_feed<'a>(&'a self, session: &'a Session) -> &'a Id {
        let dates = session.date.as_ref().map(|date| &date.of);
        session.series.as_ref().or(dates).unwrap_or(&self.calendar.id)
    }
}

impl Feed<'_> {
    /// Returns the index in [`Catalog::feeds`].
    pub fn index(&self) -> usize {
        self.index
    }
}
