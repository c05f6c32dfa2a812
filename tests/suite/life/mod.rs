//! The life of a session as subscribers and readers see it: bytes and headers before and after each change, with real
//! files and real sockets.

mod cancelled;
mod feeds;
mod moved;
mod news;
mod past;
mod removed;
mod renamed;
mod subscribed;

use crate::support::{Answer, BEFORE, Fixture, instant, session};

const FEED: &str = "/feeds/test.ics";

/// A folder whose file is served at one instant after another, each time by a new process.
struct Story {
    fixture: Fixture,
}

/// The program that serves a file at an instant.
struct Served {
    running: crate::support::Running,
}

impl Story {
    fn begin(toml: &str) -> Self {
        Self { fixture: Fixture::new(toml) }
    }

    /// Serves the file without an edit.
    fn serve(&self, at: &str) -> Served {
        Served { running: self.fixture.serve(&["--at", at]) }
    }

    /// Serves the file after an edit.
    fn then(&self, toml: &str, at: &str) -> Served {
        self.fixture.write(toml);
        self.serve(at)
    }

    /// Returns the output of `check` about the file after an edit.
    fn checked(&self, toml: &str, at: &str) -> String {
        self.fixture.write(toml);
        String::from_utf8(self.fixture.run(&["check", "--at", at]).stdout).unwrap()
    }
}

impl Served {
    fn get(&self, path: &str) -> Answer {
        self.running.get(path, &[])
    }

    fn text(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}");
        answer.text().to_owned()
    }

    /// Returns the only event of a calendar with a UID, as unfolded lines, if there is one.
    fn event(&self, path: &str, uid: &str) -> Option<Vec<String>> {
        let text = self.text(path).replace("\r\n ", "");
        let mut events = text.split("BEGIN:VEVENT\r\n").skip(1);
        let of_uid = |event: &&str| event.contains(&format!("UID:{uid}\r\n"));
        let event = events.find(of_uid)?;
        assert!(!events.any(|other| of_uid(&other)), "{uid} stands twice in {path}");
        Some(event.lines().map(ToOwned::to_owned).collect())
    }

    /// Returns the UID of the only event of an invite.
    fn uid(&self, id: &str) -> String {
        let text = self.text(&format!("/sessions/{id}.ics"));
        let line = text.lines().find_map(|line| line.strip_prefix("UID:")).unwrap();
        line.trim().to_owned()
    }

    /// Returns the Last-Modified of a path.
    fn modified(&self, path: &str) -> std::time::SystemTime {
        httpdate::parse_http_date(self.get(path).header("last-modified").unwrap()).unwrap()
    }
}

/// Returns the value of a property of an event.
fn value<'a>(event: &'a [String], name: &str) -> &'a str {
    let mut all = event.iter().filter_map(|line| line.strip_prefix(name)?.strip_prefix([':', ';']));
    let value = all.next().unwrap_or_else(|| panic!("no {name} in {event:#?}"));
    assert!(all.next().is_none(), "{name} stands twice");
    value
}

/// Returns the three values that calendar apps compare.
fn revision(event: &[String]) -> (u32, &str, &str) {
    let sequence = value(event, "SEQUENCE").parse().unwrap();
    (sequence, value(event, "LAST-MODIFIED"), value(event, "DTSTAMP"))
}

/// Returns one session at 14:00 in New York on April 30, 2024, which is 18:00 UTC, with additional lines.
fn talk(more: &str) -> String {
    session("talk", "2024-04-30T14:00:00", more)
}

fn other() -> String {
    session("other", "2024-05-30T14:00:00", "")
}

fn before() -> std::time::SystemTime {
    instant(BEFORE).into()
}
