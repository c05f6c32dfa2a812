//! A series: an event, its dates, and the exceptions of single dates or of all that follow.

use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::NaiveDateTime;

use super::by_uid::SourceEvent;
use super::content::Component;
use super::dates::{self, Dates, Period};
use super::events::{EventParser, Outcome};
use super::exceptions::{Exceptions, is_from_here_on, take_newest};
use super::left_out;
use super::nearest::Nearest;
use super::new_session::{Details, NewSession, Occurrence};
use super::notes::NoteKind::{Guessed, Lost};
use super::timing::{SessionTimes, Timing};

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
    let Some((details, timing)) = parser.session(source, None) else {
        match parser.is_hidden(event) {
            // An exception is private if its series is.
            true => parser.hide(exceptions.len()),
            false => alone(parser, exceptions, sessions),
        }
        return;
    };
    let uid = if keeps_uid { parser.uid(event) } else { None };
    let mut said = Vec::new();
    let period = Period { from: parser.from, last: parser.last, zone: &parser.zone };
    let mut dates = dates::read(event, &timing, &mut parser.clocks, period, &mut said);
    left_out::read(event, &timing, &mut parser.clocks, &mut dates, period.end(), &mut said);
    let Exceptions { changed, unnamed, series } =
        Exceptions::new(parser, source, exceptions, &timing, &dates);
    let doubts = doubts(&changed, &dates);
    let recurring = dates.repeats().then(|| parser.recurring(event, &details.title, uid.clone()));
    let occurrence = |start: NaiveDateTime| {
        let event = Rc::clone(recurring.as_ref()?);
        Some(Occurrence { event, planned: timing.at(start) })
    };
    let (starts, past) = dates.wanted(|start| changed.contains_key(start), &mut said);
    for (kind, text) in said {
        parser.note(kind, event, text);
    }
    parser.past(past);
    let uid_of = |start: NaiveDateTime| match start == timing.start {
        true => uid.clone(),
        false => uid.as_deref().map(|uid| further(uid, start, timing.is_days())),
    };
    let single: Vec<(NaiveDateTime, bool, Exception<'_>)> = changed
        .into_iter()
        .filter_map(|(id, exception)| {
            let (details, timing) = parser.session(exception, Some(&details.title))?;
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
        let (uid, occurrence) = (uid_of(start), occurrence(start));
        let session = NewSession { details: Rc::clone(details), times, uid, occurrence };
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
        let event = own.event;
        let outcome = one(parser, own, uid_of(id), occurrence(id), sessions);
        if let (Outcome::Kept, Some(doubt)) = (outcome, doubts.get(&id)) {
            parser.note(Guessed, event, (*doubt).to_owned());
        }
    }
    for exception in unnamed {
        alone(parser, &[exception], sessions);
    }
    for exception in series {
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
        let Some((details, timing)) = parser.session(exception, None) else { continue };
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

/// Why a changed date may not be meant.
fn doubts(
    changed: &BTreeMap<NaiveDateTime, &SourceEvent<'_>>,
    dates: &Dates,
) -> BTreeMap<NaiveDateTime, &'static str> {
    let doubt = |at: &NaiveDateTime| {
        if dates.excluded.contains(at) {
            return Some((
                *at,
                "its series leaves this date out; it was written all the same; check it",
            ));
        }
        let text = "its series does not have the date that it changes; it was written all the same; \
                    check it";
        dates.lacks(*at).then_some((*at, text))
    };
    changed.keys().filter_map(doubt).collect()
}

fn one(
    parser: &mut EventParser<'_>,
    exception: Exception<'_>,
    uid: Option<String>,
    occurrence: Option<Occurrence>,
    sessions: &mut Nearest,
) -> Outcome {
    let Exception { event, details, timing } = exception;
    let times = timing.at(timing.start);
    let outcome = parser.push(NewSession { details, times, uid, occurrence }, sessions);
    if outcome == Outcome::Outside {
        parser.note(Lost, event, "it is not between 1970 and 2100, and was left out".to_owned());
    }
    outcome
}

/// Returns the UID of an occurrence: the event's UID and the recurrence date.
fn further(uid: &str, start: NaiveDateTime, is_days: bool) -> String {
    let form = if is_days { "%Y%m%d" } else { "%Y%m%dT%H%M%S" };
    format!("{uid}/{}", start.format(form))
}
