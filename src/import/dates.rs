//! Dates of a recurring event: RRULE and RDATE, and which of them become sessions (RFC 5545 section 3.8.5).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::clocks::Clocks;
use super::content::Component;
use super::notes::NoteKind::{self, Guessed, Lost};
use super::recur;
use super::timing::Timing;
use super::values::{DateValue, date_value, duration, shown};
use crate::zone::Zone;

/// The largest number of occurrences of one event. The latest ones are kept.
const MOST: usize = 1_000;
/// The longest gap of a zone.
const GAP: TimeDelta = TimeDelta::hours(2);
/// By how much a change of all later dates may delay them.
const DELAY: TimeDelta = TimeDelta::days(2);

/// The note for a rule that ends before it starts, or that names a day that does not exist.
const ONLY_FIRST: &str = "its rule gives no date after its first, and only that was written";

/// Notes, without their event.
pub(super) type Notes = Vec<(NoteKind, String)>;

/// The occurrences of an event.
pub(super) struct Dates {
    /// Each start on the event's clock before exceptions, with its own length if RDATE gives one.
    pub(super) all: BTreeMap<NaiveDateTime, Option<TimeDelta>>,
    /// The starts that EXRULE and EXDATE leave out.
    pub(super) excluded: BTreeSet<NaiveDateTime>,
    /// The first start whose session is not over too early.
    pub(super) first: NaiveDateTime,
    /// From when to when `all` has every date of the event; none if a rule cannot be expanded.
    known: Option<RangeInclusive<NaiveDateTime>>,
    /// Numbers of dates that are not in `all`: those from `first` on, and those before it.
    earlier: usize,
    past: usize,
}

/// The days whose dates are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period<'a> {
    /// The day on which the first session ends or later; all if there is none.
    pub(super) from: Option<NaiveDate>,
    pub(super) last: NaiveDate,
    /// The calendar's zone.
    pub(super) zone: &'a Zone,
}

/// Reads the dates of an event before exceptions, and adds notes.
pub(super) fn read(
    event: &Component,
    timing: &Timing,
    clocks: &mut Clocks<'_>,
    period: Period<'_>,
    notes: &mut Notes,
) -> Dates {
    let end = period.end();
    let first = period.from.map_or(NaiveDateTime::MIN, |from| timing.first(from, period.zone));
    let (mut known_from, mut known_until) = (NaiveDateTime::MIN, NaiveDateTime::MAX);
    let mut is_known = true;
    let (mut earlier, mut past) = (0, 0);
    let mut all = BTreeMap::from([(timing.start, None)]);
    for rule in event.all("RRULE") {
        let until = |until| timing.until(until);
        match recur::expand(&rule.value, timing.start, &(first..=end), until, &mut clocks.events) {
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
                    known_until = end;
                }
                if expansion.earlier + expansion.past > 0 {
                    known_from =
                        expansion.starts.first().map_or(known_from, |own| known_from.max(*own));
                }
                earlier += expansion.earlier;
                past += expansion.past;
                all.extend(expansion.starts.into_iter().map(|start| (start, None)));
            }
            Err(reason) => {
                notes.push((Lost, format!("{reason}; only its first date was written")));
                is_known = false;
            }
        }
    }
    further(event, timing, clocks, &mut all, notes);
    without_skipped(timing, &mut all);
    let known = is_known.then_some(known_from..=known_until);
    Dates { all, excluded: BTreeSet::new(), first, known, earlier, past }
}

impl Period<'_> {
    /// The last second of the last day.
    pub(super) fn end(&self) -> NaiveDateTime {
        self.last.and_time(NaiveTime::MIN) + TimeDelta::seconds(86_399)
    }
}

impl Dates {
    /// Whether there is more than one.
    pub(super) fn repeats(&self) -> bool {
        self.all.len() > 1
    }

    /// The last one that is known.
    pub(super) fn last(&self) -> Option<NaiveDateTime> {
        self.all.keys().next_back().copied()
    }

    /// Whether the event certainly has no date at a time on its clock.
    pub(super) fn lacks(&self, at: NaiveDateTime) -> bool {
        self.known.as_ref().is_some_and(|known| known.contains(&at)) && !self.all.contains_key(&at)
    }

    /// The dates on a day.
    pub(super) fn on(&self, day: NaiveDate) -> impl DoubleEndedIterator<Item = NaiveDateTime> {
        let midnight = day.and_time(NaiveTime::MIN);
        self.all.range(midnight..midnight + TimeDelta::days(1)).map(|(start, _)| *start)
    }

    /// The dates to write, with their own lengths, and the number of those that are past. Dates that are left out or
    /// changed are not among them. Adds notes.
    pub(super) fn wanted(
        self,
        is_changed: impl Fn(&NaiveDateTime) -> bool,
        notes: &mut Notes,
    ) -> (Vec<(NaiveDateTime, Option<TimeDelta>)>, usize) {
        let Self { mut all, excluded, first, earlier, mut past, .. } = self;
        all.retain(|start, _| !excluded.contains(start) && !is_changed(start));
        let later = all.split_off(&first.checked_sub_signed(DELAY).unwrap_or(first));
        past += all.len();
        let mut wanted: Vec<(NaiveDateTime, Option<TimeDelta>)> = later.into_iter().collect();
        let cut = wanted.len().saturating_sub(MOST);
        let before = wanted.partition_point(|(start, _)| *start < first);
        past += before.min(cut);
        let number = earlier + wanted.len() - before.min(cut);
        wanted.drain(..cut);
        if number > wanted.len() {
            let text = format!("it has {number} dates; only the latest {MOST} were written");
            notes.push((Lost, text));
        }
        (wanted, past)
    }
}

/// Adds the dates of RDATE.
fn further(
    event: &Component,
    timing: &Timing,
    clocks: &mut Clocks<'_>,
    all: &mut BTreeMap<NaiveDateTime, Option<TimeDelta>>,
    notes: &mut Notes,
) {
    for dates in event.all("RDATE") {
        let named = timing.dates(dates, clocks);
        let mut unread = Vec::new();
        for value in dates.value.split(',').filter(|value| !value.trim().is_empty()) {
            let read = match value.split_once('/') {
                Some((start, end)) => named(start).zip(own_length(timing, start, end).map(Some)),
                None => named(value).zip(Some(None)),
            };
            match read {
                Some((start, length)) => _ = all.insert(start.at, length),
                None => unread.push(value),
            }
        }
        notes.extend(cannot_be_read("further date", &unread));
    }
}

/// Removes each start in a gap of the zone that is the same instant as another start (RFC 5545 section 3.3.10).
fn without_skipped(timing: &Timing, all: &mut BTreeMap<NaiveDateTime, Option<TimeDelta>>) {
    let next = all.keys().skip(1);
    let close = all.keys().zip(next).filter(|(start, next)| **next - **start <= GAP);
    let skipped = close.map(|(start, _)| *start).filter(|start| {
        let real = timing.clock.local(timing.clock.instant(*start));
        real != *start && all.contains_key(&real)
    });
    for start in skipped.collect::<Vec<_>>() {
        all.remove(&start);
    }
}

/// A note about values of a property that are no dates.
pub(super) fn cannot_be_read(what: &str, values: &[&str]) -> Option<(NoteKind, String)> {
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
    let start = instant(start)?;
    let length = duration(end).or_else(|| Some(instant(end)? - start))?;
    (length > TimeDelta::zero()).then_some(length)
}
