//! A plain pair is one STANDARD, or one STANDARD and one DAYLIGHT, each with at most one yearly rule.
//!
//! Exchange accepts nothing else (MS-OXCICAL 2.1.3.1.1.19.2), and RFC 5545 parsers compute it exactly.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc, Weekday};

/// One STANDARD or DAYLIGHT sub-component (RFC 5545 section 3.6.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observance {
    /// Whether the observance is the DAYLIGHT half, which is the one with the greater offset, independent of tzdata's
    /// naming.
    pub daylight: bool,
    /// The first onset, on the clock before the change.
    pub onset: NaiveDateTime,
    /// The offset before the change, in seconds east of Greenwich; whole minutes.
    pub from: i32,
    /// The offset after the change, in seconds east of Greenwich; whole minutes.
    pub to: i32,
    /// The abbreviation in tzdata.
    pub name: String,
    /// The yearly recurrence, which has no end.
    pub rule: Option<YearlyRule>,
}

/// A rule `FREQ=YEARLY;BYMONTH=m;BYDAY=n`, at the time of day of the first onset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct YearlyRule {
    /// The month, from 1 to 12.
    pub month: u32,
    /// The ordinal of the weekday in the month: 1 to 4, or -1 for the last.
    pub ordinal: i8,
    /// The day of the week.
    pub weekday: Weekday,
}

/// One observance, or two in the order of their first onsets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The observances.
    pub observances: Vec<Observance>,
}

impl Pair {
    /// Returns one fixed offset from 1970 on.
    pub(super) fn fixed(offset: i32, name: String) -> Self {
        let onset = NaiveDate::default().and_time(chrono::NaiveTime::MIN);
        let observance =
            Observance { daylight: false, onset, from: offset, to: offset, name, rule: None };
        Self { observances: vec![observance] }
    }

    /// Returns the instant that every parser computes for a local time. Returns `None` if the rules repeat or skip the
    /// time, because parsers differ there. Also returns `None` before both observances have begun, because some parsers
    /// fail there (RFC 5545 section 3.6.5 does not define that time).
    pub fn instant(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let begun = self.observances.iter().all(|observance| observance.onset < local);
        let [one, other] = self.readings(local);
        (begun && one == other).then_some(one)
    }

    /// Returns the two instants that parsers compute for a local time if the rules had always been in force. The
    /// instants differ where the rules repeat the time, and where they skip it: some parsers take the offset before the
    /// gap, some the one after it.
    pub(super) fn readings(&self, local: NaiveDateTime) -> [DateTime<Utc>; 2] {
        let halves = || self.observances.iter();
        let instants = halves().map(|observance| local - seconds(observance.to));
        let (earliest, latest) = (instants.clone().min(), instants.max());
        let [earliest, latest] = [earliest, latest].map(|at| at.expect("a pair has an observance"));
        let last = halves().map(|observance| (observance.last(latest), observance.to)).max();
        let (change, offset) = last.expect("a pair has an observance");
        // If a change is between the two, both are possible, or neither.
        let read =
            if earliest < change { [earliest, latest] } else { [local - seconds(offset); 2] };
        read.map(|utc| utc.and_utc())
    }

    /// Returns the same rules, moved earlier by whole years, so that every observance begins before a local time.
    pub(super) fn begun_before(mut self, local: NaiveDateTime) -> Self {
        for observance in &mut self.observances {
            while observance.onset >= local {
                observance.onset = observance.onset_in(observance.onset.year() - 1);
            }
        }
        self.observances.sort_by_key(|observance| observance.onset);
        self
    }
}

impl Observance {
    /// Returns the last change that is not after a time; both are in UTC.
    fn last(&self, utc: NaiveDateTime) -> NaiveDateTime {
        let clock = utc + seconds(self.from);
        let this_year = self.onset_in(clock.year());
        let last = if this_year <= clock { this_year } else { self.onset_in(clock.year() - 1) };
        last - seconds(self.from)
    }

