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
mod gone;
mod history;
mod holders;
mod identity;
mod join;
mod lines;
mod parse;
mod published;
mod replace;
mod schema2;
pub mod store;
mod sums;
mod times;

use std::cell::LazyCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::{Catalog, Id, Members, Session};
use crate::urls::Urls;

pub use bounds::is_publishable;
pub use differences::{Difference, What, differences};
pub use digest::{FORMAT, of_bytes};
pub use edition::{Contents, Edition};
pub use feeds::KnownFeed;
pub use gone::{Removed, Retired};
pub use history::{Change, LinkChange, News, PlaceChange, Was};
pub use holders::{FeedHolder, SessionHolder};
use identity::Entries;
pub use published::{Digests, Published};
use published::{links, published};
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
    pub published: Published,
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
    /// The revisions after a catalog is published at an instant. Pure; the same catalog again gives
    /// the same revisions.
    #[must_use]
    pub fn revise(&self, catalog: &Catalog, urls: &Urls, now: DateTime<Utc>) -> Self {
        let now = bounds::whole(now);
        let id = &catalog.calendar.id;
        let mut before = Entries::new(&self.sessions, catalog);
        let mut sessions = BTreeMap::new();
        let own = catalog.sessions.iter().map(|session| (&session.id, session.was.as_slice()));
        // Asked only where a session was renamed, and there are as many as sessions.
        let claims = LazyCell::new(|| former::claims(own));
        let names: Vec<&Id> = catalog.feeds().map(|feed| feed.id).collect();
        let feeds_of_sessions = Members::new(catalog).feeds_of_sessions();
        for (session, feeds) in catalog.sessions.iter().zip(feeds_of_sessions) {
            let (had, known) = before.take(session, id).unzip();
            let entry = known.map(Arc::as_ref);
            let uid = before.uid(session, entry, id);
            let digest = digest::of_session(catalog, session, urls, &uid);
            // What was given out under its id and under those that it takes over.
            let under = entry.or_else(|| before.under(session));
            let over = session.was.iter().filter_map(|old| self.under(old));
            let given = under.into_iter().chain(over).map(|known| &known.published);
            let was = former::recorded(
                given.clone().flat_map(|known| known.was.iter().map(String::as_str)),
                // By its UID alone the entry of a session that another took the id of has been kept.
                had.filter(|had| entry.is_some_and(|own| own.uid != *had)),
                &session.was,
                &session.id,
                |id| claims.get(id).copied(),
            );
            let links = links(session, given);
            let feeds = feeds.into_iter().map(|feed| names[feed].to_string()).collect();
            let published = Published { was, links, ..published(session, feeds) };
            let (sequence, last_modified, changes) = match entry {
                None => (0, now, Vec::new()),
                // Belonging to another feed changes nothing in the session itself.
                Some(entry) if entry.digest == digest && entry.removed.is_none() => {
                    (entry.sequence, entry.last_modified, entry.changes.clone())
                }
                Some(entry) => {
                    let (sequence, last_modified) = entry.raised(now);
                    (sequence, last_modified, entry.changes_with(&published, last_modified))
                }
            };
            let created = entry.map_or(now, |entry| entry.created);
            let revision = Revision {
                uid,
                digest,
                sequence,
                created,
                last_modified,
                removed: None,
                published,
                changes,
            };
            let same = known.filter(|known| ***known == revision);
            let revision = same.map_or_else(|| Arc::new(revision), Arc::clone);
            sessions.insert(session.id.to_string(), revision);
        }
        // What is left is gone from the file; it is remembered, so that no UID is used again.
        for (id, entry) in before.left() {
            let entry = match entry.removed {
                Some(_) => Arc::clone(entry),
                None => Arc::new(entry.gone(now)),
            };
            insert(&mut sessions, id, entry);
        }
        let feeds = feeds::revise(&self.feeds, &self.sessions, catalog, now);
        let (calendar, sessions) = (Some(id.to_string()), Arc::new(sessions));
        Self { calendar, sessions, feeds, resources: self.resources.clone() }
    }

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

impl Revision {
    /// It, found to be gone from the file.
    fn gone(&self, now: DateTime<Utc>) -> Self {
        let removed = Some(next(self.last_modified, now));
        let (sequence, last_modified) = self.raised(now);
        Self { removed, sequence, last_modified, ..self.clone() }
    }

    /// SEQUENCE and LAST-MODIFIED of a change.
    fn raised(&self, now: DateTime<Utc>) -> (u32, DateTime<Utc>) {
        (bounds::after_sequence(self.sequence), next(self.last_modified, now))
    }
}

/// Adds an entry under its id. Where another session has that, its UID is all that is left to name it.
fn insert(sessions: &mut BTreeMap<String, Arc<Revision>>, id: &str, entry: Arc<Revision>) {
    let numbered = (2..).map(|number| format!("{}/{number}", entry.uid));
    let keys = [id.to_owned(), entry.uid.clone()].into_iter().chain(numbered);
    let key = keys.into_iter().find(|key| !sessions.contains_key(key));
    sessions.insert(key.expect("there is no end of numbers"), entry);
}

/// A clock that was set back must not take a calendar back.
fn next(last: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    now.max(bounds::after_instant(last))
}
