//! What readers were told about a session, as it is remembered.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Revision, Time, Times, bounds, digest};
use crate::model::{Catalog, Session, Status, When};
use crate::zone::Zone;

/// What readers were told about a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Published {
    /// Its title.
    pub title: String,
    /// When it is; in JSON `start` and `end`, each an instant or a date.
    #[serde(flatten)]
    pub when: Times,
    /// Its zone, as it is written into calendars.
    pub zone: String,
    /// Whether it takes place.
    #[serde(serialize_with = "status::write")]
    pub status: Status,
    /// Where it is in the world.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The ids of the feeds that it was in.
    pub feeds: Vec<String>,
    /// Starts that it had before, oldest first; of several whole days `FIRST/LAST`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<String>,
    /// Ids that it had before, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<String>,
    /// The digest of its text, links and tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Which addresses of its links were given out, `join` and `register`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub links: BTreeSet<String>,
}

/// [`Published`] as it is read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    title: String,
    start: Time,
    end: Time,
    zone: String,
    #[serde(deserialize_with = "status::read")]
    status: Status,
    place: Option<String>,
    feeds: Vec<String>,
    #[serde(default, deserialize_with = "bounds::times")]
    earlier: Vec<String>,
    #[serde(default)]
    was: Vec<String>,
    text: Option<String>,
    #[serde(default)]
    links: BTreeSet<String>,
}

impl TryFrom<Unchecked> for Published {
    type Error = String;

    fn try_from(read: Unchecked) -> Result<Self, String> {
        let Unchecked { title, start, end, zone, status, place, feeds, .. } = read;
        let Unchecked { earlier, was, text, links, .. } = read;
        let when = Times::new(start, end)?;
        Ok(Self { title, when, zone, status, place, feeds, earlier, was, text, links })
    }
}

/// A status as its word in the TOML.
mod status {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::model::Status;

    pub(super) fn write<S: Serializer>(status: &Status, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(status.as_str())
    }

    pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Status, D::Error> {
        let word = String::deserialize(from)?;
        let known = [Status::Cancelled, Status::Confirmed, Status::Tentative];
        let status = known.into_iter().find(|status| status.as_str() == word);
        status.ok_or_else(|| D::Error::custom(format!("`{word}` is no status of a session")))
    }
}

impl Published {
    /// When it began before, oldest first, in a zone: timed ones without length, days as they were.
    pub fn earlier(&self, zone: &Zone) -> Vec<When> {
        let then = |text: &String| {
            let (first, last) = text.split_once('/').unwrap_or((text, text));
            Some(Times::new(first.parse().ok()?, last.parse().ok()?).ok()?.when(zone))
        };
        self.earlier.iter().filter_map(then).collect()
    }

    /// Whether it begins after an instant; whole days count by their date in UTC.
    pub fn starts_after(&self, now: DateTime<Utc>) -> bool {
        match self.when {
            Times::Timed { start, .. } => start > now,
            Times::Days { first, .. } => first > now.date_naive(),
        }
    }
}

/// What is published, but for what was given out before.
pub(super) fn published(
    catalog: &Catalog,
    session: &Session,
    entry: Option<&Revision>,
) -> Published {
    let when = Times::of(&session.when);
    let mut earlier = entry.map(|entry| entry.published.earlier.clone()).unwrap_or_default();
    if let Some(had) = entry.map(|entry| entry.published.when)
        && had.start() != when.start()
    {
        // Of whole days the last one too: that is how they are told.
        earlier.push(match had {
            Times::Days { first, last } if first != last => format!("{first}/{last}"),
            _ => had.start().to_string(),
        });
    }
    Published {
        title: session.title.to_string(),
        when,
        zone: session.when.zone().tzid().to_owned(),
        status: session.status,
        place: session.place.as_ref().map(crate::model::Place::line),
        feeds: catalog.feeds().filter(|f| f.holds(session)).map(|f| f.id.to_string()).collect(),
        earlier,
        was: Vec::new(),
        text: Some(digest::of_text(session)),
        links: BTreeSet::new(),
    }
}

/// Those that it has, and those that it had.
pub(super) fn links<'a>(
    session: &Session,
    given: impl Iterator<Item = &'a Published>,
) -> BTreeSet<String> {
    let own = [("register", &session.register), ("join", &session.join)];
    let own = own.into_iter().filter(|(_, link)| link.is_some()).map(|(name, _)| name.to_owned());
    own.chain(given.flat_map(|known| known.links.iter().cloned())).collect()
}
