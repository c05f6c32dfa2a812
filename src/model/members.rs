//! Finds the members of feeds: the sessions of each feed, by series and tag.

use std::collections::{BTreeSet, HashMap};

use super::{Catalog, Feed, Id, Selection, Tag};

/// The sessions of a catalog by series and tag.
#[derive(Debug)]
pub struct Index<'a> {
    sessions: usize,
    by_series: HashMap<&'a Id, Vec<usize>>,
    by_tag: HashMap<&'a Tag, Vec<usize>>,
    by_repeat: HashMap<&'a Id, Vec<usize>>,
}

impl<'a> Index<'a> {
    /// Indexes a catalog's sessions by the tags that its selections name.
    pub fn new(catalog: &'a Catalog) -> Self {
        let (mut by_series, mut by_tag) = (HashMap::new(), HashMap::new());
        let mut by_repeat = HashMap::new();
        for tag in catalog.selections.iter().flat_map(|selection| &selection.tags) {
            by_tag.insert(tag, Vec::new());
        }
        for (at, session) in catalog.sessions.iter().enumerate() {
            if let Some(series) = &session.series {
                by_series.entry(series).or_insert_with(Vec::new).push(at);
            }
            if let Some(date) = &session.date {
                by_repeat.entry(&date.of).or_insert_with(Vec::new).push(at);
            }
            if by_tag.is_empty() {
                continue;
            }
            for tag in &session.tags {
                if let Some(tagged) = by_tag.get_mut(tag) {
                    tagged.push(at);
                }
            }
        }
        Self { sessions: catalog.sessions.len(), by_series, by_tag, by_repeat }
    }

    /// Returns the sessions of a series, in the order of the catalog.
    pub fn of_series(&self, series: &Id) -> &[usize] {
        self.by_series.get(series).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the dates of a repeating session, in the order of the catalog.
    pub fn of_repeat(&self, repeat: &Id) -> &[usize] {
        self.by_repeat.get(repeat).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the sessions of a selection, in the order of the catalog.
    pub fn of_selection(&self, selection: &Selection) -> Vec<usize> {
        let in_series = union(&selection.series, &self.by_series);
        let with_tags = union(&selection.tags, &self.by_tag);
        match (in_series, with_tags) {
            (None, None) => (0..self.sessions).collect(),
            (Some(some), None) | (None, Some(some)) => some.into_iter().collect(),
            (Some(some), Some(tagged)) => some.intersection(&tagged).copied().collect(),
        }
    }
}

/// Returns the union of the values of some keys. Without keys it returns `None`, which means no restriction.
fn union<T: Ord + std::hash::Hash>(
    keys: &[T],
    index: &HashMap<&T, Vec<usize>>,
) -> Option<BTreeSet<usize>> {
    // A repeated key adds nothing.
    let keys: Option<BTreeSet<&T>> = (!keys.is_empty()).then(|| keys.iter().collect());
    Some(keys?.into_iter().filter_map(|key| index.get(key)).flatten().copied().collect())
}

/// The sessions of each feed, and the index of each feed.
#[derive(Debug, Clone, Default)]
pub struct Members {
    of_feed: Vec<Vec<usize>>,
    by_id: HashMap<Id, usize>,
}

impl Members {
    /// Finds the members of a catalog's feeds.
    pub fn new(catalog: &Catalog) -> Self {
        let index = Index::new(catalog);
        let all = std::iter::once((0..catalog.sessions.len()).collect());
        let series = catalog.series.iter().map(|series| index.of_series(&series.id).to_vec());
        let selections = catalog.selections.iter().map(|own| index.of_selection(own));
        let repeats = catalog.repeats.iter().map(|repeat| index.of_repeat(&repeat.id).to_vec());
        let of_feed = all.chain(series).chain(selections).chain(repeats).collect();
        let by_id = catalog.feeds().map(|feed| (feed.id.clone(), feed.index())).collect();
        Self { of_feed, by_id }
    }

    /// Returns the sessions of a feed as indices of the catalog, in its order.
    pub fn of(&self, feed: &Feed<'_>) -> &[usize] {
        &self.of_feed[feed.index()]
    }

    /// Returns the index of a feed in [`Catalog::feeds`].
    pub fn index_of(&self, feed: &Id) -> Option<usize> {
        self.by_id.get(feed).copied()
    }

    /// Returns the feeds of each session as indices, in their order.
    pub fn feeds_of_sessions(&self) -> Vec<Vec<usize>> {
        let sessions = self.of_feed.first().map_or(0, Vec::len);
        let mut feeds = vec![Vec::new(); sessions];
        for (feed, members) in self.of_feed.iter().enumerate() {
            members.iter().for_each(|session| feeds[*session].push(feed));
        }
        feeds
    }
}
