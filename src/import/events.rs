//! Reads one event: its session with notes, and the counts of skipped sessions.

use std::collections::BTreeMap;
use std::rc::Rc;

use chrono::{Datelike as _, NaiveDate};

use super::by_uid::SourceEvent;
use super::clocks::{Clocks, EventClock};
use super::content::Component;
use super::losses::Losses;
use super::nearest::Nearest;
use super::new_session::{Details, NewSession, RecurringEvent};
use super::notes::NoteKind::{self, Guessed, Lost};
use super::ruled::Ruled;
use super::timing::{Floating, Timing};
use super::values::{line, shown};
use super::{Note, Options, event};
use crate::model::Uid;
use crate::zone::{Rules, Zone};

/// Parses the events of a file.
pub(super) struct EventParser<'a> {
    pub(super) clocks: Clocks<'a>,
    rules: &'a Rules,
    /// The first included day: sessions that were over before it are left out.
    pub(super) from: Option<NaiveDate>,
    /// The last day on which recurring events are written.
    pub(super) last: NaiveDate,
    floating: Floating,
    /// The calendar's zone.
    pub(super) zone: Zone,
    pub(super) notes: Vec<Note>,
    /// The number of UIDs so far.
    pub(super) groups: usize,
    /// The number of recurring events so far.
    recurring: usize,
    /// Whether the file or the organizer gives the zone.
    pub(super) has_zone: bool,
    /// Whether private events become sessions.
    takes_private: bool,
    /// The counts of skipped sessions and events.
    pub(super) ruled: Ruled,
    /// The counts and the notes of the events with the current UID.
    group: Group,
}

/// The data about the events of one UID while they are read.
#[derive(Debug, Default)]
struct Group {
    notes: Vec<Note>,
    kept: usize,
    ruled: Ruled,
}

/// The result of adding a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The session is in the new file.
    Kept,
    /// The session was over before the first day to import.
    Past,
    /// The session is outside of the years that a file can have.
    Outside,
}

impl<'a> EventParser<'a> {
    pub(super) fn new(
        mut clocks: Clocks<'a>,
        options: &Options<'_>,
        (from, last): (Option<NaiveDate>, NaiveDate),
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
        // A BTreeMap gives the same result every time if two zones are used equally often.
        let mut used: BTreeMap<String, (usize, Zone)> = BTreeMap::new();
        for event in calendars.iter().flat_map(|calendar| calendar.within("VEVENT")) {
            let tzid = event.get("DTSTART").and_then(|start| start.parameter("TZID"));
            if let Some(zone) = tzid.and_then(&mut named) {
                used.entry(zone.name().to_owned()).or_insert((0, zone)).0 += 1;
            }
        }
        let most = used.into_values().rev().max_by_key(|(times, _)| *times).map(|(_, zone)| zone);
        let floating = match (said, most) {
            (Some(given), _) => Floating::Given(given),
            (None, Some(most)) => Floating::Guessed(most),
            (None, None) => clocks.only().map_or(Floating::Unknown, Floating::Only),
        };
        let zone = floating.zone().cloned().unwrap_or_else(|| {
            rules
                .zone("UTC")
                .expect("every set of rules has UTC, which is asked for when it is loaded")
        });
        Self {
            clocks,
            rules,
            from,
            last,
            has_zone: !matches!(floating, Floating::Unknown | Floating::Guessed(_)),
            floating,
            zone,
            notes: Vec::new(),
            groups: 0,
            recurring: 0,
            takes_private: options.private,
            ruled: Ruled::default(),
            group: Group::default(),
        }
    }

    /// Takes over the notes about the events of one UID, unless all their sessions are past.
    pub(super) fn end_group(&mut self) {
        let Group { notes, kept, ruled } = std::mem::take(&mut self.group);
        self.ruled.past += ruled.past;
        self.ruled.private += ruled.private;
        if kept > 0 || ruled.past == 0 {
            self.notes.extend(notes);
            self.ruled.attendees += ruled.attendees;
            self.ruled.reminders += ruled.reminders;
        }
    }

