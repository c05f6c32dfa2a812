//! The proof before publishing: computes the instants of the events in a finished calendar, only from its own
//! VTIMEZONEs and RFC 5545.
//!
//! This file shares no code with the writer: it parses the bytes like a foreign program. Parsers disagree where a rule
//! repeats or skips an hour, so the proof computes every time in both ways.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc};

/// The start and end of an event; `None` if the calendar does not define an instant.
pub(super) type Instants = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// Returns the instants of every event with times of day, in the order of the file. Events of whole days have none.
pub(super) fn instants(calendar: &str) -> Vec<Instants> {
    let mut zones: HashMap<&str, Vec<Onsets>> = HashMap::new();
    let mut events = Vec::new();
    let mut within = "";
    let mut tzid = "";
    for line in lines(calendar) {
        // Most lines are texts of events, which the proof ignores.
        if within == "VEVENT" && !line.starts_with("DT") && !line.starts_with("BEGIN:") {
            continue;
        }
        let line = line.strip_suffix('\r').unwrap_or(line);
        let Some((name, value)) = line.split_once(':') else { continue };
        match (name, value) {
            ("BEGIN", component) => {
                within = component;
                match component {
                    "STANDARD" | "DAYLIGHT" => {
                        zones.entry(tzid).or_default().push(Onsets::default())
                    }
                    "VEVENT" => events.push((None, None)),
                    _ => {}
                }
            }
            ("TZID", id) if within == "VTIMEZONE" => tzid = id,
            _ if within == "STANDARD" || within == "DAYLIGHT" => {
                if let Some(onsets) = zones.get_mut(tzid).and_then(|zone| zone.last_mut()) {
                    onsets.read(name, value);
                }
            }
            _ if within == "VEVENT" => {
                let Some(event) = events.last_mut() else { continue };
                if name == "DTSTART" || name.starts_with("DTSTART;") {
                    event.0 = instant(name, value, &zones);
                } else if name == "DTEND" || name.starts_with("DTEND;") {
                    event.1 = instant(name, value, &zones);
                }
            }
            _ => {}
        }
    }
    events
}

/// Returns the lines, each with its line feed (RFC 5545 section 3.1). Reading them is most of the cost of a proof.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut begin = 0;
    memchr::memchr_iter(b'\n', text.as_bytes()).map(move |end| {
        let line = &text[begin..end];
        begin = end + 1;
        line
    })
}

fn instant(name: &str, value: &str, zones: &HashMap<&str, Vec<Onsets>>) -> Option<DateTime<Utc>> {
    if let Some(utc) = value.strip_suffix('Z') {
        return Some(local(utc)?.and_utc());
    }
    let tzid = name.split(';').find_map(|parameter| parameter.strip_prefix("TZID="))?;
    let at = local(value)?;
    let zone = zones.get(tzid)?;
    // Some parsers fail between the first onsets of the observances.
    if !zone.iter().all(|onsets| onsets.first.is_some_and(|first| first < at)) {
        return None;
    }
    let [first, second] = [Parser::First, Parser::Second].map(|parser| {
        let last = zone.iter().filter_map(|onsets| onsets.last(at, parser));
        last.max_by_key(|(onset, _)| *onset).map(|(_, offset)| offset)
    });
    let offset = first.filter(|_| first == second)?;
    Some((at - TimeDelta::seconds(offset)).and_utc())
}

/// The occurrence of a repeated time that a parser finds.
#[derive(Clone, Copy)]
enum Parser {
    /// Finds the first occurrence: compares a time with a change on the clock before it, as in DTSTART (RFC 5545
    /// section 3.6.5). In a gap, this gives the offset after it.
    First,
    /// Finds the second occurrence, as ical.js and libical do: compares a time with a change on the clock after it. In
    /// a gap, this gives the offset before it.
    Second,
}

/// Parses a local time in exactly the format `20240430T140000`.
fn local(value: &str) -> Option<NaiveDateTime> {
    let (date, time) = value.split_once('T')?;
    if date.len() != 8 || time.len() != 6 || !value.is_ascii() {
        return None;
    }
    let number = |digits: &str| match digits.bytes().all(|b| b.is_ascii_digit()) {
        true => digits.parse::<u32>().ok(),
        false => None,
    };
    let year = i32::try_from(number(&date[..4])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&date[4..6])?, number(&date[6..])?)?.and_hms_opt(
        number(&time[..2])?,
        number(&time[2..4])?,
        number(&time[4..])?,
    )
}

/// A parsed STANDARD or DAYLIGHT.
#[derive(Default)]
struct Onsets {
    first: Option<NaiveDateTime>,
    from: Option<i64>,
    to: Option<i64>,
    /// The month, the ordinal, and the day of the week; Monday is 0.
    yearly: Option<(u32, i64, u32)>,
    /// Whether the observance has any other rule, which makes it unusable.
    strange: bool,
}