    /// Returns the onset in a year, on the clock before the change. For a fixed offset, it is the same day as its first
    /// onset.
    fn onset_in(&self, year: i32) -> NaiveDateTime {
        let date = match self.rule {
            Some(rule) => rule.date(year),
            None => self.onset.date().with_year(year),
        };
        date.expect("every year has the day of a rule and the first of January")
            .and_time(self.onset.time())
    }
}

fn seconds(offset: i32) -> TimeDelta {
    TimeDelta::seconds(offset.into())
}

impl YearlyRule {
    /// Returns the day in a year.
    pub fn date(&self, year: i32) -> Option<NaiveDate> {
        if self.ordinal > 0 {
            let ordinal = self.ordinal.unsigned_abs();
            return NaiveDate::from_weekday_of_month_opt(year, self.month, self.weekday, ordinal);
        }
        (0..5).rev().find_map(|week| {
            NaiveDate::from_weekday_of_month_opt(year, self.month, self.weekday, week + 1)
        })
    }

    /// Returns the rules that a date may follow: the nth weekday, and the last.
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

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").unwrap()
    }

    fn new_york() -> Pair {
        let rule = |month, ordinal| Some(YearlyRule { month, ordinal, weekday: Weekday::Sun });
        let half = |daylight, onset: &str, from, to, rule| Observance {
            daylight,
            onset: local(onset),
            from,
            to,
            name: String::new(),
            rule,
        };
        let daylight = half(true, "2007-03-11T02:00:00", -18000, -14400, rule(3, 2));
        let standard = half(false, "2007-11-04T02:00:00", -14400, -18000, rule(11, 1));
        Pair { observances: vec![daylight, standard] }
    }

    #[test]
    fn a_time_that_parsers_read_differently_has_no_instant() {
        let at = |text| new_york().instant(local(text)).map(|instant| instant.to_rfc3339());
        for unsafe_time in [
            "2024-11-03T01:00:00",
            "2024-11-03T01:59:59",
            "2024-03-10T02:00:00",
            "2024-03-10T02:59:59",
        ] {
            assert_eq!(at(unsafe_time), None, "{unsafe_time}");
        }
        assert_eq!(at("2024-11-03T00:59:59").as_deref(), Some("2024-11-03T04:59:59+00:00"));
        assert_eq!(at("2024-11-03T02:00:00").as_deref(), Some("2024-11-03T07:00:00+00:00"));
        assert_eq!(at("2024-03-10T01:59:59").as_deref(), Some("2024-03-10T06:59:59+00:00"));
        assert_eq!(at("2024-03-10T03:00:00").as_deref(), Some("2024-03-10T07:00:00+00:00"));
    }

    #[test]
    fn a_time_before_the_first_onset_of_either_half_has_no_instant() {
        let pair = new_york();
        for before in ["2007-03-11T00:00:00", "2007-07-01T12:00:00", "2007-11-04T02:00:00"] {
            assert_eq!(pair.instant(local(before)), None, "{before}");
            let begun = pair.clone().begun_before(local(before));
            assert!(begun.observances.iter().all(|half| half.onset < local(before)), "{before}");
        }
        assert!(pair.instant(local("2007-11-04T02:00:01")).is_some());
    }

    #[test]
    fn a_pair_begins_no_earlier_than_it_must() {
        let onsets = |before: &str| {
            let pair = new_york().begun_before(local(before));
            pair.observances.iter().map(|half| half.onset.date().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(onsets("2007-11-04T02:00:01"), ["2007-03-11", "2007-11-04"]);
        assert_eq!(onsets("2007-11-04T02:00:00"), ["2006-11-05", "2007-03-11"]);
        assert_eq!(onsets("2007-03-01T00:00:00"), ["2006-03-12", "2006-11-05"]);
        let fixed = Pair::fixed(0, String::new()).begun_before(local("1970-01-01T00:00:00"));
        assert_eq!(fixed.observances[0].onset, local("1969-01-01T00:00:00"));
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
