//! What an address names: the way back from a path, without a look at what is published.

use super::{Paths, Target};

/// A path of ours, taken apart. Whether something is published there is another question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address<'a> {
    /// What it belongs to.
    pub of: Of<'a>,
    /// Which of its addresses it is.
    pub part: Part,
}

/// What an address belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of<'a> {
    /// The feed of this id.
    Feed(&'a str),
    /// The session of this id.
    Session(&'a str),
    /// The calendar as a whole.
    All,
}

/// One of the addresses that a feed, a session or the calendar has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// A page for Apple and other apps.
    Apple,
    /// A feed as Atom.
    Atom,
    /// A feed, or an invite.
    Calendar,
    /// A list for frames on other sites.
    Embed,
    /// Where readers take part.
    Join,
    /// A feed as JSON.
    Json,
    /// A block for newsletters.
    Newsletter,
    /// The next session.
    Next,
    /// A page.
    Page,
    /// A QR code.
    Qr,
    /// Where readers sign up.
    Register,
    /// A calendar on the web.
    Target(Target),
    /// Anything else: style sheets, icons, rules for crawlers.
    Other,
}

impl Paths {
    /// What a path names; a slash too many at its end is left out.
    pub fn read<'a>(&self, path: &'a str) -> Address<'a> {
        let Some(within) = self.within(path) else {
            return Address { of: Of::All, part: Part::Other };
        };
        let within = within.strip_suffix('/').unwrap_or(within);
        if let Some(rest) = within.strip_prefix("/feeds/") {
            let (id, part) = below(rest);
            Address { of: Of::Feed(id), part }
        } else if let Some(rest) = within.strip_prefix("/sessions/") {
            let (id, part) = below(rest);
            Address { of: Of::Session(id), part }
        } else {
            let part = match within {
                "" => Part::Page,
                "/next" => Part::Next,
                _ if within.starts_with("/years/") => Part::Page,
                _ => Part::Other,
            };
            Address { of: Of::All, part }
        }
    }
}

/// The id and the part that stand behind the folder of feeds or sessions. An id has no dot.
fn below(rest: &str) -> (&str, Part) {
    match rest.bytes().position(|b| matches!(b, b'/' | b'.')) {
        None => (rest, Part::Page),
        Some(at) => (&rest[..at], part(&rest[at..])),
    }
}

fn part(text: &str) -> Part {
    match text {
        ".ics" => Part::Calendar,
        ".atom" => Part::Atom,
        ".json" => Part::Json,
        "/apple" => Part::Apple,
        "/embed" => Part::Embed,
        "/join" => Part::Join,
        "/newsletter" => Part::Newsletter,
        "/next" => Part::Next,
        "/qr.svg" => Part::Qr,
        "/register" => Part::Register,
        _ => Target::ALL
            .into_iter()
            .find(|target| text.strip_prefix('/') == Some(target.as_str()))
            .map_or(Part::Other, Part::Target),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BaseUrl, Id};

    fn paths(base: &str) -> Paths {
        Paths::new(BaseUrl::parse(base).unwrap())
    }

    #[test]
    fn what_is_made_is_read_back() {
        let id = Id::parse("era-of-silos").unwrap();
        for base in ["https://org.example", "https://org.example/calendar"] {
            let paths = paths(base);
            let feed = |path: &str| match paths.read(path) {
                Address { of: Of::Feed("era-of-silos"), part } => part,
                other => panic!("{path}: {other:?}"),
            };
            let session = |path: &str| match paths.read(path) {
                Address { of: Of::Session("era-of-silos"), part } => part,
                other => panic!("{path}: {other:?}"),
            };
            assert_eq!(feed(&paths.feed_calendar(&id)), Part::Calendar);
            assert_eq!(feed(&paths.feed_atom(&id)), Part::Atom);
            assert_eq!(feed(&paths.feed_json(&id)), Part::Json);
            assert_eq!(feed(&paths.feed_page(&id)), Part::Page);
            assert_eq!(feed(&paths.feed_apple(&id)), Part::Apple);
            assert_eq!(feed(&paths.feed_embed(&id)), Part::Embed);
            assert_eq!(feed(&paths.feed_next(&id)), Part::Next);
            assert_eq!(feed(&paths.feed_newsletter(&id)), Part::Newsletter);
            assert_eq!(feed(&paths.feed_qr(&id)), Part::Qr);
            assert_eq!(session(&paths.invite(&id)), Part::Calendar);
            assert_eq!(session(&paths.session_page(&id)), Part::Page);
            assert_eq!(session(&paths.session_register(&id)), Part::Register);
            assert_eq!(session(&paths.session_join(&id)), Part::Join);
            assert_eq!(session(&paths.session_newsletter(&id)), Part::Newsletter);
            assert_eq!(session(&paths.session_qr(&id)), Part::Qr);
            for target in Target::ALL {
                assert_eq!(feed(&paths.feed_target(&id, target)), Part::Target(target));
                assert_eq!(session(&paths.session_target(&id, target)), Part::Target(target));
            }
            for (path, part) in [
                (paths.root(), Part::Page),
                (paths.year(2027), Part::Page),
                (paths.next(), Part::Next),
                (paths.robots(), Part::Other),
                (paths.favicon(), Part::Other),
                (paths.asset("style", "0123456789abcdef", "css"), Part::Other),
            ] {
                assert_eq!(paths.read(&path), Address { of: Of::All, part }, "{path}");
            }
        }
    }

    #[test]
    fn what_is_not_ours_is_something_else() {
        let here = paths("https://org.example/calendar");
        for path in ["/robots.txt", "/feeds/all.ics", "/calendars/feeds/all.ics", "*", ""] {
            assert_eq!(here.read(path), Address { of: Of::All, part: Part::Other }, "{path}");
        }
        let here = paths("https://org.example");
        for (path, part) in [
            ("/sessions/talk/", Part::Page),
            ("/sessions/talk/google/", Part::Target(Target::Google)),
            ("/sessions/talk.ics/google", Part::Other),
            ("/sessions/talk.exe", Part::Other),
            ("/sessions/talk/a/b", Part::Other),
        ] {
            assert_eq!(here.read(path), Address { of: Of::Session("talk"), part }, "{path}");
        }
    }
}
