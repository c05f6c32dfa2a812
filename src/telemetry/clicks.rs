//! Counts clicks on links in a bounded table, by target and newsletter tag.
//!
//! Ids are those of the served site. Tags come from outside, so their number is limited.

use std::collections::HashMap;
use std::sync::Arc;

use crate::urls::Address;

/// The name for ids and tags without their own row.
const REST: &str = "other";
/// The number of tags with their own rows; further tags count as `other`.
const TAGS: usize = 100;
/// The longest tag, in bytes.
const TAG_LENGTH: usize = 64;
/// The number of rows. Further clicks count for no session or feed.
const ROWS: usize = 10_000;

/// Counts of opened links.
#[derive(Debug, Default, Clone)]
pub(super) struct Clicks {
    /// The sessions and feeds of the site.
    owners: Arc<Owners>,
    tags: Vec<Box<str>>,
    /// Whether the log reports that further tags count as `other`.
    warned: bool,
    counts: HashMap<ClickRow, u64>,
}

/// The ids with rows of their own, each with its index.
#[derive(Debug, Default)]
pub(super) struct Owners {
    sessions: HashMap<Box<str>, u32>,
    feeds: HashMap<Box<str>, u32>,
}

/// The session or feed of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of<'a> {
    Feed(&'a str),
    Session(&'a str),
    /// The calendar as a whole.
    All,
}

impl<'a> From<Address<'a>> for Of<'a> {
    fn from(address: Address<'a>) -> Self {
        match address {
            Address::Feed(id, _) => Self::Feed(id),
            Address::Session(id, _) => Self::Session(id),
            _ => Self::All,
        }
    }
}

/// A row of the table, by indices of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct ClickRow {
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

/// A row by names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Click {
    pub(super) of: String,
    pub(super) to: &'static str,
    pub(super) via: String,
}

impl Clicks {
    pub(super) fn count(&mut self, of: Of<'_>, to: &'static str, via: Option<&str>) {
        let via = self.via(via);
        let of = self.owners.find(of);
        let mut row = ClickRow { of, to, via };
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
        let index = known.or_else(|| {
            let index = self.tags.len();
            (index < TAGS).then(|| {
                self.tags.push(tag.into());
                index
            })
        });
        if index.is_none() && !std::mem::replace(&mut self.warned, true) {
            tracing::warn!(
                "{TAGS} newsletter tags were counted; until the next start all others count as `{REST}`"
            );
        }
        index.and_then(|index| u32::try_from(index).ok()).map_or(Via::Rest, Via::Tag)
    }

    /// Returns the table for the ids of another site. Rows of other ids are dropped.
    pub(super) fn after(&self, owners: Owners) -> Self {
        let names = self.owners.names();
        let mut counts: HashMap<ClickRow, u64> = HashMap::new();
        for (row, count) in &self.counts {
            let of = match names.get(&row.of) {
                Some(of) => owners.find(*of),
                None => row.of,
            };
            if of != Owner::Rest || row.of == Owner::Rest {
                counts.insert(ClickRow { of, ..*row }, *count);
            }
        }
        Self { owners: Arc::new(owners), tags: self.tags.clone(), warned: self.warned, counts }
    }

    /// Returns the rows, by name.
    pub(super) fn rows(&self) -> Vec<(Click, u64)> {
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
                    Via::Tag(index) => &self.tags[index as usize],
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
    /// Adds a session or feed, unless it is known.
    pub(super) fn enter(&mut self, of: Of<'_>) {
        let (indices, id) = match of {
            Of::All => return,
            Of::Session(id) => (&mut self.sessions, id),
            Of::Feed(id) => (&mut self.feeds, id),
        };
        // A file of at most 64 MiB has fewer ids.
        let next = u32::try_from(indices.len()).unwrap_or(u32::MAX);
        indices.entry(id.into()).or_insert(next);
    }

    fn find(&self, of: Of<'_>) -> Owner {
        match of {
            Of::All => Owner::All,
            Of::Session(id) => {
                self.sessions.get(id).map_or(Owner::Rest, |index| Owner::Session(*index))
            }
            Of::Feed(id) => self.feeds.get(id).map_or(Owner::Rest, |index| Owner::Feed(*index)),
        }
    }

    fn names(&self) -> HashMap<Owner, Of<'_>> {
        let sessions =
            self.sessions.iter().map(|(id, index)| (Owner::Session(*index), Of::Session(id)));
        let feeds = self.feeds.iter().map(|(id, index)| (Owner::Feed(*index), Of::Feed(id)));
        sessions.chain(feeds).collect()
    }
}

/// Returns whether a tag is counted by name.
fn is_tag(tag: &str) -> bool {
    tag.len() <= TAG_LENGTH && tag.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Returns a tag for metrics and logs. An unusual tag becomes `other`.
pub(super) fn plain(tag: &str) -> &str {
    if is_tag(tag) { tag } else { REST }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clicks<'a>(ids: impl IntoIterator<Item = &'a str>) -> Clicks {
        Clicks { owners: Arc::new(owners(ids)), ..Clicks::default() }
    }

    fn owners<'a>(ids: impl IntoIterator<Item = &'a str>) -> Owners {
        let mut owners = Owners::default();
        ids.into_iter().for_each(|id| owners.enter(Of::Session(id)));
        owners
    }

    fn row(of: &str, via: &str, count: u64) -> (Click, u64) {
        (Click { of: of.to_owned(), to: "page", via: via.to_owned() }, count)
    }

    #[test]
    fn tags_have_an_end() {
        let mut clicks = clicks(["talk"]);
        for number in 0..3 * TAGS {
            clicks.count(Of::Session("talk"), "page", Some(&format!("letter-{number}")));
        }
        let rows = clicks.rows();
        assert_eq!(rows.len(), TAGS + 1);
        assert!(rows.contains(&row("session/talk", "other", 2 * TAGS as u64)));
    }

    #[test]
    fn a_tag_is_made_of_64_letters_digits_and_hyphens_at_most() {
        for tag in ["may-letter", "2027", &"x".repeat(64)] {
            assert!(is_tag(tag), "{tag}");
        }
        for tag in ["May", "a b", "a%20b", "a_b", "ä", &"x".repeat(65)] {
            assert!(!is_tag(tag), "{tag}");
        }
    }

    #[test]
    fn rows_have_an_end() {
        let ids: Vec<String> = (0..2 * ROWS).map(|number| format!("s{number}")).collect();
        let mut clicks = clicks(ids.iter().map(String::as_str));
        ids.iter().for_each(|id| clicks.count(Of::Session(id), "page", None));
        let rows = clicks.rows();
        assert_eq!(rows.len(), ROWS + 1);
        assert!(rows.contains(&row("other", "", ROWS as u64)));
    }

    #[test]
    fn counts_of_an_id_last_as_long_as_the_id() {
        let mut clicks = clicks(["old", "talk"]);
        for id in ["old", "talk", "nobody"] {
            clicks.count(Of::Session(id), "page", Some("may"));
        }
        clicks.count(Of::All, "page", None);
        assert_eq!(
            clicks.after(owners(["new", "talk"])).rows(),
            [row("all", "", 1), row("other", "may", 1), row("session/talk", "may", 1)]
        );
    }
}
