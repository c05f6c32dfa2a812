//! Reports dates and times in a format that TOML does not accept, with the exact line to write.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _};

use super::loose::{self, Clock, Day, Loose, Until};
use super::{known, synonyms};
use crate::diagnostic::Code;
use crate::rfc3339;
use crate::zone::Rules;

/// A finding for a value that looks like a date or a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Guess {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) help: String,
}

const EXAMPLE: &str = "2027-04-30T14:00:00";

/// A value of a key; dates to leave out and to end with have no time of day.
fn example(key: &str) -> &'static str {
    match key {
        "until" => &EXAMPLE[..10],
        "except" | "also" => "[2027-04-30]",
        _ => EXAMPLE,
    }
}

/// Returns whether a key takes a date, or is another word for a key that does.
pub(super) fn is_of_date(key: &str) -> bool {
    synonyms::synonym(key, &["start", "end"]).is_some()
}

/// Parses a value as people write dates and times. Returns `None` if it does not look like one. `day` is the day of the
/// session, if another line gives it.
pub(super) fn datetime(
    key: &str,
    raw: &str,
    day: Option<NaiveDate>,
    rules: &Rules,
) -> Option<Guess> {
    let is_quoted = raw.trim().starts_with(['"', '\'']);
    let text = raw.trim().trim_matches(['"', '\'']);
    let read = loose::read(text)?;
    let guess = |code, message: String, help: String| Some(Guess { code, message, help });
    let (written, time) = match (read.day, read.time) {
        (None, Some(time)) => return Some(without_day(key, text, time, read.until, day)),
        (None, None) => return None,
        (Some(written), time) => (written, time),
    };
    let code = if is_quoted { Code::TimeAsText } else { Code::BadDate };
    if let Some(found) = impossible(key, written, time) {
        return Some(found);
    }
    let at = |date: NaiveDate| moment(date, time);
    if let Some(until) = read.until {
        let message = format!("`{key}` has a range; it takes one time");
        let (start, end) = range(written.date()?, time, until);
        let help = format!("write `start = {start}` and, on the next line, `end = {end}`");
        return guess(code, message, help);
    }
    let line = format!("{key} = {}", at(written.date()?));
    if !read.rest.is_empty() {
        return Some(with_rest(key, &read, &line, rules));
    }
    let with_time = match written.date().filter(|_| key == "start" && time.is_none()) {
        Some(date) => format!("; with a time of day, `start = {date}T14:00:00`"),
        None => String::new(),
    };
    match written {
        Day::Either(day_first, month_first) => guess(
            Code::DateReversed,
            format!("the date in `{key}` does not begin with the year"),
            format!(
                "write the year first: `{key} = {}` for day and month, `{key} = {}` for month and day",
                at(day_first),
                at(month_first)
            ),
        ),
        Day::YearLast(_) => guess(
            Code::DateReversed,
            format!("the date in `{key}` does not begin with the year"),
            format!("write the year first: `{line}`{with_time}"),
        ),
        _ if !is_quoted && loose::plain(text).trim() != text.trim() => guess(
            code,
            format!("`{key}` has a dash or a space of a word processor"),
            format!("type it again: `{line}`{with_time}"),
        ),
        _ if is_quoted => guess(
            code,
            format!("`{key}` is a date in quotes"),
            format!("write `{line}`, without quotes{with_time}"),
        ),
        _ => guess(
            code,
            format!("`{key}` is a date in another format than TOML's"),
            format!("write `{line}`{with_time}"),
        ),
    }
}

