//! The published values of a session, as the revisions file records them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};

use super::{Time, Times, digest};
use crate::model::{Session, Status};

/// Published values of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedSession")]
pub struct PublishedSession {
    /// The title.
    pub title: String,
    /// The time. In JSON it is `start` and `end`, each an instant or a date.
    #[serde(flatten)]
    pub when: Times,
    /// The zone, under the name in calendars.
    pub zone: String,
    /// The status.
    #[serde(serialize_with = "write_status")]
    pub status: Status,
    /// The place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The ids of its feeds.
    pub feeds: Vec<String>,
    /// The former ids, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<String>,
    /// Digests of its other values; `None` in entries of releases that did not record them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digests: Option<Digests>,
    /// The links whose redirect addresses were published: `join` and `register`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub links: BTreeSet<String>,
}

/// Digests of values that are compared but not recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// The digest of its description, its own page and its tags.
    pub text: String,
    /// The digest of its link to register, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub register: Option<String>,
    /// The digest of its link to join, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join: Option<String>,
}

/// A [`PublishedSession`] before validation.
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

/// Parses a status.
pub(super) fn status(word: &str) -> Result<Status, String> {
    let all = [Status::Cancelled, Status::Confirmed, Status::Tentative];
    let found = all.into_iter().find(|status| status.as_str() == word);
    found.ok_or_else(|| format!("`{word}` is not a status of a session"))
}

impl PublishedSession {
    /// Returns whether the session begins after an instant. Whole days count by their date in UTC.
    pub fn starts_after(&self, now: DateTime<Utc>) -> bool {
        match self.when {
            Times::Timed { start, .. } => start > now,
            Times::Days { first, .. } => first > now.date_naive(),
        }
    }

    /// Returns whether the session is not over at an instant. Whole days count by their date in UTC.
    pub fn ends_after(&self, now: DateTime<Utc>) -> bool {
        match self.when {
            Times::Timed { end, .. } => end > now,
            Times::Days { last, .. } => last >= now.date_naive(),
        }
    }
}

/// Returns the published values of a session, without links published earlier; `feeds` are the ids of its feeds.
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

/// Returns the current links of a session, and the earlier ones.
pub(super) fn links<'a>(
    session: &Session,
    given: impl Iterator<Item = &'a PublishedSession>,
) -> BTreeSet<String> {
    let own = [("register", &session.register), ("join", &session.join)];
    let own = own.into_iter().filter(|(_, link)| link.is_some()).map(|(name, _)| name.to_owned());
    own.chain(given.flat_map(|known| known.links.iter().cloned())).collect()
}
