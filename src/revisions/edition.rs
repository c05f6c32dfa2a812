//! An edition is a catalog with its revisions, as of an instant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use super::former::{self, Former};
use super::holders::Holders;
use super::removed::{self, Removed, Retired};
use super::{News, Revision, Revisions, identity};
use crate::model::{
    Assets, Catalog, Feed, HttpUrl, Id, Members, RegistrationState, Session, Status, Title,
    Undated, When,
};
use crate::urls::Urls;
use crate::zone::Zone;

/// The published content from one boundary to the next.
///
/// A boundary is an instant at which time changes the output: a session ends, a session leaves the feeds, its
/// registration opens or closes, or the addresses of a removed session or feed end. Between two boundaries nothing
/// changes with time, so replicas that start at different moments publish the same.
#[derive(Debug, Clone)]
pub struct Edition {
    /// The catalog of the file.
    pub catalog: Catalog,
    /// The addresses.
    pub urls: Urls,
    /// The files that its pages need.
    pub assets: Assets,
    members: Members,
    revisions: Revisions,
    former: Former,
    former_feeds: Former,
    removed: Vec<Removed>,
    retired: Vec<Retired>,
    as_of: DateTime<Utc>,
    valid_until: Option<DateTime<Utc>>,
    pub(super) holders: Holders,
}

/// The sessions of a feed, by start and UID.
#[derive(Debug)]
pub struct Contents<'a> {
    /// Every session, including those that left the feed with time.
    pub all: Vec<&'a Session>,
    /// The sessions that are in the feed now.
    pub here: Vec<&'a Session>,
    /// The instant at which a session last left the feed.
    pub turned: Option<DateTime<Utc>>,
}

impl Edition {
    /// Creates the edition of a catalog at an instant. `revisions` are the result of revising the catalog.
    pub fn new(
        catalog: Catalog,
        urls: Urls,
        assets: Assets,
        revisions: Revisions,
        now: DateTime<Utc>,
    ) -> Self {
        let former = former::of_sessions(&catalog, &revisions);
        let former_feeds = former::of_feeds(&catalog, &revisions);
        let removed = removed::sessions(&revisions, &catalog, &former);
        let retired = removed::feeds(&revisions, &catalog, &former_feeds);
        let turns = || {
            let sessions = catalog.sessions.iter().flat_map(|session| {
                let own = std::iter::once(session.when.end()).chain(leaves(&catalog, session));
                own.chain(session.registration.turns())
            });
            let ends = removed.iter().map(|gone| gone.ends).chain(retired.iter().map(|r| r.ends));
            let undated = catalog.undated.iter().flat_map(|session| session.registration.turns());
            sessions.chain(undated).chain(ends)
        };
        let as_of = turns().filter(|turn| *turn <= now).max().unwrap_or_default();
        let valid_until = turns().filter(|turn| *turn > now).min();
        let holders = Holders::new(&catalog, (&former, &former_feeds), (&removed, &retired));
        Self {
            members: Members::new(&catalog),
            holders,
            catalog,
            urls,
            assets,
            revisions,
            former,
            former_feeds,
            removed,
            retired,
            as_of,
            valid_until,
        }
    }

    /// Returns the last boundary in UTC; 1970 before the first one.
    pub fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// Returns the next boundary in UTC, at which the next edition of the same catalog starts.
    pub fn valid_until(&self) -> Option<DateTime<Utc>> {
        self.valid_until
    }

    /// Returns the revisions of the edition. Revisions made by `plan` have no stamps of calendars.
    pub fn revisions(&self) -> &Revisions {
        &self.revisions
    }

    /// Returns the revision of a session of the catalog.
    pub fn revision(&self, session: &Session) -> &Revision {
        // `revise` adds a revision for every session of the catalog.
        &self.revisions.sessions[session.id.as_str()]
    }

    /// Returns whether a session is over.
    pub fn is_past(&self, session: &Session) -> bool {
        session.when.end() <= self.as_of
    }

