//! Finds the session or feed that has an id now or had it before.

use std::collections::HashMap;

use chrono::NaiveDate;

use super::former::Former;
use super::removed::{Removed, Retired};
use crate::model::{Catalog, Feed, Id, Repeat, Session, Undated};

/// The session that an id in an address refers to.
#[derive(Debug, Clone, Copy)]
pub enum SessionHolder<'a> {
    /// A session of the catalog.
    Present(&'a Session),
    /// A session of the catalog, which had this id before.
    Former(&'a Session),
    /// A repeating session of the catalog that has or had this id. Its dates are sessions with their own ids.
    Repeating(&'a Repeat),
    /// A session of the catalog whose date is to be announced.
    Undated(&'a Undated),
    /// A session of the catalog whose date is to be announced, and which had this id before.
    FormerOfUndated(&'a Undated),
    /// A session that was removed from the file.
    Removed(&'a Removed),
    /// A session that was removed from the file, and that had this id before.
    FormerOfRemoved(&'a Removed),
}

/// The feed that an id in an address refers to.
#[derive(Debug, Clone, Copy)]
pub enum FeedHolder<'a> {
    /// A feed of the catalog.
    Present(Feed<'a>),
    /// A feed of the catalog, which had this id before.
    Former(Feed<'a>),
    /// A feed that was removed from the file.
    Removed(&'a Retired),
    /// A feed that was removed from the file, and that had this id before.
    FormerOfRemoved(&'a Retired),
}

/// The ids of an edition, with their holders.
#[derive(Debug, Clone)]
pub(super) struct Holders {
    pub(super) sessions: HashMap<Id, Holder>,
    /// The index of each repeating session.
    pub(super) repeats: HashMap<Id, usize>,
    /// The index of each session without a date, by its id and its former ids.
    pub(super) undated: HashMap<Id, usize>,
    pub(super) feeds: HashMap<Id, Holder>,
}

/// The index of a holder among the catalog's sessions or feeds, or among the removed ones.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holder {
    Present(usize),
    Former(usize),
    Removed(usize),
    FormerOfRemoved(usize),
}

impl Holders {
    pub(super) fn new(
        catalog: &Catalog,
        (former, former_feeds): (&Former, &Former),
        (removed, retired): (&[Removed], &[Retired]),
    ) -> Self {
        let sessions = catalog.sessions.iter().map(|session| &session.id);
        let of_removed_repeats = of_removed_repeats(removed, retired);
        let removed = removed.iter().map(|session| (&session.id, session.was.as_slice()));
        let retired = retired.iter().map(|feed| (&feed.id, feed.was.as_slice()));
        let mut sessions = index(sessions, former, removed);
        for (id, holder) in of_removed_repeats {
            sessions.entry(id).or_insert(holder);
        }
        let repeats = catalog.repeats.iter().enumerate().flat_map(|(at, repeat)| {
            repeat.was.iter().chain([&repeat.id]).map(move |id| (id.clone(), at))
        });
        let undated = catalog.undated.iter().enumerate();
        Self {
            sessions,
            repeats: repeats.collect(),
            undated: undated
                .flat_map(|(at, own)| {
                    own.was.iter().chain([&own.id]).map(move |id| (id.clone(), at))
                })
                .collect(),
            feeds: index(catalog.feeds().map(|feed| feed.id), former_feeds, retired),
        }
    }
}

/// Returns the ids of removed repeating sessions whose feeds are removed, too. Each leads to its last date.
fn of_removed_repeats(removed: &[Removed], retired: &[Retired]) -> Vec<(Id, Holder)> {
    if retired.is_empty() {
        return Vec::new();
    }
    let feeds: HashMap<&str, &Id> =
        retired.iter().map(|feed| (feed.id.as_str(), &feed.id)).collect();
    let dates = removed.iter().enumerate().filter_map(|(at, session)| {
        let (id, date) = Id::split_date(session.id.as_str())?;
        Some((*feeds.get(id)?, date, at))
    });
    let mut last: HashMap<&Id, (NaiveDate, usize)> = HashMap::new();
    for (id, date, at) in dates {
        let known = last.entry(id).or_insert((date, at));
        *known = (date, at).max(*known);
    }
    last.into_iter().map(|(id, (_, at))| (id.clone(), Holder::FormerOfRemoved(at))).collect()
}

/// Indexes ids by their holders. Current ids take precedence over former ones, and the catalog over removed sessions
/// and feeds.
fn index<'a>(
    present: impl Iterator<Item = &'a Id> + Clone,
    former: &Former,
    removed: impl Iterator<Item = (&'a Id, &'a [Id])> + Clone,
) -> HashMap<Id, Holder> {
    let mut all = HashMap::with_capacity(present.size_hint().0);
    for (at, (_, was)) in removed.clone().enumerate() {
        all.extend(was.iter().map(|old| (old.clone(), Holder::FormerOfRemoved(at))));
    }
    all.extend(removed.enumerate().map(|(at, (id, _))| (id.clone(), Holder::Removed(at))));
    if !former.is_empty() {
        for (at, id) in present.clone().enumerate() {
            let was = former.get(id).into_iter().flatten();
            all.extend(was.map(|old| (old.clone(), Holder::Former(at))));
        }
    }
    all.extend(present.enumerate().map(|(at, id)| (id.clone(), Holder::Present(at))));
    all
}
