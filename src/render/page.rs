//! Pages for people: plain HTML that works without JavaScript, styles and cookies.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::words::Words;
use super::{Document, Kind, markdown};
use crate::model::{Feed, Session, Status};
use crate::paths::Paths;
use crate::revisions::Edition;

/// Every page of an edition.
pub fn pages(edition: &Edition) -> Vec<Document> {
    let words = Words::new(&edition.catalog.calendar.language);
    let root = Document {
        path: edition.paths.root(),
        kind: Kind::Page,
        file_name: None,
        body: root(edition, &words).into_string(),
        last_modified: None,
    };
    let page = |path: String, body: Markup| Document {
        path,
        kind: Kind::Page,
        file_name: None,
        body: body.into_string(),
        last_modified: None,
    };
    let feeds = edition
        .catalog
        .feeds()
        .map(|feed| page(edition.paths.feed_page(feed.id), feed_page(edition, &feed, &words)));
    let sessions = edition.catalog.sessions.iter().map(|session| {
        page(edition.paths.session_page(&session.id), session_page(edition, session, &words))
    });
    let robots = Document {
        path: edition.paths.robots().to_owned(),
        kind: Kind::Robots,
        file_name: None,
        // Google's fetcher of feeds obeys this file, and has failed where it was missing.
        body: "User-agent: *\nAllow: /\n".to_owned(),
        last_modified: None,
    };
    std::iter::once(root).chain(feeds).chain(sessions).chain([robots]).collect()
}

/// The page for a path where nothing is.
pub fn not_found(paths: &Paths) -> String {
    let body = html! {
        h1 { "There is nothing here" }
        p { "The address may be mistyped. " a href=(paths.root()) { "All sessions" } }
    };
    shell("en", "Not found", &body).into_string()
}

/// The page for a method that is not answered.
pub fn not_allowed() -> String {
    let body = html! { h1 { "Only GET and HEAD are answered here" } };
    shell("en", "Method not allowed", &body).into_string()
}

fn shell(language: &str, title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language) {
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
    shell(calendar.language.as_str(), calendar.title.as_str(), &body)
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
    shell(edition.catalog.calendar.language.as_str(), feed.title.as_str(), &body)
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
    shell(catalog.calendar.language.as_str(), session.title.as_str(), &body)
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
