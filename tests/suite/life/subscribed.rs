//! The life of a session in a subscriber's calendar, with vdirsyncer and khal.

use super::{FEED, Served, Story, other, talk};
use crate::subscriber::Subscriber;
use crate::support::{BEFORE, list, session};

/// A reader in Berlin with a subscription to a story's feed.
struct Reader {
    subscriber: Subscriber,
}

impl Reader {
    fn of(story: &Story) -> Self {
        Self { subscriber: Subscriber::in_berlin(&story.fixture.dir().join("reader")) }
    }

    /// Fetches again, and returns the entries in the reader's calendar.
    fn sees(&self, served: &Served, path: &str) -> Vec<String> {
        self.subscriber.sync(&format!("http://{}{path}", served.running.address));
        self.subscriber.listed("2024-01-01", 366)
    }
}

const OTHER: &str = "2024-05-30 20:00 2024-05-30 21:00 Session other CONFIRMED";
const TALK: &str = "2024-04-30 20:00 2024-04-30 21:00 Session talk CONFIRMED";

fn both() -> String {
    list(&(talk("") + &other()))
}

#[test]
#[ignore = "needs vdirsyncer and khal"]
fn a_subscriber_sees_a_session_move() {
    let story = Story::begin(&both());
    let reader = Reader::of(&story);
    assert_eq!(reader.sees(&story.serve(BEFORE), FEED), [TALK, OTHER]);
    let moved = list(&(talk("").replace("T14:", "T16:") + &other()));
    let now = story.then(&moved, "2024-02-01T12:00:00Z");
    let there = TALK.replace("20:00", "22:00").replace("21:00", "23:00");
    assert_eq!(reader.sees(&now, FEED), [there.as_str(), OTHER]);
}

#[test]
#[ignore = "needs vdirsyncer and khal"]
fn a_subscriber_sees_a_cancellation_until_the_session_leaves_the_feed() {
    let story = Story::begin(&both());
    let reader = Reader::of(&story);
    reader.sees(&story.serve(BEFORE), FEED);
    let off = |more: &str| list(&(talk(&format!("status = \"cancelled\"\n{more}")) + &other()));
    let said = "2024-04-30 20:00 2024-04-30 21:00 CANCELLED: Session talk";
    let served = story.then(&off(""), "2024-02-01T12:00:00Z");
    assert_eq!(reader.sees(&served, FEED), [&format!("{said} CANCELLED"), OTHER]);
    let served = story.then(&off("cancelled = \"announce\"\n"), "2024-02-02T12:00:00Z");
    assert_eq!(reader.sees(&served, FEED), [&format!("{said} CONFIRMED"), OTHER]);
    assert_eq!(reader.sees(&story.serve("2024-05-07T19:00:00Z"), FEED), [OTHER]);
}

#[test]
#[ignore = "needs vdirsyncer and khal"]
fn a_subscriber_sees_a_session_go_and_come_back_once() {
    let story = Story::begin(&both());
    let reader = Reader::of(&story);
    reader.sees(&story.serve(BEFORE), FEED);
    let gone = story.then(&list(&other()), "2024-02-01T12:00:00Z");
    assert_eq!(reader.sees(&gone, FEED), [OTHER]);
    let back = story.then(&both(), "2024-02-02T12:00:00Z");
    assert_eq!(reader.sees(&back, FEED), [TALK, OTHER]);
    assert_eq!(reader.subscriber.entries(), 2);
}

#[test]
#[ignore = "needs vdirsyncer and khal"]
fn a_subscriber_notices_nothing_of_a_new_id() {
    let story = Story::begin(&both());
    let reader = Reader::of(&story);
    reader.sees(&story.serve(BEFORE), FEED);
    let renamed = talk("was = \"talk\"\n").replacen("\"talk\"", "\"speech\"", 1);
    let served = story.then(&list(&(renamed + &other())), "2024-02-01T12:00:00Z");
    assert_eq!(reader.sees(&served, FEED), [TALK, OTHER]);
    assert_eq!(reader.subscriber.entries(), 2);
}

#[test]
#[ignore = "needs vdirsyncer and khal"]
fn a_subscriber_keeps_past_sessions_or_the_newest_one() {
    let story = Story::begin(&both());
    let reader = Reader::of(&story);
    assert_eq!(reader.sees(&story.serve("2030-01-01T00:00:00Z"), FEED), [TALK, OTHER]);
    let short = both().replacen("duration", "keep_past = \"1d\"\nduration", 1);
    let served = story.then(&short, "2030-01-02T00:00:00Z");
    assert_eq!(reader.sees(&served, FEED), [OTHER]);
}

#[test]
#[ignore = "needs vdirsyncer and khal"]
fn a_subscriber_of_a_removed_feed_keeps_its_sessions_and_gets_a_notice() {
    let spring = "\n[[series]]\nid = \"spring\"\ntitle = \"Spring series\"\n";
    let more = session("more", "2024-05-02T14:00:00", "series = \"spring\"\n");
    let with = list(&format!("{}{more}{spring}", talk("series = \"spring\"\n")));
    let story = Story::begin(&with);
    let reader = Reader::of(&story);
    reader.sees(&story.serve(BEFORE), "/feeds/spring.ics");
    let without = with.replace(spring, "").replace("series = \"spring\"\n", "");
    let served = story.then(&without, "2024-02-01T12:00:00Z");
    let seen = reader.sees(&served, "/feeds/spring.ics");
    let told = "2024-02-01 2024-02-01 This calendar has ended: Spring series CONFIRMED";
    let more = "2024-05-02 20:00 2024-05-02 21:00 Session more CONFIRMED";
    assert_eq!(seen, [told, TALK, more]);
}
