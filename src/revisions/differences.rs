//! Finds the differences between two editions that readers notice.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{LinkChange, PublishedSession, Revision, Revisions, Times};
use crate::model::Status;

/// A session that differs for readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The current id, or the last one of a removed session.
    pub id: String,
    /// The differences, the most important first; never empty.
    pub what: Vec<What>,
    /// The values published before; `None` for a new session.
    pub before: Option<PublishedSession>,
    /// The values to publish; for a removed session, the values published last.
    pub after: PublishedSession,
}

/// A difference that readers notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The session is new.
    Added,
    /// The session was removed, and is back.
    Back,
    /// The session is cancelled.
    Cancelled,
    /// The session ends at another time and begins at the same time.
    Ends,
    /// The session is in other feeds.
    Feeds,
    /// The session has another link to join, which also counts as [`What::Other`].
    Join(LinkChange),
    /// The session begins at another time.
    Moved,
    /// The session has another text, link or tag.
    Other,
    /// The session is at another place.
    Place,
    /// The session has another link to register, which also counts as [`What::Other`].
    Register(LinkChange),
    /// The session was removed from the file.
    Removed,
    /// The session has another id.
    Renamed {
        /// The id before.
        from: String,
    },
    /// The session has another title.
    Retitled {
        /// The title before.
        from: String,
    },
    /// The session is no longer cancelled, became tentative, or became certain.
    Status,
    /// The session is in another zone.
    Zone,
}

/// Returns every session that differs between two states, by start.
pub fn differences(before: &Revisions, after: &Revisions) -> Vec<Difference> {
    let known: BTreeMap<&str, (&String, &Revision)> = before
        .sessions
        .iter()
        .map(|(id, entry)| (entry.uid.as_str(), (id, entry.as_ref())))
        .collect();
    let renamed = Renamed::new(after);
    let mut all: Vec<Difference> = after
        .sessions
        .iter()
        .filter_map(|(id, entry)| {
            let old = known.get(entry.uid.as_str()).map(|(id, old)| (*id, renamed.today(old)));
            let what = difference(old.as_ref().map(|(id, old)| (*id, old)), id, entry);
            let before = old.map(|(_, old)| old.published);
            let after = entry.published.clone();
            (!what.is_empty()).then(|| Difference { id: id.clone(), what, before, after })
        })
        .collect();
    let start = |difference: &Difference| difference.after.when.start().order();
    all.sort_by(|a, b| (start(a), &a.id).cmp(&(start(b), &b.id)));
    all
}

/// Former ids of feeds, with their current ids.
struct Renamed<'a> {
    after: &'a Revisions,
    by_former: HashMap<&'a String, &'a String>,
}

impl<'a> Renamed<'a> {
    fn new(after: &'a Revisions) -> Self {
        let live = after.feeds.iter().filter(|(_, feed)| feed.gone.is_none());
        let mut by_former = HashMap::new();
        for (id, feed) in live {
            for old in &feed.was {
                by_former.entry(old).or_insert(id);
            }
        }
        Self { after, by_former }
    }

    /// Returns a revision with the current ids of its feeds.
    fn today(&self, revision: &Revision) -> Revision {
        let mut revision = revision.clone();
        for feed in &mut revision.published.feeds {
            let is_live = self.after.feeds.get(feed).is_some_and(|feed| feed.gone.is_none());
            if let Some(id) = self.by_former.get(feed).filter(|_| !is_live) {
                *feed = (*id).clone();
            }
        }
        revision
    }
}

fn difference(old: Option<(&String, &Revision)>, id: &String, new: &Revision) -> Vec<What> {
    let Some((old_id, old)) = old else {
        return if new.removed.is_none() { vec![What::Added] } else { Vec::new() };
    };
    match (old.removed.is_some(), new.removed.is_some()) {
        (true, true) => return Vec::new(),
        (false, true) => return vec![What::Removed],
        _ => {}
    }
    let (was, is) = (&old.published, &new.published);
    let mut what = Vec::new();
    if old.removed.is_some() {
        what.push(What::Back);
    }
    if was.status != is.status {
        what.push(match is.status {
            Status::Cancelled => What::Cancelled,
            Status::Confirmed | Status::Tentative => What::Status,
        });
    }
    if was.when.start() != is.when.start() {
        what.push(What::Moved);
    }
    // If a session changes between whole days and times of day, the change of start includes the end.
    let ends = match (was.when, is.when) {
        (Times::Days { first, last }, Times::Days { first: new, last: new_last }) => {
            last - first != new_last - new
        }
        (Times::Timed { start, end }, Times::Timed { start: new, end: new_end }) => {
            end - start != new_end - new
        }
        _ => false,
    };
    if ends {
        what.push(What::Ends);
    }
    if was.zone != is.zone {
        what.push(What::Zone);
    }
    if was.title != is.title {
        what.push(What::Retitled { from: was.title.clone() });
    }
    if was.place != is.place {
        what.push(What::Place);
    }
    let digests = was.digests.as_ref().zip(is.digests.as_ref());
    if let Some((was, is)) = digests {
        let register = LinkChange::between(was.register.as_ref(), is.register.as_ref());
        let join = LinkChange::between(was.join.as_ref(), is.join.as_ref());
        what.extend(register.map(What::Register).into_iter().chain(join.map(What::Join)));
    }
    if old_id != id {
        what.push(What::Renamed { from: old_id.clone() });
    }
    if digests.is_some_and(|(was, is)| was != is) {
        what.push(What::Other);
    }
    let feeds = |of: &PublishedSession| of.feeds.iter().cloned().collect::<BTreeSet<String>>();
    if feeds(was) != feeds(is) {
        what.push(What::Feeds);
    }
    if what.is_empty() && old.digest != new.digest {
        what.push(What::Other);
    }
    what
}
