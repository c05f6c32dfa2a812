//! Parses the types of property values (RFC 5545 section 3.3), including common mistakes of programs.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use crate::cut;

/// A DATE or DATE-TIME.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateValue {
    /// A whole day.
    Date(NaiveDate),
    /// A wall-clock time, in the zone of TZID or without a zone.
    Local(NaiveDateTime),
    /// An instant.
    Utc(DateTime<Utc>),
}

/// Parses `20270504`, `20270504T180000` and `20270504T180000Z`. Hyphens and colons are allowed, and seconds may be
/// missing, as in the files of some programs.
pub(super) fn date_value(value: &str) -> Option<DateValue> {
    let value = value.trim().to_ascii_uppercase();
    let digits = |text: &str| -> Option<String> {
        let digits: String = text.chars().filter(|c| !matches!(c, '-' | ':')).collect();
        digits.bytes().all(|b| b.is_ascii_digit()).then_some(digits)
    };
    let (date, time) = match value.split_once(['T', ' ']) {
        // Google writes dates with a Z in RDATE.
        None => (value.strip_suffix('Z').unwrap_or(&value), None),
        Some((date, time)) => (date, Some(time)),
    };
    let date = digits(date).filter(|date| date.len() == 8)?;
    let part = |from: usize, to: usize| date[from..to].parse::<u32>().ok();
    let year = i32::try_from(part(0, 4)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, part(4, 6)?, part(6, 8)?)?;
    let Some(time) = time else { return Some(DateValue::Date(date)) };
    let (time, utc) = match time.strip_suffix('Z') {
        Some(time) => (time, true),
        None => (time, false),
    };
    let time = digits(time).filter(|time| time.len() == 4 || time.len() == 6)?;
    let part = |from: usize| time.get(from..from + 2).unwrap_or("00").parse::<u32>().ok();
    // Calendars read a leap second as the second before it.
    let time = NaiveTime::from_hms_opt(part(0)?, part(2)?, part(4)?.min(59))?;
    let local = date.and_time(time);
    Some(if utc { DateValue::Utc(local.and_utc()) } else { DateValue::Local(local) })
}

/// Returns whether a date-time has second 60 or higher; [`date_value`] reads it as 59.
pub(super) fn has_leap_second(value: &str) -> bool {
    let Some((_, time)) = value.trim().split_once(['T', 't', ' ']) else { return false };
    let digits: String = time.chars().filter(char::is_ascii_digit).collect();
    digits.len() == 6 && digits[4..].parse::<u32>().is_ok_and(|second| second > 59)
}

/// A DURATION: its weeks and days are calendar days, and the rest is elapsed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Duration {
    pub(super) days: i64,
    pub(super) rest: TimeDelta,
}

impl Duration {
    /// Parses a value such as `PT1H30M`, `-P1D` or `P2W` (RFC 5545 section 3.3.6).
    pub(super) fn parse(value: &str) -> Option<Self> {
        let value = value.trim().to_ascii_uppercase();
        let (sign, rest) = match value.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, value.strip_prefix('+').unwrap_or(&value)),
        };
        let rest = rest.strip_prefix('P')?;
        let (mut days, mut seconds, mut number, mut any) = (0_i64, 0_i64, String::new(), false);
        for c in rest.chars() {
            if c.is_ascii_digit() && number.len() < 9 {
                number.push(c);
                continue;
            }
            if c == 'T' && number.is_empty() {
                continue;
            }
            let (total, unit) = match c {
                'W' => (&mut days, 7),
                'D' => (&mut days, 1),
                'H' => (&mut seconds, 3_600),
                'M' => (&mut seconds, 60),
                'S' => (&mut seconds, 1),
                _ => return None,
            };
            *total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
            number.clear();
            any = true;
        }
        if !any || !number.is_empty() {
            return None;
        }
        let rest = TimeDelta::try_seconds(sign * seconds)?;
        Some(Self { days: sign * days, rest }).filter(|own| own.elapsed().is_some())
    }

    /// Returns the length with days of 24 hours.
    fn elapsed(self) -> Option<TimeDelta> {
        TimeDelta::try_days(self.days)?.checked_add(&self.rest)
    }
}

/// Parses a DURATION with days of 24 hours, as in alarms.
pub(super) fn duration(value: &str) -> Option<TimeDelta> {
    Duration::parse(value)?.elapsed()
}

