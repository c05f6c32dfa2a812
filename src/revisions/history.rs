//! The history of a session: every published change, and the changes that are news to readers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{PublishedSession, Revision, Time, Times, bounds, published};
use crate::model::Status;

/// The number of recorded changes per session; the oldest are dropped.
const KEPT: usize = 100;

/// A change of one field of a session, which has the members `at`, `field` and `was` in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedChange", into = "UncheckedChange")]
pub struct Change {
    /// The instant of publication, UTC in whole seconds: the LAST-MODIFIED of that revision.
    pub at: DateTime<Utc>,
    /// The value before.
    pub was: Was,
}

/// A value before a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Was {
    /// The start, or the first day.
    Start(Time),
    /// The end, or the last day. An end equal to the start is unknown: before schema 3 only starts were recorded.
    End(Time),
    /// The title.
    Title(String),
    /// The status.
    Status(Status),
    /// The place, if there was one.
    Place(Option<String>),
    /// The digest of the link to register, if there was one. A replaced link may be a secret.
    Register(Option<String>),
    /// The digest of the link to join, if there was one.
    Join(Option<String>),
}

/// Recent changes of a session, without those that were undone.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct News {
    /// The change of its place.
    pub place: Option<PlaceChange>,
    /// The change of its link to register.
    pub register: Option<LinkChange>,
    /// The change of its link to join.
    pub join: Option<LinkChange>,
}

/// A change of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceChange {
    /// A place was added.
    Added {
        /// The place now.
        now: String,
    },
    /// The place changed.
    Changed {
        /// The place before.
        was: String,
        /// The place now.
        now: String,
    },
    /// The place was removed.
    Removed {
        /// The place before.
        was: String,
    },
}

/// A change of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkChange {
    /// The link was added.
    Added,
    /// The link changed.
    Changed,
    /// The link was removed.
    Removed,
}

impl LinkChange {
    /// Compares two digests. Returns `None` if they are equal.
    pub(super) fn between(was: Option<&String>, is: Option<&String>) -> Option<Self> {
        match (was, is) {
            (None, Some(_)) => Some(Self::Added),
            (Some(_), None) => Some(Self::Removed),
            (Some(was), Some(is)) => (was != is).then_some(Self::Changed),
            (None, None) => None,
        }
    }
}

impl PlaceChange {
    fn between(was: Option<&String>, now: Option<&String>) -> Option<Self> {
        match (was.cloned(), now.cloned()) {
            (None, Some(now)) => Some(Self::Added { now }),
            (Some(was), None) => Some(Self::Removed { was }),
            (Some(was), Some(now)) => (was != now).then_some(Self::Changed { was, now }),
            (None, None) => None,
        }
    }
}

impl News {
    /// Returns whether nothing changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Revision {
    /// Returns the recorded changes, and those of one more revision that publishes `next` at an instant.
    pub(super) fn changes_with(&self, next: &PublishedSession, at: DateTime<Utc>) -> Vec<Change> {
        let old = &self.published;
        let mut all = self.changes.clone();
        let mut push = |is_other: bool, was: Was| {
            if is_other {
                all.push(Change { at, was });
            }
        };
        push(old.when.start() != next.when.start(), Was::Start(old.when.start()));
        push(old.when.end() != next.when.end(), Was::End(old.when.end()));
        push(old.title != next.title, Was::Title(old.title.clone()));
        push(old.status != next.status, Was::Status(old.status));
        push(old.place != next.place, Was::Place(old.place.clone()));
        if let (Some(old), Some(next)) = (&old.digests, &next.digests) {
            push(old.register != next.register, Was::Register(old.register.clone()));
            push(old.join != next.join, Was::Join(old.join.clone()));
        }
        all.drain(..all.len().saturating_sub(KEPT));
        all
    }

    /// Returns the times before each move, oldest first, without a length where the end is unknown.
    pub fn earlier(&self) -> Vec<Times> {
        let (mut start, mut end) = (self.published.when.start(), self.published.when.end());
        let mut earlier = Vec::new();
        for publication in publications(&self.changes).into_iter().rev() {
            let mut is_move = false;
            for change in publication {
                match change.was {
                    Was::Start(was) => (start, is_move) = (was, true),
                    Was::End(was) => end = was,
                    _ => {}
                }
            }
            if is_move {
                // Changes in a file that was edited by hand may not fit together.
                earlier.push(Times::new(start, end).unwrap_or_else(|_| Times::at(start)));
            }
        }
        earlier.reverse();
        earlier
    }

