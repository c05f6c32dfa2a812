//! What readers were told about a session, as it is remembered.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};

use super::{Time, Times, digest};
use crate::model::{Session, Status};

/// What readers were told about a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedSession")]
pub struct PublishedSession {
    /// Its title.
    pub title: String,
    /// When it is; in JSON `start` and `end`, each an instant or a date.
    #[serde(flatten)]
    pub when: Times,
    /// Its zone, as it is written into calendars.
    pub zone: String,
    /// Whether it takes place.
    #[serde(serialize_with = "write_status")]
    pub status: Status,
    /// Where it is in the world.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The ids of the feeds that it was in.
    pub feeds: Vec<String>,
    /// Ids that it had before, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<String>,
    /// Digests of what else it says; none where a release wrote it that did not record them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digests: Option<Digests>,
    /// Which addresses of its links were given out, `join` and `register`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub links: BTreeSet<String>,
}

/// Digests of what readers may be told is different, without what it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// Of its description, its own page and its tags.
    pub text: String,
    /// Of its link to register, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register: Option<String>,
    /// Of its link to join, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<String>,
}

/// [`PublishedSession`] as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedSession {
    title: String,
    start: Time,
    end: Time,
    zone: String,
    status: String,
    place: Option<String>,
    feeds: Vec<String>,
    #[serde(default)]
    was: Vec<String>,
    digests: Option<Digests>,
    #[serde(default)]
    links: BTreeSet<String>,
}

impl TryFrom<UncheckedSession> for PublishedSession {
    type Error = String;

    fn try_from(read: UncheckedSession) -> Result<Self, String> {
        let UncheckedSession { title, start, end, zone, status, place, feeds, .. } = read;
        let UncheckedSession { was, digests, links, .. } = read;
        let (when, status) = (Times::new(start, end)?, self::status(&status)?);
        Ok(Self { title, when, zone, status, place, feeds, was, digests, links })
    }
}

fn write_status<S: Serializer>(status: &Status, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(status.as_str())
}

/// The status of a word, which is that of the TOML.
pub(super) fn status(word: &str) -> Result<Status, String> {
    let all = [Status::Cancelled, Status::Confirmed, Status::Tentative];
    let found = all.into_iter().find(|status| status.as_str() == word);
    found.ok_or_else(|| format!("`{word}` is no status of a session"))
}

impl PublishedSession {
    /// Whether it begins after an instant; whole days count by their date in UTC.
    pub fn starts_after(&self, now: DateTime<Utc>) -> bool {
        match self.when {
            Times::Timed { start, .. } => start > now,
            Times::Days { first, .. } => first > now.date_naive(),
        }
    }

    /// Whether it is not over at an instant; whole days count by their date in UTC.
    pub fn ends_after(&self, now: DateTime<Utc>) -> bool {
        match self.when {
            Times::Timed { end, .. } => end > now,
            Times::Days { last, .. } => last >= now.date_naive(),
        }
    }
}

/// What is published, but for what was given out before; `feeds` are the ids of those that it is in.
pub(super) fn published(session: &Session, feeds: Vec<String>) -> PublishedSession {
    PublishedSession {
        title: session.title.to_string(),
        when: Times::of(&session.when),
        zone: session.when.zone().tzid().to_owned(),
        status: session.status,
        place: session.place.as_ref().map(crate::model::Place::line),
        feeds,
        was: Vec::new(),
        digests: Some(Digests {
            text: digest::of_text(session),
            register: session.register.as_ref().map(digest::of_link),
            join: session.join.as_ref().map(digest::of_link),
        }),
        links: BTreeSet::new(),
    }
}

/// Those that it has, and those that it had.
pub(super) fn links<'a>(
    session: &Session,
    given: impl Iterator<Item = &'a PublishedSession>,
) -> BTreeSet<String> {
    let own = [("register", &session.register), ("join", &session.join)];
    let own = own.into_iter().filter(|(_, link)| link.is_some()).map(|(name, _)| name.to_owned());
    own.chain(given.flat_map(|known| known.links.iter().cloned())).collect()
}
