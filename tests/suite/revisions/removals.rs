//! Sessions that leave the file, and that come back.

use convene::diagnostic::Code;
use convene::publish::Refusal;

use super::{day, entry, ics, publish_once, seen, validators};
use crate::support::{Fixture, body, instant, list, session};

const FEED: &str = "/feeds/test.ics";

fn a() -> String {
    session("a", "2027-04-30T14:00:00", "")
}

fn b() -> String {
    session("b", "2027-05-30T14:00:00", "")
}

#[test]
fn a_removed_session_stays_recorded_and_comes_back_as_itself() {
    let fixture = Fixture::new(&list(&(a() + &b())));
    let first = publish_once(&fixture, &day(0));
    let was = seen(&fixture, &first, "a");
    let validators_first = validators(&first, FEED);

    fixture.write(&list(&b()));
    let second = publish_once(&fixture, &day(1));
    assert!(!body(&second, FEED).contains(&was.uid));
    assert!(body(&second, "/sessions/a.ics").contains("STATUS:CANCELLED"));
    let validators_second = validators(&second, FEED);
    assert_ne!(validators_second.0, validators_first.0);
    assert_eq!(validators_second.1, ics(&day(1)));
    assert_eq!(seen(&fixture, &second, "b"), seen(&fixture, &first, "b"));
    let kept = entry(&fixture, "a");
    assert_eq!((kept.uid.as_str(), kept.sequence), (was.uid.as_str(), 1));
    assert_eq!(kept.removed, Some(instant(&day(1))));
    assert_eq!(kept.published.title, "Session a");

    fixture.write(&list(&(a() + &b())));
    let third = publish_once(&fixture, &day(2));
    let back = seen(&fixture, &third, "a");
    assert_eq!((&back.uid, &back.created), (&was.uid, &was.created));
    assert_eq!((back.sequence, back.modified), (2, ics(&day(2))));
    assert_eq!(validators(&third, FEED).1, ics(&day(2)));
    assert_eq!(validators(&third, "/sessions/a.ics").1, ics(&day(2)));
    assert_ne!(validators(&third, FEED).0, validators_first.0);
}

#[test]
fn a_removed_session_comes_back_moved_and_retitled_with_again() {
    let fixture = Fixture::new(&list(&(a() + &b())));
    let was = seen(&fixture, &publish_once(&fixture, &day(0)), "a");
    fixture.write(&list(&b()));
    publish_once(&fixture, &day(1));
    let other = a().replace("Session a", "Other").replace("14:00:00", "16:00:00");
    fixture.write(&list(&(other.clone() + &b())));
    let Err(Refusal::File(_, findings)) = fixture.publisher().publish(instant(&day(2))) else {
        panic!("another session was published under the id of a removed one");
    };
    assert!(findings.iter().any(|finding| finding.code == Code::ReusedId), "{findings:?}");
    fixture.write(&list(&(other + "again = true\n" + &b())));
    let again = seen(&fixture, &publish_once(&fixture, &day(3)), "a");
    assert_eq!((again.uid, again.sequence), (was.uid, 2));
    assert_eq!(super::earlier(&fixture, "a"), ["2027-04-30T18:00:00Z"]);
}

#[test]
fn a_removed_session_comes_back_under_another_id_with_was() {
    let fixture = Fixture::new(&list(&(a() + &b())));
    let was = seen(&fixture, &publish_once(&fixture, &day(0)), "a");
    fixture.write(&list(&b()));
    publish_once(&fixture, &day(1));
    fixture.write(&list(&(session("c", "2027-04-30T14:00:00", "was = [\"a\"]\n") + &b())));
    let back = seen(&fixture, &publish_once(&fixture, &day(2)), "c");
    assert_eq!((back.uid, back.created, back.sequence), (was.uid, was.created, 2));
    assert!(!super::revisions(&fixture).sessions.contains_key("a"));
}

#[test]
fn removing_the_last_session_leaves_a_calendar_without_events() {
    let fixture = Fixture::new(&list(&a()));
    publish_once(&fixture, &day(0));
    fixture.write(&list(""));
    let empty = publish_once(&fixture, &day(1));
    let text = body(&empty, FEED);
    assert!(text.contains("BEGIN:VTIMEZONE") && !text.contains("BEGIN:VEVENT"));
    assert_eq!(validators(&empty, FEED).1, ics(&day(1)));
    fixture.write(&list(&a()));
    let back = publish_once(&fixture, &day(2));
    assert_eq!(seen(&fixture, &back, "a").sequence, 2);
}
