//! Connections: persistent, closed, and misused ones.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::{FEED, INVITE, PAGE, Served};
use crate::support::{Answer, BEFORE, EXAMPLE, Fixture};

/// Reads one response, and no byte of the next.
pub(crate) fn read_one(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut one = [0];
        stream.read_exact(&mut one).unwrap();
        bytes.push(one[0]);
    }
    let head = Answer::parse(&bytes);
    let length = head.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; if head.status == 304 { 0 } else { length }];
    stream.read_exact(&mut body).unwrap();
    Answer { body, ..head }
}

pub(crate) fn is_closed(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0]) {
        Ok(read) => read == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[test]
fn a_connection_answers_one_request_after_another() {
    let served = Served::example();
    let mut stream = served.running.connect();
    for path in [FEED, "/none", PAGE, FEED] {
        write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
        let answer = read_one(&mut stream);
        let alone = served.get(path, &[]);
        assert_eq!((answer.status, answer.body), (alone.status, alone.body), "{path}");
    }
}

#[test]
fn pipelined_requests_are_served_in_order() {
    let served = Served::example();
    let mut stream = served.running.connect();
    let ask = |path, more: &str| format!("GET {path} HTTP/1.1\r\nHost: test\r\n{more}\r\n");
    let all = [
        ask(FEED, ""),
        ask(FEED, "If-None-Match: *\r\n"),
        ask(INVITE, "Accept-Encoding: gzip\r\n"),
        ask("/none.ics", "Connection: close\r\n"),
    ];
    stream.write_all(all.concat().as_bytes()).unwrap();
    let answers = all.map(|_| read_one(&mut stream));
    assert_eq!(answers.each_ref().map(|answer| answer.status), [200, 304, 200, 404]);
    assert!(answers[0].text().contains("X-WR-CALNAME"));
    assert_eq!(answers[2].header("content-encoding"), Some("gzip"));
    assert!(is_closed(&mut stream));
}

#[test]
fn a_head_leaves_the_connection_in_step() {
    let served = Served::example();
    let mut stream = served.running.connect();
    write!(stream, "HEAD {FEED} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    write!(stream, "GET /none.ics HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let all = String::from_utf8(all).unwrap();
    let (head, get) = all.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(get.starts_with("HTTP/1.1 404 "), "{get}");
}

#[test]
fn http_1_0_is_served_and_closed() {
    let served = Served::example();
    let bytes = served.running.raw(format!("GET {FEED} HTTP/1.0\r\n\r\n").as_bytes());
    let answer = Answer::parse(&bytes);
    assert_eq!((answer.status, &answer.body), (200, &served.get(FEED, &[]).body));
    assert_eq!(answer.header("transfer-encoding"), None);
}

#[test]
fn http_1_0_may_ask_to_be_kept() {
    let served = Served::example();
    let mut stream = served.running.connect();
    for _ in 0..2 {
        write!(stream, "GET {FEED} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").unwrap();
        assert_eq!(read_one(&mut stream).status, 200);
    }
}

#[test]
fn an_invalid_request_ends_only_its_own_connection() {
    let served = Served::example();
    let mut other = served.running.connect();
    write!(other, "GET {FEED} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    assert_eq!(read_one(&mut other).status, 200);
    let long = format!("GET /{} HTTP/1.1\r\nHost: test\r\n\r\n", "a".repeat(70_000));
    for (request, status) in [
        ("nonsense\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nbad header\r\n\r\n", 400),
        ("GET  HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/9.9\r\n\r\n", 400),
        (long.as_str(), 431),
    ] {
        let answer = Answer::parse(&served.running.raw(request.as_bytes()));
        assert_eq!((answer.status, answer.body.len()), (status, 0), "{request:.40}");
    }
    // This client disconnects in the middle of its request.
    served.running.connect().write_all(b"GET / HT").unwrap();
    write!(other, "GET {PAGE} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    assert_eq!(read_one(&mut other).status, 200);
}

#[test]
fn many_concurrent_clients_each_get_the_whole_feed() {
    let served = Served::example();
    let whole = served.get(FEED, &[]).body;
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                let mut stream = served.running.connect();
                for _ in 0..20 {
                    write!(stream, "GET {FEED} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
                    assert_eq!(read_one(&mut stream).body, whole);
                }
            });
        }
    });
}

#[test]
fn a_client_that_closes_its_sending_side_gets_the_whole_response() {
    let fixture = Fixture::new(EXAMPLE);
    let running = fixture.serve(&["--at", BEFORE]);
    let wanted = running.get("/feeds/state-of-solidarity.ics", &[]).body;
    for version in ["1.0", "1.1"] {
        for _ in 0..20 {
            let mut stream = running.connect();
            let request =
                format!("GET /feeds/state-of-solidarity.ics HTTP/{version}\r\nHost: x\r\n\r\n");
            stream.write_all(request.as_bytes()).unwrap();
            stream.shutdown(std::net::Shutdown::Write).unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            assert!(answer.ends_with(&wanted), "{version}: {} bytes", answer.len());
        }
    }
}
