//! Conditional requests, step by step of RFC 9110 section 13.2.2.

use super::{FEED, INVITE, KINDS, PAGE, ROBOTS, Served};
use crate::support::{Answer, EXAMPLE};

const MODIFIED: &str = "Mon, 15 Jan 2024 12:00:00 GMT";
const OLDER: &str = "Mon, 15 Jan 2024 11:59:59 GMT";
const NEWER: &str = "Mon, 15 Jan 2024 12:10:00 GMT";

#[test]
fn a_calendar_is_modified_when_its_bytes_were_first_published() {
    let served = Served::example();
    for path in [FEED, INVITE] {
        assert_eq!(served.get(path, &[]).header("last-modified"), Some(MODIFIED), "{path}");
    }
}

#[test]
fn if_match_goes_on_with_the_tag_of_any_coding() {
    let served = Served::example();
    for coding in ["identity", "gzip", "br"] {
        let tag = served.tag(FEED, coding);
        let answer = served.get(FEED, &[("If-Match", &tag)]);
        assert_eq!(answer.status, 200, "{tag}");
        assert!(answer.text().starts_with("BEGIN:VCALENDAR\r\n"), "{tag}");
        let list = format!("\"other\", {tag}");
        assert_eq!(served.status(FEED, &[("If-Match", &list)]), 200, "{list}");
        let lines = [("If-Match", "\"other\""), ("If-Match", tag.as_str())];
        assert_eq!(served.status(FEED, &lines), 200, "{lines:?}");
    }
}

#[test]
fn if_match_fails_with_the_tag_of_something_else() {
    let served = Served::example();
    let other = served.tag(INVITE, "identity");
    for tags in ["\"other\"", &other, "\"a\", \"b\"", "bare", ""] {
        let answer = served.get(FEED, &[("If-Match", tags)]);
        assert_eq!(answer.status, 412, "{tags}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{tags}");
        assert!(!answer.text().contains("BEGIN:VCALENDAR"), "{tags}");
    }
}

#[test]
fn if_match_compares_strongly() {
    let served = Served::example();
    let weak = format!("W/{}", served.tag(FEED, "identity"));
    assert_eq!(served.status(FEED, &[("If-Match", &weak)]), 412);
}

#[test]
fn if_match_with_a_star_goes_on_with_whatever_is_there() {
    let served = Served::example();
    for path in KINDS {
        assert_eq!(served.status(path, &[("If-Match", "*")]), 200, "{path}");
    }
}

#[test]
fn if_match_wins_over_if_unmodified_since() {
    let served = Served::example();
    let tag = served.tag(FEED, "identity");
    let both = |tag: &str, since: &str| {
        served.status(FEED, &[("If-Unmodified-Since", since), ("If-Match", tag)])
    };
    assert_eq!(both(&tag, OLDER), 200);
    assert_eq!(both("\"other\"", NEWER), 412);
}

#[test]
fn if_unmodified_since_fails_only_with_an_older_date() {
    let served = Served::example();
    let since = |date: &str| served.status(FEED, &[("If-Unmodified-Since", date)]);
    assert_eq!(since(OLDER), 412);
    assert_eq!(since(MODIFIED), 200);
    assert_eq!(since(NEWER), 200);
}

#[test]
fn if_unmodified_since_is_ignored_when_it_is_no_date_or_there_is_none_of_ours() {
    let served = Served::example();
    assert_eq!(served.status(FEED, &[("If-Unmodified-Since", "yesterday")]), 200);
    assert_eq!(served.status(PAGE, &[("If-Unmodified-Since", OLDER)]), 200);
    let twice = [("If-Unmodified-Since", OLDER), ("If-Unmodified-Since", OLDER)];
    assert_eq!(served.status(FEED, &twice), 200);
}

#[test]
fn if_none_match_finds_an_exact_tag_of_every_kind() {
    let served = Served::example();
    for path in KINDS {
        let tag = served.tag(path, "identity");
        assert_eq!(served.status(path, &[("If-None-Match", &tag)]), 304, "{path}");
    }
}

