//! Renders the pages of removed sessions and feeds, and the redirects to them.

use maud::html;

use super::redirect;
use super::sentence::isolated;
use super::shell::{Head, Shell};
use crate::document::{Document, Kind};
use crate::l10n::SLOTS;
use crate::revisions::{Edition, Removed, Retired};
use crate::urls::{FeedRoute, SessionRoute};

/// Returns the page of a removed session.
pub fn session(shell: &Shell<'_>, session: &Removed) -> Document {
    let (edition, words) = (shell.edition, shell.words);
    let title = session.revision.published.title.as_str();
    let when = words.start_with_utc(&session.when, &edition.catalog.calendar);
    let said = match session.is_cancelled() {
        true => words.messages().session_removed(),
        false => words.messages().session_over(),
    };
    page(shell, edition.urls.session(&session.id, SessionRoute::Page), title, said, Some(&when))
}

/// Returns the page of a removed feed.
pub fn feed(shell: &Shell<'_>, feed: &Retired) -> Document {
    let said = shell.words.messages().calendar_ended();
    let path = shell.edition.urls.feed(&feed.id, FeedRoute::Page);
    page(shell, path, &feed.title, said, None)
}

/// Returns the redirect from any other address of a removed session to its page. The redirect is temporary, because the
/// session may come back.
pub fn to_session(edition: &Edition, path: String, session: &Removed) -> Document {
    let page = edition.urls.session(&session.id, SessionRoute::Page);
    redirect::lead(path, page, Kind::Redirect, &session.revision.published.title)
}

/// Returns the same redirect for a feed.
pub fn to_feed(edition: &Edition, path: String, feed: &Retired) -> Document {
    let page = edition.urls.feed(&feed.id, FeedRoute::Page);
    redirect::lead(path, page, Kind::Redirect, &feed.title)
}

fn page(shell: &Shell<'_>, path: String, title: &str, said: &str, when: Option<&str>) -> Document {
    let calendar = &shell.edition.catalog.calendar;
    let feed = shell.edition.urls.feed(&calendar.id, FeedRoute::Page);
    let all = shell.words.messages().all_sessions_of(SLOTS[0]);
    let all = shell.words.sentence(all, [calendar.title.as_str()]);
    let body = html! {
        p.say { (said) }
        h1 dir="auto" { (title) }
        @if let Some(when) = when { p.when { s { (when) } } }
        ul.buttons { li { a.first href=(feed) { (isolated(&all)) } } }
    };
    let head = Head { title, path: path.clone(), hidden: true, ..Head::default() };
    Document::new(path, Kind::Page, shell.page(&head, &body).into_string())
}
