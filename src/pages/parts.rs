//! Renders the parts that several pages share: lists of sessions, states, times.

use chrono::{DateTime, Utc};
use maud::{Markup, html};

use crate::cut;
use crate::l10n::Words;
use crate::model::{Calendar, RegistrationState, Session, Status, When};
use crate::revisions::Edition;
use crate::rfc3339;
use crate::urls::SessionRoute;
use crate::zone::Zone;

/// The largest number of upcoming sessions on a page. Later sessions are on the year pages.
pub const NEXT: usize = 50;

/// The largest number of characters in a summary.
const SUMMARY: usize = 201;

/// Splits the sessions of an edition into past and upcoming ones.
pub(super) fn split<'a>(
    edition: &Edition,
    sessions: impl IntoIterator<Item = &'a Session>,
) -> (Vec<&'a Session>, Vec<&'a Session>) {
    sessions.into_iter().partition(|session| edition.is_past(session))
}

/// The context of a list of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Under {
    /// The list is under the title of a page.
    Title,
    /// The list is under the title of a frame; its links open outside of the frame.
    Frame,
    /// The list has its own heading.
    Heading,
}

/// Renders a list of sessions with their times.
pub(super) fn list(
    edition: &Edition,
    sessions: &[&Session],
    words: &Words,
    under: Under,
) -> Markup {
    let blank = (under == Under::Frame).then_some("_blank");
    html! {
        ul.list {
            @for session in sessions {
                @let title = html! {
                    a href=(edition.urls.session(&session.id, SessionRoute::Page)) target=[blank] {
                        (session.title)
                    }
                };
                li {
                    @match under {
                        Under::Heading => h3 dir="auto" { (title) },
                        Under::Title | Under::Frame => h2 dir="auto" { (title) },
                    }
                    @if let Some(said) = state(edition, session, words) { div { strong { (said) } } }
                    div { (time(edition, session, words)) }
                    @if let Some(place) = &session.place { div.quiet dir="auto" { (place.name) } }
                }
            }
        }
    }
}

/// Renders the next sessions under a heading. For a longer list, `more` returns a sentence from the number of listed
/// sessions and the number of all.
pub(super) fn upcoming(
    edition: &Edition,
    to_come: &[&Session],
    words: &Words,
    more: impl Fn(usize, usize) -> String,
) -> Markup {
    let messages = words.messages();
    let next = &to_come[..to_come.len().min(NEXT)];
    html! {
        h2 { (messages.upcoming()) }
        @if next.is_empty() {
            p { (messages.no_sessions()) }
        } @else {
            (list(edition, next, words, Under::Heading))
        }
        @if to_come.len() > next.len() {
            p { (more(NEXT, to_come.len())) }
        }
    }
}

/// Returns the notices at the top: cancelled, over, not certain, full, moved.
pub(super) fn state(edition: &Edition, session: &Session, words: &Words) -> Option<String> {
    let messages = words.messages();
    let said = match (session.status, edition.is_past(session)) {
        (Status::Cancelled, _) => Some(messages.session_cancelled()),
        (_, true) => Some(messages.session_over()),
        (Status::Tentative, _) => Some(messages.session_tentative()),
        (Status::Confirmed, false) if edition.registration(session) == RegistrationState::Full => {
            Some(messages.registration_full())
        }
        (Status::Confirmed, false) => None,
    };
    let calendar = &edition.catalog.calendar;
    let earlier = edition.moved_from(session);
    let moved = earlier.map(|earlier| words.moved_from(&earlier, &session.when, calendar));
    let said: Vec<String> = said.map(str::to_owned).into_iter().chain(moved).collect();
    (!said.is_empty()).then(|| said.join(" "))
}

/// Returns the sentence about registration for a session; `None` if the session is over or cancelled.
pub fn registration(edition: &Edition, session: &Session, words: &Words) -> Option<String> {
    if session.status == Status::Cancelled || edition.is_past(session) {
        return None;
    }
    said_of_registration(edition.registration(session), &edition.catalog.calendar, words)
}

/// The sentence about registration: full, closed, or until and from when it is open. None if it is simply open.
pub fn said_of_registration(
    state: RegistrationState<'_>,
    calendar: &Calendar,
    words: &Words,
) -> Option<String> {
    let (messages, when) = (words.messages(), |when| words.start(when, calendar));
    match state {
        RegistrationState::OpensLater(opens) => Some(messages.registration_opens(when(opens))),
        RegistrationState::Open(Some(closes)) => Some(messages.registration_closes(when(closes))),
        RegistrationState::Open(None) => None,
        RegistrationState::Full => Some(messages.registration_full().to_owned()),
        RegistrationState::Closed => Some(messages.registration_closed().to_owned()),
    }
}

/// Renders the time from start to end, in words and in a machine-readable format.
pub(super) fn time(edition: &Edition, session: &Session, words: &Words) -> Markup {
    let text = words.range(&session.when, &edition.catalog.calendar);
    match &session.when {
        When::AllDay(days) => html! { time datetime=(days.first) { (text) } },
        When::Timed(timed) => {
            let start = with_offset(&timed.zone, timed.start.instant);
            let end = with_offset(&timed.zone, timed.end.instant);
            html! { time datetime=(start) data-end=(end) { (text) } }
        }
    }
}

/// Returns a time such as "21:00–22:30 UTC", with the day if it differs; `None` for whole days.
pub(super) fn utc(session: &Session, words: &Words) -> Option<String> {
    let When::Timed(timed) = &session.when else { return None };
    Some(words.utc(timed))
}

/// Formats an instant with the offset of its zone, as HTML and schema.org require.
pub(super) fn with_offset(zone: &Zone, instant: DateTime<Utc>) -> String {
    rfc3339::with_offset(instant, zone.offset(instant))
}

/// Returns the first sentences of a text in one line, for previews.
pub(super) fn summary(text: &str) -> String {
    cut::to_chars(&text.split_whitespace().collect::<Vec<_>>().join(" "), SUMMARY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_one_line_and_ends_with_a_word() {
        assert_eq!(summary("one\n two"), "one two");
        assert_eq!(
            summary(&"two, three ".repeat(20)),
            "two, three ".repeat(17) + "two, three\u{2026}"
        );
    }
}
