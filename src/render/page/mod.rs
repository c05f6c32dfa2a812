//! Pages for people. They work without JavaScript and cookies; what a script adds is a courtesy.

mod calendar;
mod feed;
mod jsonld;
mod parts;
mod session;
pub(super) mod shell;

use maud::{DOCTYPE, Markup, html};

use super::words::Words;
use super::{Document, Kind};
use crate::paths::Paths;
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

/// The page for a path where nothing is.
pub fn not_found(paths: &Paths) -> String {
    let body = html! {
        h1 { "There is nothing here" }
        p { "The address may be mistyped. " a href=(paths.root()) { "All sessions" } }
    };
    error("Not found", &body).into_string()
}

/// The page for a path where something was that is gone for good.
pub fn gone(paths: &Paths) -> String {
    let body = html! {
        h1 { "This is no more" }
        p { "What stood here was removed long ago. " a href=(paths.root()) { "All sessions" } }
    };
    error("Gone", &body).into_string()
}

/// The page for a method that is not answered.
pub fn not_allowed() -> String {
    let body = html! { h1 { "Only GET and HEAD are answered here" } };
    error("Method not allowed", &body).into_string()
}

fn error(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
            }
            body { main { (body) } }
        }
    }
}
