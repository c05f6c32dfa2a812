//! Import: from another program's calendar (RFC 5545) to a `sessions.toml`, with a note for everything lost or
//! guessed.
//!
//! ```text
//! bytes -> decode -> content (lines, components) -> clocks, recur -> sessions -> toml
//! ```
//!
//! Pure: the same bytes, options and rules give the same file. A broken event costs only itself, and gets a note.
//!
//! To read: `decode`, `content`, `calendar`, `by_uid`, `events` (one UID), then its parts: `timing`, `clocks` and
//! `definition` (zones), `dates` and `recur` (recurrence), `event` and `venue` (properties), `prose` and `html`
//! (texts), and `toml_writer`.

mod by_uid;
mod calendar;
mod clocks;
mod content;
mod dates;
mod decode;
mod definition;
mod escape;
mod event;
mod events;
mod html;
mod html_tag;
mod markdown_writer;
mod nearest;
mod new_session;
mod own_export;
mod prose;
mod recur;
mod timing;
mod toml_writer;
mod values;
mod venue;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::zone::{Rules, Zone};
use clocks::Clocks;
use content::{Component, CutOff, ParsedFile};
pub use decode::Unreadable;
use values::{DateValue, date_value};

/// The most unclosed entries that are listed; with more, the file is broken as a whole.
const MOST_UNENDED: usize = 100;

/// Inputs besides the file.
#[derive(Debug)]
pub struct Options<'a> {
    /// The file's name without its extension, for a calendar without a title.
    pub name: &'a str,
    /// The current time, UTC; recurring events without an end are written for two years from it.
    pub now: DateTime<Utc>,
    /// The last day for recurring events, instead of those two years.
    pub until: Option<NaiveDate>,
    /// The zone of times without a zone, and of the calendar.
    pub zone: Option<Zone>,
}

/// An imported calendar.
#[derive(Debug)]
pub struct Imported {
    /// The text of a `sessions.toml`.
    pub toml: String,
    /// What was lost or guessed, in the order of the file.
    pub notes: Vec<Note>,
    /// The number of sessions.
    pub sessions: usize,
    /// The number of events.
    pub events: usize,
}

/// A note for the organizer about one event, or about the whole file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The line in the file, from 1.
    pub line: usize,
    /// The event's title.
    pub event: Option<String>,
    /// A sentence without a full stop.
    pub text: String,
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.event {
            Some(event) => write!(f, "line {}: \"{event}\": {}", self.line, self.text),
            None => write!(f, "line {}: {}", self.line, self.text),
        }
    }
}

/// Imports a calendar.
///
/// # Errors
/// [`Unreadable`] if the bytes are no calendar.
pub fn import(bytes: &[u8], options: &Options<'_>, rules: &Rules) -> Result<Imported, Unreadable> {
    let (text, guessed) = decode::decode(bytes)?;
    let ParsedFile { file, strange, unended, cut_off } = content::parse(&text);
    let mut notes = Vec::new();
    if guessed {
        note(
            &mut notes,
            1,
            "the file is not UTF-8; it was read as Windows-1252, so check accented letters",
        );
    }
    if let Some(first) = strange.first() {
        let lines = count(strange.len(), "line is", "lines are");
        note(&mut notes, *first, &format!("{lines} not valid iCalendar; left out"));
    }
    notes.extend(controls(&text));
    for line in unended.iter().take(MOST_UNENDED) {
        note(&mut notes, *line, "the entry that begins here has no END of its own; check it");
    }
    if let Some(line) = unended.get(MOST_UNENDED) {
        let more = count(unended.len() - MOST_UNENDED, "more entry has", "more entries have");
        note(&mut notes, *line, &format!("{more} no END of their own, from here on"));
    }
    notes.extend(cut_off.map(cut_short));
    // Events without a calendar around them count as one calendar.
    let mut calendars: Vec<&Component> = file.within("VCALENDAR").collect();
    if file.within("VEVENT").next().is_some() {
        calendars.push(&file);
    }
    others(&calendars, &mut notes);
    let last = last_day(options);
    let clocks = Clocks::new(rules, &calendars, years(&calendars, last));
    let mut parser = events::EventParser::new(clocks, options, last, rules, &calendars);
    let sessions = parser.read(&calendars, options.now);
    let events = calendars.iter().map(|calendar| calendar.within("VEVENT").count()).sum();
    let mut lost = Vec::new();
    let calendar = calendar::read(&calendars, options, &parser.zone, &mut lost);
    if !lost.is_empty() {
        note(&mut notes, 1, &format!("left out of the calendar: {}", lost.join(", ")));
    }
    notes.append(&mut parser.notes);
    notes.sort();
    notes.dedup();
    let number = sessions.len();
    let toml = toml_writer::write(&calendar, sessions, rules);
    Ok(Imported { toml, notes, sessions: number, events })
}

