//! Finds the rule of `sessions.toml` that gives certain dates.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate, Weekday};

use crate::model::{Every, Nth};

/// A rule, with the dates that it leaves out or adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DateRule {
    pub(super) every: Every,
    /// The first date of the rule, and the last.
    pub(super) start: NaiveDate,
    pub(super) until: NaiveDate,
    pub(super) except: Vec<NaiveDate>,
    pub(super) also: Vec<NaiveDate>,
}

impl DateRule {
    /// Returns the rule with the fewest exceptions that gives the dates; none if they have no regularity. `frequency` is
    /// the FREQ of their own rule (RFC 5545 section 3.3.10), which decides between equal ones.
    pub(super) fn of(dates: &BTreeSet<NaiveDate>, frequency: Option<&str>) -> Option<Self> {
        // The first dates may be additional ones.
        let starts = dates.iter().take(3);
        let rules = starts.flat_map(|start| {
            let later: Vec<NaiveDate> = dates.range(start..).copied().collect();
            let every = candidates(&later).into_iter();
            every.filter_map(move |every| Self::from(*start, every, dates))
        });
        let cost = |rule: &Self| {
            let is_other = frequency.is_some_and(|own| own != unit(&rule.every));
            (rule.except.len() + 2 * rule.also.len(), is_other)
        };
        rules.min_by_key(cost)
    }

    /// Returns a rule from a start on; none if it has too many exceptions.
    fn from(start: NaiveDate, every: Every, dates: &BTreeSet<NaiveDate>) -> Option<Self> {
        let last = *dates.last()?;
        // With half of its dates left out, a rule is still a rule.
        let most = dates.len() + dates.len() / 2;
        let mut of_rule: Vec<NaiveDate> =
            every.dates(start).take_while(|date| *date <= last).take(2 * most).collect();
        let ends = of_rule.iter().rposition(|date| dates.contains(date))?;
        of_rule.truncate(ends + 1);
        let until = *of_rule.last()?;
        let of_rule: BTreeSet<NaiveDate> = of_rule.into_iter().collect();
        let except: Vec<NaiveDate> = of_rule.difference(dates).copied().collect();
        let also: Vec<NaiveDate> = dates.difference(&of_rule).copied().collect();
        let is_rule = of_rule.contains(&start)
            && except.len() <= dates.len() / 2
            && also.len() <= dates.len() / 4;
        is_rule.then_some(Self { every, start, until, except, also })
    }
}

/// Returns the rules that dates may have from the first on, the simplest first.
fn candidates(dates: &[NaiveDate]) -> Vec<Every> {
    let Some(first) = dates.first() else { return Vec::new() };
    let mut all = Vec::new();
    let mut days = steps(dates.iter().map(|date| i64::from(date.num_days_from_ce())));
    days.retain(|days| days % 7 != 0);
    let (short, long): (Vec<u32>, Vec<u32>) = days.into_iter().partition(|days| *days < 7);
    all.extend(short.into_iter().map(Every::Days));
    let weeks =
        steps(dates.iter().map(|date| i64::from(date.num_days_from_ce() - 1).div_euclid(7)));
    let weekdays = weekdays(dates);
    for step in weeks {
        all.extend(weekdays.iter().map(|weekdays| Every::Weeks(step, weekdays.clone())));
    }
    let nth = u8::try_from((first.day() - 1) / 7 + 1).unwrap_or(u8::MAX);
    all.push(Every::NthWeekday(Nth::From(nth), first.weekday()));
    all.push(Every::NthWeekday(Nth::Last, first.weekday()));
    let years = steps(dates.iter().map(|date| i64::from(date.year())));
    all.extend(years.into_iter().map(Every::Years));
    let months = dates.iter().map(|date| 12 * i64::from(date.year()) + i64::from(date.month0()));
    all.extend(steps(months).into_iter().map(Every::Months));
    all.extend(long.into_iter().map(Every::Days));
    all
}

