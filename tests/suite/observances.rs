//! Reads a VTIMEZONE by RFC 5545 section 3.6.5, for the parser in `rfc5545`.
//!
//! The program finds the last onset before a time. This parser instead lists every change of 150 years, and searches
//! for the instants with that local time. The parser refuses every VTIMEZONE that is not a plain pair, and every time
//! that two parsers may read as two instants.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc, Weekday};

use crate::components::{Component, ensure};

/// The years of the listed onsets; the sessions of the tests are well inside.
const YEARS: std::ops::RangeInclusive<i32> = 1960..=2110;

/// A change in a VTIMEZONE, with the offsets before and after it in seconds.
struct Change {
    /// The local time before the change, as in DTSTART.
    onset: NaiveDateTime,
    from: i64,
    to: i64,
}

impl Change {
    fn instant(&self) -> DateTime<Utc> {
        at_offset(self.onset, self.from)
    }

    /// Returns whether the clock skips a local time at this change.
    fn skips(&self, local: NaiveDateTime) -> bool {
        self.onset <= local && local < self.onset + TimeDelta::seconds(self.to - self.from)
    }
}

/// Every change in order, and the instant at which the last of the observances begins.
pub(crate) struct Zone {
    changes: Vec<Change>,
    begun: NaiveDateTime,
}

impl Zone {
    pub(crate) fn new(component: &Component) -> Result<(String, Self), String> {
        let tzid = component.one("TZID")?.value.clone();
        only(component, &["TZID"])?;
        let kinds: Vec<&str> = component.children.iter().map(|child| child.name.as_str()).collect();
        ensure(
            matches!(kinds[..], ["STANDARD"] | ["STANDARD", "DAYLIGHT"] | ["DAYLIGHT", "STANDARD"]),
            &format!("{tzid} is made of {kinds:?}"),
        )?;
        let mut changes = Vec::new();
        let mut offsets = Vec::new();
        let mut begun = NaiveDateTime::MIN;
        for child in &component.children {
            only(child, &["DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME", "RRULE"])?;
            let start = child.one("DTSTART")?;
            ensure(start.parameters.is_empty(), "an onset with parameters")?;
            let start = local(&start.value)?;
            let from = offset(&child.one("TZOFFSETFROM")?.value)?;
            let to = offset(&child.one("TZOFFSETTO")?.value)?;
            let rule = child.lines.iter().any(|line| line.name == "RRULE");
            ensure(rule == (kinds.len() == 2), "a pair needs two rules and a fixed offset none")?;
            if rule {
                let all = yearly(&child.one("RRULE")?.value, start)?;
                ensure(all.first() == Some(&start), "the first onset is none of its own rule")?;
                changes.extend(all.into_iter().map(|onset| Change { onset, from, to }));
            } else {
                changes.push(Change { onset: start, from, to });
            }
            offsets.push((from, to));
            begun = begun.max(start);
        }
        let fits = match offsets[..] {
            [(from, to)] => from == to,
            [(from, to), (other_from, other_to)] => from == other_to && to == other_from,
            _ => false,
        };
        ensure(fits, &format!("the offsets of {tzid} do not follow from each other"))?;
        changes.sort_by_key(Change::instant);
        Ok((tzid, Self { changes, begun }))
    }

    /// Returns the instant of a local time. The result is an error if a parser that uses the first of two instants
    /// disagrees with one that uses the second. The result is also an error if an observance has not begun, because
    /// Ruby's icalendar then fails.
    pub(crate) fn instant(&self, local: NaiveDateTime) -> Result<DateTime<Utc>, String> {
        if local <= self.begun {
            return Err(format!("an observance begins at {}, not before {local}", self.begun));
        }
        match (self.first(local), self.second(local)) {
            (Some(first), Some(second)) if first == second => Ok(first),
            (first, second) => {
                Err(format!("{local} is {first:?} to one parser and {second:?} to another"))
            }
        }
    }

    /// Returns the instant by RFC 5545 section 3.3.5: the first of two instants; in a gap, the offset before it.
    fn first(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let skipped = self.near(local).find(|change| change.skips(local));
        let skipped = skipped.map(|change| at_offset(local, change.from));
        skipped.or_else(|| self.shown(local).min())
    }

