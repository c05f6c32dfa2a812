//! Days, times of day and ends of ranges in the author's own notation, with the faults found in them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// A day of a calendar, as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// The order is year, month, day, and the day exists.
    YearFirst(NaiveDate),
    /// The year is last, and there is only one reading.
    YearLast(NaiveDate),
    /// The year is last, and there are two readings: day and month, or month and day.
    Either(NaiveDate, NaiveDate),
    /// The month is given by its name.
    Named(NaiveDate),
    /// The year and month lack such a day; `last` is the number of days of that month.
    TooLate { year: i32, month: u32, last: u32 },
    /// No such month exists.
    NoMonth,
    /// The month and day have no year.
    NoYear,
}

/// A time of day, as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    Time(NaiveTime),
    /// 24:00, which is the beginning of the next day.
    NextDay,
    NoHour,
    NoMinute,
}

/// The end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    Time(NaiveTime),
    Day(NaiveDate),
}

impl Day {
    /// Returns the only reading, or the first of two.
    pub(super) fn date(self) -> Option<NaiveDate> {
        match self {
            Self::YearFirst(date)
            | Self::YearLast(date)
            | Self::Either(date, _)
            | Self::Named(date) => Some(date),
            Self::TooLate { year, month, last } => NaiveDate::from_ymd_opt(year, month, last),
            Self::NoMonth | Self::NoYear => None,
        }
    }
}

impl Clock {
    /// Returns the moment on a day.
    pub(super) fn on(self, date: NaiveDate) -> Option<NaiveDateTime> {
        match self {
            Self::Time(time) => Some(date.and_time(time)),
            Self::NextDay => Some((date + TimeDelta::days(1)).and_time(NaiveTime::MIN)),
            Self::NoHour | Self::NoMinute => None,
        }
    }
}
