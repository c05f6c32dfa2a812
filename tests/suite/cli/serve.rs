//! `convene` and `convene serve`: the output at the start, and the responses.

use std::net::{SocketAddr, TcpListener};

use super::{FINE, WRONG_FILE, at_before, broken, files, moved, names, stderr, two};
use crate::support::{BEFORE, Fixture, Running};

const FEED: &str = "/feeds/test.ics";

/// Ends the program and returns its standard error, without the line that every start prints.
fn end(running: Running) -> String {
    let said = running.last_words();
    said.split_inclusive('\n').filter(|line| !line.contains(" started sessions=")).collect()
}

#[test]
fn no_command_means_serve() {
    let fixture = Fixture::new(&two());
    let bare = fixture.serve(&["--at", BEFORE]);
    let named = fixture.serve(&["serve", "--at", BEFORE]);
    let feed = bare.get(FEED, &[]);
    assert_eq!((feed.status, &feed.body), (200, &named.get(FEED, &[]).body));
    let first = |running: &Running| running.greeting.lines().next().unwrap().to_owned();
    assert_eq!(first(&bare), first(&named));
}

#[test]
fn the_greeting_has_the_file_and_the_address() {
    let toml = two() + "\n[[series]]\nid = \"spring\"\ntitle = \"Spring\"\n";
    let fixture =
        Fixture::new(&toml.replace("id = \"first\"", "id = \"first\"\nseries = \"spring\""));
    let mut running = fixture.serve(&["--at", BEFORE]);
    let rules = convene::zone::Rules::bundled();
    let (address, version) = (running.address, rules.version().to_owned());
    assert_eq!(
        running.greeting.clone() + &running.next_lines(3),
        format!(
            "sessions.toml: 2 sessions, time zones by tzdata {version}\n\
             listening on {address}\n\
             open       https://cal.example/\n\
             subscribe  https://cal.example/feeds/test.ics\n\
             subscribe  https://cal.example/feeds/spring.ics\n"
        )
    );
    let year = version.get(..4).and_then(|year| year.parse::<u16>().ok());
    assert!(year.is_some_and(|year| year >= 2025), "{version}");
    assert_eq!(end(running), "");
}

#[test]
fn a_local_url_without_a_listener_is_not_shown_in_the_greeting() {
    let toml = two().replace("https://cal.example", "http://127.0.0.1:1");
    let mut running = Fixture::new(&toml).serve(&["--at", BEFORE]);
    let address = running.address;
    let said = running.next_lines(3);
    let shown = [
        format!("open       http://{address}/"),
        format!("subscribe  http://{address}/feeds/test.ics"),
        "wrong url  links lead to http://127.0.0.1:1, where nothing listens; ".to_owned(),
    ];
    for (line, start) in said.lines().zip(&shown) {
        assert!(line.starts_with(start), "{said}");
    }
    assert_eq!(said.lines().count(), shown.len(), "{said}");
    let toml = two().replace("https://cal.example", "http://localhost:PORT");
    let fixture = Fixture::new(&toml);
    let address = free_address();
    fixture.write(&toml.replace("PORT", &address.port().to_string()));
    let mut running = Running::start(fixture.command(&["--listen", &address.to_string()]));
    let said = running.next_lines(1);
    assert_eq!(said, format!("open       http://localhost:{}/\n", address.port()));
}

/// Returns an address that is currently unused.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

#[test]
fn config_names_the_file_and_its_state_is_next_to_it() {
    let fixture = Fixture::new(&broken());
    std::fs::create_dir(fixture.dir().join("lists")).unwrap();
    std::fs::write(fixture.dir().join("lists/talks.toml"), two()).unwrap();
    let running = fixture.serve(&["--at", BEFORE, "--config", "lists/talks.toml"]);
    assert!(running.greeting.starts_with("lists/talks.toml: 2 sessions"), "{}", running.greeting);
    assert_eq!(running.get(FEED, &[]).status, 200);
    assert!(fixture.dir().join("lists/talks.revisions.json").exists());
    assert!(!fixture.revisions_file().exists());
}

#[test]
fn the_address_to_listen_on_may_stand_before_the_command() {
    let fixture = Fixture::new(&two());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for arguments in [["--listen", &address, "serve"], ["serve", "--listen", &address]] {
        let output = at_before(&fixture, &arguments);
        assert_eq!(output.status.code(), super::MACHINE, "{arguments:?}");
        assert!(stderr(&output).contains(&address), "{}", stderr(&output));
    }
}

#[test]
fn a_file_with_errors_is_not_served() {
    let fixture = Fixture::new(&broken());
    let output = at_before(&fixture, &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), WRONG_FILE);
    assert!(stderr(&output).contains("--> sessions.toml:"), "{}", stderr(&output));
    assert!(!fixture.revisions_file().exists());
}

#[test]
fn warnings_are_printed_and_do_not_stop_the_start() {
    let fixture = Fixture::new(&two().replace("America/New_York", "US/Eastern"));
    let running = fixture.serve(&["--at", BEFORE]);
    assert_eq!(running.get(FEED, &[]).status, 200);
    let said = end(running);
    assert!(said.contains("warning[") && said.contains("--> sessions.toml:"), "{said}");
}

