//! Renders the page for subscribing in Apple Calendar.

use maud::html;

use super::sentence::{filled, isolated};
use super::shell::{Head, Shell};
use crate::document::{Document, Kind};
use crate::l10n::SLOTS;
use crate::model::Feed;
use crate::urls::FeedRoute;

/// The name of the app.
pub(super) const APPLE: &str = "Apple Calendar";

/// Renders the page for subscribing in Apple Calendar. A redirect would fail in in-app browsers that do not know the
/// scheme, so the page tells their users how to continue.
pub fn apple(shell: &Shell<'_>, feed: &Feed<'_>) -> Document {
    let urls = &shell.edition.urls;
    let calendar = urls.feed(feed.id, FeedRoute::Calendar);
    let address = urls.absolute(&calendar);
    let (words, messages) = (shell.words, shell.words.messages());
    let title = messages.subscribe_in(APPLE, SLOTS[0]);
    let title = words.sentence(title, [feed.title.as_str()]);
    let body = html! {
        h1 { (isolated(&title)) }
        ul.buttons { li { a.first href=(urls.subscribe(&calendar)) { (messages.apple_open()) } } }
        h2 { (messages.apple_nothing_happens()) }
        ul {
            li { (messages.apple_in_apps()) }
            li { (messages.apple_iphone()) }
            li { (messages.apple_mac()) }
        }
        p { (filled(&messages.apple_address(SLOTS[0]), [html! { a href=(calendar) { (address) } }])) }
        p { a href=(urls.feed(feed.id, FeedRoute::Page)) { (messages.apple_others()) } }
    };
    let path = urls.feed(feed.id, FeedRoute::Apple);
    let head =
        Head { title: &title.to_string(), path: path.clone(), hidden: true, ..Head::default() };
    Document::new(path, Kind::Page, shell.page(&head, &body).into_string())
}
