//! A reload gives the same bytes as a fresh start.

use std::fmt::Write as _;

use chrono::TimeDelta;
use convene::site::{Coding, Site};

use crate::support::{Fixture, Random, instant};

const AT: &str = "2026-05-02T08:00:00Z";

/// Compares every path with every header and byte.
fn assert_same(reloaded: &Site, fresh: &Site) {
    let paths = |site: &Site| -> Vec<String> { site.documents().map(|(path, _)| path).collect() };
    assert_eq!(paths(reloaded), paths(fresh));
    for (path, expected) in fresh.documents() {
        let got = reloaded.get(&path).unwrap();
        assert_eq!(got.last_modified(), expected.last_modified(), "{path}");
        assert!(got.codings().eq(expected.codings()), "{path}");
        for coding in std::iter::once(Coding::Identity).chain(expected.codings()) {
            let (got, expected) = (got.form(coding), expected.form(coding));
            assert_eq!((&got.coding, &got.status), (&expected.coding, &expected.status), "{path}");
            assert_eq!(got.headers, expected.headers, "{path}");
            assert_eq!(got.not_modified, expected.not_modified, "{path}");
            assert!(got.body == expected.body, "{path} has other bytes");
        }
    }
}

/// The possible values of each key; a key with an empty value is omitted.
type Choices = [(&'static str, &'static [&'static str])];

const OF_CALENDAR: &Choices = &[
    ("url", &["\"https://cal.example\"", "\"https://other.example/base\""]),
    ("timezone", &["\"America/New_York\"", "\"US/Eastern\"", "\"Europe/Kyiv\"", "\"UTC\""]),
    ("also_in", &["", "[\"Asia/Tokyo\"]", "[\"Europe/London\", \"Africa/Casablanca\"]"]),
    ("language", &["", "\"de\"", "\"en-GB\""]),
    ("keep_past", &["", "\"30d\""]),
    ("organizer", &["", "{ name = \"We\" }", "{ name = \"We, all\", email = \"we@cal.example\" }"]),
];
const OF_SESSION: &Choices = &[
    ("title", &["\"One\"", "\"DTSTART:20260101\"", "\"TRANSP:OPAQUE; SUMMARY:, \\\\n\""]),
    ("start", &["2026-03-08T12:00:00", "2026-06-08T09:30:00", "2026-11-20T23:30:00"]),
    ("duration", &["\"1h\"", "\"90m\""]),
    (
        "timezone",
        &["", "\"America/Los_Angeles\"", "\"US/Pacific\"", "\"Asia/Jerusalem\"", "\"UTC\""],
    ),
    ("description", &["", "\"Plain\"", "\"\"\"\\nSUMMARY:a *b*\\n\\nTRANSP:OPAQUE\\n\"\"\""]),
    ("register", &["", "\"https://cal.example/a?b=1,2;c\""]),
    ("join", &["", "\"https://meet.example/a\""]),
    ("page", &["", "\"https://cal.example/own\""]),
    ("place", &["", "{ name = \"Hall\" }", "{ name = \"Hall\", latitude = 1.5, longitude = 2 }"]),
    ("series", &["", "\"talks\""]),
    ("tags", &["", "[\"a, b\"]", "[\"a\", \"c\"]"]),
    ("status", &["", "\"cancelled\"", "\"tentative\""]),
    ("busy", &["", "true", "false"]),
    ("remind", &["", "\"1h\"", "[\"1d\", \"10m\"]"]),
];

/// One table, as the indices of its values.
#[derive(Clone)]
struct Table(Vec<usize>);

impl Table {
    fn new(choices: &Choices) -> Self {
        Self(vec![0; choices.len()])
    }

    fn edit(&mut self, choices: &Choices, random: &mut Random) {
        let key = random.below(choices.len() as u64) as usize;
        self.0[key] = random.below(choices[key].1.len() as u64) as usize;
    }

    fn write(&self, choices: &Choices, out: &mut String) {
        for (place, (key, values)) in self.0.iter().zip(choices) {
            if !values[*place].is_empty() {
                let _ = writeln!(out, "{key} = {}", values[*place]);
            }
        }
    }
}

fn text(calendar: &Table, sessions: &[(u64, Table)]) -> String {
    let mut out = "[calendar]\nid = \"test\"\ntitle = \"Test\"\n".to_owned();
    calendar.write(OF_CALENDAR, &mut out);
    out.push_str("\n[[series]]\nid = \"talks\"\ntitle = \"Talks\"\n");
    for (id, session) in sessions {
        let _ = write!(out, "\n[[sessions]]\nid = \"session-{id}\"\n");
        session.write(OF_SESSION, &mut out);
    }
    out
}

/// Edits a file `times` times, with the same edits in every run.
fn edit(times: u64) {
    let mut random = Random(7);
    let mut calendar = Table::new(OF_CALENDAR);
    let mut sessions: Vec<(u64, Table)> = (0..6).map(|id| (id, Table::new(OF_SESSION))).collect();
    for (_, session) in &mut sessions {
        (0..20).for_each(|_| session.edit(OF_SESSION, &mut random));
    }
    let fixture = Fixture::new(&text(&calendar, &sessions));
    let mut now = instant(AT);
    let publisher = fixture.publisher();
    publisher.publish(now).unwrap();
    for next in 0..times {
        match random.below(8) {
            0 => calendar.edit(OF_CALENDAR, &mut random),
            1 if sessions.len() > 2 => {
                sessions.remove(random.below(sessions.len() as u64) as usize);
            }
            2 => sessions.push((100 + next, sessions[0].1.clone())),
            3 => now += TimeDelta::days(5),
            _ => {
                let count = sessions.len() as u64;
                sessions[random.below(count) as usize].1.edit(OF_SESSION, &mut random);
            }
        }
        now += TimeDelta::minutes(1);
        fixture.write(&text(&calendar, &sessions));
        let served = publisher.publish(now).unwrap();
        // Another process with its own rules reads the state of this one.
        assert_same(&served.site, &fixture.publish(&now.to_rfc3339()).site);
    }
}

#[test]
fn a_reload_after_any_edit_gives_the_bytes_of_a_fresh_start() {
    edit(30);
}

#[test]
#[ignore = "long: 300 edits"]
fn a_reload_after_many_edits_gives_the_bytes_of_a_fresh_start() {
    edit(300);
}
