//! Makes the redirects of permanent addresses: into web calendars, to links of a session, to the next session.
//!
//! Newsletters link to addresses of this site. Each edition sets their targets, so a link from months ago shows the
//! current time.

use maud::html;

use super::shell::plain;
use crate::document::{Document, Kind};
use crate::l10n::{SLOTS, Sentence, Words};
use crate::links::{add, subscribe};
use crate::model::{Feed, HttpUrl, Session, Status};
use crate::revisions::Edition;
use crate::urls::{Address, FeedRoute, SessionRoute, Target};

/// Returns the redirect that adds a session to a web calendar. For a cancelled session, it leads to the session's page,
/// because readers should not add the session.
pub fn session_target(
    edition: &Edition,
    session: &Session,
    target: Target,
    words: &Words,
) -> Document {
    let path = edition.urls.session(&session.id, SessionRoute::Target(target));
    if session.status == Status::Cancelled {
        return to_page(edition, session, path);
    }
    let label = words.messages().add_title_to(target.name(), SLOTS[0]);
    let label = words.sentence(label, [session.title.as_str()]);
    redirect(path, add(target, session, edition, words), &label.to_string())
}

/// Returns whether a session has an address that redirects to the registration. A session has it if it has the link or
/// once had the link, because newsletters may contain the address.
pub fn has_register(edition: &Edition, session: &Session) -> bool {
    edition.revision(session).published.links.contains("register")
}

/// Returns whether a session has an address that redirects to its online meeting, by the same rule.
pub fn has_join(edition: &Edition, session: &Session) -> bool {
    edition.revision(session).published.links.contains("join")
}

/// Returns the redirect to the registration of a session.
pub fn register(edition: &Edition, session: &Session, words: &Words) -> Document {
    let path = edition.urls.session(&session.id, SessionRoute::Register);
    let label = words.messages().register_for(SLOTS[0]);
    let label = words.sentence(label, [session.title.as_str()]);
    link(edition, session, path, &label, edition.register(session))
}

/// Returns the redirect to the online meeting of a session.
pub fn join(edition: &Edition, session: &Session, words: &Words) -> Document {
    let path = edition.urls.session(&session.id, SessionRoute::Join);
    let label = words.messages().join_in(SLOTS[0]);
    let label = words.sentence(label, [session.title.as_str()]);
    link(edition, session, path, &label, session.join.as_ref())
}

/// Returns the redirect to a web calendar that subscribes to a feed.
pub fn feed_target(edition: &Edition, feed: &Feed<'_>, target: Target, words: &Words) -> Document {
    let label = words.messages().subscribe_in(target.name(), SLOTS[0]);
    let label = words.sentence(label, [feed.title.as_str()]);
    let path = edition.urls.feed(feed.id, FeedRoute::Target(target));
    redirect(path, subscribe(target, feed, edition), &label.to_string())
}

/// Returns the redirect to the next session of all.
pub fn next(edition: &Edition) -> Document {
    let (page, title) = (edition.urls.root(), edition.catalog.calendar.title.as_str());
    let path = edition.urls.path(Address::Next);
    first(edition, path, edition.catalog.sessions.iter(), page, title)
}

/// Returns the redirect to the next session of a feed.
pub fn feed_next(edition: &Edition, feed: &Feed<'_>) -> Document {
    let page = edition.urls.feed(feed.id, FeedRoute::Page);
    let path = edition.urls.feed(feed.id, FeedRoute::Next);
    let sessions = edition.sessions_of(feed).into_iter();
    first(edition, path, sessions, page, feed.title.as_str())
}

/// Returns a redirect to a link of a session, or to its page if the session is cancelled, no longer has the link, or
/// takes no registration.
fn link(
    edition: &Edition,
    session: &Session,
    path: String,
    label: &Sentence,
    url: Option<&HttpUrl>,
) -> Document {
    match url.filter(|_| session.status != Status::Cancelled) {
        Some(url) => redirect(path, url.to_string(), &label.to_string()),
        None => to_page(edition, session, path),
    }
}

fn to_page(edition: &Edition, session: &Session, path: String) -> Document {
    let page = edition.urls.session(&session.id, SessionRoute::Page);
    redirect(path, page, session.title.as_str())
}

/// Returns the redirect to the first session that is neither over nor cancelled, or else to the page of all sessions.
fn first<'a>(
    edition: &Edition,
    path: String,
    sessions: impl Iterator<Item = &'a Session>,
    page: String,
    title: &str,
) -> Document {
    let to_come =
        sessions.filter(|session| session.status != Status::Cancelled && !edition.is_past(session));
    let first = to_come.min_by_key(|s| (s.when.start(), edition.revision(s).uid.as_str()));
    match first {
        Some(session) => redirect(
            path,
            edition.urls.session(&session.id, SessionRoute::Page),
            session.title.as_str(),
        ),
        None => redirect(path, page, title),
    }
}

fn redirect(path: String, location: String, label: &str) -> Document {
    lead(path, location, Kind::Redirect, label)
}

/// Returns a redirect of a kind. Its body is a page for exported folders, which cannot redirect, and for browsers that
/// ask before they follow.
pub fn lead(path: String, location: String, kind: Kind, label: &str) -> Document {
    let head = html! {
        meta name="robots" content="noindex";
        meta http-equiv="refresh" content={ "0; url=" (location) };
    };
    let body = plain(&head, label, &html! { h1 { a href=(location) { (label) } } }).into_string();
    Document { location: Some(location), ..Document::new(path, kind, body) }
}