    /// Adds a session to the new file if it is not past.
    pub(super) fn push(&mut self, session: NewSession, sessions: &mut Nearest) -> Outcome {
        let (first, last) = session.times.days(&self.zone);
        if self.from.is_some_and(|from| last < from) {
            self.group.ruled.past += 1;
            return Outcome::Past;
        }
        if first.year() < 1970 || last.year() > 2100 {
            return Outcome::Outside;
        }
        self.group.kept += 1;
        sessions.push(session);
        Outcome::Kept
    }

    /// Counts sessions that were over too early.
    pub(super) fn past(&mut self, number: usize) {
        self.group.ruled.past += number;
    }

    /// Counts private events.
    pub(super) fn hide(&mut self, number: usize) {
        self.group.ruled.private += number;
    }

    /// Returns whether an event is left out because it is private (RFC 5545 section 3.8.1.3).
    pub(super) fn is_hidden(&self, event: &Component) -> bool {
        let class = event.get("CLASS").map(|class| class.value.trim().to_ascii_uppercase());
        !self.takes_private && matches!(class.as_deref(), Some("PRIVATE" | "CONFIDENTIAL"))
    }

    /// The details and the time of an event, which is an exception if its `series` has a title; none if it cannot be a
    /// session, which is noted or counted.
    pub(super) fn session(
        &mut self,
        source: &SourceEvent<'_>,
        series: Option<&str>,
    ) -> Option<(Rc<Details>, Timing)> {
        let event = source.event;
        if self.is_hidden(event) {
            self.hide(1);
            return None;
        }
        let timing = match Timing::read(event, &mut self.clocks, &self.floating, self.rules) {
            Ok(timing) => timing,
            Err(reason) => {
                self.note(Lost, event, reason);
                return None;
            }
        };
        for guess in &timing.guesses {
            self.note(Guessed, event, guess.clone());
        }
        let mut losses = Losses::default();
        let details = event::read(event, source.calendar, series, &mut losses);
        let Losses { items, guesses, has_attendees, has_reminders } = losses;
        if !items.is_empty() {
            self.note(Lost, event, format!("left out: {}", items.join(", ")));
        }
        for guess in guesses {
            self.note(Guessed, event, guess);
        }
        self.group.ruled.attendees += usize::from(has_attendees);
        self.group.ruled.reminders += usize::from(has_reminders);
        Some((Rc::new(details), timing))
    }

    /// Returns a recurring event.
    pub(super) fn recurring(
        &mut self,
        event: &Component,
        title: &str,
        uid: Option<String>,
    ) -> Rc<RecurringEvent> {
        self.recurring += 1;
        let rule = event.get("RRULE").map(|rule| rule.value.to_ascii_uppercase());
        let frequency = rule.and_then(|rule| {
            let (_, value) = rule.split_once("FREQ=")?;
            Some(value.split(';').next()?.trim().to_owned())
        });
        let (number, group) = (self.recurring, self.groups);
        Rc::new(RecurringEvent { number, group, title: title.to_owned(), uid, frequency })
    }

    pub(super) fn uid(&mut self, event: &Component) -> Option<String> {
        let uid = event.get("UID").map(|uid| uid.value.trim()).filter(|uid| !uid.is_empty())?;
        // The limit leaves space for the date of an occurrence.
        if Uid::parse(uid).is_err() || uid.len() > 175 {
            let text = "its UID has characters that calendars refuse, or is too long; it gets another, \
                        so subscribers will see a new entry";
            self.note(Guessed, event, text.to_owned());
            return None;
        }
        Some(uid.to_owned())
    }

    pub(super) fn note(&mut self, kind: NoteKind, event: &Component, text: String) {
        let title = shown(event.get("SUMMARY").map_or("", |title| title.value.as_str()));
        let events = if title.is_empty() { Vec::new() } else { vec![title] };
        self.group.notes.push(Note { events, ..Note::new(kind, event.line, text) });
    }
}
