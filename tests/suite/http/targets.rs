//! Request targets and Host headers in all formats of the standard, and in some invalid ones.

use super::connections::read_one;
use super::{FEED, INVITE, PAGE, Served};
use crate::support::{Answer, EXAMPLE};

/// Returns the status of the response to these bytes.
fn status(served: &Served, request: &str) -> u16 {
    Answer::parse(&served.running.raw(request.as_bytes())).status
}

/// Returns a request with a request line and the given Host headers, for a new connection.
fn with_hosts(line: &str, hosts: &[&str]) -> String {
    let hosts: String = hosts.iter().map(|host| format!("Host: {host}\r\n")).collect();
    format!("{line}\r\n{hosts}Connection: close\r\n\r\n")
}

#[test]
fn an_absolute_form_target_is_served_by_its_path() {
    let served = Served::example();
    for authority in ["http://127.0.0.1:8080", "https://org.example", "http://[::1]:80"] {
        let answer = served.get(&format!("{authority}{FEED}?x"), &[]);
        assert_eq!(answer.status, 200, "{authority}");
        assert_eq!(served.status(authority, &[]), 200, "{authority}");
    }
    // The server ignores the Host header of this request (RFC 9112 section 3.2.2).
    let line = format!("GET http://one.example{FEED} HTTP/1.1");
    assert_eq!(status(&served, &with_hosts(&line, &["other.example"])), 200);
    assert_eq!(status(&served, &with_hosts(&line, &[])), 400);
}

#[test]
fn a_star_and_an_authority_alone_go_with_their_methods_only() {
    let served = Served::example();
    assert_eq!(served.running.request("OPTIONS", "*", &[]).status, 405);
    assert_eq!(served.running.request("CONNECT", "org.example:80", &[]).status, 405);
    assert_eq!(served.status("*", &[]), 400);
    assert_eq!(served.status("org.example:80", &[]), 400);
    assert_eq!(served.status("feeds/test.ics", &[]), 400);
}

#[test]
fn http_1_1_has_one_host_that_is_right() {
    let served = Served::example();
    let line = format!("GET {FEED} HTTP/1.1");
    for host in ["cal.example", "cal.example:8080", "[::1]:8080", "127.0.0.1", "", "CAL.example."] {
        assert_eq!(status(&served, &with_hosts(&line, &[host])), 200, "{host}");
    }
    for hosts in [
        &[][..],
        &["a", "b"],
        &["a", "a"],
        &["a b"],
        &["a/b"],
        &["user@a"],
        &["a:b"],
        &["[::1"],
        &["a, b"],
        &["caf\u{e9}"],
    ] {
        let answer = Answer::parse(&served.running.raw(with_hosts(&line, hosts).as_bytes()));
        assert_eq!(answer.status, 400, "{hosts:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{hosts:?}");
    }
    let line = format!("GET {FEED} HTTP/1.0");
    assert_eq!(status(&served, &with_hosts(&line, &[])), 200);
    assert_eq!(status(&served, &with_hosts(&line, &["a", "b"])), 400);
}

#[test]
fn a_refused_host_leaves_the_connection_in_step() {
    use std::io::Write as _;
    let served = Served::example();
    let mut stream = served.running.connect();
    for (hosts, expected) in [("Host: a\r\nHost: b\r\n", 400), ("Host: a\r\n", 200)] {
        write!(stream, "GET {FEED} HTTP/1.1\r\n{hosts}\r\n").unwrap();
        assert_eq!(read_one(&mut stream).status, expected);
    }
}

#[test]
fn equivalent_paths_get_the_same_response() {
    let served = Served::example();
    let plain = served.get(FEED, &[]);
    for path in [
        "/feeds/%73tate-of-solidarity.ics",
        "/feeds/state%2Dof%2dsolidarity%2eics",
        "/%66%65%65%64%73/state-of-solidarity.ics",
        "/feeds/./state-of-solidarity.ics",
        "/feeds/../feeds/state-of-solidarity.ics",
        "/feeds/%2e%2E/feeds/%2E/state-of-solidarity.ics",
        "/../../feeds/state-of-solidarity.ics",
        "/none/..//../feeds/state-of-solidarity.ics",
    ] {
        let answer = served.get(path, &[]);
        assert_eq!((answer.status, &answer.body), (200, &plain.body), "{path}");
        assert_eq!(answer.header("etag"), plain.header("etag"), "{path}");
        let head = served.running.request("HEAD", path, &[]);
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
    }
    for path in [PAGE, INVITE] {
        let slashed = served.get(&format!("{path}/."), &[]);
        assert_eq!((slashed.status, slashed.header("location")), (301, Some(path)));
    }
}

#[test]
fn other_or_invalid_paths_are_not_found() {
    let served = Served::example();
    for path in [
        "/feeds%2Fstate-of-solidarity.ics",
        "/feeds/state-of-solidarity.ics%00",
        "/feeds/state-of-solidarity.ics%",
        "/feeds/state-of-solidarity.ics%2",
        "/feeds/%zzstate-of-solidarity.ics",
        "/feeds/%2573tate-of-solidarity.ics",
        "/feeds/%C0%AEstate-of-solidarity.ics",
        "/feeds//state-of-solidarity.ics",
        "//feeds/state-of-solidarity.ics",
        "/feeds/..%2f..%2fsessions.toml",
        "/..%5c..%5csessions.toml",
        "/feeds/state-of-solidarity.ics;x=1",
    ] {
        assert_eq!(served.status(path, &[]), 404, "{path}");
    }
    // A request target must not contain NUL.
    let nul = "GET /feeds/\0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&served, nul), 400);
}

#[test]
fn an_extremely_long_target_is_refused() {
    let served = Served::example();
    let long = |bytes: usize| format!("{FEED}?{}", "x".repeat(bytes - FEED.len() - 1));
    assert_eq!((served.status(&long(8000), &[]), served.status(&long(8001), &[])), (200, 414));
}

#[test]
fn browsers_get_an_error_page_and_programs_a_line() {
    let served = Served::example();
    let answer = |path: &str, host: &str| {
        let request = with_hosts(&format!("GET {path} HTTP/1.1"), &[host]);
        String::from_utf8(served.running.raw(request.as_bytes())).unwrap()
    };
    let long = "x".repeat(8_000);
    for (path, host, text, page) in [
        ("/feeds/a", "a b", "400", "This address cannot be read</h1>"),
        (&format!("/{long}"), "a", "414", "This address is too long</h1>"),
    ] {
        let as_page = answer(path, host);
        assert!(as_page.starts_with(&format!("HTTP/1.1 {text} ")), "{as_page}");
        assert!(as_page.contains("content-type: text/html; charset=utf-8\r\n"), "{as_page}");
        assert!(as_page.contains("<!DOCTYPE html>") && as_page.contains(page), "{as_page}");
        let as_text = answer(&format!("{path}.ics"), host);
        assert!(as_text.contains("content-type: text/plain; charset=utf-8\r\n"), "{as_text}");
        assert!(!as_text.contains('<'), "{as_text}");
    }
}

#[test]
fn an_encoded_public_path_is_found_in_each_spelling() {
    let toml = EXAMPLE.replace("http://127.0.0.1:8080", "https://org.example/caf\u{e9}");
    let served = Served::new(&toml, &[]);
    for base in ["/caf%C3%A9", "/caf%c3%a9", "/%63af%c3%A9"] {
        assert_eq!(served.status(&format!("{base}{FEED}"), &[]), 200, "{base}");
    }
}
