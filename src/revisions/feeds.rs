//! Records published feeds. The record lets a removed feed publish a notice.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Revision, bounds, former};
use crate::model::Catalog;

/// A feed as it was last published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownFeed {
    /// The name.
    pub title: String,
    /// The former ids, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<String>,
    /// The instant of its removal from the file, UTC in whole seconds.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "bounds::optional"
    )]
    pub gone: Option<DateTime<Utc>>,
    /// The UIDs of its sessions when it was last published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<String>,
}

/// Returns the feeds after a catalog is published at an instant; `sessions` are those before.
pub(super) fn revise(
    before: &BTreeMap<String, KnownFeed>,
    sessions: &BTreeMap<String, Arc<Revision>>,
    catalog: &Catalog,
    now: DateTime<Utc>,
) -> BTreeMap<String, KnownFeed> {
    let claims = former::claims(catalog.feeds().map(|feed| (feed.id, feed.was)));
    let live: BTreeMap<String, KnownFeed> = catalog
        .feeds()
        .map(|feed| {
            let known =
                std::iter::once(feed.id).chain(feed.was).filter_map(|id| before.get(id.as_str()));
            let given = known.flat_map(|known| known.was.iter().map(String::as_str));
            let was =
                former::recorded(given, None, feed.was, feed.id, |id| claims.get(id).copied());
            let title = feed.title.to_string();
            (feed.id.to_string(), KnownFeed { title, was, gone: None, sessions: Vec::new() })
        })
        .collect();
    let former: BTreeSet<&String> = live.values().flat_map(|feed| &feed.was).collect();
    let gone = || before.iter().filter(|(id, _)| !live.contains_key(*id) && !former.contains(id));
    let mut left = members(
        gone().filter(|(_, feed)| feed.gone.is_none()).map(|(id, _)| id.as_str()),
        sessions,
    );
    let gone: Vec<(String, KnownFeed)> = gone()
        .map(|(id, feed)| {
            let mut retired = || {
                let sessions =
                    left.remove(id.as_str()).expect("each feed that goes was given to `members`");
                KnownFeed { gone: Some(now), sessions, ..feed.clone() }
            };
            (id.clone(), if feed.gone.is_some() { feed.clone() } else { retired() })
        })
        .collect();
    live.into_iter().chain(gone).collect()
}

/// Returns the UIDs of the sessions that were last published in each of the given feeds.
fn members<'a>(
    feeds: impl Iterator<Item = &'a str>,
    sessions: &BTreeMap<String, Arc<Revision>>,
) -> HashMap<&'a str, Vec<String>> {
    let mut all: HashMap<&str, Vec<String>> = feeds.map(|id| (id, Vec::new())).collect();
    if all.is_empty() {
        return all;
    }
    for entry in sessions.values().filter(|entry| entry.removed.is_none()) {
        let feeds: BTreeSet<&String> = entry.published.feeds.iter().collect();
        for id in feeds {
            if let Some(own) = all.get_mut(id.as_str()) {
                own.push(entry.uid.clone());
            }
        }
    }
    all.values_mut().for_each(|own| own.sort());
    all
}
