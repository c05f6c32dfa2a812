//! The page of everything, and a page for each year.

use std::collections::BTreeMap;

use chrono::Datelike;
use maud::{Markup, PreEscaped, html};

use super::parts::{self, NEXT, Under};
use super::shell::{self, Head};
use crate::l10n::Words;
use crate::model::{Session, When};
use crate::render::{Document, Kind, markdown};
use crate::revisions::Edition;

pub(super) fn documents(edition: &Edition, words: &Words) -> Vec<Document> {
    let years = years(edition);
    let root = root(edition, &years, words).into_string();
    let mut all = vec![Document::new(edition.paths.root(), Kind::Page, root)];
    all.extend(years.iter().map(|(year, sessions)| {
        let body = of_year(edition, *year, sessions, words).into_string();
        Document::new(edition.paths.year(*year), Kind::Page, body)
    }));
    all
}

/// Every session by the year that it starts in, where it is.
fn years(edition: &Edition) -> BTreeMap<i32, Vec<&Session>> {
    let mut years: BTreeMap<i32, Vec<&Session>> = BTreeMap::new();
    for session in &edition.catalog.sessions {
        let year = match &session.when {
            When::Timed(timed) => timed.start.local.year(),
            When::AllDay(days) => days.first.year(),
        };
        years.entry(year).or_default().push(session);
    }
    years
}

fn root(edition: &Edition, years: &BTreeMap<i32, Vec<&Session>>, words: &Words) -> Markup {
    let calendar = &edition.catalog.calendar;
    let (_, to_come) = parts::split(edition, &edition.catalog.sessions);
    let next = &to_come[..to_come.len().min(NEXT)];
    let description = calendar.description.as_ref();
    let feed = &calendar.id;
    let body = html! {
        h1 dir="auto" { (calendar.title) }
        @if let Some(text) = description { (PreEscaped(markdown::to_html_below_a_title(text))) }
        ul.buttons {
            li { a.first href=(edition.paths.feed_page(feed)) { "Subscribe to all sessions" } }
        }
        h2 { "To come" }
        @if next.is_empty() {
            p { "Nothing is announced at the moment. Whoever subscribes will see what comes by itself." }
        } @else {
            (parts::list(edition, next, words, Under::Heading))
        }
        @if to_come.len() > next.len() {
            p { "The next " (NEXT) " of " (to_come.len()) "; later ones stand under their year." }
        }
        @if edition.catalog.series.len() + edition.catalog.selections.len() > 0 {
            h2 { "Subscribe to a part" }
            ul.list {
                @for feed in edition.catalog.feeds().skip(1) {
                    li { h3 dir="auto" { a href=(edition.paths.feed_page(feed.id)) { (feed.title) } } }
                }
            }
        }
        @if !years.is_empty() {
            h2 { "All sessions by year" }
            nav aria-label="Years" {
                ul {
                    @for year in years.keys().rev() {
                        li { a href=(edition.paths.year(*year)) { (year) } }
                    }
                }
            }
        }
    };
    let summary = description.and_then(markdown::to_some_text);
    let summary = summary.map(|text| parts::summary(&text));
    let paths = &edition.paths;
    let title = calendar.title.as_str();
    let alternates = vec![
        ("text/calendar", paths.feed_calendar(feed), title.to_owned()),
        ("application/atom+xml", paths.feed_atom(feed), title.to_owned()),
    ];
    let head = Head { title, path: paths.root(), summary, alternates, ..Head::default() };
    shell::page(edition, &head, &body)
}

fn of_year(edition: &Edition, year: i32, sessions: &[&Session], words: &Words) -> Markup {
    let title = format!("Sessions in {year}");
    let body = html! {
        h1 { (title) }
        (parts::list(edition, sessions, words, Under::Title))
        p { a href=(edition.paths.root()) { "All sessions" } }
    };
    let head = Head { title: &title, path: edition.paths.year(year), ..Head::default() };
    shell::page(edition, &head, &body)
}
