//! The losses and guesses of one event.

/// The losses and guesses, collected while an event is read.
#[derive(Debug, Default)]
pub(super) struct Losses {
    /// The lost items, in phrases such as `1 picture`.
    pub(super) items: Vec<String>,
    /// The guesses, in sentences without a full stop.
    pub(super) guesses: Vec<String>,
    /// Whether the event has attendees.
    pub(super) has_attendees: bool,
    /// Whether the event has a reminder that is not before its start.
    pub(super) has_reminders: bool,
}
