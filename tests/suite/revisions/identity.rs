//! Identity: ids may change, UIDs may not.

use std::collections::HashSet;

use convene::diagnostic::Code;
use convene::publish::{CheckReport, Refusal};

use super::{Seen, day, entry, ics, publish_once, revisions, seen};
use crate::support::{Fixture, body, instant, list, session};

fn named(id: &str, start: &str, more: &str) -> String {
    let start = format!("{start}T14:00:00");
    session(id, &start, more)
}

/// Returns the UID of a session without an earlier publication.
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
    // The address of its page has changed, which raises SEQUENCE once.
    assert_eq!(seen(&fixture, &second, "b"), was.changed(&day(1)));
    assert_eq!(revisions(&fixture).sessions.len(), 1);
    // The old address serves the same calendar.
    assert_eq!(body(&second, "/sessions/a.ics"), body(&second, "/sessions/b.ics"));
    assert_eq!(super::earlier(&fixture, "b"), Vec::<String>::new());
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
    // A process that reads the file after a long time finds both steps at once.
    let fixture = Fixture::new(&list(&named("first", "2027-04-30", "")));
    publish_once(&fixture, &day(0));
    fixture.write(&list(&third));
    assert_eq!(seen(&fixture, &publish_once(&fixture, &day(1)), "third"), first.changed(&day(1)));
}

#[test]
fn uids_are_the_same_for_ever_and_others_in_another_calendar() {
    let sessions = named("a", "2027-04-30", "");
    // This is a golden value: subscribers' calendars identify the session by it.
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
    // Two sessions cannot have one id, so `was` is deleted; the revisions file still records it.
    fixture.write(&list(&(named("b", "2027-04-30", "") + &named("a", "2027-06-30", ""))));
    let both = publish_once(&fixture, &day(2));
    assert_eq!(seen(&fixture, &both, "b").uid, was.uid);
    let new = seen(&fixture, &both, "a");
    assert_ne!(new.uid, was.uid);
    assert_eq!((new.sequence, new.created), (0, ics(&day(2))));
    // After undoing that edit, the first session is still the first.
    fixture.write(&list(&named("b", "2027-04-30", "was = [\"a\"]\n")));
    let back = seen(&fixture, &publish_once(&fixture, &day(3)), "b");
    assert_eq!((back.uid, back.sequence), (was.uid, 1));
    assert!(entry(&fixture, "a").removed.is_some());
}

