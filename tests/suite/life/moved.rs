//! A moved session keeps its entry with a new time, and readers see the old time and the new one.

use super::{FEED, Story, other, revision, talk, value};
use crate::support::{BEFORE, list};

const LATER: &str = "2024-02-01T12:00:00Z";
const SAID: &str = "Moved from Tuesday, April 30, 2024, 2 pm ET to 3 pm ET.";

fn moved() -> String {
    talk("").replace("T14:", "T15:")
}

#[test]
fn a_moved_session_is_the_same_entry_with_the_next_sequence() {
    let story = Story::begin(&list(&talk("")));
    let first = story.serve(BEFORE);
    let uid = first.uid("talk");
    let old = first.event(FEED, &uid).unwrap();
    let (feed, invite) = (first.get(FEED), first.get("/sessions/talk.ics"));
    let second = story.then(&list(&moved()), LATER);
    let new = second.event(FEED, &uid).unwrap();
    assert_eq!(value(&old, "DTSTART"), "TZID=America/New_York:20240430T140000");
    assert_eq!(value(&new, "DTSTART"), "TZID=America/New_York:20240430T150000");
    assert_eq!(revision(&old), (0, "20240115T120000Z", "20240115T120000Z"));
    assert_eq!(revision(&new), (1, "20240201T120000Z", "20240201T120000Z"));
    for (path, before) in [(FEED, feed), ("/sessions/talk.ics", invite)] {
        let after = second.get(path);
        assert_ne!(after.header("etag"), before.header("etag"), "{path}");
        assert_eq!(after.header("last-modified"), Some("Thu, 01 Feb 2024 12:00:00 GMT"), "{path}");
    }
}

#[test]
fn page_list_and_atom_show_both_times_until_the_session_is_over() {
    let story = Story::begin(&list(&talk("")));
    assert!(!story.serve(BEFORE).text("/sessions/talk").contains("Moved"));
    let told = story.then(&list(&moved()), LATER);
    for path in ["/sessions/talk", "/feeds/test", "/feeds/test.atom"] {
        assert!(told.text(path).contains(SAID), "{path}: {}", told.text(path));
    }
    assert!(told.text("/feeds/test.atom").contains("<title>Moved: Session talk</title>"));
    // The two instants are one second before its end, and its end.
    let last = story.serve("2024-04-30T19:59:59Z");
    assert!(last.text("/sessions/talk").contains(SAID));
    let over = story.serve("2024-04-30T20:00:00Z");
    for path in ["/sessions/talk", "/feeds/test", "/feeds/test.atom"] {
        assert!(!over.text(path).contains("Moved"), "{path}");
    }
}

#[test]
fn a_move_to_another_day_names_both_days_and_every_zone() {
    let list = |sessions: &str| {
        list(sessions).replacen("duration", "also_in = [\"Europe/London\"]\nduration", 1)
    };
    let story = Story::begin(&list(&talk("")));
    story.serve(BEFORE);
    let moved = talk("").replace("04-30T14", "05-01T09");
    let page = story.then(&list(&moved), LATER).text("/sessions/talk");
    let said = "Moved from Tuesday, April 30, 2024, 2 pm ET / 7 pm London Time to Wednesday, \
                May 1, 2024, 9 am ET / 2 pm London Time.";
    assert!(page.contains(said), "{page}");
}

#[test]
fn search_engines_get_every_earlier_start() {
    let story = Story::begin(&list(&talk("")));
    let data = |page: &str| -> serde_json::Value {
        let from = page.find("application/ld+json\">").unwrap() + "application/ld+json\">".len();
        let to = from + page[from..].find("</script>").unwrap();
        serde_json::from_str(&page[from..to]).unwrap()
    };
    let first = data(&story.serve(BEFORE).text("/sessions/talk"));
    assert_eq!(first["eventStatus"], "https://schema.org/EventScheduled");
    assert!(first.get("previousStartDate").is_none());
    let second = data(&story.then(&list(&moved()), LATER).text("/sessions/talk"));
    assert_eq!(second["eventStatus"], "https://schema.org/EventRescheduled");
    assert_eq!(second["startDate"], "2024-04-30T15:00:00-04:00");
    assert_eq!(second["previousStartDate"], "2024-04-30T14:00:00-04:00");
    let again = list(&talk("").replace("T14:", "T16:"));
    let third = data(&story.then(&again, "2024-02-02T12:00:00Z").text("/sessions/talk"));
    let both = ["2024-04-30T14:00:00-04:00", "2024-04-30T15:00:00-04:00"];
    assert_eq!(third["previousStartDate"], serde_json::json!(both));
}

#[test]
fn several_days_that_move_say_the_days_that_they_were() {
    let days = |first: &str, last: &str| {
        let times = format!("start = {first}\nend = {last}\n");
        list(&(format!("\n[[sessions]]\nid = \"days\"\ntitle = \"Days\"\n{times}") + &other()))
    };
    let story = Story::begin(&days("2024-05-20", "2024-05-21"));
    story.serve(BEFORE);
    let moved = story.then(&days("2024-05-27", "2024-05-28"), "2024-02-01T12:00:00Z");
    let page = moved.text("/sessions/days").replace("\u{2009}", " ").replace("<s>", "");
    assert!(page.contains("Monday, May 20"), "{page}");
    assert!(page.contains("May 21"), "the last day was said too: {page}");
}

#[test]
fn a_session_that_moved_back_names_only_the_time_between_as_an_earlier_one() {
    let story = Story::begin(&list(&talk("")));
    story.serve(BEFORE);
    let moved = talk("").replace("04-30T14", "05-07T14");
    story.then(&list(&moved), "2024-02-01T12:00:00Z");
    let back = story.then(&list(&talk("")), "2024-02-02T12:00:00Z");
    let page = back.text("/sessions/talk");
    assert!(page.contains("\"previousStartDate\":\"2024-05-07T14:00:00-04:00\""), "{page}");
}
