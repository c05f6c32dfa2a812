//! Events of one UID: one session, or an event that repeats with its exceptions.

use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use super::by_uid::{SourceEvent, groups, version};
use super::clocks::{Clocks, EventClock};
use super::content::Component;
use super::dates::{self, Dates};
use super::event;
use super::nearest::Nearest;
use super::new_session::{Details, NewSession};
use super::timing::{Floating, SessionTimes, Timing};
use super::values::{line, shown};
use super::{Note, Options, count};
use crate::model::Uid;
use crate::zone::{Rules, Zone};

/// Parses the events of a file.
pub(super) struct EventParser<'a> {
    clocks: Clocks<'a>,
    rules: &'a Rules,
    last: NaiveDate,
    floating: Floating,
    /// The calendar's zone.
    pub(super) zone: Zone,
    pub(super) notes: Vec<Note>,
    groups: usize,
    /// Whether the file or the organizer gives the zone.
    has_zone: bool,
}

impl<'a> EventParser<'a> {
    pub(super) fn new(
        mut clocks: Clocks<'a>,
        options: &Options<'_>,
        last: NaiveDate,
        rules: &'a Rules,
        calendars: &[&Component],
    ) -> Self {
        let mut named = |tzid: &str| match clocks.of(tzid)?.clock {
            EventClock::Zone(zone) => Some(zone),
            EventClock::Own(_) => None,
        };
        let said = options.zone.clone().or_else(|| {
            let own = calendars.iter().find_map(|calendar| calendar.get("X-WR-TIMEZONE"))?;
            named(&line(&own.value))
        });
        // A BTreeMap, so that of two zones used equally often the same one wins every time.
        let mut used: BTreeMap<String, (usize, Zone)> = BTreeMap::new();
        for event in calendars.iter().flat_map(|calendar| calendar.within("VEVENT")) {
            let tzid = event.get("DTSTART").and_then(|start| start.parameter("TZID"));
            if let Some(zone) = tzid.and_then(&mut named) {
                used.entry(zone.name().to_owned()).or_insert((0, zone)).0 += 1;
            }
        }
        let most = used.into_values().rev().max_by_key(|(times, _)| *times).map(|(_, zone)| zone);
        let has_zone = said.is_some();
        let floating = match (&said, &most) {
            (Some(given), _) => Floating::Given(given.clone()),
            (None, Some(most)) => Floating::Guessed(most.clone()),
            (None, None) => Floating::Unknown,
        };
        let zone = said.or(most).unwrap_or_else(|| {
            rules
                .zone("UTC")
                .expect("every set of rules has UTC, which is asked for when it is loaded")
        });
        Self { clocks, rules, last, floating, zone, notes: Vec::new(), groups: 0, has_zone }
    }

    /// Every session, by start, up to the limit of a file.
    pub(super) fn read(&mut self, calendars: &[&Component], now: DateTime<Utc>) -> Vec<NewSession> {
        let mut sessions = Nearest::new(now);
        for group in groups(calendars) {
            self.groups += 1;
            self.read_group(&group, &mut sessions);
        }
        let (mut sessions, left_out) = sessions.finish();
        let doubles = without_doubles(&mut sessions);
        if doubles > 0 {
            let sessions = count(doubles, "session has", "sessions have");
            let text = format!(
                "{sessions} the UID of another; a new one is made, so subscribers will see a new entry"
            );
            super::note(&mut self.notes, 1, &text);
        }
        if left_out > 0 {
            let text = format!(
                "it has {} sessions, and only {} fit into a file: the next upcoming ones, then the latest \
                 past ones; to write fewer, use `--until` with an earlier day",
                sessions.len() + left_out,
                sessions.len()
            );
            super::note(&mut self.notes, 1, &text);
        }
        if self.clocks.is_cut() {
            let text =
                "its time zones have more rules than can be computed; check the times of events";
            super::note(&mut self.notes, 1, text);
        }
        let is_timed =
            |session: &NewSession| matches!(session.times, SessionTimes::Timed(None, ..));
        if self.zone.is_utc() && !self.has_zone && sessions.iter().any(is_timed) {
            super::note(
                &mut self.notes,
                1,
                "its times are in UTC, and pages will show UTC; for local times add `--timezone \
                 Europe/Berlin`",
            );
        }
        sessions
    }

