//! The headers of a 304 (RFC 9110 section 15.4.5), and the lifetime of entity tags.

use super::{FEED, KINDS, MODIFIED, PAGE, Served};
use crate::support::{Answer, EXAMPLE};

/// Checks a 304 against RFC 9110 section 15.4.5.
fn assert_not_modified(full: &Answer, short: &Answer, about: &str) {
    assert_eq!((full.status, short.status), (200, 304), "{about}");
    for name in ["etag", "last-modified", "cache-control", "vary", "access-control-allow-origin"] {
        assert_eq!(full.header(name), short.header(name), "{about}: {name}");
    }
    assert!(short.body.is_empty(), "{about}");
    // A 304 has no Content-Length, or that of the full response. To caches, `0` would mean an empty resource.
    let length = short.header("content-length");
    assert!(length.is_none() || length == full.header("content-length"), "{about}: {length:?}");
    for name in ["content-type", "content-encoding", "transfer-encoding"] {
        assert_eq!(short.header(name), None, "{about}: {name}");
    }
}

#[test]
fn a_304_repeats_the_validators_and_cache_headers_and_has_no_body() {
    let served = Served::example();
    for path in KINDS {
        for coding in ["identity", "gzip", "br"] {
            for method in ["GET", "HEAD"] {
                let ask = |headers: &[(&str, &str)]| {
                    let headers = [&[("Accept-Encoding", coding)], headers].concat();
                    served.running.request(method, path, &headers)
                };
                let (full, short) = (ask(&[]), ask(&[("If-None-Match", "*")]));
                assert_not_modified(&full, &short, &format!("{method} {path} {coding}"));
            }
        }
    }
}

#[test]
fn a_304_by_date_is_the_same_as_one_by_tag() {
    let served = Served::example();
    let full = served.get(FEED, &[]);
    assert_not_modified(&full, &served.get(FEED, &[("If-Modified-Since", MODIFIED)]), "by date");
}

#[test]
fn a_head_that_fails_its_condition_has_no_body() {
    let served = Served::example();
    let answer = served.running.request("HEAD", FEED, &[("If-Match", "\"other\"")]);
    assert_eq!((answer.status, answer.body.len()), (412, 0));
}

#[test]
fn a_restart_keeps_every_tag_and_a_change_ends_them() {
    let served = Served::example();
    let tag = served.tag(FEED, "gzip");
    let page = served.tag(PAGE, "gzip");
    let fixture = served.fixture;
    drop(served.running);

    let running = fixture.serve(&["--at", "2024-02-01T09:00:00Z"]);
    let answer = running.get(FEED, &[("If-None-Match", &tag)]);
    assert_eq!((answer.status, answer.header("last-modified")), (304, Some(MODIFIED)));
    assert_eq!(running.get(PAGE, &[("If-None-Match", &page)]).status, 304);
    drop(running);

    fixture.write(&EXAMPLE.replace("in an Era of Silos\"", "in an Era of Bridges\""));
    let running = fixture.serve(&["--at", "2024-02-02T09:00:00Z"]);
    let answer = running.get(FEED, &[("If-None-Match", &tag)]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("last-modified"), Some("Fri, 02 Feb 2024 09:00:00 GMT"));
    assert_eq!(running.get(PAGE, &[("If-None-Match", &page)]).status, 200);
    let between = [("If-Modified-Since", "Thu, 01 Feb 2024 09:00:00 GMT")];
    assert_eq!(running.get(FEED, &between).status, 200);
}