    /// Returns the state of registration for a session.
    pub fn registration<'a>(&self, session: &'a Session) -> RegistrationState<'a> {
        session.registration.at(self.as_of)
    }

    /// Returns the link to register for a session, unless registration is full, closed or not open yet.
    pub fn register<'a>(&self, session: &'a Session) -> Option<&'a HttpUrl> {
        session.register.as_ref().filter(|_| self.registration(session).is_open())
    }

    /// The state of registration for a session without a date.
    pub fn registration_of_undated<'a>(&self, session: &'a Undated) -> RegistrationState<'a> {
        session.registration.at(self.as_of)
    }

    /// The link to register for a session without a date, unless registration is full, closed or not open yet.
    pub fn register_for_undated<'a>(&self, session: &'a Undated) -> Option<&'a HttpUrl> {
        let is_open = self.registration_of_undated(session).is_open();
        session.register.as_ref().filter(|_| is_open)
    }

    /// Returns the reason for the cancellation of a session, or for its new time or place.
    pub fn reason<'a>(&self, session: &'a Session) -> Option<&'a Title> {
        let is_explained = session.status == Status::Cancelled
            || self.moved_from(session).is_some()
            || (self.is_ahead(session) && self.revision(session).has_new_end())
            || self.news(session).place.is_some();
        session.reason.as_ref().filter(|_| is_explained)
    }

    /// Returns the times of a session before each move, oldest first, in its current zone. A time has no length if the
    /// end was not recorded.
    pub fn earlier(&self, session: &Session) -> Vec<When> {
        let zone = session.when.zone();
        self.revision(session).earlier().iter().map(|times| times.when(zone)).collect()
    }

    /// Returns the previous time of a moved session, until the session is over. Returns `None` if it is cancelled,
    /// because readers then need only the cancellation.
    pub fn moved_from(&self, session: &Session) -> Option<When> {
        self.is_ahead(session).then(|| self.earlier(session).pop())?
    }

    /// Returns the other recent changes, until the session is over; the result is empty if it is cancelled.
    pub fn news(&self, session: &Session) -> News {
        match self.is_ahead(session) {
            true => self.revision(session).news(),
            false => News::default(),
        }
    }

    /// Returns the former ids of a session that no other session has now, oldest first.
    pub fn former(&self, session: &Id) -> &[Id] {
        self.former.get(session).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the former ids of a feed that no other feed has now, oldest first.
    pub fn former_of_feed(&self, feed: &Id) -> &[Id] {
        self.former_feeds.get(feed).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the instant at which a session leaves the feeds, if it does.
    pub fn leaves_feeds(&self, session: &Session) -> Option<DateTime<Utc>> {
        leaves(&self.catalog, session)
    }

    /// Returns the feed of an id.
    pub fn feed(&self, id: &Id) -> Option<Feed<'_>> {
        self.catalog.feed(self.members.index_of(id)?)
    }

    /// Returns the sessions of a feed by start and UID, including those that left it with time.
    pub fn sessions_of(&self, feed: &Feed<'_>) -> Vec<&Session> {
        self.sorted(self.members(feed))
    }

    /// Returns the sessions of a feed in the order of the catalog.
    pub fn members(&self, feed: &Feed<'_>) -> impl Iterator<Item = &Session> {
        self.members.of(feed).iter().map(|at| &self.catalog.sessions[*at])
    }

    /// Returns the contents of a feed at this edition.
    pub fn contents(&self, feed: &Feed<'_>) -> Contents<'_> {
        self.contents_at(self.sessions_of(feed))
    }

    /// Returns the contents of a removed feed, which are those of its last sessions that are still in the file.
    /// `by_uid` has the sessions of the file.
    pub fn contents_of_retired<'a>(
        &'a self,
        feed: &Retired,
        by_uid: &HashMap<&str, &'a Session>,
    ) -> Contents<'a> {
        let last: BTreeSet<&str> = feed.sessions.iter().map(String::as_str).collect();
        let held = last.into_iter().filter_map(|uid| by_uid.get(uid).copied());
        self.contents_at(self.sorted(held))
    }

    /// Returns the removed sessions whose addresses are still served.
    pub fn removed(&self) -> impl Iterator<Item = &Removed> {
        self.removed.iter().filter(|gone| !self.has_ended(gone.ends))
    }

    /// Returns the removed feeds whose addresses are still served.
    pub fn retired(&self) -> impl Iterator<Item = &Retired> {
        self.retired.iter().filter(|gone| !self.has_ended(gone.ends))
    }

    /// Returns whether the addresses of a removed session or feed have ended, given the instant of their end.
    pub fn has_ended(&self, ends: DateTime<Utc>) -> bool {
        ends <= self.as_of
    }

    pub(super) fn all_removed(&self) -> &[Removed] {
        &self.removed
    }

    pub(super) fn all_retired(&self) -> &[Retired] {
        &self.retired
    }

    /// Returns the zones of the catalog by their names in calendars.
    pub fn zones(&self) -> HashMap<&str, &Zone> {
        removed::zones(&self.catalog)
    }

    /// Returns the UID of the notice in a removed feed.
    pub fn uid_of_notice(&self, feed: &Retired) -> String {
        identity::of_notice(&self.catalog.calendar.id, &feed.id, feed.gone)
    }

    /// Returns whether a session is upcoming or takes place now, and is not cancelled.
    pub(super) fn is_ahead(&self, session: &Session) -> bool {
        session.status != Status::Cancelled && !self.is_past(session)
    }

    fn sorted<'a>(&self, sessions: impl Iterator<Item = &'a Session>) -> Vec<&'a Session> {
        let mut sessions: Vec<&Session> = sessions.collect();
        // The catalog is sorted by start; UIDs are compared only for equal starts.
        sessions.sort_by(|a, b| {
            let uids = || self.revision(a).uid.cmp(&self.revision(b).uid);
            a.when.start().cmp(&b.when.start()).then_with(uids)
        });
        sessions
    }

    /// Returns the contents of a feed. Sessions leave at the end of their stay, except the last one, because an empty
    /// calendar looks broken.
    fn contents_at<'a>(&self, all: Vec<&'a Session>) -> Contents<'a> {
        let left: BTreeMap<usize, DateTime<Utc>> = all
            .iter()
            .enumerate()
            .filter_map(|(index, session)| {
                Some((index, self.leaves_feeds(session).filter(|left| *left <= self.as_of)?))
            })
            .collect();
        let newest = (left.len() == all.len())
            .then(|| left.iter().max_by_key(|(index, left)| (**left, **index)))
            .flatten()
            .map(|(index, _)| *index);
        let stays = |index: usize| !left.contains_key(&index) || Some(index) == newest;
        let turned = left.iter().filter(|(index, _)| !stays(**index)).map(|(_, at)| *at).max();
        let here = all.iter().enumerate().filter(|(index, _)| stays(*index));
        let here = here.map(|(_, session)| *session).collect();
        Contents { all, here, turned }
    }
}

/// Returns the end of a session's stay in feeds: by `keep_past`, and by `keep_cancelled` if it is cancelled.
fn leaves(catalog: &Catalog, session: &Session) -> Option<DateTime<Utc>> {
    let calendar = &catalog.calendar;
    let cancelled = (session.status == Status::Cancelled).then_some(calendar.keep_cancelled);
    let keep: TimeDelta = calendar.keep_past.into_iter().chain(cancelled).min()?;
    session.when.end().checked_add_signed(keep)
}
