//! Losses and guesses of one event.

/// Losses and guesses, collected while an event is read.
#[derive(Debug, Default)]
pub(super) struct Losses {
    /// Phrases such as `1 picture`.
    pub(super) items: Vec<String>,
    /// Sentences without a full stop.
    pub(super) guesses: Vec<String>,
    /// Whether it has attendees.
    pub(super) has_attendees: bool,
    /// Whether it has a reminder that is not before its start.
    pub(super) has_reminders: bool,
}
