//! Finds removed sessions and feeds, which were published before but are no longer in the file. Their addresses are
//! served for the time of `keep_gone`.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::former::Former;
use super::{Revision, Revisions, repeats};
use crate::model::{Catalog, Id, Status, When};
use crate::zone::Zone;

/// A session that was published and then removed from the file.
#[derive(Debug, Clone)]
pub struct Removed {
    /// The id.
    pub id: Id,
    /// The former ids that no other one has now, oldest first.
    pub was: Vec<Id>,
    /// The time, in its own zone if the file still has that zone, or else in the calendar's.
    pub when: When,
    /// The last revision.
    pub revision: Arc<Revision>,
    /// The instant at which its addresses end, UTC.
    pub ends: DateTime<Utc>,
}

impl Removed {
    /// Returns whether the session took place before it was removed from the file.
    pub fn was_over(&self) -> bool {
        self.revision.removed.is_some_and(|removed| self.when.end() <= removed)
    }

    /// Returns whether readers see that it does not take place.
    pub fn is_cancelled(&self) -> bool {
        !self.was_over() || self.revision.published.status == Status::Cancelled
    }
}

/// A feed that was published and then removed from the file.
#[derive(Debug, Clone)]
pub struct Retired {
    /// The id.
    pub id: Id,
    /// The former ids that no other one has now, oldest first.
    pub was: Vec<Id>,
    /// The title.
    pub title: String,
    /// The UIDs of its last sessions.
    pub sessions: Vec<String>,
    /// The instant of its removal, UTC.
    pub gone: DateTime<Utc>,
    /// The instant at which its addresses end, UTC.
    pub ends: DateTime<Utc>,
}

/// Returns the removed sessions whose ids no other session has, by id.
pub(super) fn sessions(revisions: &Revisions, catalog: &Catalog, former: &Former) -> Vec<Removed> {
    let keep = catalog.calendar.keep_gone;
    let gone = revisions.sessions.iter().filter(|(_, entry)| entry.removed.is_some());
    let mut own: Vec<(&String, &Arc<Revision>)> = gone.collect();
    // Most files have no such session, and skip the search.
    if own.is_empty() {
        return Vec::new();
    }
    let live = catalog.sessions.iter().map(|session| &session.id);
    let mut used: BTreeSet<&str> = live.chain(former.values().flatten()).map(Id::as_str).collect();
    used.extend(repeats::ids(catalog));
    own.retain(|(id, _)| !used.contains(id.as_str()));
    used.extend(own.iter().map(|(id, _)| id.as_str()));
    let zones = zones(catalog);
    own.into_iter()
        .filter_map(|(id, revision)| {
            let zone = zones.get(revision.published.zone.as_str()).copied();
            let zone = zone.unwrap_or(&catalog.calendar.zone);
            Some(Removed {
                id: Id::parse(id).ok()?,
                was: free(&revision.published.was, &mut used),
                when: revision.published.when.when(zone),
                ends: after(revision.removed?, keep),
                revision: Arc::clone(revision),
            })
        })
        .collect()
}

/// Returns the removed feeds whose ids no other feed has, by id.
pub(super) fn feeds(revisions: &Revisions, catalog: &Catalog, former: &Former) -> Vec<Retired> {
    let keep = catalog.calendar.keep_gone;
    let mut used: BTreeSet<&str> = revisions.feeds.keys().map(String::as_str).collect();
    used.extend(former.values().flatten().map(Id::as_str));
    revisions
        .feeds
        .iter()
        .filter_map(|(id, feed)| {
            let gone = feed.gone?;
            Some(Retired {
                id: Id::parse(id).ok()?,
                was: free(&feed.was, &mut used),
                title: feed.title.clone(),
                sessions: feed.sessions.clone(),
                gone,
                ends: after(gone, keep),
            })
        })
        .collect()
}

/// Returns the former ids that are still free, and marks them as used.
fn free<'a>(was: &'a [String], used: &mut BTreeSet<&'a str>) -> Vec<Id> {
    let was = was.iter().map(String::as_str);
    was.filter(|id| used.insert(id)).filter_map(|id| Id::parse(id).ok()).collect()
}

/// Returns the end of a stay, or the latest instant if the sum would overflow.
fn after(instant: DateTime<Utc>, keep: TimeDelta) -> DateTime<Utc> {
    instant.checked_add_signed(keep).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Returns the zones of a catalog by their names in calendars.
pub(super) fn zones(catalog: &Catalog) -> HashMap<&str, &Zone> {
    let calendar = &catalog.calendar;
    let of_sessions = catalog.sessions.iter().map(|session| session.when.zone());
    let others = calendar.also_in.iter().map(|also| &also.zone);
    let all = std::iter::once(&calendar.zone).chain(others).chain(of_sessions);
    // If several zones have one name, the first counts.
    all.collect::<Vec<_>>().into_iter().rev().map(|zone| (zone.tzid(), zone)).collect()
}
