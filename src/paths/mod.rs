//! Every address that is published, made and named here and nowhere else.

mod read;

use crate::model::{BaseUrl, Id, Session};

pub use read::{Address, Of, Part};

/// A calendar on the web that links can lead into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Google Calendar.
    Google,
    /// Outlook.com, for personal accounts.
    Outlook,
    /// Microsoft 365, for accounts of work and school.
    Office365,
}

impl Target {
    /// Every target, in the order of their buttons.
    pub const ALL: [Self; 3] = [Self::Google, Self::Outlook, Self::Office365];

    /// The last segment of its addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Google => "google",
            Self::Outlook => "outlook",
            Self::Office365 => "office365",
        }
    }

    /// Its name on buttons.
    pub fn name(self) -> &'static str {
        match self {
            Self::Google => "Google Calendar",
            Self::Outlook => "Outlook.com",
            Self::Office365 => "Microsoft 365",
        }
    }
}

/// The addresses under one public address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    base: BaseUrl,
    /// Whether somebody named the base.
    is_named: bool,
}

impl Paths {
    /// The addresses under a base.
    pub fn new(base: BaseUrl) -> Self {
        Self { base, is_named: true }
    }

    /// The addresses under this machine's own address, where nobody named a public one.
    pub fn unnamed(base: BaseUrl) -> Self {
        Self { base, is_named: false }
    }

    /// The public address itself.
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Scheme and authority of the public address, if somebody named one and it is of https.
    pub fn https_origin(&self) -> Option<&str> {
        let whole = self.base.as_str();
        let origin = whole.strip_suffix(self.base.path()).unwrap_or(whole);
        (self.is_named && origin.starts_with("https://")).then_some(origin)
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

    /// The path of the page of a year's sessions.
    pub fn year(&self, year: i32) -> String {
        format!("{}/years/{year}", self.base.path())
    }

    /// The path that leads to the next session of all.
    pub fn next(&self) -> String {
        format!("{}/next", self.base.path())
    }

    /// The path that leads to the next session of a feed.
    pub fn feed_next(&self, id: &Id) -> String {
        self.feed_part(id, "next")
    }

    /// The path of a feed's list for frames on other sites.
    pub fn feed_embed(&self, id: &Id) -> String {
        self.feed_part(id, "embed")
    }

    /// The path of a feed's block for newsletters.
    pub fn feed_newsletter(&self, id: &Id) -> String {
        self.feed_part(id, "newsletter")
    }

    /// The path of the QR code of a feed's page.
    pub fn feed_qr(&self, id: &Id) -> String {
        self.feed_part(id, "qr.svg")
    }

    /// The path of a feed as Atom.
    pub fn feed_atom(&self, id: &Id) -> String {
        format!("{}/feeds/{id}.atom", self.base.path())
    }

    /// The path of a feed as JSON.
    pub fn feed_json(&self, id: &Id) -> String {
        format!("{}/feeds/{id}.json", self.base.path())
    }

    /// The path that leads to subscribing to a feed in a calendar.
    pub fn feed_target(&self, id: &Id, target: Target) -> String {
        self.feed_part(id, target.as_str())
    }

    /// The path of a feed's page for Apple and other apps, which need a link of their own scheme.
    pub fn feed_apple(&self, id: &Id) -> String {
        self.feed_part(id, "apple")
    }

    /// The path that leads to adding a session to a calendar.
    pub fn session_target(&self, id: &Id, target: Target) -> String {
        self.session_part(id, target.as_str())
    }

    /// The path that leads to where readers sign up for a session.
    pub fn session_register(&self, id: &Id) -> String {
        self.session_part(id, "register")
    }

    /// The path that leads to where readers take part in a session.
    pub fn session_join(&self, id: &Id) -> String {
        self.session_part(id, "join")
    }

    /// The path of a session's block for newsletters.
    pub fn session_newsletter(&self, id: &Id) -> String {
        self.session_part(id, "newsletter")
    }

    /// The path of the QR code of a session's page.
    pub fn session_qr(&self, id: &Id) -> String {
        self.session_part(id, "qr.svg")
    }

    /// The addresses of a session that people open: its page first, then what stands below it.
    pub fn session_pages(&self, id: &Id) -> Vec<String> {
        let mut all = vec![self.session_page(id)];
        all.extend(Target::ALL.map(|target| self.session_target(id, target)));
        all.extend([self.session_register(id), self.session_join(id)]);
        all.extend([self.session_newsletter(id), self.session_qr(id)]);
        all
    }

    /// The addresses of a feed that people open: its page first, then what stands below it.
    pub fn feed_pages(&self, id: &Id) -> Vec<String> {
        let mut all = vec![self.feed_page(id)];
        all.extend(Target::ALL.map(|target| self.feed_target(id, target)));
        all.extend([self.feed_apple(id), self.feed_embed(id), self.feed_next(id)]);
        all.extend([self.feed_newsletter(id), self.feed_qr(id)]);
        all
    }

    /// The addresses of a feed that programs fetch: its calendar first.
    pub fn feed_data(&self, id: &Id) -> [String; 3] {
        [self.feed_calendar(id), self.feed_atom(id), self.feed_json(id)]
    }

    /// The path of a file whose name changes with its content: `style-0123abcd.css`.
    pub fn asset(&self, name: &str, hash: &str, ending: &str) -> String {
        let short = hash.get(..12).unwrap_or(hash);
        format!("{}/{name}-{short}.{ending}", self.base.path())
    }

    /// The path of the icon that browsers show in tabs.
    pub fn favicon(&self) -> String {
        format!("{}/favicon.svg", self.base.path())
    }

    /// The path of the rules for crawlers.
    pub fn robots(&self) -> String {
        format!("{}/robots.txt", self.base.path())
    }

    /// Where crawlers look for their rules: at the root of the host, whatever the base is.
    pub const ROBOTS_OF_HOST: &str = "/robots.txt";

    /// The whole address of a path of ours.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{}", self.base.as_str(), self.within(path).unwrap_or(path))
    }

    /// The address to subscribe to in Apple's and other apps; `webcals` is refused by iOS
    /// (nextcloud/calendar#2416).
    pub fn subscribe(&self, path: &str) -> String {
        let within = self.within(path).unwrap_or(path);
        format!("webcal://{}{}{within}", self.base.authority(), self.base.path())
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
            Some("") => "/",
            Some(within) => within,
            None => path,
        }
    }

    fn feed_part(&self, id: &Id, part: &str) -> String {
        format!("{}/feeds/{id}/{part}", self.base.path())
    }

    fn session_part(&self, id: &Id, part: &str) -> String {
        format!("{}/sessions/{id}/{part}", self.base.path())
    }

    /// What stands behind the base's own path: whole segments, as `/r` is no part of `/robots.txt`.
    fn within<'a>(&self, path: &'a str) -> Option<&'a str> {
        let within = path.strip_prefix(self.base.path())?;
        (within.is_empty() || within.starts_with('/')).then_some(within)
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
    fn a_base_is_cut_off_at_a_slash_only() {
        let paths = Paths::new(BaseUrl::parse("https://org.example/r").unwrap());
        assert_eq!(paths.relative(Paths::ROBOTS_OF_HOST), "/robots.txt");
        assert_eq!(paths.robots(), "/r/robots.txt");
        assert_eq!(paths.relative("/r/feeds/all.ics"), "/feeds/all.ics");
    }
}
