//! Ids in use.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use crate::model::Id;

/// The ids of a new file.
#[derive(Default)]
pub(super) struct UsedIds {
    pub(super) feeds: UsedNames,
    pub(super) sessions: UsedNames,
    /// The ids that sessions of convene's own calendars have.
    pub(super) own: HashSet<String>,
}

/// Ids of one kind.
#[derive(Default)]
pub(super) struct UsedNames {
    pub(super) ids: HashSet<String>,
    /// The next number to try after each id.
    next: HashMap<String, u32>,
    /// The ids of repeating sessions. With a date they are ids of their dates.
    repeats: HashSet<String>,
}

impl UsedIds {
    /// Returns an unused id for a repeating session, and takes the ids of its dates.
    pub(super) fn repeat(&mut self, base: &str, dates: &[NaiveDate]) -> Option<String> {
        let id = (0..1_000).find_map(|_| {
            let id = self.feeds.free(base, &[]);
            let on_dates = dates.iter().map(|date| format!("{id}-{date}"));
            let is_free = |id: String| !self.sessions.ids.contains(&id) && !self.own.contains(&id);
            let are_free =
                id.len() <= Id::LONGEST_OF_REPEAT && on_dates.chain([id.clone()]).all(is_free);
            (are_free && !self.sessions.is_of_repeat(&id)).then_some(id)
        })?;
        self.sessions.ids.extend(dates.iter().map(|date| format!("{id}-{date}")));
        self.sessions.ids.insert(id.clone());
        self.sessions.repeats.insert(id.clone());
        Some(id)
    }
}

impl UsedNames {
    /// Returns the first unused id: the base, the base with each ending, or the base with a number.
    pub(super) fn free(&mut self, base: &str, endings: &[String]) -> String {
        let ended = endings.iter().map(|ending| format!("{base}-{ending}"));
        let mut tried = std::iter::once(base.to_owned()).chain(ended);
        if let Some(id) = tried.find(|id| !self.has(id)) {
            self.ids.insert(id.clone());
            return id;
        }
        // An id has at most 64 characters, and a number takes up to seven of them.
        let ending = endings.last().map(|ending| format!("-{ending}")).unwrap_or_default();
        let start = base.get(..57_usize.saturating_sub(ending.len())).unwrap_or(base);
        let last = format!("{}{ending}", start.trim_end_matches('-'));
        loop {
            let next = self.next.entry(last.clone()).or_insert(2);
            let id = format!("{last}-{next}");
            *next += 1;
            if !self.has(&id) {
                self.ids.insert(id.clone());
                return id;
            }
        }
    }

    /// Returns whether no session may have an id.
    pub(super) fn has(&self, id: &str) -> bool {
        self.ids.contains(id) || self.is_of_repeat(id)
    }

    /// Returns whether an id is that of a repeating session with a date.
    fn is_of_repeat(&self, id: &str) -> bool {
        let repeat = id.len().checked_sub("-2027-04-30".len()).and_then(|length| id.get(..length));
        repeat.is_some_and(|repeat| self.repeats.contains(repeat))
    }
}
