//! Random edits of a rule, compared with a model of it. The model gets the dates from the rrule crate and the instants
//! from chrono-tz. Three parsers must find the same in the feed.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Utc};
use rrule::{RRule, RRuleSet, Tz, Unvalidated};

use super::{numbers, tea};
use crate::readers::{self, At};
use crate::rfc5545;
use crate::support::{Fixture, Random, body, instant};

/// The rules, each with the same rule for the rrule crate.
const RULES: [(&str, &str); 9] = [
    ("\"week\"", "FREQ=WEEKLY"),
    ("\"2 weeks\"", "FREQ=WEEKLY;INTERVAL=2"),
    ("\"day\"", "FREQ=DAILY"),
    ("\"3 days\"", "FREQ=DAILY;INTERVAL=3"),
    ("\"month\"", "FREQ=MONTHLY"),
    ("[\"Tuesday\", \"Friday\"]", "FREQ=WEEKLY;BYDAY=TU,FR"),
    ("[\"Monday\", \"Sunday\"], weeks = 2", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=MO"),
    ("\"second Tuesday\"", "FREQ=MONTHLY;BYDAY=2TU"),
    ("\"last Friday\"", "FREQ=MONTHLY;BYDAY=-1FR"),
];
const TITLES: [&str; 3] = ["Tea", "Coffee", "Mate"];

/// A table that overrides a date.
#[derive(Debug, Clone, Default)]
struct Own {
    title: Option<usize>,
    /// The number of days after the date, and the hour.
    start: Option<(u64, u32)>,
    is_cancelled: bool,
    holds_on: bool,
}

/// The values that the author wrote.
#[derive(Debug, Clone)]
struct Written {
    rule: usize,
    start: NaiveDate,
    hour: u32,
    times: u64,
    title: usize,
    except: Vec<NaiveDate>,
    also: Vec<NaiveDate>,
    own: BTreeMap<NaiveDate, Own>,
}

/// The values of a date that readers see.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    start: DateTime<Utc>,
    title: usize,
    is_cancelled: bool,
}

impl Written {
    fn of_rule(&self) -> Vec<NaiveDate> {
        let at = |date: NaiveDate| date.and_time(NaiveTime::MIN).and_utc().with_timezone(&Tz::UTC);
        let rule = format!("{};COUNT={}", RULES[self.rule].1, self.times);
        let rule: RRule<Unvalidated> = rule.parse().unwrap();
        let rule = rule.validate(at(self.start)).unwrap();
        let dates = RRuleSet::new(at(self.start)).rrule(rule).into_iter();
        dates.map(|date| date.date_naive()).collect()
    }

    /// Moves the start to the next date of the rule, and drops values for dates that the rule no longer has.
    fn settle(&mut self) {
        self.start = self.of_rule()[0];
        let of_rule = self.of_rule();
        self.except.retain(|date| of_rule.contains(date));
        self.except.truncate(of_rule.len() - 1);
        self.also.retain(|date| !of_rule.contains(date));
        let dates = self.dates();
        self.own.retain(|date, _| dates.contains(date));
    }

    fn dates(&self) -> Vec<NaiveDate> {
        let kept = self.of_rule().into_iter().filter(|date| !self.except.contains(date));
        let mut dates: Vec<NaiveDate> = kept.chain(self.also.iter().copied()).collect();
        dates.sort();
        dates
    }

    fn shown(&self) -> BTreeMap<String, Shown> {
        let (mut title, mut start) = (self.title, (0, self.hour));
        let mut shown = BTreeMap::new();
        for date in self.dates() {
            let own = self.own.get(&date).cloned().unwrap_or_default();
            let (own_title, own_start) = (own.title.unwrap_or(title), own.start.unwrap_or(start));
            let day = date.checked_add_days(Days::new(own_start.0)).unwrap();
            let local = day.and_hms_opt(own_start.1, 0, 0).unwrap();
            let start_then = chrono_tz::America::New_York.from_local_datetime(&local).unwrap();
            let (start_then, is_cancelled) = (start_then.to_utc(), own.is_cancelled);
            shown.insert(
                format!("tea-{date}"),
                Shown { start: start_then, title: own_title, is_cancelled },
            );
            if own.holds_on {
                (title, start) = (own_title, own_start);
            }
        }
        shown
    }

    fn toml(&self) -> String {
        let Self { start, hour, times, .. } = self;
        let dates =
            |all: &[NaiveDate]| all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let mut more =
            format!("except = [{}]\nalso = [{}]\n", dates(&self.except), dates(&self.also));
        for (date, own) in &self.own {
            more.push_str(&format!("\n[[sessions]]\nid = \"tea-{date}\"\n"));
            if let Some(title) = own.title {
                more.push_str(&format!("title = \"{}\"\n", TITLES[title]));
            }
            if let Some((days, hour)) = own.start {
                let day = date.checked_add_days(Days::new(days)).unwrap();
                more.push_str(&format!("start = {day}T{hour:02}:00:00\n"));
            }
            if own.is_cancelled {
                more.push_str("status = \"cancelled\"\n");
            }
            if own.holds_on {
                more.push_str("from = true\n");
            }
        }
        let repeat = format!("{{ every = {}, times = {times} }}", RULES[self.rule].0);
        let toml = tea(&format!("{start}T{hour:02}:00:00"), &repeat, &more);
        toml.replacen("\"Tea\"", &format!("\"{}\"", TITLES[self.title]), 1)
    }