impl Onsets {
    fn read(&mut self, name: &str, value: &str) {
        match name {
            "DTSTART" => self.first = local(value),
            "TZOFFSETFROM" => self.from = offset(value),
            "TZOFFSETTO" => self.to = offset(value),
            "RRULE" => {
                self.yearly = yearly(value);
                self.strange = self.yearly.is_none();
            }
            _ => {}
        }
    }

    /// Returns the last onset that a parser does not place after a local time, and the offset from then on.
    fn last(&self, at: NaiveDateTime, parser: Parser) -> Option<(NaiveDateTime, i64)> {
        let (first, from, to) = (self.first.filter(|_| !self.strange)?, self.from?, self.to?);
        let later = match parser {
            Parser::First => 0,
            Parser::Second => to - from,
        };
        let at = at - TimeDelta::seconds(later);
        let onset = match self.yearly {
            None => Some(first),
            Some(rule) => (0..=1).find_map(|back| {
                let onset = day(at.year() - back, rule)?.and_time(first.time());
                (onset <= at).then_some(onset)
            }),
        }?;
        (first <= onset && onset <= at).then_some((onset, to))
    }
}

fn offset(value: &str) -> Option<i64> {
    let (sign, digits) = match value.split_at_checked(1)? {
        ("-", digits) => (-1, digits),
        ("+", digits) => (1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_at_checked(2)?;
    Some(sign * (hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60))
}

fn yearly(rule: &str) -> Option<(u32, i64, u32)> {
    let parts: HashMap<&str, &str> =
        rule.split(';').filter_map(|part| part.split_once('=')).collect();
    if parts.len() != 3 || parts.get("FREQ") != Some(&"YEARLY") {
        return None;
    }
    let day = *parts.get("BYDAY")?;
    let (which, weekday) = day.split_at_checked(day.len().checked_sub(2)?)?;
    let weekday =
        ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].iter().position(|name| *name == weekday)?;
    Some((parts.get("BYMONTH")?.parse().ok()?, which.parse().ok()?, u32::try_from(weekday).ok()?))
}

/// Returns the day of a rule in a year. Searches the month week by week.
fn day(year: i32, (month, which, weekday): (u32, i64, u32)) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    let ahead = (7 + weekday - first.weekday().num_days_from_monday()) % 7;
    let days = || (0..5).map_while(|week| first.with_day(1 + ahead + 7 * week));
    let index = if which > 0 { which - 1 } else { i64::try_from(days().count()).ok()? + which };
    days().nth(usize::try_from(index).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW_YORK: &str = "BEGIN:VTIMEZONE\r\nTZID:America/New_York\r\nBEGIN:DAYLIGHT\r\n\
        DTSTART:20070311T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\n\
        RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\nEND:DAYLIGHT\r\nBEGIN:STANDARD\r\n\
        DTSTART:20071104T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\n\
        RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

    fn start(value: &str) -> Option<String> {
        let event = format!("{NEW_YORK}BEGIN:VEVENT\r\nDTSTART{value}\r\nEND:VEVENT\r\n");
        instants(&event)[0].0.map(|instant| instant.to_rfc3339())
    }

    #[test]
    fn the_last_onset_not_after_the_time_gives_the_offset() {
        let ny = |at: &str| start(&format!(";TZID=America/New_York:{at}"));
        assert_eq!(ny("20240310T015959").as_deref(), Some("2024-03-10T06:59:59+00:00"));
        assert_eq!(ny("20240310T030000").as_deref(), Some("2024-03-10T07:00:00+00:00"));
        assert_eq!(ny("20240115T120000").as_deref(), Some("2024-01-15T17:00:00+00:00"));
        assert_eq!(ny("20241103T005959").as_deref(), Some("2024-11-03T04:59:59+00:00"));
        assert_eq!(ny("20241103T020000").as_deref(), Some("2024-11-03T07:00:00+00:00"));
        assert_eq!(start(":20240115T120000Z").as_deref(), Some("2024-01-15T12:00:00+00:00"));
    }

    #[test]
    fn a_time_that_two_parsers_read_differently_has_no_instant() {
        for at in ["20241103T010000", "20241103T015959", "20240310T020000", "20240310T025959"] {
            assert_eq!(start(&format!(";TZID=America/New_York:{at}")), None, "{at}");
        }
    }

    #[test]
    fn a_time_before_every_onset_has_no_instant() {
        assert_eq!(start(";TZID=America/New_York:20070101T000000"), None);
        // The first time is between the first onsets of DAYLIGHT and STANDARD, and the second is at the later of them.
        assert_eq!(start(";TZID=America/New_York:20070701T000000"), None);
        assert_eq!(start(";TZID=America/New_York:20071104T020000"), None);
        assert_eq!(start(";TZID=America/Denver:20240101T000000"), None);
        assert_eq!(start(":20240101T000000"), None);
    }
}
