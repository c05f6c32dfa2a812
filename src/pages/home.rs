//! Renders the home page, and a page for each year.

use std::collections::BTreeMap;

use chrono::Datelike;
use maud::{Markup, PreEscaped, html};

use super::parts::{self, Under};
use super::shell::{Head, Shell};
use super::undated;
use crate::document::{Document, Kind};
use crate::markdown;
use crate::model::{Catalog, Session, When};
use crate::urls::{Address, FeedRoute};

/// Returns the years in which sessions start, in the session's own zone, with the number of sessions in each.
pub fn years(catalog: &Catalog) -> BTreeMap<i32, usize> {
    let mut years = BTreeMap::new();
    for session in &catalog.sessions {
        *years.entry(year_of(session)).or_default() += 1;
    }
    years
}

/// Renders the home page.
pub fn home(shell: &Shell<'_>) -> Document {
    Document::new(shell.edition.urls.root(), Kind::Page, root(shell).into_string())
}

/// Renders the page of the sessions that start in a year.
pub fn year(shell: &Shell<'_>, year: i32) -> Document {
    let path = shell.edition.urls.path(Address::Year(year));
    Document::new(path, Kind::Page, of_year(shell, year).into_string())
}

fn year_of(session: &Session) -> i32 {
    match &session.when {
        When::Timed(timed) => timed.start.local.year(),
        When::AllDay(days) => days.first.year(),
    }
}

fn root(shell: &Shell<'_>) -> Markup {
    let (edition, words) = (shell.edition, shell.words);
    let messages = words.messages();
    let years = years(&edition.catalog);
    let calendar = &edition.catalog.calendar;
    let (_, to_come) = parts::split(edition, &edition.catalog.sessions);
    let description = calendar.description.as_ref();
    let feed = &calendar.id;
    let body = html! {
        h1 dir="auto" { (calendar.title) }
        @if let Some(text) = description { (PreEscaped(markdown::to_html_below_a_title(text))) }
        ul.buttons {
            li { a.first href=(edition.urls.feed(feed, FeedRoute::Page)) { (messages.subscribe_to_all_sessions()) } }
        }
        (parts::upcoming(edition, &to_come, words, |shown, all| messages.next_of_all(shown, all)))
        (undated::list(edition, edition.catalog.undated.iter(), words, Under::Heading))
        @if edition.catalog.feeds().nth(1).is_some() {
            h2 { (messages.subscribe_to_series()) }
            ul.list {
                @for feed in edition.catalog.feeds().skip(1) {
                    li { h3 dir="auto" { a href=(edition.urls.feed(feed.id, FeedRoute::Page)) { (feed.title) } } }
                }
            }
        }
        @if !years.is_empty() {
            h2 { (messages.sessions_by_year()) }
            nav aria-label=(messages.years()) {
                ul {
                    @for year in years.keys().rev() {
                        li { a href=(edition.urls.path(Address::Year(*year))) { (year) } }
                    }
                }
            }
        }
    };
    let summary = description.and_then(markdown::to_some_text);
    let summary = summary.map(|text| parts::summary(&text));
    let urls = &edition.urls;
    let title = calendar.title.as_str();
    let alternates = vec![
        ("text/calendar", urls.feed(feed, FeedRoute::Calendar), title.to_owned()),
        ("application/atom+xml", urls.feed(feed, FeedRoute::Atom), title.to_owned()),
    ];
    let head = Head { title, path: urls.root(), summary, alternates, ..Head::default() };
    shell.page(&head, &body)
}

fn of_year(shell: &Shell<'_>, year: i32) -> Markup {
    let (edition, words) = (shell.edition, shell.words);
    let messages = words.messages();
    let sessions = edition.catalog.sessions.iter().filter(|session| year_of(session) == year);
    let sessions: Vec<&Session> = sessions.collect();
    let title = messages.sessions_in_year(year.to_string());
    let body = html! {
        h1 { (title) }
        (parts::list(edition, &sessions, words, Under::Title))
        p { a href=(edition.urls.root()) { (messages.all_sessions()) } }
    };
    let head =
        Head { title: &title, path: edition.urls.path(Address::Year(year)), ..Head::default() };
    shell.page(&head, &body)
}