    fn edit(&mut self, random: &mut Random) {
        let dates = self.dates();
        let date = dates[random.below(dates.len() as u64) as usize];
        match random.below(10) {
            0 => self.rule = random.below(RULES.len() as u64) as usize,
            1 => self.start += TimeDelta::days(random.below(9) as i64 - 4),
            2 => self.hour = 8 + random.below(12) as u32,
            3 => self.times = 1 + random.below(14),
            4 => self.title = random.below(3) as usize,
            5 if self.except.pop().is_none() => self.except.push(date),
            5 => {}
            6 if self.also.pop().is_none() => self.also.push(date + TimeDelta::days(1)),
            6 => {}
            7 if self.own.remove(&date).is_some() => {}
            _ => {
                let one = |random: &mut Random| random.below(2) == 0;
                let own = Own {
                    title: one(random).then(|| random.below(3) as usize),
                    start: one(random).then(|| (random.below(3), 8 + random.below(12) as u32)),
                    is_cancelled: random.below(4) == 0,
                    holds_on: random.below(4) == 0,
                };
                self.own.insert(date, own);
            }
        }
        self.settle();
    }
}

/// UID, SEQUENCE, and the last published values; `None` while the date is removed.
type Known = (String, u32, Option<Shown>);

fn edits(count: usize, seed: u64) {
    let mut random = Random(seed);
    let start = NaiveDate::from_ymd_opt(2027, 2, 2).unwrap();
    let (except, also, own) = (Vec::new(), Vec::new(), BTreeMap::new());
    let mut written = Written { rule: 0, start, hour: 18, times: 6, title: 0, except, also, own };
    written.settle();
    let fixture = Fixture::new(&written.toml());
    let mut now = instant("2025-01-01T00:00:00Z");
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let (mut stayed, mut raised, mut back) = (0, 0, 0);
    for step in 0..count {
        now += TimeDelta::minutes(1);
        let published = fixture.publish(&now.to_rfc3339());
        let (numbers, shown) = (numbers(&published), written.shown());
        let place = || format!("seed {seed}, step {step}:\n{}", written.toml());
        assert!(numbers.keys().eq(shown.keys()), "{}", place());
        for (id, shown) in &shown {
            let (uid, sequence) = &numbers[id];
            if let Some((known_uid, before, last)) = known.get(id) {
                let expected = before + u32::from(last.as_ref() != Some(shown));
                assert_eq!((uid, *sequence), (known_uid, expected), "{id}, {}", place());
                (stayed, raised) = (stayed + 1, raised + expected - before);
                back += usize::from(last.is_none());
            }
            known.insert(id.clone(), (uid.clone(), *sequence, Some(shown.clone())));
        }
        for (id, (_, sequence, last)) in &mut known {
            // A removal is a change, too.
            if !shown.contains_key(id) && last.take().is_some() {
                *sequence += 1;
            }
        }
        assert_feed(&body(&published, "/feeds/tea.ics"), &numbers, &shown, &place);
        written.edit(&mut random);
        fixture.write(&written.toml());
    }
    assert!(
        stayed > count && raised as usize > count / 2 && back > count / 20,
        "{stayed} {raised} {back}"
    );
}

/// Checks that three parsers find the instants of the model.
fn assert_feed(
    feed: &str,
    numbers: &BTreeMap<String, (String, u32)>,
    shown: &BTreeMap<String, Shown>,
    place: &dyn Fn() -> String,
) {
    let expected: BTreeMap<&str, DateTime<Utc>> =
        shown.iter().map(|(id, shown)| (numbers[id].0.as_str(), shown.start)).collect();
    let both = readers::by_both(feed);
    let by_both: BTreeMap<&str, DateTime<Utc>> = both
        .events
        .iter()
        .map(|event| match event.start {
            At::Instant(start) => (event.uid.as_str(), start),
            At::Day(_) => panic!("{}", place()),
        })
        .collect();
    assert_eq!(by_both, expected, "{}", place());
    let strict = rfc5545::read(feed.as_bytes()).unwrap();
    let strict: BTreeMap<&str, DateTime<Utc>> = strict
        .events
        .iter()
        .map(|event| (event.uid.as_str(), event.start.instant().unwrap()))
        .collect();
    assert_eq!(strict, expected, "{}", place());
}

#[test]
fn random_edits_of_a_rule_keep_every_date_that_stays() {
    edits(150, 7);
}

#[test]
#[ignore = "long: 5,000 edits"]
fn five_thousand_random_edits_of_a_rule_keep_every_date_that_stays() {
    for seed in 1..=10 {
        edits(500, seed);
    }
}

#[test]
fn the_model_has_dates_in_every_year_of_its_rules() {
    for rule in 0..RULES.len() {
        let start = NaiveDate::from_ymd_opt(2027, 2, 2).unwrap();
        let (except, also, own) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut written = Written { rule, start, hour: 18, times: 14, title: 0, except, also, own };
        written.settle();
        assert_eq!(written.of_rule().len(), 14);
        assert!(written.dates()[0].year() == 2027);
    }
}
