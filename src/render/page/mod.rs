//! Pages for people: plain HTML that works without JavaScript, styles and cookies.

use maud::{DOCTYPE, Markup, PreEscaped, html};

pub(super) mod shell;

use super::words::Words;
use super::{Document, Kind, markdown};
use crate::model::{Feed, Session, Status};
use crate::paths::Paths;
use crate::revisions::Edition;
use shell::Head;

/// Every page of an edition, and what pages need.
pub(super) fn documents(edition: &Edition, words: &Words) -> Vec<Document> {
    let page = |path: String, body: Markup| Document::new(path, Kind::Page, body.into_string());
    let mut all = vec![page(edition.paths.root(), root(edition, words))];
    all.extend(
        edition
            .catalog
            .feeds()
            .map(|feed| page(edition.paths.feed_page(feed.id), feed_page(edition, &feed, words))),
    );
    all.extend(edition.catalog.sessions.iter().map(|session| {
        page(edition.paths.session_page(&session.id), session_page(edition, session, words))
    }));
    // Google's fetcher of feeds obeys this file, and has failed where it was missing.
    let robots = "User-agent: *\nAllow: /\n";
    all.extend(shell::assets(edition));
    all.push(Document::new(edition.paths.robots().to_owned(), Kind::Robots, robots));
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
                title { (title) }
            }
            body { main { (body) } }
        }
    }
}

fn root(edition: &Edition, words: &Words) -> Markup {
    let calendar = &edition.catalog.calendar;
    let (past, to_come): (Vec<&Session>, Vec<&Session>) =
        edition.catalog.sessions.iter().partition(|session| edition.is_past(session));
    let body = html! {
        h1 { (calendar.title) }
        @if let Some(text) = &calendar.description { (PreEscaped(markdown::to_html(text))) }
        h2 { "Subscribe" }
        ul {
            @for feed in edition.catalog.feeds() {
                li { a href=(edition.paths.feed_page(feed.id)) { (feed.title) } }
            }
        }
        (list(edition, "To come", &to_come, words))
        (list(edition, "Past", &past, words))
    };
    let head =
        Head { title: calendar.title.as_str(), path: edition.paths.root(), ..Head::default() };
    shell::page(edition, &head, &body)
}

fn feed_page(edition: &Edition, feed: &Feed<'_>, words: &Words) -> Markup {
    let path = edition.paths.feed_calendar(feed.id);
    let address = edition.paths.absolute(&path);
    let (past, to_come): (Vec<&Session>, Vec<&Session>) =
        edition.sessions_of(feed).into_iter().partition(|session| edition.is_past(session));
    let body = html! {
        h1 { (feed.title) }
        @if let Some(text) = feed.description { (PreEscaped(markdown::to_html(text))) }
        h2 { "Subscribe" }
        p { "A calendar that you subscribe to keeps itself up to date." }
        ul {
            li { a href=(edition.paths.subscribe(&path)) { "Subscribe on this device" } }
            li { "Any calendar app, by address: " a href=(path) { (address) } }
        }
        (list(edition, "To come", &to_come, words))
        (list(edition, "Past", &past, words))
        p { a href=(edition.paths.root()) { (edition.catalog.calendar.title) } }
    };
    let path = edition.paths.feed_page(feed.id);
    let head = Head { title: feed.title.as_str(), path, ..Head::default() };
    shell::page(edition, &head, &body)
}

fn list(edition: &Edition, heading: &str, sessions: &[&Session], words: &Words) -> Markup {
    html! {
        @if !sessions.is_empty() {
            h2 { (heading) }
            ul {
                @for session in sessions {
                    li {
                        a href=(edition.paths.session_page(&session.id)) { (session.title) }
                        br;
                        (said(session)) (when(edition, session, words))
                    }
                }
            }
        }
    }
}

fn session_page(edition: &Edition, session: &Session, words: &Words) -> Markup {
    let catalog = &edition.catalog;
    let home = catalog.home_feed(session);
    let body = html! {
        h1 { (session.title) }
        p { (said(session)) (when(edition, session, words)) }
        @if let Some(place) = &session.place { p { (place.line()) } }
        @if let Some(text) = &session.description { (PreEscaped(markdown::to_html(text))) }
        ul {
            @if let Some(url) = &session.register { li { a href=(url) { "Register" } } }
            @if let Some(url) = &session.join { li { a href=(url) { "Join" } } }
            @if let Some(url) = &session.page { li { a href=(url) { "More about this session" } } }
            li {
                a href=(edition.paths.invite(&session.id)) { "Add this session to your calendar" }
                " (a copy that does not update)"
            }
            li {
                a href=(edition.paths.feed_page(home)) { "Subscribe to all sessions" }
                " (updates itself)"
            }
        }
        @if let Some(organizer) = &catalog.calendar.organizer {
            p {
                "Hosted by "
                @match &organizer.url {
                    Some(url) => a href=(url) { (organizer.name) },
                    None => (organizer.name),
                }
            }
        }
    };
    let path = edition.paths.session_page(&session.id);
    let head = Head { title: session.title.as_str(), path, ..Head::default() };
    shell::page(edition, &head, &body)
}

fn when(edition: &Edition, session: &Session, words: &Words) -> Markup {
    let start = match &session.when {
        crate::model::When::Timed(timed) => timed.start.instant.to_rfc3339(),
        crate::model::When::AllDay(days) => days.first.to_string(),
    };
    let text = words.start_with_utc(&session.when, &edition.catalog.calendar.also_in);
    html! { time datetime=(start) { (text) } }
}

fn said(session: &Session) -> Markup {
    html! {
        @match session.status {
            Status::Cancelled => { strong { "Cancelled." } " " }
            Status::Tentative => { strong { "Not certain yet." } " " }
            Status::Confirmed => {}
        }
    }
}
