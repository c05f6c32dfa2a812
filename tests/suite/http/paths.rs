//! The served addresses, and the refusals of all others.

use super::{FEED, INVITE, KINDS, PAGE, PATHS, ROBOTS, Served};
use crate::support::{EXAMPLE, list, session};

#[test]
fn every_path_of_the_contract_has_status_200() {
    let served = Served::example();
    for path in PATHS {
        let answer = served.get(path, &[]);
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.is_empty(), "{path}");
    }
}

#[test]
fn an_unknown_path_is_text_for_programs_and_a_page_for_people() {
    let served = Served::example();
    for (path, program) in [
        ("/feeds/none.ics", true),
        ("/none.json", true),
        ("/feeds/none.atom", true),
        ("/none.svg", true),
        ("/none", false),
        ("/none.html", false),
        ("/none.txt", false),
        ("/feeds/", false),
        ("/sessions/none", false),
        ("/ics", false),
        ("/feeds/none.ics/", false),
    ] {
        let answer = served.get(path, &[]);
        assert_eq!(answer.status, 404, "{path}");
        assert_refusal(&answer, program, path);
    }
}

#[test]
fn other_methods_get_allow() {
    let served = Served::example();
    for method in
        ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "REPORT", "get"]
    {
        for (path, program) in [(FEED, true), (PAGE, false), ("/none.ics", true), ("/none", false)]
        {
            let answer = served.running.request(method, path, &[]);
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), Some("GET, HEAD"), "{method} {path}");
            assert_refusal(&answer, program, path);
        }
    }
}

/// Checks a refusal: it must not be cached or look like a calendar, and must have a format that the client understands.
fn assert_refusal(answer: &crate::support::Answer, program: bool, path: &str) {
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    let expected = if program { "text/plain; charset=utf-8" } else { "text/html; charset=utf-8" };
    assert_eq!(answer.header("content-type"), Some(expected), "{path}");
    assert_eq!(answer.text().starts_with("<!DOCTYPE html>"), !program, "{path}");
    let length = answer.body.len().to_string();
    assert_eq!(answer.header("content-length"), Some(length.as_str()), "{path}");
    for name in ["etag", "last-modified"] {
        assert_eq!(answer.header(name), None, "{path}");
    }
}

#[test]
fn a_method_that_is_refused_may_bring_a_body() {
    let served = Served::example();
    let request = "PUT /feeds/state-of-solidarity.ics HTTP/1.1\r\nHost: test\r\n\
                   Connection: close\r\nContent-Length: 15\r\n\r\nBEGIN:VCALENDAR";
    let answer = crate::support::Answer::parse(&served.running.raw(request.as_bytes()));
    assert_eq!(answer.status, 405);
    assert!(served.get(FEED, &[]).text().contains("SUMMARY:"));
}

#[test]
fn a_slash_too_many_leads_to_the_path_without() {
    let served = Served::example();
    for path in PATHS.into_iter().filter(|path| *path != "/") {
        let answer = served.get(&format!("{path}/"), &[]);
        assert_eq!((answer.status, answer.header("location")), (301, Some(path)));
        assert_eq!((answer.header("content-length"), answer.body.len()), (Some("0"), 0), "{path}");
        assert_eq!(served.status(&format!("{path}//"), &[]), 404, "{path}");
    }
}

#[test]
fn a_query_takes_no_part() {
    let served = Served::example();
    for path in KINDS {
        let plain = served.get(path, &[]);
        for query in ["?", "?nocache=1", "?a=b&c=%20d?/x.ics"] {
            let answer = served.get(&format!("{path}{query}"), &[]);
            assert_eq!((answer.status, &answer.body), (200, &plain.body), "{path}{query}");
            assert_eq!(answer.header("etag"), plain.header("etag"), "{path}{query}");
        }
    }
    let answer = served.get(&format!("{PAGE}/?x=1"), &[]);
    assert_eq!((answer.status, answer.header("location")), (301, Some(PAGE)));
    assert_eq!(served.status("/none?/feeds/state-of-solidarity.ics", &[]), 404);
}

#[test]
fn paths_have_case_and_no_way_out() {
    let served = Served::example();
    for path in [
        "/Feeds/state-of-solidarity.ics",
        "/feeds/state-of-solidarity.ICS",
        "//feeds/state-of-solidarity.ics",
        "/feeds//state-of-solidarity.ics",
        "/../sessions.toml",
        "/sessions.toml",
        "/sessions.revisions.json",
        "/%2e%2e/sessions.toml",
    ] {
        assert_eq!(served.status(path, &[]), 404, "{path}");
    }
}

#[test]
fn every_path_begins_with_the_path_of_the_public_address() {
    let toml = EXAMPLE.replace("http://127.0.0.1:8080", "https://org.example/calendar/2024");
    let served = Served::new(&toml, &[]);
    let base = "/calendar/2024";
    for path in PATHS.into_iter().filter(|path| ![ROBOTS, "/"].contains(path)) {
        assert_eq!(served.status(&format!("{base}{path}"), &[]), 200, "{path}");
        assert_eq!(served.status(path, &[]), 404, "{path}");
        let slashed = served.get(&format!("{base}{path}/"), &[]);
        let location = format!("{base}{path}");
        assert_eq!((slashed.status, slashed.header("location")), (301, Some(location.as_str())));
    }
    assert_eq!(served.status(base, &[]), 200);
    assert_eq!(served.get(&format!("{base}/"), &[]).header("location"), Some(base));
    assert_eq!((served.status("/", &[]), served.status("/calendar", &[])), (404, 404));
    // Crawlers request this file only in the root of a host.
    assert_eq!(served.status(ROBOTS, &[]), 200);
    let page = served.get(base, &[]);
    let missing = served.get(&format!("{base}/none"), &[]);
    for (answer, name) in [(page, "root"), (missing, "404")] {
        let links = answer.text().split("href=\"").skip(1);
        let links: Vec<&str> = links.map(|rest| rest.split('"').next().unwrap()).collect();
        let ours = |link: &&str| link.starts_with('/');
        assert!(links.iter().any(ours), "{name}");
        assert!(
            links.iter().filter(|link| ours(link)).all(|link| link.starts_with(base)),
            "{name}"
        );
    }
    let feed = served.get(&format!("{base}{FEED}"), &[]);
    let source = "https://org.example/calendar/2024/feeds/state-of-solidarity.ics";
    assert!(feed.text().replace("\r\n ", "").contains(source));
}

#[test]
fn the_address_on_the_command_line_goes_before_the_lists() {
    let mut served = Served::new(EXAMPLE, &["--url", "https://other.example/c"]);
    assert_eq!((served.status("/c", &[]), served.status(FEED, &[])), (200, 404));
    let invite = served.get(&format!("/c{INVITE}"), &[]);
    assert!(invite.text().replace("\r\n ", "").contains("https://other.example/c/"));
    let said = served.running.next_lines(3);
    assert!(said.contains("https://other.example/c/feeds/"), "{said}");
}

#[test]
fn without_a_url_links_use_the_listening_address() {
    let toml = list(&session("a", "2027-04-30T14:00:00", ""))
        .replace("url = \"https://cal.example\"\n", "");
    let served = Served::new(&toml, &[]);
    let own = format!("http://{}/", served.running.address);
    let feed = served.get("/feeds/test.ics", &[]);
    assert!(feed.text().replace("\r\n ", "").contains(&own), "{own}");
}
