//! Finds the dates of repeating sessions that an edit adds, removes and keeps.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::NaiveDate;
use serde_json::{Value, json};

use crate::model::{Id, Repeat};
use crate::revisions::{Edition, Revisions};

/// The largest number of dates of a kind that people read one by one.
const LISTED: usize = 12;
/// The largest number of days by which a rule may move a date that is still the same event, such as from Tuesday to
/// Thursday.
const NEAR: i64 = 6;

/// The dates of one repeating session, some of which are added or removed.
#[derive(Debug)]
pub(super) struct DatesChange {
    id: Id,
    title: String,
    come: BTreeSet<NaiveDate>,
    /// The removed dates, each with its id.
    go: Vec<(NaiveDate, String)>,
    stay: BTreeSet<NaiveDate>,
    /// The new dates that may be removed ones on another day, each with the id of the removed date.
    moved: Vec<(NaiveDate, String)>,
}

/// Returns the repeating sessions with dates that are added or removed.
pub(super) fn changes(
    edition: &Edition,
    before: &Revisions,
    after: &Revisions,
) -> Vec<DatesChange> {
    let repeats = &edition.catalog.repeats;
    if repeats.is_empty() {
        return Vec::new();
    }
    let uids = |state: &Revisions| -> HashSet<String> {
        let live = state.sessions.values().filter(|entry| entry.removed.is_none());
        live.map(|entry| entry.uid.clone()).collect()
    };
    let (known, live) = (uids(before), uids(after));
    let mut gone: HashMap<&str, Vec<(NaiveDate, String)>> = HashMap::new();
    for (key, entry) in before.sessions.iter().filter(|(_, entry)| entry.removed.is_none()) {
        if let Some((of, date)) = Id::split_date(key).filter(|_| !live.contains(&entry.uid)) {
            gone.entry(of).or_default().push((date, key.clone()));
        }
    }
    let change = |repeat: &Repeat| {
        let feed = edition.feed(&repeat.id)?;
        let (mut come, mut stay) = (BTreeSet::new(), BTreeSet::new());
        for session in edition.members(&feed) {
            let date = session.date.as_ref()?.planned.date();
            match known.contains(&edition.revision(session).uid) {
                true => stay.insert(date),
                false => come.insert(date),
            };
        }
        let ids = repeat.was.iter().chain([&repeat.id]).map(Id::as_str);
        let mut go: Vec<_> = ids.filter_map(|id| gone.get(id)).flatten().cloned().collect();
        go.sort();
        let (id, title) = (repeat.id.clone(), repeat.title.to_string());
        let moved = moved(&come, &go);
        (!come.is_empty() || !go.is_empty()).then_some(DatesChange {
            id,
            title,
            come,
            go,
            stay,
            moved,
        })
    };
    repeats.iter().filter_map(change).collect()
}

/// Pairs each removed date with the nearest new one that is not paired with another.
fn moved(come: &BTreeSet<NaiveDate>, go: &[(NaiveDate, String)]) -> Vec<(NaiveDate, String)> {
    let mut free = come.clone();
    let mut moved = Vec::new();
    for (date, id) in go {
        let days = |other: &NaiveDate| (*other - *date).num_days().abs();
        let nearest =
            free.iter().filter(|other| days(other) <= NEAR).min_by_key(|other| days(other));
        if let Some(nearest) = nearest.copied() {
            free.remove(&nearest);
            moved.push((nearest, id.clone()));
        }
    }
    moved
}

impl DatesChange {
    /// Returns the text for people.
    pub(super) fn text(&self) -> String {
        let mut text = format!("Dates of \"{}\" ({}):", self.title, self.id);
        let go = self.go.iter().map(|(date, _)| *date).collect();
        for (what, dates) in [("added", &self.come), ("removed", &go), ("kept", &self.stay)] {
            if !dates.is_empty() {
                text.push_str(&format!("\n  {} {what}: {}", dates.len(), listed(dates)));
            }
        }
        if !self.moved.is_empty() {
            text.push_str(
                "\n\nIf the removed dates take place on the new days, add these lines. Their entries then move, \
                 and keep their history:",
            );
        }
        for (date, was) in &self.moved {
            let id = format!("{}-{date}", self.id);
            text.push_str(&format!("\n\n  [[sessions]]\n  id = \"{id}\"\n  was = \"{was}\""));
        }
        text
    }

    /// Returns the JSON for programs.
    pub(super) fn json(&self) -> Value {
        let id = |date: &NaiveDate| format!("{}-{date}", self.id);
        let moved = self.moved.iter().map(|(date, was)| json!({ "id": id(date), "was": was }));
        json!({
            "id": self.id.as_str(),
            "title": self.title,
            "come": self.come.iter().map(id).collect::<Vec<_>>(),
            "go": self.go.iter().map(|(_, id)| id).collect::<Vec<_>>(),
            "stay": self.stay.iter().map(id).collect::<Vec<_>>(),
            "was": moved.collect::<Vec<_>>(),
        })
    }
}

fn listed(dates: &BTreeSet<NaiveDate>) -> String {
    let text = |dates: &mut dyn Iterator<Item = &NaiveDate>| {
        dates.map(NaiveDate::to_string).collect::<Vec<_>>().join(", ")
    };
    match dates.last().filter(|_| dates.len() > LISTED) {
        None => text(&mut dates.iter()),
        Some(last) => format!("{}, ... {last}", text(&mut dates.iter().take(LISTED - 1))),
    }
}
