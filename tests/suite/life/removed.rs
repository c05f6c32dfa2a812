//! Removed sessions leave the feeds at once; their addresses report the removal for two years, and then end.

use super::{FEED, Story, before, other, revision, talk, value};
use crate::support::{BEFORE, list};

const LATER: &str = "2024-02-01T12:00:00Z";
/// This instant is two years of 365 days after the removal.
const ENDS: &str = "2026-01-31T12:00:00Z";

fn both() -> String {
    list(&(talk("register = \"https://org.example/r\"\n") + &other()))
}

#[test]
fn a_removed_session_leaves_the_feeds_at_once_and_its_addresses_say_so() {
    let story = Story::begin(&both());
    let first = story.serve(BEFORE);
    let uid = first.uid("talk");
    let said = story.checked(&list(&other()), LATER);
    assert!(said.contains("`talk`, \"Session talk\", is a published, upcoming session"), "{said}");
    let gone = story.serve(LATER);
    assert!(gone.event(FEED, &uid).is_none());
    assert!(gone.modified(FEED) > before());
    let invite = gone.event("/sessions/talk.ics", &uid).unwrap();
    assert_eq!(value(&invite, "SUMMARY"), "CANCELLED: Session talk");
    assert_eq!(value(&invite, "STATUS"), "CANCELLED");
    assert_eq!(value(&invite, "TRANSP"), "TRANSPARENT");
    assert_eq!(value(&invite, "DTSTART"), "20240430T180000Z");
    assert_eq!(value(&invite, "DTEND"), "20240430T190000Z");
    assert_eq!(revision(&invite), (1, "20240201T120000Z", "20240201T120000Z"));
    let answer = gone.get("/sessions/talk.ics");
    assert_eq!(answer.header("last-modified"), Some("Thu, 01 Feb 2024 12:00:00 GMT"));
    assert_eq!(answer.header("content-type"), Some("text/calendar; charset=utf-8; method=PUBLISH"));
    let page = gone.text("/sessions/talk");
    assert!(page.contains("This session is no longer planned."), "{page}");
    assert!(page.contains("Tuesday, April 30, 2024, 2 pm ET"), "{page}");
    for part in ["google", "outlook", "office365", "register", "newsletter", "qr.svg"] {
        let answer = gone.get(&format!("/sessions/talk/{part}"));
        assert_eq!((answer.status, answer.header("location")), (302, Some("/sessions/talk")));
    }
}

#[test]
fn after_two_years_its_addresses_have_ended_for_good() {
    let story = Story::begin(&both());
    story.serve(BEFORE);
    story.then(&list(&other()), LATER);
    let last = story.serve("2026-01-31T11:59:59Z");
    assert_eq!(last.get("/sessions/talk.ics").status, 200);
    let ended = story.serve(ENDS);
    for path in
        ["/sessions/talk.ics", "/sessions/talk", "/sessions/talk/", "/sessions/talk/register"]
    {
        let answer = ended.get(path);
        assert_eq!(
            (answer.status, answer.header("cache-control")),
            (410, Some("no-store")),
            "{path}"
        );
    }
    assert_eq!(ended.get("/sessions/talk.ics").text(), "Gone\n");
    assert!(ended.text(FEED).contains("Session other"));
    assert_eq!(ended.get("/sessions/never.ics").status, 404);
}

#[test]
fn a_session_that_comes_back_is_the_same_entry_again() {
    let story = Story::begin(&both());
    let uid = story.serve(BEFORE).uid("talk");
    story.then(&list(&other()), LATER);
    let back = story.then(&both(), "2024-02-02T12:00:00Z");
    let event = back.event(FEED, &uid).unwrap();
    assert_eq!((value(&event, "STATUS"), revision(&event).0), ("CONFIRMED", 2));
    let invite = back.event("/sessions/talk.ics", &uid).unwrap();
    assert_eq!((value(&invite, "STATUS"), revision(&invite).0), ("CONFIRMED", 2));
    assert_eq!(
        back.get("/sessions/talk/register").header("location"),
        Some("https://org.example/r")
    );
}

#[test]
fn another_session_with_its_id_is_refused_without_again() {
    let story = Story::begin(&both());
    let uid = story.serve(BEFORE).uid("talk");
    story.then(&list(&other()), LATER);
    let another = |more: &str| {
        let talk = talk(more).replace("Session talk", "Another").replace("04-30", "06-30");
        list(&(talk + &other()))
    };
    let said = story.checked(&another(""), "2024-02-02T12:00:00Z");
    assert!(said.contains("`talk` was \"Session talk\", which left the calendars"), "{said}");
    assert!(said.contains("choose a new id") && said.contains("again = true"), "{said}");
    let back = story.then(&another("again = true\n"), "2024-02-02T12:00:00Z");
    assert_eq!(revision(&back.event(FEED, &uid).unwrap()).0, 2);
}

#[test]
fn removed_whole_days_are_cancelled_as_whole_days() {
    let days =
        "\n[[sessions]]\nid = \"days\"\ntitle = \"Days\"\nstart = 2024-04-30\nend = 2024-05-01\n";
    let story = Story::begin(&list(&(days.to_owned() + &other())));
    let uid = story.serve(BEFORE).uid("days");
    let gone = story.then(&list(&other()), LATER);
    let invite = gone.event("/sessions/days.ics", &uid).unwrap();
    assert_eq!(value(&invite, "DTSTART"), "VALUE=DATE:20240430");
    assert_eq!(value(&invite, "DTEND"), "VALUE=DATE:20240502");
}

#[test]
fn a_session_that_took_place_is_not_called_off_when_it_is_taken_out() {
    let story = Story::begin(&both());
    let uid = story.serve(BEFORE).uid("talk");
    // The session ended on April 30.
    let gone = story.then(&list(&other()), "2024-05-02T12:00:00Z");
    let invite = gone.event("/sessions/talk.ics", &uid).unwrap();
    assert_eq!(value(&invite, "SUMMARY"), "Session talk");
    assert_eq!(value(&invite, "STATUS"), "CONFIRMED");
    let page = gone.text("/sessions/talk");
    assert!(
        page.contains("This session is over.") && !page.contains("no longer planned"),
        "{page}"
    );
}
