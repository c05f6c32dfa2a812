//! Reads the timing of an event: start, clock and length.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::clocks::{Clocks, EventClock};
use super::content::Component;
pub(super) use super::start_clock::Floating;
use super::start_clock::{Start, clock_of};
use super::values::{DateValue, Duration, has_leap_second};
use crate::zone::{Rules, Zone};

/// The properties with times of sessions.
const TIMES: [&str; 4] = ["DTSTART", "DTEND", "RDATE", "RECURRENCE-ID"];

/// The times of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SessionTimes {
    /// The session lasts from the first day to the last, included.
    Days(NaiveDate, NaiveDate),
    /// The session lasts from start to end, in UTC. The zone is given if the file gives one that tzdata has.
    Timed(Option<Zone>, DateTime<Utc>, DateTime<Utc>),
}

impl SessionTimes {
    /// Returns the first and the last day, in the session's zone or else in the calendar's.
    pub(super) fn days(&self, calendar: &Zone) -> (NaiveDate, NaiveDate) {
        match self {
            Self::Days(first, last) => (*first, *last),
            Self::Timed(zone, start, end) => {
                let zone = zone.as_ref().unwrap_or(calendar);
                (zone.local(*start).date(), zone.local(*end).date())
            }
        }
    }

    /// Returns the sort key of sessions.
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
    /// The start in wall-clock time; midnight for whole days.
    pub(super) start: NaiveDateTime,
    pub(super) clock: EventClock,
    /// Whether the file names the zone, and it is not UTC or a guess.
    is_named: bool,
    length: EventLength,
    /// The TZID of the start; `midnights` is the zone in which Exchange writes the midnights of whole days.
    pub(super) tzid: Option<String>,
    pub(super) midnights: Option<Zone>,
    /// The notes about guessed values.
    pub(super) guesses: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
enum EventLength {
    /// The number of whole days.
    Days(i64),
    /// The same wall-clock time so many days later, and then an elapsed time.
    Nominal(i64, TimeDelta),
    Elapsed(TimeDelta),
}

impl Timing {
    /// Returns the timing of an event.
    ///
    /// # Errors
    /// A sentence with the reason why it cannot be a session.
    pub(super) fn read(
        event: &Component,
        clocks: &mut Clocks<'_>,
        floating: &Floating,
        rules: &Rules,
    ) -> Result<Self, String> {
        let property = event.get("DTSTART").ok_or("it has no start, and was left out")?;
        let start = property.date().ok_or_else(|| {
            format!("its start `{}` is not a time, and it was left out", property.value.trim())
        })?;
        let start = match is_all_day(event, start) {
            Some(day) => DateValue::Date(day),
            None => start,
        };
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
                let repeats = ["RRULE", "RDATE"].iter().any(|name| event.get(name).is_some());
                let start = Start { property, local, repeats };
                (local, clock_of(start, clocks, floating, &mut guesses)?, true)
            }
        };
        let mut timing = Self {
            start: local,
            clock,
            is_named,
            length: EventLength::Days(1),
            tzid: property.parameter("TZID").map(ToOwned::to_owned),
            midnights: floating.zone().cloned(),
            guesses,
        };
        timing.length = timing.length(event, start, clocks);
        Ok(timing)
    }

    /// Returns whether the event is on whole days.
    pub(super) fn is_days(&self) -> bool {
        matches!(self.length, EventLength::Days(_))
    }

    /// Returns the times of the occurrence with a wall-clock start.
    pub(super) fn at(&self, start: NaiveDateTime) -> SessionTimes {
        let begins = self.clock.instant(start);
        let ends = match self.length {
            EventLength::Days(days) => {
                return SessionTimes::Days(start.date(), start.date() + TimeDelta::days(days - 1));
            }
            EventLength::Nominal(days, rest) => {
                self.clock.instant(start + TimeDelta::days(days)) + rest
            }
            EventLength::Elapsed(length) => begins + length,
        };
        let zone = match &self.clock {
            EventClock::Zone(zone) if self.is_named => Some(zone.clone()),
            _ => None,
        };
        SessionTimes::Timed(zone, begins, ends)
    }

    /// The first start whose session is not over before a day, on the event's clock.
    pub(super) fn first(&self, day: NaiveDate, calendar: &Zone) -> NaiveDateTime {
        // No file has an earlier one.
        let day = NaiveDate::from_ymd_opt(0, 1, 1).map_or(day, |least| day.max(least));
        let midnight = day.and_time(NaiveTime::MIN);
        // As the day of a session is one of its own zone if the file names that, and else of the calendar.
        let limit = match &self.clock {
            EventClock::Zone(_) if self.is_named => self.clock.instant(midnight),
            _ => EventClock::Zone(calendar.clone()).instant(midnight),
        };
        match self.length {
            EventLength::Days(days) => midnight - TimeDelta::days(days - 1),
            EventLength::Nominal(days, rest) => {
                self.clock.local(limit - rest) - TimeDelta::days(days)
            }
            EventLength::Elapsed(length) => self.clock.local(limit - length),
        }
    }

    fn length(
        &mut self,
        event: &Component,
        start: DateValue,
        clocks: &mut Clocks<'_>,
    ) -> EventLength {
        let an_hour = EventLength::Elapsed(TimeDelta::hours(1));
        let given = event.get("DURATION").and_then(|property| Duration::parse(&property.value));
        let end = event.get("DTEND").and_then(|property| Some((property, property.date()?)));
        if let DateValue::Date(first) = start {
            // Midnight is the end of the previous day; any other time is on a further day.
            let until = |end: NaiveDateTime| {
                let further = i64::from(end.time() != NaiveTime::MIN);
                (end.date() - first).num_days() + further
            };
            let days = match (end, given) {
                (Some((_, DateValue::Date(end))), _) => (end - first).num_days(),
                (Some((_, DateValue::Local(end))), _) => until(end),
                (Some((_, DateValue::Utc(end))), _) => match &self.midnights {
                    Some(zone) if end.time() != NaiveTime::MIN => until(zone.local(end)),
                    _ => until(end.naive_utc()),
                },
                (None, Some(length)) => length.days + length.rest.num_days(),
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
                let tzid = property.parameter("TZID");
                let other = tzid.filter(|tzid| self.tzid.as_deref() != Some(tzid));
                let own = other.and_then(|tzid| clocks.at(tzid, end, false));
                own.map_or_else(|| self.clock.instant(end), |own| own.clock.instant(end)) - begins
            }
            (Some((_, DateValue::Date(end))), _) => {
                self.clock.instant(end.and_time(NaiveTime::MIN)) - begins
            }
            (None, Some(Duration { days, rest })) => {
                // Days are calendar days, and hours are elapsed time (RFC 5545 section 3.3.6).
                let few = TimeDelta::days(3_650);
                if (1..3_650).contains(&days) && (TimeDelta::zero()..few).contains(&rest) {
                    return EventLength::Nominal(days, rest);
                }
                TimeDelta::try_days(days).and_then(|own| own.checked_add(&rest)).unwrap_or(few)
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

/// Returns the day of an event that Microsoft marks as one of whole days, if it starts at midnight.
fn is_all_day(event: &Component, start: DateValue) -> Option<NaiveDate> {
    let mark = event.get("X-MICROSOFT-CDO-ALLDAYEVENT")?;
    match start {
        DateValue::Local(local)
            if local.time() == NaiveTime::MIN && mark.value.trim().eq_ignore_ascii_case("TRUE") =>
        {
            Some(local.date())
        }
        _ => None,
    }
}
