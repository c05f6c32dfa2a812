//! The plain pair: one STANDARD, or one STANDARD and one DAYLIGHT, each with at most one yearly rule.
//!
//! Exchange takes nothing more (MS-OXCICAL 2.1.3.1.1.19.2), and readers of RFC 5545 take it exactly.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc, Weekday};

/// One STANDARD or DAYLIGHT sub-component (RFC 5545 section 3.6.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observance {
    /// Whether it is the DAYLIGHT half: the one with the greater offset, whatever tzdata calls it.
    pub daylight: bool,
    /// The first onset, on the clock before the change.
    pub onset: NaiveDateTime,
    /// The offset before, in seconds east of Greenwich; whole minutes.
    pub from: i32,
    /// The offset after, in seconds east of Greenwich; whole minutes.
    pub to: i32,
    /// The abbreviation in tzdata.
    pub name: String,
    /// How it comes again each year, without end.
    pub rule: Option<YearlyRule>,
}

/// `FREQ=YEARLY;BYMONTH=m;BYDAY=n`, at the time of day of the first onset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct YearlyRule {
    /// 1 to 12.
    pub month: u32,
    /// 1 to 4, or -1 for the last.
    pub ordinal: i8,
    /// The day of the week.
    pub weekday: Weekday,
}

/// One observance, or two by the order of their first onsets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The observances.
    pub observances: Vec<Observance>,
}

impl Pair {
    /// One fixed offset from 1970 on.
    pub(super) fn fixed(offset: i32, name: String) -> Self {
        let onset = NaiveDate::default().and_time(chrono::NaiveTime::MIN);
        let observance =
            Observance { daylight: false, onset, from: offset, to: offset, name, rule: None };
        Self { observances: vec![observance] }
    }

    /// The instant of a local time by RFC 5545 section 3.6.5: the offset of the last onset that is
    /// not after it. Nothing before the first onset.
    pub fn instant(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let (_, offset) = self
            .observances
            .iter()
            .filter_map(|observance| Some((observance.last_onset(local)?, observance.to)))
            .max_by_key(|(onset, _)| *onset)?;
        Some((local - TimeDelta::seconds(offset.into())).and_utc())
    }
}

impl Observance {
    fn last_onset(&self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        let Some(rule) = self.rule else {
            return (self.onset <= local).then_some(self.onset);
        };
        let in_year = |year| rule.date(year).map(|date| date.and_time(self.onset.time()));
        let this = in_year(local.year())?;
        let last = if this <= local { this } else { in_year(local.year() - 1)? };
        (last >= self.onset).then_some(last)
    }
}

impl YearlyRule {
    /// The day in a year.
    pub fn date(&self, year: i32) -> Option<NaiveDate> {
        if self.ordinal > 0 {
            let ordinal = self.ordinal.unsigned_abs();
            return NaiveDate::from_weekday_of_month_opt(year, self.month, self.weekday, ordinal);
        }
        (0..5).rev().find_map(|week| {
            NaiveDate::from_weekday_of_month_opt(year, self.month, self.weekday, week + 1)
        })
    }

    /// The rules that a single date may be an instance of: the nth weekday, and the last.
    pub(super) fn of(date: NaiveDate) -> impl Iterator<Item = Self> {
        let (month, weekday) = (date.month(), date.weekday());
        let week = (date.day0() / 7 + 1) as i8;
        let last = (date + TimeDelta::days(7)).month() != month;
        [(week <= 4).then_some(week), last.then_some(-1)]
            .into_iter()
            .flatten()
            .map(move |ordinal| Self { month, ordinal, weekday })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn the_last_sunday_is_the_fifth_where_there_are_five() {
        let last = YearlyRule { month: 10, ordinal: -1, weekday: Weekday::Sun };
        assert_eq!(last.date(2027), Some(day(2027, 10, 31)));
        assert_eq!(last.date(2026), Some(day(2026, 10, 25)));
    }

    #[test]
    fn a_date_may_be_the_fourth_and_the_last() {
        let ordinals = |date| YearlyRule::of(date).map(|rule| rule.ordinal).collect::<Vec<_>>();
        assert_eq!(ordinals(day(2026, 10, 25)), [4, -1]);
        assert_eq!(ordinals(day(2027, 10, 31)), [-1]);
        assert_eq!(ordinals(day(2026, 3, 8)), [2]);
    }
}
