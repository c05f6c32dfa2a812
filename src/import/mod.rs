//! Import: converts another program's calendar (RFC 5545) to a `sessions.toml`, with a note for every loss and guess.
//!
//! ```text
//! bytes -> decode -> lines -> content (components) -> clocks, recur -> sessions -> toml
//! ```
//!
//! Import is a pure function: the same bytes, options and rules give the same file. A broken event affects only itself,
//! and gets a note.
//!
//! To read: `decode`, `lines`, `property` and `content`, `calendar`, `by_uid` and `versions`, `event_groups` (one UID), `events`,
//! `series` and `exceptions`, then their parts: `timing`, `start_clock`, `clocks` and `definition` (zones), `dates`,
//! `left_out`, `named_dates` and `recur` (recurrence), `event` and `venue` (properties), `description`, `sign_up` and `dial_in` (texts and their links),
//! `prose` and `html` (Markdown), `notes` and `ruled`, `toml_writer`, `repeat_table`,
//! `repeat_rule`, `usual` and `repeat_lines` (rules from dates), `session_lines`, `used_ids` and `toml_text`.

mod by_uid;
mod calendar;
mod clocks;
mod content;
mod dates;
mod decode;
mod definition;
mod description;
mod dial_in;
mod display_names;
mod entities;
mod escape;
mod event;
mod event_groups;
mod events;
mod exceptions;
mod html;
mod html_tag;
mod left_out;
mod lines;
mod losses;
mod markdown_writer;
mod named_dates;
mod nearest;
mod new_session;
mod notes;
mod own_export;
mod passcodes;
mod property;
mod prose;
mod recur;
mod repeat_lines;
mod repeat_rule;
mod repeat_table;
mod ruled;
mod series;
mod session_lines;
mod sign_up;
mod similar_zone;
mod start_clock;
mod timing;
mod toml_text;
mod toml_writer;
mod used_ids;
mod usual;
mod values;
mod venue;
mod versions;
mod weblinks;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use crate::ics::PRODID;
use crate::zone::{Rules, Zone};
use clocks::Clocks;
use content::{Component, CutOff, ParsedFile};
pub use decode::Unreadable;
use notes::NoteKind::{Guessed, Lost};
pub use notes::{Note, NoteKind};
use values::{DateValue, date_value};

/// The largest number of unclosed entries that are listed. A file with more is broken as a whole.
const MOST_UNENDED: usize = 100;

/// The inputs other than the file.
#[derive(Debug)]
pub struct Options<'a> {
    /// The file's name without its extension, for a calendar without a title.
    pub name: &'a str,
    /// The current time in UTC. Recurring events without an end are written for two years from it.
    pub now: DateTime<Utc>,
    /// The last day of recurring events; it replaces the two years.
    pub until: Option<NaiveDate>,
    /// The first included day: sessions that were over before it are left out. The default is a year before `now`, and
    /// no limit for a calendar that convene wrote.
    pub from: Option<NaiveDate>,
    /// The zone of the calendar, and of times without a zone.
    pub zone: Option<Zone>,
    /// Whether events marked private or confidential are imported.
    pub private: bool,
}

/// An imported calendar.
#[derive(Debug)]
pub struct Imported {
    /// The text of a `sessions.toml`.
    pub toml: String,
    /// The notes: first losses, then guesses, then counts of skipped events; each group is in the order of the file.
    pub notes: Vec<Note>,
    /// The number of sessions.
    pub sessions: usize,
    /// The number of events.
    pub events: usize,
}

/// Imports a calendar.
///
/// # Errors
/// [`Unreadable`] if the bytes are no calendar.
pub fn import(bytes: &[u8], options: &Options<'_>, rules: &Rules) -> Result<Imported, Unreadable> {
    let bytes = decode::utf8(bytes)?;
    let ParsedFile { file, strange, unended, cut_off, not_utf8, controls } = content::parse(&bytes);
    let mut notes = Vec::new();
    if let Some(first) = not_utf8.first() {
        let lines = count(not_utf8.len(), "line is", "lines are");
        let text = format!(
            "{lines} not UTF-8; bytes that are not were read as Windows-1252, so check accented letters"
        );
        notes.push(Note::new(Guessed, *first, text));
    }
    if let Some(first) = strange.first() {
        let lines = count(strange.len(), "line is", "lines are");
        notes.push(Note::new(Lost, *first, format!("{lines} not valid iCalendar; left out")));
    }
    notes.extend(controls.map(control_characters));
    for line in unended.iter().take(MOST_UNENDED) {
        let text = "the entry that begins here has no END of its own; check it";
        notes.push(Note::new(Guessed, *line, text));
    }
    if let Some(line) = unended.get(MOST_UNENDED) {
        let more = count(unended.len() - MOST_UNENDED, "more entry has", "more entries have");
        notes.push(Note::new(Guessed, *line, format!("{more} no END of their own, from here on")));
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
    let period = (first_day(options, &calendars), last);
    let mut parser = events::EventParser::new(clocks, options, period, rules, &calendars);
    let sessions = event_groups::read(&mut parser, &calendars, options.now);
    let events = calendars.iter().map(|calendar| calendar.within("VEVENT").count()).sum();
    let mut lost = Vec::new();
    let calendar = calendar::read(&calendars, options, &parser.zone, &mut lost);
    if !lost.is_empty() {
        notes.push(Note::new(Lost, 1, format!("left out of the calendar: {}", lost.join(", "))));
    }
    notes.append(&mut parser.notes);
    let number = sessions.len();
    let toml = toml_writer::write(&calendar, sessions, rules);
    Ok(Imported { toml, notes: notes::grouped(notes), sessions: number, events })
}

/// Returns a note about control characters, which calendars cannot contain.
fn control_characters((line, number): (usize, usize)) -> Note {
    let number = count(number, "control character was", "control characters were");
    Note::new(Lost, line, format!("{number} left out"))
}

/// Returns a note about a truncated file.
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
    Note::new(Lost, cut_off.line, text)
}

/// Formats a count, such as `1 line` or `2 lines`.
fn count(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// Adds notes about components that are not events.
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
        notes.push(Note::new(
            Lost,
            line,
            format!("{what} left out, as only events become sessions"),
        ));
    }
}

/// Returns the first included day of sessions.
fn first_day(options: &Options<'_>, calendars: &[&Component]) -> Option<NaiveDate> {
    let is_ours = |calendar: &&Component| {
        calendar.get("PRODID").is_some_and(|own| own.value.trim() == PRODID)
    };
    let are_ours = calendars.iter().all(is_ours);
    let a_year_ago = options.now.date_naive().checked_sub_months(chrono::Months::new(12));
    options.from.or_else(|| a_year_ago.filter(|_| !are_ours))
}

fn last_day(options: &Options<'_>) -> NaiveDate {
    let today = options.now.date_naive();
    let two_years = today.checked_add_months(chrono::Months::new(24)).unwrap_or(today);
    options.until.unwrap_or(two_years)
}

/// Returns the years of a file's times, up to the last year of recurring events.
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
