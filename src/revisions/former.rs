//! Finds the former ids of sessions and feeds. They include recorded ids that the author has deleted from `was`,
//! because readers know their addresses.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Revisions, repeats};
use crate::model::{Catalog, Id};

/// The former ids that no other session or feed has, oldest first, by current id.
pub(super) type Former = BTreeMap<Id, Vec<Id>>;

/// Returns the former ids of sessions.
pub(super) fn of_sessions(catalog: &Catalog, revisions: &Revisions) -> Former {
    let recorded: HashMap<&str, &[String]> = revisions
        .sessions
        .iter()
        .map(|(id, entry)| (id.as_str(), entry.published.was.as_slice()))
        .filter(|(_, was)| !was.is_empty())
        .collect();
    let sessions = catalog.sessions.iter().map(|session| {
        let recorded = recorded.get(session.id.as_str()).copied().unwrap_or_default();
        (&session.id, session.was.as_slice(), recorded)
    });
    without_clashes(sessions.collect(), repeats::ids(catalog))
}

/// Returns the former ids of feeds.
pub(super) fn of_feeds(catalog: &Catalog, revisions: &Revisions) -> Former {
    let feeds = catalog.feeds().map(|feed| {
        let known = revisions.feeds.get(feed.id.as_str());
        let recorded = known.map(|known| known.was.as_slice()).unwrap_or_default();
        (feed.id, feed.was, recorded)
    });
    without_clashes(feeds.collect(), HashSet::new())
}

/// Returns the former ids after one more edition, oldest first: the earlier ones, the id in the previous edition, and
/// those that the author gives in `was`. Leaves out ids that another session or feed has or gives in `was`. `owner`
/// returns the session or feed with an id, and is not called for the current id.
pub(super) fn recorded<'a, 'c>(
    before: impl IntoIterator<Item = &'a str>,
    had: Option<&'a str>,
    named: &'a [Id],
    now: &Id,
    owner: impl Fn(&str) -> Option<&'c Id>,
) -> Vec<String> {
    let all_named: HashSet<&str> = named.iter().map(Id::as_str).collect();
    let named = named.iter().map(Id::as_str);
    // The author's order counts for ids in both lists.
    let before = before.into_iter().filter(|id| !all_named.contains(id));
    let former = |id: &&str| *id != now.as_str();
    let free = |id: &&str| former(id) && owner(id).is_none_or(|owner| owner == now);
    let mut known = HashSet::new();
    let all = before.filter(free).chain(named.filter(former)).chain(had.filter(free));
    all.filter(|id| known.insert(*id)).map(ToOwned::to_owned).collect()
}

/// The owner of each id: the session or feed that has it, or that names it as a former id.
pub(super) type Claims<'a> = HashMap<&'a str, &'a Id>;

/// Returns the owners of current ids and of the former ids in `was`.
pub(super) fn claims<'a>(all: impl Iterator<Item = (&'a Id, &'a [Id])> + Clone) -> Claims<'a> {
    let named = all.clone().flat_map(|(id, was)| was.iter().map(move |old| (old.as_str(), id)));
    // A current id takes precedence over a former one.
    named.chain(all.map(|(id, _)| (id.as_str(), id))).collect()
}

/// Returns the former ids of each session or feed, without those of others and without `taken` ones.
fn without_clashes<'a>(
    all: Vec<(&'a Id, &'a [Id], &'a [String])>,
    taken: HashSet<&'a str>,
) -> Former {
    if all.iter().all(|(_, named, recorded)| named.is_empty() && recorded.is_empty()) {
        return Former::new();
    }
    let mut used: HashSet<&str> = all
        .iter()
        .flat_map(|(id, named, _)| std::iter::once(*id).chain(*named))
        .map(Id::as_str)
        .chain(taken)
        .collect();
    let mut former = Former::new();
    for (id, named, recorded) in all {
        let names: HashSet<&str> = named.iter().map(Id::as_str).collect();
        let mut own: Vec<Id> = recorded
            .iter()
            .filter(|old| names.contains(old.as_str()) || used.insert(old))
            .filter_map(|old| Id::parse(old).ok())
            .collect();
        let known: HashSet<Id> = own.iter().cloned().collect();
        own.extend(named.iter().filter(|named| !known.contains(*named)).cloned());
        if !own.is_empty() {
            former.insert(id.clone(), own);
        }
    }
    former
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Id {
        Id::parse(text).unwrap()
    }

    fn strings(texts: &[&str]) -> Vec<String> {
        texts.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_deleted_line_does_not_delete_its_record() {
        let after = |before: &[&str], had, named: &[&str], now| {
            let named: Vec<Id> = named.iter().map(|text| id(text)).collect();
            recorded(before.iter().copied(), had, &named, &id(now), |_| None)
        };
        assert_eq!(after(&["a"], Some("b"), &[], "c"), ["a", "b"]);
        assert_eq!(after(&["a"], Some("b"), &["a", "b"], "c"), ["a", "b"]);
        assert_eq!(after(&["a", "b"], Some("b"), &[], "a"), ["b"]);
        assert_eq!(after(&[], None, &[], "a"), [""; 0]);
    }

    #[test]
    fn an_id_that_something_else_has_now_leads_there_alone() {
        let (new, old, other) = (id("new"), id("old"), id("other"));
        let all: Vec<(&Id, Vec<Id>, Vec<String>)> = vec![
            (&new, vec![], strings(&["old", "mine"])),
            (&old, vec![], vec![]),
            (&other, vec![id("mine")], strings(&["mine"])),
        ];
        let borrowed: Vec<_> = all
            .iter()
            .map(|(id, named, recorded)| (*id, named.as_slice(), recorded.as_slice()))
            .collect();
        let former = without_clashes(borrowed, HashSet::new());
        assert_eq!(former.get(&new), None);
        assert_eq!(former.get(&other), Some(&vec![id("mine")]));
    }
}
