//! The URLs of all published resources: [`Address`] is a parsed URL path, [`Urls`] prints it under the public URL.

mod address;

use crate::model::{BaseUrl, Id, Session};

pub use address::{Address, FeedRoute, SessionRoute, Target};

/// The URLs under one public URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Urls {
    base: BaseUrl,
    /// Whether the author or the operator gave the public URL.
    is_named: bool,
}

impl Urls {
    /// Creates the URLs under a public URL.
    pub fn new(base: BaseUrl) -> Self {
        Self { base, is_named: true }
    }

    /// Creates the URLs under a local address, if no public URL is given.
    pub fn unnamed(base: BaseUrl) -> Self {
        Self { base, is_named: false }
    }

    /// Returns the public URL itself.
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Returns scheme and authority of the public URL, if it is given and is https.
    pub fn https_origin(&self) -> Option<&str> {
        let whole = self.base.as_str();
        let origin = whole.strip_suffix(self.base.path()).unwrap_or(whole);
        (self.is_named && origin.starts_with("https://")).then_some(origin)
    }

    /// Returns the path of an address, with the public URL's own path before it.
    pub fn path(&self, address: Address<'_>) -> String {
        match (address, self.base.path()) {
            // The home page of a public URL with a path has no trailing slash.
            (Address::Home, base) if !base.is_empty() => base.to_owned(),
            (address, base) => format!("{base}{address}"),
        }
    }

    /// Parses a path. Crawlers request their rules at the root of the host, even if the public URL has a path.
    pub fn parse<'a>(&self, path: &'a str) -> Option<Address<'a>> {
        match self.within(path) {
            Some("") if !self.base.path().is_empty() => Some(Address::Home),
            // `/calendar/` is not `/calendar`.
            Some("/") if !self.base.path().is_empty() => None,
            Some(within) => Address::parse(within),
            None if path == ROBOTS_OF_HOST => Some(Address::Robots),
            None => None,
        }
    }

    /// Returns the path of a feed's address.
    pub fn feed(&self, id: &Id, route: FeedRoute) -> String {
        self.path(Address::Feed(id.as_str(), route))
    }

    /// Returns the path of a session's address.
    pub fn session(&self, id: &Id, route: SessionRoute) -> String {
        self.path(Address::Session(id.as_str(), route))
    }

    /// Returns the path of the home page: `/`, or the public URL's own.
    pub fn root(&self) -> String {
        self.path(Address::Home)
    }

    /// Returns the path of a file whose name changes with its content: `style-0123456789ab.css`.
    pub fn asset(&self, name: &str, hash: &str, ending: &str) -> String {
        let short = hash.get(..12).unwrap_or(hash);
        self.path(Address::Asset(&format!("{name}-{short}.{ending}")))
    }

    /// Returns the whole URL of a path.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{}", self.base.as_str(), self.within(path).unwrap_or(path))
    }

    /// Returns the URL for subscribing in Apple's and other apps. iOS refuses `webcals` (nextcloud/calendar#2416).
    pub fn subscribe(&self, path: &str) -> String {
        let within = self.within(path).unwrap_or(path);
        format!("webcal://{}{}{within}", self.base.authority(), self.base.path())
    }

    /// Returns the target of a session's links: the organizer's own page, or else the session's page.
    pub fn about(&self, session: &Session) -> String {
        match &session.page {
            Some(page) => page.to_string(),
            None => self.absolute(&self.session(&session.id, SessionRoute::Page)),
        }
    }

    /// Returns a path relative to the public URL, as in the revisions file and an exported folder.
    pub fn relative<'a>(&self, path: &'a str) -> &'a str {
        match self.within(path) {
            Some("") => "/",
            Some(within) => within,
            None => path,
        }
    }

    /// Returns the rest of a path after the public URL's own path. Only whole segments match, so `/r` is not a prefix
    /// of `/robots.txt`.
    fn within<'a>(&self, path: &'a str) -> Option<&'a str> {
        let within = path.strip_prefix(self.base.path())?;
        (within.is_empty() || within.starts_with('/')).then_some(within)
    }
}

const ROBOTS_OF_HOST: &str = "/robots.txt";

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(base: &str) -> Urls {
        Urls::new(BaseUrl::parse(base).unwrap())
    }

    #[test]
    fn a_base_with_a_path_prefixes_everything_once() {
        let urls = urls("https://org.example/calendar");
        let feed = urls.feed(&Id::parse("all").unwrap(), FeedRoute::Calendar);
        assert_eq!(feed, "/calendar/feeds/all.ics");
        assert_eq!(urls.absolute(&feed), "https://org.example/calendar/feeds/all.ics");
        assert_eq!(urls.subscribe(&feed), "webcal://org.example/calendar/feeds/all.ics");
        assert_eq!(urls.relative(&feed), "/feeds/all.ics");
        assert_eq!((urls.root().as_str(), urls.relative(&urls.root())), ("/calendar", "/"));
    }

    #[test]
    fn every_path_under_a_base_is_parsed_and_no_other() {
        for base in ["https://org.example", "https://org.example/calendar"] {
            let urls = urls(base);
            let feed = Address::Feed("all", FeedRoute::Qr);
            for address in [Address::Home, Address::Next, Address::Robots, feed] {
                assert_eq!(urls.parse(&urls.path(address)), Some(address), "{base}");
            }
            assert_eq!(urls.parse("/robots.txt"), Some(Address::Robots), "{base}");
        }
        let urls = urls("https://org.example/r");
        for path in ["/", "/r/", "/feeds/all.ics", "/rr/next", "r/next"] {
            assert_eq!(urls.parse(path), None, "{path}");
        }
        assert_eq!(urls.parse("/r"), Some(Address::Home));
    }
}
