//! Pages for people. They work without JavaScript and cookies; what a script adds is a courtesy.

mod calendar;
mod feed;
mod jsonld;
mod parts;
mod session;
pub(super) mod shell;

use super::{Document, Kind};
use crate::l10n::Words;
use crate::revisions::Edition;

/// Every page of an edition, and what pages need.
pub(super) fn documents(edition: &Edition, words: &Words) -> Vec<Document> {
    let mut all = calendar::documents(edition, words);
    for feed in edition.catalog.feeds() {
        all.extend(feed::documents(edition, &feed, words));
    }
    all.extend(edition.catalog.sessions.iter().map(|session| {
        let path = edition.paths.session_page(&session.id);
        let body = session::page(edition, session, words).into_string();
        Document::new(path, Kind::Page, body)
    }));
    all.extend(shell::assets(edition));
    // Google's fetcher of feeds obeys this file, and has failed where it was missing.
    let robots = "User-agent: *\nAllow: /\n";
    all.push(Document::new(edition.paths.robots(), Kind::Robots, robots));
    all
}