/// Returns the only reading of a date with all four digits of its year, in TOML syntax, which `check --fix` may write.
pub(super) fn certain(raw: &str) -> Option<String> {
    let text = raw.trim().trim_matches(['"', '\'']);
    let digits = text.split(|c: char| !c.is_ascii_digit());
    let has_year = digits.into_iter().any(|digits| digits.len() == 4);
    let Loose { day: Some(day), time, until: None, rest } = loose::read(text)? else { return None };
    let is_one_day = matches!(day, Day::YearFirst(_) | Day::YearLast(_) | Day::Named(_));
    let is_one_time = matches!(time, None | Some(Clock::Time(_)));
    let is_certain = has_year && is_one_day && is_one_time && rest.is_empty();
    day.date().filter(|_| is_certain).map(|date| moment(date, time))
}

/// Returns a value in TOML syntax, or `None` if it is not one date, with or without a time.
pub(super) fn written(raw: &str) -> Option<String> {
    let Loose { day, time, until: None, rest } = loose::read(raw)? else { return None };
    let is_one = rest.is_empty() && !matches!(day, Some(Day::Either(..) | Day::TooLate { .. }));
    day?.date().filter(|_| is_one).map(|date| moment(date, time))
}

/// A date, with its time of day if it has one, as TOML writes it.
pub(super) fn moment(date: NaiveDate, time: Option<Clock>) -> String {
    match time.and_then(|time| time.on(date)) {
        Some(moment) => rfc3339::local(moment),
        None => date.to_string(),
    }
}

/// Returns the start and end of a range; an end before the start is on the next day.
fn range(date: NaiveDate, time: Option<Clock>, until: Until) -> (String, String) {
    let start = moment(date, time);
    let end = match (until, time) {
        (Until::Day(day), None) => day.to_string(),
        (Until::Day(day), Some(_)) => moment(day, time),
        (Until::Time(end), Some(Clock::Time(from))) if end <= from => {
            rfc3339::local((date + TimeDelta::days(1)).and_time(end))
        }
        (Until::Time(end), _) => rfc3339::local(date.and_time(end)),
    };
    (start, end)
}

/// Returns a finding for a day or a time that does not exist.
fn impossible(key: &str, day: Day, time: Option<Clock>) -> Option<Guess> {
    let guess = |message: String, help: String| Some(Guess { code: Code::BadDate, message, help });
    let there = |date: NaiveDate, hour, minute| {
        let time = NaiveTime::from_hms_opt(hour, minute, 0);
        rfc3339::local(time.map_or_else(NaiveDateTime::default, |time| date.and_time(time)))
    };
    match (day, time) {
        (Day::TooLate { last, .. }, _) => {
            let date = day.date()?;
            let month = date.format("%B %Y");
            guess(
                format!("the date in `{key}` does not exist: {month} has {last} days"),
                format!("write a day up to {last}, such as `{key} = {}`", moment(date, time)),
            )
        }
        (Day::NoMonth, _) => guess(
            format!("the date in `{key}` does not exist: months are 01 to 12"),
            format!("write year, month and day, such as `{key} = {}`", example(key)),
        ),
        (Day::NoYear, _) => guess(
            format!("the date in `{key}` has no year"),
            format!("write year, month and day, such as `{key} = {}`", example(key)),
        ),
        (_, Some(Clock::NextDay)) => guess(
            format!("`{key}` is at 24:00, which is the beginning of the next day"),
            format!("write `{key} = {}`", moment(day.date()?, time)),
        ),
        (_, Some(Clock::NoHour)) => guess(
            format!("the time in `{key}` does not exist: hours are 00 to 23"),
            format!("correct the hour, such as `{key} = {}`", there(day.date()?, 23, 0)),
        ),
        (_, Some(Clock::NoMinute)) => guess(
            format!("the time in `{key}` does not exist: minutes are 00 to 59"),
            format!("correct the minutes, such as `{key} = {}`", there(day.date()?, 14, 30)),
        ),
        _ => None,
    }
}

