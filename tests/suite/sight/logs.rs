//! The log: one line for each thing that matters, and nothing about a reader.

use super::{FEED, Watched, end, talk};
use crate::support::{BEFORE, Fixture, Running};

/// What a reader sends about itself.
const SECRETS: [(&str, &str); 5] = [
    ("X-Forwarded-For", "203.0.113.9"),
    ("Forwarded", "for=203.0.113.9"),
    ("Referer", "https://mail.example/inbox-of-ann"),
    ("Cookie", "who=ann"),
    ("User-Agent", "Mozilla/5.0 (X11; anns-machine) Firefox/132.0"),
];

fn lines<'a>(said: &'a str, part: &str) -> Vec<&'a str> {
    said.lines().filter(|line| line.contains(part)).collect()
}

/// Ends it and reads its log as JSON.
fn json(running: Running) -> Vec<serde_json::Value> {
    end(running).lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

#[test]
fn the_start_is_one_line() {
    let fixture = Fixture::new(&talk());
    let running = fixture.serve(&["--at", BEFORE]);
    let address = running.address;
    let said = end(running);
    assert_eq!(said.lines().count(), 1, "{said}");
    for part in ["started sessions=1 warnings=0 tzdata=\"20", &format!("listen={address}")] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!said.contains('\u{1b}'), "colours are for terminals: {said}");
}

#[test]
fn each_reload_is_one_line_that_says_what_changed() {
    let watched = Watched::new(&talk(), &[]);
    watched.fixture.write(&talk().replace("Session talk", "Another title"));
    watched.wait("convene_reloads_total{outcome=\"published\"}", 1.0);
    let said = end(watched.running);
    let published = lines(&said, " published ");
    assert_eq!(published.len(), 1, "{said}");
    let counts = "sessions=1 added=0 changed=1 removed=0 warnings=0 millis=";
    assert!(published[0].contains(counts), "{said}");
}

#[test]
fn answers_are_logged_only_when_asked_for() {
    let watched = Watched::new(&talk(), &[]);
    watched.running.get(FEED, &[]);
    assert!(lines(&end(watched.running), "answered").is_empty());
}

#[test]
fn an_access_log_has_a_line_for_each_answer_and_nothing_about_the_reader() {
    let fixture = Fixture::new(&talk());
    let running = fixture.serve(&["--at", BEFORE, "--access-log"]);
    let feed = running.get(FEED, &SECRETS);
    running.get("/sessions/talk?token=hidden&via=may-letter", &SECRETS);
    running.get("/sessions/talk?via=Ann@example.org", &SECRETS);
    running.request("HEAD", "/none", &SECRETS);
    let said = end(running);
    let answers = lines(&said, "answered");
    let expected = [
        format!("method=GET path=\"{FEED}\" status=200 bytes={} client", feed.body.len()),
        "method=GET path=\"/sessions/talk\" via=\"may-letter\" status=200 bytes=".to_owned(),
        "method=GET path=\"/sessions/talk\" via=\"other\" status=200 bytes=".to_owned(),
        "method=HEAD path=\"/none\" status=404 bytes=0 client=\"browser\" micros=".to_owned(),
    ];
    assert_eq!(answers.len(), expected.len(), "{said}");
    for (answer, expected) in answers.iter().zip(expected) {
        assert!(answer.contains(&expected), "{answer}");
        for secret in ["127.0.0.1", "203.0.113.9", "ann", "Ann", "hidden", "Mozilla", "token"] {
            assert!(!answer.contains(secret), "{secret}: {answer}");
        }
    }
}

#[test]
fn a_log_for_programs_is_one_object_a_line() {
    let watched = Watched::new(&talk(), &["--log-format", "json", "--access-log"]);
    watched.running.get("/sessions/talk?via=may-letter", &SECRETS);
    watched.fixture.write("broken\nlist");
    watched.wait("convene_reloads_total{outcome=\"refused\"}", 1.0);
    let lines = json(watched.running);
    let find = |message: &str| {
        let found = lines.iter().find(|line| line["message"].as_str().unwrap().contains(message));
        found.unwrap_or_else(|| panic!("{message}: {lines:?}"))
    };
    let started = find("started");
    assert_eq!((&started["level"], &started["sessions"]), (&"INFO".into(), &1.into()));
    let answered = find("answered");
    assert_eq!(answered["target"], "convene::access");
    assert_eq!((&answered["method"], &answered["path"]), (&"GET".into(), &"/sessions/talk".into()));
    assert_eq!((&answered["via"], &answered["status"]), (&"may-letter".into(), &200.into()));
    assert_eq!(answered["client"], "browser");
    assert!(answered["micros"].is_u64() && answered["bytes"].as_u64() > Some(100));
    assert_eq!(find("is not published")["level"], "ERROR");
}

#[test]
fn a_flood_of_nonsense_is_two_lines_and_a_count() {
    let watched = Watched::new(&talk(), &["--log-format", "json"]);
    for _ in 0..50 {
        watched.running.raw(b"nonsense\r\n\r\n");
    }
    watched.wait("convene_refusals_total{kind=\"malformed\"}", 50.0);
    let lines = json(watched.running);
    let refused = lines.iter().filter(|line| line["kind"] == "malformed");
    let counts: Vec<_> = refused.map(|line| line["count"].as_u64().unwrap()).collect();
    // The first at once, the others with the end of the minute or of the program.
    assert_eq!(counts, [1, 49]);
}
