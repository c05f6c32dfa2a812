//! A session's page: what, when, where, who, and how to add it to a calendar.

use maud::{Markup, PreEscaped, html};

use super::shell::{self, Head};
use super::{jsonld, parts};
use crate::l10n::Words;
use crate::model::{Session, Status};
use crate::paths::Target;
use crate::render::{markdown, news};
use crate::revisions::Edition;

pub(super) fn page(edition: &Edition, session: &Session, words: &Words) -> Markup {
    let open = session.status != Status::Cancelled && !edition.is_past(session);
    let body = html! {
        (said_first(edition, session, words))
        h1 dir="auto" { (session.title) }
        p.when { (parts::time(edition, session, words)) }
        @if let Some(utc) = parts::utc(session, words) { p.utc { (utc) } }
        (place(session))
        @if open { (take_part(session)) }
        @if let Some(text) = &session.description {
            div dir="auto" { (PreEscaped(markdown::to_html_below_a_title(text))) }
        }
        @if let Some(page) = &session.page {
            p { a href=(page) { "More about this session" } }
        }
        // Sections are what nobody can do on paper.
        @if open { section { (add(edition, session)) } }
        section { (subscribe(edition, session, open)) }
    };
    let text = session.description.as_ref().map(markdown::to_text).unwrap_or_default();
    let when = words.start(&session.when, &edition.catalog.calendar);
    let summary = Some(parts::summary(&format!("{when}. {text}")));
    let title = session.title.as_str();
    let alternates = vec![("text/calendar", edition.paths.invite(&session.id), title.to_owned())];
    let json_ld = Some(jsonld::event(edition, session));
    let path = edition.paths.session_page(&session.id);
    shell::page(edition, &Head { title, path, summary, alternates, json_ld, hidden: false }, &body)
}

/// What has to be said first, and what readers may not know yet, in lines.
fn said_first(edition: &Edition, session: &Session, words: &Words) -> Markup {
    let state = parts::state(edition, session, words);
    let said: Vec<String> = state.into_iter().chain(news::sentences(edition, session)).collect();
    html! {
        @if let Some((first, others)) = said.split_first() {
            p.say { (first) @for other in others { br; (other) } }
        }
    }
}

fn place(session: &Session) -> Markup {
    html! {
        @match (&session.place, &session.join) {
            (Some(place), Some(_)) => { p dir="auto" { (place.line()) ", and online" } }
            (Some(place), None) => { p dir="auto" { (place.line()) } }
            (None, Some(_)) => { p { "Online" } }
            (None, None) => {}
        }
    }
}

fn take_part(session: &Session) -> Markup {
    html! {
        @if session.register.is_some() || session.join.is_some() {
            ul.buttons {
                @if let Some(url) = &session.register { li { a.first href=(url) { "Register" } } }
                @if let Some(url) = &session.join {
                    li { a.first[session.register.is_none()] href=(url) { "Join" } }
                }
            }
        }
    }
}

fn add(edition: &Edition, session: &Session) -> Markup {
    let paths = &edition.paths;
    html! {
        h2 id="add" { "Add this session to your calendar" }
        p { "A copy that does not update if the session moves." }
        ul.buttons {
            @for target in Target::ALL {
                li { a href=(paths.session_target(&session.id, target)) { (target.name()) } }
            }
            li { a href=(paths.invite(&session.id)) { "Any other app (.ics)" } }
        }
    }
}

fn subscribe(edition: &Edition, session: &Session, open: bool) -> Markup {
    let home = edition.catalog.home_feed(session);
    let title = edition.feed(home).map(|feed| feed.title);
    html! {
        h2 { @if open { "Or subscribe" } @else { "Subscribe" } }
        p { "A calendar that you subscribe to updates itself." }
        ul.buttons {
            li {
                a href=(edition.paths.feed_page(home)) {
                    "All of " @if let Some(title) = title { (title) } @else { "them" }
                }
            }
        }
    }
}
