//! Counts fetches by feed, and clicks on links.
//!
//! A newsletter adds `?via=may-letter` to its links. Only the ids of the served site have rows, so requests cannot make
//! the tables grow.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::clicks::{Click, Clicks, Of, Owners};
use super::client::Family;
use super::counts::{add, get};
use crate::model::Id;
use crate::site::Site;
use crate::urls::{Address, FeedRoute, SessionRoute};

/// The counts for the ids of one site.
#[derive(Debug, Default)]
pub(super) struct LinkCounts {
    /// The fetches by feed id, each by family. There are few feeds, and a search in a small tree is faster than hashing
    /// a text.
    feeds: BTreeMap<Box<str>, [AtomicU64; Family::ALL.len()]>,
    clicks: Mutex<Clicks>,
}

/// The ids of a site, collected before anything is locked.
#[derive(Debug)]
pub(super) struct SiteIds {
    feeds: BTreeSet<Box<str>>,
    owners: Owners,
}

impl SiteIds {
    /// Returns the ids of a site, with former ids that it still serves.
    pub(super) fn of(site: &Site) -> Self {
        let (mut feeds, mut owners) = (BTreeSet::new(), Owners::default());
        let edition = site.edition();
        for id in edition.feed_ids().map(Id::as_str) {
            if site.has(Address::Feed(id, FeedRoute::Calendar)) {
                feeds.insert(id.into());
                owners.enter(Of::Feed(id));
            }
        }
        for id in edition.session_ids().map(Id::as_str) {
            if site.has(Address::Session(id, SessionRoute::Page)) {
                owners.enter(Of::Session(id));
            }
        }
        Self { feeds, owners }
    }
}

impl LinkCounts {
    /// Switches to the ids of another site. The counts of ids in both sites continue; all others are dropped.
    pub(super) fn turn(&mut self, ids: SiteIds) {
        let SiteIds { feeds, owners } = ids;
        let mut before = std::mem::take(&mut self.feeds);
        self.feeds = feeds
            .into_iter()
            .map(|id| {
                let counts = before.remove(&id).unwrap_or_default();
                (id, counts)
            })
            .collect();
        let clicks = self.clicks.get_mut().unwrap_or_else(PoisonError::into_inner);
        *clicks = clicks.after(owners);
    }

    /// Counts a fetch or a click. `moved` marks a redirect to another address of the site, which the client requests
    /// next.
    pub(super) fn opened(
        &self,
        address: Address<'_>,
        via: Option<&str>,
        family: Family,
        moved: bool,
    ) {
        if let Address::Feed(id, FeedRoute::Calendar) = address {
            // The client fetches the feed at the new address.
            if let Some(counts) = self.feeds.get(id).filter(|_| !moved) {
                add(&counts[family as usize], 1);
            }
            // A subscription fetches again and again; a person opens the address once.
            if !matches!(family, Family::Browser | Family::Other) || via.is_none() {
                return;
            }
        }
        // The target address has no tag, so the click is counted here.
        if moved && via.is_none() {
            return;
        }
        if let Some(to) = target(address) {
            self.clicks().count(address.into(), to, via);
        }
    }

    /// Returns the fetches above zero, by feed and family.
    pub(super) fn fetches(&self) -> Vec<(&str, Family, u64)> {
        self.feeds
            .iter()
            .flat_map(|(id, counts)| {
                let counts = Family::ALL.into_iter().zip(counts.iter().map(get));
                counts.map(move |(family, count)| (id.as_ref(), family, count))
            })
            .filter(|(.., count)| *count > 0)
            .collect()
    }

    /// Returns the clicks, by name.
    pub(super) fn rows(&self) -> Vec<(Click, u64)> {
        // Concurrent clicks wait only for the copy.
        let clicks = self.clicks().clone();
        clicks.rows()
    }

