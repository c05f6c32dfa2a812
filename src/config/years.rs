//! Warns about a session whose year differs from that of the sessions around it in the file, and about dates of repeating
//! sessions that a table moves far away.

use std::ops::Range;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, TimeDelta};

use super::civil::Civil;
use super::context::Located;
use super::table::Table;
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

/// The largest distance between a date of a rule and the start that a table gives it for all later dates, too.
const FAR_ON: TimeDelta = TimeDelta::days(60);

/// Warns about a table that moves a date of a repeating session so far that another year or month was probably meant.
/// `date` is the date by the rule, and `holds_on` says whether all later dates move with it.
pub(super) fn moved_far(
    table: &Table<'_>,
    date: NaiveDate,
    start: &Located<Civil>,
    holds_on: bool,
) {
    let (day, time) = match start.value {
        Civil::Date(day) => (day, None),
        Civil::DateTime(at) => (at.date(), Some(at.time())),
    };
    let days = (day - date).num_days();
    if days.abs() <= if holds_on { FAR_ON } else { FAR }.num_days() {
        return;
    }
    let off = |day: &NaiveDate| (*day - date).abs();
    let years = [date.year() - 1, date.year(), date.year() + 1];
    let near = years.into_iter().filter_map(|year| day.with_year(year)).min_by_key(off);
    let near = near.filter(|near| off(near) <= FAR_ON);
    let meant = near.unwrap_or(date);
    let written =
        time.map_or_else(|| meant.to_string(), |time| rfc3339::local(meant.and_time(time)));
    let wrong = if near.is_some() { "year" } else { "date" };
    let message = format!(
        "`start` is {} days {} {date}, the date that this table overrides{}",
        days.abs(),
        if days < 0 { "before" } else { "after" },
        if holds_on { ", and moves all later dates with it" } else { "" },
    );
    let help = format!(
        "if the {wrong} is wrong, write `start = {written}`; otherwise no change is needed"
    );
    let finding = Finding::warning(Code::YearApart, start.span.clone(), message);
    table.context().push(finding.help(help));
}

fn start(session: &Session) -> NaiveDateTime {
    match &session.when {
        When::AllDay(days) => days.first.into(),
        When::Timed(timed) => timed.start.local,
    }
}
