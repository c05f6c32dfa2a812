//! Renders a feed's page, with a button to subscribe for each calendar app, and its list for frames on other sites.

use maud::{Markup, PreEscaped, html};

use super::apple::APPLE;
use super::parts::{self, NEXT, Under};
use super::sentence::filled;
use super::shell::{Head, Shell};
use super::undated;
use crate::document::{Document, Kind};
use crate::l10n::{Messages, SLOTS};
use crate::markdown;
use crate::model::{Feed, Session};
use crate::revisions::Edition;
use crate::urls::{FeedRoute, Target};

/// The largest number of sessions in a frame.
const FRAMED: usize = 10;

/// Renders a feed's page.
pub fn feed(shell: &Shell<'_>, feed: &Feed<'_>) -> Document {
    let path = shell.edition.urls.feed(feed.id, FeedRoute::Page);
    Document::new(path, Kind::Page, page(shell, feed).into_string())
}

/// Renders a feed's list for frames on other sites.
pub fn embed(shell: &Shell<'_>, feed: &Feed<'_>) -> Document {
    let path = shell.edition.urls.feed(feed.id, FeedRoute::Embed);
    Document::new(path, Kind::Embed, frame(shell, feed).into_string())
}

fn page(shell: &Shell<'_>, feed: &Feed<'_>) -> Markup {
    let (edition, words) = (shell.edition, shell.words);
    let messages = words.messages();
    let urls = &edition.urls;
    let (past, to_come) = parts::split(edition, edition.sessions_of(feed));
    // The list has past sessions with the latest first; the year pages have all of them.
    let last: Vec<&Session> = past.iter().rev().take(NEXT).copied().collect();
    let body = html! {
        h1 dir="auto" { (feed.title) }
        @if let Some(text) = feed.description { (PreEscaped(markdown::to_html_below_a_title(text))) }
        // The section is hidden in print, because paper has no buttons.
        section { (subscribe(edition, feed, messages)) }
        (parts::upcoming(edition, &to_come, words, |shown, all| messages.next_of_feed(shown, all)))
        (undated::list(edition, edition.catalog.undated_of(feed.id), words, Under::Heading))
        @if !last.is_empty() {
            h2 { (messages.past()) }
            (parts::list(edition, &last, words, Under::Heading))
        }
        p { a href=(urls.root()) { (messages.all_sessions()) } }
    };
    let summary = feed.description.and_then(markdown::to_some_text);
    let summary = summary.map(|text| parts::summary(&text));
    let title = feed.title.as_str();
    let alternates = vec![
        ("text/calendar", urls.feed(feed.id, FeedRoute::Calendar), title.to_owned()),
        ("application/atom+xml", urls.feed(feed.id, FeedRoute::Atom), title.to_owned()),
        ("application/json", urls.feed(feed.id, FeedRoute::Json), title.to_owned()),
    ];
    let head = Head {
        title,
        path: urls.feed(feed.id, FeedRoute::Page),
        summary,
        alternates,
        ..Head::default()
    };
    shell.page(&head, &body)
}

/// Returns one button per calendar app, because no link works in all of them.
fn subscribe(edition: &Edition, feed: &Feed<'_>, messages: &Messages) -> Markup {
    let urls = &edition.urls;
    let path = urls.feed(feed.id, FeedRoute::Calendar);
    html! {
        h2 id="subscribe" { (messages.subscribe()) }
        p { (messages.new_sessions_appear()) }
        ul.buttons {
            li { a.first href=(urls.subscribe(&path)) { (APPLE) } }
            @for target in Target::ALL {
                li { a href=(urls.feed(feed.id, FeedRoute::Target(target))) { (target.name()) } }
            }
        }
        div.field {
            label for="address" { (messages.address_for_others()) }
            input id="address" type="text" readonly value=(urls.absolute(&path));
        }
        details {
            summary { (messages.others()) }
            @let [add, subscribe, internet, ..] = SLOTS;
            p {
                (filled(&messages.others_how(add, subscribe, internet), [
                    html! { em { (messages.other_add()) } },
                    html! { em { (messages.other_subscribe()) } },
                    html! { em { (messages.other_internet()) } },
                ]))
            }
            p { (filled(&messages.yahoo_how(SLOTS[0]), [html! { em { (messages.yahoo_follow()) } }])) }
        }
        details {
            summary { (messages.android()) }
            p { (filled(&messages.android_how(SLOTS[0]), [html! { em { (Target::Google.name()) } }])) }
            p { (messages.android_without_computer()) }
        }
        details {
            summary { (messages.how_fast()) }
            p { (messages.how_fast_text()) }
        }
    }
}

fn frame(shell: &Shell<'_>, feed: &Feed<'_>) -> Markup {
    let (edition, words) = (shell.edition, shell.words);
    let messages = words.messages();
    let (_, to_come) = parts::split(edition, edition.sessions_of(feed));
    let next = &to_come[..to_come.len().min(FRAMED)];
    let body = html! {
        h1 dir="auto" { (feed.title) }
        @if next.is_empty() {
            p { (messages.no_sessions_in_frame()) }
        } @else {
            (parts::list(edition, next, words, Under::Frame))
        }
        (undated::list(edition, edition.catalog.undated_of(feed.id), words, Under::Frame))
        ul.buttons {
            li { a href=(edition.urls.feed(feed.id, FeedRoute::Page)) target="_blank" { (messages.subscribe()) } }
        }
    };
    let path = edition.urls.feed(feed.id, FeedRoute::Page);
    let head = Head { title: feed.title.as_str(), path, hidden: true, ..Head::default() };
    shell.bare(&head, &body)
}
