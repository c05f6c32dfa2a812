//! Lookup of ids in addresses: the session or feed that has the id now, or had it before.

use std::collections::HashMap;

use super::former::Former;
use super::removed::{Removed, Retired};
use crate::model::{Catalog, Feed, Id, Session};

/// The session that an id in an address refers to.
#[derive(Debug, Clone, Copy)]
pub enum SessionHolder<'a> {
    /// A session of the catalog.
    Present(&'a Session),
    /// A session of the catalog, which had this id before.
    Former(&'a Session),
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
        let removed = removed.iter().map(|session| (&session.id, session.was.as_slice()));
        let retired = retired.iter().map(|feed| (&feed.id, feed.was.as_slice()));
        Self {
            sessions: index(sessions, former, removed),
            feeds: index(catalog.feeds().map(|feed| feed.id), former_feeds, retired),
        }
    }
}

/// Current ids take precedence over former ones, and the catalog over removed sessions and feeds.
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
