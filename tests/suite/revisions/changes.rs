//! Changes each key of a session separately, and changes it back.

use super::{Seen, day, ics, publish_once, seen, shown};
use crate::support::{Fixture, list, session};

/// Returns a session with every key, and another one that does not change.
fn full() -> String {
    let series =
        "\n[[series]]\nid = \"s1\"\ntitle = \"One\"\n\n[[series]]\nid = \"s2\"\ntitle = \"Two\"\n";
    let keys = "end = 2027-04-30T15:00:00\ntimezone = \"America/New_York\"\ndescription = \"Text.\"\n\
                register = \"https://r.example/a\"\njoin = \"https://j.example/a\"\n\
                page = \"https://p.example/a\"\n\
                place = { name = \"Hall\", address = \"1 Main St\", latitude = 40.7, longitude = -74.0 }\n\
                series = \"s1\"\ntags = [\"x\"]\nstatus = \"confirmed\"\nbusy = true\nremind = [\"15m\"]\n";
    list(&format!(
        "{series}{}{}",
        session("a", "2027-04-30T14:00:00", keys),
        session("b", "2027-05-30T14:00:00", "series = \"s2\"\n")
    ))
}

/// Publishes a file, an edited one, and the first again. The edit and its undoing must each raise `a` once, and must
/// not change `b`.
fn raises(what: &str, before: &str, after: &str) {
    assert_ne!(before, after, "{what}: nothing was edited");
    let fixture = Fixture::new(before);
    let first = publish_once(&fixture, &day(0));
    let (a, b) = (seen(&fixture, &first, "a"), seen(&fixture, &first, "b"));
    assert_eq!((a.sequence, &a.created, &a.modified), (0, &ics(&day(0)), &ics(&day(0))));

    fixture.write(after);
    let second = publish_once(&fixture, &day(1));
    assert_eq!(seen(&fixture, &second, "a"), a.changed(&day(1)), "{what}");
    assert_eq!(seen(&fixture, &second, "b"), b, "{what} of another session");
    assert_ne!(shown(&second, "a"), shown(&first, "a"), "{what} shows in no event");

    fixture.write(before);
    let third = publish_once(&fixture, &day(2));
    let undone = Seen { sequence: 2, modified: ics(&day(2)), ..a };
    assert_eq!(seen(&fixture, &third, "a"), undone, "{what} undone");
    assert_eq!(shown(&third, "a"), shown(&first, "a"), "{what} undone");
}

/// Returns the full file with a text replaced.
fn edited(from: &str, to: &str) -> String {
    let full = full();
    assert_eq!(full.matches(from).count(), 1, "{from} must name one place");
    full.replace(from, to)
}

#[test]
fn each_time_key_changed_alone_raises_its_session_once() {
    for (what, from, to) in [
        ("start", "start = 2027-04-30T14:00:00", "start = 2027-04-30T13:30:00"),
        ("end", "end = 2027-04-30T15:00:00", "end = 2027-04-30T15:30:00"),
        ("end for duration", "end = 2027-04-30T15:00:00", "duration = \"2h\""),
        ("timezone", "zone = \"America/New_York\"\ndesc", "zone = \"America/Chicago\"\ndesc"),
        (
            "another name for the same clock",
            "zone = \"America/New_York\"\ndesc",
            "zone = \"America/Toronto\"\ndesc",
        ),
        (
            "whole days",
            "start = 2027-04-30T14:00:00\nend = 2027-04-30T15:00:00",
            "start = 2027-04-30\nend = 2027-04-30",
        ),
    ] {
        raises(what, &full(), &edited(from, to));
    }
    let lasting = edited("end = 2027-04-30T15:00:00", "duration = \"1h\"");
    raises(
        "duration",
        &lasting,
        &lasting.replace("duration = \"1h\"\ntimez", "duration = \"90m\"\ntimez"),
    );
}

#[test]
fn each_day_of_whole_days_changed_alone_raises_its_session_once() {
    let days = |first: &str, last: &str| {
        let a = session("a", first, &format!("end = {last}\n"));
        list(&(a + &session("b", "2027-05-30T14:00:00", "")))
    };
    let two = days("2027-04-29", "2027-04-30");
    raises("first day", &two, &days("2027-04-28", "2027-04-30"));
    raises("last day", &two, &days("2027-04-29", "2027-05-01"));
}

#[test]
fn a_time_that_happens_twice_is_another_with_the_other_fold() {
    let at = |fold: &str| {
        let more = format!("end = 2027-11-07T03:00:00\nfold = \"{fold}\"\n");
        let twice = session("a", "2027-11-07T01:30:00", &more);
        list(&(twice + &session("b", "2027-05-30T14:00:00", "")))
    };
    raises("fold", &at("earlier"), &at("later"));
}

