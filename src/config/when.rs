//! Reads `start`, `end`, `duration`, `timezone` and `fold` of a session, and converts wall-clock times to instants.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::civil::{Civil, Split, civil};
use super::context::Located;
use super::defaults::Defaults;
use super::table::Table;
use super::too_early::ends_too_early;
use crate::diagnostic::{Code, Finding};
use crate::model::{AllDay, Length, Timed, When};
use crate::rfc3339;
use crate::zone::{Local, Zone};

/// The chosen occurrence of a wall-clock time that happens twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fold {
    Earlier,
    Later,
}

/// The times of a session as the file gives them; values with errors are `None`.
pub(super) struct Written {
    pub(super) start: Option<Located<Civil>>,
    pub(super) end: Option<Located<Civil>>,
    pub(super) duration: Option<Located<Length>>,
    pub(super) fold: Option<Located<Fold>>,
    pub(super) zone: Option<Zone>,
}

pub(super) fn read(table: &Table<'_>, defaults: &Defaults) -> Option<When> {
    Written::read(table, defaults).when(table, defaults)
}

/// Returns the zone of a session, or `None` if it is wrong, which is an earlier finding.
pub(super) fn zone(table: &Table<'_>, defaults: &Defaults) -> Option<Zone> {
    match table.zone("timezone") {
        Some(zone) => Some(zone.value),
        None if table.has("timezone") => None,
        None => defaults.zone.clone(),
    }
}

pub(super) fn fold(table: &Table<'_>) -> Option<Located<Fold>> {
    table.word("fold", &[("earlier", Fold::Earlier), ("later", Fold::Later)])
}

/// Reads the duration. A duration next to an `end` is a finding.
pub(super) fn duration(table: &Table<'_>, has_end: bool) -> Option<Located<Length>> {
    let duration = table.parsed("duration", Code::BadValue, Length::parse);
    if let (true, Some(duration)) = (has_end, &duration) {
        table.context().push(
            Finding::error(
                Code::EndAndDuration,
                duration.span.clone(),
                "a session has an `end` or a `duration`, not both",
            )
            .help("delete one of the two lines"),
        );
    }
    duration
}

/// Reports a session that has no length.
pub(super) fn require_length(table: &Table<'_>, defaults: &Defaults) {
    if table.lacks("end") && table.lacks("duration") && defaults.has_no_duration {
        table.context().push(
            Finding::error(Code::NoLength, table.header(), "the session has neither `end` nor `duration`")
                .help("add `end`, or `duration = \"90m\"` here or in [calendar]; for whole days `duration = \"1d\"`"),
        );
    }
}

impl Written {
    fn read(table: &Table<'_>, defaults: &Defaults) -> Self {
        let start = table.datetime("start");
        let start = table.require("start", "2027-04-30T14:00:00", start);
        let end = table.datetime("end");
        let duration = duration(table, end.is_some());
        let (fold, zone) = (fold(table), zone(table, defaults));
        require_length(table, defaults);
        // The end is read even if the start is wrong, so that both errors are reported.
        let start = start.and_then(|at| civil(table, "start", at, zone.as_ref()));
        let end = end.and_then(|at| civil(table, "end", at, zone.as_ref()));
        Self { start, end, duration, fold, zone }
    }

    /// Returns the instants.
    pub(super) fn when(self, table: &Table<'_>, defaults: &Defaults) -> Option<When> {
        let Self { start, end, duration, fold, zone } = self;
        let no_length = !table.has("end") && !table.has("duration");
        match start?.split() {
            Split::AllDay(first) => {
                let own = duration.as_ref().map(|at| at.value).or(defaults.duration);
                all_day(table, first, end, own, zone)
            }
            Split::Timed(start) => {
                let end = match end.map(Located::split) {
                    Some(Split::Timed(end)) => Some(end),
                    Some(Split::AllDay(end)) => {
                        mixed(table, end.span, start.span, "the start has a time of day");
                        return None;
                    }
                    None => None,
                };
                let Some(zone) = zone else {
                    // The wall-clock times are compared even without a zone, so that both errors are reported.
                    if let Some(end) = end.filter(|end| end.value <= start.value) {
                        ends_too_early(table, &start, end.value, end.span);
                    }
                    return None;
                };
                let default = if no_length { defaults.duration } else { None };
                let own = duration.map(|at| at.value).or(default);
                TimesParser { table, zone, fold }.timed(start, end, own)
            }
        }
    }
}

fn all_day(
    table: &Table<'_>,
    first: Located<NaiveDate>,
    end: Option<Located<Civil>>,
    duration: Option<Length>,
    zone: Option<Zone>,
) -> Option<When> {
    if table.has("fold") {
        needless_fold(table);
    }
    let last = match (end.map(Located::split), duration) {
        (Some(Split::AllDay(last)), _) if last.value < first.value => {
            table.context().push(
                Finding::error(
                    Code::EndNotAfterStart,
                    last.span,
                    "the last day is before the first",
                )
                .earlier(first.span, "the first day")
                .help(format!(
                    "`end` is the last day, included: for one day write `end = {}`",
                    first.value
                )),
            );
            return None;
        }
        (Some(Split::AllDay(last)), _) => last.value,
        (Some(Split::Timed(end)), _) => {
            mixed(table, end.span, first.span, "the start is a whole day");
            return None;
        }
        (None, Some(Length::Days(days))) => first.value + TimeDelta::days(i64::from(days) - 1),
        (None, Some(Length::Elapsed(_))) => {
            table.context().push(
                Finding::error(Code::NoLength, first.span, "`start` has no time of day, and the session lasts hours")
                    .help(format!(
                        "write date and time, such as `start = {}T14:00:00`; for a whole day add `duration = \"1d\"`, for several `end` with the last day",
                        first.value
                    )),
            );
            return None;
        }
        (None, None) => return None,
    };
    Some(When::AllDay(AllDay { zone: zone?, first: first.value, last }))
}

