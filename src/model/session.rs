//! One session: what, when, where, for whom.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{HttpUrl, Id, Markdown, Tag, Title, Uid};
use crate::zone::{Moment, Zone};

/// One session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Part of its addresses; its UID derives from it or from the first of `was`.
    pub id: Id,
    /// Its title.
    pub title: Title,
    /// When it is.
    pub when: When,
    /// What it is about.
    pub description: Option<Markdown>,
    /// Where readers sign up.
    pub register: Option<HttpUrl>,
    /// Where readers take part online.
    pub join: Option<HttpUrl>,
    /// The organiser's own page about it.
    pub page: Option<HttpUrl>,
    /// Where it is in the world.
    pub place: Option<Place>,
    /// The series that it belongs to.
    pub series: Option<Id>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Whether it takes place.
    pub status: Status,
    /// How calendars show that it is cancelled, if it is.
    pub cancellation: Cancellation,
    /// Whether it blocks the reader's time; without, it does in an invite and not in a feed.
    pub busy: Option<bool>,
    /// How long before the start an invite reminds.
    pub remind: Vec<TimeDelta>,
    /// A UID from another calendar that it goes on with.
    pub uid: Option<Uid>,
    /// Ids that it had before, oldest first.
    pub was: Vec<Id>,
    /// Whether it is the removed session of this id, though title and start are others.
    pub again: bool,
}

/// When a session is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// From one instant to another.
    Timed(Timed),
    /// On whole days.
    AllDay(AllDay),
}

/// From one instant to another, in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    /// The zone of the wall-clock times.
    pub zone: Zone,
    /// The start.
    pub start: Moment,
    /// The end, after the start.
    pub end: Moment,
}

/// On whole days, wherever the reader is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllDay {
    /// The zone in which the days begin and end for what is past and to come.
    pub zone: Zone,
    /// The first day.
    pub first: NaiveDate,
    /// The last day, included; not before the first.
    pub last: NaiveDate,
}

/// Whether a session takes place (RFC 5545 section 3.8.1.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// It does not.
    Cancelled,
    /// It does.
    #[default]
    Confirmed,
    /// It may.
    Tentative,
}

/// How calendars show a cancelled session. Both say it in the title and free the reader's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cancellation {
    /// Without STATUS:CANCELLED, on which Google Calendar hides an event, so that its readers see it.
    Announce,
    /// With STATUS:CANCELLED: gone in Google Calendar, struck through in most others.
    #[default]
    Silent,
}

/// A place in the world.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// Its name.
    pub name: Title,
    /// Its postal address.
    pub address: Option<Title>,
    /// Where it is on a map.
    pub geo: Option<Geo>,
}

/// Degrees of the World Geodetic System.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geo {
    /// -90 to 90, north positive.
    pub latitude: f64,
    /// -180 to 180, east positive.
    pub longitude: f64,
}

impl When {
    /// The zone of the session.
    pub fn zone(&self) -> &Zone {
        match self {
            Self::Timed(timed) => &timed.zone,
            Self::AllDay(days) => &days.zone,
        }
    }

    /// The instant of the start; of the first day's midnight in the zone for whole days.
    pub fn start(&self) -> DateTime<Utc> {
        match self {
            Self::Timed(timed) => timed.start.instant,
            Self::AllDay(days) => days.zone.start_of_day(days.first),
        }
    }

    /// The instant of the end; of the midnight after the last day in the zone for whole days.
    pub fn end(&self) -> DateTime<Utc> {
        match self {
            Self::Timed(timed) => timed.end.instant,
            Self::AllDay(days) => days.zone.start_of_day(days.day_after()),
        }
    }
}

impl AllDay {
    /// The first day that is not part of it any more.
    pub fn day_after(&self) -> NaiveDate {
        self.last + TimeDelta::days(1)
    }
}

impl Status {
    /// The word of the TOML.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Confirmed => "confirmed",
            Self::Tentative => "tentative",
        }
    }
}

impl Place {
    /// Name and address in one line.
    pub fn line(&self) -> String {
        match &self.address {
            Some(address) => format!("{}, {address}", self.name),
            None => self.name.to_string(),
        }
    }
}
