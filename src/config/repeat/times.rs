//! The times of a repeating session: `start` and `end` relative to the date by the rule, so that they apply to any
//! date.

use std::ops::Range;

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::super::civil::{Civil, civil};
use super::super::context::Located;
use super::super::table::Table;
use super::super::when::{self, Written};
use crate::diagnostic::{Code, Finding};
use crate::model::Length;
use crate::zone::Zone;

/// The start and the length. The date by the rule is day 0.
#[derive(Debug, Clone)]
pub(super) struct Times {
    /// The number of days from the date by the rule to the start.
    days: TimeDelta,
    /// The time of day; `None` for whole days.
    pub(super) time: Option<NaiveTime>,
    /// The location of the start.
    pub(super) span: Range<usize>,
    /// `None` if only `[series.each]` or `[calendar]` gives one.
    length: Option<RelativeEnd>,
}

#[derive(Debug, Clone)]
enum RelativeEnd {
    /// The end is `after` the start in wall-clock time.
    End { after: TimeDelta, is_timed: bool, span: Range<usize> },
    /// The end follows from a length.
    Duration(Located<Length>),
}

impl Times {
    /// Returns the times of the table with the rule, and its start, which is day 0.
    pub(super) fn of_rule(table: &Table<'_>, zone: Option<&Zone>) -> Option<(Self, Civil)> {
        let start = table.require("start", "2027-04-30T14:00:00", table.datetime("start"));
        // Other mistakes are reported even without a start.
        let Some(start) = start.and_then(|at| civil(table, "start", at, zone)) else {
            let end = table.datetime("end").and_then(|at| civil(table, "end", at, zone));
            when::duration(table, end.is_some());
            return None;
        };
        let date = split(start.value).0;
        let span = start.span.clone();
        let times = Self { days: TimeDelta::zero(), time: None, span, length: None };
        Some((times.with(table, date, Some(start.clone()), zone), start.value))
    }

    /// Returns the times of a date that a table overrides.
    pub(super) fn overridden(
        &self,
        table: &Table<'_>,
        date: NaiveDate,
        zone: Option<&Zone>,
    ) -> Self {
        let start = table.is_own("start").then(|| table.datetime("start")).flatten();
        let start = start.and_then(|at| civil(table, "start", at, zone));
        self.clone().with(table, date, start, zone)
    }

    /// Returns the times with those that a table itself gives.
    fn with(
        mut self,
        table: &Table<'_>,
        date: NaiveDate,
        start: Option<Located<Civil>>,
        zone: Option<&Zone>,
    ) -> Self {
        if let Some(start) = start {
            let (day, time) = split(start.value);
            (self.days, self.time, self.span) = (day - date, time, start.span);
        }
        let end = table.is_own("end").then(|| table.datetime("end")).flatten();
        let end = end.and_then(|at| civil(table, "end", at, zone));
        let duration = table.is_own("duration").then(|| when::duration(table, end.is_some()));
        let is_last_day = self.time.is_some()
            && matches!(&end, Some(Located { value: Civil::Date(_), .. }))
            && table.is_own("repeat");
        if let Some(end) = end.as_ref().filter(|_| is_last_day) {
            let message =
                "`end` is when each date ends, and needs a time of day, as the start does";
            let (last, _) = split(end.value);
            table.context().push(Finding::error(Code::WrongType, end.span.clone(), message).help(format!(
                "if it is the last day of the rule, delete the line, and write `until = {last}` into `repeat`"
            )));
        } else if let Some(end) = end {
            let (day, time) = split(end.value);
            let start = (date + self.days).and_time(self.time.unwrap_or_default());
            let after = day.and_time(time.unwrap_or_default()) - start;
            self.length =
                Some(RelativeEnd::End { after, is_timed: time.is_some(), span: end.span });
        } else if let Some(duration) = duration.flatten() {
            self.length = Some(RelativeEnd::Duration(duration));
        }
        self
    }

    /// Returns the times with a start at another time of the same day.
    pub(super) fn at(&self, time: &Located<NaiveTime>) -> Self {
        let (days, span) = (TimeDelta::zero(), time.span.clone());
        Self { days, time: Some(time.value), span, ..self.clone() }
    }

    /// Returns the times on a date, as if they were written there. `layered` is the table of the date over all others.
    pub(super) fn on(&self, date: NaiveDate, zone: Option<&Zone>, layered: &Table<'_>) -> Written {
        let day = date + self.days;
        let start = self.time.map_or(Civil::Date(day), |time| Civil::DateTime(day.and_time(time)));
        let start = Some(Located { value: start, span: self.span.clone() });
        let (mut end, mut duration) = (None, None);
        match &self.length {
            Some(RelativeEnd::End { after, is_timed, span }) => {
                let at = day.and_time(self.time.unwrap_or_default()) + *after;
                let value = if *is_timed { Civil::DateTime(at) } else { Civil::Date(at.date()) };
                end = Some(Located { value, span: span.clone() });
            }
            Some(RelativeEnd::Duration(length)) => duration = Some(length.clone()),
            None => duration = when::duration(layered, false),
        }
        Written { start, end, duration, fold: None, zone: zone.cloned() }
    }
}

pub(super) fn split(civil: Civil) -> (NaiveDate, Option<NaiveTime>) {
    match civil {
        Civil::Date(date) => (date, None),
        Civil::DateTime(at) => (at.date(), Some(at.time())),
    }
}
