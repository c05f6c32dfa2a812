//! Large responses, which take many writes.

use std::io::{Read as _, Write as _};
use std::time::Duration;

use crate::support::{Answer, BEFORE, Fixture, list, session};

/// Returns a file whose feed has several hundred kilobytes.
pub(super) fn large(title: &str) -> String {
    let text = format!("description = \"{title} {}\"", "A text that is rather long. ".repeat(30));
    let sessions: Vec<String> = (0..300)
        .map(|number| session(&format!("s{number}"), "2027-05-04T18:00:00", &text))
        .collect();
    list(&sessions.concat())
}

fn request(path: &str, coding: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: {coding}\r\n\r\n")
}

/// Reads one response after another, `piece` bytes at a time.
fn answers(stream: &mut std::net::TcpStream, count: usize, piece: usize) -> Vec<Answer> {
    let mut bytes = Vec::new();
    let mut found = Vec::new();
    let mut buffer = vec![0; piece];
    while found.len() < count {
        let read = stream.read(&mut buffer).unwrap();
        assert_ne!(read, 0, "the connection ended after {} answers", found.len());
        bytes.extend(&buffer[..read]);
        while let Some(head) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let answer = Answer::parse(&bytes[..head + 4]);
            let length: usize = answer.header("content-length").unwrap().parse().unwrap();
            if bytes.len() < head + 4 + length {
                break;
            }
            found.push(Answer::parse(&bytes[..head + 4 + length]));
            bytes.drain(..head + 4 + length);
        }
    }
    assert!(bytes.is_empty(), "{} bytes too many", bytes.len());
    found
}

#[test]
fn consecutive_large_and_small_responses_are_complete_for_slow_clients() {
    let fixture = Fixture::new(&large("First"));
    let running = fixture.serve(&["--at", BEFORE]);
    let paths =
        ["/feeds/test.ics", "/robots.txt", "/feeds/test", "/sessions/s7.ics", "/feeds/test.json"];
    for piece in [1_000, 60_000, 1 << 20] {
        let mut stream = running.connect();
        let mut wanted = Vec::new();
        let mut row = String::new();
        for coding in ["identity", "gzip", "br"] {
            for path in paths {
                wanted.push(running.get(path, &[("Accept-Encoding", coding)]));
                row.push_str(&request(path, coding));
            }
        }
        stream.write_all(row.as_bytes()).unwrap();
        // By then the sockets are full.
        std::thread::sleep(Duration::from_millis(50));
        let got = answers(&mut stream, wanted.len(), piece);
        for (wanted, got) in wanted.iter().zip(&got) {
            assert_eq!(got.header("etag"), wanted.header("etag"));
            assert!(got.body == wanted.body, "another body of {:?}", wanted.header("etag"));
        }
    }
}

#[test]
fn an_in_flight_large_response_stays_complete_when_the_file_changes() {
    let fixture = Fixture::new(&large("First"));
    let running = fixture.serve(&["--at", BEFORE]);
    let before = running.get("/feeds/test.ics", &[]);
    let mut stream = running.connect();
    let row = request("/feeds/test.ics", "identity").repeat(8);
    stream.write_all(row.as_bytes()).unwrap();
    std::thread::sleep(Duration::from_millis(50));
    fixture.write(&large("Other"));
    running.signal("HUP");
    let changed = || running.get("/feeds/test.ics", &[]).header("etag") != before.header("etag");
    while !changed() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let after = running.get("/feeds/test.ics", &[]);
    for answer in answers(&mut stream, 8, 10_000) {
        let wanted = if answer.header("etag") == before.header("etag") { &before } else { &after };
        assert_eq!(answer.header("etag"), wanted.header("etag"));
        assert!(answer.body == wanted.body, "mixed of two editions");
    }
}
