//! Malformed requests, each invalid in a different way.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use crate::support::{BEFORE, EXAMPLE, Fixture};

/// The time limit for a refusal, which is shorter than the header timeout, so that the test does not mistake a timeout
/// for a refusal.
const PROMPT: Duration = Duration::from_secs(10);
/// The outcome of a request if the server closes the connection without a response.
const CLOSED: &str = "closed";
/// Beginnings of requests that may still become valid; the server waits for the rest until the header timeout.
const BEGINNINGS: [&[u8]; 7] = [
    b"",
    b"\r\n",
    b"GET",
    b"GET /",
    b"GET / HTTP/1.1\r\n",
    b"GET / HTTP/1.1\r\nHost: a",
    b"GET / HTTP/1.1\r\nHost: a\r\n",
];

/// Builds a request from its parts.
fn request(method: &[u8], target: &[u8], version: &[u8], headers: &[u8]) -> Vec<u8> {
    [method, b" ", target, b" ", version, b"\r\n", headers, b"\r\n"].concat()
}

/// Returns whether a byte may be in a token (RFC 9110 section 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Returns every kind of invalid request, each complete; none may get a success.
fn all() -> BTreeSet<Vec<u8>> {
    let mut all = BTreeSet::new();
    let (get, root, http, host) = (&b"GET"[..], &b"/"[..], &b"HTTP/1.1"[..], &b"Host: a\r\n"[..]);
    for byte in 0..=255_u8 {
        let one = [byte];
        if !is_token(byte) && byte != b':' {
            all.insert(request(get, root, http, &[host, b"X", &one, b"Y: z\r\n"].concat()));
        }
        if !is_token(byte) {
            all.insert(request(&[b"G", &one[..], b"T"].concat(), root, http, host));
        }
        if byte < 32 && byte != b'\t' || byte == 127 {
            all.insert(request(get, root, http, &[host, b"X: a", &one, b"b\r\n"].concat()));
        }
        if byte <= 32 || byte >= 127 {
            all.insert(request(get, &[b"/x", &one[..], b"y"].concat(), http, host));
        }
        if byte != b'1' && byte != b'0' {
            all.insert(request(get, root, &[b"HTTP/1.", &one[..]].concat(), host));
        }
    }
    for version in ["HTTP/2.0", "HTTP/0.9", "http/1.1", "HTTP/1.10", "HTTP/1", "HTTPS/1.1", "", "x"]
    {
        all.insert(request(get, root, version.as_bytes(), host));
    }
    for length in ["-1", "+1", "1,1", "0x1", "1 1", "a", "18446744073709551616", "1;", ""] {
        let headers = format!("Host: a\r\nContent-Length: {length}\r\n");
        all.insert(request(b"PUT", root, http, headers.as_bytes()));
    }
    for coding in ["gzip", "chunked, gzip", "chunke", "chunked;x", "\"chunked\"", ","] {
        let headers = format!("Host: a\r\nTransfer-Encoding: {coding}\r\n");
        all.insert(request(b"PUT", root, http, headers.as_bytes()));
    }
    for host in ["a b", "a/b", "u@a", "a:x", "[::1", "a\r\nHost: b", "a\r\nHost: a", "a?b", "a#b"] {
        all.insert(request(get, root, http, format!("Host: {host}\r\n").as_bytes()));
    }
    for target in ["", "*", "x", "a:80", "?x", "#x", "//", "/%", "/%00", "/%zz", "/../..//", "\\"] {
        if target != "//" {
            all.insert(request(get, target.as_bytes(), http, host));
        }
    }
    for whole in [
        &b"\0\0\0\0"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/1.1 x\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\n Host: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost\r\n\r\n",
        b"GET / HTTP/1.1\r\n: a\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ] {
        all.insert(whole.to_vec());
    }
    all
}

/// Sends each complete kind repeatedly on separate connections, and checks that the server refuses each in time.
pub(super) fn send_all(address: SocketAddr, ended: &AtomicBool) -> String {
    let all = all();
    assert!(all.len() >= 500, "{} kinds", all.len());
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    let mut rounds = 0;
    while rounds == 0 || (rounds < 4 && !ended.load(SeqCst)) {
        for request in &all {
            let outcome = outcome(open(address, request), PROMPT).unwrap_or_else(|| {
                panic!("no answer within {PROMPT:?}: {}", request.escape_ascii())
            });
            let is_refused = outcome == CLOSED || outcome.starts_with(['4', '5']);
            assert!(is_refused, "{outcome}: {}", request.escape_ascii());
            *outcomes.entry(outcome).or_default() += 1;
        }
        rounds += 1;
    }
    format!("{} kinds of malformed requests, {rounds} times: {outcomes:?}", all.len())
}

/// Sends the beginnings concurrently and then nothing more. The server closes each without a response after the header
/// timeout.
pub(super) fn begin_all(address: SocketAddr, patience: Duration) -> String {
    let begun = BEGINNINGS.map(|beginning| (beginning, open(address, beginning)));
    let end = Instant::now() + patience;
    for (beginning, stream) in begun {
        // A timeout of zero is an error.
        let left = end.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        let outcome = outcome(stream, left);
        assert_eq!(outcome.as_deref(), Some(CLOSED), "{}", beginning.escape_ascii());
    }
    format!("{} kinds of beginnings, all closed", BEGINNINGS.len())
}

/// Opens a connection, sends all bytes, and leaves it open for more.
fn open(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(bytes).unwrap();
    stream
}

/// Returns the status of the response, or [`CLOSED`] if the server closed the connection without one; `None` if neither
/// happened in time.
fn outcome(mut stream: TcpStream, patience: Duration) -> Option<String> {
    stream.set_read_timeout(Some(patience)).unwrap();
    let mut status = [0; 12];
    match stream.read_exact(&mut status) {
        Ok(()) => {
            assert!(status.starts_with(b"HTTP/1."), "{}", status.escape_ascii());
            Some(String::from_utf8_lossy(&status[9..]).into_owned())
        }
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        Err(_) => Some(CLOSED.to_owned()),
    }
}

#[test]
fn malformed_requests_are_refused_at_once() {
    let fixture = Fixture::new(EXAMPLE);
    let running = fixture.serve(&["--at", BEFORE]);
    println!("{}", send_all(running.address, &AtomicBool::new(true)));
}

#[test]
fn an_incomplete_request_is_closed_after_the_header_timeout() {
    let fixture = Fixture::new(EXAMPLE);
    let running = fixture.serve(&["--at", BEFORE, "--header-timeout", "1s"]);
    println!("{}", begin_all(running.address, PROMPT));
}

#[test]
fn an_incomplete_request_that_ends_is_closed_at_once() {
    let fixture = Fixture::new(EXAMPLE);
    let running = fixture.serve(&["--at", BEFORE]);
    for beginning in BEGINNINGS {
        let stream = open(running.address, beginning);
        stream.shutdown(Shutdown::Write).unwrap();
        let outcome = outcome(stream, PROMPT);
        assert_eq!(outcome.as_deref(), Some(CLOSED), "{}", beginning.escape_ascii());
    }
}
