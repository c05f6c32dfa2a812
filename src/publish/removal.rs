//! Counts the upcoming sessions that a changed file removes.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::model::{Catalog, Id, Status, Uid};
use crate::revisions::Revisions;

/// The number of removed sessions, and of upcoming ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removal {
    /// The number of published upcoming sessions that the file removes.
    pub removed: usize,
    /// The number of published sessions that are neither cancelled nor over.
    pub upcoming: usize,
}

impl Removal {
    /// Compares the published sessions with a catalog, at an instant. A renamed session is not removed if the catalog
    /// keeps its id in `was` or gives its UID.
    pub fn new(published: &Revisions, catalog: &Catalog, now: DateTime<Utc>) -> Self {
        let sessions = &catalog.sessions;
        let ids = sessions.iter().flat_map(|session| session.was.iter().chain([&session.id]));
        // A single session that now repeats continues in one of its dates.
        let repeats = catalog.repeats.iter();
        let ids = ids.chain(repeats.flat_map(|repeat| repeat.was.iter().chain([&repeat.id])));
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

    /// Returns whether the file may be half-written: it removes at least two sessions, and a fifth of the upcoming
    /// ones.
    pub fn is_mass(self) -> bool {
        self.removed >= 2 && self.removed * 5 >= self.upcoming
    }
}
