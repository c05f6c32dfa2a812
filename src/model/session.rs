//! A session with its time, place, links and settings.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{HttpUrl, Id, Markdown, Registration, RepeatDate, Tag, Title, Uid};
use crate::zone::{Moment, Zone};

/// One session.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// The id, which is part of its addresses. Its UID derives from the id or from the first of `was`.
    pub id: Id,
    /// The title.
    pub title: Title,
    /// The time.
    pub when: When,
    /// The description.
    pub description: Option<Markdown>,
    /// The link to register.
    pub register: Option<HttpUrl>,
    /// The link to join online.
    pub join: Option<HttpUrl>,
    /// Whether readers can register.
    pub registration: Registration,
    /// The organizer's own page about it.
    pub page: Option<HttpUrl>,
    /// The place.
    pub place: Option<Place>,
    /// The speakers.
    pub speakers: Vec<Speaker>,
    /// Access for people with disabilities, such as captions or a ramp.
    pub access: Option<Title>,
    /// The link to the recording.
    pub recording: Option<HttpUrl>,
    /// The link to the slides.
    pub slides: Option<HttpUrl>,
    /// The series.
    pub series: Option<Id>,
    /// The tags.
    pub tags: Vec<Tag>,
    /// The status.
    pub status: Status,
    /// The reason for the cancellation, or for a new time or place.
    pub reason: Option<Title>,
    /// The appearance in calendars of a cancelled session.
    pub cancellation: Cancellation,
    /// Whether the session blocks the reader's time. By default, the session does in an invite, and does not in a feed.
    pub busy: Option<bool>,
    /// Times before the start at which an invite reminds.
    pub remind: Vec<TimeDelta>,
    /// The UID from another calendar that it keeps.
    pub uid: Option<Uid>,
    /// The former ids, oldest first.
    pub was: Vec<Id>,
    /// Whether the session is the removed session with this id, although its title and start differ.
    pub again: bool,
    /// The position among the dates of a repeating session, if it is one.
    pub date: Option<RepeatDate>,
}

/// The time of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum When {
    /// The session lasts from one instant to another.
    Timed(Timed),
    /// The session lasts whole days.
    AllDay(AllDay),
}

/// The time from one instant to another, in a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timed {
    /// The zone of the wall-clock times.
    pub zone: Zone,
    /// The start.
    pub start: Moment,
    /// The end, after the start.
    pub end: Moment,
}

/// Whole days, in whichever zone the reader is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllDay {
    /// The zone in which the days begin and end, which decides when the session is past.
    pub zone: Zone,
    /// The first day.
    pub first: NaiveDate,
    /// The last day, included; not before the first.
    pub last: NaiveDate,
}

/// The status of a session (RFC 5545 section 3.8.1.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// The session does not take place.
    Cancelled,
    /// The session takes place.
    #[default]
    Confirmed,
    /// The session may take place.
    Tentative,
}

/// The appearance of a cancelled session in calendars. Both variants mark the title and free the reader's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Cancellation {
    /// Events do not have STATUS:CANCELLED, so Google Calendar shows them.
    Announce,
    /// Events have STATUS:CANCELLED: Google Calendar hides them, and most others strike them through.
    #[default]
    Silent,
}

/// A venue.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The name.
    pub name: Title,
    /// The postal address.
    pub address: Option<Title>,
    /// The coordinates.
    pub geo: Option<Geo>,
}

/// A speaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Speaker {
    /// The speaker's name.
    pub name: Title,
    /// A line about the speaker.
    pub about: Option<Title>,
    /// The speaker's page.
    pub url: Option<HttpUrl>,
}

/// Coordinates in degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Geo {
    /// The latitude from -90 to 90; north is positive.
    pub latitude: f64,
    /// The longitude from -180 to 180; east is positive.
    pub longitude: f64,
}

impl When {
    /// Returns the zone of the session.
    pub fn zone(&self) -> &Zone {
        match self {
            Self::Timed(timed) => &timed.zone,
            Self::AllDay(days) => &days.zone,
        }
    }

    /// Returns the start in UTC; for whole days, the beginning of the first day in the zone.
    pub fn start(&self) -> DateTime<Utc> {
        match self {
            Self::Timed(timed) => timed.start.instant,
            Self::AllDay(days) => days.zone.start_of_day(days.first),
        }
    }

    /// Returns the end in UTC; for whole days, the end of the last day in the zone.
    pub fn end(&self) -> DateTime<Utc> {
        match self {
            Self::Timed(timed) => timed.end.instant,
            Self::AllDay(days) => days.zone.start_of_day(days.day_after()),
        }
    }
}

impl AllDay {
    /// Returns the day after the last day.
    pub fn day_after(&self) -> NaiveDate {
        self.last + TimeDelta::days(1)
    }
}

impl Status {
    /// Returns the word for the status in `sessions.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::Confirmed => "confirmed",
            Self::Tentative => "tentative",
        }
    }
}

impl Place {
    /// Returns name and address in one line.
    pub fn line(&self) -> String {
        match &self.address {
            Some(address) => format!("{}, {address}", self.name),
            None => self.name.to_string(),
        }
    }
}
