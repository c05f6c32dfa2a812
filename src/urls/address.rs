//! An address is the parsed URL path of a published resource. Parsing a printed address gives the same address.

use std::fmt;

use crate::model::Id;

/// A path under the public URL. The parser does not know whether the path has a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Address<'a> {
    /// The home page.
    Home,
    /// The redirect to the next session of the calendar.
    Next,
    /// The page of the sessions that start in a year.
    Year(i32),
    /// An address of the feed with this id.
    Feed(&'a str, FeedRoute),
    /// An address of the session with this id.
    Session(&'a str, SessionRoute),
    /// A file whose name changes with its content, such as `style-0123456789ab.css`.
    Asset(&'a str),
    /// The icon that browsers show in tabs.
    Favicon,
    /// The rules for crawlers.
    Robots,
}

/// The addresses of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeedRoute {
    /// The calendar for subscribers.
    Calendar,
    /// The feed as Atom.
    Atom,
    /// The feed as JSON.
    Json,
    /// The page.
    Page,
    /// The redirect to a web calendar's subscribe page.
    Target(Target),
    /// The page for Apple and other apps, which need a link with their own scheme.
    Apple,
    /// The list of sessions for frames on other sites.
    Embed,
    /// The redirect to the feed's next session.
    Next,
    /// The block for newsletters.
    Newsletter,
    /// The QR code of the page.
    Qr,
}

/// The addresses of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SessionRoute {
    /// The invite.
    Invite,
    /// The page.
    Page,
    /// The redirect that adds the session to a web calendar.
    Target(Target),
    /// The redirect to the registration link.
    Register,
    /// The redirect to the join link.
    Join,
    /// The block for newsletters.
    Newsletter,
    /// The QR code of the page.
    Qr,
}

/// A web calendar with deep links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Google Calendar.
    Google,
    /// Outlook.com, for personal accounts.
    Outlook,
    /// Microsoft 365, for accounts of work and school.
    Office365,
}

impl<'a> Address<'a> {
    /// Parses a path relative to the public URL, in the format of [`fmt::Display`]. Returns `None` for any other path.
    pub fn parse(path: &'a str) -> Option<Self> {
        let path = path.strip_prefix('/')?;
        if let Some(rest) = path.strip_prefix("feeds/") {
            let (id, suffix) = id(rest)?;
            let route = FeedRoute::ALL.into_iter().find(|route| route.suffix() == suffix)?;
            return Some(Self::Feed(id, route));
        }
        if let Some(rest) = path.strip_prefix("sessions/") {
            let (id, suffix) = id(rest)?;
            let route = SessionRoute::ALL.into_iter().find(|route| route.suffix() == suffix)?;
            return Some(Self::Session(id, route));
        }
        match path {
            "" => Some(Self::Home),
            "next" => Some(Self::Next),
            "favicon.svg" => Some(Self::Favicon),
            "robots.txt" => Some(Self::Robots),
            _ => match path.strip_prefix("years/") {
                Some(year) => self::year(year).map(Self::Year),
                None => is_asset(path).then_some(Self::Asset(path)),
            },
        }
    }
}

impl Address<'_> {
    /// Returns whether the address is that of a picture, a script or a style sheet. Pages refer to these files.
    pub fn is_asset(self) -> bool {
        matches!(
            self,
            Self::Asset(_)
                | Self::Favicon
                | Self::Feed(_, FeedRoute::Qr)
                | Self::Session(_, SessionRoute::Qr)
        )
    }
}

impl fmt::Display for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home => f.write_str("/"),
            Self::Next => f.write_str("/next"),
            Self::Year(year) => write!(f, "/years/{year}"),
            Self::Feed(id, route) => write!(f, "/feeds/{id}{}", route.suffix()),
            Self::Session(id, route) => write!(f, "/sessions/{id}{}", route.suffix()),
            Self::Asset(name) => write!(f, "/{name}"),
            Self::Favicon => f.write_str("/favicon.svg"),
            Self::Robots => f.write_str("/robots.txt"),
        }
    }
}

impl FeedRoute {
    /// Every address of a feed: first those that programs fetch, beginning with the calendar, then the pages,
    /// beginning with the page itself.
    pub const ALL: [Self; 12] = [
        Self::Calendar,
        Self::Atom,
        Self::Json,
        Self::Page,
        Self::Target(Target::Google),
        Self::Target(Target::Outlook),
        Self::Target(Target::Office365),
        Self::Apple,
        Self::Embed,
        Self::Next,
        Self::Newsletter,
        Self::Qr,
    ];