    /// Returns the instant by ical.js and libical: the second of two instants; in a gap, the offset after it.
    fn second(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let skipped = self.near(local).find(|change| change.skips(local));
        let skipped = skipped.map(|change| at_offset(local, change.to));
        skipped.or_else(|| self.shown(local).max())
    }

    /// Returns the instants at which a clock that follows the changes shows a local time.
    fn shown(&self, local: NaiveDateTime) -> impl Iterator<Item = DateTime<Utc>> {
        self.near(local).filter_map(move |change| {
            let instant = at_offset(local, change.to);
            let after = self.changes.partition_point(|other| other.instant() <= instant);
            let in_force = self.changes[..after].last()?;
            (in_force.onset == change.onset).then_some(instant)
        })
    }

    /// Returns the changes that may affect a local time: the last before it, and those of the days around it.
    fn near(&self, local: NaiveDateTime) -> impl Iterator<Item = &Change> {
        let around = TimeDelta::days(2);
        let first = self.changes.partition_point(|change| change.onset < local - around);
        let end = self.changes.partition_point(|change| change.onset <= local + around);
        self.changes[first.saturating_sub(1)..end].iter()
    }
}

fn at_offset(local: NaiveDateTime, offset: i64) -> DateTime<Utc> {
    (local - TimeDelta::seconds(offset)).and_utc()
}

/// Returns the onsets of a plain rule; refuses any other part of a rule.
fn yearly(rule: &str, start: NaiveDateTime) -> Result<Vec<NaiveDateTime>, String> {
    let refuse = || format!("RRULE:{rule} is not of the plain form");
    let parts: Vec<&str> = rule.split(';').collect();
    let ["FREQ=YEARLY", month, day] = parts[..] else { return Err(refuse()) };
    let month: u32 =
        month.strip_prefix("BYMONTH=").and_then(|m| m.parse().ok()).ok_or_else(refuse)?;
    let day = day.strip_prefix("BYDAY=").ok_or_else(refuse)?;
    let (ordinal, weekday) =
        day.split_at_checked(day.len().saturating_sub(2)).ok_or_else(refuse)?;
    let weekday = match weekday {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => return Err(refuse()),
    };
    let onset = |year| {
        let date = match ordinal {
            "1" | "2" | "3" | "4" => {
                let first = NaiveDate::from_ymd_opt(year, month, 1)?;
                let ahead = weekday.days_since(first.weekday());
                let weeks = ordinal.parse::<i64>().ok()? - 1;
                first + TimeDelta::days(i64::from(ahead) + 7 * weeks)
            }
            "-1" => {
                let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
                let last = NaiveDate::from_ymd_opt(next_year, next, 1)?.pred_opt()?;
                last - TimeDelta::days(last.weekday().days_since(weekday).into())
            }
            _ => return None,
        };
        Some(date.and_time(start.time()))
    };
    let all: Option<Vec<NaiveDateTime>> = YEARS.map(onset).collect();
    Ok(all.ok_or_else(refuse)?.into_iter().filter(|onset| *onset >= start).collect())
}

pub(crate) fn local(value: &str) -> Result<NaiveDateTime, String> {
    NaiveDateTime::parse_from_str(value, "%Y%m%dT%H%M%S")
        .map_err(|error| format!("{value}: {error}"))
}

/// Parses a sign and four digits; refuses seconds, because some parsers drop them.
fn offset(value: &str) -> Result<i64, String> {
    let refuse = || format!("the offset {value}");
    let (sign, digits) = value.split_at_checked(1).ok_or_else(refuse)?;
    ensure(digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()), &refuse())?;
    let number: i64 = digits.parse().map_err(|_| refuse())?;
    let size = number / 100 * 3600 + number % 100 * 60;
    match sign {
        "+" => Ok(size),
        "-" if size > 0 => Ok(-size),
        _ => Err(refuse()),
    }
}

fn only(component: &Component, allowed: &[&str]) -> Result<(), String> {
    match component.lines.iter().find(|line| !allowed.contains(&line.name.as_str())) {
        Some(line) => Err(format!("{} in {}", line.name, component.name)),
        None => Ok(()),
    }
}
