//! Ids that change, UIDs that do not.

use std::collections::HashSet;

use convene::diagnostic::Code;
use convene::publish::Refusal;

use super::{Seen, day, entry, ics, publish_once, revisions, seen};
use crate::support::{Fixture, body, instant, list, session};

fn named(id: &str, start: &str, more: &str) -> String {
    let start = format!("{start}T14:00:00");
    session(id, &start, more)
}

/// The UID of a session where nothing was published before.
fn fresh(sessions: &str, id: &str) -> String {
    let fixture = Fixture::new(&list(sessions));
    let published = fixture.publish(&day(0));
    seen(&fixture, &published, id).uid
}

#[test]
fn a_renamed_session_keeps_its_uid_and_its_history() {
    let fixture = Fixture::new(&list(&named("a", "2027-04-30", "")));
    let was = seen(&fixture, &publish_once(&fixture, &day(0)), "a");
    let renamed = named("b", "2027-04-30", "was = [\"a\"]\n").replace("Session b", "Session a");
    fixture.write(&list(&renamed));
    let second = publish_once(&fixture, &day(1));
    // The address of its page is another, and that is said once.
    assert_eq!(seen(&fixture, &second, "b"), was.changed(&day(1)));
    assert_eq!(revisions(&fixture).sessions.len(), 1);
    // Who has the old address gets the same calendar.
    assert_eq!(body(&second, "/sessions/a.ics"), body(&second, "/sessions/b.ics"));
    assert_eq!(entry(&fixture, "b").published.earlier, Vec::<String>::new());
}

#[test]
fn renaming_a_session_with_a_page_of_its_own_changes_nothing_in_its_event() {
    let with = |id: &str, more: &str| {
        let more = format!("page = \"https://p.example/a\"\n{more}");
        list(&named(id, "2027-04-30", &more).replace(&format!("Session {id}"), "Session"))
    };
    let fixture = Fixture::new(&with("a", ""));
    let was = seen(&fixture, &publish_once(&fixture, &day(0)), "a");
    fixture.write(&with("b", "was = [\"a\"]\n"));
    assert_eq!(seen(&fixture, &publish_once(&fixture, &day(1)), "b"), was);
}

#[test]
fn a_session_renamed_twice_keeps_its_first_uid_with_its_revisions_and_without() {
    let fixture = Fixture::new(&list(&named("first", "2027-04-30", "")));
    let first = seen(&fixture, &publish_once(&fixture, &day(0)), "first");
    let second = named("second", "2027-04-30", "was = [\"first\"]\n");
    fixture.write(&list(&second));
    assert_eq!(seen(&fixture, &publish_once(&fixture, &day(1)), "second").uid, first.uid);
    let third = named("third", "2027-04-30", "was = [\"first\", \"second\"]\n");
    fixture.write(&list(&third));
    let last = seen(&fixture, &publish_once(&fixture, &day(2)), "third");
    assert_eq!(last, Seen { sequence: 2, modified: ics(&day(2)), ..first.clone() });

    assert_eq!(fresh(&second, "second"), first.uid);
    assert_eq!(fresh(&third, "third"), first.uid);
    // Both steps at once, as for whoever reads the file after a long time.
    let fixture = Fixture::new(&list(&named("first", "2027-04-30", "")));
    publish_once(&fixture, &day(0));
    fixture.write(&list(&third));
    assert_eq!(seen(&fixture, &publish_once(&fixture, &day(1)), "third"), first.changed(&day(1)));
}

#[test]
fn uids_are_the_same_for_ever_and_others_in_another_calendar() {
    let sessions = named("a", "2027-04-30", "");
    // Golden: whoever subscribed knows the session by it.
    assert_eq!(fresh(&sessions, "a"), "d268faa2-e79f-5aa2-9e0f-0bd64aac918c");
    let other = Fixture::new(&list(&sessions).replace("id = \"test\"", "id = \"test2\""));
    let published = other.publish(&day(0));
    assert_ne!(super::history(&super::in_invite(&published, "a")).uid, fresh(&sessions, "a"));
}

#[test]
fn a_new_session_under_a_freed_id_gets_another_uid() {
    let fixture = Fixture::new(&list(&named("a", "2027-04-30", "")));
    let was = seen(&fixture, &publish_once(&fixture, &day(0)), "a");
    fixture.write(&list(&named("b", "2027-04-30", "was = [\"a\"]\n")));
    publish_once(&fixture, &day(1));
    // Two sessions cannot claim one id, so `was` is deleted; the revisions file remembers.
    fixture.write(&list(&(named("b", "2027-04-30", "") + &named("a", "2027-06-30", ""))));
    let both = publish_once(&fixture, &day(2));
    assert_eq!(seen(&fixture, &both, "b").uid, was.uid);
    let new = seen(&fixture, &both, "a");
    assert_ne!(new.uid, was.uid);
    assert_eq!((new.sequence, new.created), (0, ics(&day(2))));
    // And that edit taken back: the first session is still the first.
    fixture.write(&list(&named("b", "2027-04-30", "was = [\"a\"]\n")));
    let back = seen(&fixture, &publish_once(&fixture, &day(3)), "b");
    assert_eq!((back.uid, back.sequence), (was.uid, 1));
    assert!(entry(&fixture, "a").removed.is_some());
}

