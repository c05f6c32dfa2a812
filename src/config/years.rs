//! Warns about a session whose year differs from that of the sessions around it in the file.

use std::ops::Range;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, TimeDelta};

use crate::diagnostic::{Code, Finding};
use crate::model::{Session, When};
use crate::rfc3339;

/// The largest distance between the two neighbors of a session.
const CLOSE: TimeDelta = TimeDelta::days(200);
/// The smallest distance between a session and each of its neighbors.
const FAR: TimeDelta = TimeDelta::days(300);

/// Returns warnings about sessions with a wrong year. `sessions` are in the order of the file, with the location of
/// each `start`.
pub(super) fn apart(sessions: &[(&Session, Range<usize>)]) -> Vec<Finding> {
    let dates: Vec<NaiveDate> = sessions.iter().map(|(session, _)| start(session).date()).collect();
    let mut found = Vec::new();
    for at in 1..dates.len().saturating_sub(1) {
        let (session, span) = &sessions[at];
        let (before, own, after) = (dates[at - 1], dates[at], dates[at + 1]);
        let (first, last) = (before.min(after), before.max(after));
        let is_far = |date: NaiveDate| (own - date).abs() > FAR;
        if last - first > CLOSE || !is_far(before) || !is_far(after) {
            continue;
        }
        let named = |text: &str| text.contains(&own.year().to_string());
        if named(session.title.as_str()) || named(session.id.as_str()) {
            continue;
        }
        let years = first.year()..=last.year();
        let fits = |date: &NaiveDate| *date >= first && *date <= last;
        let Some(meant) = years.filter_map(|year| own.with_year(year)).find(fits) else { continue };
        let written = match &session.when {
            When::AllDay(_) => meant.to_string(),
            When::Timed(timed) => rfc3339::local(meant.and_time(timed.start.local.time())),
        };
        let message = format!(
            "`{}` is in {}, and the sessions before and after it in this file are in {}",
            session.id,
            own.year(),
            if first.year() == last.year() {
                first.year().to_string()
            } else {
                format!("{} and {}", first.year(), last.year())
            },
        );
        let help = format!(
            "if the year is wrong, write `start = {written}`; otherwise no change is needed"
        );
        found.push(Finding::warning(Code::YearApart, span.clone(), message).help(help));
    }
    found
}

fn start(session: &Session) -> NaiveDateTime {
    match &session.when {
        When::AllDay(days) => days.first.into(),
        When::Timed(timed) => timed.start.local,
    }
}
