//! Addresses of ids that sessions and feeds had before: whatever was printed in a newsletter
//! or subscribed to keeps working.

use std::collections::HashMap;

use super::{Document, Kind, links};
use crate::model::Id;
use crate::revisions::Edition;

/// The documents at former addresses, given all that stand at present ones.
///
/// Pages lead on for good. Calendars answer themselves: many apps follow no redirect, and some
/// forget the old address when they do.
pub(super) fn documents(edition: &Edition, present: &[Document]) -> Vec<Document> {
    let catalog = &edition.catalog;
    let sessions =
        catalog.sessions.iter().map(|session| (&session.id, edition.former(&session.id)));
    let feeds = catalog.feeds().map(|feed| (feed.id, edition.former_of_feed(feed.id)));
    let sessions: Vec<(&Id, &[Id])> = sessions.filter(|(_, was)| !was.is_empty()).collect();
    let feeds: Vec<(&Id, &[Id])> = feeds.filter(|(_, was)| !was.is_empty()).collect();
    let removed: Vec<(&Id, &[Id])> =
        edition.removed().map(|gone| (&gone.id, gone.was.as_slice())).collect();
    let retired: Vec<(&Id, &[Id])> =
        edition.retired().map(|gone| (&gone.id, gone.was.as_slice())).collect();
    if [&sessions, &feeds, &removed, &retired].iter().all(|none| none.is_empty()) {
        return Vec::new();
    }
    let by_path: HashMap<&str, &Document> =
        present.iter().map(|document| (document.path.as_str(), document)).collect();
    let paths = &edition.paths;
    let mut all = Vec::new();
    let mut add = |old: String, new: String| {
        let Some(document) = by_path.get(new.as_str()) else { return };
        all.push(match document.kind {
            Kind::Atom | Kind::Feed | Kind::Invite | Kind::Json => {
                Document { path: old, ..(*document).clone() }
            }
            _ => links::lead(old, new, Kind::Moved, "This address has changed"),
        });
    };
    for (new, was) in sessions {
        for old in was {
            add(paths.invite(old), paths.invite(new));
            for (old, new) in paths.session_pages(old).into_iter().zip(paths.session_pages(new)) {
                add(old, new);
            }
        }
    }
    for (new, was) in feeds {
        for old in was {
            let addresses = |id| paths.feed_data(id).into_iter().chain(paths.feed_pages(id));
            for (old, new) in addresses(old).zip(addresses(new)) {
                add(old, new);
            }
        }
    }
    // Their pages stand with what is gone.
    for (new, was) in removed {
        for old in was {
            add(paths.invite(old), paths.invite(new));
        }
    }
    for (new, was) in retired {
        for old in was {
            add(paths.feed_calendar(old), paths.feed_calendar(new));
        }
    }
    all
}