    /// Returns whether the end differs from that of the first publication.
    pub(super) fn has_new_end(&self) -> bool {
        let ends = self.changes.iter().filter_map(|change| match change.was {
            Was::End(time) => Some(time),
            _ => None,
        });
        last_other(ends, &self.published.when.end()).is_some()
    }

    /// Returns the news since the first publication.
    pub(super) fn news(&self) -> News {
        let places = self.changes.iter().filter_map(|change| match &change.was {
            Was::Place(place) => Some(place.as_ref()),
            _ => None,
        });
        let now = self.published.place.as_ref();
        let place = last_other(places, &now).and_then(|was| PlaceChange::between(was, now));
        let Some(digests) = &self.published.digests else {
            return News { place, ..News::default() };
        };
        let registers = self.changes.iter().filter_map(|change| match &change.was {
            Was::Register(link) => Some(link.as_ref()),
            _ => None,
        });
        let joins = self.changes.iter().filter_map(|change| match &change.was {
            Was::Join(link) => Some(link.as_ref()),
            _ => None,
        });
        let (register, join) = (digests.register.as_ref(), digests.join.as_ref());
        News {
            place,
            register: last_other(registers, &register)
                .and_then(|was| LinkChange::between(was, register)),
            join: last_other(joins, &join).and_then(|was| LinkChange::between(was, join)),
        }
    }
}

/// Returns, from earlier values with the oldest first, the last one before the current value first appeared. Later
/// changes were undone.
fn last_other<T: PartialEq>(values: impl Iterator<Item = T>, now: &T) -> Option<T> {
    values.take_while(|value| value != now).last()
}

/// Returns the changes grouped by publication, oldest first. The changes of one publication have the same instant and
/// are in the order of their fields; converted ones of several publications may have the same instant.
fn publications(changes: &[Change]) -> Vec<&[Change]> {
    let is_same =
        |one: &Change, next: &Change| one.at == next.at && one.was.field() < next.was.field();
    changes.chunk_by(is_same).collect()
}

/// A [`Change`] in the format of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedChange {
    #[serde(deserialize_with = "bounds::instant")]
    at: DateTime<Utc>,
    field: Field,
    /// The value before the change. The member has no default, so a missing member is an error.
    #[serde(deserialize_with = "Option::deserialize")]
    was: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Field {
    Start,
    End,
    Title,
    Status,
    Place,
    Register,
    Join,
}

impl Was {
    fn field(&self) -> Field {
        match self {
            Self::Start(_) => Field::Start,
            Self::End(_) => Field::End,
            Self::Title(_) => Field::Title,
            Self::Status(_) => Field::Status,
            Self::Place(_) => Field::Place,
            Self::Register(_) => Field::Register,
            Self::Join(_) => Field::Join,
        }
    }
}

impl From<Change> for UncheckedChange {
    fn from(change: Change) -> Self {
        let field = change.was.field();
        let was = match change.was {
            Was::Start(time) | Was::End(time) => Some(time.to_string()),
            Was::Title(title) => Some(title),
            Was::Status(status) => Some(status.as_str().to_owned()),
            Was::Place(value) | Was::Register(value) | Was::Join(value) => value,
        };
        Self { at: change.at, field, was }
    }
}

impl TryFrom<UncheckedChange> for Change {
    type Error = String;

    fn try_from(UncheckedChange { at, field, was }: UncheckedChange) -> Result<Self, String> {
        let was = match (field, was) {
            (Field::Start, Some(was)) => Was::Start(was.parse()?),
            (Field::End, Some(was)) => Was::End(was.parse()?),
            (Field::Title, Some(was)) => Was::Title(was),
            (Field::Status, Some(was)) => Was::Status(published::status(&was)?),
            (Field::Place, was) => Was::Place(was),
            (Field::Register, was) => Was::Register(was),
            (Field::Join, was) => Was::Join(was),
            (_, None) => return Err("`was` is null, and only places and links can be none".into()),
        };
        Ok(Self { at, was })
    }
}
