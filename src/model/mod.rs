//! What the author means: a [`Catalog`] of sessions, in types that cannot hold a bad value.
//!
//! No file format, no revisions, no output: only meaning.

mod color;
mod length;
mod members;
mod nesting;
mod session;
mod text;
mod url;

pub use color::Color;
pub use length::Length;
pub use members::{Index, Members};
pub use session::{AllDay, Cancellation, Geo, Place, Session, Status, Timed, When};
pub use text::{Email, Id, Language, Markdown, Tag, TextError, Title, Uid};
pub use url::{BaseUrl, HttpUrl};

use std::collections::BTreeMap;

use chrono::TimeDelta;

use crate::zone::{Rules, Zone};

/// Everything that one file says.
#[derive(Debug, Clone)]
pub struct Catalog {
    /// The calendar as a whole.
    pub calendar: Calendar,
    /// How its pages look.
    pub page: Page,
    /// Its series, in the order of the file.
    pub series: Vec<Series>,
    /// Its selections, in the order of the file.
    pub selections: Vec<Selection>,
    /// Its sessions, by start and id.
    pub sessions: Vec<Session>,
}

/// What holds for all sessions.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Permanent; UIDs derive from it. The id of the feed of everything.
    pub id: Id,
    /// The name that subscribers see.
    pub title: Title,
    /// What it is about.
    pub description: Option<Markdown>,
    /// The public address, if the file gives one.
    pub url: Option<BaseUrl>,
    /// The zone of sessions that name none.
    pub zone: Zone,
    /// Further zones that times are spelled out in.
    pub also_in: Vec<OtherZone>,
    /// The language that dates and times are written in.
    pub language: Language,
    /// Who holds the sessions.
    pub organizer: Option<Organizer>,
    /// How often subscribers are asked to look again.
    pub refresh: TimeDelta,
    /// A colour for calendar apps.
    pub color: Option<Color>,
    /// How long after its end a session stays in feeds; for ever without.
    pub keep_past: Option<TimeDelta>,
    /// How long after its planned end a cancelled session stays in feeds.
    pub keep_cancelled: TimeDelta,
    /// How long the addresses of what is gone from the file say so, before they are no more.
    pub keep_gone: TimeDelta,
    /// The rules that its zones were read by; the names of zones in words follow them too.
    pub rules: Rules,
    /// The author's own messages by id, in the form in which `l10n` prints them after it has read them.
    pub words: BTreeMap<String, String>,
}

/// A further zone that times are spelled out in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherZone {
    /// The zone.
    pub zone: Zone,
    /// The organiser's name for it, such as "UK time".
    pub label: Option<Title>,
}

/// How pages look.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The colour of links and buttons; darkened or lightened until it can be read.
    pub accent: Option<Color>,
    /// A picture beside the title: a file, by its path from the list's folder.
    pub logo: Option<String>,
    /// A text at the foot of every page.
    pub footer: Option<Markdown>,
    /// A style sheet that is loaded after ours: a file, by its path from the list's folder.
    pub css: Option<String>,
}

/// The files that [`Page`] names, as they were read.
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
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
    /// The ending of its name.
    pub ending: &'static str,
}

impl Logo {
    /// The endings of picture files that every browser shows, and their media types.
    pub const TYPES: [(&'static str, &'static str); 6] = [
        ("svg", "image/svg+xml"),
        ("png", "image/png"),
        ("jpg", "image/jpeg"),
        ("jpeg", "image/jpeg"),
        ("webp", "image/webp"),
        ("gif", "image/gif"),
    ];
}

/// Who holds the sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organizer {
    /// Their name.
    pub name: Title,
    /// A real mailbox.
    pub email: Option<Email>,
    /// Their site.
    pub url: Option<HttpUrl>,
}

/// A group of sessions with a feed of its own.
#[derive(Debug, Clone)]
pub struct Series {
    /// The id of its feed.
    pub id: Id,
    /// Its name.
    pub title: Title,
    /// What it is about.
    pub description: Option<Markdown>,
    /// Ids that it had before, oldest first.
    pub was: Vec<Id>,
}

/// A feed of the sessions in any of some series and with any of some tags.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The id of its feed.
    pub id: Id,
    /// Its name.
    pub title: Title,
    /// What it is about.
    pub description: Option<Markdown>,
    /// Sessions of any of these series; of all if empty.
    pub series: Vec<Id>,
    /// Sessions with any of these tags; with any or none if empty.
    pub tags: Vec<Tag>,
    /// Ids that it had before, oldest first.
    pub was: Vec<Id>,
}

/// One feed, whatever it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Feed<'a> {
    /// Its id.
    pub id: &'a Id,
    /// Its name.
    pub title: &'a Title,
    /// What it is about.
    pub description: Option<&'a Markdown>,
    /// Ids that it had before, oldest first.
    pub was: &'a [Id],
    index: usize,
}

impl Calendar {
    /// How long cancelled sessions stay in feeds where the author says nothing.
    pub const KEEP_CANCELLED: TimeDelta = TimeDelta::days(7);
    /// How long addresses of what is gone answer where the author says nothing.
    pub const KEEP_GONE: TimeDelta = TimeDelta::days(730);

    /// The zones that the times of a session are spelled out in, each once: its own, the calendar's, then
    /// the further ones in the order of the file.
    pub fn zones<'a>(&'a self, own: &'a Zone) -> Vec<&'a Zone> {
        let mut zones = vec![own];
        for zone in std::iter::once(&self.zone).chain(self.also_in.iter().map(|also| &also.zone)) {
            if !zones.contains(&zone) {
                zones.push(zone);
            }
        }
        zones
    }

    /// The organiser's name for a zone.
    pub fn label(&self, zone: &Zone) -> Option<&Title> {
        self.also_in.iter().find(|also| also.zone == *zone)?.label.as_ref()
    }
}

impl Catalog {
    /// Every feed: the calendar's, each series', each selection's.
    pub fn feeds(&self) -> impl Iterator<Item = Feed<'_>> + Clone {
        (0..=self.series.len() + self.selections.len()).filter_map(|index| self.feed(index))
    }

    /// The feed at a place in the order of [`Self::feeds`].
    pub fn feed(&self, index: usize) -> Option<Feed<'_>> {
        let Some(index_of_series) = index.checked_sub(1) else {
            let Calendar { id, title, description, .. } = &self.calendar;
            return Some(Feed { id, title, description: description.as_ref(), was: &[], index });
        };
        if let Some(Series { id, title, description, was }) = self.series.get(index_of_series) {
            return Some(Feed { id, title, description: description.as_ref(), was, index });
        }
        let Selection { id, title, description, was, .. } =
            self.selections.get(index_of_series - self.series.len())?;
        Some(Feed { id, title, description: description.as_ref(), was, index })
    }

    /// The feed that a session's readers are sent to: its series', else the calendar's.
    pub fn home_feed<'a>(&'a self, session: &'a Session) -> &'a Id {
        session.series.as_ref().unwrap_or(&self.calendar.id)
    }
}

impl Feed<'_> {
    /// Its place in the order of [`Catalog::feeds`].
    pub fn index(&self) -> usize {
        self.index
    }
}
