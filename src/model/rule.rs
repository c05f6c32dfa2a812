//! The rules of repeating sessions, and the dates that each gives.
//!
//! A rule counts local dates without a time of day, so the wall-clock time stays the same when the clocks change. A
//! rule gives the same dates as the same rule in RFC 5545 section 3.3.10: a month without the day has no date.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// The last year in which a rule has dates, which is also the last year of a session.
const LAST_YEAR: i32 = 2100;

/// The dates on which a session repeats, counted from its first one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Every {
    /// Repeats after a number of days.
    Days(u32),
    /// Repeats on some weekdays, after a number of weeks. A week begins on Monday, and the first week is that of the
    /// start.
    Weeks(u32, Vec<Weekday>),
    /// Repeats on the day of the start, after a number of months.
    Months(u32),
    /// Repeats on the day and month of the start, after a number of years.
    Years(u32),
    /// Repeats on one weekday of each month.
    NthWeekday(Nth, Weekday),
}

/// The position of a weekday among the same weekdays of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nth {
    /// The first to the fifth, counted from 1. A month without a fifth one has no date.
    From(u8),
    /// The last one.
    Last,
}

impl Every {
    /// Returns the dates from a start on, in order, up to the year 2100. The dates include the start if [`Self::has`]
    /// accepts it.
    pub fn dates(&self, start: NaiveDate) -> impl Iterator<Item = NaiveDate> {
        (0..).map_while(move |nth| self.period(start, nth)).flatten().filter(move |at| *at >= start)
    }

    /// Returns whether a start is a date of its own rule.
    pub fn has(&self, start: NaiveDate) -> bool {
        self.dates(start).next() == Some(start)
    }

    /// Returns the dates of the `nth` period of days, weeks, months or years; `None` after the last year.
    fn period(&self, start: NaiveDate, nth: u32) -> Option<Vec<NaiveDate>> {
        let within = |date: &NaiveDate| date.year() <= LAST_YEAR;
        match self {
            Self::Days(step) => {
                let days = u64::from(*step) * u64::from(nth);
                Some(vec![start.checked_add_days(Days::new(days)).filter(within)?])
            }
            Self::Weeks(step, weekdays) => {
                let monday = start.week(Weekday::Mon).checked_first_day()?;
                let days = 7 * u64::from(*step) * u64::from(nth);
                let monday = monday.checked_add_days(Days::new(days)).filter(within)?;
                let dates = weekdays.iter().filter_map(|weekday| {
                    let days = u64::from(weekday.num_days_from_monday());
                    monday.checked_add_days(Days::new(days)).filter(within)
                });
                let mut dates: Vec<NaiveDate> = dates.collect();
                dates.sort_unstable();
                dates.dedup();
                Some(dates)
            }
            Self::Months(step) => {
                let month = later_month(start, step.checked_mul(nth)?).filter(within)?;
                Some(month.with_day(start.day()).into_iter().collect())
            }
            Self::Years(step) => {
                let year = later_month(start, step.checked_mul(nth)?.checked_mul(12)?);
                let month = year.filter(within)?;
                Some(month.with_day(start.day()).into_iter().collect())
            }
            Self::NthWeekday(which, weekday) => {
                let month = later_month(start, nth).filter(within)?;
                Some(which.of_month(month, *weekday).into_iter().collect())
            }
        }
    }
}

impl Nth {
    /// Returns the date of such a weekday in a month, or `None` if the month has too few.
    fn of_month(self, month: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
        let (year, month) = (month.year(), month.month());
        let nth = |nth| NaiveDate::from_weekday_of_month_opt(year, month, weekday, nth);
        match self {
            Self::From(count) => nth(count),
            Self::Last => nth(5).or_else(|| nth(4)),
        }
    }
}

/// Returns the first day of the month that is a number of months after a date.
fn later_month(date: NaiveDate, months: u32) -> Option<NaiveDate> {
    date.with_day(1)?.checked_add_months(Months::new(months))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(every: &Every, start: &str, count: usize) -> String {
        let dates = every.dates(start.parse().unwrap()).take(count);
        dates.map(|date| date.to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_month_without_the_day_has_no_date() {
        assert_eq!(
            dates(&Every::Months(1), "2027-01-31", 4),
            "2027-01-31 2027-03-31 2027-05-31 2027-07-31"
        );
        assert_eq!(dates(&Every::Years(1), "2096-02-29", 4), "2096-02-29");
        assert_eq!(
            dates(&Every::NthWeekday(Nth::From(5), Weekday::Fri), "2027-01-29", 3),
            "2027-01-29 2027-04-30 2027-07-30"
        );
    }

    #[test]
    fn weeks_begin_on_monday_and_are_counted_from_that_of_the_start() {
        let every = Every::Weeks(2, vec![Weekday::Sun, Weekday::Mon]);
        assert_eq!(dates(&every, "2027-05-09", 4), "2027-05-09 2027-05-17 2027-05-23 2027-05-31");
        assert!(!every.has("2027-05-08".parse().unwrap()));
    }

    #[test]
    fn rules_end_with_the_year_2100() {
        for every in [Every::Days(u32::MAX), Every::Months(u32::MAX), Every::Years(u32::MAX)] {
            assert_eq!(dates(&every, "2027-05-04", 9), "2027-05-04");
        }
        assert_eq!(Every::Days(1).dates("2100-12-30".parse().unwrap()).count(), 2);
    }
}
