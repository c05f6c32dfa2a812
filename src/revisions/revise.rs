//! Makes the revisions after one more publication.

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::identity::Entries;
use super::published::{links, published};
use super::{PublishedSession, Revision, Revisions, bounds, digest, feeds, former, next};
use crate::model::{Catalog, Dialect, Id, Members};
use crate::urls::Urls;

impl Revisions {
    /// Returns the revisions after a catalog is published at an instant. This is a pure function, and the same catalog
    /// again gives the same revisions.
    #[must_use]
    pub fn revise(&self, catalog: &Catalog, urls: &Urls, now: DateTime<Utc>) -> Self {
        let now = bounds::whole(now);
        let id = &catalog.calendar.id;
        let mut before = Entries::new(&self.sessions, catalog);
        let mut sessions = BTreeMap::new();
        let own = catalog.sessions.iter().map(|session| (&session.id, session.was.as_slice()));
        // This set is needed only for renamed sessions, and is as large as the catalog.
        let repeats = catalog.repeats.iter().map(|own| (&own.id, own.was.as_slice()));
        let claims = LazyCell::new(|| former::claims(own.chain(repeats)));
        let names: Vec<&Id> = catalog.feeds().map(|feed| feed.id).collect();
        let feeds_of_sessions = Members::new(catalog).feeds_of_sessions();
        for (session, feeds) in catalog.sessions.iter().zip(feeds_of_sessions) {
            let (had, known) = before.take(session, id).unzip();
            let entry = known.map(Arc::as_ref);
            let uid = before.uid(session, entry, id);
            let digest = digest::of_session(catalog, session, urls, &uid);
            // These are the links published under its id and under the ids that it takes over.
            let under = entry.or_else(|| before.under(session));
            let over = session.was.iter().filter_map(|old| self.under(old));
            let given = under.into_iter().chain(over).map(|known| &known.published);
            let was = former::recorded(
                given.clone().flat_map(|known| known.was.iter().map(String::as_str)),
                // An entry is kept under its UID if another session has its id.
                had.filter(|had| entry.is_some_and(|own| own.uid != *had)),
                &session.was,
                &session.id,
                |id| claims.get(id).copied(),
            );
            let links = links(session, given);
            let feeds = feeds.into_iter().map(|feed| names[feed].to_string()).collect();
            let published = PublishedSession { was, links, ..published(session, feeds) };
            sessions.insert(session.id.to_string(), revised(known, uid, digest, published, now));
        }
        // Unclaimed entries belong to removed sessions. They stay, so that no UID is used again.
        for (id, entry) in before.left() {
            insert(&mut sessions, id, mark_removed(entry, now));
        }
        let feeds = feeds::revise(&self.feeds, &self.sessions, catalog, now);
        let (calendar, sessions) = (Some(id.to_string()), Arc::new(sessions));
        Self { calendar, sessions, feeds, resources: self.resources.clone() }
    }
}

/// Returns the revision of one session of the file. `known` is the entry that it continues.
///
/// 1. No entry: it is new. SEQUENCE is 0, and it is created and changed now.
/// 2. The same digest: the numbers stay. If no recorded value differs either, the result is `known` itself; its feeds,
///    former ids and published links may differ, which changes no event.
/// 3. Another digest: SEQUENCE and LAST-MODIFIED rise together, once, and the changes are recorded with the new
///    LAST-MODIFIED.
/// 4. It was removed and is back: the same as 3, even with the same digest.
///
/// In 1, 3 and 4 calendars print its text by the rules of this release, in 2 by the rules under which it was published.
fn revised(
    known: Option<&Arc<Revision>>,
    uid: String,
    digest: String,
    published: PublishedSession,
    now: DateTime<Utc>,
) -> Arc<Revision> {
    let (sequence, last_modified, changes, dialect) = match known {
        None => (0, now, Vec::new(), Dialect::default()),
        Some(known) if known.digest == digest && known.removed.is_none() => {
            (known.sequence, known.last_modified, known.changes.clone(), known.dialect)
        }
        Some(known) => {
            let (sequence, last_modified) = raised(known, now);
            let changes = known.changes_with(&published, last_modified);
            (sequence, last_modified, changes, Dialect::default())
        }
    };
    let created = known.map_or(now, |known| known.created);
    let removed = None;
    let revision = Revision {
        uid,
        digest,
        sequence,
        created,
        last_modified,
        removed,
        dialect,
        published,
        changes,
    };
    match known {
        Some(known) if **known == revision => Arc::clone(known),
        _ => Arc::new(revision),
    }
}

/// Marks the entry of a session that is not in the file as removed now, unless it was removed before.
fn mark_removed(entry: &Arc<Revision>, now: DateTime<Utc>) -> Arc<Revision> {
    if entry.removed.is_some() {
        return Arc::clone(entry);
    }
    let (sequence, last_modified) = raised(entry, now);
    let removed = Some(last_modified);
    Arc::new(Revision { removed, sequence, last_modified, ..entry.as_ref().clone() })
}

/// Returns SEQUENCE and LAST-MODIFIED of a change.
fn raised(entry: &Revision, now: DateTime<Utc>) -> (u32, DateTime<Utc>) {
    (bounds::after_sequence(entry.sequence), next(entry.last_modified, now))
}

/// Adds an entry under its id, or under its UID if another session has that id.
pub(super) fn insert(
    sessions: &mut BTreeMap<String, Arc<Revision>>,
    id: &str,
    entry: Arc<Revision>,
) {
    let numbered = (2..).map(|number| format!("{}/{number}", entry.uid));
    let keys = [id.to_owned(), entry.uid.clone()].into_iter().chain(numbered);
    let key = keys.into_iter().find(|key| !sessions.contains_key(key));
    sessions.insert(key.expect("numbers do not run out"), entry);
}
