//! Counts the sessions, events and properties that the import leaves out on purpose.

use chrono::NaiveDate;

use super::Note;
use super::count;

/// The numbers of the skipped sessions, events and properties.
#[derive(Debug, Default)]
pub(super) struct Ruled {
    /// The number of past sessions.
    pub(super) past: usize,
    /// The number of private events.
    pub(super) private: usize,
    /// The number of events with attendees.
    pub(super) attendees: usize,
    /// The number of events with reminders that are not before the start.
    pub(super) reminders: usize,
}

impl Ruled {
    /// Returns the notes. Sessions before the day `from` are past.
    pub(super) fn notes(&self, from: Option<NaiveDate>) -> Vec<Note> {
        let Self { past, private, attendees, reminders } = *self;
        let mut notes = Vec::new();
        if let (1.., Some(from)) = (past, from) {
            let sessions = match past {
                1 => "1 session that was over".to_owned(),
                _ => format!("{past} sessions that were over"),
            };
            let is = if past == 1 { "is" } else { "are" };
            notes.push(Note::rule(format!(
                "{sessions} before {from} {is} left out; `--from` with an earlier day includes more"
            )));
        }
        if private > 0 {
            let events = count(private, "event marked private is", "events marked private are");
            let them = if private == 1 { "it" } else { "them" };
            notes.push(Note::rule(format!("{events} left out; `--private` includes {them}")));
        }
        if attendees > 0 {
            let events = count(attendees, "event", "events");
            notes.push(Note::rule(format!(
                "the attendees of {events} are left out, as their addresses are private"
            )));
        }
        if reminders > 0 {
            let events = count(reminders, "event", "events");
            notes.push(Note::rule(format!(
                "reminders of {events} are left out, as they are not before the start"
            )));
        }
        notes
    }
}
