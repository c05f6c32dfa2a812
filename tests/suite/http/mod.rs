//! Responses of the real program over real sockets, checked against RFC 9110 rule by rule.

mod conditional;
pub(crate) mod connections;
mod dates;
mod headers;
mod large;
mod limits;
mod listeners;
mod long;
mod negotiation;
mod not_modified;
mod paths;
pub(crate) mod shutdown;
mod stuck;
mod targets;
pub(crate) mod tls;
mod unsent;

use crate::support::{Answer, BEFORE, EXAMPLE, Fixture, Running};

const FEED: &str = "/feeds/state-of-solidarity.ics";
const INVITE: &str = "/sessions/era-of-silos.ics";
const PAGE: &str = "/sessions/era-of-silos";
const ROBOTS: &str = "/robots.txt";
/// The first publication of the example's calendars, a time just before it, and one well after it.
const MODIFIED: &str = "Mon, 15 Jan 2024 12:00:00 GMT";
const OLDER: &str = "Mon, 15 Jan 2024 11:59:59 GMT";
const NEWER: &str = "Mon, 15 Jan 2024 12:10:00 GMT";
/// One path for each kind of document.
const KINDS: [&str; 4] = [FEED, INVITE, PAGE, ROBOTS];
/// Every path of the example.
const PATHS: [&str; 12] = [
    "/",
    "/feeds/2024-series",
    "/feeds/2024-series.ics",
    "/feeds/state-of-solidarity",
    FEED,
    ROBOTS,
    "/sessions/beyond-elections",
    "/sessions/beyond-elections.ics",
    "/sessions/countering-attacks",
    "/sessions/countering-attacks.ics",
    PAGE,
    INVITE,
];

/// The program with its own file.
struct Served {
    // This field is dropped before the folder, so that the program ends first.
    running: Running,
    fixture: Fixture,
}

impl Served {
    fn new(toml: &str, arguments: &[&str]) -> Self {
        let fixture = Fixture::new(toml);
        let running = fixture.serve(&[&["--at", BEFORE], arguments].concat());
        Self { running, fixture }
    }

    fn example() -> Self {
        Self::new(EXAMPLE, &[])
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.running.get(path, headers)
    }

    fn status(&self, path: &str, headers: &[(&str, &str)]) -> u16 {
        self.get(path, headers).status
    }

    /// Returns the entity tag of the response in a coding, such as `identity`.
    fn tag(&self, path: &str, coding: &str) -> String {
        let answer = self.get(path, &[("Accept-Encoding", coding)]);
        answer.header("etag").unwrap().to_owned()
    }
}
