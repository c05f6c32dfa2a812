//! The upcoming sessions that a changed file removes.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::model::{Catalog, Id, Status, Uid};
use crate::revisions::Revisions;

/// A number of sessions that a file does not have any more, and the number that were upcoming.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removal {
    /// Upcoming sessions that are published and that the file removes.
    pub removed: usize,
    /// Sessions that are published, not cancelled and not over.
    pub upcoming: usize,
}

impl Removal {
    /// Compares what is published with a catalog, at an instant. A session under another id is not removed if
    /// the catalog keeps its id in `was` or gives its UID.
    pub fn new(published: &Revisions, catalog: &Catalog, now: DateTime<Utc>) -> Self {
        let sessions = &catalog.sessions;
        let ids = sessions.iter().flat_map(|session| session.was.iter().chain([&session.id]));
        let ids: HashSet<&str> = ids.map(Id::as_str).collect();
        let uids = sessions.iter().filter_map(|session| session.uid.as_ref());
        let uids: HashSet<&str> = uids.map(Uid::as_str).collect();
        let upcoming = published.sessions.iter().filter(|(_, entry)| {
            let published = &entry.published;
            entry.removed.is_none()
                && published.status != Status::Cancelled
                && published.ends_after(now)
        });
        let mut removal = Self::default();
        for (id, entry) in upcoming {
            removal.upcoming += 1;
            let kept = ids.contains(id.as_str()) || uids.contains(entry.uid.as_str());
            removal.removed += usize::from(!kept);
        }
        removal
    }

    /// Whether half of a file may be the reason: at least two sessions, and a fifth of the upcoming ones.
    pub fn is_mass(self) -> bool {
        self.removed >= 2 && self.removed * 5 >= self.upcoming
    }
}
