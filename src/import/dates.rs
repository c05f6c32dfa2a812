//! Finds the dates of a recurring event: RRULE and RDATE, without EXRULE and EXDATE (RFC 5545 section 3.8.5, and RFC
//! 2445 section 4.8.5.2 for EXRULE).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::clocks::Clocks;
use super::content::Component;
use super::notes::NoteKind::{self, Guessed, Lost};
use super::recur;
use super::timing::Timing;
use super::values::{DateValue, date_value, duration, shown};

/// The largest number of occurrences of one event. The latest ones are kept.
const MOST: usize = 1_000;

/// The note for a rule that ends before it starts, or that names a day that does not exist.
const ONLY_FIRST: &str = "its rule gives no date after its first, and only that was written";

/// The occurrences of an event.
pub(super) struct Dates {
    /// Each start on the event's clock, with its own length if RDATE gives one.
    pub(super) starts: Vec<(NaiveDateTime, Option<TimeDelta>)>,
    /// Whether there is more than one occurrence, before exceptions.
    pub(super) repeats: bool,
    /// The starts that EXDATE leaves out.
    pub(super) excluded: BTreeSet<NaiveDateTime>,
    /// The last occurrence, before exceptions.
    pub(super) last: NaiveDateTime,
    /// The number of occurrences that were over too early.
    pub(super) past: usize,
}

/// The days whose dates are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    /// The first day on which a session may end; all days if there is none.
    pub(super) from: Option<NaiveDate>,
    pub(super) last: NaiveDate,
}

/// Reads the dates of an event, and adds notes.
pub(super) fn read(
    event: &Component,
    timing: &Timing,
    clocks: &mut Clocks<'_>,
    period: Period,
    notes: &mut Vec<(NoteKind, String)>,
) -> Dates {
    let end = period.last.and_time(NaiveTime::MIN) + TimeDelta::seconds(86_399);
    let mut starts: BTreeMap<NaiveDateTime, Option<TimeDelta>> =
        BTreeMap::from([(timing.start, None)]);
    let mut earlier = 0;
    for rule in event.all("RRULE") {
        let until = |until| timing.until(until);
        match recur::expand(&rule.value, timing.start, end, until, &mut clocks.events) {
            Ok(expansion) => {
                if expansion.starts.is_empty() && !expansion.more {
                    notes.push((Guessed, ONLY_FIRST.to_owned()));
                }
                if expansion.more {
                    let text = format!(
                        "it repeats beyond {}; later dates were left out, and `--until` \
                         includes more",
                        period.last
                    );
                    notes.push((Lost, text));
                }
                earlier += expansion.earlier;
                starts.extend(expansion.starts.into_iter().map(|start| (start, None)));
            }
            Err(reason) => {
                notes.push((Lost, format!("{reason}; only its first date was written")));
            }
        }
    }
    for dates in event.all("RDATE") {
        let named = timing.dates(dates, clocks);
        let mut unread = Vec::new();
        for value in dates.value.split(',').filter(|value| !value.trim().is_empty()) {
            let (start, length) = match value.split_once('/') {
                Some((start, end)) => (start, own_length(timing, start, end)),
                None => (value, None),
            };
            match named(start) {
                Some(start) => _ = starts.insert(start.at, length),
                None => unread.push(value),
            }
        }
        notes.extend(cannot_be_read("further date", &unread));
    }
    let repeats = starts.len() > 1;
    let last = starts.keys().next_back().copied().unwrap_or(timing.start);
    let mut excluded = BTreeSet::new();
    for rule in event.all("EXRULE") {
        let until = |until| timing.until(until);
        match recur::expand(&rule.value, timing.start, end, until, &mut clocks.events) {
            Ok(expansion) => {
                excluded.extend(expansion.starts.into_iter().filter(|at| starts.contains_key(at)));
            }
            Err(reason) => notes.push((
                Lost,
                format!("of its exceptions {reason}; dates that it leaves out may be written"),
            )),
        }
    }
    for dates in event.all("EXDATE") {
        let named = timing.dates(dates, clocks);
        let mut unread = Vec::new();
        for value in dates.value.split(',').filter(|value| !value.trim().is_empty()) {
            let Some(named) = named(value) else {
                unread.push(value);
                continue;
            };
            if starts.contains_key(&named.at) {
                excluded.insert(named.at);
            } else if named.is_day {
                let midnight = named.at.date().and_time(NaiveTime::MIN);
                let day = starts.range(midnight..midnight + TimeDelta::days(1));
                excluded.extend(day.map(|(start, _)| *start));
            }
        }
        notes.extend(cannot_be_read("left-out date", &unread));
    }
    starts.retain(|start, _| !excluded.contains(start));
    let before = starts.len();
    if let Some(from) = period.from {
        starts = starts.split_off(&timing.earliest(from));
    }
    let past = earlier + before - starts.len();
    if starts.len() > MOST {
        let text = format!("it has {} dates; only the latest {MOST} were written", starts.len());
        notes.push((Lost, text));
        let first = starts.keys().copied().rev().nth(MOST - 1).unwrap_or(timing.start);
        starts = starts.split_off(&first);
    }
    Dates { starts: starts.into_iter().collect(), repeats, excluded, last, past }
}

/// Returns a note about values of a property that are not dates.
fn cannot_be_read(what: &str, values: &[&str]) -> Option<(NoteKind, String)> {
    let first = shown(values.first()?);
    let text = match values.len() {
        1 => format!("its {what} `{first}` cannot be read, and was left out"),
        number => format!(
            "{number} values of its {what}s cannot be read, such as `{first}`, and were left out"
        ),
    };
    Some((Lost, text))
}

/// Returns the length of a PERIOD (RFC 5545 section 3.3.9).
fn own_length(timing: &Timing, start: &str, end: &str) -> Option<TimeDelta> {
    let instant = |value: &str| match date_value(value)? {
        DateValue::Utc(instant) => Some(instant),
        DateValue::Local(local) => Some(timing.clock.instant(local)),
        DateValue::Date(_) => None,
    };
    let length = duration(end).or_else(|| Some(instant(end)? - instant(start)?))?;
    (length > TimeDelta::zero()).then_some(length)
}
