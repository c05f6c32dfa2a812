//! What was published before, and what follows from it: UID, SEQUENCE, CREATED, LAST-MODIFIED.
//!
//! SEQUENCE and LAST-MODIFIED cannot be computed from today's file alone, so a file remembers. This
//! room is pure; [`store`] reads and writes that file.

mod bounds;
mod checks;
mod differences;
mod digest;
mod edition;
mod feeds;
mod format;
mod former;
mod history;
mod holders;
mod identity;
mod join;
mod lines;
mod parse;
mod published;
mod removed;
mod replace;
mod revise;
mod schema2;
pub mod store;
mod sums;
mod times;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{Catalog, Id, Session};

pub use bounds::is_publishable;
pub use differences::{Difference, What, differences};
pub use digest::{FORMAT, of_bytes};
pub use edition::{Contents, Edition};
pub use feeds::KnownFeed;
pub use history::{Change, LinkChange, News, PlaceChange, Was};
pub use holders::{FeedHolder, SessionHolder};
pub use published::{Digests, PublishedSession};
pub use removed::{Removed, Retired};
pub use times::{Time, Times};

/// Everything that was published before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revisions {
    /// The calendar's permanent id, once something was published.
    pub calendar: Option<String>,
    /// By session id, removed sessions too; by UID where another session has that id now. Shared: an
    /// edition holds them too, and those that did not change are the same before and after.
    pub sessions: Arc<BTreeMap<String, Arc<Revision>>>,
    /// By id, feeds that are gone from the file too.
    pub feeds: BTreeMap<String, KnownFeed>,
    /// By path without the base's own, those that are no more too.
    pub resources: HashMap<String, Stamp>,
}

/// The revision of one session. All instants are UTC in whole seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// Its identity in every calendar (RFC 5545 section 3.8.4.7).
    pub uid: String,
    /// Of its canonical form.
    pub digest: String,
    /// How often it changed (RFC 5545 section 3.8.7.4).
    pub sequence: u32,
    /// When it was first published.
    #[serde(deserialize_with = "bounds::instant")]
    pub created: DateTime<Utc>,
    /// When it was last changed; its DTSTAMP too.
    #[serde(deserialize_with = "bounds::instant")]
    pub last_modified: DateTime<Utc>,
    /// When it was found to be gone from the file.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "bounds::optional"
    )]
    pub removed: Option<DateTime<Utc>>,
    /// What was published, so that a later edition can say what changed.
    pub published: PublishedSession,
    /// What changed since it was first published, oldest first; the last 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// When certain bytes of a calendar were first published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamp {
    /// Of the bytes without their own LAST-MODIFIED.
    pub digest: String,
    /// The Last-Modified of the resource, UTC in whole seconds.
    #[serde(deserialize_with = "bounds::instant")]
    pub last_modified: DateTime<Utc>,
}

impl Revisions {
    /// The entry under an id.
    fn under(&self, id: &Id) -> Option<&Revision> {
        self.sessions.get(id.as_str()).map(Arc::as_ref)
    }

    /// The revisions where calendars moved to other paths, given as old and new path: what has the same
    /// bytes there has them as long as before.
    #[must_use]
    pub fn moved(mut self, paths: impl IntoIterator<Item = (String, String)>) -> Self {
        for (old, new) in paths {
            let Some(left) = self.resources.get(&old).cloned() else { continue };
            self.resources.entry(new).or_insert(left);
        }
        self
    }

    /// The stamped revisions where calendars answer at former paths too, given as old and new path:
    /// whoever asks there must see something newer than what stood there.
    #[must_use]
    pub fn followed(mut self, paths: impl IntoIterator<Item = (String, String)>) -> Self {
        for (old, new) in paths {
            let Some(mut stamp) = self.resources.get(&new).cloned() else { continue };
            if let Some(left) = self.resources.get(&old) {
                let least = match left.digest == stamp.digest {
                    true => left.last_modified,
                    false => bounds::after_instant(left.last_modified),
                };
                stamp.last_modified = stamp.last_modified.max(least);
                self.resources.insert(new, stamp.clone());
            }
            self.resources.insert(old, stamp);
        }
        self
    }

    /// The revisions with the moments at which calendars got the bytes that they have now, given as
    /// path and digest. A calendar that is no more is remembered: should it come back, its
    /// Last-Modified must not go back.
    #[must_use]
    pub fn stamp<'a>(
        self,
        calendars: impl IntoIterator<Item = (&'a str, &'a str)>,
        now: DateTime<Utc>,
    ) -> Self {
        let now = bounds::whole(now);
        let mut resources = self.resources;
        for (path, digest) in calendars {
            let last_modified = match resources.get(path) {
                Some(stamp) if stamp.digest == digest => continue,
                Some(stamp) => next(stamp.last_modified, now),
                None => now,
            };
            resources.insert(path.to_owned(), Stamp { digest: digest.to_owned(), last_modified });
        }
        Self { resources, ..self }
    }
}

impl Revisions {
    /// Sessions with the id of a removed one that do not look like it: neither title nor start is
    /// the same, and the author does not say that it is.
    pub fn reused<'a>(&'a self, catalog: &'a Catalog) -> Vec<(&'a Session, &'a Revision)> {
        let entry = |session: &Session| self.under(&session.id);
        catalog
            .sessions
            .iter()
            .filter(|session| !session.again)
            .filter_map(|session| Some((session, entry(session).filter(|e| e.removed.is_some())?)))
            .filter(|(session, entry)| {
                entry.published.title != session.title.as_str()
                    && entry.published.when.start() != Times::of(&session.when).start()
            })
            .collect()
    }
}

/// A clock that was set back must not take a calendar back.
fn next(last: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    now.max(bounds::after_instant(last))
}
