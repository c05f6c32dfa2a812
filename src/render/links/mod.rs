//! Deep links into calendars, and the lasting addresses that redirect to them.
//!
//! What is printed in a newsletter is an address of ours; where it leads is made anew with every
//! edition, so that a link printed months ago opens today's hour.

mod fit;
mod google;
mod outlook;

use maud::{DOCTYPE, html};

use super::page::shell::{self, Head};
use super::{Document, Kind};
use crate::l10n::Words;
use crate::model::{Feed, Session, Status};
use crate::paths::Target;
use crate::revisions::Edition;

/// Where a session is added to a calendar once, with the data of today.
pub(super) fn add(target: Target, session: &Session, edition: &Edition, words: &Words) -> String {
    match target {
        Target::Google => google::add(session, edition, words),
        Target::Outlook => outlook::add(outlook::PERSONAL, session, edition, words),
        Target::Office365 => outlook::add(outlook::WORK, session, edition, words),
    }
}

/// Where a feed is subscribed to.
pub(super) fn subscribe(target: Target, feed: &Feed<'_>, edition: &Edition) -> String {
    match target {
        Target::Google => google::subscribe(feed, edition),
        Target::Outlook => outlook::subscribe(outlook::PERSONAL, feed, edition),
        Target::Office365 => outlook::subscribe(outlook::WORK, feed, edition),
    }
}

/// Every lasting address of an edition.
pub(super) fn documents(edition: &Edition, words: &Words) -> Vec<Document> {
    let sessions = edition.catalog.sessions.iter();
    let mut all: Vec<Document> =
        sessions.flat_map(|session| of_session(edition, session, words)).collect();
    all.extend(edition.catalog.feeds().flat_map(|feed| of_feed(edition, &feed)));
    let (page, title) = (edition.paths.root(), edition.catalog.calendar.title.as_str());
    let sessions = edition.catalog.sessions.iter();
    all.push(next(edition, edition.paths.next(), sessions, page, title));
    all
}

fn of_session(edition: &Edition, session: &Session, words: &Words) -> Vec<Document> {
    let (paths, id, title) = (&edition.paths, &session.id, session.title.as_str());
    let to_page = |path: String| redirect(path, paths.session_page(id), title);
    // Nobody should enter a cancelled session, sign up for it or join it; its page says so.
    let is_cancelled = session.status == Status::Cancelled;
    let mut all = Vec::new();
    for target in Target::ALL {
        let path = paths.session_target(id, target);
        all.push(match is_cancelled {
            true => to_page(path),
            false => {
                let label = format!("Add to {}: {title}", target.name());
                redirect(path, add(target, session, edition, words), &label)
            }
        });
    }
    let given = &edition.revision(session).published.links;
    let links = [
        ("register", paths.session_register(id), &session.register),
        ("join", paths.session_join(id), &session.join),
    ];
    for (name, path, link) in links {
        match link.as_ref().filter(|_| !is_cancelled) {
            Some(url) => {
                let verb = if name == "join" { "Join" } else { "Register" };
                all.push(redirect(path, url.to_string(), &format!("{verb}: {title}")));
            }
            // The address is in newsletters.
            None if given.contains(name) => all.push(to_page(path)),
            None => {}
        }
    }
    all
}

fn of_feed(edition: &Edition, feed: &Feed<'_>) -> Vec<Document> {
    let (paths, title) = (&edition.paths, feed.title.as_str());
    let mut all: Vec<Document> = Target::ALL
        .into_iter()
        .map(|target| {
            let label = format!("Subscribe in {}: {title}", target.name());
            let to = subscribe(target, feed, edition);
            redirect(paths.feed_target(feed.id, target), to, &label)
        })
        .collect();
    all.push(apple(edition, feed));
    let page = paths.feed_page(feed.id);
    let sessions = edition.sessions_of(feed).into_iter();
    all.push(next(edition, paths.feed_next(feed.id), sessions, page, title));
    all
}

/// To the first session that is not over and takes place; without one to the page of them all.
fn next<'a>(
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
        Some(session) => {
            redirect(path, edition.paths.session_page(&session.id), session.title.as_str())
        }
        None => redirect(path, page, title),
    }
}

fn redirect(path: String, location: String, label: &str) -> Document {
    lead(path, location, Kind::Redirect, label)
}

/// A redirect of a kind. Its body is for where redirects cannot be had: an exported folder, and
/// readers that ask first.
pub(super) fn lead(path: String, location: String, kind: Kind, label: &str) -> Document {
    let body = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta http-equiv="refresh" content={ "0; url=" (location) };
                title { (label) }
            }
            body { main { h1 { a href=(location) { (label) } } } }
        }
    };
    let body = body.into_string();
    Document { location: Some(location), ..Document::new(path, kind, body) }
}

/// A page and no redirect: in-app browsers end at a scheme that they do not know, and what is left
/// must say how to go on.
fn apple(edition: &Edition, feed: &Feed<'_>) -> Document {
    let paths = &edition.paths;
    let calendar = paths.feed_calendar(feed.id);
    let address = paths.absolute(&calendar);
    let title = format!("Subscribe in Apple Calendar: {}", feed.title);
    let body = html! {
        h1 { (title) }
        ul.buttons { li { a.first href=(paths.subscribe(&calendar)) { "Open in Apple Calendar" } } }
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
        p { a href=(paths.feed_page(feed.id)) { "Other calendars" } }
    };
    let path = paths.feed_apple(feed.id);
    let head = Head { title: &title, path: path.clone(), hidden: true, ..Head::default() };
    Document::new(path, Kind::Page, shell::page(edition, &head, &body).into_string())
}
