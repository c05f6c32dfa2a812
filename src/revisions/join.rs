//! Joins two states of one calendar: the revisions file, and the record of another publication.
//!
//! The file may be an older copy, a manual merge or another machine's file. For each UID there are three cases:
//!
//! ```text
//! one has the higher SEQUENCE and the later LAST-MODIFIED    that one counts
//! both have the same numbers and the same content            the file counts
//! anything else: readers may know either                     a revision above both
//! ```
//!
//! Entries in only one state are kept.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::revise::insert;
use super::{KnownFeed, Revision, Revisions, Stamp, bounds};

impl Revisions {
    /// Joins a file's revisions with those that are `known` to have been published. No number in the result is lower
    /// than in either.
    #[must_use]
    pub fn joined(self, known: &Self) -> Self {
        if self == *known {
            return self;
        }
        let calendar = self.calendar.or_else(|| known.calendar.clone());
        let sessions = Arc::new(sessions(&self.sessions, &known.sessions));
        let (mut feeds, mut resources) = (self.feeds, self.resources);
        for (id, other) in &known.feeds {
            let own = feeds.remove(id);
            let feed = own.map_or_else(|| other.clone(), |own| feed(own, other));
            feeds.insert(id.clone(), feed);
        }
        for (path, other) in &known.resources {
            let own = resources.remove(path);
            let stamp = own.map_or_else(|| other.clone(), |own| stamp(own, other));
            resources.insert(path.clone(), stamp);
        }
        Self { calendar, sessions, feeds, resources }
    }

    /// Returns the ids and paths of entries that these revisions lack, or have with a lower number or with another
    /// content under the same number, compared with those that are `known` to have been published.
    pub fn behind<'a>(&self, known: &'a Self) -> Vec<&'a str> {
        let own = by_uid(&self.sessions);
        let session = |other: &Revision| match own.get(other.uid.as_str()) {
            None => true,
            Some((_, own)) => {
                let (numbers, others) = (own.numbers(), other.numbers());
                numbers.0 < others.0
                    || numbers.1 < others.1
                    || (numbers == others && own.digest != other.digest)
            }
        };
        let resource = |path: &String, other: &Stamp| match self.resources.get(path) {
            None => true,
            Some(own) if own.digest == other.digest => own.last_modified < other.last_modified,
            Some(own) => own.last_modified <= other.last_modified,
        };
        let sessions = known.sessions.iter().filter(|(_, other)| session(other));
        let resources = known.resources.iter().filter(|(path, other)| resource(path, other));
        let sessions = sessions.map(|(id, _)| id.as_str());
        let mut resources: Vec<&str> = resources.map(|(path, _)| path.as_str()).collect();
        resources.sort_unstable();
        sessions.chain(resources).collect()
    }
}

impl Revision {
    /// Returns this revision as the successor of another one of the same UID. The result is unchanged if this revision
    /// is later or the same; otherwise its numbers are above both.
    pub(super) fn above(&self, other: &Self) -> Self {
        let mut joined = self.clone();
        let missing = |id: &&String| !self.published.was.contains(id);
        joined.published.was.extend(other.published.was.iter().filter(missing).cloned());
        joined.published.links.extend(other.published.links.iter().cloned());
        if !self.is_later(other) && !self.is_same(other) {
            joined.sequence = bounds::after_sequence(self.sequence.max(other.sequence));
            joined.last_modified =
                bounds::after_instant(self.last_modified.max(other.last_modified));
        }
        joined
    }

    fn is_later(&self, other: &Self) -> bool {
        self.sequence > other.sequence && self.last_modified > other.last_modified
    }

    fn is_same(&self, other: &Self) -> bool {
        self.numbers() == other.numbers() && self.digest == other.digest
    }

    fn numbers(&self) -> (u32, chrono::DateTime<chrono::Utc>) {
        (self.sequence, self.last_modified)
    }
}

type Sessions = BTreeMap<String, Arc<Revision>>;

fn by_uid(sessions: &Sessions) -> HashMap<&str, (&str, &Arc<Revision>)> {
    let all = sessions.iter();
    all.map(|(id, entry)| (entry.uid.as_str(), (id.as_str(), entry))).collect()
}

fn sessions(file: &Sessions, known: &Sessions) -> Sessions {
    let mut rest = by_uid(known);
    let mut all: Vec<(bool, &str, Arc<Revision>)> = Vec::with_capacity(file.len());
    for (id, own) in file {
        all.push(match rest.remove(own.uid.as_str()) {
            None => (false, id, Arc::clone(own)),
            Some((_, other)) if own == other => (false, id, Arc::clone(own)),
            Some((other_id, other)) => {
                let is_own = own.is_later(other)
                    || own.is_same(other)
                    || (!other.is_later(own) && own.last_modified > other.last_modified);
                match is_own {
                    true => (false, id, Arc::new(own.above(other))),
                    false => (true, other_id, Arc::new(other.above(own))),
                }
            }
        });
    }
    all.extend(rest.into_values().map(|(id, entry)| (true, id, Arc::clone(entry))));
    // If two entries have the same id, the removed session loses it; otherwise the session that readers may not know
    // loses it.
    all.sort_by_key(|(is_known, id, entry)| (entry.removed.is_some(), !is_known, *id));
    let mut sessions = Sessions::new();
    for (_, id, entry) in all {
        insert(&mut sessions, id, entry);
    }
    sessions
}

