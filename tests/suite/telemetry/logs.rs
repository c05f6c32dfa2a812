//! The log has one line for each important event, and no data about readers.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::{FEED, Watched, end, talk, wait_until};
use crate::support::{BEFORE, Fixture, Running, list, session};

/// The header fields that identify a client.
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

/// Ends the program and parses its log as JSON.
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
fn each_reload_is_one_line_with_its_changes() {
    let watched = Watched::new(&talk(), &[]);
    watched.fixture.write(&talk().replace("Session talk", "Another title"));
    watched.wait("convene_reloads_total{outcome=\"published\"}", 1.0);
    let said = end(watched.running);
    let published = lines(&said, " published ");
    assert_eq!(published.len(), 1, "{said}");
    let counts = "sessions=1 added=0 changed=1 removed=0 warnings=0 millis=";
    assert!(published[0].contains(counts), "{said}");
    assert!(published[0].ends_with("ids=\"talk\""), "{said}");
}

#[test]
fn a_reload_of_many_sessions_names_ten_of_them() {
    let sessions = |count: usize| -> String {
        let one = |at: usize| session(&format!("s{at:02}"), "2027-04-30T14:00:00", "");
        list(&(0..count).map(one).collect::<String>())
    };
    let watched = Watched::new(&sessions(1), &[]);
    watched.fixture.write(&sessions(14));
    watched.wait("convene_reloads_total{outcome=\"published\"}", 1.0);
    let said = end(watched.running);
    let expected = "added=13 changed=0 removed=0";
    let published = lines(&said, " published ");
    assert!(published[0].contains(expected), "{said}");
    let ids = "ids=\"s01, s02, s03, s04, s05, s06, s07, s08, s09, s10 and 3 more\"";
    assert!(published[0].ends_with(ids), "{said}");
}

#[test]
fn responses_are_logged_only_with_the_option() {
    let watched = Watched::new(&talk(), &[]);
    watched.running.get(FEED, &[]);
    assert!(lines(&end(watched.running), "answered").is_empty());
}

#[test]
fn an_access_log_has_a_line_for_each_response_and_nothing_about_the_client() {
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
    // The program logs the first at once, and the others at the end of the minute or at its own end.
    assert_eq!(counts, [1, 49]);
}

/// The number of requests whose log lines exceed the buffer.
const FLOOD: usize = 12_000;

/// Requests many responses on one connection; all must arrive.
fn flood(watched: &Watched) {
    let mut stream = watched.running.connect();
    let request = "HEAD /robots.txt HTTP/1.1\r\nHost: test\r\n\r\n".repeat(FLOOD / 100);
    let mut sending = stream.try_clone().unwrap();
    let sender = std::thread::spawn(move || {
        for _ in 0..100 {
            sending.write_all(request.as_bytes()).unwrap();
        }
    });
    let (mut answers, mut bytes, mut tail) = (0, [0; 1 << 16], Vec::new());
    while answers < FLOOD {
        let read = stream.read(&mut bytes).expect("answers go on");
        assert_ne!(read, 0, "closed after {answers} answers");
        tail.extend_from_slice(&bytes[..read]);
        answers += tail.windows(4).filter(|end| end == b"\r\n\r\n").count();
        tail.drain(..tail.len().saturating_sub(3));
    }
    assert_eq!(answers, FLOOD);
    sender.join().unwrap();
}

/// Ends the program, and checks that it ends quickly.
fn ends_soon(running: &mut Running) {
    let start = Instant::now();
    running.signal("TERM");
    let ended = wait_until(|| running.child.try_wait().unwrap());
    assert_eq!(ended.code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[test]
fn an_unread_log_blocks_no_client() {
    for format in ["text", "json"] {
        let mut watched = Watched::new(&talk(), &["--access-log", "--log-format", format]);
        flood(&watched);
        let dropped = watched.value("convene_log_dropped_total").unwrap();
        assert!(dropped > 100.0 && dropped < FLOOD as f64, "{format}: {dropped}");
        // The reloader logs a line, too.
        watched.fixture.write(&talk().replace("Session talk", "Another title"));
        watched.wait("convene_reloads_total{outcome=\"published\"}", 1.0);
        assert_eq!(watched.ask("GET", "/readyz").text(), "ready\n");
        ends_soon(&mut watched.running);
    }
}

#[test]
fn a_log_that_is_read_again_reports_the_number_of_dropped_lines() {
    let mut watched = Watched::new(&talk(), &["--access-log", "--log-format", "json"]);
    flood(&watched);
    let dropped = watched.value("convene_log_dropped_total").unwrap();
    let mut lines = BufReader::new(watched.running.child.stderr.take().unwrap()).lines();
    let mut answered = 0;
    let count = loop {
        let line: serde_json::Value =
            serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        match line["message"].as_str().unwrap() {
            "answered" => answered += 1,
            "started" => {}
            other => {
                assert!(other.starts_with("log lines were dropped"), "{other}");
                assert_eq!(line["level"], "WARN");
                break line["count"].as_f64().unwrap();
            }
        }
    };
    assert!(answered > 0);
    assert_eq!(count, dropped);
    watched.running.get(FEED, &[]);
    let path =
        |line: String| serde_json::from_str::<serde_json::Value>(&line).unwrap()["path"].clone();
    assert!(lines.any(|line| path(line.unwrap()) == FEED), "it is written as before");
}

#[test]
fn a_start_with_unread_output_serves_and_ends() {
    // The file has a finding, which the program prints.
    let fixture = Fixture::new(&talk().replace("America/New_York", "US/Eastern"));
    let (_reader, writer) = std::io::pipe().unwrap();
    rustix::io::ioctl_fionbio(&writer, true).unwrap();
    while (&writer).write(&[b'x'; 4096]).is_ok() {}
    while (&writer).write(b"x").is_ok() {}
    rustix::io::ioctl_fionbio(&writer, false).unwrap();
    let mut command = fixture.command(&["--at", BEFORE, "--listen", "unix:s"]);
    command.stdout(writer.try_clone().unwrap()).stderr(writer);
    let mut child = command.spawn().unwrap();
    let mut stream = wait_until(|| UnixStream::connect(fixture.dir().join("s")).ok());
    write!(stream, "GET {FEED} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let pid = child.id().to_string();
    let killed = std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap();
    assert!(killed.success());
    let ended = wait_until(|| child.try_wait().unwrap());
    assert_eq!(ended.code(), Some(0));
}
