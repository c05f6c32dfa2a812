//! Dates that a recurring event leaves out: EXDATE (RFC 5545 section 3.8.5.1), and EXRULE (RFC 2445 section 4.8.5.2).

use chrono::{NaiveDateTime, TimeDelta};

use super::clocks::Clocks;
use super::content::Component;
use super::dates::{Dates, Notes, cannot_be_read};
use super::notes::NoteKind::{Guessed, Lost};
use super::recur;
use super::timing::Timing;
use super::values::{DateValue, date_value, shown};

/// Adds the starts that an event leaves out up to its `last`, and notes.
pub(super) fn read(
    event: &Component,
    timing: &Timing,
    clocks: &mut Clocks<'_>,
    dates: &mut Dates,
    last: NaiveDateTime,
    notes: &mut Notes,
) {
    for rule in event.all("EXRULE") {
        let until = |until| timing.until(until);
        let days = dates.first..=last;
        match recur::expand(&rule.value, timing.start, &days, until, &mut clocks.events) {
            Ok(expansion) => {
                let starts = expansion.starts.into_iter();
                dates.excluded.extend(starts.filter(|at| dates.all.contains_key(at)));
            }
            Err(reason) => notes.push((
                Lost,
                format!("of its exceptions {reason}; dates that it leaves out may be written"),
            )),
        }
    }
    let (mut unread, mut midnights, mut in_vain) = (Vec::new(), Vec::new(), Vec::new());
    for own in event.all("EXDATE") {
        let named = timing.dates(own, clocks);
        for value in own.value.split(',').filter(|value| !value.trim().is_empty()) {
            let Some(named) = named(value) else {
                unread.push(value);
                continue;
            };
            if dates.all.contains_key(&named.at) {
                dates.excluded.insert(named.at);
                continue;
            }
            let day: Vec<NaiveDateTime> =
                dates.on(named.at.date()).filter(|_| named.is_day).collect();
            if day.is_empty() {
                in_vain.extend(Some(value).filter(|_| is_within(dates, named.at)));
            } else if !matches!(date_value(value), Some(DateValue::Date(_))) {
                midnights.push(value);
            }
            dates.excluded.extend(day);
        }
    }
    notes.extend(cannot_be_read("left-out date", &unread));
    if let Some(first) = midnights.first() {
        let text = match midnights.len() {
            1 => format!(
                "its left-out date `{}` is at midnight, when it has no session; the session of that day \
                 was left out; check it",
                shown(first)
            ),
            number => format!(
                "{number} of its left-out dates are at midnight, when it has no session, such as `{}`; \
                 the sessions of those days were left out; check them",
                shown(first)
            ),
        };
        notes.push((Guessed, text));
    }
    if let Some(first) = in_vain.first() {
        let text = match in_vain.len() {
            1 => format!(
                "its left-out date `{}` is not one of its dates, so no session was left out; check its \
                 dates",
                shown(first)
            ),
            number => format!(
                "{number} of its left-out dates are not among its dates, such as `{}`, so no session \
                 was left out for them; check its dates",
                shown(first)
            ),
        };
        notes.push((Guessed, text));
    }
}

/// Whether an event lacks a time that is near one of its sessions: programs keep the dates that they left out when they
/// shorten a series.
fn is_within(dates: &Dates, at: NaiveDateTime) -> bool {
    let day = TimeDelta::days(1);
    let begin = dates.all.keys().next().map_or(dates.first, |start| dates.first.max(*start));
    let end = dates.last().unwrap_or(begin);
    dates.lacks(at) && (begin - day..=end + day).contains(&at)
}
