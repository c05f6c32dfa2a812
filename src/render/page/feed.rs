//! A feed's page, which leads each reader to the right way of subscribing, and its list for frames.

use maud::{Markup, PreEscaped, html};

use super::parts::{self, NEXT, Under};
use super::shell::{self, Head};
use crate::l10n::Words;
use crate::model::{Feed, Session};
use crate::paths::Target;
use crate::render::{Document, Kind, markdown};
use crate::revisions::Edition;

/// How many sessions a frame shows.
const FRAMED: usize = 10;

pub(super) fn documents(edition: &Edition, feed: &Feed<'_>, words: &Words) -> [Document; 2] {
    let page = page(edition, feed, words).into_string();
    let embed = embed(edition, feed, words).into_string();
    [
        Document::new(edition.paths.feed_page(feed.id), Kind::Page, page),
        Document::new(edition.paths.feed_embed(feed.id), Kind::Embed, embed),
    ]
}

fn page(edition: &Edition, feed: &Feed<'_>, words: &Words) -> Markup {
    let paths = &edition.paths;
    let (past, to_come) = parts::split(edition, edition.sessions_of(feed));
    let next = &to_come[..to_come.len().min(NEXT)];
    // The latest of the past first; all of them stand on the pages of their years.
    let last: Vec<&Session> = past.iter().rev().take(NEXT).copied().collect();
    let body = html! {
        h1 dir="auto" { (feed.title) }
        @if let Some(text) = feed.description { (PreEscaped(markdown::to_html_below_a_title(text))) }
        // Nobody can do it on paper.
        section { (subscribe(edition, feed)) }
        h2 { "To come" }
        @if next.is_empty() {
            p { "Nothing is announced at the moment. Whoever subscribes will see what comes by itself." }
        } @else {
            (parts::list(edition, next, words, Under::Heading))
        }
        @if to_come.len() > next.len() {
            p { "These are the next " (NEXT) " of " (to_come.len()) "; the calendar holds them all." }
        }
        @if !last.is_empty() {
            h2 { "Past" }
            (parts::list(edition, &last, words, Under::Heading))
        }
        p { a href=(paths.root()) { "All sessions" } }
    };
    let summary = feed.description.and_then(markdown::to_some_text);
    let summary = summary.map(|text| parts::summary(&text));
    let title = feed.title.as_str();
    let alternates = vec![
        ("text/calendar", paths.feed_calendar(feed.id), title.to_owned()),
        ("application/atom+xml", paths.feed_atom(feed.id), title.to_owned()),
        ("application/json", paths.feed_json(feed.id), title.to_owned()),
    ];
    let head =
        Head { title, path: paths.feed_page(feed.id), summary, alternates, ..Head::default() };
    shell::page(edition, &head, &body)
}

/// One way for each kind of calendar: no link works for all of them.
fn subscribe(edition: &Edition, feed: &Feed<'_>) -> Markup {
    let paths = &edition.paths;
    let path = paths.feed_calendar(feed.id);
    html! {
        h2 id="subscribe" { "Subscribe" }
        p { "A calendar that you subscribe to updates itself: new sessions and changed times appear without your doing." }
        ul.buttons {
            li { a.first href=(paths.subscribe(&path)) { "Apple Calendar" } }
            @for target in Target::ALL {
                li { a href=(paths.feed_target(feed.id, target)) { (target.name()) } }
            }
        }
        div.field {
            label for="address" { "The address, for every other app" }
            input id="address" type="text" readonly value=(paths.absolute(&path));
        }
        details {
            summary { "Outlook for Windows, Thunderbird, Proton, Fastmail and others" }
            p { "Copy the address above. In your calendar look for " em { "Add calendar" } ", " em { "Subscribe" } " or "
                em { "From the internet" } ", and paste it there." }
            p { "In Yahoo Calendar choose " em { "Follow other calendars" } " and paste it." }
        }
        details {
            summary { "Android" }
            p { "The Google Calendar app on a phone cannot subscribe by itself. Open this page on a computer, choose "
                em { "Google Calendar" } ", and your phone will show the calendar too." }
            p { "Without a computer: the free app ICSx5 subscribes to the address above." }
        }
        details {
            summary { "How fast changes appear" }
            p { "That is up to your calendar: Apple looks about every hour, Outlook every few hours, Google a few times a day." }
        }
    }
}

fn embed(edition: &Edition, feed: &Feed<'_>, words: &Words) -> Markup {
    let (_, to_come) = parts::split(edition, edition.sessions_of(feed));
    let next = &to_come[..to_come.len().min(FRAMED)];
    let body = html! {
        h1 dir="auto" { (feed.title) }
        @if next.is_empty() {
            p { "Nothing is announced at the moment." }
        } @else {
            (parts::list(edition, next, words, Under::Frame))
        }
        ul.buttons {
            li { a href=(edition.paths.feed_page(feed.id)) target="_blank" { "Subscribe" } }
        }
    };
    let path = edition.paths.feed_page(feed.id);
    let head = Head { title: feed.title.as_str(), path, hidden: true, ..Head::default() };
    shell::bare(edition, &head, &body)
}