#[test]
fn if_none_match_finds_a_tag_in_a_list_and_in_several_lines() {
    let served = Served::example();
    let tag = served.tag(FEED, "identity");
    for list in [
        format!("\"a\", \"b,c\", {tag}"),
        format!("{tag},\"a\""),
        format!(" , \"a\" ,,{tag} ,"),
        format!("W/\"a\",W/{tag}"),
    ] {
        assert_eq!(served.status(FEED, &[("If-None-Match", &list)]), 304, "{list}");
    }
    let lines = [("If-None-Match", "\"a\""), ("If-None-Match", tag.as_str())];
    assert_eq!(served.status(FEED, &lines), 304);
}

#[test]
fn if_none_match_compares_weakly() {
    let served = Served::example();
    let weak = format!("W/{}", served.tag(FEED, "identity"));
    assert_eq!(served.status(FEED, &[("If-None-Match", &weak)]), 304);
}

#[test]
fn if_none_match_with_a_star_finds_whatever_is_there() {
    let served = Served::example();
    for path in KINDS {
        assert_eq!(served.status(path, &[("If-None-Match", "*")]), 304, "{path}");
    }
}

#[test]
fn if_none_match_finds_the_tag_of_another_coding_and_answers_with_the_selected_one() {
    let served = Served::example();
    let tags = ["identity", "gzip", "br"].map(|coding| (coding, served.tag(FEED, coding)));
    for (_, held) in &tags {
        for (coding, selected) in &tags {
            let asked = [("Accept-Encoding", *coding), ("If-None-Match", held.as_str())];
            let answer = served.get(FEED, &asked);
            assert_eq!(answer.status, 304, "{asked:?}");
            assert_eq!(answer.header("etag"), Some(selected.as_str()), "{asked:?}");
        }
    }
}

#[test]
fn if_none_match_misses_what_is_not_a_tag_of_ours() {
    let served = Served::example();
    let tag = served.tag(FEED, "identity");
    let bare = tag.trim_matches('"').to_owned();
    let other = served.tag(INVITE, "identity");
    let suffix = format!("\"{bare}-zstd\"");
    let cut = format!("\"{}\"", &bare[1..]);
    let open = format!("\"{bare}");
    let small = format!("w/{tag}");
    for miss in ["\"other\"", &other, &bare, &suffix, &cut, &open, &small, "\"*\"", ""] {
        let answer = served.get(FEED, &[("If-None-Match", miss)]);
        assert_eq!(answer.status, 200, "{miss}");
        assert_eq!(answer.header("etag"), Some(tag.as_str()), "{miss}");
    }
}

#[test]
fn if_none_match_wins_over_if_modified_since() {
    let served = Served::example();
    let tag = served.tag(FEED, "identity");
    let both = |tag: &str, since: &str| {
        served.status(FEED, &[("If-Modified-Since", since), ("If-None-Match", tag)])
    };
    assert_eq!(both("\"other\"", MODIFIED), 200);
    assert_eq!(both(&tag, OLDER), 304);
}

#[test]
fn if_modified_since_finds_nothing_new_at_the_same_second() {
    let served = Served::example();
    // The three forms of RFC 9110 section 5.6.7.
    let forms = [MODIFIED, "Monday, 15-Jan-24 12:00:00 GMT", "Mon Jan 15 12:00:00 2024"];
    for date in forms {
        assert_eq!(served.status(FEED, &[("If-Modified-Since", date)]), 304, "{date}");
    }
}

#[test]
fn if_modified_since_sends_what_is_newer() {
    let served = Served::example();
    for date in [OLDER, "Sat, 01 Jan 2000 00:00:00 GMT"] {
        assert_eq!(served.status(FEED, &[("If-Modified-Since", date)]), 200, "{date}");
    }
}

#[test]
fn if_modified_since_allows_for_a_clock_that_is_five_minutes_ahead() {
    let served = Served::example();
    let since = |date: &str| served.status(FEED, &[("If-Modified-Since", date)]);
    assert_eq!(since("Mon, 15 Jan 2024 12:00:01 GMT"), 200);
    assert_eq!(since("Mon, 15 Jan 2024 12:04:59 GMT"), 200);
    assert_eq!(since("Mon, 15 Jan 2024 12:05:00 GMT"), 304);
    assert_eq!(since(NEWER), 304);
}

