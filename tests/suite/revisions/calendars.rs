//! Keys of `[calendar]`: those that events print raise every SEQUENCE, the others raise none.

use super::{day, ics, in_feed, in_invite, publish_once, seen, shown, validators, written};
use crate::support::{Fixture, list, session};

const FEED: &str = "/feeds/test.ics";
const INVITE: &str = "/sessions/a.ics";

fn base(more: &str) -> String {
    let days = session("b", "2027-05-30", "duration = \"1d\"\n");
    list(&format!("{more}\n{}{days}", session("a", "2027-04-30T14:00:00", "")))
}

fn organizer(name: &str, more: &str) -> String {
    base(&format!("organizer = {{ name = \"{name}\"{more} }}"))
}

#[test]
fn a_key_of_the_calendar_that_events_show_raises_them_once() {
    let (plain, mail) = (base(""), ", email = \"a@b.example\"");
    for (what, before, after, whole_days_too) in [
        ("also_in", plain.clone(), base("also_in = [\"Europe/London\"]"), false),
        ("language", plain.clone(), base("language = \"de\""), true),
        ("url", plain.clone(), plain.replace("https://cal.", "https://two."), true),
        ("organizer", plain, organizer("Us", mail), true),
        ("organizer.name", organizer("Us", mail), organizer("We", mail), true),
        (
            "organizer.email",
            organizer("Us", mail),
            organizer("Us", &mail.replace("a@", "o@")),
            true,
        ),
    ] {
        let fixture = Fixture::new(&before);
        let first = publish_once(&fixture, &day(0));
        let (a, b) = (seen(&fixture, &first, "a"), seen(&fixture, &first, "b"));
        fixture.write(&after);
        let second = publish_once(&fixture, &day(1));
        assert_eq!(seen(&fixture, &second, "a"), a.changed(&day(1)), "{what}");
        assert_ne!(shown(&second, "a"), shown(&first, "a"), "{what} shows in no event");
        let changed = shown(&second, "b") != shown(&first, "b");
        assert_eq!(changed, whole_days_too, "{what} in whole days");
        let b = if changed { b.changed(&day(1)) } else { b };
        assert_eq!(seen(&fixture, &second, "b"), b, "{what} of whole days");
    }
}

/// Publishes two files. Returns whether the feed changed; events and invites must not.
fn feed_changes(what: &str, before: &str, after: &str) -> bool {
    assert_ne!(before, after, "{what}: nothing was edited");
    let fixture = Fixture::new(before);
    let first = publish_once(&fixture, &day(0));
    let file = written(&fixture);
    fixture.write(after);
    let second = publish_once(&fixture, &day(1));
    for id in ["a", "b"] {
        assert_eq!(in_feed(&second, id), in_feed(&first, id), "{what}");
        assert_eq!(in_invite(&second, id), in_invite(&first, id), "{what}");
        assert_eq!(seen(&fixture, &second, id), seen(&fixture, &first, id), "{what}");
    }
    assert_eq!(validators(&second, INVITE), validators(&first, INVITE), "{what}");
    let (old, new) = (validators(&first, FEED), validators(&second, FEED));
    assert_eq!(old.1, ics(&day(0)));
    if old == new {
        assert_eq!(written(&fixture), file, "{what}");
        return false;
    }
    assert_ne!(old.0, new.0, "{what}: other bytes have another ETag");
    assert_eq!(new.1, ics(&day(1)), "{what}: other bytes have another Last-Modified");
    true
}

#[test]
fn a_key_that_only_the_feed_shows_changes_the_feed_alone() {
    let plain = base("");
    for (what, after) in [
        ("title", plain.replace("\"Test\"", "\"Other\"")),
        ("description", base("description = \"About us.\"")),
        ("color", base("color = \"teal\"")),
        ("refresh", base("refresh = \"2h\"")),
        ("another session", format!("{plain}{}", session("c", "2027-06-01T14:00:00", ""))),
    ] {
        assert!(feed_changes(what, &plain, &after), "{what}");
    }
}

#[test]
fn a_key_that_no_calendar_shows_changes_nothing() {
    let plain = base("");
    for (what, before, after) in [
        ("duration", plain.clone(), plain.replace("duration = \"1h\"", "duration = \"60m\"")),
        ("organizer without email", plain.clone(), organizer("Us", "")),
        ("organizer's other name", organizer("Us", ""), organizer("We", "")),
        ("organizer's site", organizer("Us", ""), organizer("Us", ", url = \"https://u.example\"")),
        ("the session's own zone", plain, base("also_in = [\"America/New_York\"]")),
    ] {
        assert!(!feed_changes(what, &before, &after), "{what}");
    }
}

#[test]
fn whole_days_show_no_zone() {
    let zone = |name: &str| {
        list(&session("b", "2027-05-30", &format!("duration = \"1d\"\ntimezone = \"{name}\"\n")))
    };
    let fixture = Fixture::new(&zone("America/New_York"));
    let first = publish_once(&fixture, &day(0));
    fixture.write(&zone("Asia/Tokyo"));
    let second = publish_once(&fixture, &day(1));
    assert_eq!(seen(&fixture, &second, "b"), seen(&fixture, &first, "b"));
    assert_eq!(validators(&second, FEED), validators(&first, FEED));
}

#[test]
fn a_session_that_joins_another_feed_changes_that_feed_and_not_itself() {
    let tagged = "[[feeds]]\nid = \"picks\"\ntitle = \"Picks\"\ntags = [\"x\"]\n";
    let other = tagged.replace("tags = [\"x\"]", "tags = [\"y\"]");
    let with = |feeds: &str| {
        list(&format!("{feeds}{}", session("a", "2027-04-30T14:00:00", "tags = [\"x\"]\n")))
    };
    let fixture = Fixture::new(&with(&other));
    let first = publish_once(&fixture, &day(0));
    fixture.write(&with(tagged));
    let second = publish_once(&fixture, &day(1));
    assert_eq!(seen(&fixture, &second, "a"), seen(&fixture, &first, "a"));
    assert_eq!(validators(&second, FEED), validators(&first, FEED));
    assert_eq!(validators(&second, "/feeds/picks.ics").1, ics(&day(1)));
    assert_eq!(super::entry(&fixture, "a").published.feeds, ["test", "picks"]);
}

#[test]
fn a_restored_feed_is_never_older_than_before() {
    let picks = "[[feeds]]\nid = \"picks\"\ntitle = \"Picks\"\n";
    let with = |feeds: &str| list(&format!("{feeds}{}", session("a", "2027-04-30T14:00:00", "")));
    let path = "/feeds/picks.ics";
    let fixture = Fixture::new(&with(picks));
    let before = validators(&publish_once(&fixture, &day(9)), path);
    // The clock is set back while the calendar is missing, and the calendar comes back with other bytes.
    fixture.write(&with(""));
    let away = validators(&publish_once(&fixture, &day(1)), path);
    assert!(away.1 > before.1, "{away:?} after {before:?}");
    fixture.write(&with(&picks.replace("Picks", "Others")));
    let after = validators(&publish_once(&fixture, &day(2)), path);
    assert!(after.1 > away.1, "{after:?} after {away:?}");
    assert_ne!(after.0, before.0);
}
