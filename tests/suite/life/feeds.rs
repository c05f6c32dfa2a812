//! Removed feeds: they contain their last sessions and a notice, and later respond with 410.

use super::{Story, before, talk, value};
use crate::support::{BEFORE, list, session};

const SPRING: &str = "\n[[series]]\nid = \"spring\"\ntitle = \"Spring series\"\nwas = \"march\"\n";
const PATH: &str = "/feeds/spring.ics";
const LATER: &str = "2024-02-01T12:00:00Z";

fn with() -> String {
    let other = session("other", "2024-05-30T14:00:00", "");
    list(&format!("{}{other}{SPRING}", talk("series = \"spring\"\n")))
}

fn without() -> String {
    let other = session("other", "2024-05-30T14:00:00", "");
    list(&format!("{}{other}", talk("")))
}

#[test]
fn a_removed_feed_keeps_its_last_sessions_and_a_notice() {
    let story = Story::begin(&with());
    let first = story.serve(BEFORE);
    let (talk, other) = (first.uid("talk"), first.uid("other"));
    let said = story.checked(&without(), LATER);
    assert!(said.contains("the published feed `spring`, \"Spring series\", was removed"), "{said}");
    let ended = story.serve(LATER);
    assert!(ended.event(PATH, &talk).is_some() && ended.event(PATH, &other).is_none());
    let text = ended.text(PATH).replace("\r\n ", "");
    assert!(text.contains("X-WR-CALNAME:Spring series\r\n"), "{text}");
    let notice = text.split("BEGIN:VEVENT\r\n").last().unwrap();
    let notice: Vec<String> = notice.lines().map(ToOwned::to_owned).collect();
    assert_eq!(value(&notice, "SUMMARY"), "This calendar has ended: Spring series");
    assert_eq!(value(&notice, "DTSTART"), "VALUE=DATE:20240201");
    assert_eq!(value(&notice, "TRANSP"), "TRANSPARENT");
    assert!(value(&notice, "DESCRIPTION").ends_with("https://cal.example/feeds/test"));
    assert!(ended.modified(PATH) > before());
    assert!(ended.text("/feeds/spring").contains("This calendar has ended."));
    for part in ["google", "apple", "next", "embed"] {
        let answer = ended.get(&format!("/feeds/spring/{part}"));
        assert_eq!((answer.status, answer.header("location")), (302, Some("/feeds/spring")));
    }
    // Subscribers may still use its former address, which has the same response.
    assert_eq!(ended.get("/feeds/march.ics").body, ended.get(PATH).body);
    // A second request gets the same response.
    let tag = ended.get(PATH).header("etag").map(str::to_owned);
    assert_eq!(story.serve("2024-03-01T00:00:00Z").get(PATH).header("etag"), tag.as_deref());
}

#[test]
fn after_two_years_its_addresses_have_ended_for_good() {
    let story = Story::begin(&with());
    story.serve(BEFORE);
    story.then(&without(), LATER);
    assert_eq!(story.serve("2026-01-31T11:59:59Z").get(PATH).status, 200);
    let ended = story.serve("2026-01-31T12:00:00Z");
    for path in
        [PATH, "/feeds/spring", "/feeds/spring/google", "/feeds/march.ics", "/feeds/spring.atom"]
    {
        assert_eq!(ended.get(path).status, 410, "{path}");
    }
}

#[test]
fn a_restored_feed_is_the_same_feed() {
    let story = Story::begin(&with());
    let first = story.serve(BEFORE);
    let uid = first.uid("talk");
    let gone = story.then(&without(), LATER).modified(PATH);
    let back = story.then(&with(), "2024-02-02T12:00:00Z");
    assert!(back.event(PATH, &uid).is_some());
    assert!(!back.text(PATH).contains("has ended"));
    assert!(back.modified(PATH) > gone);
}

#[test]
fn a_feed_removed_with_its_sessions_keeps_past_ones_and_cancels_the_rest() {
    let later = session("later", "2024-06-30T14:00:00", "series = \"spring\"\n");
    let other = session("other", "2024-05-30T14:00:00", "");
    let all = format!("{}{later}{other}{SPRING}", talk("series = \"spring\"\n"));
    let story = Story::begin(&list(&all));
    let first = story.serve(BEFORE);
    let (talk, later) = (first.uid("talk"), first.uid("later"));
    // The talk was on April 30.
    let ended = story.then(&list(&other), "2024-05-02T12:00:00Z");
    let over = ended.event(PATH, &talk).unwrap();
    assert_eq!((value(&over, "SUMMARY"), value(&over, "STATUS")), ("Session talk", "CONFIRMED"));
    let off = ended.event(PATH, &later).unwrap();
    assert_eq!(value(&off, "SUMMARY"), "CANCELLED: Session later");
    assert!(ended.text(PATH).contains("This calendar has ended"));
    // The calendar of all sessions has neither session.
    assert!(ended.event("/feeds/test.ics", &talk).is_none());
}

#[test]
fn a_feed_is_found_at_its_former_id_though_its_line_was_deleted() {
    let story = Story::begin(&with());
    story.serve(BEFORE);
    let after = story.then(&with().replace("was = \"march\"\n", ""), LATER);
    assert_eq!(after.get("/feeds/march.ics").body, after.get(PATH).body);
    let page = after.get("/feeds/march");
    assert_eq!((page.status, page.header("location")), (301, Some("/feeds/spring")));
    // The response changes when another feed has that id.
    let taken =
        with().replace("was = \"march\"\n", "\n[[series]]\nid = \"march\"\ntitle = \"March\"\n");
    let after = story.then(&taken, "2024-02-02T12:00:00Z");
    assert!(after.text("/feeds/march.ics").contains("X-WR-CALNAME:March"));
}
