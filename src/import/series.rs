//! Reads a series: an event, its dates, and the exceptions for single dates or for all later ones (RFC 5545 section
//! 3.8.4.4).

use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::{NaiveDateTime, TimeDelta};

use super::by_uid::SourceEvent;
use super::content::Component;
use super::dates::{self, Dates, Period};
use super::events::{EventParser, Outcome};
use super::named_dates::Named;
use super::nearest::Nearest;
use super::new_session::{Details, NewSession};
use super::notes::NoteKind::{Guessed, Lost};
use super::timing::{SessionTimes, Timing};
use super::versions::{sequence, version};

/// The series of a session: a number and its title.
type Repeats = Option<(usize, Rc<str>)>;

/// An exception that can be a session.
struct Exception<'a> {
    event: &'a Component,
    details: Rc<Details>,
    timing: Timing,
}

/// Reads an event that may recur, and its exceptions. Without `keeps_uid`, its sessions get new UIDs.
pub(super) fn read(
    parser: &mut EventParser<'_>,
    source: &SourceEvent<'_>,
    exceptions: &[&SourceEvent<'_>],
    keeps_uid: bool,
    sessions: &mut Nearest,
) {
    let event = source.event;
    let Some((details, timing)) = parser.session(source) else {
        match parser.is_hidden(event) {
            // An exception is private if its series is.
            true => parser.hide(exceptions.len()),
            false => alone(parser, exceptions, sessions),
        }
        return;
    };
    let uid = if keeps_uid { parser.uid(event) } else { None };
    let mut said = Vec::new();
    let period = Period { from: parser.from, last: parser.last };
    let dates = dates::read(event, &timing, &mut parser.clocks, period, &mut said);
    for (kind, text) in said {
        parser.note(kind, event, text);
    }
    parser.past(dates.past);
    let (mut changed, unnamed) = changed(parser, source, exceptions, &timing, &dates);
    let own_series = own_series(parser, &mut changed, &dates);
    let Dates { mut starts, repeats, .. } = dates;
    starts.retain(|(start, _)| !changed.contains_key(start));
    let repeats: Repeats = repeats.then(|| (parser.groups, Rc::from(details.title.as_str())));
    let uid_of = |start: NaiveDateTime| match start == timing.start {
        true => uid.clone(),
        false => uid.as_deref().map(|uid| further(uid, start, timing.is_days())),
    };
    let single: Vec<(NaiveDateTime, bool, Exception<'_>)> = changed
        .into_iter()
        .filter_map(|(id, exception)| {
            let (details, timing) = parser.session(exception)?;
            let event = exception.event;
            Some((id, is_from_here_on(event), Exception { event, details, timing }))
        })
        .collect();
    let from_here_on: Vec<&(NaiveDateTime, bool, Exception<'_>)> =
        single.iter().filter(|(_, all, _)| *all).collect();
    let mut outside = 0;
    let dates = starts.len();
    for (start, length) in starts {
        let changes = from_here_on.partition_point(|(id, ..)| *id <= start);
        let (details, mut times) = match changes.checked_sub(1).map(|at| from_here_on[at]) {
            Some((id, _, own)) => (&own.details, own.timing.at(own.timing.start + (start - *id))),
            None => (&details, timing.at(start)),
        };
        if let (Some(length), SessionTimes::Timed(_, begins, ends)) = (length, &mut times) {
            *ends = *begins + length;
        }
        let uid = uid_of(start);
        let session =
            NewSession { details: Rc::clone(details), times, uid, repeats: repeats.clone() };
        outside += usize::from(parser.push(session, sessions) == Outcome::Outside);
    }
    let years = "not between 1970 and 2100";
    match outside {
        0 => {}
        _ if outside == dates => {
            parser.note(Lost, event, format!("it is {years}, and was left out"));
        }
        _ => {
            let number = super::count(outside, "of its dates is", "of its dates are");
            parser.note(Lost, event, format!("{number} {years}; these were left out"));
        }
    }
    for (id, _, own) in single {
        one(parser, own, uid_of(id), repeats.clone(), sessions);
    }
    for exception in unnamed {
        alone(parser, &[exception], sessions);
    }
    for exception in own_series {
        read(parser, exception, &[], false, sessions);
    }
}

/// Reads exceptions without their series. The newest exception of each date counts.
pub(super) fn alone(
    parser: &mut EventParser<'_>,
    exceptions: &[&SourceEvent<'_>],
    sessions: &mut Nearest,
) {
    let mut newest: BTreeMap<&str, &SourceEvent<'_>> = BTreeMap::new();
    for exception in exceptions {
        let id = exception.event.get("RECURRENCE-ID").map_or("", |id| id.value.trim());
        take_newest(&mut newest, id, exception);
    }
    for exception in newest.into_values() {
        let event = exception.event;
        let Some((details, timing)) = parser.session(exception) else { continue };
        if is_from_here_on(event) {
            let text = "it also changes all later dates of a series that the file does not have";
            parser.note(Guessed, event, text.to_owned());
        }
        let id = event.get("RECURRENCE-ID");
        let start = id.and_then(|id| timing.named(id, &mut parser.clocks)).map(|named| named.at);
        let uid = parser.uid(event);
        let uid = uid.map(|uid| further(&uid, start.unwrap_or(timing.start), timing.is_days()));
        one(parser, Exception { event, details, timing }, uid, None, sessions);
    }
}

/// Returns the newest exception of each date, and those whose date cannot be read.
fn changed<'a, 'b>(
    parser: &mut EventParser<'_>,
    source: &SourceEvent<'_>,
    exceptions: &[&'a SourceEvent<'b>],
    timing: &Timing,
    dates: &Dates,
) -> (BTreeMap<NaiveDateTime, &'a SourceEvent<'b>>, Vec<&'a SourceEvent<'b>>) {
    let (mut changed, mut unnamed) = (BTreeMap::new(), Vec::new());
    for exception in exceptions {
        let Some(id) = exception.event.get("RECURRENCE-ID") else { continue };
        let Some(named) = timing.named(id, &mut parser.clocks) else {
            let text = format!(
                "the date that it changes, `{}`, cannot be read; it was added as a session of its own",
                super::values::shown(&id.value)
            );
            parser.note(Guessed, exception.event, text);
            unnamed.push(*exception);
            continue;
        };
        let at = occurrence(named, dates);
        let is_older = sequence(exception.event) < sequence(source.event);
        if is_older && dates.excluded.contains(&at) {
            let text = "it was left out, as a newer version of its series leaves this date out";
            parser.note(Lost, exception.event, text.to_owned());
            continue;
        }
        take_newest(&mut changed, at, exception);
    }
    (changed, unnamed)
}

/// Removes exceptions with a rule of their own after the last date of the series, because some programs split a series
/// in this way. Adds notes about these exceptions, and about rules of other exceptions, which the import ignores.
fn own_series<'a, 'b>(
    parser: &mut EventParser<'_>,
    changed: &mut BTreeMap<NaiveDateTime, &'a SourceEvent<'b>>,
    dates: &Dates,
) -> Vec<&'a SourceEvent<'b>> {
    let has_rule = |source: &SourceEvent<'_>| source.event.get("RRULE").is_some();
    let ruled: Vec<(NaiveDateTime, &'a SourceEvent<'b>)> =
        changed.iter().filter(|(_, own)| has_rule(own)).map(|(id, own)| (*id, *own)).collect();
    let mut split = Vec::new();
    for (id, source) in ruled {
        if id <= dates.last {
            let text = "its rule was not followed, as it changes a date of another rule";
            parser.note(Lost, source.event, text.to_owned());
            continue;
        }
        changed.remove(&id);
        let text = "it has a rule of its own, and was read as a series of its own with new UIDs";
        parser.note(Guessed, source.event, text.to_owned());
        split.push(source);
    }
    split
}

/// Returns the occurrence that an exception refers to. If the exception has no time, its day decides.
fn occurrence(named: Named, dates: &Dates) -> NaiveDateTime {
    let at = dates.starts.partition_point(|(start, _)| *start < named.at);
    let is_exact = dates.starts.get(at).is_some_and(|(start, _)| *start == named.at);
    if !named.is_day || is_exact || dates.excluded.contains(&named.at) {
        return named.at;
    }
    let midnight = named.at.date().and_time(chrono::NaiveTime::MIN);
    let at = dates.starts.partition_point(|(start, _)| *start < midnight);
    let start = dates.starts.get(at).map(|(start, _)| *start);
    let excluded = dates.excluded.range(midnight..midnight + TimeDelta::days(1)).next().copied();
    start.filter(|start| start.date() == named.at.date()).or(excluded).unwrap_or(named.at)
}

fn one(
    parser: &mut EventParser<'_>,
    exception: Exception<'_>,
    uid: Option<String>,
    repeats: Repeats,
    sessions: &mut Nearest,
) {
    let Exception { event, details, timing } = exception;
    let times = timing.at(timing.start);
    if parser.push(NewSession { details, times, uid, repeats }, sessions) == Outcome::Outside {
        parser.note(Lost, event, "it is not between 1970 and 2100, and was left out".to_owned());
    }
}

/// Returns whether an exception changes all later dates, too (RFC 5545 section 3.2.13).
fn is_from_here_on(event: &Component) -> bool {
    let range = event.get("RECURRENCE-ID").and_then(|id| id.parameter("RANGE"));
    range.is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"))
}

/// Keeps the newer exception of an occurrence.
fn take_newest<'a, 'b, K: Ord>(
    all: &mut BTreeMap<K, &'a SourceEvent<'b>>,
    occurrence: K,
    exception: &'a SourceEvent<'b>,
) {
    let newest = all.entry(occurrence).or_insert(exception);
    if version(newest.event) < version(exception.event) {
        *newest = exception;
    }
}

/// Returns the UID of an occurrence: the event's UID and the recurrence date.
fn further(uid: &str, start: NaiveDateTime, is_days: bool) -> String {
    let form = if is_days { "%Y%m%d" } else { "%Y%m%dT%H%M%S" };
    format!("{uid}/{}", start.format(form))
}
