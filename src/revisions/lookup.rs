//! Finds the session or feed of an id in an edition.

use super::edition::Edition;
use super::holders::{FeedHolder, Holder, Holders, SessionHolder};
use crate::model::{Id, Repeat, Session};

impl Edition {
    /// Returns the session of an id, with the id, or `None` if no session ever had it. The addresses of a removed
    /// session may have ended; see [`Self::has_ended`].
    pub fn session_holder(&self, id: &str) -> Option<(&Id, SessionHolder<'_>)> {
        if let Some((id, at)) = self.holders.repeats.get_key_value(id) {
            return Some((id, SessionHolder::Repeating(&self.catalog.repeats[*at])));
        }
        if let Some((id, at)) = self.holders.undated.get_key_value(id) {
            let session = &self.catalog.undated[*at];
            return Some((
                id,
                if session.id == *id {
                    SessionHolder::Undated(session)
                } else {
                    SessionHolder::FormerOfUndated(session)
                },
            ));
        }
        let (id, holder) = self.holders.sessions.get_key_value(id)?;
        let (sessions, removed) = (&self.catalog.sessions, self.all_removed());
        Some((
            id,
            match *holder {
                Holder::Present(at) => SessionHolder::Present(&sessions[at]),
                Holder::Former(at) => SessionHolder::Former(&sessions[at]),
                Holder::Removed(at) => SessionHolder::Removed(&removed[at]),
                Holder::FormerOfRemoved(at) => SessionHolder::FormerOfRemoved(&removed[at]),
            },
        ))
    }

    /// Returns the feed of an id, with the id, or `None` if no feed ever had it. The addresses of a removed feed may
    /// have ended; see [`Self::has_ended`].
    pub fn feed_holder(&self, id: &str) -> Option<(&Id, FeedHolder<'_>)> {
        let (id, holder) = self.holders.feeds.get_key_value(id)?;
        let present =
            |at| self.catalog.feed(at).expect("the index was made of the catalog's own feeds");
        let retired = self.all_retired();
        Some((
            id,
            match *holder {
                Holder::Present(at) => FeedHolder::Present(present(at)),
                Holder::Former(at) => FeedHolder::Former(present(at)),
                Holder::Removed(at) => FeedHolder::Removed(&retired[at]),
                Holder::FormerOfRemoved(at) => FeedHolder::FormerOfRemoved(&retired[at]),
            },
        ))
    }

    /// Returns the next date of a repeating session that takes place, or else its last date.
    pub fn next_date(&self, repeat: &Repeat) -> Option<&Session> {
        let dates = self.sessions_of(&self.feed(&repeat.id)?);
        let next = dates.iter().find(|session| self.is_ahead(session));
        next.or_else(|| dates.last()).copied()
    }

    /// Whether an id is that of a session without a date.
    pub fn is_undated(&self, id: &str) -> bool {
        self.holders.undated.contains_key(id)
    }

    /// Returns every id in the addresses of sessions, in no particular order.
    pub fn session_ids(&self) -> impl Iterator<Item = &Id> {
        let Holders { sessions, repeats, undated, .. } = &self.holders;
        // A published session that lost its date is among the removed ones, too.
        let sessions = sessions.keys().filter(|id| !undated.contains_key(*id));
        sessions.chain(repeats.keys()).chain(undated.keys())
    }

    /// Returns every id in the addresses of feeds, in no particular order.
    pub fn feed_ids(&self) -> impl Iterator<Item = &Id> {
        self.holders.feeds.keys()
    }
}
