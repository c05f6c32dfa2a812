//! What a new edition changes for readers, against what was published before.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::{Published, Revision, Revisions};

/// One session that readers will find otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The id that it has, or had last.
    pub id: String,
    /// What is different, the most important first; never empty.
    pub what: Vec<What>,
    /// What was published before, unless it is new.
    pub before: Option<Published>,
    /// What will be published; of a removed one, what was published last.
    pub after: Published,
}

/// What is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// It was not there before.
    Added,
    /// It was removed, and is there again.
    Back,
    /// It is called off.
    Cancelled,
    /// It ends at another time, and begins when it did.
    Ends,
    /// It is in other feeds.
    Feeds,
    /// It begins at another time.
    Moved,
    /// Text, links or tags are others.
    Other,
    /// It is somewhere else.
    Place,
    /// It is gone from the file.
    Removed,
    /// It has another id.
    Renamed {
        /// The id before.
        from: String,
    },
    /// It has another title.
    Retitled {
        /// The title before.
        from: String,
    },
    /// It takes place after all, or is certain now, or no longer.
    Status,
    /// Its clock is that of another zone.
    Zone,
}

/// Every session that differs between two states, by start.
pub fn changes(before: &Revisions, after: &Revisions) -> Vec<Change> {
    let known: BTreeMap<&str, (&String, &Revision)> = before
        .sessions
        .iter()
        .map(|(id, entry)| (entry.uid.as_str(), (id, entry.as_ref())))
        .collect();
    let renamed = Renamed::new(after);
    let mut all: Vec<Change> = after
        .sessions
        .iter()
        .filter_map(|(id, entry)| {
            let old = known.get(entry.uid.as_str()).map(|(id, old)| (*id, renamed.today(old)));
            let what = difference(old.as_ref().map(|(id, old)| (*id, old)), id, entry);
            let before = old.map(|(_, old)| old.published);
            let after = entry.published.clone();
            (!what.is_empty()).then(|| Change { id: id.clone(), what, before, after })
        })
        .collect();
    all.sort_by(|a, b| (&a.after.start, &a.id).cmp(&(&b.after.start, &b.id)));
    all
}

/// The ids that feeds had before, with those that they have.
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

    /// A revision with today's ids of the feeds that it was in.
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
        what.push(if is.status == "cancelled" { What::Cancelled } else { What::Status });
    }
    if was.start != is.start {
        what.push(What::Moved);
    }
    let same_kind = was.start.contains('T') == is.start.contains('T');
    if same_kind && length(was) != length(is) {
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
    if old_id != id {
        what.push(What::Renamed { from: old_id.clone() });
    }
    let is_known = was.text.is_some() && is.text.is_some();
    if is_known && was.text != is.text {
        what.push(What::Other);
    }
    let feeds = |of: &Published| of.feeds.iter().cloned().collect::<BTreeSet<String>>();
    if feeds(was) != feeds(is) {
        what.push(What::Feeds);
    }
    if what.is_empty() && old.digest != new.digest {
        what.push(What::Other);
    }
    what
}

/// How long a session lasts, as far as its times can be read.
fn length(of: &Published) -> Option<TimeDelta> {
    let instant = |text: &str| text.parse::<DateTime<Utc>>().ok();
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    match (instant(&of.start), instant(&of.end)) {
        (Some(start), Some(end)) => Some(end - start),
        _ => Some(day(&of.end)? - day(&of.start)?),
    }
}