/// Returns the steps that increasing numbers may have: the most frequent one, and the greatest that all are multiples of.
fn steps(numbers: impl Iterator<Item = i64>) -> Vec<u32> {
    let numbers: BTreeSet<i64> = numbers.collect();
    let gaps: Vec<i64> =
        numbers.iter().zip(numbers.iter().skip(1)).map(|(one, next)| next - one).collect();
    let mut times: BTreeMap<i64, usize> = BTreeMap::new();
    for gap in &gaps {
        *times.entry(*gap).or_default() += 1;
    }
    let frequent = times.iter().rev().max_by_key(|(_, times)| **times).map(|(gap, _)| *gap);
    let common = gaps.iter().copied().reduce(common_divisor);
    let mut steps: Vec<u32> = frequent
        .into_iter()
        .chain(common)
        .filter_map(|step| u32::try_from(step).ok().filter(|step| (1..=999).contains(step)))
        .collect();
    steps.dedup();
    steps
}

fn common_divisor(one: i64, other: i64) -> i64 {
    if other == 0 { one } else { common_divisor(other, one % other) }
}

/// Returns the weekdays of dates, and those of them that are not rare.
fn weekdays(dates: &[NaiveDate]) -> Vec<Vec<Weekday>> {
    let mut times: BTreeMap<u32, (Weekday, usize)> = BTreeMap::new();
    for weekday in dates.iter().map(|date| date.weekday()) {
        times.entry(weekday.num_days_from_monday()).or_insert((weekday, 0)).1 += 1;
    }
    let most = times.values().map(|(_, times)| *times).max().unwrap_or_default();
    let with = |least: usize| -> Vec<Weekday> {
        times.values().filter(|(_, times)| *times >= least).map(|(weekday, _)| *weekday).collect()
    };
    let mut all = vec![with(1), with(most.div_ceil(4))];
    all.dedup();
    all
}

/// Returns the FREQ of a rule.
fn unit(every: &Every) -> &'static str {
    match every {
        Every::Days(_) => "DAILY",
        Every::Weeks(..) => "WEEKLY",
        Every::Months(_) | Every::NthWeekday(..) => "MONTHLY",
        Every::Years(_) => "YEARLY",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the rule of dates, and the numbers of dates that it leaves out and adds.
    fn of(dates: &str, frequency: &str) -> Option<(Every, usize, usize)> {
        let dates = dates.split(' ').map(|date| format!("2027-{date}").parse().unwrap()).collect();
        let rule = DateRule::of(&dates, Some(frequency))?;
        Some((rule.every, rule.except.len(), rule.also.len()))
    }

    #[test]
    fn of_two_rules_with_the_same_dates_that_with_the_frequency_of_the_event_is_taken() {
        let dates = "02-02 03-02 03-30";
        assert_eq!(of(dates, "WEEKLY"), Some((Every::Weeks(4, vec![Weekday::Tue]), 0, 0)));
        let dates = "02-02 03-02";
        let first = Every::NthWeekday(Nth::From(1), Weekday::Tue);
        assert_eq!(of(dates, "MONTHLY"), Some((first, 0, 0)));
    }

    #[test]
    fn left_out_and_added_dates_do_not_hide_a_rule() {
        let tuesdays = Every::Weeks(1, vec![Weekday::Tue]);
        let dates = "05-04 05-11 05-25 06-01 06-03 06-15 06-22 06-29";
        assert_eq!(of(dates, "WEEKLY"), Some((tuesdays.clone(), 2, 1)));
        // The first date is an additional one.
        assert_eq!(of("05-03 05-04 05-11 05-18 05-25", "WEEKLY"), Some((tuesdays, 0, 1)));
        let both = Every::Weeks(2, vec![Weekday::Tue, Weekday::Thu]);
        assert_eq!(of("05-06 05-18 05-20 06-01 06-03", "WEEKLY"), Some((both, 0, 0)));
    }

    #[test]
    fn a_month_without_the_day_is_no_exception() {
        assert_eq!(of("01-31 03-31 05-31 07-31 08-31", "MONTHLY"), Some((Every::Months(1), 0, 0)));
        let last = Every::NthWeekday(Nth::Last, Weekday::Fri);
        assert_eq!(of("01-29 02-26 03-26 04-30", "MONTHLY"), Some((last, 0, 0)));
    }

    #[test]
    fn dates_without_regularity_have_no_rule() {
        assert_eq!(of("05-04 05-07 05-30 06-02 08-19 08-30", "DAILY"), None);
    }
}
