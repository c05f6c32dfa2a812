//! Revisions: the record of earlier publications, and the UID, SEQUENCE, CREATED and LAST-MODIFIED of the current one.
//!
//! SEQUENCE and LAST-MODIFIED do not follow from the current file alone, so the revisions file records them. This
//! module is pure except for [`store`], which reads and writes that file.
//!
//! To read: `revise` (one more publication), `edition`, `identity`, `repeats` and `former` (ids and UIDs), `digest`,
//! `history`, `join`, then the file: `format`, `parse`, `store`.

mod bounds;
mod checks;
mod dialect;
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
mod lookup;
mod parse;
mod published;
mod removed;
mod repeats;
mod revise;
mod schema2;
pub mod store;
mod sums;
mod times;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{Catalog, Dialect, Id, Session};

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

/// The record of all publications.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revisions {
    /// The calendar's permanent id, after an edition was published.
    pub calendar: Option<String>,
    /// The revisions by session id, including removed sessions. The key is the UID if another session now has that id.
    /// Editions share the map, and states share unchanged entries.
    pub sessions: Arc<BTreeMap<String, Arc<Revision>>>,
    /// The feeds by id, including removed feeds.
    pub feeds: BTreeMap<String, KnownFeed>,
    /// The stamps by path relative to the public URL, including paths that are no longer published.
    pub resources: HashMap<String, Stamp>,
}

/// The revision of one session. All instants are UTC in whole seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    /// The UID in every calendar (RFC 5545 section 3.8.4.7).
    pub uid: String,
    /// The digest of its content.
    pub digest: String,
    /// The number of changes (RFC 5545 section 3.8.7.4).
    pub sequence: u32,
    /// The instant of its first publication.
    #[serde(deserialize_with = "bounds::instant")]
    pub created: DateTime<Utc>,
    /// The instant of its last change, which is also its DTSTAMP.
    #[serde(deserialize_with = "bounds::instant")]
    pub last_modified: DateTime<Utc>,
    /// The instant of its removal from the file.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "bounds::optional"
    )]
    pub removed: Option<DateTime<Utc>>,
    /// The dialect in which calendars print its text. Entries of releases that had only CommonMark keep it until they
    /// change.
    #[serde(
        default = "dialect::first",
        skip_serializing_if = "dialect::is_first",
        with = "dialect"
    )]
    pub dialect: Dialect,
    /// The published values, which later editions compare with.
    pub published: PublishedSession,
    /// The changes since its first publication, oldest first; only the last 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
}

/// The first publication of the current bytes of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamp {
    /// The digest of the bytes, without their LAST-MODIFIED.
    pub digest: String,
    /// The Last-Modified of the resource, UTC in whole seconds.
    #[serde(deserialize_with = "bounds::instant")]
    pub last_modified: DateTime<Utc>,
}

impl Revisions {
    /// Returns the entry under an id.
    fn under(&self, id: &Id) -> Option<&Revision> {
        self.sessions.get(id.as_str()).map(Arc::as_ref)
    }

    /// Returns the revisions after calendars moved to other paths, given as old and new path. Unchanged bytes keep
    /// their stamp.
    #[must_use]
    pub fn moved(mut self, paths: impl IntoIterator<Item = (String, String)>) -> Self {
        for (old, new) in paths {
            let Some(left) = self.resources.get(&old).cloned() else { continue };
            self.resources.entry(new).or_insert(left);
        }
        self
    }

    /// Returns the stamped revisions of calendars that former paths serve, too, given as old and new path. The stamp at
    /// a former path must be later than that of the former bytes.
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

    /// Returns the revisions with a stamp for each changed calendar, given as path and digest. Stamps of calendars that
    /// are no longer published stay, because the Last-Modified of a calendar that comes back must not go back.
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
    /// Returns the sessions that reuse the id of a removed one: neither title nor start is the same, and the author did
    /// not write `again = true`. The date of a repeating session is always the same session. A postponed session counts
    /// as removed: its entry does not record that its id stayed in the file.
    pub fn reused<'a>(&'a self, catalog: &'a Catalog) -> Vec<(&'a Session, &'a Revision)> {
        let entry = |session: &Session| self.under(&session.id);
        catalog
            .sessions
            .iter()
            .filter(|session| !session.again && session.date.is_none())
            .filter_map(|session| Some((session, entry(session).filter(|e| e.removed.is_some())?)))
            .filter(|(session, entry)| {
                entry.published.title != session.title.as_str()
                    && entry.published.when.start() != Times::of(&session.when).start()
            })
            .collect()
    }
}

/// Returns the next stamp, which must not go back when the clock is set back.
fn next(last: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    now.max(bounds::after_instant(last))
}
