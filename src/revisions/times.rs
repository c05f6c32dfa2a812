//! Recorded start and end: instants in UTC, or the dates of whole days.

use std::fmt;

use chrono::{DateTime, NaiveDate, SubsecRound as _, Utc};
use serde::de::Error as _;
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::bounds;
use crate::model::{AllDay, Timed, When};
use crate::rfc3339;
use crate::zone::Zone;

/// Start and end of a session: both are instants, or both are dates. The zone is recorded separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// The first and the last day, which is not before the first.
    Days {
        /// The first day.
        first: NaiveDate,
        /// The last day, included.
        last: NaiveDate,
    },
    /// Instants in whole seconds; the end is not before the start.
    Timed {
        /// The start.
        start: DateTime<Utc>,
        /// The end.
        end: DateTime<Utc>,
    },
}

/// A start or an end. In JSON it is `2024-04-30T21:00:00Z` or `2024-04-30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// A day.
    Day(NaiveDate),
    /// An instant in whole seconds.
    Instant(DateTime<Utc>),
}

impl Times {
    /// Returns the times of a session.
    pub fn of(when: &When) -> Self {
        match when {
            When::AllDay(days) => Self::Days { first: days.first, last: days.last },
            When::Timed(timed) => {
                Self::Timed { start: timed.start.instant, end: timed.end.instant }
            }
        }
    }

    /// Returns the times with a start and an end.
    ///
    /// # Errors
    /// A sentence, if one is a day and the other an instant, or the end is before the start.
    pub fn new(start: Time, end: Time) -> Result<Self, String> {
        match (start, end) {
            (Time::Day(first), Time::Day(last)) if first <= last => Ok(Self::Days { first, last }),
            (Time::Instant(start), Time::Instant(end)) if start <= end => {
                Ok(Self::Timed { start, end })
            }
            (Time::Day(_), Time::Day(_)) | (Time::Instant(_), Time::Instant(_)) => {
                Err(format!("`{end}` is an end before the start `{start}`"))
            }
            _ => Err(format!("`{start}` and `{end}` must both be instants or both be dates")),
        }
    }

    /// Returns one day, or an instant without a length.
    pub fn at(time: Time) -> Self {
        match time {
            Time::Day(day) => Self::Days { first: day, last: day },
            Time::Instant(instant) => Self::Timed { start: instant, end: instant },
        }
    }

    /// Returns the start, or the first day.
    pub fn start(&self) -> Time {
        match self {
            Self::Days { first, .. } => Time::Day(*first),
            Self::Timed { start, .. } => Time::Instant(*start),
        }
    }

    /// Returns the end, or the last day.
    pub fn end(&self) -> Time {
        match self {
            Self::Days { last, .. } => Time::Day(*last),
            Self::Timed { end, .. } => Time::Instant(*end),
        }
    }

    /// Returns the same times in a zone.
    pub fn when(&self, zone: &Zone) -> When {
        let zone = zone.clone();
        match *self {
            Self::Days { first, last } => When::AllDay(AllDay { zone, first, last }),
            Self::Timed { start, end } => {
                let (start, end) = (zone.moment(start), zone.moment(end));
                When::Timed(Timed { zone, start, end })
            }
        }
    }
}

impl Time {
    /// Returns a sort key: the date in UTC, then the instant. A day comes before all of its instants.
    pub fn order(self) -> (NaiveDate, Option<DateTime<Utc>>) {
        match self {
            Self::Day(day) => (day, None),
            Self::Instant(instant) => (instant.date_naive(), Some(instant)),
        }
    }
}

impl fmt::Display for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(out),
            Self::Instant(instant) => out.write_str(&rfc3339::utc(*instant)),
        }
    }
}

impl Serialize for Times {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut both = to.serialize_struct("Times", 2)?;
        both.serialize_field("start", &self.start())?;
        both.serialize_field("end", &self.end())?;
        both.end()
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl std::str::FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time = match (text.parse::<DateTime<Utc>>(), text.parse::<NaiveDate>()) {
            (Ok(instant), _) => Self::Instant(instant.trunc_subsecs(0)),
            (_, Ok(day)) => Self::Day(day),
            _ => {
                return Err(format!(
                    "`{text}` is neither an instant like 2024-04-30T21:00:00Z nor a date like \
                     2024-04-30"
                ));
            }
        };
        bounds::published(time.order().0, text)?;
        Ok(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_and_end_are_of_one_kind_and_in_order() {
        let times = |start: &str, end: &str| {
            let times = Times::new(start.parse().unwrap(), end.parse().unwrap())?;
            Ok::<_, String>(format!("{} {}", times.start(), times.end()))
        };
        let (day, instant) = ("2024-04-30", "2024-04-30T21:00:00Z");
        assert_eq!(times(day, day).unwrap(), format!("{day} {day}"));
        assert_eq!(times(instant, "2024-05-01T01:00:00+02:00").unwrap().len(), 41);
        for (start, end) in [(day, instant), (instant, day), (day, "2024-04-29")] {
            assert!(times(start, end).is_err(), "{start} {end}");
        }
        assert!(times(instant, "2024-04-30T20:59:59Z").is_err());
    }

    #[test]
    fn a_day_is_before_all_of_its_instants() {
        let order = |text: &str| text.parse::<Time>().unwrap().order();
        assert!(order("2024-04-30") < order("2024-04-30T00:00:00Z"));
        assert!(order("2024-04-30T23:59:59Z") < order("2024-05-01"));
    }

    #[test]
    fn parsed_revisions_print_the_same() {
        for (text, printed) in [
            ("2024-04-30T21:00:00Z", "2024-04-30T21:00:00Z"),
            ("2024-04-30T21:00:00.9Z", "2024-04-30T21:00:00Z"),
            ("2024-04-30T23:59:60Z", "2024-04-30T23:59:60Z"),
            ("2024-04-30", "2024-04-30"),
        ] {
            let time: Time = text.parse().unwrap();
            assert_eq!(time.to_string(), printed);
            assert_eq!(printed.parse(), Ok(time));
        }
    }
}