    /// Returns whether programs fetch it; many of them follow no redirect.
    pub fn is_data(self) -> bool {
        matches!(self, Self::Calendar | Self::Atom | Self::Json)
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Calendar => ".ics",
            Self::Atom => ".atom",
            Self::Json => ".json",
            Self::Page => "",
            Self::Target(target) => target.suffix(),
            Self::Apple => "/apple",
            Self::Embed => "/embed",
            Self::Next => "/next",
            Self::Newsletter => "/newsletter",
            Self::Qr => "/qr.svg",
        }
    }
}

impl SessionRoute {
    /// Every address of a session: the invite, the page, then the others.
    pub const ALL: [Self; 9] = [
        Self::Invite,
        Self::Page,
        Self::Target(Target::Google),
        Self::Target(Target::Outlook),
        Self::Target(Target::Office365),
        Self::Register,
        Self::Join,
        Self::Newsletter,
        Self::Qr,
    ];

    fn suffix(self) -> &'static str {
        match self {
            Self::Invite => ".ics",
            Self::Page => "",
            Self::Target(target) => target.suffix(),
            Self::Register => "/register",
            Self::Join => "/join",
            Self::Newsletter => "/newsletter",
            Self::Qr => "/qr.svg",
        }
    }
}

impl Target {
    /// Every target, in the order of their buttons.
    pub const ALL: [Self; 3] = [Self::Google, Self::Outlook, Self::Office365];

    /// Returns the last segment of its addresses.
    pub fn as_str(self) -> &'static str {
        &self.suffix()[1..]
    }

    /// Returns the name on buttons.
    pub fn name(self) -> &'static str {
        match self {
            Self::Google => "Google Calendar",
            Self::Outlook => "Outlook.com",
            Self::Office365 => "Microsoft 365",
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Google => "/google",
            Self::Outlook => "/outlook",
            Self::Office365 => "/office365",
        }
    }
}

/// Splits a text into the id at its start and the rest. An id has no dot and no slash.
fn id(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|b| matches!(b, b'/' | b'.')).unwrap_or(text.len());
    let (id, suffix) = text.split_at(end);
    Id::is_valid(id).then_some((id, suffix))
}

/// Parses a year as it is printed: without a sign or leading zeros.
fn year(text: &str) -> Option<i32> {
    let year = text.parse().ok()?;
    (text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0')))
        .then_some(year)
}

/// Returns whether a name is `NAME-HASH.ENDING`, with twelve hexadecimal digits.
fn is_asset(name: &str) -> bool {
    let letters = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase());
    let hash = |text: &str| {
        text.len() == 12 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    name.split_once('-')
        .and_then(|(name, rest)| Some((name, rest.split_once('.')?)))
        .is_some_and(|(name, (digits, ending))| letters(name) && hash(digits) && letters(ending))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids() -> impl Strategy<Value = String> {
        // The ids include words that are routes, and the longest id.
        prop_oneof![
            "[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?",
            prop::sample::select(vec!["next", "embed", "google", "feeds", "sessions", "years"])
                .prop_map(str::to_owned),
        ]
    }

    proptest! {
        #[test]
        fn every_address_comes_back_from_its_path(
            id in ids(),
            year in 0..=9999_i32,
            hash in "[0-9a-f]{12}",
        ) {
            let asset = format!("style-{hash}.css");
            let feeds = FeedRoute::ALL.map(|route| Address::Feed(&id, route));
            let sessions = SessionRoute::ALL.map(|route| Address::Session(&id, route));
            let others = [
                Address::Home,
                Address::Next,
                Address::Year(year),
                Address::Asset(&asset),
                Address::Favicon,
                Address::Robots,
            ];
            for address in feeds.into_iter().chain(sessions).chain(others) {
                let path = address.to_string();
                prop_assert_eq!(Address::parse(&path), Some(address), "{}", path);
            }
        }

        #[test]
        fn a_parsed_address_prints_as_the_same_path(
            path in "/((feeds|sessions|years)/)?[a-z0-9+._-]{0,12}(\\.ics|\\.json|/next|/embed|/qr\\.svg|/)?",
        ) {
            if let Some(address) = Address::parse(&path) {
                prop_assert_eq!(address.to_string(), path);
            }
        }
    }

    #[test]
    fn other_paths_are_not_addresses() {
        for path in [
            "",
            "feeds/a",
            "//",
            "/feeds",
            "/feeds/",
            "/feeds/a/",
            "/feeds/A.ics",
            "/feeds/a.ics/next",
            "/feeds/-a",
            "/feeds/a-.ics",
            "/feeds/a/b/next",
            "/feeds/.ics",
            "/sessions/a.atom",
            "/sessions/a/apple",
            "/years/",
            "/years/02024",
            "/years/+2024",
            "/years/-1",
            "/years/99999999999",
            "/next/",
            "/style.css",
            "/style-0123.css",
            "/style-0123456789AB.css",
            "/own-0123456789ab.CSS",
        ] {
            assert_eq!(Address::parse(path), None, "{path}");
        }
    }
}
