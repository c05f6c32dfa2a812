//! Past sessions stay forever, unless `keep_past` removes them; the newest one always stays.

use super::{FEED, Story, other, talk};
use crate::support::{BEFORE, list};

fn short() -> String {
    list(&(talk("") + &other())).replacen("duration", "keep_past = \"1d\"\nduration", 1)
}

#[test]
fn past_sessions_stay_forever() {
    let story = Story::begin(&list(&(talk("") + &other())));
    let uid = story.serve(BEFORE).uid("talk");
    assert!(story.serve("2090-01-01T00:00:00Z").event(FEED, &uid).is_some());
}

#[test]
fn sessions_leave_at_the_end_of_their_stay_except_the_newest() {
    let story = Story::begin(&short());
    let first = story.serve(BEFORE);
    let (talk, other) = (first.uid("talk"), first.uid("other"));
    let last = story.serve("2024-05-01T18:59:59Z");
    assert!(last.event(FEED, &talk).is_some());
    let left = story.serve("2024-05-01T19:00:00Z");
    assert!(left.event(FEED, &talk).is_none() && left.event(FEED, &other).is_some());
    let (tag, modified) = (left.get(FEED), left.modified(FEED));
    // Long after its time in the feed has ended, it remains, so that the calendar is never empty. The calendar does not
    // change.
    let empty = story.serve("2025-01-01T00:00:00Z");
    assert!(empty.event(FEED, &talk).is_none() && empty.event(FEED, &other).is_some());
    assert_eq!(empty.get(FEED).header("etag"), tag.header("etag"));
    assert_eq!(empty.modified(FEED), modified);
}

#[test]
fn an_older_session_leaves_when_a_newer_one_is_added() {
    let story = Story::begin(&short());
    let other = story.serve("2025-01-01T00:00:00Z").uid("other");
    let more = crate::support::session("new", "2025-06-01T14:00:00", "");
    let added = story.then(&format!("{}{more}", short()), "2025-01-02T00:00:00Z");
    assert!(added.event(FEED, &other).is_none());
    assert!(added.event(FEED, &added.uid("new")).is_some());
}
