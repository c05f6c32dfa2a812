//! Expands recurrence rules (RFC 5545 section 3.3.10) in wall-clock time.
//!
//! The rrule crate implements the rules. The crate gets local times as if they were UTC, so that a session at six stays
//! at six when the clocks change.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rrule::{RRule, RRuleSet, Tz, Unvalidated};

use super::values::{DateValue, date_value};

/// The largest number of occurrences of a rule that are kept, which is daily for fifty years. The latest ones are kept.
const MOST: usize = 20_000;
/// The longest rule, in bytes. A rule that lists every day of a year and every hour of a day is shorter.
const LONGEST: usize = 2_000;
/// The number of periods without a date after which the crate gives up.
const IN_VAIN: i64 = 100_000;
/// The last year that the crate searches.
const LAST_YEAR: i32 = 9_999;
/// The cost of a period, in steps of about three nanoseconds.
const PERIOD: u64 = 64;
/// The largest number of occurrences per day, by BYHOUR, BYMINUTE and BYSECOND together.
const MOST_A_DAY: usize = 24;

/// The wall-clock times of a rule.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expansion {
    /// The times in order. The first is the rule's first, which is not always the event's start.
    pub(super) starts: Vec<NaiveDateTime>,
    /// The number of earlier ones, which are not kept, from the first day on; without the event's start.
    pub(super) earlier: usize,
    /// The number of earlier ones before the first day; without the event's start.
    pub(super) past: usize,
    /// Whether there are more after the last day.
    pub(super) more: bool,
}

/// The budget for all rules of one file.
#[derive(Debug)]
pub(super) struct Budget {
    /// The number of steps of about three nanoseconds, estimated from the dates of a rule.
    steps: u64,
    dates: usize,
}

impl Budget {
    /// The budget for events: about three seconds, which is 20,000 daily events for two years.
    pub(super) const EVENTS: Self = Self { steps: 1_000_000_000, dates: usize::MAX };
    /// The budget for rules of zones. All rules of tzdata have 100,000 dates.
    pub(super) const ZONES: Self = Self { steps: 200_000_000, dates: 1_000_000 };

    /// Returns whether the budget is used up.
    pub(super) fn is_spent(&self) -> bool {
        self.steps == 0 || self.dates == 0
    }
}

/// The cost of a search for the next date of a rule.
struct Cost {
    /// The length of a period of the rule, in seconds.
    period: i64,
    /// The number of steps per period.
    steps: u64,
}

impl Cost {
    fn new(frequency: &str, interval: i64, length: usize, a_day: usize) -> Self {
        let (days, seconds) = match frequency {
            "YEARLY" => (366, 31_536_000),
            "MONTHLY" => (31, 2_592_000),
            "WEEKLY" => (7, 604_800),
            "DAILY" => (1, 86_400),
            "MINUTELY" => (1, 60),
            "SECONDLY" => (1, 1),
            _ => (1, 3_600),
        };
        // Each day of a period is compared with the parts of the rule.
        let names = 1 + length as u64 / 64;
        let steps = PERIOD + days * names * a_day as u64;
        Self { period: interval.saturating_mul(seconds), steps }
    }

    /// Returns the cost of the periods between two times, up to the limit of the crate.
    fn between(&self, from: NaiveDateTime, to: NaiveDateTime) -> u64 {
        let periods = (to - from).num_seconds() / self.period.max(1);
        (periods.clamp(0, IN_VAIN) as u64 * self.steps).max(PERIOD)
    }
}

