//! Decides the identity of sessions: the entry that a session continues, and the UID of a new one.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use uuid::Uuid;

use super::Revision;
use super::repeats::Repeats;
use crate::model::{Catalog, Id, Session, Uid};

/// The namespace of derived UIDs (RFC 9562 section 5.5).
const NAMESPACE: Uuid = Uuid::from_u128(0x6b1f_6a3e_3c53_5d0e_9a70_5b7e_2c1d_8f42);

/// The entries that no session has claimed yet, and the UIDs that no new session may get.
pub(super) struct Entries<'a> {
    left: HashMap<&'a str, &'a Arc<Revision>>,
    /// The keys of entries whose UID a session gives.
    named: HashMap<Id, &'a str>,
    /// All known UIDs; collected for the first new session.
    uids: Option<HashSet<Cow<'a, str>>>,
    repeats: Repeats<'a>,
    all: &'a BTreeMap<String, Arc<Revision>>,
    catalog: &'a Catalog,
}

impl<'a> Entries<'a> {
    pub(super) fn new(all: &'a BTreeMap<String, Arc<Revision>>, catalog: &'a Catalog) -> Self {
        let left = all.iter().map(|(key, entry)| (key.as_str(), entry)).collect();
        let (named, repeats) = (named(all, &catalog.sessions), Repeats::new(all, catalog));
        Self { named, left, uids: None, repeats, all, catalog }
    }

    /// Claims the entry that a session continues, and returns it with its key.
    pub(super) fn take(
        &mut self,
        session: &Session,
        calendar: &Id,
    ) -> Option<(&'a str, &'a Arc<Revision>)> {
        if session.uid.is_some() {
            // An unknown UID means a new entry, and the entry under the id stays.
            return self.left.remove_entry(*self.named.get(&session.id)?);
        }
        let own = self.left.get(session.id.as_str()).copied();
        if let Some(key) = self.repeats.inherited(session)
            && own.is_none_or(|own| own.removed.is_some())
            && let Some(entry) = self.left.remove_entry(key)
        {
            return Some(entry);
        }
        // A former id that was in use until now means a renamed session. An entry under the new id then belongs to
        // another, removed session, unless its UID shows that the session was renamed earlier.
        let live =
            |id: &&Id| self.left.get(id.as_str()).is_some_and(|entry| entry.removed.is_none());
        let renamed = session.was.iter().rev().find(live);
        let first = session.was.first().map(|first| derived(calendar, first.as_str()));
        let older = |entry: &&Arc<Revision>| first.as_ref() == Some(&entry.uid);
        if let Some(id) = renamed
            && own.filter(older).is_none()
        {
            return self.left.remove_entry(id.as_str());
        }
        std::iter::once(&session.id)
            .chain(session.was.iter().rev())
            .find_map(|id| self.left.remove_entry(id.as_str()))
    }

    /// Returns the UID of a session: the author's, that of its entry, or a new one.
    pub(super) fn uid(
        &mut self,
        session: &Session,
        entry: Option<&Revision>,
        calendar: &Id,
    ) -> String {
        if let Some(uid) = &session.uid {
            return uid.to_string();
        }
        if let Some(entry) = entry {
            return entry.uid.clone();
        }
        let (all, catalog) = (self.all, self.catalog);
        let uids = self.uids.get_or_insert_with(|| {
            let given = catalog.sessions.iter().filter_map(|session| session.uid.as_ref());
            let known = all.values().map(|entry| entry.uid.as_str());
            known.chain(given.map(Uid::as_str)).map(Cow::from).collect()
        });
        let first = session.was.first().unwrap_or(&session.id).as_str();
        let of_repeat = self.repeats.uids(session).into_iter().flatten();
        // Another session had this id before it was renamed, and keeps the UID that derives from the id.
        let uid = of_repeat
            .chain(std::iter::once_with(|| derived(calendar, first)))
            .chain((2..).map(|nth| derived(calendar, &format!("{first}/{nth}"))))
            .find(|uid| !uids.contains(uid.as_str()))
            .expect("numbers do not run out");
        uids.insert(uid.clone().into());
        uid
    }

    /// Returns the entry under a session's id, if it is not claimed.
    pub(super) fn under(&self, session: &Session) -> Option<&'a Revision> {
        self.left.get(session.id.as_str()).copied().map(Arc::as_ref)
    }

    /// Returns the unclaimed entries by key; their sessions are removed.
    pub(super) fn left(self) -> BTreeMap<&'a str, &'a Arc<Revision>> {
        self.left.into_iter().collect()
    }
}

/// Returns the UID of the notice in a feed that was removed at an instant.
pub(super) fn of_notice(calendar: &Id, feed: &Id, gone: chrono::DateTime<chrono::Utc>) -> String {
    derived(calendar, &format!("feeds/{feed}/ended/{}", gone.timestamp()))
}

fn derived(calendar: &Id, name: &str) -> String {
    Uuid::new_v5(&NAMESPACE, format!("{calendar}/{name}").as_bytes()).to_string()
}

/// Returns the entries whose UID a session gives, and whose id no other session has.
fn named<'a>(
    entries: &'a BTreeMap<String, Arc<Revision>>,
    sessions: &[Session],
) -> HashMap<Id, &'a str> {
    let givers: HashMap<&str, &Id> = sessions
        .iter()
        .filter_map(|session| Some((session.uid.as_ref()?.as_str(), &session.id)))
        .collect();
    if givers.is_empty() {
        return HashMap::new();
    }
    // A session that gives a UID is identified by the UID alone.
    let by_id = sessions.iter().filter(|session| session.uid.is_none());
    let owners: HashMap<&str, &Id> = by_id
        .flat_map(|session| {
            let ids = std::iter::once(&session.id).chain(&session.was);
            ids.map(move |id| (id.as_str(), &session.id))
        })
        .collect();
    entries
        .iter()
        .filter_map(|(key, entry)| {
            let giver = *givers.get(entry.uid.as_str())?;
            let free = owners.get(key.as_str()).is_none_or(|owner| *owner == giver);
            free.then(|| (giver.clone(), key.as_str()))
        })
        .collect()
}
