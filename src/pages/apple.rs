//! The page for subscribing in Apple Calendar.

use maud::html;

use super::shell::{Head, Shell};
use crate::document::{Document, Kind};
use crate::model::Feed;
use crate::urls::FeedRoute;

/// The page for subscribing in Apple Calendar. It is no redirect: in-app browsers end at a scheme that they do not know, and what is left
/// must say how to go on.
pub fn apple(shell: &Shell<'_>, feed: &Feed<'_>) -> Document {
    let urls = &shell.edition.urls;
    let calendar = urls.feed(feed.id, FeedRoute::Calendar);
    let address = urls.absolute(&calendar);
    let title = format!("Subscribe in Apple Calendar: {}", feed.title);
    let body = html! {
        h1 { (title) }
        ul.buttons { li { a.first href=(urls.subscribe(&calendar)) { "Open in Apple Calendar" } } }
        h2 { "If nothing happens" }
        ul {
            li { "In a mail or chat app: open this page in Safari first, then use the link above." }
            li {
                "On an iPhone or iPad: Settings, Apps, Calendar, Calendar Accounts, Add Account, \
                 Other, Add Subscribed Calendar. Paste the address below."
            }
            li { "On a Mac: Calendar, File, New Calendar Subscription. Paste the address below." }
        }
        p { "The address: " a href=(calendar) { (address) } }
        p { a href=(urls.feed(feed.id, FeedRoute::Page)) { "Other calendars" } }
    };
    let path = urls.feed(feed.id, FeedRoute::Apple);
    let head = Head { title: &title, path: path.clone(), hidden: true, ..Head::default() };
    Document::new(path, Kind::Page, shell.page(&head, &body).into_string())
}
