//! Every address that is published, made and named here and nowhere else.

use crate::model::{BaseUrl, Id, Session};

/// The addresses under one public address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    base: BaseUrl,
}

impl Paths {
    /// The addresses under a base.
    pub fn new(base: BaseUrl) -> Self {
        Self { base }
    }

    /// The public address itself.
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// The path of the page of everything: `/`, or the base's own.
    pub fn root(&self) -> String {
        if self.base.path().is_empty() { "/".to_owned() } else { self.base.path().to_owned() }
    }

    /// The path of a feed's calendar.
    pub fn feed_calendar(&self, id: &Id) -> String {
        format!("{}/feeds/{id}.ics", self.base.path())
    }

    /// The path of a feed's page.
    pub fn feed_page(&self, id: &Id) -> String {
        format!("{}/feeds/{id}", self.base.path())
    }

    /// The path of a session's invite.
    pub fn invite(&self, id: &Id) -> String {
        format!("{}/sessions/{id}.ics", self.base.path())
    }

    /// The path of a session's page.
    pub fn session_page(&self, id: &Id) -> String {
        format!("{}/sessions/{id}", self.base.path())
    }

    /// The path of the rules for crawlers; theirs is the root of the host, whatever the base is.
    pub fn robots(&self) -> &'static str {
        "/robots.txt"
    }

    /// The whole address of a path of ours.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{}", self.base.as_str(), self.within(path))
    }

    /// The address to subscribe to in Apple's and other apps; `webcals` is refused by iOS
    /// (nextcloud/calendar#2416).
    pub fn subscribe(&self, path: &str) -> String {
        let base = &self.base;
        format!("webcal://{}{}{}", base.authority(), base.path(), self.within(path))
    }

    /// The address that a session's links lead to: the organiser's own page, else ours.
    pub fn about(&self, session: &Session) -> String {
        match &session.page {
            Some(page) => page.to_string(),
            None => self.absolute(&self.session_page(&session.id)),
        }
    }

    /// A path without the base's own, as the revisions file and an exported folder name it.
    pub fn relative<'a>(&self, path: &'a str) -> &'a str {
        match self.within(path) {
            "" => "/",
            within => within,
        }
    }

    /// `/r` is no part of `/robots.txt`: a base ends where a segment does.
    fn within<'a>(&self, path: &'a str) -> &'a str {
        path.strip_prefix(self.base.path())
            .filter(|within| within.is_empty() || within.starts_with('/'))
            .unwrap_or(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_with_a_path_prefixes_everything_once() {
        let paths = Paths::new(BaseUrl::parse("https://org.example/calendar").unwrap());
        let feed = paths.feed_calendar(&Id::parse("all").unwrap());
        assert_eq!(feed, "/calendar/feeds/all.ics");
        assert_eq!(paths.absolute(&feed), "https://org.example/calendar/feeds/all.ics");
        assert_eq!(paths.subscribe(&feed), "webcal://org.example/calendar/feeds/all.ics");
        assert_eq!(paths.relative(&feed), "/feeds/all.ics");
        assert_eq!((paths.root().as_str(), paths.relative(&paths.root())), ("/calendar", "/"));
    }

    #[test]
    fn a_base_takes_away_whole_segments_only() {
        let paths = Paths::new(BaseUrl::parse("https://org.example/r").unwrap());
        assert_eq!(paths.relative(paths.robots()), "/robots.txt");
        assert_eq!(paths.relative("/r/sessions/a"), "/sessions/a");
    }
}