fn mixed(table: &Table<'_>, span: Range<usize>, earlier: Range<usize>, label: &str) {
    table.context().push(
        Finding::error(
            Code::WrongType,
            span,
            "start and end must both have a time of day, or neither",
        )
        .earlier(earlier, label)
        .help("for whole days write dates only, such as 2027-04-30"),
    );
}

pub(super) fn needless_fold(table: &Table<'_>) {
    // A `fold` that several sessions share is needed by some of them.
    if let Some(at) = table.text("fold").filter(|_| table.is_own("fold")) {
        table.context().push(
            Finding::warning(Code::NeedlessFold, at.span, "neither start nor end happens twice")
                .help("delete the `fold` line"),
        );
    }
}

/// Converts the times of one session to instants.
struct TimesParser<'a> {
    table: &'a Table<'a>,
    zone: Zone,
    fold: Option<Located<Fold>>,
}

impl TimesParser<'_> {
    fn timed(
        &self,
        start: Located<NaiveDateTime>,
        end: Option<Located<NaiveDateTime>>,
        duration: Option<Length>,
    ) -> Option<When> {
        let start_local = self.zone.resolve(start.value);
        let end_local = end.as_ref().map(|end| self.zone.resolve(end.value));
        let ambiguous = |local: &Local| matches!(local, Local::Fold { .. });
        let any_fold = ambiguous(&start_local) || end_local.as_ref().is_some_and(ambiguous);
        if self.fold.is_some() && !any_fold {
            needless_fold(self.table);
        }
        let begins = self.resolve("start", &start, start_local);
        let ends = match (&end, end_local) {
            (Some(end), Some(local)) => {
                self.resolve_end(end, local, ambiguous(&start_local), begins)
            }
            _ => duration
                .and_then(|length| begins.map(|begins| self.after(start.value, begins, length))),
        };
        let (begins, ends) = (begins?, ends?);
        if ends <= begins {
            let (until, span) = match end {
                Some(end) => (end.value, end.span),
                None => (self.zone.local(ends), self.table.header()),
            };
            ends_too_early(self.table, &start, until, span);
            return None;
        }
        let (start, end) = (self.zone.moment(begins), self.zone.moment(ends));
        Some(When::Timed(Timed { zone: self.zone.clone(), start, end }))
    }

    /// Resolves the end. If it happens twice and `fold` applies to the start, it is the first reading after the
    /// start.
    fn resolve_end(
        &self,
        end: &Located<NaiveDateTime>,
        local: Local,
        start_is_ambiguous: bool,
        begins: Option<DateTime<Utc>>,
    ) -> Option<DateTime<Utc>> {
        match (local, begins) {
            (Local::Fold { earlier, later }, Some(begins)) if start_is_ambiguous => {
                Some(if earlier > begins { earlier } else { later })
            }
            (Local::Fold { .. }, None) if start_is_ambiguous => None,
            _ => self.resolve("end", end, local),
        }
    }

    fn resolve(
        &self,
        key: &str,
        at: &Located<NaiveDateTime>,
        local: Local,
    ) -> Option<DateTime<Utc>> {
        let (time, zone) = (|| rfc3339::local(at.value), self.zone.name());
        match (local, self.fold.as_ref().map(|fold| fold.value)) {
            (Local::Unique(instant), _) => Some(instant),
            (Local::Fold { earlier, .. }, Some(Fold::Earlier)) => Some(earlier),
            (Local::Fold { later, .. }, Some(Fold::Later)) => Some(later),
            (Local::Fold { earlier, later }, None) => {
                // An invalid `fold` is an earlier finding.
                if !self.table.has("fold") {
                    let reading =
                        |instant| format!("{}{}", time(), offset(self.zone.offset(instant)));
                    self.table.context().push(
                        Finding::error(
                            Code::TimeInFold,
                            at.span.clone(),
                            format!("{} happens twice in {zone}, as the clocks go back", time()),
                        )
                        .help(format!(
                            "add `fold = \"earlier\"` for {} or `fold = \"later\"` for {}",
                            reading(earlier),
                            reading(later)
                        )),
                    );
                }
                None
            }
            (Local::Gap { before, after }, _) => {
                self.table.context().push(
                    Finding::error(
                        Code::TimeInGap,
                        at.span.clone(),
                        format!("{} does not exist in {zone}, as the clocks skip it", time()),
                    )
                    .help(format!(
                        "write `{key}` up to {} or from {} on",
                        rfc3339::local(before),
                        rfc3339::local(after)
                    )),
                );
                None
            }
        }
    }

    /// Returns the end after a length. Calendar days keep the wall-clock time. If the clocks skip that time, the end is
    /// later by the skipped time; if it happens twice, the first is used (RFC 5545 section 3.3.5).
    fn after(&self, start: NaiveDateTime, begins: DateTime<Utc>, length: Length) -> DateTime<Utc> {
        let days = match length {
            Length::Elapsed(time) => return begins + time,
            Length::Days(days) => TimeDelta::days(days.into()),
        };
        match self.zone.resolve(start + days) {
            Local::Unique(instant) | Local::Fold { earlier: instant, .. } => instant,
            Local::Gap { before, .. } => match self.zone.resolve(before) {
                Local::Unique(instant) | Local::Fold { later: instant, .. } => {
                    instant + (start + days - before)
                }
                Local::Gap { .. } => begins + days,
            },
        }
    }
}

/// Formats an offset, such as `+02:00`.
fn offset(seconds: i32) -> String {
    let (sign, size) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
    format!("{sign}{:02}:{:02}", size / 3600, size / 60 % 60)
}