fn note(notes: &mut Vec<Note>, line: usize, text: &str) {
    notes.push(Note { line, event: None, text: text.to_owned() });
}

/// A note about control characters, which calendars cannot carry.
fn controls(text: &str) -> Option<Note> {
    let is_left_out = |c: &char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let first = text.find(|c| is_left_out(&c))?;
    let number = text[first..].chars().filter(is_left_out).count();
    let number = count(number, "control character was", "control characters were");
    let line = 1 + text[..first].matches('\n').count();
    Some(Note { line, event: None, text: format!("{number} left out") })
}

/// A note about a truncated file.
fn cut_short(cut_off: CutOff) -> Note {
    let text = match cut_off.within {
        Some(line) => format!(
            "the file ends within the entry that begins on line {line}; export the calendar again, or \
             check that entry"
        ),
        None => "the file ends before its calendar does, so entries may be missing; export the \
                 calendar again"
            .to_owned(),
    };
    Note { line: cut_off.line, event: None, text }
}

/// `1 line`, `2 lines`.
fn count(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// Notes about components that are not events.
fn others(calendars: &[&Component], notes: &mut Vec<Note>) {
    let mut found: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for child in calendars.iter().flat_map(|calendar| &calendar.children) {
        if ["VTODO", "VJOURNAL", "VFREEBUSY"].contains(&child.name.as_str()) {
            found.entry(child.name.as_str()).or_insert((child.line, 0)).1 += 1;
        }
    }
    for (name, (line, number)) in found {
        let what = match name {
            "VTODO" => count(number, "task is", "tasks are"),
            "VJOURNAL" => count(number, "journal entry is", "journal entries are"),
            _ => count(
                number,
                "block of free and busy times is",
                "blocks of free and busy times are",
            ),
        };
        note(notes, line, &format!("{what} left out, as only events become sessions"));
    }
}

fn last_day(options: &Options<'_>) -> NaiveDate {
    let today = options.now.date_naive();
    let two_years = today.checked_add_months(chrono::Months::new(24)).unwrap_or(today);
    options.until.unwrap_or(two_years)
}

/// The years of a file's times, up to the last year of recurring events.
fn years(calendars: &[&Component], last: NaiveDate) -> (i32, i32) {
    let events = calendars.iter().flat_map(|calendar| calendar.within("VEVENT"));
    let stamps = events.flat_map(|event| ["DTSTART", "DTEND"].map(|name| event.get(name)));
    let years =
        stamps.flatten().filter_map(|property| date_value(&property.value)).map(|at| match at {
            DateValue::Date(date) => date.year(),
            DateValue::Local(local) => local.year(),
            DateValue::Utc(instant) => instant.year(),
        });
    let known: Vec<i32> = years.map(|year| year.clamp(1970, 2100)).collect();
    let first = known.iter().copied().min().unwrap_or_else(|| last.year());
    let until = known.iter().copied().max().unwrap_or(first);
    (first, until.max(last.year().clamp(1970, 2100)).min(first + 60))
}
