//! A VTIMEZONE as RFC 5545 section 3.6.5 has it, for the reader in `rfc5545`.
//!
//! Where the program finds the last onset before a time, this one lists every onset of 150 years and
//! searches the list. It refuses any shape that is not the plain pair.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc, Weekday};

use crate::components::{Component, ensure};

/// The years whose onsets are listed; sessions lie well inside.
const YEARS: std::ops::RangeInclusive<i32> = 1960..=2110;

/// Every onset on the clock before it, in order, with the offset from then on in seconds.
pub(crate) struct Zone(Vec<(NaiveDateTime, i64)>);

impl Zone {
    pub(crate) fn new(component: &Component) -> Result<(String, Self), String> {
        let tzid = component.one("TZID")?.value.clone();
        only(component, &["TZID"])?;
        let kinds: Vec<&str> = component.children.iter().map(|child| child.name.as_str()).collect();
        ensure(
            matches!(kinds[..], ["STANDARD"] | ["STANDARD", "DAYLIGHT"] | ["DAYLIGHT", "STANDARD"]),
            &format!("{tzid} is made of {kinds:?}"),
        )?;
        let mut onsets = Vec::new();
        let mut changes = Vec::new();
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
                onsets.extend(all.into_iter().map(|onset| (onset, to)));
            } else {
                onsets.push((start, to));
            }
            changes.push((from, to));
        }
        let fits = match changes[..] {
            [(from, to)] => from == to,
            [(from, to), (other_from, other_to)] => from == other_to && to == other_from,
            _ => false,
        };
        ensure(fits, &format!("the offsets of {tzid} do not follow from each other"))?;
        onsets.sort();
        Ok((tzid, Self(onsets)))
    }

    /// RFC 5545 section 3.6.5: the last onset that is not after the local time rules it.
    pub(crate) fn instant(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let after = self.0.partition_point(|(onset, _)| *onset <= local);
        let (_, offset) = self.0[..after].last()?;
        Some((local - TimeDelta::seconds(*offset)).and_utc())
    }
}

/// The onsets of a rule of the one plain form; any other part of a rule is refused.
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

/// Four digits and a sign: some readers drop seconds, so none may be there.
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
