//! Timing of an event: start, clock and length.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::clocks::{Clocks, EventClock};
use super::content::{Component, Property};
use super::values::{DateValue, date_value, duration, has_leap_second};
use crate::zone::{Rules, Zone};

/// The properties with times of sessions.
const TIMES: [&str; 4] = ["DTSTART", "DTEND", "RDATE", "RECURRENCE-ID"];

/// The time of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SessionTimes {
    /// From the first day to the last, included.
    Days(NaiveDate, NaiveDate),
    /// From start to end, UTC, with the zone if the file names one that tzdata has.
    Timed(Option<Zone>, DateTime<Utc>, DateTime<Utc>),
}

impl SessionTimes {
    /// The first and the last day, in the session's zone or else in the calendar's.
    pub(super) fn days(&self, calendar: &Zone) -> (NaiveDate, NaiveDate) {
        match self {
            Self::Days(first, last) => (*first, *last),
            Self::Timed(zone, start, end) => {
                let zone = zone.as_ref().unwrap_or(calendar);
                (zone.local(*start).date(), zone.local(*end).date())
            }
        }
    }

    /// The sort key of sessions.
    pub(super) fn order(&self) -> NaiveDateTime {
        match self {
            Self::Days(first, _) => first.and_time(NaiveTime::MIN),
            Self::Timed(_, start, _) => start.naive_utc(),
        }
    }
}

/// The start, clock and length of an event, which hold for every occurrence.
#[derive(Debug, Clone)]
pub(super) struct Timing {
    /// In wall-clock time; midnight for whole days.
    pub(super) start: NaiveDateTime,
    pub(super) clock: EventClock,
    /// Whether the file names the zone, and it is not UTC or a guess.
    is_named: bool,
    length: EventLength,
    /// Notes on guessed values.
    pub(super) guesses: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum EventLength {
    /// Whole days.
    Days(i64),
    /// To the same wall-clock time that many days later.
    Nominal(i64),
    Elapsed(TimeDelta),
}

/// How times without a zone are read.
#[derive(Debug, Clone)]
pub(super) enum Floating {
    /// In this zone, given by the calendar or the organizer.
    Given(Zone),
    /// In the zone of most other events.
    Guessed(Zone),
    /// Not at all.
    Unknown,
}

impl Timing {
    /// The timing of an event.
    ///
    /// # Errors
    /// A sentence that says why it cannot be a session.
    pub(super) fn read(
        event: &Component,
        clocks: &mut Clocks<'_>,
        floating: &Floating,
        rules: &Rules,
    ) -> Result<Self, String> {
        let property = event.get("DTSTART").ok_or("it has no start, and was left out")?;
        let start = date_value(&property.value).ok_or_else(|| {
            format!("its start `{}` is not a time, and it was left out", property.value.trim())
        })?;
        let mut guesses = Vec::new();
        let mut times = TIMES.iter().flat_map(|name| event.all(name));
        if times.any(|property| property.value.split([',', '/']).any(has_leap_second)) {
            guesses.push("one of its times has a second above 59, which is read as 59".to_owned());
        }
        let utc = || rules.zone("UTC").map(EventClock::Zone);
        let (local, clock, is_named) = match start {
            DateValue::Date(date) => {
                let clock = utc().map_err(|_| "the time-zone rules have no UTC")?;
                (date.and_time(NaiveTime::MIN), clock, false)
            }
            DateValue::Utc(instant) => {
                let clock = utc().map_err(|_| "the time-zone rules have no UTC")?;
                (instant.naive_utc(), clock, false)
            }
            DateValue::Local(local) => {
                let (clock, is_named) = clock_of(property, clocks, floating, &mut guesses)?;
                (local, clock, is_named)
            }
        };
        let mut timing =
            Self { start: local, clock, is_named, length: EventLength::Days(1), guesses };
        timing.length = timing.length(event, start, clocks);
        Ok(timing)
    }

    /// Whether it is on whole days.
    pub(super) fn is_days(&self) -> bool {
        matches!(self.length, EventLength::Days(_))
    }

    /// The times of the occurrence with a wall-clock start.
    pub(super) fn at(&self, start: NaiveDateTime) -> SessionTimes {
        let begins = self.clock.instant(start);
        let ends = match self.length {
            EventLength::Days(days) => {
                return SessionTimes::Days(start.date(), start.date() + TimeDelta::days(days - 1));
            }
            EventLength::Nominal(days) => self.clock.instant(start + TimeDelta::days(days)),
            EventLength::Elapsed(length) => begins + length,
        };
        let zone = match &self.clock {
            EventClock::Zone(zone) if self.is_named => Some(zone.clone()),
            _ => None,
        };
        SessionTimes::Timed(zone, begins, ends)
    }

    /// Converts a DATE-TIME of the event, such as a RECURRENCE-ID, to its own clock.
    pub(super) fn local(
        &self,
        property: &Property,
        clocks: &mut Clocks<'_>,
    ) -> Option<NaiveDateTime> {
        self.dates(property, clocks)(&property.value)
    }

