//! Cancelled sessions: their titles are marked, their time is free in the reader's calendar, and they leave the feeds a
//! week later.

use super::{FEED, Served, Story, other, revision, talk, value};
use crate::support::{BEFORE, list};

const LATER: &str = "2024-02-01T12:00:00Z";
const OFF: &str = "status = \"cancelled\"\n";

fn off(more: &str) -> String {
    list(&(talk(&format!("{OFF}{more}")) + &other()))
}

fn in_feed_and_invite(served: &Served, uid: &str) -> [Vec<String>; 2] {
    [FEED, "/sessions/talk.ics"].map(|path| served.event(path, uid).unwrap())
}

#[test]
fn a_cancelled_session_says_so_in_title_text_and_status_and_frees_the_time() {
    let story = Story::begin(&list(&(talk("") + &other())));
    let uid = story.serve(BEFORE).uid("talk");
    let served = story.then(&off(""), LATER);
    for event in in_feed_and_invite(&served, &uid) {
        assert_eq!(value(&event, "SUMMARY"), "CANCELLED: Session talk");
        assert!(value(&event, "DESCRIPTION").starts_with("This session is cancelled.\\n"));
        assert_eq!(value(&event, "STATUS"), "CANCELLED");
        assert_eq!(value(&event, "TRANSP"), "TRANSPARENT");
        assert_eq!(value(&event, "X-MICROSOFT-CDO-BUSYSTATUS"), "FREE");
        assert_eq!(revision(&event), (1, "20240201T120000Z", "20240201T120000Z"));
    }
    assert!(served.text("/sessions/talk").contains("This session is cancelled."));
    assert!(served.text("/feeds/test.atom").contains("<title>Cancelled: Session talk</title>"));
    assert!(served.text("/sessions/talk").contains("https://schema.org/EventCancelled"));
}

#[test]
fn an_announced_cancellation_stays_visible_where_the_status_would_hide_it() {
    let story = Story::begin(&list(&(talk("") + &other())));
    let uid = story.serve(BEFORE).uid("talk");
    let served = story.then(&off("cancelled = \"announce\"\n"), LATER);
    for event in in_feed_and_invite(&served, &uid) {
        assert_eq!(value(&event, "SUMMARY"), "CANCELLED: Session talk");
        assert!(value(&event, "DESCRIPTION").starts_with("This session is cancelled.\\n"));
        assert_eq!(value(&event, "STATUS"), "CONFIRMED");
        assert_eq!(value(&event, "TRANSP"), "TRANSPARENT");
    }
    // Undoing a cancellation is a change, too.
    let silent = story.then(&off(""), "2024-02-02T12:00:00Z");
    let event = silent.event(FEED, &uid).unwrap();
    assert_eq!((value(&event, "STATUS"), revision(&event).0), ("CANCELLED", 2));
}

#[test]
fn the_calendars_cancelled_key_applies_to_all_sessions() {
    let toml = off("").replacen("duration", "cancelled = \"announce\"\nduration", 1);
    let served = Story::begin(&toml).serve(BEFORE);
    let event = served.event(FEED, &served.uid("talk")).unwrap();
    assert_eq!(value(&event, "STATUS"), "CONFIRMED");
    let own = toml.replacen(OFF, &format!("{OFF}cancelled = \"silent\"\n"), 1);
    let served = Story::begin(&own).serve(BEFORE);
    let event = served.event(FEED, &served.uid("talk")).unwrap();
    assert_eq!(value(&event, "STATUS"), "CANCELLED");
}

#[test]
fn it_leaves_the_feeds_a_week_after_its_planned_end_and_its_page_and_invite_stay() {
    let story = Story::begin(&off(""));
    let last = story.serve("2024-05-07T18:59:59Z");
    let uid = last.uid("talk");
    assert!(last.event(FEED, &uid).is_some());
    assert!(last.text("/feeds/test.atom").contains("Session talk"));
    let after = story.serve("2024-05-07T19:00:00Z");
    assert!(after.event(FEED, &uid).is_none());
    assert!(!after.text("/feeds/test.atom").contains("Session talk"));
    assert!(!after.text("/feeds/test.json").contains("Session talk"));
    let modified = after.get(FEED).header("last-modified").map(str::to_owned);
    assert_eq!(modified.as_deref(), Some("Tue, 07 May 2024 19:00:00 GMT"));
    assert!(after.text("/sessions/talk").contains("This session is cancelled."));
    assert_eq!(value(&after.event("/sessions/talk.ics", &uid).unwrap(), "STATUS"), "CANCELLED");
    assert_eq!(
        after.get("/sessions/talk.ics").header("etag"),
        last.get("/sessions/talk.ics").header("etag")
    );
}

#[test]
fn how_long_it_stays_is_the_authors_choice() {
    let toml = off("").replacen("duration", "keep_cancelled = \"1h\"\nduration", 1);
    let story = Story::begin(&toml);
    let last = story.serve("2024-04-30T19:59:59Z");
    assert!(last.event(FEED, &last.uid("talk")).is_some());
    let after = story.serve("2024-04-30T20:00:00Z");
    assert!(after.event(FEED, &after.uid("talk")).is_none());
}
