//! Feed fetches by feed, and clicks on links by what they lead to and by newsletter.
//!
//! A newsletter adds `?via=may-letter` to its links. Names come from outside, so each table has an
//! end: ids are those of the site that is served, tags and rows are counted off.

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::client::Family;
use super::counts::{add, get};
use crate::paths::{Address, Of, Part, Paths};
use crate::site::Site;

/// The name of what has no place of its own any more.
const REST: &str = "other";
/// Tags that are told apart; further ones are `other`.
const TAGS: usize = 100;
/// The longest tag, in letters.
const TAG_LENGTH: usize = 64;
/// Rows of clicks that are told apart; further ones are counted for no session or feed of its own.
const ROWS: usize = 10_000;

/// What is counted for the ids of one site.
#[derive(Debug, Default)]
pub(super) struct Links {
    paths: Option<Paths>,
    /// Fetches by the id in a feed's address, each by family.
    feeds: HashMap<Box<str>, [AtomicU64; Family::ALL.len()]>,
    clicks: Mutex<Clicks>,
}

#[derive(Debug, Default)]
struct Clicks {
    /// Where a link can lead: `session/ID`, `feed/ID`.
    owners: Owners,
    tags: Vec<Box<str>>,
    counts: HashMap<Row, u64>,
}

#[derive(Debug, Default)]
struct Owners {
    sessions: HashMap<Box<str>, u32>,
    feeds: HashMap<Box<str>, u32>,
}

/// A row of the table, by places in the lists of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Row {
    of: Owner,
    to: &'static str,
    via: Via,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Owner {
    All,
    Session(u32),
    Feed(u32),
    Rest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Via {
    None,
    Tag(u32),
    Rest,
}

/// A row with its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Click {
    pub(super) of: String,
    pub(super) to: &'static str,
    pub(super) via: String,
}

impl Links {
    /// The table for a site. What was counted for an id that is still there goes on; the rows of
    /// others end, so that a list that changes leaves nothing behind.
    pub(super) fn after(&self, site: &Site, paths: &Paths) -> Self {
        let mut feeds = HashMap::new();
        let mut owners = Owners::default();
        for (path, _) in site.documents() {
            match paths.read(path) {
                Address { of: Of::Feed(id), part: Part::Calendar } => {
                    let counted = self.feeds.get(id).map(|counts| counts.each_ref().map(get));
                    feeds.insert(id.into(), counted.unwrap_or_default().map(AtomicU64::new));
                }
                Address { of: Of::Feed(id), part: Part::Page } => enter(&mut owners.feeds, id),
                Address { of: Of::Session(id), part: Part::Page } => {
                    enter(&mut owners.sessions, id);
                }
                _ => {}
            }
        }
        let clicks = self.clicks().after(owners);
        Self { paths: Some(paths.clone()), feeds, clicks: Mutex::new(clicks) }
    }

