//! Sentences about a session's new place and new links. [`crate::l10n::Words::moved_from`] returns the sentence about a
//! new time.

use crate::l10n::{SLOTS, Sentence, Words};
use crate::model::Session;
use crate::revisions::{Edition, LinkChange, News, PlaceChange};

/// Returns one sentence for each recent change. The list is empty if the session is over or cancelled.
pub fn sentences(edition: &Edition, session: &Session, words: &Words) -> Vec<Sentence> {
    let News { place, register, join } = edition.news(session);
    let messages = words.messages();
    let register = register.map(|change| match change {
        LinkChange::Added => messages.register_added(),
        LinkChange::Changed => messages.register_changed(),
        LinkChange::Removed => messages.register_removed(),
    });
    let join = join.map(|change| match change {
        LinkChange::Added => messages.join_added(),
        LinkChange::Changed => messages.join_changed(),
        LinkChange::Removed => messages.join_removed(),
    });
    let links = [register, join].into_iter().flatten();
    let links = links.map(|said| words.sentence(said.to_owned(), []));
    place.as_ref().map(|change| self::place(change, words)).into_iter().chain(links).collect()
}

fn place(change: &PlaceChange, words: &Words) -> Sentence {
    let messages = words.messages();
    let [one, other, ..] = SLOTS;
    match change {
        PlaceChange::Added { now } => words.sentence(messages.place_added(one), [&ended(now)]),
        PlaceChange::Changed { was, now } => {
            words.sentence(messages.place_changed(one, other), [&ended(was), &ended(now)])
        }
        PlaceChange::Removed { was } => words.sentence(messages.place_removed(one), [&ended(was)]),
    }
}

/// Returns the text with a final period, unless it has one: "1 Main St."
fn ended(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}
