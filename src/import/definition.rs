//! Computes a file's VTIMEZONE exactly as written (RFC 5545 section 3.6.5).

use std::collections::HashSet;

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::content::Component;
use super::recur::{self, Budget};
use super::values::{DateValue, date_value};

/// The largest number of sub-components of a VTIMEZONE that are read. libical writes a few hundred.
const MOST_PARTS: usize = 1_000;

/// A VTIMEZONE of the file (RFC 5545 section 3.6.5).
#[derive(Debug, Default)]
pub(super) struct Definition {
    /// The onsets in order, on the clock before the change, with the new offset in seconds east of Greenwich.
    onsets: Vec<(NaiveDateTime, i64)>,
    /// The offset before the first onset.
    before: Option<i64>,
    /// The distinct offsets, in seconds.
    distinct: Vec<i64>,
}

struct FileObservance {
    /// The offset before the change, in seconds east of Greenwich; `to` is the offset after it.
    from: i64,
    to: i64,
    /// The onsets in order, on the clock before the change.
    onsets: Vec<NaiveDateTime>,
}

impl Definition {
    /// Reads a VTIMEZONE up to the end of the year after `last_year`, within a budget.
    pub(super) fn read(zone: &Component, last_year: i32, budget: &mut Budget) -> Self {
        let parts = zone.within("STANDARD").chain(zone.within("DAYLIGHT")).take(MOST_PARTS);
        let mut observances: Vec<FileObservance> =
            parts.filter_map(|part| FileObservance::read(part, last_year, budget)).collect();
        observances.sort_by_key(|observance| observance.onsets.first().copied());
        let mut known = HashSet::new();
        let offsets = observances.iter().flat_map(|own| [own.to, own.from]);
        let distinct = offsets.filter(|offset| known.insert(*offset)).collect();
        let before = observances.first().map(|first| first.from);
        let mut onsets: Vec<(NaiveDateTime, i64)> = observances
            .into_iter()
            .flat_map(|own| own.onsets.into_iter().map(move |onset| (onset, own.to)))
            .collect();
        // If two onsets have the same time, the later sub-component counts.
        onsets.sort_by_key(|(onset, _)| *onset);
        Self { onsets, before, distinct }
    }

    /// Returns whether the VTIMEZONE has no usable onset.
    pub(super) fn is_empty(&self) -> bool {
        self.onsets.is_empty()
    }

    /// Returns the offset in seconds of the last onset that is not after a wall-clock time.
    pub(super) fn offset(&self, local: NaiveDateTime) -> i64 {
        let at = self.onsets.partition_point(|(onset, _)| *onset <= local);
        let found = at.checked_sub(1).map(|at| self.onsets[at].1);
        found.or(self.before).unwrap_or(0)
    }

    /// Returns whether the VTIMEZONE has an onset that is not after a wall-clock time.
    pub(super) fn is_known_from(&self, local: NaiveDateTime) -> bool {
        self.onsets.first().is_some_and(|(onset, _)| *onset <= local)
    }

    /// Returns the number of distinct offsets between two wall-clock times.
    pub(super) fn offsets(&self, from: NaiveDateTime, until: NaiveDateTime) -> usize {
        let at = |local| self.onsets.partition_point(|(onset, _)| *onset <= local);
        let within = self.onsets[at(from)..at(until)].iter().map(|(_, offset)| *offset);
        let all: HashSet<i64> = within.chain([self.offset(from)]).collect();
        all.len()
    }

    /// Returns the wall-clock time at an instant.
    pub(super) fn local(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        let at = |offset: i64| instant.naive_utc() + TimeDelta::seconds(offset);
        let right = self.distinct.iter().find(|offset| self.offset(at(**offset)) == **offset);
        at(right.or_else(|| self.distinct.first()).copied().unwrap_or(0))
    }
}

impl FileObservance {
    fn read(part: &Component, last_year: i32, budget: &mut Budget) -> Option<Self> {
        let value = |name: &str| part.get(name).map(|property| property.value.as_str());
        let to = offset(value("TZOFFSETTO")?)?;
        let from = value("TZOFFSETFROM").and_then(offset).unwrap_or(to);
        let local = |value: &str| match date_value(value)? {
            DateValue::Local(local) => Some(local),
            DateValue::Date(date) => date.and_hms_opt(0, 0, 0),
            DateValue::Utc(instant) => Some(instant.naive_utc() + TimeDelta::seconds(from)),
        };
        let first = local(value("DTSTART")?)?;
        let mut onsets = vec![first];
        if let Some(rule) = value("RRULE") {
            // Windows writes 1601 as the start of its rules.
            let start = match first.year() {
                ..1970 => first.with_day(1)?.with_year(1970)?,
                _ => first,
            };
            let last = NaiveDate::from_ymd_opt(last_year + 1, 12, 31)?.and_hms_opt(0, 0, 0)?;
            let in_local = |until: DateTime<Utc>| until.naive_utc() + TimeDelta::seconds(from);
            let expansion = recur::expand(rule, start, &(start..=last), in_local, budget).ok()?;
            onsets.extend(expansion.starts);
        }
        for dates in part.all("RDATE") {
            onsets.extend(dates.value.split(',').filter_map(local));
        }
        onsets.sort_unstable();
        Some(Self { from, to, onsets })
    }
}

/// Parses an offset such as `+0530` or `-043000` to seconds (RFC 5545 section 3.3.14).
pub(super) fn offset(value: &str) -> Option<i64> {
    let value = value.trim().replace(':', "");
    let (sign, digits) = match value.split_at_checked(1)? {
        ("-", digits) => (-1, digits),
        ("+", digits) => (1, digits),
        _ => (1, value.as_str()),
    };
    let part = |from: usize| match digits.get(from..from + 2) {
        Some(two) => two.parse::<i64>().ok(),
        None => (from >= 4).then_some(0),
    };
    Some(sign * (part(0)? * 3600 + part(2)? * 60 + part(4)?)).filter(|offset| offset.abs() < 86_400)
}