#[test]
fn a_session_renamed_to_the_id_of_a_removed_one_stays_itself() {
    for at_once in [true, false] {
        let b = named("b", "2027-05-30", "");
        let fixture = Fixture::new(&list(&(named("a", "2027-04-30", "") + &b)));
        let first = publish_once(&fixture, &day(0));
        let (a, was) = (seen(&fixture, &first, "a"), seen(&fixture, &first, "b"));
        if !at_once {
            fixture.write(&list(&b));
            publish_once(&fixture, &day(1));
        }
        // The title is that of the removed session, so the program accepts it as the same one.
        let renamed = named("a", "2027-05-30", "was = [\"b\"]\n");
        fixture.write(&list(&renamed));
        let now = seen(&fixture, &publish_once(&fixture, &day(2)), "a");
        assert_eq!(now, was.changed(&day(2)), "at once: {at_once}");
        let all = revisions(&fixture).sessions;
        assert_eq!(all.len(), 2);
        let gone = all.values().find(|entry| entry.uid == a.uid).expect("it is remembered");
        assert_eq!((gone.sequence, gone.removed.is_some()), (1, true));
        // Later changes neither lose nor confuse the two sessions.
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
    let new = ics(&day(1));
    let uid = "2024-04@old.example".to_owned();
    assert_eq!(now, Seen { uid, sequence: 0, created: new.clone(), modified: new });
    // The session that subscribers knew is removed, but stays recorded.
    let gone = revisions(&fixture).sessions.values().find(|entry| entry.uid == was.uid).cloned();
    assert!(gone.is_some_and(|entry| entry.removed.is_some() && entry.sequence == 1));
    // Deleting the line does not create a second event.
    fixture.write(&list(&named("a", "2027-04-30", "")));
    assert_eq!(seen(&fixture, &publish_once(&fixture, &day(2)), "a"), now);
}

#[test]
fn a_session_with_the_uid_of_a_removed_one_continues_its_history() {
    let b = named("b", "2027-05-30", "");
    let fixture = Fixture::new(&list(&(named("a", "2027-04-30", "") + &b)));
    let was = seen(&fixture, &publish_once(&fixture, &day(0)), "a");
    fixture.write(&list(&b));
    publish_once(&fixture, &day(1));
    fixture.write(&list(&(named("c", "2027-04-30", &format!("uid = \"{}\"\n", was.uid)) + &b)));
    let now = seen(&fixture, &publish_once(&fixture, &day(2)), "c");
    assert_eq!(now, Seen { sequence: 2, modified: ics(&day(2)), ..was });
    let uids: Vec<String> = revisions(&fixture).sessions.values().map(|e| e.uid.clone()).collect();
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
    let CheckReport { findings: found, .. } = fixture.publisher().check(instant(&day(1))).unwrap();
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
fn another_calendar_id_is_refused_without_writing() {
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

/// Checks that no SEQUENCE is lower than the highest earlier one of its UID.
fn never_back(fixture: &Fixture, steps: &[String]) {
    let mut highest = std::collections::HashMap::new();
    for (number, step) in steps.iter().enumerate() {
        fixture.write(&list(step));
        publish_once(fixture, &day(u32::try_from(number).unwrap()));
        for (id, entry) in revisions(fixture).sessions.iter() {
            let before = highest.insert(entry.uid.clone(), (entry.sequence, entry.last_modified));
            let now = (entry.sequence, entry.last_modified);
            assert!(
                before.is_none_or(|before| before <= now),
                "{id} at step {number}: {before:?} {now:?}"
            );
        }
    }
}

fn given(id: &str, uid: &str, title: &str) -> String {
    named(id, "2027-04-30", &format!("uid = \"{uid}\"\n")).replace(&format!("Session {id}"), title)
}

#[test]
fn sessions_that_give_their_uids_keep_their_numbers_though_their_ids_shift_or_swap() {
    let fixture = Fixture::new("");
    let two =
        |first: &str, second: &str| given("talk", "u1", first) + &given("talk-2", "u2", second);
    let shifted = given("talk", "u0", "New")
        + &given("talk-2", "u1", "Three")
        + &given("talk-3", "u2", "Second");
    let swapped = given("talk", "u2", "Second") + &given("talk-2", "u1", "Three");
    never_back(
        &fixture,
        &[two("One", "Second"), two("Two", "Second"), two("Three", "Second"), shifted, swapped],
    );
    let all = revisions(&fixture).sessions;
    assert_eq!((all["talk"].uid.as_str(), all["talk-2"].uid.as_str()), ("u2", "u1"));
    assert!(all["talk-2"].sequence >= 2);
}

#[test]
fn an_abandoned_uid_is_not_reused_from_the_beginning() {
    let fixture = Fixture::new(&list(&named("a", "2027-04-30", "")));
    let uid = seen(&fixture, &publish_once(&fixture, &day(0)), "a").uid;
    let other = given("a", "other", "Session a");
    let back = other.clone() + &given("b", &uid, "Back");
    never_back(
        &fixture,
        &[
            named("a", "2027-04-30", ""),
            named("a", "2027-04-30", "").replace("Session a", "Two"),
            other,
            back,
        ],
    );
}

#[test]
fn a_removed_session_whose_uid_is_the_id_of_another_stays_recorded() {
    let fixture = Fixture::new("");
    let three = given("bar", "foo", "Bar")
        + &named("foo", "2027-05-30", "")
        + &named("baz", "2027-06-30", "");
    let renamed = named("foo", "2027-05-30", "") + &named("bar", "2027-06-30", "was = \"baz\"\n");
    let back = renamed.clone() + &given("qux", "foo", "Bar");
    never_back(&fixture, &[three, renamed, back]);
    assert!(revisions(&fixture).sessions["qux"].sequence > 0);
}

#[test]
fn former_ids_of_two_sessions_lead_to_the_one_that_takes_both_over() {
    let fixture = Fixture::new("");
    let a = |more: &str| named("a", "2027-04-30", more);
    let b = |more: &str| named("b", "2027-05-30", more);
    let steps = [
        named("olda", "2027-04-30", "") + &b(""),
        a("was = \"olda\"\n") + &b(""),
        b("was = \"a\"\n"),
    ];
    never_back(&fixture, &steps);
    let last = fixture.publish(&day(5));
    assert_eq!(body(&last, "/sessions/olda.ics"), body(&last, "/sessions/b.ics"));
}

#[test]
fn an_id_that_another_session_has_had_since_is_no_longer_a_former_one() {
    let fixture = Fixture::new("");
    let a = named("a", "2027-04-30", "");
    let b = |more: &str| named("b", "2027-04-30", more).replace("Session b", "Session a");
    let new = named("a", "2027-08-30", "").replace("Session a", "A new one");
    never_back(&fixture, &[a, b("was = \"a\"\n"), b("") + &new, b("")]);
    let last = fixture.publish(&day(5));
    let invite = body(&last, "/sessions/a.ics");
    assert!(invite.contains("SUMMARY:CANCELLED: A new one"), "{invite}");
}

#[test]
fn an_address_with_another_calendar_gets_a_newer_last_modified() {
    let fixture =
        Fixture::new(&list(&(named("a", "2027-04-30", "") + &named("b", "2027-05-30", ""))));
    fixture.publish(&day(0));
    fixture.write(&list(&named("b", "2027-05-30", "")));
    let gone = fixture.publish(&day(3));
    let modified = |published: &convene::publish::Published| {
        published.site.get("/sessions/a.ics").unwrap().last_modified().unwrap()
    };
    let before = modified(&gone);
    fixture.write(&list(&named("b", "2027-05-30", "was = \"a\"\n")));
    // The clock is set back.
    let after = fixture.publish(&day(2));
    assert!(modified(&after) > before, "{} {before}", modified(&after));
    let again = fixture.publish(&day(4));
    assert_eq!(modified(&again), modified(&after), "and then it stays");
}
