//! Finds the dates of repeating sessions that an edit adds, removes and keeps.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Value, json};

use crate::model::{Id, Repeat, When};
use crate::revisions::{Edition, Revisions};
use crate::rfc3339;

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
    /// The removed dates that are over, which took place as they were published.
    over: Vec<(NaiveDate, String)>,
    /// The upcoming dates that may be removed ones on another day.
    moved: Vec<MovedDate>,
}

/// A new date, and the removed date that it may be.
#[derive(Debug)]
struct MovedDate {
    date: NaiveDate,
    /// The new start in the zone of the session, as in TOML.
    start: String,
    was: (NaiveDate, String),
}

/// Returns the repeating sessions with dates that are added or removed. Dates that are over at `now` did not move.
pub(super) fn changes(
    edition: &Edition,
    before: &Revisions,
    after: &Revisions,
    now: DateTime<Utc>,
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
        let mut free = BTreeMap::new();
        for session in edition.members(&feed) {
            let date = session.date.as_ref()?.planned.date();
            match known.contains(&edition.revision(session).uid) {
                true => stay.insert(date),
                false => {
                    if session.when.end() > now {
                        free.insert(date, start(&session.when));
                    }
                    come.insert(date)
                }
            };
        }
        let ids = repeat.was.iter().chain([&repeat.id]).map(Id::as_str);
        let mut go: Vec<_> = ids.filter_map(|id| gone.get(id)).flatten().cloned().collect();
        go.sort();
        let is_ahead = |key: &str| before.sessions[key].published.ends_after(now);
        let (ahead, over): (Vec<_>, Vec<_>) =
            go.iter().cloned().partition(|(_, key)| is_ahead(key));
        let (id, title) = (repeat.id.clone(), repeat.title.to_string());
        let moved = moved(free, ahead);
        (!come.is_empty() || !go.is_empty()).then_some(DatesChange {
            id,
            title,
            come,
            go,
            stay,
            over,
            moved,
        })
    };
    repeats.iter().filter_map(change).collect()
}

/// Pairs each removed date with the nearest new one, given with its start, that is not paired with another.
fn moved(mut free: BTreeMap<NaiveDate, String>, go: Vec<(NaiveDate, String)>) -> Vec<MovedDate> {
    let mut moved = Vec::new();
    for was in go {
        let days = |other: &NaiveDate| (*other - was.0).num_days().abs();
        let nearest =
            free.keys().filter(|other| days(other) <= NEAR).min_by_key(|other| days(other));
        if let Some((date, start)) = nearest.copied().and_then(|near| free.remove_entry(&near)) {
            moved.push(MovedDate { date, start, was });
        }
    }
    moved
}

fn start(when: &When) -> String {
    match when {
        When::AllDay(days) => days.first.to_string(),
        When::Timed(timed) => rfc3339::local(timed.start.local),
    }
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
        if !self.over.is_empty() {
            let dates: BTreeSet<NaiveDate> = self.over.iter().map(|(date, _)| *date).collect();
            let (count, are) = (dates.len(), if dates.len() == 1 { "is" } else { "are" });
            text.push_str(&format!(
                "\n\n{count} of the removed dates {are} over: {}. Calendars and pages lose what took place. To keep \
                 it, undo this edit of `{}`.",
                listed(&dates),
                self.id
            ));
        }
        text + &self.shift().unwrap_or_else(|| self.offered_was())
    }

    /// Returns the tables that move all removed dates.
    fn offered_was(&self) -> String {
        if self.moved.is_empty() {
            return String::new();
        }
        let tables = self.moved.iter().map(|moved| {
            let (id, was) = (format!("{}-{}", self.id, moved.date), &moved.was.1);
            format!("\n\n  [[sessions]]\n  id = \"{id}\"\n  was = \"{was}\"")
        });
        "\n\nIf the removed dates take place on the new days, add these lines. Their entries then move, \
         and keep their history:"
            .to_owned()
            + &tables.collect::<String>()
    }

    /// Returns the table that moves the dates from the first upcoming one on, if the edit moves all of these by the same
    /// number of days, and also dates that are over.
    fn shift(&self) -> Option<String> {
        let MovedDate { start, was: (date, _), .. } = self.moved.first()?;
        let days = |moved: &MovedDate| moved.date - moved.was.0;
        let is_shift = self.moved.windows(2).all(|pair| days(&pair[0]) == days(&pair[1]))
            && self.moved.len() + self.over.len() == self.go.len()
            && self.stay.iter().all(|stays| stays < date);
        (is_shift && !self.over.is_empty()).then(|| format!(
            " If the dates from {date} on take place on the new days, also add these lines. Their entries then \
             move, and keep their history:\n\n  [[sessions]]\n  id = \"{}-{date}\"\n  start = {start}\n  from = true",
            self.id
        ))
    }

    /// Returns the JSON for programs.
    pub(super) fn json(&self) -> Value {
        let id = |date: &NaiveDate| format!("{}-{date}", self.id);
        let moved = self.moved.iter();
        let moved = moved.map(|own| json!({ "id": id(&own.date), "was": own.was.1 }));
        json!({
            "id": self.id.as_str(),
            "title": self.title,
            "come": self.come.iter().map(id).collect::<Vec<_>>(),
            "go": self.go.iter().map(|(_, id)| id).collect::<Vec<_>>(),
            "stay": self.stay.iter().map(id).collect::<Vec<_>>(),
            "over": self.over.iter().map(|(_, id)| id).collect::<Vec<_>>(),
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
