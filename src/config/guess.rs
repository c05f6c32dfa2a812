//! Suggestions for dates and times in a format that TOML does not have.

use chrono::{NaiveDate, NaiveTime};

use crate::diagnostic::Code;
use crate::rfc3339;

/// The finding for a value that looks like a date or a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guess {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) help: String,
}

const EXAMPLE: &str = "2027-04-30T14:00:00";

/// Parses a value as people write dates and times; none if it does not look like one.
pub(super) fn datetime(key: &str, raw: &str) -> Option<Guess> {
    let text = raw.trim().trim_matches(['"', '\'']).trim();
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (head, tail) = text.split_once(['T', 't', ' ']).unwrap_or((text, ""));
    let time = time(tail);
    if time.is_none() && !tail.trim().is_empty() {
        return None;
    }
    let written = |date: NaiveDate| match time {
        Some(time) => rfc3339::local(date.and_time(time)),
        None => date.to_string(),
    };
    let numbers: Vec<&str> = head.trim_end_matches(',').split(['.', '/', '-']).collect();
    let guess =
        |code, message: &str, help: String| Some(Guess { code, message: message.to_owned(), help });
    match numbers.as_slice() {
        [year, month, day] if year.len() == 4 => {
            let date = date(year, month, day)?;
            let code =
                if raw.trim().starts_with(['"', '\'']) { Code::TimeAsText } else { Code::BadDate };
            let message = match code {
                Code::TimeAsText => format!("`{key}` is a date in quotes"),
                _ => format!("`{key}` is a date in another format than TOML's"),
            };
            let quotes = if code == Code::TimeAsText { ", without quotes" } else { "" };
            guess(code, &message, format!("write `{key} = {}`{quotes}", written(date)))
        }
        [a, b, year] if year.len() == 4 => {
            let message = format!("the date in `{key}` does not begin with the year");
            let readings = [date(year, b, a), date(year, a, b)];
            let help = match readings {
                [Some(day_first), Some(month_first)] if day_first != month_first => format!(
                    "write the year first: {} for day and month, {} for month and day",
                    written(day_first),
                    written(month_first)
                ),
                [Some(date), _] | [None, Some(date)] => {
                    format!("write the year first: {}", written(date))
                }
                [None, None] => format!("write the year first, such as {EXAMPLE}"),
            };
            guess(Code::DateReversed, &message, help)
        }
        _ => {
            let time = self::time(text)?;
            let message = format!("`{key}` is a time without a date");
            let help = format!(
                "write date and time as one, such as 2027-04-30T{} for {text}",
                time.format("%H:%M:%S")
            );
            guess(Code::TimeAsText, &message, help)
        }
    }
}

fn date(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// Parses `2pm`, `2:30 p.m.`, `14:00`, `14:00:00`, `14h`; none for a bare number.
pub(super) fn time(text: &str) -> Option<NaiveTime> {
    let lower: String =
        text.to_ascii_lowercase().chars().filter(|c| !matches!(c, ' ' | '.')).collect();
    let (clock, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(clock), _) => (clock, Some(0)),
        (_, Some(clock)) => (clock, Some(12)),
        _ => (lower.as_str(), None),
    };
    let french = clock.strip_suffix('h');
    let mut parts = french.unwrap_or(clock).split([':', 'h']);
    let hour: u32 = parts.next()?.parse().ok()?;
    let minute = parts.next().map(str::parse).transpose().ok()?;
    let second = parts.next().map(str::parse).transpose().ok()?;
    if half.is_none() && minute.is_none() && french.is_none() {
        return None;
    }
    let hour = match half {
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return None,
        None => hour,
    };
    NaiveTime::from_hms_opt(hour, minute.unwrap_or(0), second.unwrap_or(0))
        .filter(|_| parts.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(raw: &str) -> String {
        datetime("start", raw).map_or_else(|| "nothing".to_owned(), |guess| guess.help)
    }

    #[test]
    fn dates_in_every_order_are_offered_with_the_year_first() {
        assert_eq!(help("30.04.2024"), "write the year first: 2024-04-30");
        assert_eq!(help("04/30/2024 2pm"), "write the year first: 2024-04-30T14:00:00");
        assert_eq!(
            help("\"4/5/2024\""),
            "write the year first: 2024-05-04 for day and month, 2024-04-05 for month and day"
        );
        assert_eq!(help("2024-4-30"), "write `start = 2024-04-30`");
        assert_eq!(help("2024-04-30T25:00:00"), "nothing");
        assert_eq!(
            help("\"2024-04-30 14:00\""),
            "write `start = 2024-04-30T14:00:00`, without quotes"
        );
    }

    #[test]
    fn times_alone_are_asked_for_their_date() {
        assert_eq!(help("2pm"), "write date and time as one, such as 2027-04-30T14:00:00 for 2pm");
        assert_eq!(
            help("\"14:00\""),
            "write date and time as one, such as 2027-04-30T14:00:00 for 14:00"
        );
        assert_eq!(help("\"soon\""), "nothing");
        assert_eq!(help("\"14\""), "nothing");
    }

    #[test]
    fn noon_and_midnight_are_twelve() {
        assert_eq!(time("12 pm"), NaiveTime::from_hms_opt(12, 0, 0));
        assert_eq!(time("12:30 a.m."), NaiveTime::from_hms_opt(0, 30, 0));
        assert_eq!(time("14h30"), NaiveTime::from_hms_opt(14, 30, 0));
        assert_eq!(time("13 pm"), None);
    }
}