#[test]
fn each_text_and_address_changed_alone_raises_its_session_once() {
    for (what, from, to) in [
        ("title", "title = \"Session a\"", "title = \"Other\""),
        ("description", "description = \"Text.\"", "description = \"Text!\""),
        ("no description", "description = \"Text.\"\n", ""),
        ("register", "https://r.example/a", "https://r.example/2"),
        ("no register", "register = \"https://r.example/a\"\n", ""),
        ("join", "https://j.example/a", "https://j.example/2"),
        ("no join", "join = \"https://j.example/a\"\n", ""),
        ("page", "https://p.example/a", "https://p.example/2"),
        ("no page", "page = \"https://p.example/a\"\n", ""),
        ("series", "series = \"s1\"\ntags", "series = \"s2\"\ntags"),
        ("no series", "series = \"s1\"\ntags", "tags"),
    ] {
        raises(what, &full(), &edited(from, to));
    }
}

#[test]
fn each_part_of_a_place_changed_alone_raises_its_session_once() {
    for (what, from, to) in [
        ("name", "name = \"Hall\"", "name = \"Room\""),
        ("address", "\"1 Main St\"", "\"2 Main St\""),
        ("no address", "address = \"1 Main St\", ", ""),
        ("latitude", "latitude = 40.7", "latitude = 40.8"),
        ("longitude", "longitude = -74.0", "longitude = -74.1"),
        ("nowhere on the map", ", latitude = 40.7, longitude = -74.0", ""),
    ] {
        raises(what, &full(), &edited(from, to));
    }
    let place = "place = { name = \"Hall\", address = \"1 Main St\", latitude = 40.7, longitude = -74.0 }\n";
    raises("no place", &full(), &edited(place, ""));
}

#[test]
fn each_remaining_key_changed_alone_raises_its_session_once() {
    for (what, from, to) in [
        ("tags", "tags = [\"x\"]", "tags = [\"x\", \"y\"]"),
        ("no tags", "tags = [\"x\"]\n", ""),
        ("tentative", "status = \"confirmed\"", "status = \"tentative\""),
        ("cancelled", "status = \"confirmed\"", "status = \"cancelled\""),
        ("busy", "busy = true", "busy = false"),
        ("busy by itself", "busy = true\n", ""),
        ("remind", "remind = [\"15m\"]", "remind = [\"1h\"]"),
        ("no remind", "remind = [\"15m\"]\n", ""),
    ] {
        raises(what, &full(), &edited(from, to));
    }
}

#[test]
fn the_same_meaning_in_other_words_changes_nothing() {
    let fixture = Fixture::new(&full());
    let first = publish_once(&fixture, &day(0));
    let file = super::written(&fixture);
    for (from, to) in [
        ("end = 2027-04-30T15:00:00", "duration = \"60m\""),
        ("zone = \"America/New_York\"\ndesc", "zone = \"US/Eastern\"\ndesc"),
        ("status = \"confirmed\"\n", ""),
        ("description = \"Text.\"", "description = '''\nText.''' # a comment"),
        ("\"15m\"", "\"PT15M\""),
    ] {
        fixture.write(&edited(from, to));
        let second = publish_once(&fixture, &day(1));
        assert_eq!(super::written(&fixture), file, "{to}");
        assert_eq!(seen(&fixture, &second, "a"), seen(&fixture, &first, "a"), "{to}");
    }
}

#[test]
fn a_moved_session_remembers_its_earlier_starts() {
    let at = |start: &str| list(&session("a", start, ""));
    let fixture = Fixture::new(&at("2027-04-30T14:00:00"));
    publish_once(&fixture, &day(0));
    let earlier = || super::earlier(&fixture, "a");
    assert_eq!(earlier(), Vec::<String>::new());
    for (step, start, expected) in [
        (1, "2027-05-01T14:00:00", vec!["2027-04-30T18:00:00Z"]),
        (2, "2027-05-02", vec!["2027-04-30T18:00:00Z", "2027-05-01T18:00:00Z"]),
        (
            3,
            "2027-04-30T14:00:00",
            vec!["2027-04-30T18:00:00Z", "2027-05-01T18:00:00Z", "2027-05-02"],
        ),
    ] {
        let length = if step == 2 { "duration = \"1d\"\n" } else { "" };
        fixture.write(&list(&session("a", start, length)));
        let published = publish_once(&fixture, &day(step));
        assert_eq!(seen(&fixture, &published, "a").sequence, step);
        assert_eq!(earlier(), expected);
    }
    fixture.write(&at("2027-04-30T14:00:00").replace("Session a", "Retitled"));
    publish_once(&fixture, &day(4));
    assert_eq!(earlier().len(), 3, "only a move adds a start");
}

#[test]
fn a_first_run_starts_at_zero_in_whole_seconds_and_a_second_writes_nothing() {
    let fixture = Fixture::new(&full());
    let published = publish_once(&fixture, "2026-03-01T08:00:00.987654321Z");
    for id in ["a", "b"] {
        let Seen { sequence, created, modified, .. } = seen(&fixture, &published, id);
        assert_eq!((sequence, created.as_str()), (0, "20260301T080000Z"));
        assert_eq!(modified, created);
    }
    assert!(!String::from_utf8(super::written(&fixture).0).unwrap().contains("987"));
}
