//! A catalog with its revisions, as of an instant.

use chrono::{DateTime, Utc};

use super::{Revision, Revisions};
use crate::model::{Assets, Catalog, Feed, Session};
use crate::paths::Paths;

/// What is published from one turning instant to the next.
///
/// A turning instant is a session's end, or the end of its stay in feeds. Between two of them
/// nothing changes by time, so replicas that start at different moments publish the same.
#[derive(Debug, Clone)]
pub struct Edition {
    /// What the author means.
    pub catalog: Catalog,
    /// The addresses.
    pub paths: Paths,
    /// The files that its pages need.
    pub assets: Assets,
    revisions: Revisions,
    as_of: DateTime<Utc>,
    valid_until: Option<DateTime<Utc>>,
}

impl Edition {
    /// The edition of an instant. `revisions` are those that the catalog was revised into.
    pub fn new(
        catalog: Catalog,
        paths: Paths,
        assets: Assets,
        revisions: Revisions,
        now: DateTime<Utc>,
    ) -> Self {
        let keep_past = catalog.calendar.keep_past;
        let turns = || {
            catalog.sessions.iter().flat_map(|session| {
                let end = session.when.end();
                std::iter::once(end).chain(keep_past.map(|keep| end + keep))
            })
        };
        let as_of = turns().filter(|turn| *turn <= now).max().unwrap_or_default();
        let valid_until = turns().filter(|turn| *turn > now).min();
        Self { catalog, paths, assets, revisions, as_of, valid_until }
    }

    /// The last turning instant; 1970 before the first.
    pub fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// When the next edition of the same catalog begins; never without.
    pub fn valid_until(&self) -> Option<DateTime<Utc>> {
        self.valid_until
    }

    /// The revisions that the catalog was revised into.
    pub fn revisions(&self) -> &Revisions {
        &self.revisions
    }

    /// The revision of a session of the catalog.
    pub fn revision(&self, session: &Session) -> &Revision {
        // Every session of the catalog has one after `revise`.
        &self.revisions.sessions[session.id.as_str()]
    }

    /// Whether a session is over.
    pub fn is_past(&self, session: &Session) -> bool {
        session.when.end() <= self.as_of
    }

    /// When a session leaves the feeds, if it ever does.
    pub fn leaves_feeds(&self, session: &Session) -> Option<DateTime<Utc>> {
        Some(session.when.end() + self.catalog.calendar.keep_past?)
    }

    /// When a session left the feeds, if it did.
    pub fn left_feeds(&self, session: &Session) -> Option<DateTime<Utc>> {
        self.leaves_feeds(session).filter(|left| *left <= self.as_of)
    }

    /// The sessions of a feed by start and UID, whether they left it by time or not.
    pub fn sessions_of(&self, feed: &Feed<'_>) -> Vec<&Session> {
        let mut sessions: Vec<&Session> =
            self.catalog.sessions.iter().filter(|session| feed.holds(session)).collect();
        // The catalog is by start already; UIDs are looked up only where two begin together.
        sessions.sort_by(|a, b| {
            let uids = || self.revision(a).uid.cmp(&self.revision(b).uid);
            a.when.start().cmp(&b.when.start()).then_with(uids)
        });
        sessions
    }
}
