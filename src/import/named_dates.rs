//! Converts the dates of EXDATE, RDATE, RECURRENCE-ID and UNTIL to the event's clock.
//!
//! Exchange writes whole days as their midnight, in local time or in UTC, and single dates of a timed series as the
//! midnight of their day.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _, Utc};

use super::clocks::Clocks;
use super::content::Property;
use super::timing::Timing;
use super::values::{DateValue, date_value};

/// An occurrence that an EXDATE, an RDATE or a RECURRENCE-ID refers to, on the event's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) at: NaiveDateTime,
    /// Whether the value is a day, because Exchange writes midnight in place of the time.
    pub(super) is_day: bool,
}

impl Timing {
    /// Converts the value of a RECURRENCE-ID to the event's clock.
    pub(super) fn named(&self, property: &Property, clocks: &mut Clocks<'_>) -> Option<Named> {
        self.dates(property, clocks)(&property.value)
    }

    /// Converts each value of an EXDATE or RDATE to the event's clock.
    pub(super) fn dates(
        &self,
        property: &Property,
        clocks: &mut Clocks<'_>,
    ) -> impl Fn(&str) -> Option<Named> {
        // The zone is looked up once, because there may be thousands of values.
        let other = property.parameter("TZID").filter(|tzid| self.tzid.as_deref() != Some(tzid));
        let first = property.value.split([',', '/']).next().and_then(date_value);
        let own = other.zip(first).and_then(|(tzid, first)| match first {
            DateValue::Local(local) => clocks.at(tzid, local, false),
            _ => None,
        });
        move |value| {
            let value = date_value(value)?;
            if self.is_days() {
                let day = match value {
                    DateValue::Date(date) => date,
                    DateValue::Local(local) => local.date(),
                    DateValue::Utc(instant) => self.day(instant),
                };
                return Some(Named { at: day.and_time(NaiveTime::MIN), is_day: true });
            }
            let at = match value {
                DateValue::Date(date) => date.and_time(self.start.time()),
                DateValue::Utc(instant) => self.clock.local(instant),
                DateValue::Local(local) => match &own {
                    Some(own) => self.clock.local(own.clock.instant(local)),
                    None => local,
                },
            };
            let is_date = matches!(value, DateValue::Date(_));
            Some(Named { at, is_day: is_date || at.time() == NaiveTime::MIN })
        }
    }

    /// Converts an UNTIL, which is an instant if the start has a zone, to the event's clock.
    pub(super) fn until(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        if !self.is_days() {
            return self.clock.local(instant);
        }
        // The last second of a day belongs to that day.
        let day = match instant.time().second() {
            59 => self.day(instant + TimeDelta::seconds(1)) - TimeDelta::days(1),
            _ => self.day(instant),
        };
        day.and_time(NaiveTime::MIN)
    }

    /// Returns the day of an instant. Exchange writes the local midnight of whole days in UTC, and other programs write
    /// midnight in UTC.
    fn day(&self, instant: DateTime<Utc>) -> NaiveDate {
        if instant.time() == NaiveTime::MIN {
            return instant.date_naive();
        }
        match &self.midnights {
            Some(zone) => zone.local(instant).date(),
            None => (instant + TimeDelta::hours(12)).date_naive(),
        }
    }
}
