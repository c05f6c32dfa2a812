//! A session as it comes out of a calendar.

use std::rc::Rc;

use super::timing::SessionTimes;
use crate::model::Status;

/// A session as it will stand in the list, but for its id.
#[derive(Debug)]
pub(super) struct NewSession {
    /// Shared by the occurrences of an event.
    pub(super) details: Rc<Details>,
    pub(super) times: SessionTimes,
    pub(super) uid: Option<String>,
    /// The event that it is an occurrence of, if that repeats: a number, and its title.
    pub(super) repeats: Option<(usize, Rc<str>)>,
}

/// The words, links and settings of a session.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Details {
    /// The id that it had in a list of ours.
    pub(super) id: Option<String>,
    pub(super) title: String,
    /// Markdown.
    pub(super) description: Option<String>,
    pub(super) register: Option<String>,
    pub(super) join: Option<String>,
    pub(super) page: Option<String>,
    pub(super) place: Option<NewPlace>,
    /// The id of the feed of ours that it belonged to.
    pub(super) feed: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) status: Status,
    /// Cancelled, and yet to be seen in Google Calendar.
    pub(super) announce: bool,
    pub(super) busy: Option<bool>,
    /// Such as `15m`.
    pub(super) remind: Vec<String>,
}

impl Details {
    /// About how many bytes a session with it takes in a list.
    pub(super) fn size(&self) -> usize {
        let texts = [&self.description, &self.register, &self.join, &self.page, &self.feed];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        let lists: usize = self.tags.iter().chain(&self.remind).map(|item| item.len() + 4).sum();
        let place = self
            .place
            .as_ref()
            .map_or(0, |place| place.name.len() + place.address.as_ref().map_or(0, String::len));
        // An id, times, a UID and the words before them.
        600 + self.title.len() + texts + lists + place
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct NewPlace {
    pub(super) name: String,
    pub(super) address: Option<String>,
    /// Latitude and longitude in degrees.
    pub(super) geo: Option<(f64, f64)>,
}
