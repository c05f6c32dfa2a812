//! A session of an imported calendar.

use std::rc::Rc;

use super::timing::SessionTimes;
use crate::model::Status;

/// A session for `sessions.toml`, still without an id.
#[derive(Debug)]
pub(super) struct NewSession {
    /// The details, which all occurrences of an event share.
    pub(super) details: Rc<Details>,
    pub(super) times: SessionTimes,
    pub(super) uid: Option<String>,
    /// The session's position in a recurring event.
    pub(super) occurrence: Option<Occurrence>,
}

/// A date of a recurring event.
#[derive(Debug, Clone)]
pub(super) struct Occurrence {
    pub(super) event: Rc<RecurringEvent>,
    /// The times by the rule, even if the date was moved.
    pub(super) planned: SessionTimes,
}

/// An event with several dates.
#[derive(Debug)]
pub(super) struct RecurringEvent {
    /// A number that no other event has.
    pub(super) number: usize,
    /// A number that events with the same UID share.
    pub(super) group: usize,
    pub(super) title: String,
    /// The UID of its first date.
    pub(super) uid: Option<String>,
    /// FREQ of its rule, such as `WEEKLY`.
    pub(super) frequency: Option<String>,
}

/// The texts, links and settings of a session.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Details {
    /// The id, if convene wrote the calendar.
    pub(super) id: Option<String>,
    pub(super) title: String,
    /// The description in Markdown.
    pub(super) description: Option<String>,
    pub(super) register: Option<String>,
    pub(super) join: Option<String>,
    pub(super) page: Option<String>,
    pub(super) recording: Option<String>,
    pub(super) slides: Option<String>,
    /// The speakers, each with the line about the speaker.
    pub(super) speakers: Vec<(String, Option<String>)>,
    pub(super) access: Option<String>,
    pub(super) place: Option<NewPlace>,
    /// The id of its feed, if convene wrote the calendar.
    pub(super) feed: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) status: Status,
    /// Whether the session is cancelled, but shown in Google Calendar anyway.
    pub(super) announce: bool,
    pub(super) busy: Option<bool>,
    /// The reminders, such as `15m`.
    pub(super) remind: Vec<String>,
}

impl Details {
    /// Returns the approximate size of a session with these details in `sessions.toml`, in bytes.
    pub(super) fn size(&self) -> usize {
        let texts = [&self.description, &self.register, &self.join, &self.page, &self.feed];
        let around = [&self.recording, &self.slides, &self.access];
        let texts: usize = texts.into_iter().chain(around).flatten().map(String::len).sum();
        let speakers = self.speakers.iter();
        let texts = texts
            + speakers
                .map(|(name, about)| 30 + name.len() + about.as_ref().map_or(0, String::len))
                .sum::<usize>();
        let lists: usize = self.tags.iter().chain(&self.remind).map(|item| item.len() + 4).sum();
        let place = self
            .place
            .as_ref()
            .map_or(0, |place| place.name.len() + place.address.as_ref().map_or(0, String::len));
        // The constant is the size of the id, the times, the UID and the keys.
        600 + self.title.len() + texts + lists + place
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct NewPlace {
    pub(super) name: String,
    pub(super) address: Option<String>,
    /// The latitude and longitude in degrees.
    pub(super) geo: Option<(f64, f64)>,
}
