//! Finds the content of an address, which is the document published there. Only this file knows every renderer.

use std::collections::BTreeMap;

use super::Site;
use crate::document::{Document, Kind};
use crate::documents::{self, atom, json, qr};
use crate::l10n::Words;
use crate::model::{Feed, Repeat, Session, Undated};
use crate::newsletter;
use crate::pages::{self, PageAssets, Shell, redirect};
use crate::revisions::{Edition, FeedHolder, Removed, Retired, SessionHolder};
use crate::urls::{Address, FeedRoute, SessionRoute};

/// The result of a lookup.
#[derive(Debug)]
pub(super) enum Lookup<'a> {
    /// A document is published there.
    Found(Found<'a>),
    /// A document was published there, but its address has expired.
    Gone,
    /// No document was ever published there.
    Missing,
}

/// An address with a published document.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The requested address. Its id is one of the edition's.
    pub address: Address<'a>,
    pub(super) content: Content<'a>,
}

/// The subject of a response.
#[derive(Debug, Clone, Copy)]
pub(super) enum Content<'a> {
    Home,
    Next,
    Year(i32),
    Asset(&'a str),
    Favicon,
    Robots,
    Session(&'a Session, SessionRoute),
    Feed(Feed<'a>, FeedRoute),
    Undated(&'a Undated, SessionRoute),
    Removed(&'a Removed, SessionRoute),
    Retired(&'a Retired, FeedRoute),
    /// The redirect from an address of a repeating session to an address of a date.
    Date(&'a Session, SessionRoute),
    /// The redirect from a page of a former id to the same page of the current one.
    Moved {
        to: Address<'a>,
    },
}

/// The inputs of renderers other than the edition, which are made once per edition.
#[derive(Debug)]
pub(super) struct RenderContext {
    pub(super) words: Words,
    pub(super) calendar_words: Words,
    pub(super) assets: PageAssets,
    pub(super) years: BTreeMap<i32, usize>,
}

impl RenderContext {
    pub(super) fn new(edition: &Edition) -> Self {
        let words = Words::new(&edition.catalog.calendar);
        Self {
            calendar_words: words.clone().in_calendars(),
            words,
            assets: PageAssets::new(edition),
            years: pages::years(&edition.catalog),
        }
    }
}

impl Site {
    /// Looks up an address.
    pub(super) fn lookup(&self, address: Address<'_>) -> Lookup<'_> {
        let content = match address {
            Address::Home => Some((Address::Home, Content::Home)),
            Address::Next => Some((Address::Next, Content::Next)),
            Address::Favicon => Some((Address::Favicon, Content::Favicon)),
            Address::Robots => Some((Address::Robots, Content::Robots)),
            Address::Year(year) => self
                .context
                .years
                .contains_key(&year)
                .then_some((Address::Year(year), Content::Year(year))),
            Address::Asset(_) => {
                let path = self.edition.urls.path(address);
                let own = self.context.assets.paths().find(|own| *own == path);
                own.and_then(|own| Some((self.edition.urls.parse(own)?, Content::Asset(own))))
            }
            Address::Session(id, route) => return self.session(id, route),
            Address::Feed(id, route) => return self.feed(id, route),
        };
        content
            .map_or(Lookup::Missing, |(address, content)| Lookup::Found(Found { address, content }))
    }

    /// Looks up an address of a session. A former id also serves the calendar, because many apps follow no redirects,
    /// and some that do forget the old address. Pages redirect permanently.
    fn session(&self, id: &str, route: SessionRoute) -> Lookup<'_> {
        use SessionHolder::{
            Former, FormerOfRemoved, FormerOfUndated, Present, Removed, Repeating, Undated,
        };
        let Some((id, holder)) = self.edition.session_holder(id) else { return Lookup::Missing };
        let content = match holder {
            Repeating(repeat) => match self.date(repeat, route) {
                Some((session, route)) => Content::Date(session, route),
                None => return Lookup::Missing,
            },
            Undated(session) | FormerOfUndated(session)
                if !self.has_route_without_date(session, route) =>
            {
                return Lookup::Missing;
            }
            FormerOfUndated(session) => {
                Content::Moved { to: Address::Session(session.id.as_str(), route) }
            }
            Undated(session) => Content::Undated(session, route),
            Removed(removed) | FormerOfRemoved(removed) if self.edition.has_ended(removed.ends) => {
                return Lookup::Gone;
            }
            Removed(removed) | FormerOfRemoved(removed) => Content::Removed(removed, route),
            Present(session) | Former(session) if !self.has_route(session, route) => {
                return Lookup::Missing;
            }
            Present(session) => Content::Session(session, route),
            Former(session) if route == SessionRoute::Invite => Content::Session(session, route),
            Former(session) => Content::Moved { to: Address::Session(session.id.as_str(), route) },
        };
        Lookup::Found(Found { address: Address::Session(id.as_str(), route), content })
    }

    /// Returns the date that an address of a repeating session leads to, and the address of that date. A link that only
    /// other dates have leads to the page.
    fn date(&self, repeat: &Repeat, route: SessionRoute) -> Option<(&Session, SessionRoute)> {
        let next = self.edition.next_date(repeat)?;
        if self.has_route(next, route) {
            return Some((next, route));
        }
        let feed = self.edition.feed(&repeat.id)?;
        let has_any = self.edition.members(&feed).any(|session| self.has_route(session, route));
        has_any.then_some((next, SessionRoute::Page))
    }

    /// Looks up an address of a feed. A removed feed has neither Atom nor JSON.
    fn feed(&self, id: &str, route: FeedRoute) -> Lookup<'_> {
        use FeedHolder::{Former, FormerOfRemoved, Present, Removed};
        let Some((id, holder)) = self.edition.feed_holder(id) else { return Lookup::Missing };
        let content = match holder {
            Removed(retired) | FormerOfRemoved(retired)
                if self.edition.has_ended(retired.ends)
                    || matches!(route, FeedRoute::Atom | FeedRoute::Json) =>
            {
                return Lookup::Gone;
            }
            Removed(retired) | FormerOfRemoved(retired) => Content::Retired(retired, route),
            Present(feed) | Former(feed)
                if route == FeedRoute::Qr
                    && !self.has_code(Address::Feed(feed.id.as_str(), FeedRoute::Page)) =>
            {
                return Lookup::Missing;
            }
            Present(feed) => Content::Feed(feed, route),
            Former(feed) if route.is_data() => Content::Feed(feed, route),
            Former(feed) => Content::Moved { to: Address::Feed(feed.id.as_str(), route) },
        };
        Lookup::Found(Found { address: Address::Feed(id.as_str(), route), content })
    }

    /// Returns whether a session has a document for a route.
    fn has_route(&self, session: &Session, route: SessionRoute) -> bool {
        match route {
            SessionRoute::Register => redirect::has_register(&self.edition, session),
            SessionRoute::Join => redirect::has_join(&self.edition, session),
            SessionRoute::Qr => {
                self.has_code(Address::Session(session.id.as_str(), SessionRoute::Page))
            }
            _ => true,
        }
    }

    /// Whether a session without a date has a document for a route. The addresses of links exist if it has the link, or
    /// had it while it had a date.
    fn has_route_without_date(&self, session: &Undated, route: SessionRoute) -> bool {
        let entry = self.edition.revisions().sessions.get(session.id.as_str());
        let had = |link: &str| entry.is_some_and(|entry| entry.published.links.contains(link));
        match route {
            SessionRoute::Register => session.register.is_some() || had("register"),
            SessionRoute::Join => session.join.is_some() || had("join"),
            SessionRoute::Qr => {
                self.has_code(Address::Session(session.id.as_str(), SessionRoute::Page))
            }
            _ => true,
        }
    }

    /// Whether an address is part of an exported folder. The invite of a session without a date redirects to its page,
    /// and the file of an invite must be a calendar.
    pub fn is_in_folders(&self, found: &Found<'_>) -> bool {
        !matches!(found.content, Content::Undated(_, SessionRoute::Invite))
    }

    /// Returns whether the URL of a page fits into a QR code.
    fn has_code(&self, page: Address<'_>) -> bool {
        let urls = &self.edition.urls;
        documents::fits(&urls.absolute(&urls.path(page)))
    }

    /// Returns whether an address has a published document.
    pub fn has(&self, address: Address<'_>) -> bool {
        matches!(self.lookup(address), Lookup::Found(_))
    }

    /// Returns every address with a published document, in the order of their paths.
    pub fn addresses(&self) -> Vec<(String, Found<'_>)> {
        let fixed = [Address::Home, Address::Next, Address::Favicon, Address::Robots];
        let years = self.context.years.keys().map(|year| Address::Year(*year));
        let urls = &self.edition.urls;
        let assets = self.context.assets.paths().filter_map(|path| urls.parse(path));
        let sessions = self.edition.session_ids().flat_map(|id| {
            SessionRoute::ALL.into_iter().map(|route| Address::Session(id.as_str(), route))
        });
        let feeds = self.edition.feed_ids().flat_map(|id| {
            FeedRoute::ALL.into_iter().map(|route| Address::Feed(id.as_str(), route))
        });
        let all = fixed.into_iter().chain(years).chain(assets).chain(sessions).chain(feeds);
        let found = all.filter_map(|address| match self.lookup(address) {
            Lookup::Found(found) => Some((urls.path(found.address), found)),
            Lookup::Gone | Lookup::Missing => None,
        });
        let mut found: Vec<_> = found.collect();
        found.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        found
    }

    /// Returns the document of an address. Calendars come from the edition; everything else is rendered.
    pub fn document(&self, found: &Found<'_>) -> Document {
        let (edition, context) = (&*self.edition, &self.context);
        let (urls, words) = (&edition.urls, &context.words);
        let shell = &Shell { edition, assets: &context.assets, words };
        let path = || urls.path(found.address);
        match found.content {
            Content::Home => pages::home(shell),
            Content::Next => redirect::next(edition),
            Content::Year(year) => pages::year(shell, year),
            Content::Asset(path) => {
                context.assets.document(edition, path).expect("the lookup found it among these")
            }
            Content::Favicon => pages::icon(edition),
            Content::Robots => pages::robots(edition),
            Content::Session(session, route) => match route {
                SessionRoute::Page => pages::session(shell, session),
                SessionRoute::Target(target) => {
                    redirect::session_target(edition, session, target, &context.calendar_words)
                }
                SessionRoute::Register => redirect::register(edition, session, words),
                SessionRoute::Join => redirect::join(edition, session, words),
                SessionRoute::Newsletter => newsletter::of_session(shell, session),
                SessionRoute::Qr => {
                    qr(edition, path(), &urls.session(&session.id, SessionRoute::Page))
                }
                SessionRoute::Invite => self.calendars.invite(&session.id),
            },
            Content::Feed(feed, route) => match route {
                FeedRoute::Page => pages::feed(shell, &feed),
                FeedRoute::Embed => pages::embed(shell, &feed),
                FeedRoute::Atom => atom(edition, &feed, words),
                FeedRoute::Json => json(edition, &feed, words),
                FeedRoute::Target(target) => redirect::feed_target(edition, &feed, target, words),
                FeedRoute::Apple => pages::apple(shell, &feed),
                FeedRoute::Next => redirect::feed_next(edition, &feed),
                FeedRoute::Newsletter => newsletter::of_feed(shell, feed),
                FeedRoute::Qr => qr(edition, path(), &urls.feed(feed.id, FeedRoute::Page)),
                FeedRoute::Calendar => self.calendars.feed(feed.id).0.clone(),
            },
            Content::Undated(session, route) => match route {
                SessionRoute::Page => pages::undated::page(shell, session),
                SessionRoute::Newsletter => newsletter::of_undated(shell, session),
                SessionRoute::Qr => {
                    qr(edition, path(), &urls.session(&session.id, SessionRoute::Page))
                }
                _ => pages::undated::redirect(edition, session, route, path()),
            },
            Content::Removed(removed, SessionRoute::Page)
                if found.address == Address::Session(removed.id.as_str(), SessionRoute::Page) =>
            {
                pages::removed::session(shell, removed)
            }
            Content::Removed(removed, SessionRoute::Invite) => self.calendars.invite(&removed.id),
            Content::Removed(removed, _) => pages::removed::to_session(edition, path(), removed),
            Content::Retired(retired, FeedRoute::Page)
                if found.address == Address::Feed(retired.id.as_str(), FeedRoute::Page) =>
            {
                pages::removed::feed(shell, retired)
            }
            Content::Retired(retired, FeedRoute::Calendar) => {
                self.calendars.feed(&retired.id).0.clone()
            }
            Content::Retired(retired, _) => pages::removed::to_feed(edition, path(), retired),
            // An exported folder cannot redirect, so the body is the invite: calendar apps read nothing else.
            Content::Date(session, SessionRoute::Invite) => Document {
                path: path(),
                kind: Kind::Redirect,
                location: Some(urls.session(&session.id, SessionRoute::Invite)),
                ..self.calendars.invite(&session.id)
            },
            Content::Date(session, route) => redirect::lead(
                path(),
                urls.session(&session.id, route),
                Kind::Redirect,
                session.title.as_str(),
            ),
            Content::Moved { to } => redirect::lead(
                path(),
                urls.path(to),
                Kind::Moved,
                words.messages().address_changed(),
            ),
        }
    }
}
