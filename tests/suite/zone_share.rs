//! The share of events with TZID, and the reasons for UTC in the others.

use std::collections::{BTreeMap, HashMap};

use chrono::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::rfc5545::{self, Event};
use crate::support::{BEFORE, Fixture, Random, body, list, session};
use crate::zones::{at, changes, readings, rules, witness};

/// The names of zone.tab in tzdata 2026f.
const ZONE_TAB: &str = include_str!("zone_tab.txt");
const EVENTS: usize = 1_000;

const ZONED: &str = "TZID";
/// The event's local start or end happens twice, because clocks go back.
const FOLD: &str = "happens twice";
/// A device with older rules gives another instant.
const WITNESS: &str = "older rules differ";
/// The event's invite has TZID; in the feed, another pair is exact for more events of the zone.
const OTHER_PAIR: &str = "another pair in the feed";
/// No pair is exact for start and end.
const NO_PAIR: &str = "no exact pair";

#[test]
fn of_a_feed_of_all_zones_since_2007_95_percent_carry_tzid() {
    let zones: Vec<&str> = ZONE_TAB.lines().collect();
    assert_eq!(zones.len(), 418);
    let (from, until) = (at("2007-01-01T00:00"), at("2038-01-01T00:00"));
    let quarters = (until.as_second() - from.as_second()) as u64 / 900;
    let forms = forms(|random| {
        let zone = zones[random.below(418) as usize];
        Sample::new(zone, from + quarter_hours(random, quarters), random)
    });
    println!("{forms:?}");
    assert!(forms[ZONED] * 100 >= EVENTS * 95, "{forms:?}");
}

/// Within three hours of a change, many events cannot have TZID, because their start or end happens twice.
#[test]
fn near_changes_since_2007_95_percent_of_unambiguous_events_have_tzid() {
    let since = at("2007-01-01T00:00");
    let zones: Vec<(&str, Vec<Timestamp>)> = ZONE_TAB
        .lines()
        .map(|zone| (zone, changes(&rules(zone), since).into_iter().map(|c| c.0).collect()))
        .filter(|(_, changes): &(_, Vec<Timestamp>)| !changes.is_empty())
        .collect();
    let forms = forms(|random| {
        let (zone, changes) = &zones[random.below(zones.len() as u64) as usize];
        let change = changes[random.below(changes.len() as u64) as usize];
        Sample::new(zone, change - 3.hours() + quarter_hours(random, 25), random)
    });
    println!("{forms:?}");
    assert!(forms[ZONED] * 100 >= (EVENTS - forms[FOLD]) * 95, "{forms:?}");
}

fn quarter_hours(random: &mut Random, end: u64) -> jiff::Span {
    (15 * random.below(end) as i64).minutes()
}

struct Sample {
    zone: &'static str,
    rules: TimeZone,
    start: Timestamp,
    end: Timestamp,
}

impl Sample {
    /// Creates a random event, which lasts half an hour to four hours.
    fn new(zone: &'static str, start: Timestamp, random: &mut Random) -> Self {
        let end = start + (30 + 30 * random.below(8) as i64).minutes();
        Self { zone, rules: rules(zone), start, end }
    }

    fn toml(&self, id: usize) -> String {
        let local = self.rules.to_datetime(self.start);
        let minutes = (self.end.as_second() - self.start.as_second()) / 60;
        let mut more = format!("timezone = \"{}\"\nduration = \"{minutes}m\"\n", self.zone);
        if let [earlier, _] = readings(&self.rules, local)[..] {
            let word = if earlier == self.start { "earlier" } else { "later" };
            more += &format!("fold = \"{word}\"\n");
        }
        session(&format!("s{id}"), &local.to_string(), &more)
    }

    /// Returns the format of an event in a feed, and the reason for it.
    fn form(&self, in_feed: &Event, invite: &Event) -> &'static str {
        let both = [self.start, self.end];
        let twice = |at: Timestamp| readings(&self.rules, self.rules.to_datetime(at)).len() == 2;
        let older_rules_agree = |at: Timestamp| {
            let offset = i64::from(self.rules.to_offset(at).seconds());
            let local = DateTime::from_timestamp(at.as_second() + offset, 0).unwrap().naive_utc();
            let read = witness(self.zone, local);
            read.is_some_and(|read| read.timestamp() == at.as_second())
        };
        match () {
            () if in_feed.start.is_zoned() => ZONED,
            () if both.into_iter().any(twice) => FOLD,
            () if !both.into_iter().all(older_rules_agree) => WITNESS,
            () if invite.start.is_zoned() => OTHER_PAIR,
            () => NO_PAIR,
        }
    }
}

/// Publishes samples with seed 1, and counts their formats in the feed.
fn forms(mut sample: impl FnMut(&mut Random) -> Sample) -> BTreeMap<&'static str, usize> {
    let mut random = Random(1);
    let samples: Vec<Sample> = (0..EVENTS).map(|_| sample(&mut random)).collect();
    let toml: String = samples.iter().enumerate().map(|(id, sample)| sample.toml(id)).collect();
    let published = Fixture::new(&list(&toml)).publish(BEFORE);
    let read = |path: &str| rfc5545::read(body(&published, path).as_bytes()).unwrap().events;
    let feed: HashMap<String, Event> =
        read("/feeds/test.ics").into_iter().map(|event| (event.uid.clone(), event)).collect();
    let mut forms: BTreeMap<&str, usize> =
        [ZONED, FOLD, WITNESS, OTHER_PAIR, NO_PAIR].map(|form| (form, 0)).into();
    for (id, sample) in samples.iter().enumerate() {
        let invite = &read(&format!("/sessions/s{id}.ics"))[0];
        *forms.entry(sample.form(&feed[&invite.uid], invite)).or_default() += 1;
    }
    forms
}
