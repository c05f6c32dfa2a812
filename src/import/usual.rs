//! Finds how most dates of a recurring event are.

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::calendar::CalendarTable;
use super::new_session::{Details, NewSession};
use super::session_lines;
use super::timing::SessionTimes;

/// How most dates are: their details, and their times relative to the midnight of the date by the rule.
#[derive(Clone, PartialEq)]
pub(super) struct Usual<'a> {
    pub(super) details: &'a Details,
    pub(super) zone: Option<&'a str>,
    pub(super) start: TimeDelta,
    pub(super) length: Length,
}

/// The length of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// The number of days after the first.
    Days(TimeDelta),
    /// Wall-clock time.
    Until(TimeDelta),
    Elapsed(TimeDelta),
}

impl<'a> Usual<'a> {
    /// Returns how a session on a date by the rule is.
    pub(super) fn of(
        date: NaiveDate,
        session: &'a NewSession,
        calendar: &'a CalendarTable,
        is_elapsed: bool,
    ) -> Option<Self> {
        let zone = session_lines::zone(&session.times, calendar);
        let twice = |at| session_lines::twice(zone, at).is_some();
        let (zone, length) = match &session.times {
            SessionTimes::Days(first, last) => (None, Length::Days(*last - *first)),
            // A time that happens twice needs `fold`.
            SessionTimes::Timed(_, start, _) if twice(*start) => return None,
            SessionTimes::Timed(_, start, end) if is_elapsed => {
                (Some(zone.name()), Length::Elapsed(*end - *start))
            }
            SessionTimes::Timed(_, _, end) if twice(*end) => return None,
            SessionTimes::Timed(_, start, end) => {
                (Some(zone.name()), Length::Until(zone.local(*end) - zone.local(*start)))
            }
        };
        let start = session_lines::start(&session.times, calendar) - date.and_time(NaiveTime::MIN);
        Some(Self { details: &session.details, zone, start, length })
    }
}

/// Returns how most sessions are, and how many.
pub(super) fn usual<'a>(
    all: impl Iterator<Item = Option<Usual<'a>>>,
) -> Option<(usize, Usual<'a>)> {
    let mut kinds: Vec<(usize, Usual<'a>)> = Vec::new();
    for own in all.flatten() {
        let known = kinds.iter_mut().find(|(_, kind)| {
            let is_same = std::ptr::eq(kind.details, own.details);
            (kind.start, kind.length, kind.zone) == (own.start, own.length, own.zone)
                && (is_same || kind.details == own.details)
        });
        match known {
            Some((times, _)) => *times += 1,
            None => kinds.push((1, own)),
        }
    }
    kinds.into_iter().rev().max_by_key(|(times, _)| *times)
}