#[test]
fn if_modified_since_may_be_far_in_the_future() {
    let served = Served::example();
    for date in ["Fri, 01 Jan 2100 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        assert_eq!(served.status(FEED, &[("If-Modified-Since", date)]), 304, "{date}");
    }
}

#[test]
fn if_modified_since_is_ignored_when_it_cannot_be_read() {
    let served = Served::example();
    for date in
        ["", "yesterday", "2024-01-15T12:00:00Z", "1705320000", "Mon, 99 Jan 2024 12:00:00 GMT"]
    {
        assert_eq!(served.status(FEED, &[("If-Modified-Since", date)]), 200, "{date}");
    }
}

#[test]
fn if_modified_since_is_ignored_when_it_is_given_twice() {
    let served = Served::example();
    let twice = [("If-Modified-Since", MODIFIED), ("If-Modified-Since", MODIFIED)];
    assert_eq!(served.status(FEED, &twice), 200);
}

#[test]
fn if_modified_since_is_ignored_where_there_is_no_last_modified() {
    let served = Served::example();
    for path in [PAGE, "/", ROBOTS] {
        let answer = served.get(path, &[("If-Modified-Since", NEWER)]);
        assert_eq!((answer.status, answer.header("last-modified")), (200, None), "{path}");
    }
}

#[test]
fn a_first_condition_that_holds_leads_to_the_second() {
    let served = Served::example();
    let tag = served.tag(FEED, "identity");
    let both = |first: &str, second: &str| {
        served.status(FEED, &[("If-None-Match", second), ("If-Match", first)])
    };
    assert_eq!(both(&tag, &tag), 304);
    assert_eq!(both(&tag, "\"other\""), 200);
    assert_eq!(both("\"other\"", &tag), 412);
    let dates = [("If-Unmodified-Since", MODIFIED), ("If-Modified-Since", MODIFIED)];
    assert_eq!(served.status(FEED, &dates), 304);
}

#[test]
fn a_range_is_not_offered_and_its_condition_guards_nothing() {
    let served = Served::example();
    let tag = served.tag(FEED, "identity");
    let whole = served.get(FEED, &[]);
    for condition in [tag.as_str(), "\"other\"", MODIFIED] {
        let answer = served.get(FEED, &[("Range", "bytes=0-9"), ("If-Range", condition)]);
        assert_eq!((answer.status, &answer.body), (200, &whole.body), "{condition}");
        assert_eq!(answer.header("content-range"), None);
    }
}

#[test]
fn conditions_are_not_asked_of_other_methods() {
    let served = Served::example();
    let tag = served.tag(FEED, "identity");
    for method in ["POST", "PUT", "DELETE", "PROPFIND", "OPTIONS"] {
        for condition in [("If-None-Match", "*"), ("If-Match", &tag), ("If-Match", "\"other\"")] {
            let answer = served.running.request(method, FEED, &[condition]);
            assert_eq!(answer.status, 405, "{method} {condition:?}");
        }
    }
}

#[test]
fn errors_and_redirects_have_nothing_to_compare_with() {
    let served = Served::example();
    let conditions = [
        ("If-None-Match", "*"),
        ("If-Match", "\"other\""),
        ("If-Match", "*"),
        ("If-Modified-Since", NEWER),
        ("If-Unmodified-Since", OLDER),
    ];
    for condition in conditions {
        assert_eq!(served.status("/feeds/none.ics", &[condition]), 404, "{condition:?}");
        assert_eq!(served.status(&format!("{FEED}/"), &[condition]), 301, "{condition:?}");
    }
}

/// What RFC 9110 section 15.4.5 wants of a 304.
fn assert_not_modified(full: &Answer, short: &Answer, about: &str) {
    assert_eq!((full.status, short.status), (200, 304), "{about}");
    for name in ["etag", "last-modified", "cache-control", "vary", "access-control-allow-origin"] {
        assert_eq!(full.header(name), short.header(name), "{about}: {name}");
    }
    assert!(short.body.is_empty(), "{about}");
    // None, or that of the full answer: `0` would tell caches that the resource is empty.
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
