//! Sessions with a new id and `was`: the entry stays the same, and every published address leads to the new one.

use super::{FEED, Story, other, revision, talk};
use crate::support::{BEFORE, list};

#[test]
fn a_renamed_session_keeps_its_uid_and_its_old_addresses_lead_on() {
    let story = Story::begin(&list(&(talk("") + &other())));
    let first = story.serve(BEFORE);
    let uid = first.uid("talk");
    let old = first.event(FEED, &uid).unwrap();
    let renamed = talk("was = \"talk\"\n").replacen("\"talk\"", "\"speech\"", 1);
    let second = story.then(&list(&(renamed + &other())), "2024-02-01T12:00:00Z");
    assert_eq!(second.uid("speech"), uid);
    let new = second.event(FEED, &uid).unwrap();
    // Its page has another address, so every calendar changes.
    assert_eq!(revision(&new).0, revision(&old).0 + 1);
    let page = second.get("/sessions/talk");
    assert_eq!((page.status, page.header("location")), (301, Some("/sessions/speech")));
    let invite = second.get("/sessions/talk.ics");
    assert_eq!(invite.status, 200);
    assert_eq!(invite.body, second.get("/sessions/speech.ics").body);
    assert_eq!(invite.header("etag"), second.get("/sessions/speech.ics").header("etag"));
}

#[test]
fn a_renamed_and_removed_session_is_served_at_both_addresses() {
    let story = Story::begin(&list(&(talk("") + &other())));
    story.serve(BEFORE);
    let renamed = talk("was = \"talk\"\n").replacen("\"talk\"", "\"speech\"", 1);
    story.then(&list(&(renamed + &other())), "2024-02-01T12:00:00Z");
    let gone = story.then(&list(&other()), "2024-02-02T12:00:00Z");
    assert!(gone.text("/sessions/speech.ics").contains("STATUS:CANCELLED"));
    assert_eq!(gone.get("/sessions/talk.ics").body, gone.get("/sessions/speech.ics").body);
    let page = gone.get("/sessions/talk");
    assert_eq!((page.status, page.header("location")), (302, Some("/sessions/speech")));
}

#[test]
fn a_session_is_found_at_its_former_id_though_its_line_was_deleted() {
    let story = Story::begin(&list(&(talk("") + &other())));
    story.serve(BEFORE);
    let renamed = |more: &str| talk(more).replacen("\"talk\"", "\"speech\"", 1);
    story.then(&list(&(renamed("was = \"talk\"\n") + &other())), "2024-02-01T12:00:00Z");
    let after = story.then(&list(&(renamed("") + &other())), "2024-02-02T12:00:00Z");
    let page = after.get("/sessions/talk");
    assert_eq!((page.status, page.header("location")), (301, Some("/sessions/speech")));
    assert_eq!(after.get("/sessions/talk.ics").body, after.get("/sessions/speech.ics").body);
    // Another session may now use the former id.
    let both = list(&(renamed("") + &talk("").replace("Session talk", "A new talk") + &other()));
    let after = story.then(&both, "2024-02-03T12:00:00Z");
    assert!(after.text("/sessions/talk").contains("A new talk"));
}

#[test]
fn a_session_with_a_uid_is_found_at_its_former_id_too() {
    let story = Story::begin(&list(&(talk("uid = \"given@old.example\"\n") + &other())));
    story.serve(BEFORE);
    let renamed = talk("uid = \"given@old.example\"\n").replacen("\"talk\"", "\"speech\"", 1);
    let after = story.then(&list(&(renamed + &other())), "2024-02-01T12:00:00Z");
    assert_eq!(after.uid("speech"), "given@old.example");
    let page = after.get("/sessions/talk");
    assert_eq!((page.status, page.header("location")), (301, Some("/sessions/speech")));
    assert_eq!(after.get("/sessions/talk.ics").body, after.get("/sessions/speech.ics").body);
}

#[test]
fn a_link_that_was_given_out_leads_to_the_page_when_the_session_has_it_no_more() {
    let story = Story::begin(&list(&(talk("register = \"https://org.example/r\"\n") + &other())));
    story.serve(BEFORE);
    for at in ["2024-02-01T12:00:00Z", "2024-02-02T12:00:00Z"] {
        let after = story.then(&list(&(talk("") + &other())), at);
        let answer = after.get("/sessions/talk/register");
        assert_eq!((answer.status, answer.header("location")), (302, Some("/sessions/talk")));
        assert_eq!(after.get("/sessions/talk/join").status, 404, "nobody was given that");
    }
}

#[test]
fn another_uid_is_a_new_entry_and_check_warns() {
    let story = Story::begin(&list(&(talk("") + &other())));
    let uid = story.serve(BEFORE).uid("talk");
    let said =
        story.checked(&list(&(talk("uid = \"x@y.example\"\n") + &other())), "2024-02-01T12:00:00Z");
    assert!(
        said.contains(&format!("was published with the UID `{uid}`, but now has another one")),
        "{said}"
    );
    assert!(said.contains(&format!("to keep it, write `uid = \"{uid}\"`")), "{said}");
}