#[test]
fn a_session_renamed_to_the_id_of_one_that_goes_stays_itself() {
    for at_once in [true, false] {
        let b = named("b", "2027-05-30", "");
        let fixture = Fixture::new(&list(&(named("a", "2027-04-30", "") + &b)));
        let first = publish_once(&fixture, &day(0));
        let (a, was) = (seen(&fixture, &first, "a"), seen(&fixture, &first, "b"));
        if !at_once {
            fixture.write(&list(&b));
            publish_once(&fixture, &day(1));
        }
        // The title is that of the one that is gone, so that it is not refused as another.
        let renamed = named("a", "2027-05-30", "was = [\"b\"]\n");
        fixture.write(&list(&renamed));
        let now = seen(&fixture, &publish_once(&fixture, &day(2)), "a");
        assert_eq!(now, was.changed(&day(2)), "at once: {at_once}");
        let all = revisions(&fixture).sessions;
        assert_eq!(all.len(), 2);
        let gone = all.values().find(|entry| entry.uid == a.uid).expect("it is remembered");
        assert_eq!((gone.sequence, gone.removed.is_some()), (1, true));
        // Neither is forgotten or confused by what comes later.
        fixture.write(&list(&(renamed + &named("c", "2027-06-30", ""))));
        let later = publish_once(&fixture, &day(3));
        assert_eq!(seen(&fixture, &later, "a"), now);
        assert_eq!(revisions(&fixture).sessions.len(), 3);
    }
}

#[test]
fn a_uid_that_the_author_gives_is_used_and_stays() {
    let given = "uid = \"2024-04@old.example\"\n";
    assert_eq!(fresh(&named("a", "2027-04-30", given), "a"), "2024-04@old.example");
    let fixture = Fixture::new(&list(&named("a", "2027-04-30", "")));
    let was = seen(&fixture, &publish_once(&fixture, &day(0)), "a");
    fixture.write(&list(&named("a", "2027-04-30", given)));
    let now = seen(&fixture, &publish_once(&fixture, &day(1)), "a");
    assert_eq!(now, Seen { uid: "2024-04@old.example".into(), ..was.changed(&day(1)) });
    // Deleting the line gives nobody a second event.
    fixture.write(&list(&named("a", "2027-04-30", "")));
    assert_eq!(seen(&fixture, &publish_once(&fixture, &day(2)), "a"), now);
}

#[test]
fn a_session_that_gives_the_uid_of_a_removed_one_goes_on_with_its_history() {
    let b = named("b", "2027-05-30", "");
    let fixture = Fixture::new(&list(&(named("a", "2027-04-30", "") + &b)));
    let was = seen(&fixture, &publish_once(&fixture, &day(0)), "a");
    fixture.write(&list(&b));
    publish_once(&fixture, &day(1));
    fixture.write(&list(&(named("c", "2027-04-30", &format!("uid = \"{}\"\n", was.uid)) + &b)));
    let now = seen(&fixture, &publish_once(&fixture, &day(2)), "c");
    assert_eq!(now, Seen { sequence: 2, modified: ics(&day(2)), ..was });
    let uids: Vec<String> = revisions(&fixture).sessions.into_values().map(|e| e.uid).collect();
    assert_eq!(uids.len(), uids.iter().collect::<HashSet<_>>().len(), "{uids:?}");
}

#[test]
fn a_uid_that_another_session_was_published_with_is_refused() {
    let a = named("a", "2027-04-30", "");
    let fixture = Fixture::new(&list(&a));
    let was = seen(&fixture, &publish_once(&fixture, &day(0)), "a");
    let file = super::written(&fixture);
    let copy = named("c", "2027-05-30", &format!("uid = \"{}\"\n", was.uid));
    fixture.write(&list(&(a + &copy)));
    let Err(Refusal::File(_, findings)) = fixture.publisher().publish(instant(&day(1))) else {
        panic!("two events of one UID were published");
    };
    assert!(findings.iter().any(|finding| finding.code == Code::DuplicateId), "{findings:?}");
    assert_eq!(super::written(&fixture), file);
    let (_, found) = fixture.publisher().check(instant(&day(1))).unwrap();
    assert!(found.iter().any(|finding| finding.code == Code::DuplicateId), "{found:?}");
}

#[test]
fn a_new_session_avoids_a_uid_that_an_author_gives() {
    let own = fresh(&named("a", "2027-04-30", ""), "a");
    let other = named("b", "2027-05-30", &format!("uid = \"{own}\"\n"));
    let fixture = Fixture::new(&list(&(named("a", "2027-04-30", "") + &other)));
    let published = publish_once(&fixture, &day(0));
    assert_eq!(seen(&fixture, &published, "b").uid, own);
    assert_ne!(seen(&fixture, &published, "a").uid, own);
}

#[test]
fn another_calendar_id_is_refused_and_nothing_is_written() {
    let toml = list(&named("a", "2027-04-30", ""));
    let fixture = Fixture::new(&toml);
    publish_once(&fixture, &day(0));
    let file = super::written(&fixture);
    fixture.write(&toml.replace("id = \"test\"", "id = \"other\""));
    let Err(Refusal::File(_, findings)) = fixture.publisher().publish(instant(&day(1))) else {
        panic!("every UID changed");
    };
    assert!(findings.iter().any(|finding| finding.code == Code::CalendarIdChanged));
    assert_eq!(super::written(&fixture), file);
}
