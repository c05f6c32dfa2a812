//! The hours around every change of every zone from 2024 to 2032, where parsers of one VTIMEZONE differ.
//!
//! `observances` evaluates each written time twice: a parser that takes the first of two instants and one
//! that takes the second must agree. The expected instants come from the tz rules themselves.

use std::collections::HashMap;

use convene::diagnostic::Code;
use convene::publish::CheckReport;
use convene::zone::Rules;
use jiff::{Timestamp, ToSpan as _};

use crate::endurance::given;
use crate::rfc5545;
use crate::support::{BEFORE, Fixture, Random, body, instant, list, session};
use crate::zones::{at, changes, readings, rules};

/// The number of hours before and after a change.
const AROUND: i64 = 36;
/// The days from a change: a rule such as "the first Sunday" puts some changes a week off.
const DAYS: [i64; 3] = [-7, 0, 7];
/// The length of events in minutes. The length is three half hours, so each half hour is the start of one event and the
/// end of another.
const MINUTES: i64 = 90;

#[test]
fn near_changes_of_every_zone_two_parsers_arrive_at_the_same_instant() {
    let mut random = Random(1);
    let mut events = Vec::new();
    for zone in Rules::bundled_names() {
        let all = events_near_changes(zone);
        let few = all.len().min(6);
        events.extend((0..few).map(|_| all[random.below(all.len() as u64) as usize]));
    }
    assert!(events.len() > 1_000, "{}", events.len());
    let zoned = judge(&events);
    println!("{} events, {zoned} invites with TZID", events.len());
    assert!(zoned * 10 > events.len() * 8, "{zoned} of {}", events.len());
}

#[test]
#[ignore = "long: a minute, or every half hour with CONVENE_CHANGES_STEP=1"]
fn at_half_hours_near_every_change_two_parsers_arrive_at_the_same_instant() {
    let step = given("CONVENE_CHANGES_STEP").unwrap_or(49) as usize;
    let (mut total, mut total_zoned) = (0, 0);
    for zone in Rules::bundled_names() {
        let events: Vec<Event> = events_near_changes(zone).into_iter().step_by(step).collect();
        if !events.is_empty() {
            let zoned = judge(&events);
            println!("{zone}: {} events, {zoned} invites with TZID", events.len());
            total += events.len();
            total_zoned += zoned;
        }
    }
    println!("{total} events, {total_zoned} invites with TZID");
    assert!(total * step > 1_000_000, "{total}");
}

/// A zone and the start of an event.
type Event = (&'static str, Timestamp);

/// Returns one event for each half hour.
fn events_near_changes(zone: &'static str) -> Vec<Event> {
    let years = at("2024-01-01T00:00")..at("2033-01-01T00:00");
    let changes = changes(&rules(zone), years.start).into_iter().map(|(change, ..)| change);
    let mut starts: Vec<Timestamp> = changes
        .take_while(|change| *change < years.end)
        .flat_map(|change| DAYS.map(|days| change + (24 * days).hours()))
        .flat_map(|middle| {
            let first = -AROUND * 60 - MINUTES;
            (first..=AROUND * 60).step_by(30).map(move |minutes| middle + minutes.minutes())
        })
        .collect();
    starts.sort();
    starts.dedup();
    starts.into_iter().map(|start| (zone, start)).collect()
}

/// Publishes the events in one feed and in invites, and parses both. Returns the number of invites with TZID.
fn judge(events: &[Event]) -> usize {
    let sessions: String = events.iter().enumerate().map(|(id, event)| toml(id, *event)).collect();
    let fixture = Fixture::new(&list(&sessions));
    // An unnecessary fallback to UTC would hide a bug of the writer.
    let CheckReport { findings, .. } = fixture.publisher().check(instant(BEFORE)).unwrap();
    let unproven = findings.iter().find(|finding| finding.code == Code::ZoneNotProven);
    assert!(unproven.is_none(), "{unproven:?}");
    let published = fixture.publish(BEFORE);
    let read = |path: &str| {
        let body = body(&published, path);
        rfc5545::read(body.as_bytes()).unwrap_or_else(|wrong| panic!("{path}: {wrong}")).events
    };
    let feed = read("/feeds/test.ics");
    assert_eq!(feed.len(), events.len());
    let feed: HashMap<&str, &rfc5545::Event> =
        feed.iter().map(|event| (event.uid.as_str(), event)).collect();
    let mut zoned = 0;
    for (id, (zone, start)) in events.iter().enumerate() {
        let invite = &read(&format!("/sessions/s{id}.ics"))[0];
        for event in [invite, feed[invite.uid.as_str()]] {
            let expected = [start.as_second(), start.as_second() + MINUTES * 60];
            let found = [&event.start, &event.end].map(|time| time.instant().unwrap().timestamp());
            assert_eq!(found, expected, "{zone} {start}: {event:?}");
        }
        zoned += usize::from(invite.start.is_zoned());
    }
    zoned
}

fn toml(id: usize, (zone, start): Event) -> String {
    let rules = rules(zone);
    let local = rules.to_datetime(start);
    let mut more = format!("timezone = \"{zone}\"\nduration = \"{MINUTES}m\"\n");
    if let [earlier, _] = readings(&rules, local)[..] {
        let word = if earlier == start { "earlier" } else { "later" };
        more += &format!("fold = \"{word}\"\n");
    }
    session(&format!("s{id}"), &local.to_string(), &more)
}