/// Joins two records of a feed. A feed that was removed in one state is removed, because its subscribers were notified.
fn feed(own: KnownFeed, known: &KnownFeed) -> KnownFeed {
    let (first, other) = match known.gone.is_some() || own.gone.is_none() {
        true => (known, &own),
        false => (&own, known),
    };
    let mut feed = first.clone();
    let missing = |id: &&String| !first.was.contains(id);
    feed.was.extend(other.was.iter().filter(missing).cloned());
    feed
}

/// Returns the later of two stamps. If both have the same instant and different bytes, readers may know either, so the
/// result is later than both and has no digest.
fn stamp(own: Stamp, known: &Stamp) -> Stamp {
    match own.last_modified.cmp(&known.last_modified) {
        Ordering::Greater => own,
        Ordering::Less => known.clone(),
        Ordering::Equal if own.digest == known.digest => own,
        Ordering::Equal => {
            let last_modified = bounds::after_instant(own.last_modified);
            Stamp { digest: String::new(), last_modified }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::super::parse::parse;
    use super::*;

    fn revision(uid: &str, sequence: u32, seconds: i64, digest: &str, removed: bool) -> Revision {
        let line = format!(
            r#"{{"schema":3,"sessions":{{"a":{{"uid":"{uid}","digest":"{digest}","sequence":{sequence},"created":"2024-01-01T00:00:00Z","last_modified":"2024-01-01T00:00:00Z","published":{{"title":"A","start":"2024-04-30","end":"2024-04-30","zone":"UTC","status":"confirmed","feeds":[]}}}}}},"resources":{{}}}}"#
        );
        let last_modified = DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap();
        let removed = removed.then_some(last_modified);
        let read = parse(line.as_bytes()).unwrap().sessions["a"].as_ref().clone();
        Revision { last_modified, removed, ..read }
    }

    fn of(entries: &[(&str, Revision)]) -> Revisions {
        let all = entries.iter().map(|(id, entry)| ((*id).to_owned(), Arc::new(entry.clone())));
        Revisions { sessions: Arc::new(all.collect()), ..Revisions::default() }
    }

    /// Returns every revision with small numbers.
    fn all() -> Vec<Revision> {
        let mut all = Vec::new();
        for (sequence, seconds) in (0..3).flat_map(|one| (0..3).map(move |two| (one, two))) {
            for (digest, removed) in [("x", false), ("y", false), ("x", true)] {
                all.push(revision("u", sequence, seconds, digest, removed));
            }
        }
        all
    }

    #[test]
    fn no_number_goes_back_and_no_content_shares_a_number_with_another() {
        for own in all() {
            for other in all() {
                for id in ["a", "b"] {
                    let (file, known) = (of(&[("a", own.clone())]), of(&[(id, other.clone())]));
                    let joined = file.clone().joined(&known);
                    assert_eq!(joined.sessions.len(), 1);
                    let is = joined.sessions.values().next().unwrap();
                    for was in [&own, &other] {
                        let (higher, later) =
                            (is.sequence > was.sequence, is.last_modified > was.last_modified);
                        let same = is.numbers() == was.numbers() && is.digest == was.digest;
                        assert!(same || (higher && later), "{own:?} and {other:?} are {is:?}");
                    }
                    assert_eq!(joined.clone().joined(&known), joined);
                    assert_eq!(file.joined(&joined), joined);
                    assert!(joined.behind(&known).is_empty());
                }
            }
        }
    }

    #[test]
    fn of_two_sessions_with_one_id_both_are_kept() {
        let (one, two) = (revision("u", 5, 5, "x", false), revision("v", 0, 0, "x", false));
        let joined = of(&[("a", one.clone())]).joined(&of(&[("a", two.clone())]));
        assert_eq!((&*joined.sessions["a"], &*joined.sessions["u"]), (&two, &one));
        let gone = revision("v", 0, 0, "x", true);
        let joined = of(&[("a", one.clone())]).joined(&of(&[("a", gone.clone())]));
        assert_eq!((&*joined.sessions["a"], &*joined.sessions["v"]), (&one, &gone));
    }

    #[test]
    fn the_later_stamp_counts_and_one_above_two_of_one_moment() {
        let stamped = |digest: &str, seconds| {
            let last_modified = DateTime::from_timestamp(seconds, 0).unwrap();
            let stamp = Stamp { digest: digest.to_owned(), last_modified };
            Revisions { resources: [("/x".to_owned(), stamp)].into(), ..Revisions::default() }
        };
        for (own, known, wanted) in [
            (("x", 2), ("y", 1), ("x", 2)),
            (("x", 1), ("y", 2), ("y", 2)),
            (("x", 1), ("x", 2), ("x", 2)),
            (("x", 1), ("y", 1), ("", 2)),
        ] {
            let (file, known) = (stamped(own.0, own.1), stamped(known.0, known.1));
            let joined = file.clone().joined(&known);
            assert_eq!(joined, stamped(wanted.0, wanted.1));
            assert_eq!(known.joined(&file), joined);
        }
        let missing = Revisions::default();
        assert_eq!(missing.behind(&stamped("x", 1)), ["/x"]);
        assert_eq!(missing.joined(&stamped("x", 1)), stamped("x", 1));
    }
}