    /// Converts each value of an EXDATE or RDATE in the same way.
    pub(super) fn dates(
        &self,
        property: &Property,
        clocks: &mut Clocks<'_>,
    ) -> impl Fn(&str) -> Option<NaiveDateTime> {
        // Looked up once, as there may be thousands of values.
        let own = property.parameter("TZID").and_then(|tzid| clocks.of(tzid));
        move |value| {
            Some(match date_value(value)? {
                DateValue::Date(date) => date.and_time(self.start.time()),
                DateValue::Utc(instant) => self.clock.local(instant),
                DateValue::Local(local) => match &own {
                    Some(own) => self.clock.local(own.clock.instant(local)),
                    None => local,
                },
            })
        }
    }

    fn length(
        &mut self,
        event: &Component,
        start: DateValue,
        clocks: &mut Clocks<'_>,
    ) -> EventLength {
        let an_hour = EventLength::Elapsed(TimeDelta::hours(1));
        let given = event.get("DURATION").and_then(|property| duration(&property.value));
        let end =
            event.get("DTEND").and_then(|property| Some((property, date_value(&property.value)?)));
        if let DateValue::Date(first) = start {
            let days = match (end, given) {
                (Some((_, DateValue::Date(end))), _) => (end - first).num_days(),
                (Some((_, DateValue::Local(end))), _) => (end.date() - first).num_days() + 1,
                (Some((_, DateValue::Utc(end))), _) => (end.date_naive() - first).num_days() + 1,
                (None, Some(length)) => length.num_days(),
                (None, None) => 1,
            };
            // Some programs write the last day; RFC 5545 section 3.6.1 requires the day after.
            if days > 3_650 {
                self.guesses
                    .push("it lasts longer than ten years; ten are written; check it".into());
            }
            return EventLength::Days(days.clamp(1, 3_650));
        }
        let begins = self.clock.instant(self.start);
        let length = match (end, given) {
            (Some((_, DateValue::Utc(end))), _) => end - begins,
            (Some((property, DateValue::Local(end))), _) => {
                let own = property.parameter("TZID").and_then(|tzid| clocks.of(tzid));
                own.map_or_else(|| self.clock.instant(end), |own| own.clock.instant(end)) - begins
            }
            (Some((_, DateValue::Date(end))), _) => {
                self.clock.instant(end.and_time(NaiveTime::MIN)) - begins
            }
            (None, Some(length)) => {
                // Days are calendar days, hours are elapsed time (RFC 5545 section 3.3.6).
                let days = length.num_days();
                if (1..3_650).contains(&days) && length.num_seconds() % 86_400 == 0 {
                    return EventLength::Nominal(length.num_days());
                }
                length
            }
            (None, None) => {
                self.guesses.push("it has no end; an hour is written; check it".to_owned());
                return an_hour;
            }
        };
        if length > TimeDelta::zero() && length < TimeDelta::days(3_650) {
            return EventLength::Elapsed(length);
        }
        let reason = match length > TimeDelta::zero() {
            true => "it lasts longer than ten years",
            false => "it does not end after it starts",
        };
        self.guesses.push(format!("{reason}; an hour is written; check it"));
        an_hour
    }
}

/// The clock of a local time, and whether the file names its zone.
fn clock_of(
    property: &Property,
    clocks: &mut Clocks<'_>,
    floating: &Floating,
    guesses: &mut Vec<String>,
) -> Result<(EventClock, bool), String> {
    let tzid = property.parameter("TZID").filter(|tzid| !tzid.trim().is_empty());
    if let Some(tzid) = tzid {
        if let Some(understood) = clocks.of(tzid) {
            match &understood.clock {
                EventClock::Zone(zone) if understood.by_rules => guesses.push(format!(
                    "its time zone `{tzid}` was read as `{}`, which has the same rules",
                    zone.name()
                )),
                EventClock::Own(_) => guesses.push(format!(
                    "its time zone `{tzid}` has rules of its own; its time was converted"
                )),
                EventClock::Zone(_) => {}
            }
            return Ok((understood.clock, true));
        }
        return match floating {
            Floating::Given(zone) => {
                guesses.push(format!(
                    "its time zone `{tzid}` is unknown; it was read as `{}`",
                    zone.name()
                ));
                Ok((EventClock::Zone(zone.clone()), true))
            }
            _ => Err(format!(
                "its time zone `{tzid}` is unknown, and it was left out; \
                 to include it, add `--timezone Europe/Berlin`"
            )),
        };
    }
    match floating {
        Floating::Given(zone) => Ok((EventClock::Zone(zone.clone()), true)),
        Floating::Guessed(zone) => {
            guesses.push(format!(
                "its time has no zone; it was read as `{}`, like most others; check it",
                zone.name()
            ));
            Ok((EventClock::Zone(zone.clone()), true))
        }
        Floating::Unknown => Err("its time has no zone, and it was left out; \
                                  to include it, add `--timezone Europe/Berlin`"
            .to_owned()),
    }
}