    fn clicks(&self) -> MutexGuard<'_, Clicks> {
        self.clicks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the target of a link, if newsletters link to it.
fn target(address: Address<'_>) -> Option<&'static str> {
    Some(match address {
        Address::Home | Address::Year(_) => "page",
        Address::Next => "next",
        Address::Asset(_) | Address::Favicon | Address::Robots => return None,
        Address::Feed(_, route) => match route {
            FeedRoute::Calendar => "calendar",
            FeedRoute::Page => "page",
            FeedRoute::Target(target) => target.as_str(),
            FeedRoute::Apple => "apple",
            FeedRoute::Next => "next",
            FeedRoute::Atom
            | FeedRoute::Json
            | FeedRoute::Embed
            | FeedRoute::Newsletter
            | FeedRoute::Qr => return None,
        },
        Address::Session(_, route) => match route {
            SessionRoute::Invite => "calendar",
            SessionRoute::Page => "page",
            SessionRoute::Target(target) => target.as_str(),
            SessionRoute::Register => "register",
            SessionRoute::Join => "join",
            SessionRoute::Newsletter | SessionRoute::Qr => return None,
        },
    })
}

/// Returns the newsletter tag of a query.
pub(super) fn via(query: Option<&str>) -> Option<&str> {
    let mut parts = query?.split('&').filter_map(|part| part.strip_prefix("via="));
    parts.next().filter(|tag| !tag.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Address<'_> = Address::Session("talk", SessionRoute::Page);

    fn links() -> LinkCounts {
        let mut owners = Owners::default();
        [Of::Session("talk"), Of::Feed("all")].into_iter().for_each(|of| owners.enter(of));
        let mut links = LinkCounts::default();
        links.turn(SiteIds { feeds: ["all".into()].into(), owners });
        links
    }

    fn click(of: &str, to: &'static str, via: &str, count: u64) -> (Click, u64) {
        (Click { of: of.to_owned(), to, via: via.to_owned() }, count)
    }

    #[test]
    fn a_tag_is_the_first_of_its_name_in_the_query() {
        for (query, tag) in [
            ("via=may-letter", Some("may-letter")),
            ("utm_source=x&via=may&via=june", Some("may")),
            ("via=", None),
            ("avia=x&viab=y", None),
            ("via", None),
        ] {
            assert_eq!(via(Some(query)), tag, "{query}");
        }
        assert_eq!(via(None), None);
    }

    #[test]
    fn clicks_are_counted_by_target_and_tag() {
        let links = links();
        for via in [Some("may"), Some("may"), Some("May!"), None] {
            links.opened(PAGE, via, Family::Browser, false);
        }
        let gone = Address::Session("gone", SessionRoute::Register);
        links.opened(gone, Some("may"), Family::Browser, false);
        links.opened(Address::Next, None, Family::Other, false);
        assert_eq!(
            links.rows(),
            [
                click("all", "next", "", 1),
                click("other", "register", "may", 1),
                click("session/talk", "page", "", 1),
                click("session/talk", "page", "may", 2),
                click("session/talk", "page", "other", 1),
            ]
        );
    }

    #[test]
    fn a_subscription_is_a_fetch_and_no_click() {
        let links = links();
        let feed = Address::Feed("all", FeedRoute::Calendar);
        links.opened(feed, Some("may"), Family::Google, false);
        links.opened(feed, None, Family::Browser, false);
        links.opened(feed, Some("may"), Family::Browser, false);
        assert_eq!(links.fetches(), [("all", Family::Google, 1), ("all", Family::Browser, 2)]);
        assert_eq!(links.rows(), [click("feed/all", "calendar", "may", 1)]);
    }

    #[test]
    fn a_former_address_counts_a_click_only_if_the_redirect_drops_the_tag() {
        let links = links();
        links.opened(PAGE, None, Family::Browser, true);
        links.opened(PAGE, Some("may"), Family::Browser, true);
        assert_eq!(links.rows(), [click("session/talk", "page", "may", 1)]);
    }
}
