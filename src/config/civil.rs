//! Converts TOML dates and date-times to chrono. Values that calendars cannot express are findings.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use toml::value::{Datetime, Offset};

use super::context::Located;
use super::table::Table;
use crate::diagnostic::{Code, Finding};
use crate::rfc3339;
use crate::zone::Zone;

/// The seconds value of a leap second.
const LEAP: u8 = 60;

/// A date, or a date with a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Civil {
    Date(NaiveDate),
    DateTime(NaiveDateTime),
}

/// A located [`Civil`], split by variant.
pub(super) enum Split {
    AllDay(Located<NaiveDate>),
    Timed(Located<NaiveDateTime>),
}

impl Located<Civil> {
    pub(super) fn split(self) -> Split {
        match self.value {
            Civil::Date(value) => Split::AllDay(Located { value, span: self.span }),
            Civil::DateTime(value) => Split::Timed(Located { value, span: self.span }),
        }
    }
}

/// Converts a TOML date-time. Offsets, times without a date and years out of range are findings.
pub(super) fn civil(
    table: &Table<'_>,
    key: &str,
    at: Located<Datetime>,
    zone: Option<&Zone>,
) -> Option<Located<Civil>> {
    let Located { value, span } = at;
    let time = value.time.map_or(Some(NaiveTime::MIN), |time| {
        let (second, nano) = (time.second.unwrap_or(0), time.nanosecond.unwrap_or(0));
        // Calendars read second 60 as 59, and have no fractions (RFC 5545 section 3.3.12).
        NaiveTime::from_hms_opt(time.hour.into(), time.minute.into(), second.min(59).into())
            .filter(|_| nano == 0)
    });
    let Some(date) = value.date else {
        let message = format!("`{key}` is a time without a date");
        let day = table.day().or_else(|| NaiveDate::from_ymd_opt(2027, 4, 30))?;
        let example = rfc3339::local(day.and_time(time?));
        let such_as = if table.day().is_some() { ":" } else { ", such as" };
        let finding = Finding::error(Code::WrongType, span, message);
        let help = format!("write date and time as one{such_as} `{key} = {example}`");
        table.context().push(finding.help(help));
        return None;
    };
    let Some(time) = time else {
        let message = format!("`{key}` has fractions of a second, which calendars cannot carry");
        table.context().push(Finding::error(Code::BadValue, span, message).help("leave them out"));
        return None;
    };
    if !(1970..=2100).contains(&date.year) {
        let message = format!("the year {} is outside of 1970 to 2100", date.year);
        let finding = Finding::error(Code::YearOutOfRange, span, message);
        table
            .context()
            .push(finding.help("write the year of the session with four digits, such as 2027"));
        return None;
    }
    // The TOML grammar has only valid days.
    let date = NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into())?;
    if let Some(offset) = value.offset {
        let message = format!(
            "`{key}` has an offset from UTC; times are read on the clock of the session's zone"
        );
        let minutes = match offset {
            Offset::Z => 0,
            Offset::Custom { minutes } => i64::from(minutes),
        };
        // TOML parses a range such as 18:00-20:00 as a time with an offset.
        let end = date.and_time(NaiveTime::MIN) - TimeDelta::minutes(minutes);
        let own = |zone: &Zone| i64::from(zone.offset(end.and_utc())) == 60 * minutes;
        if minutes < 0 && end > date.and_time(time) && end.date() == date && !zone.is_some_and(own)
        {
            let message = format!("`{key}` has a range; it takes one time");
            let (start, end) = (rfc3339::local(date.and_time(time)), rfc3339::local(end));
            let help = format!("write `start = {start}` and, on the next line, `end = {end}`");
            table.context().push(Finding::error(Code::OffsetDateTime, span, message).help(help));
            return None;
        }
        let instant = date.and_time(time).and_utc() - TimeDelta::minutes(minutes);
        let help = match zone {
            Some(zone) => format!(
                "write {key} = {}, which is that moment in {}",
                rfc3339::local(zone.local(instant)),
                zone.name()
            ),
            None => "write the local time without an offset".to_owned(),
        };
        table.context().push(Finding::error(Code::OffsetDateTime, span, message).help(help));
        return None;
    }
    if value.time.is_some_and(|time| time.second == Some(LEAP)) {
        let message = format!("`{key}` has a second of 60, which calendars read as 59");
        let next = date.and_time(time) + TimeDelta::seconds(1);
        let help = format!("write {key} = {}, the next second", rfc3339::local(next));
        table.context().push(Finding::warning(Code::LeapSecond, span.clone(), message).help(help));
    }
    let value = match value.time {
        Some(_) => Civil::DateTime(date.and_time(time)),
        None => Civil::Date(date),
    };
    Some(Located { value, span })
}