/// Unescapes a TEXT (RFC 5545 section 3.3.11), without control characters except line feeds and tabs.
pub(super) fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('n' | 'N') => out.push('\n'),
                // Some programs escape colons and quotes, too.
                Some(c @ ('\\' | ';' | ',' | ':' | '"')) => out.push(c),
                Some(c) => out.extend(['\\', c]),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out.retain(|c| !c.is_control() || c == '\n' || c == '\t');
    out
}

/// Returns a TEXT on one line.
pub(super) fn line(value: &str) -> String {
    text(value).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The lines of a TEXT, joined by commas, such as a place and its address. A comma at the end of the last line is text.
pub(super) fn joined(text: &str) -> String {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let bare = |line: &str| line.trim_end_matches([',', ' ']).to_owned();
    let mut lines: Vec<String> =
        text.lines().map(words).filter(|own| !bare(own).is_empty()).collect();
    if let Some((_, before)) = lines.split_last_mut() {
        before.iter_mut().for_each(|line| *line = bare(line));
    }
    lines.join(", ")
}

/// Returns the beginning of a TEXT, for messages.
pub(super) fn shown(value: &str) -> String {
    cut::start(&line(value), 80).to_owned()
}

/// The largest number of characters in a one-line text, such as a title or a place.
pub(super) const LONGEST_LINE: usize = 1_000;

/// Cuts a text that is too long, and adds a note to `lost`.
pub(super) fn kept(mut text: String, longest: usize, what: &str, lost: &mut Vec<String>) -> String {
    let start = cut::start(&text, longest).len();
    if start < text.len() {
        text.truncate(start);
        // A backslash at the cut would escape the next character or force a line break.
        text.truncate(text.trim_end().trim_end_matches('\\').trim_end().len());
        lost.push(format!("the end of its {what}, after {},000 characters", longest / 1_000));
    }
    text
}

/// Splits a list of TEXTs, each still escaped.
pub(super) fn list(value: &str) -> Vec<&str> {
    let (mut parts, mut from, mut escaped) = (Vec::new(), 0, false);
    for (at, c) in value.char_indices() {
        match c {
            ',' if !escaped => {
                parts.push(&value[from..at]);
                from = at + 1;
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    parts.push(&value[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_forms_that_programs_write() {
        let day = NaiveDate::from_ymd_opt(2027, 5, 4).unwrap();
        let six = day.and_hms_opt(18, 0, 0).unwrap();
        for (value, expected) in [
            ("20270504", Some(DateValue::Date(day))),
            ("20270504Z", Some(DateValue::Date(day))),
            ("2027-05-04", Some(DateValue::Date(day))),
            ("20270504T180000", Some(DateValue::Local(six))),
            ("20270504T1800", Some(DateValue::Local(six))),
            (" 20270504t180000z", Some(DateValue::Utc(six.and_utc()))),
            ("2027-05-04T18:00:00Z", Some(DateValue::Utc(six.and_utc()))),
            ("20270231", None),
            ("20270504T250000", None),
            ("20270504T18", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(date_value(value), expected, "{value}");
        }
    }

    #[test]
    fn durations_are_read_and_nonsense_is_none() {
        let seconds = |value| duration(value).map(|length| length.num_seconds());
        assert_eq!(seconds("PT1H30M"), Some(5400));
        assert_eq!(seconds("-P1DT15M"), Some(-87_300));
        assert_eq!(seconds("P2W"), Some(1_209_600));
        let day = Duration::parse("-P1DT2H").map(|own| (own.days, own.rest.num_hours()));
        assert_eq!(day, Some((-1, -2)));
        assert_eq!(Duration::parse("PT24H").map(|own| own.days), Some(0));
        for nonsense in ["", "P", "PT", "1H", "PT1", "PTH", "PT9999999999999S", "P1Y"] {
            assert_eq!(seconds(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn texts_lose_their_escapes_and_control_characters() {
        assert_eq!(text("a\\, b\\; c\\\\ d\\ne\\Nf\\:\u{7}g\\"), "a, b; c\\ d\ne\nf:g\\");
        assert_eq!(line(" a\\n b "), "a b");
        assert_eq!(joined(" Hall,\n\n Street  1 \nCity"), "Hall, Street 1, City");
        assert_eq!(joined("Hall , ,\n,\nReading, writing,\n ,\n"), "Hall, Reading, writing,");
        assert_eq!(list("a\\,b,c,,d\\\\,e"), ["a\\,b", "c", "", "d\\\\", "e"]);
    }
}
