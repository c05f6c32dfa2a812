//! Dates of a recurring event: RRULE and RDATE, without EXDATE (RFC 5545 section 3.8.5).

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::clocks::Clocks;
use super::content::Component;
use super::recur;
use super::timing::Timing;
use super::values::{DateValue, date_value, duration};

/// The most occurrences of one event; the latest are kept.
const MOST: usize = 1_000;

/// For a rule that ends before it starts, or names a day that does not exist.
const ONLY_FIRST: &str = "its rule gives no date after its first, and only that was written";

/// The occurrences of an event.
pub(super) struct Dates {
    /// Each start on the event's clock, with its own length if RDATE gives one.
    pub(super) starts: Vec<(NaiveDateTime, Option<TimeDelta>)>,
    /// Whether there is more than one, before exceptions.
    pub(super) repeats: bool,
}

/// Reads the dates of an event up to a last day. Adds notes.
pub(super) fn read(
    event: &Component,
    timing: &Timing,
    clocks: &mut Clocks<'_>,
    last: NaiveDate,
    notes: &mut Vec<String>,
) -> Dates {
    let end = last.and_time(NaiveTime::MIN) + TimeDelta::seconds(86_399);
    let mut starts: BTreeMap<NaiveDateTime, Option<TimeDelta>> =
        BTreeMap::from([(timing.start, None)]);
    for rule in event.all("RRULE") {
        let local = |until| timing.clock.local(until);
        match recur::expand(&rule.value, timing.start, end, local, &mut clocks.events) {
            Ok(expansion) => {
                if expansion.starts.is_empty() && !expansion.more {
                    notes.push(ONLY_FIRST.to_owned());
                }
                if expansion.more {
                    notes.push(format!(
                        "it repeats beyond {last}; later dates were left out, and `--until` \
                         includes more"
                    ));
                }
                starts.extend(expansion.starts.into_iter().map(|start| (start, None)));
            }
            Err(reason) => notes.push(format!("{reason}; only its first date was written")),
        }
    }
    for dates in event.all("RDATE") {
        let local = timing.dates(dates, clocks);
        for value in dates.value.split(',') {
            let (start, length) = match value.split_once('/') {
                Some((start, end)) => (start, period(timing, start, end)),
                None => (value, None),
            };
            if let Some(start) = local(start) {
                starts.insert(start, length);
            }
        }
    }
    let repeats = starts.len() > 1;
    for dates in event.all("EXDATE") {
        let local = timing.dates(dates, clocks);
        for value in dates.value.split(',') {
            let Some(excluded) = local(value) else { continue };
            starts.remove(&excluded);
        }
    }
    if starts.len() > MOST {
        notes.push(format!("it has {} dates; only the latest {MOST} were written", starts.len()));
        let first = starts.keys().copied().rev().nth(MOST - 1).unwrap_or(timing.start);
        starts = starts.split_off(&first);
    }
    Dates { starts: starts.into_iter().collect(), repeats }
}

/// The length of a PERIOD (RFC 5545 section 3.3.9).
fn period(timing: &Timing, start: &str, end: &str) -> Option<TimeDelta> {
    let instant = |value: &str| match date_value(value)? {
        DateValue::Utc(instant) => Some(instant),
        DateValue::Local(local) => Some(timing.clock.instant(local)),
        DateValue::Date(_) => None,
    };
    let length = duration(end).or_else(|| Some(instant(end)? - instant(start)?))?;
    (length > TimeDelta::zero()).then_some(length)
}
