//! Sentences about a session's new place and new links. [`crate::l10n::Words::moved_from`] has the one about a
//! new time.

use crate::model::Session;
use crate::revisions::{Edition, LinkChange, News, PlaceChange};

/// One sentence for each change that is news; none if the session is over or cancelled.
pub fn sentences(edition: &Edition, session: &Session) -> Vec<String> {
    let News { place, register, join } = edition.news(session);
    let links = [(register, "register"), (join, "join")];
    let links = links.into_iter().filter_map(|(change, verb)| Some(link(change?, verb)));
    place.as_ref().map(self::place).into_iter().chain(links).collect()
}

fn place(change: &PlaceChange) -> String {
    match change {
        PlaceChange::Added { now } => format!("There is now a place: {}", ended(now)),
        PlaceChange::Changed { was, now } => {
            format!("The place has changed. Was: {} Now: {}", ended(was), ended(now))
        }
        PlaceChange::Removed { was } => {
            format!("This session is no longer at {}", ended(was))
        }
    }
}

fn link(change: LinkChange, verb: &str) -> String {
    match change {
        LinkChange::Added => format!("There is now a link to {verb}."),
        LinkChange::Changed => format!("The link to {verb} has changed."),
        LinkChange::Removed => format!("There is no longer a link to {verb}."),
    }
}

/// With a full stop, unless it has one: "1 Main St."
fn ended(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}
