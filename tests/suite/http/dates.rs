//! Conditional requests by date (RFC 9110 sections 13.1.3 and 13.1.4).

use std::time::{Duration, SystemTime};

use super::shutdown::wait_until;
use super::{FEED, INVITE, MODIFIED, NEWER, OLDER, PAGE, ROBOTS, Served};
use crate::support::{EXAMPLE, Fixture, Running};

#[test]
fn a_calendar_is_modified_when_its_bytes_were_first_published() {
    let served = Served::example();
    for path in [FEED, INVITE] {
        assert_eq!(served.get(path, &[]).header("last-modified"), Some(MODIFIED), "{path}");
    }
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
fn if_unmodified_since_is_ignored_without_a_valid_date_or_last_modified() {
    let served = Served::example();
    assert_eq!(served.status(FEED, &[("If-Unmodified-Since", "yesterday")]), 200);
    assert_eq!(served.status(PAGE, &[("If-Unmodified-Since", OLDER)]), 200);
    let twice = [("If-Unmodified-Since", OLDER), ("If-Unmodified-Since", OLDER)];
    assert_eq!(served.status(FEED, &twice), 200);
}

#[test]
fn if_modified_since_finds_nothing_new_at_the_same_second() {
    let served = Served::example();
    // These are the three formats of RFC 9110 section 5.6.7.
    let forms = [MODIFIED, "Monday, 15-Jan-24 12:00:00 GMT", "Mon Jan 15 12:00:00 2024"];
    for date in forms {
        assert_eq!(served.status(FEED, &[("If-Modified-Since", date)]), 304, "{date}");
    }
}

#[test]
fn if_modified_since_sends_a_newer_version() {
    let served = Served::example();
    for date in [OLDER, "Sat, 01 Jan 2000 00:00:00 GMT"] {
        assert_eq!(served.status(FEED, &[("If-Modified-Since", date)]), 200, "{date}");
    }
}

#[test]
fn if_modified_since_allows_for_a_clock_that_is_two_days_ahead() {
    let served = Served::example();
    let since = |date: &str| served.status(FEED, &[("If-Modified-Since", date)]);
    assert_eq!(since("Mon, 15 Jan 2024 12:00:01 GMT"), 200);
    assert_eq!(since(NEWER), 200);
    assert_eq!(since("Wed, 17 Jan 2024 11:59:59 GMT"), 200);
    assert_eq!(since("Wed, 17 Jan 2024 12:00:00 GMT"), 304);
}

/// Returns the server's clock, from its Date header.
fn clock(running: &Running) -> SystemTime {
    httpdate::parse_http_date(running.get(FEED, &[]).header("date").unwrap()).unwrap()
}

#[test]
fn a_future_if_modified_since_hides_nothing() {
    let served = Served::example();
    let now = clock(&served.running);
    let in_a = |time: Duration| httpdate::fmt_http_date(now + time);
    let (minute, day) = (Duration::from_secs(60), Duration::from_secs(86_400));
    for date in [in_a(minute), in_a(minute * 4), in_a(minute * 10), in_a(day), in_a(day * 3650)] {
        assert_eq!(served.status(FEED, &[("If-Modified-Since", &date)]), 200, "{date}");
    }
    for date in ["Fri, 01 Jan 2100 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT"] {
        assert_eq!(served.status(FEED, &[("If-Modified-Since", date)]), 200, "{date}");
    }
    // A phone that has just fetched the feed sends this date.
    let just_now = httpdate::fmt_http_date(now - minute);
    assert_eq!(served.status(FEED, &[("If-Modified-Since", &just_now)]), 304, "{just_now}");
}

#[test]
fn a_change_reaches_phones_whose_clocks_are_ahead() {
    let fixture = Fixture::new(EXAMPLE);
    let running = fixture.serve(&[]);
    let now = clock(&running);
    // Each device sends the time of its own clock when it fetched the previous version.
    let clocks = [600, 3_600, 86_400, 400 * 86_400]
        .map(|ahead| httpdate::fmt_http_date(now + Duration::from_secs(ahead)));
    let before = running.get(FEED, &[]).body;
    fixture.write(&EXAMPLE.replace("an Era of Silos", "an Era of Bridges"));
    wait_until(|| (running.get(FEED, &[]).body != before).then_some(()));
    for clock in clocks {
        let answer = running.get(FEED, &[("If-Modified-Since", &clock)]);
        assert_eq!(answer.status, 200, "{clock}");
        assert!(answer.text().contains("Era of Bridges"), "{clock}");
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