fn without_day(
    key: &str,
    text: &str,
    time: Clock,
    until: Option<Until>,
    day: Option<NaiveDate>,
) -> Guess {
    let code = Code::TimeAsText;
    if let Some(found) = day.and_then(|day| impossible(key, Day::YearFirst(day), Some(time))) {
        return found;
    }
    let message = format!("`{key}` is a time without a date");
    let help = match (day, until) {
        (Some(day), Some(until)) => {
            let (start, end) = range(day, Some(time), until);
            format!("write `start = {start}` and, on the next line, `end = {end}`")
        }
        (Some(day), None) => {
            format!("write date and time as one: `{key} = {}`", moment(day, Some(time)))
        }
        (None, _) => {
            let example =
                moment(NaiveDate::from_ymd_opt(2027, 4, 30).unwrap_or_default(), Some(time));
            format!("write date and time as one, such as {example} for {text}")
        }
    };
    Guess { code, message, help }
}

/// Returns a finding for a date that is followed by a zone, an offset or a note.
fn with_rest(key: &str, read: &Loose, line: &str, rules: &Rules) -> Guess {
    let guess = |message: String, help: String| Guess { code: Code::BadDate, message, help };
    let rest = read.rest.trim_matches(['(', ')']).trim();
    let is_offset = rest == "Z"
        || rest
            .strip_prefix(['+', '-'])
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if is_offset {
        return guess(
            format!(
                "`{key}` has an offset from UTC; times are read on the clock of the session's zone"
            ),
            format!("write the time on that clock without an offset, as in `{line}`"),
        );
    }
    if let Some(name) = known::place_of_zone(rest, rules) {
        return guess(
            format!("`{key}` has a time zone after the time"),
            format!(
                "write `{line}`; if the zone is not the calendar's, add `timezone = \"{name}\"` on the next line"
            ),
        );
    }
    let note =
        rest.trim_start_matches(['/', '-', ';', '*', '#', '(', ' ']).trim_end_matches(['*', '/']);
    guess(
        format!(
            "`{key}` has extra text after the {}",
            if read.time.is_some() { "time" } else { "date" }
        ),
        format!("write `{line}`, or with a note: `{line}  # {}`", note.trim()),
    )
}

