//! The headers of every response.

use super::{FEED, INVITE, KINDS, PAGE, PATHS, ROBOTS, Served};
use crate::support::{list, session};

const CALENDAR_CACHE: &str =
    "public, max-age=300, stale-while-revalidate=3600, stale-if-error=604800";

#[test]
fn the_media_type_names_a_method_exactly_when_the_body_does() {
    let served = Served::example();
    for path in PATHS {
        let answer = served.get(path, &[]);
        let method = answer.text().contains("\r\nMETHOD:PUBLISH\r\n");
        let expected = match path {
            ROBOTS => "text/plain; charset=utf-8",
            _ if !path.ends_with(".ics") => "text/html; charset=utf-8",
            _ if method => "text/calendar; charset=utf-8; method=PUBLISH",
            _ => "text/calendar; charset=utf-8",
        };
        assert_eq!(answer.header("content-type"), Some(expected), "{path}");
        assert_eq!(method, path.starts_with("/sessions/") && path.ends_with(".ics"), "{path}");
        // Feeds declare no other method either.
        assert_eq!(answer.text().contains("METHOD:"), method, "{path}");
    }
}

#[test]
fn cache_control_matches_the_contract() {
    let served = Served::example();
    for path in PATHS {
        let expected = match path {
            ROBOTS => "public, max-age=86400",
            _ if path.ends_with(".ics") => CALENDAR_CACHE,
            _ => "public, max-age=60",
        };
        assert_eq!(served.get(path, &[]).header("cache-control"), Some(expected), "{path}");
    }
}

#[test]
fn every_response_has_nosniff() {
    let served = Served::example();
    let answers = [
        served.get(FEED, &[("Accept-Encoding", "gzip")]),
        served.get(PAGE, &[]),
        served.get(ROBOTS, &[]),
        served.get("/none", &[]),
        served.get("/none.ics", &[]),
        served.get(&format!("{FEED}/"), &[]),
        served.running.request("POST", FEED, &[]),
        served.get(FEED, &[("If-Match", "\"other\"")]),
    ];
    for answer in answers {
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{answer:?}");
    }
}

#[test]
fn calendars_alone_are_open_to_scripts_and_closed_to_search() {
    let served = Served::example();
    for path in PATHS.into_iter().chain(["/none.ics", "/none"]) {
        let answer = served.get(path, &[("Origin", "https://viewer.example")]);
        let calendar = PATHS.contains(&path) && path.ends_with(".ics");
        let (cors, robots) = (calendar.then_some("*"), calendar.then_some("noindex"));
        assert_eq!(answer.header("access-control-allow-origin"), cors, "{path}");
        assert_eq!(answer.header("x-robots-tag"), robots, "{path}");
    }
}

#[test]
fn calendars_are_shown_inline_under_a_plain_and_a_readable_name() {
    let toml = list(&session("opening", "2027-04-30T14:00:00", ""))
        .replace("title = \"Session opening\"", "title = \"Zoë & \\\"Friends\\\": 100% / 世界\"");
    let served = Served::new(&toml, &[]);
    assert_eq!(
        served.get("/sessions/opening.ics", &[]).header("content-disposition"),
        Some(
            "inline; filename=\"opening.ics\"; \
             filename*=UTF-8''Zo%C3%AB%20&%20-Friends--%20100%25%20-%20%E4%B8%96%E7%95%8C.ics"
        )
    );
    assert_eq!(
        served.get("/feeds/test.ics", &[]).header("content-disposition"),
        Some("inline; filename=\"test.ics\"; filename*=UTF-8''Test.ics")
    );
    for path in ["/", "/feeds/test", "/sessions/opening", ROBOTS, "/none.ics"] {
        assert_eq!(served.get(path, &[]).header("content-disposition"), None, "{path}");
    }
}

#[test]
fn head_has_exactly_the_headers_of_get_and_no_body() {
    let served = Served::example();
    let asked = PATHS.into_iter().chain(["/none", "/none.ics", "/feeds/2024-series/"]);
    for path in asked {
        for accept in ["", "gzip", "br", "*;q=0"] {
            let ask = |method| {
                let mut answer =
                    served.running.request(method, path, &[("Accept-Encoding", accept)]);
                // The date may change between the two requests, and the order of headers has no meaning.
                answer.headers.retain(|(name, _)| name != "date");
                answer.headers.sort();
                answer
            };
            let (get, head) = (ask("GET"), ask("HEAD"));
            assert_eq!((get.status, &get.headers), (head.status, &head.headers), "{path} {accept}");
            assert!(head.body.is_empty(), "{path} {accept}");
            let length = get.body.len().to_string();
            assert_eq!(head.header("content-length"), Some(length.as_str()), "{path} {accept}");
        }
    }
}

#[test]
fn no_body_is_sent_in_pieces() {
    let served = Served::example();
    for path in KINDS {
        let answer = served.get(path, &[("Accept-Encoding", "gzip, br")]);
        assert_eq!(answer.header("transfer-encoding"), None, "{path}");
        assert!(!answer.body.is_empty(), "{path}");
    }
}

#[test]
fn crawlers_may_read_everything() {
    let served = Served::example();
    let answer = served.get(ROBOTS, &[]);
    assert_eq!((answer.status, answer.text()), (200, "User-agent: *\nAllow: /\n"));
}

#[test]
fn an_invite_has_one_event_and_a_feed_all_of_them() {
    let served = Served::example();
    let events = |path| served.get(path, &[]).text().matches("BEGIN:VEVENT\r\n").count();
    assert_eq!((events(FEED), events(INVITE)), (3, 1));
}