    fn read_group(&mut self, group: &[SourceEvent<'_>], sessions: &mut Nearest) {
        let (exceptions, whole): (Vec<&SourceEvent<'_>>, Vec<&SourceEvent<'_>>) =
            group.iter().partition(|source| source.event.get("RECURRENCE-ID").is_some());
        let newest = whole.iter().max_by_key(|source| version(source.event));
        if let (Some(newest), true) = (newest, whole.len() > 1) {
            let text = format!(
                "{} its UID, so they are one and the same; the newest was used",
                count(whole.len() - 1, "other event has", "other events have")
            );
            self.note(newest.event, text);
        }
        match newest {
            Some(main) => self.read_main(main, &exceptions, sessions),
            None => {
                // The newest of each, if the file has several.
                let mut newest: BTreeMap<&str, &SourceEvent<'_>> = BTreeMap::new();
                for exception in exceptions {
                    let id = exception.event.get("RECURRENCE-ID").map_or("", |id| id.value.trim());
                    take_newest(&mut newest, id, exception);
                }
                for exception in newest.into_values() {
                    self.read_exception(exception, None, None, sessions);
                }
            }
        }
    }

    /// Reads an event that may recur, and its exceptions.
    fn read_main(
        &mut self,
        source: &SourceEvent<'_>,
        exceptions: &[&SourceEvent<'_>],
        sessions: &mut Nearest,
    ) {
        let event = source.event;
        let Some((details, timing)) = self.session(source) else { return };
        let uid = self.uid(event);
        let mut said = Vec::new();
        let dates = dates::read(event, &timing, &mut self.clocks, self.last, &mut said);
        for text in said {
            self.note(event, text);
        }
        let Dates { mut starts, repeats } = dates;
        // The newest of each, if the file has several.
        let mut changed: BTreeMap<NaiveDateTime, &SourceEvent<'_>> = BTreeMap::new();
        for exception in exceptions {
            let Some(id) = exception.event.get("RECURRENCE-ID") else { continue };
            let Some(at) = timing.local(id, &mut self.clocks) else { continue };
            // Exchange writes midnight in place of the time.
            let not_before = || starts.partition_point(|(start, _)| *start < at);
            let same_day = || {
                starts.get(not_before()).map(|(start, _)| *start).filter(|s| s.date() == at.date())
            };
            let at = match at.time() == NaiveTime::MIN {
                true => same_day().unwrap_or(at),
                false => at,
            };
            take_newest(&mut changed, at, exception);
        }
        starts.retain(|(start, _)| !changed.contains_key(start));
        let repeats = repeats.then(|| (self.groups, Rc::from(details.title.as_str())));
        for (start, length) in starts {
            let mut times = timing.at(start);
            if let (Some(length), SessionTimes::Timed(_, begins, ends)) = (length, &mut times) {
                *ends = *begins + length;
            }
            let uid = match start == timing.start {
                true => uid.clone(),
                false => uid.as_deref().and_then(|uid| further(uid, start, timing.is_days())),
            };
            self.push(
                event,
                NewSession { details: Rc::clone(&details), times, uid, repeats: repeats.clone() },
                sessions,
            );
        }
        for (id, exception) in changed {
            let uid = match id == timing.start {
                true => uid.clone(),
                false => uid.as_deref().and_then(|uid| further(uid, id, timing.is_days())),
            };
            self.read_exception(exception, uid, repeats.clone(), sessions);
        }
    }

    fn read_exception(
        &mut self,
        source: &SourceEvent<'_>,
        uid: Option<String>,
        repeats: Option<(usize, Rc<str>)>,
        sessions: &mut Nearest,
    ) {
        let Some((details, timing)) = self.session(source) else { return };
        let id = source.event.get("RECURRENCE-ID");
        if id.and_then(|id| id.parameter("RANGE")).is_some() {
            let text =
                "it changes all following dates; only this one was changed, so check the others";
            self.note(source.event, text.to_owned());
        }
        let uid = uid.or_else(|| {
            let own = self.uid(source.event)?;
            let start = id.and_then(|id| timing.local(id, &mut self.clocks));
            further(&own, start.unwrap_or(timing.start), timing.is_days())
        });
        let times = timing.at(timing.start);
        self.push(source.event, NewSession { details, times, uid, repeats }, sessions);
    }

    fn push(&mut self, event: &Component, session: NewSession, sessions: &mut Nearest) {
        let (first, last) = session.times.days(&self.zone);
        if first.year() < 1970 || last.year() > 2100 {
            let text = "it is not between 1970 and 2100, and was left out";
            self.note(event, text.to_owned());
            return;
        }
        sessions.push(session);
    }

    /// The details and the time of an event; none if it cannot be a session, with a note.
    fn session(&mut self, source: &SourceEvent<'_>) -> Option<(Rc<Details>, Timing)> {
        let event = source.event;
        let class = event.get("CLASS").map(|class| class.value.trim().to_ascii_uppercase());
        if matches!(class.as_deref(), Some("PRIVATE" | "CONFIDENTIAL")) {
            self.note(event, "it is marked private, and was left out".to_owned());
            return None;
        }
        let timing = match Timing::read(event, &mut self.clocks, &self.floating, self.rules) {
            Ok(timing) => timing,
            Err(reason) => {
                self.note(event, reason);
                return None;
            }
        };
        for guess in &timing.guesses {
            self.note(event, guess.clone());
        }
        let mut lost = Vec::new();
        let details = event::read(event, source.calendar, &mut lost);
        if event.get("SUMMARY").is_none_or(|title| title.value.trim().is_empty()) {
            self.note(event, "it has no title; write one".to_owned());
        }
        if !lost.is_empty() {
            let text = format!("left out: {}", lost.join(", "));
            self.note(event, text);
        }
        Some((Rc::new(details), timing))
    }

    fn uid(&mut self, event: &Component) -> Option<String> {
        let uid = event.get("UID").map(|uid| uid.value.trim()).filter(|uid| !uid.is_empty())?;
        // With space for the date of an occurrence.
        if Uid::parse(uid).is_err() || uid.len() > 175 {
            let text = "its UID has spaces or other characters that calendars refuse, or is too long; \
                        it gets another, so subscribers will see it as a new entry";
            self.note(event, text.to_owned());
            return None;
        }
        Some(uid.to_owned())
    }

    fn note(&mut self, event: &Component, text: String) {
        let title = shown(event.get("SUMMARY").map_or("", |title| title.value.as_str()));
        let event_title = Some(title).filter(|title| !title.is_empty());
        let note = Note { line: event.line, event: event_title, text };
        // A recurring event gives the same note for each date.
        if self.notes.last() != Some(&note) {
            self.notes.push(note);
        }
    }
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

/// Removes UIDs that an earlier session has. Returns their number.
fn without_doubles(sessions: &mut [NewSession]) -> usize {
    let mut used: HashSet<String> = HashSet::new();
    let mut doubles = 0;
    for session in sessions {
        if session.uid.as_ref().is_some_and(|uid| !used.insert(uid.clone())) {
            session.uid = None;
            doubles += 1;
        }
    }
    doubles
}

/// The UID of an occurrence: the event's UID and the recurrence date.
fn further(uid: &str, start: NaiveDateTime, is_days: bool) -> Option<String> {
    let form = if is_days { "%Y%m%d" } else { "%Y%m%dT%H%M%S" };
    Some(format!("{uid}/{}", start.format(form)))
}