/// Parses `2pm`, `2:30 p.m.`, `14:00`, `14:00:00` or `14h`. Returns `None` for a bare number.
pub(super) fn time(text: &str) -> Option<NaiveTime> {
    match loose::read(text)? {
        Loose { day: None, time: Some(Clock::Time(time)), until: None, rest }
            if rest.is_empty() =>
        {
            Some(time.with_nanosecond(0).unwrap_or(time))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(raw: &str) -> String {
        let day = NaiveDate::from_ymd_opt(2027, 6, 1);
        let guess = datetime("start", raw, day, &Rules::bundled());
        guess.map_or_else(|| "nothing".to_owned(), |guess| guess.help)
    }

    #[test]
    fn dates_in_every_order_are_offered_with_the_year_first() {
        for (raw, expected) in [
            (
                "30.04.2024",
                "write the year first: `start = 2024-04-30`; with a time of day, `start = 2024-04-30T14:00:00`",
            ),
            ("04/30/2024 2pm", "write the year first: `start = 2024-04-30T14:00:00`"),
            (
                "\"4/5/2024\"",
                "write the year first: `start = 2024-05-04` for day and month, `start = 2024-04-05` for month and day",
            ),
            (
                "2024-4-30",
                "write `start = 2024-04-30`; with a time of day, `start = 2024-04-30T14:00:00`",
            ),
            ("\"2024-04-30 14:00\"", "write `start = 2024-04-30T14:00:00`, without quotes"),
            ("April 30, 2024 at 2pm", "write `start = 2024-04-30T14:00:00`"),
        ] {
            assert_eq!(help(raw), expected, "{raw}");
        }
    }

    #[test]
    fn what_follows_a_time_gets_its_own_line() {
        // The test combines 8 ways to write a start with 12 texts after it.
        let starts = [
            "2027-04-30T14:00:00",
            "2027-04-30 14:00",
            "2027-04-30 2pm",
            "2027-4-30 14:00",
            "30.04.2027 14:00",
            "04/30/2027 2:00 PM",
            "April 30, 2027, 2pm",
            "2027\u{2013}04\u{2013}30T14:00:00",
        ];
        for start in starts {
            for zone in
                ["EST", "EDT", "ET", "Eastern", "(ET)", "America/New_York", "US/Eastern", "EST5EDT"]
            {
                let help = help(&format!("{start} {zone}"));
                let expected = "write `start = 2027-04-30T14:00:00`; if the zone is not the calendar's, add `timezone = \"America/New_York\"` on the next line";
                assert_eq!(help, expected, "{start} {zone}");
            }
            for note in ["// not fixed", "(not fixed)", "; not fixed", "not fixed"] {
                let help = help(&format!("{start} {note}"));
                let expected = "write `start = 2027-04-30T14:00:00`, or with a note: `start = 2027-04-30T14:00:00  # not fixed`";
                assert_eq!(help, expected, "{start} {note}");
            }
        }
    }

    #[test]
    fn times_alone_get_the_date_of_the_session() {
        assert_eq!(help("2pm"), "write date and time as one: `start = 2027-06-01T14:00:00`");
        assert_eq!(help("\"24:00\""), "write `start = 2027-06-02T00:00:00`");
        assert_eq!(help("\"soon\""), "nothing");
        assert_eq!(help("\"14\""), "nothing");
        let alone = datetime("start", "2pm", None, &Rules::bundled()).unwrap();
        assert_eq!(alone.help, "write date and time as one, such as 2027-04-30T14:00:00 for 2pm");
    }

    #[test]
    fn the_last_day_of_every_month_is_offered_for_a_later_one() {
        // The test covers the 12 months of 131 years.
        for year in 1970..=2100 {
            for month in 1..=12 {
                let last = (28..=31)
                    .filter(|day| NaiveDate::from_ymd_opt(year, month, *day).is_some())
                    .max();
                let last = last.unwrap();
                let expected = match last {
                    31 => {
                        "correct the hour, such as `start = ".to_owned()
                            + &format!("{year}-{month:02}-31T23:00:00`")
                    }
                    _ => format!(
                        "write a day up to {last}, such as `start = {year}-{month:02}-{last}`"
                    ),
                };
                let raw = match last {
                    31 => format!("{year}-{month:02}-31T24:01:00"),
                    _ => format!("{year}-{month:02}-{}", last + 1),
                };
                assert_eq!(help(&raw), expected, "{raw}");
            }
        }
    }

    #[test]
    fn only_what_has_one_reading_is_certain() {
        for (raw, expected) in [
            ("\"2027-04-30 14:00\"", Some("2027-04-30T14:00:00")),
            ("2027\u{2013}04\u{2013}30T14:00:00", Some("2027-04-30T14:00:00")),
            ("30.04.2027", Some("2027-04-30")),
            ("04/30/2027 2pm", Some("2027-04-30T14:00:00")),
            ("April 30, 2027 at 2pm", Some("2027-04-30T14:00:00")),
            // This could be day and month, or month and day.
            ("4/5/2027", None),
            ("30.04.27", None),
            ("2027-02-30", None),
            ("2027-04-30T24:00:00", None),
            ("2027-04-30 18:00-20:00", None),
            ("2027-04-30T14:00:00 ET", None),
            ("2pm", None),
            ("soon", None),
        ] {
            assert_eq!(certain(raw).as_deref(), expected, "{raw}");
        }
    }

    #[test]
    fn noon_and_midnight_are_twelve() {
        assert_eq!(time("12 pm"), NaiveTime::from_hms_opt(12, 0, 0));
        assert_eq!(time("12:30 a.m."), NaiveTime::from_hms_opt(0, 30, 0));
        assert_eq!(time("14h30"), NaiveTime::from_hms_opt(14, 30, 0));
        assert_eq!(time("13 pm"), None);
    }
}