    /// What a path names, once there is a site.
    pub(super) fn read<'a>(&self, path: &'a str) -> Address<'a> {
        match &self.paths {
            Some(paths) => paths.read(path),
            None => Address { of: Of::All, part: Part::Other },
        }
    }

    /// Counts what was fetched or opened. `moved` says that the answer leads to another address of
    /// ours, which is opened next.
    pub(super) fn opened(
        &self,
        address: Address<'_>,
        via: Option<&str>,
        family: Family,
        moved: bool,
    ) {
        if let Address { of: Of::Feed(id), part: Part::Calendar } = address {
            if let Some(counts) = self.feeds.get(id) {
                add(&counts[family as usize], 1);
            }
            // A subscription fetches for ever; a person opens the address once.
            if !matches!(family, Family::Browser | Family::Other) || via.is_none() {
                return;
            }
        }
        // The address that it leads to is not tagged, so it is now or never.
        if moved && via.is_none() {
            return;
        }
        if let Some(to) = target(address) {
            self.clicks().count(address.of, to, via);
        }
    }

    /// Fetches by feed and family, those that happened; by id.
    pub(super) fn fetches(&self) -> Vec<(&str, Family, u64)> {
        let mut all: Vec<_> = self
            .feeds
            .iter()
            .flat_map(|(id, counts)| {
                let counts = Family::ALL.into_iter().zip(counts.iter().map(get));
                counts.map(move |(family, count)| (id.as_ref(), family, count))
            })
            .filter(|(.., count)| *count > 0)
            .collect();
        all.sort_unstable();
        all
    }

    /// The clicks, by name.
    pub(super) fn rows(&self) -> Vec<(Click, u64)> {
        self.clicks().rows()
    }

    fn clicks(&self) -> MutexGuard<'_, Clicks> {
        self.clicks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clicks {
    fn count(&mut self, of: Of<'_>, to: &'static str, via: Option<&str>) {
        let via = self.via(via);
        let of = self.owners.find(of);
        let mut row = Row { of, to, via };
        if self.counts.len() >= ROWS && !self.counts.contains_key(&row) {
            row.of = Owner::Rest;
        }
        *self.counts.entry(row).or_default() += 1;
    }

    fn via(&mut self, tag: Option<&str>) -> Via {
        let Some(tag) = tag else { return Via::None };
        if !is_tag(tag) {
            return Via::Rest;
        }
        let known = self.tags.iter().position(|own| **own == *tag);
        let place = known.or_else(|| {
            let place = self.tags.len();
            (place < TAGS).then(|| {
                self.tags.push(tag.into());
                place
            })
        });
        place.and_then(|place| u32::try_from(place).ok()).map_or(Via::Rest, Via::Tag)
    }

    fn after(&self, owners: Owners) -> Self {
        let names = self.owners.names();
        let mut counts: HashMap<Row, u64> = HashMap::new();
        for (row, count) in &self.counts {
            let of = match names.get(&row.of) {
                Some(of) => owners.find(*of),
                None => row.of,
            };
            if of != Owner::Rest || row.of == Owner::Rest {
                counts.insert(Row { of, ..*row }, *count);
            }
        }
        Self { owners, tags: self.tags.clone(), counts }
    }

    fn rows(&self) -> Vec<(Click, u64)> {
        let names = self.owners.names();
        let mut all: Vec<(Click, u64)> = self
            .counts
            .iter()
            .map(|(row, count)| {
                let of = match names.get(&row.of) {
                    Some(Of::Session(id)) => format!("session/{id}"),
                    Some(Of::Feed(id)) => format!("feed/{id}"),
                    _ if row.of == Owner::All => "all".to_owned(),
                    _ => REST.to_owned(),
                };
                let via = match row.via {
                    Via::None => "",
                    Via::Tag(place) => &self.tags[place as usize],
                    Via::Rest => REST,
                };
                (Click { of, to: row.to, via: via.to_owned() }, *count)
            })
            .collect();
        all.sort_unstable();
        all
    }
}

impl Owners {
    fn find(&self, of: Of<'_>) -> Owner {
        match of {
            Of::All => Owner::All,
            Of::Session(id) => {
                self.sessions.get(id).map_or(Owner::Rest, |place| Owner::Session(*place))
            }
            Of::Feed(id) => self.feeds.get(id).map_or(Owner::Rest, |place| Owner::Feed(*place)),
        }
    }

    fn names(&self) -> HashMap<Owner, Of<'_>> {
        let sessions =
            self.sessions.iter().map(|(id, place)| (Owner::Session(*place), Of::Session(id)));
        let feeds = self.feeds.iter().map(|(id, place)| (Owner::Feed(*place), Of::Feed(id)));
        sessions.chain(feeds).collect()
    }
}

fn enter(places: &mut HashMap<Box<str>, u32>, id: &str) {
    // A site has fewer pages than that: their list has at most 64 MiB.
    let next = u32::try_from(places.len()).unwrap_or(u32::MAX);
    places.entry(id.into()).or_insert(next);
}