/// Expands a rule from `start` to the end of `days`, included. Of the dates that are not kept, those before `days` are
/// counted apart. `local` converts an UNTIL, which is an instant if the start has a zone, to wall-clock time.
///
/// # Errors
/// A phrase with the reason why the rule cannot be expanded.
pub(super) fn expand(
    rule: &str,
    start: NaiveDateTime,
    days: &RangeInclusive<NaiveDateTime>,
    local: impl Fn(DateTime<Utc>) -> NaiveDateTime,
    budget: &mut Budget,
) -> Result<Expansion, &'static str> {
    const STRANGE: &str = "its rule cannot be understood";
    const SPENT: &str = "the rules of the file give more dates than can be computed";
    // Rules are ASCII, and the crate slices days by bytes.
    if !rule.is_ascii() || rule.len() > LONGEST {
        return Err(STRANGE);
    }
    if budget.is_spent() {
        return Err(SPENT);
    }
    let (mut frequency, mut interval) = (String::new(), 1);
    let mut count: Option<usize> = None;
    let mut has_end = false;
    let mut parts = Vec::new();
    let (mut a_day, mut names_times) = (1_usize, false);
    for part in rule.trim().trim_end_matches(';').split(';') {
        let (name, value) = part.split_once('=').ok_or(STRANGE)?;
        let (name, value) = (name.trim().to_ascii_uppercase(), value.trim().to_ascii_uppercase());
        match name.as_str() {
            "FREQ" => {
                frequency.clone_from(&value);
                parts.push(format!("{name}={value}"));
            }
            // The crate would return the same date endlessly.
            "INTERVAL" if value.bytes().all(|b| b == b'0') => {
                return Err("its rule repeats every 0 times, which is never");
            }
            "INTERVAL" => {
                interval = value.parse().unwrap_or(1);
                parts.push(format!("{name}={value}"));
            }
            // Some programs write -1 for no count.
            "COUNT" if value.starts_with('-') => {}
            "COUNT" => match value.parse() {
                Ok(number) => count = Some(number),
                Err(_) => return Err(STRANGE),
            },
            "BYHOUR" | "BYMINUTE" | "BYSECOND" => {
                a_day = a_day.saturating_mul(value.split(',').count());
                names_times = true;
                parts.push(format!("{name}={value}"));
            }
            "UNTIL" => {
                let until = match date_value(&value).ok_or(STRANGE)? {
                    // The rule includes the whole last day.
                    DateValue::Date(date) => {
                        date.and_time(NaiveTime::MIN) + chrono::Days::new(1)
                            - chrono::TimeDelta::seconds(1)
                    }
                    DateValue::Local(until) => until,
                    DateValue::Utc(until) => local(until),
                };
                // The crate rejects such a rule, so only the start counts.
                if until < start {
                    return Ok(Expansion { starts: Vec::new(), earlier: 0, past: 0, more: false });
                }
                has_end = true;
                parts.push(format!("UNTIL={}Z", until.format("%Y%m%dT%H%M%S")));
            }
            "RSCALE" if value != "GREGORIAN" => return Err("it follows another calendar's months"),
            "RSCALE" | "SKIP" => {}
            _ if name.starts_with("X-") => {}
            _ => parts.push(format!("{name}={value}")),
        }
    }
    if a_day > MOST_A_DAY {
        return Err("it repeats many times a day");
    }
    let cost = Cost::new(&frequency, interval, rule.len(), a_day);
    if frequency == "MINUTELY" || frequency == "SECONDLY" {
        // The crate would try every minute of every day.
        if names_times {
            return Err("its rule counts minutes or seconds");
        }
        if cost.period < 3_600 {
            return Err("it repeats within the hour");
        }
    }
    // RFC 5545 allows only one of both, and the crate rejects a rule with both.
    if let (Some(count), false) = (count, has_end) {
        parts.push(format!("COUNT={count}"));
    }
    let utc = |local: NaiveDateTime| local.and_utc().with_timezone(&Tz::UTC);
    let rule: RRule<Unvalidated> = parts.join(";").parse().map_err(|_| STRANGE)?;
    let rule = rule.validate(utc(start)).map_err(|_| STRANGE)?;
    let dates = RRuleSet::new(utc(start)).rrule(rule).limit();
    let (mut starts, mut given, mut more) = (VecDeque::new(), 0_usize, false);
    let (mut earlier, mut past) = (0, 0);
    let mut before = start;
    let mut ended = true;
    for at in dates.into_iter().map(|at| at.naive_utc()) {
        if has_end && count == Some(given) {
            ended = false;
            break;
        }
        budget.steps = budget.steps.saturating_sub(cost.between(before, at));
        before = at;
        if at > *days.end() || at.year() > 2100 || given == budget.dates || budget.steps == 0 {
            more = true;
            ended = false;
            break;
        }
        given += 1;
        if starts.len() == MOST
            && let Some(first) = starts.pop_front().filter(|first| *first != start)
        {
            *if first < *days.start() { &mut past } else { &mut earlier } += 1;
        }
        starts.push_back(at);
    }
    budget.dates = budget.dates.saturating_sub(given);
    // The crate has searched up to its last year; a rule with a last date has at least one.
    let ends_after = if has_end { Some(1) } else { count };
    if ended && ends_after.is_none_or(|count| given < count) {
        let end = NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31).expect("every year ends");
        let in_vain = cost.between(before, end.and_time(NaiveTime::MIN));
        budget.steps = budget.steps.saturating_sub(in_vain);
    }
    if budget.is_spent() {
        return Err(SPENT);
    }
    Ok(Expansion { starts: starts.into(), earlier, past, more })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    fn expanded(rule: &str, last: &str) -> Result<(Vec<String>, bool), &'static str> {
        let eastern = |instant: DateTime<Utc>| instant.naive_utc() - chrono::TimeDelta::hours(4);
        let mut budget = Budget::EVENTS;
        let start = at("2027-05-04T18:00:00");
        expand(rule, start, &(start..=at(last)), eastern, &mut budget).map(|expansion| {
            let starts = expansion.starts.iter().map(|at| at.format("%m-%d %H:%M").to_string());
            (starts.collect(), expansion.more)
        })
    }

    #[test]
    fn rules_are_followed_to_their_end_or_to_the_bound() {
        let ok =
            |starts: &[&str], more| Ok((starts.iter().map(ToString::to_string).collect(), more));
        let far = "2030-01-01T00:00:00";
        assert_eq!(
            expanded("FREQ=WEEKLY;COUNT=3;BYDAY=TU", far),
            ok(&["05-04 18:00", "05-11 18:00", "05-18 18:00"], false)
        );
        assert_eq!(
            expanded("freq=monthly;byday=1TU;", "2027-07-30T00:00:00"),
            ok(&["05-04 18:00", "06-01 18:00", "07-06 18:00"], true)
        );
        for until in ["20270511", "20270511T220000Z", "20270511T180000"] {
            assert_eq!(
                expanded(&format!("FREQ=WEEKLY;UNTIL={until}"), far),
                ok(&["05-04 18:00", "05-11 18:00"], false),
                "{until}"
            );
        }
        assert_eq!(
            expanded("FREQ=WEEKLY;UNTIL=20270511T215959Z", far),
            ok(&["05-04 18:00"], false)
        );
    }

    #[test]
    fn minutes_and_seconds_are_counted_if_they_are_an_hour_or_more() {
        let far = "2030-01-01T00:00:00";
        for minutes in [1_usize, 30, 59, 60, 61, 90, 720, 1_440, 10_080] {
            let seconds = minutes * 60;
            for (unit, interval) in [("MINUTELY", minutes), ("SECONDLY", seconds)] {
                for rule in [
                    format!("FREQ={unit};INTERVAL={interval};COUNT=4"),
                    format!("COUNT=4;INTERVAL={interval};FREQ={unit}"),
                ] {
                    // The crate has intervals of 16 bits.
                    let expected = match minutes {
                        _ if interval > 65_535 => Err("its rule cannot be understood"),
                        ..60 => Err("it repeats within the hour"),
                        _ => Ok((0..4)
                            .map(|at| at * i64::try_from(seconds).unwrap())
                            .map(|at| {
                                self::at("2027-05-04T18:00:00") + chrono::TimeDelta::seconds(at)
                            })
                            .map(|at| at.format("%m-%d %H:%M").to_string())
                            .collect::<Vec<_>>()),
                    };
                    assert_eq!(expanded(&rule, far).map(|own| own.0), expected, "{rule}");
                }
            }
            let rule = format!("FREQ=MINUTELY;INTERVAL={minutes};BYHOUR=9;BYMINUTE=0");
            assert_eq!(expanded(&rule, far), Err("its rule counts minutes or seconds"), "{rule}");
        }
    }

    #[test]
    fn a_count_below_zero_is_none_and_of_a_count_and_a_last_date_the_earlier_counts() {
        let far = "2030-01-01T00:00:00";
        for (count, until, dates) in [
            ("-1", "20270518", 3),
            ("2", "20270518", 2),
            ("9", "20270518", 3),
            ("1", "20270518", 1),
        ] {
            let rule = format!("FREQ=WEEKLY;UNTIL={until};COUNT={count};BYDAY=TU");
            assert_eq!(expanded(&rule, far).map(|own| (own.0.len(), own.1)), Ok((dates, false)));
        }
    }

    #[test]
    fn of_very_many_dates_the_latest_are_kept() {
        let mut budget = Budget::EVENTS;
        let (start, last) = (at("1972-01-01T18:00:00"), at("2028-12-31T23:59:59"));
        let local = |until: DateTime<Utc>| until.naive_utc();
        // Those between the start and the first that is kept are either past or not.
        let between = 20_820 - MOST - 1;
        for (from, past) in [("1971", 0), ("1972", 0), ("1973", 365), ("2026", between)] {
            let days = at(&format!("{from}-01-01T00:00:00"))..=last;
            let expansion = expand("FREQ=DAILY", start, &days, local, &mut budget).unwrap();
            assert_eq!((expansion.starts.len(), expansion.more), (MOST, true));
            assert_eq!(expansion.starts.last(), Some(&at("2028-12-31T18:00:00")));
            assert_eq!((expansion.past, expansion.earlier), (past, between - past), "{from}");
        }
    }

    #[test]
    fn a_rule_that_ends_before_it_starts_gives_nothing() {
        for until in ["20270503", "20270504T215959Z", "20270504T175959"] {
            let rule = format!("FREQ=WEEKLY;UNTIL={until}");
            assert_eq!(expanded(&rule, "2030-01-01T00:00:00"), Ok((vec![], false)), "{until}");
        }
    }

    /// Returns how often a rule can be expanded for two years within a hundredth of a file's budget, if that is less
    /// than a hundred times.
    fn rounds(rule: &str) -> usize {
        let mut budget = Budget { steps: Budget::EVENTS.steps / 100, ..Budget::EVENTS };
        let days = at("2027-05-04T18:00:00")..=at("2029-05-04T18:00:00");
        let mut follow =
            || expand(rule, *days.start(), &days, |until| until.naive_utc(), &mut budget);
        (0..100).take_while(|_| follow().is_ok()).count()
    }

    #[test]
    fn a_file_may_have_ten_thousand_rules_that_people_write() {
        for rule in [
            "FREQ=DAILY",
            "FREQ=DAILY;COUNT=2",
            "FREQ=YEARLY",
            "FREQ=MONTHLY;BYDAY=1TU",
            "FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20280101",
        ] {
            assert_eq!(rounds(rule), 100, "{rule}");
        }
    }

    #[test]
    fn rules_that_never_come_are_given_up_after_some() {
        for rule in [
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=3",
            "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30;UNTIL=20991231",
            "FREQ=YEARLY;INTERVAL=2;BYYEARDAY=366;BYDAY=MO;BYMONTH=1",
            "FREQ=MINUTELY;INTERVAL=61;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=SECONDLY;INTERVAL=3601;BYMONTH=2;BYMONTHDAY=30",
        ] {
            assert!((1..50).contains(&rounds(rule)), "{rule}: {}", rounds(rule));
        }
    }

    #[test]
    fn what_cannot_be_followed_is_refused_and_never_runs_away() {
        for rule in [
            "FREQ=SECONDLY",
            "FREQ=NEVER",
            "nonsense",
            "",
            "FREQ=DAILY;INTERVAL=-1",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=WEEKLY;BYDAY=\u{26c}",
            "FREQ=DAILY;UNTIL=soon",
            "FREQ=DAILY;COUNT=many",
            "RSCALE=HEBREW;FREQ=YEARLY",
            "FREQ=YEARLY;BYHOUR=0,1,2,3,4;BYMINUTE=0,1,2,3,4,5,6",
            &format!("FREQ=YEARLY;BYYEARDAY=1{}", ",1".repeat(LONGEST / 2)),
        ] {
            assert!(expanded(rule, "2028-01-01T00:00:00").is_err(), "{rule}");
        }
        let never = expanded("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2028-01-01T00:00:00");
        assert_eq!(never.unwrap().0, [""; 0]);
    }
}
