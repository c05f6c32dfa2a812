//! Requests that are none, each wrong in a way of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

/// A request from its parts.
fn request(method: &[u8], target: &[u8], version: &[u8], headers: &[u8]) -> Vec<u8> {
    [method, b" ", target, b" ", version, b"\r\n", headers, b"\r\n"].concat()
}

/// Characters of a token (RFC 9110 section 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Every kind; none of them may be answered as if it were right.
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
        b"GET / HTTP/1.1\r\nHost: a",
        b"GET",
        b"",
    ] {
        all.insert(whole.to_vec());
    }
    all
}

/// Sends each on a connection of its own, again and again, and looks that none is taken for right.
pub(super) fn send_all(address: SocketAddr, ended: &AtomicBool) -> String {
    let all = all();
    assert!(all.len() >= 500, "{} kinds", all.len());
    let mut statuses: BTreeMap<String, usize> = BTreeMap::new();
    let mut rounds = 0;
    while rounds == 0 || (rounds < 4 && !ended.load(SeqCst)) {
        for request in &all {
            let status = send(address, request);
            assert!(!status.starts_with('2'), "{status}: {}", request.escape_ascii());
            *statuses.entry(status).or_default() += 1;
        }
        rounds += 1;
    }
    format!("{} kinds of malformed requests, {rounds} times: {statuses:?}", all.len())
}

fn send(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut answer = Vec::new();
    let sent = stream.write_all(request).and_then(|()| stream.shutdown(Shutdown::Write));
    match sent.and_then(|()| stream.read_to_end(&mut answer)) {
        Ok(0) => "closed".to_owned(),
        Err(error) if answer.is_empty() => format!("{:?}", error.kind()),
        _ => String::from_utf8_lossy(answer.get(9..12).unwrap_or(&answer)).into_owned(),
    }
}