#[test]
fn frozen_serves_the_record_and_writes_nothing() {
    let fixture = Fixture::new(&two());
    assert_eq!(at_before(&fixture, &["record"]).status.code(), FINE);
    let recorded = files(fixture.dir());
    let running = fixture.serve(&["--frozen", "--at", "2024-03-01T00:00:00Z"]);
    let feed = running.get(FEED, &[]);
    assert!(feed.text().contains("SUMMARY:Session second"));
    assert_eq!(feed.header("last-modified"), Some("Mon, 15 Jan 2024 12:00:00 GMT"));
    assert_eq!(end(running), "");
    assert_eq!(files(fixture.dir()), recorded);
}

#[test]
fn frozen_continues_when_a_session_leaves_its_feed_with_time() {
    let fixture = Fixture::new(&two().replace("duration", "keep_past = \"1d\"\nduration"));
    assert_eq!(at_before(&fixture, &["record"]).status.code(), FINE);
    let recorded = files(fixture.dir());
    let feed = |at| fixture.serve(&["--frozen", "--at", at]).get(FEED, &[]);
    let (early, late) = (feed(BEFORE), feed("2027-05-10T00:00:00Z"));
    assert!(early.text().contains("SUMMARY:Session first"));
    assert!(!late.text().contains("SUMMARY:Session first"));
    assert!(late.text().contains("SUMMARY:Session second"));
    // Last-Modified is the instant at which the session left, not the start of the process, because replicas must
    // agree.
    assert_eq!(late.header("last-modified"), Some("Sat, 01 May 2027 19:00:00 GMT"));
    assert_eq!(files(fixture.dir()), recorded);
}

#[test]
fn frozen_without_a_record_is_refused() {
    let fixture = Fixture::new(&two());
    for command in [&["--listen", "127.0.0.1:0"][..], &["export", "--out", "out"]] {
        let output = at_before(&fixture, &[&["--frozen"], command].concat());
        assert_eq!(output.status.code(), WRONG_FILE, "{command:?}");
        let said = stderr(&output);
        let place = |id: &str| said.find(&format!("`{id}`")).unwrap();
        assert!(place("first") < place("second"), "in the order of the file: {said}");
        assert!(said.contains("convene record"), "{said}");
        assert!(!fixture.revisions_file().exists() && !fixture.dir().join("out").exists());
    }
}

#[test]
fn frozen_with_an_unrecorded_file_publishes_the_last_good_edition_and_logs_it() {
    let fixture = Fixture::new(&two());
    let good = fixture.serve(&["--at", BEFORE]).get(FEED, &[]);
    for other in [moved(), broken()] {
        fixture.write(&other);
        let before = files(fixture.dir());
        let running = fixture.serve(&["--at", "2024-03-01T00:00:00Z", "--frozen"]);
        let answer = running.get(FEED, &[]);
        assert_eq!((answer.body, answer.status), (good.body.clone(), 200));
        let said = end(running);
        assert!(said.contains("--> sessions.toml:"), "{said}");
        assert!(
            said.contains("the last good edition is published in place of this file"),
            "{said}"
        );
        assert_eq!(files(fixture.dir()), before);
    }
    let output = at_before(&fixture, &["export", "--out", "out", "--frozen"]);
    assert_eq!(output.status.code(), FINE, "{}", stderr(&output));
    assert_eq!(std::fs::read(fixture.dir().join("out/feeds/test.ics")).unwrap(), good.body);
}

#[test]
fn frozen_at_a_difference_without_a_last_good_edition_is_refused() {
    let fixture = Fixture::new(&two());
    assert_eq!(at_before(&fixture, &["record"]).status.code(), FINE);
    std::fs::remove_file(fixture.dir().join(".sessions.last-good.toml")).unwrap();
    fixture.write(&moved());
    for command in [&["--listen", "127.0.0.1:0"][..], &["export", "--out", "out"]] {
        let output = at_before(&fixture, &[&["--frozen"], command].concat());
        assert_eq!(output.status.code(), WRONG_FILE, "{command:?}");
        let said = stderr(&output);
        assert!(said.contains("`second`") && !said.contains("`first`"), "{said}");
    }
}

#[test]
fn where_state_cannot_be_written_the_feed_is_served_from_memory_and_loudly() {
    let fixture = Fixture::new(&two());
    for (state, folder) in [("sessions.toml/x", "sessions.toml/x"), ("nowhere", "nowhere")] {
        let running = fixture.serve(&["--at", BEFORE, "--state", state]);
        assert!(running.get(FEED, &[]).text().contains("SUMMARY:Session first"), "{state}");
        let said = end(running);
        assert!(said.starts_with("error: "), "{said}");
        for part in [folder, "served from memory", "`convene record`", "`--frozen`"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        assert_eq!(names(fixture.dir()), ["sessions.toml"], "{state}");
    }
}
