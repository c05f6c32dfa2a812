//! Decides the identity of the dates of repeating sessions.
//!
//! A date is a session of its own, with an id, an entry and a UID, and is treated as any other. Two things differ:
//!
//! 1. A published single session that repeats from now on gives its entry to the date that it had.
//! 2. A `uid` of the repeating session is for all its dates: the first that was ever published has it, the others get
//!    `UID/YYYYMMDDTHHMMSS` or `UID/YYYYMMDD` with their start by the rule when they are first published.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::{Revision, Time};
use crate::model::{Catalog, Id, RepeatDate, Session, Uid};

type Entries = BTreeMap<String, Arc<Revision>>;

/// The dates of a catalog's repeating sessions.
#[derive(Debug, Default)]
pub(super) struct Repeats<'a> {
    /// The keys of entries of single sessions, by the session that continues each.
    heirs: HashMap<&'a Id, &'a str>,
    /// The UID that the file gives for a repeating session, and the session that gets it unchanged.
    uids: HashMap<&'a Id, (&'a Uid, Option<&'a Id>)>,
}

impl<'a> Repeats<'a> {
    pub(super) fn new(all: &'a Entries, catalog: &'a Catalog) -> Self {
        let mut repeats = Self::default();
        if catalog.repeats.is_empty() {
            return repeats;
        }
        let mut by_repeat: HashMap<&Id, Vec<(&RepeatDate, &Session)>> = HashMap::new();
        for session in &catalog.sessions {
            if let Some(date) = &session.date {
                by_repeat.entry(&date.of).or_default().push((date, session));
            }
        }
        for repeat in &catalog.repeats {
            let Some(dates) = by_repeat.get_mut(&repeat.id) else { continue };
            dates.sort_by_key(|(date, _)| date.planned);
            for key in repeat.was.iter().chain([&repeat.id]) {
                let heir = all.get(key.as_str()).and_then(|entry| heir(all, entry, dates));
                repeats.heirs.extend(heir.map(|heir| (&heir.id, key.as_str())));
            }
            if let Some(uid) = &repeat.uid {
                let ids = repeat.was.iter().chain([&repeat.id]);
                let is_published = ids.into_iter().any(|id| has_dates(all, id));
                let first = dates.iter().find(|(_, session)| session.uid.is_none());
                let first = first.filter(|_| !is_published).map(|(_, session)| &session.id);
                repeats.uids.insert(&repeat.id, (uid, first));
            }
        }
        repeats
    }

    /// Returns the key of the single session's entry that a session continues.
    pub(super) fn inherited(&self, session: &Session) -> Option<&'a str> {
        self.heirs.get(&session.id).copied()
    }

    /// Returns the UIDs that a date may get when it is first published, the best first; `None` if its repeating session
    /// gives no `uid`.
    pub(super) fn uids(&self, session: &Session) -> Option<impl Iterator<Item = String> + use<'a>> {
        let date = session.date.as_ref()?;
        let (uid, first) = *self.uids.get(&date.of)?;
        let own = format!("{uid}/{}", date.planned);
        let numbered = (2..).map({
            let own = own.clone();
            move |number| format!("{own}/{number}")
        });
        let whole = (first == Some(&session.id)).then(|| uid.to_string());
        Some(whole.into_iter().chain([own]).chain(numbered))
    }
}

/// Returns the date that a single session had. If the rule does not have that date, returns the first new date, unless
/// the session was removed.
fn heir<'a>(
    all: &Entries,
    entry: &Revision,
    dates: &[(&RepeatDate, &'a Session)],
) -> Option<&'a Session> {
    let free = || dates.iter().filter(|(_, session)| session.uid.is_none());
    let had = free().find(|(date, session)| {
        let day = match entry.published.when.start() {
            Time::Day(day) => day,
            Time::Instant(start) => session.when.zone().local(start).date(),
        };
        date.planned.date() == day
    });
    let is_new = |session: &Session| !all.contains_key(session.id.as_str());
    let first = || free().find(|(_, session)| entry.removed.is_none() && is_new(session));
    had.or_else(first).map(|(_, session)| *session)
}

/// Returns whether a date of a repeating session was ever published.
fn has_dates(all: &Entries, id: &Id) -> bool {
    let start = format!("{id}-");
    let after = all.range(start.clone()..).take_while(|(key, _)| key.starts_with(&start));
    after.into_iter().any(|(key, _)| Id::split_date(key).is_some_and(|(of, _)| of == id.as_str()))
}

/// Returns the current and former ids of repeating sessions. Their addresses lead to a date.
pub(super) fn ids(catalog: &Catalog) -> HashSet<&str> {
    let ids = catalog.repeats.iter().flat_map(|repeat| repeat.was.iter().chain([&repeat.id]));
    ids.map(Id::as_str).collect()
}
