//! Notes for the organizer: losses, guesses, and counts of what the import leaves out on purpose.

use std::collections::HashMap;
use std::fmt;

/// A note about some events, or about the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The kind, which decides the group in which it is printed.
    pub kind: NoteKind,
    /// The lines in the file, from 1; none for notes about the whole file.
    pub lines: Vec<usize>,
    /// The titles of the events, each listed once.
    pub events: Vec<String>,
    /// A sentence without a full stop.
    pub text: String,
}

/// The kind of a note, in the order in which notes are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoteKind {
    /// A value is not in the new file.
    Lost,
    /// The import guessed or repaired a value.
    Guessed,
    /// The import never includes such a value, or not without an option; it only counts them.
    Rule,
}

/// The largest number of events that a note about a guess lists.
const MOST_NAMED: usize = 5;

impl Note {
    /// Creates a note about a line of the file.
    pub(super) fn new(kind: NoteKind, line: usize, text: impl Into<String>) -> Self {
        Self { kind, lines: vec![line], events: Vec::new(), text: text.into() }
    }

    /// Creates a note about what the import leaves out on purpose.
    pub(super) fn rule(text: impl Into<String>) -> Self {
        Self { kind: NoteKind::Rule, lines: Vec::new(), events: Vec::new(), text: text.into() }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A note about a loss lists every event.
        let most = if self.kind == NoteKind::Lost { usize::MAX } else { MOST_NAMED };
        let listed = |all: &mut dyn Iterator<Item = String>, number: usize| {
            let named = all.take(most).collect::<Vec<_>>().join(", ");
            match number.saturating_sub(most) {
                0 => named,
                more => format!("{named} and {more} more"),
            }
        };
        if !self.lines.is_empty() {
            let lines = if self.lines.len() == 1 { "line" } else { "lines" };
            let numbers = listed(&mut self.lines.iter().map(ToString::to_string), self.lines.len());
            write!(f, "{lines} {numbers}: ")?;
        }
        if !self.events.is_empty() {
            let mut titles = self.events.iter().map(|event| format!("\"{event}\""));
            write!(f, "{}: ", listed(&mut titles, self.events.len()))?;
        }
        f.write_str(&self.text)
    }
}

/// Sorts notes by their kind and their first line, and joins those with the same text.
pub(super) fn grouped(mut notes: Vec<Note>) -> Vec<Note> {
    notes.sort_by(|a, b| (a.kind, &a.lines).cmp(&(b.kind, &b.lines)));
    let mut groups: Vec<Note> = Vec::new();
    let mut of_text: HashMap<(NoteKind, String), usize> = HashMap::new();
    for note in notes {
        let group = *of_text.entry((note.kind, note.text.clone())).or_insert_with(|| {
            groups.push(Note { lines: Vec::new(), events: Vec::new(), ..note.clone() });
            groups.len() - 1
        });
        groups[group].lines.extend(note.lines);
        groups[group].events.extend(note.events);
    }
    for group in &mut groups {
        group.lines.dedup();
        let mut known = std::collections::HashSet::new();
        group.events.retain(|event| known.insert(event.clone()));
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(kind: NoteKind, line: usize, event: &str, text: &str) -> Note {
        Note { events: vec![event.to_owned()], ..Note::new(kind, line, text) }
    }

    #[test]
    fn losses_come_first_and_name_every_event_and_rules_come_last() {
        use NoteKind::{Guessed, Lost};
        let mut notes =
            vec![Note::rule("2 events are left out"), about(Guessed, 1, "a", "guessed")];
        notes.extend((2..12).map(|line| about(Guessed, line, &format!("e{line}"), "guessed")));
        notes.extend((20..30).rev().map(|line| about(Lost, line, &format!("e{line}"), "lost")));
        notes.push(about(Lost, 31, "e29", "lost"));
        let printed: Vec<String> = grouped(notes).iter().map(ToString::to_string).collect();
        let names = |numbers: std::ops::Range<usize>| {
            numbers.map(|n| format!("\"e{n}\"")).collect::<Vec<_>>().join(", ")
        };
        let lost =
            format!("lines 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 31: {}: lost", names(20..30));
        let guessed =
            format!("lines 1, 2, 3, 4, 5 and 6 more: \"a\", {} and 6 more: guessed", names(2..6));
        assert_eq!(printed, [lost, guessed, "2 events are left out".to_owned()]);
    }
}