/// Where a link leads, if a newsletter would lead there.
fn target(address: Address<'_>) -> Option<&'static str> {
    Some(match address.part {
        Part::Apple => "apple",
        Part::Calendar => "calendar",
        Part::Join => "join",
        Part::Next => "next",
        Part::Page => "page",
        Part::Register => "register",
        Part::Target(target) => target.as_str(),
        Part::Atom | Part::Embed | Part::Json | Part::Newsletter | Part::Other | Part::Qr => {
            return None;
        }
    })
}

/// The newsletter that a query names.
pub(super) fn via(query: Option<&str>) -> Option<&str> {
    let mut parts = query?.split('&').filter_map(|part| part.strip_prefix("via="));
    parts.next().filter(|tag| !tag.is_empty())
}

/// Whether a tag is one that is counted by name.
pub(super) fn is_tag(tag: &str) -> bool {
    tag.len() <= TAG_LENGTH && tag.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// A tag as it is written down: one that could be anything is not.
pub(super) fn plain(tag: &str) -> &str {
    if is_tag(tag) { tag } else { REST }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Address<'_> = Address { of: Of::Session("talk"), part: Part::Page };

    fn links() -> Links {
        let mut owners = Owners::default();
        enter(&mut owners.sessions, "talk");
        enter(&mut owners.feeds, "all");
        let feeds = [("all".into(), Default::default())].into();
        Links { paths: None, feeds, clicks: Mutex::new(Clicks { owners, ..Clicks::default() }) }
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
    fn clicks_are_counted_by_what_they_lead_to_and_by_tag() {
        let links = links();
        for via in [Some("may"), Some("may"), Some("May!"), None] {
            links.opened(PAGE, via, Family::Browser, false);
        }
        let gone = Address { of: Of::Session("gone"), part: Part::Register };
        links.opened(gone, Some("may"), Family::Browser, false);
        links.opened(Address { of: Of::All, part: Part::Next }, None, Family::Other, false);
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
        let feed = Address { of: Of::Feed("all"), part: Part::Calendar };
        links.opened(feed, Some("may"), Family::Google, false);
        links.opened(feed, None, Family::Browser, false);
        links.opened(feed, Some("may"), Family::Browser, false);
        assert_eq!(links.fetches(), [("all", Family::Google, 1), ("all", Family::Browser, 2)]);
        assert_eq!(links.rows(), [click("feed/all", "calendar", "may", 1)]);
    }

    #[test]
    fn a_former_address_is_a_click_only_where_its_tag_would_be_lost() {
        let links = links();
        links.opened(PAGE, None, Family::Browser, true);
        links.opened(PAGE, Some("may"), Family::Browser, true);
        assert_eq!(links.rows(), [click("session/talk", "page", "may", 1)]);
    }

    #[test]
    fn tags_and_rows_have_an_end() {
        let links = links();
        for number in 0..3 * TAGS {
            links.opened(PAGE, Some(&format!("letter-{number}")), Family::Other, false);
        }
        let rows = links.rows();
        assert_eq!(rows.len(), TAGS + 1);
        assert!(rows.contains(&click("session/talk", "page", "other", 2 * TAGS as u64)));
        let mut clicks = Clicks::default();
        let ids: Vec<String> = (0..2 * ROWS).map(|number| format!("s{number}")).collect();
        ids.iter().for_each(|id| enter(&mut clicks.owners.sessions, id));
        ids.iter().for_each(|id| clicks.count(Of::Session(id), "page", None));
        let rows = clicks.rows();
        assert_eq!(rows.len(), ROWS + 1);
        assert!(rows.contains(&click("other", "page", "", ROWS as u64)));
    }

    #[test]
    fn what_is_counted_for_an_id_lasts_as_long_as_the_id() {
        let mut clicks = Clicks::default();
        ["old", "talk"].iter().for_each(|id| enter(&mut clicks.owners.sessions, id));
        for id in ["old", "talk", "nobody"] {
            clicks.count(Of::Session(id), "page", Some("may"));
        }
        clicks.count(Of::All, "page", None);
        let mut owners = Owners::default();
        ["new", "talk"].iter().for_each(|id| enter(&mut owners.sessions, id));
        assert_eq!(
            clicks.after(owners).rows(),
            [
                click("all", "page", "", 1),
                click("other", "page", "may", 1),
                click("session/talk", "page", "may", 1),
            ]
        );
    }
}
