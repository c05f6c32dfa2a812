//! Summarizes a file for `check` in a few lines: the number of sessions, their dates, series and zones, and the next
//! one. An organizer sees a missing session or a wrong year at a glance.

use std::cmp::Reverse;
use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};

use crate::l10n::Words;
use crate::model::{Catalog, Id, Series, Session, Status, Title, When};

/// The largest number of series and zones that are listed.
const MOST: usize = 8;

/// Returns the lines. The instant decides which session is next.
pub(super) fn overview(catalog: &Catalog, now: DateTime<Utc>) -> Vec<String> {
    let mut lines = Vec::new();
    if catalog.undated.is_empty() || !catalog.sessions.is_empty() {
        lines.push(sessions(catalog, now));
    }
    if !catalog.undated.is_empty() {
        let titles = catalog.undated.iter().map(|session| quoted(&session.title)).collect();
        lines.push(format!("Date to be announced: {}", listed(titles)));
    }
    if !catalog.series.is_empty() {
        let mut counts: HashMap<Option<&Id>, usize> = HashMap::new();
        for session in &catalog.sessions {
            *counts.entry(session.series.as_ref()).or_default() += 1;
        }
        let named = |own: &Series| {
            counted(&quoted(&own.title), counts.get(&Some(&own.id)).copied().unwrap_or_default())
        };
        let mut all: Vec<String> = catalog.series.iter().map(named).collect();
        let without = counts.get(&None).copied().unwrap_or_default();
        if without > 0 {
            all.push(format!("without a series: {without}"));
        }
        lines.push(format!("Series: {}", listed(all)));
    }
    lines.push(zones(catalog));
    lines
}

/// Returns a line such as "14 sessions, Jan 12 to Apr 17, 2027; next: Tuesday, January 12, 2027, 6 pm ET, \"Poems\"".
fn sessions(catalog: &Catalog, now: DateTime<Utc>) -> String {
    let sessions = &catalog.sessions;
    let first = sessions.iter().map(|session| days(&session.when).0).min();
    let last = sessions.iter().map(|session| days(&session.when).1).max();
    let (Some(first), Some(last)) = (first, last) else {
        return "No session yet: each begins with a line `[[sessions]]`".to_owned();
    };
    let count = match sessions.len() {
        1 => "1 session".to_owned(),
        count => format!("{count} sessions"),
    };
    let ahead =
        |session: &&Session| session.status != Status::Cancelled && session.when.start() > now;
    let next = match sessions.iter().filter(ahead).min_by_key(|session| session.when.start()) {
        Some(next) => {
            let words = Words::new(&catalog.calendar).in_terminals();
            let start = words.start(&next.when, &catalog.calendar);
            format!("next: {start}, {}", quoted(&next.title))
        }
        None => "none is upcoming".to_owned(),
    };
    format!("{count}, {}; {next}", period(first, last))
}

/// Returns a period such as "Jan 12 to Apr 17, 2027", with both years if they differ.
fn period(first: NaiveDate, last: NaiveDate) -> String {
    let whole = |date: NaiveDate| date.format("%b %-d, %Y").to_string();
    if first == last {
        return whole(first);
    }
    let first =
        if first.year() == last.year() { first.format("%b %-d").to_string() } else { whole(first) };
    format!("{first} to {}", whole(last))
}

/// Returns the first and the last day of a session, in its own zone.
fn days(when: &When) -> (NaiveDate, NaiveDate) {
    match when {
        When::Timed(timed) => (timed.start.local.date(), timed.end.local.date()),
        When::AllDay(days) => (days.first, days.last),
    }
}

/// Returns a line such as "Zones: America/Los_Angeles (3 sessions); also printed in America/New_York".
fn zones(catalog: &Catalog) -> String {
    let calendar = &catalog.calendar;
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for session in &catalog.sessions {
        *counts.entry(session.when.zone().name()).or_default() += 1;
    }
    if counts.is_empty() {
        counts.insert(calendar.zone.name(), 0);
    }
    // The zone with the most sessions comes first; names decide between equals.
    let mut own: Vec<(&str, usize)> = counts.into_iter().collect();
    own.sort_unstable_by_key(|(name, count)| (Reverse(*count), *name));
    let also: Vec<String> =
        calendar.also_in.iter().map(|also| also.zone.name().to_owned()).collect();
    let also = match also.is_empty() {
        true => String::new(),
        false => format!("; also printed in {}", listed(also)),
    };
    let many = own.len() > 1;
    let named = |(name, count)| if many { counted(name, count) } else { name.to_owned() };
    format!("Zones: {}{also}", listed(own.into_iter().map(named).collect()))
}

fn quoted(title: &Title) -> String {
    format!("\"{title}\"")
}

fn counted(name: &str, count: usize) -> String {
    format!("{name} ({count})")
}

fn listed(mut names: Vec<String>) -> String {
    if names.len() > MOST {
        let more = names.len() - MOST;
        names.truncate(MOST);
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}
