//! Dates and times as people write them: `30.04.2027, 14 Uhr`, `April 30, 2027 at 2pm`, `4/30/2027 2–4 pm EST`.

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// A date, a time, or both, and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loose {
    pub(super) day: Option<Day>,
    pub(super) time: Option<Clock>,
    /// The time or day after a dash or `to`.
    pub(super) until: Option<Until>,
    /// The text after it, without spaces around it.
    pub(super) rest: String,
}

/// A day of a calendar, as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// Year, month and day in this order, and such a day exists.
    YearFirst(NaiveDate),
    /// The year last, and one reading.
    YearLast(NaiveDate),
    /// The year last, and two readings: day and month, or month and day.
    Either(NaiveDate, NaiveDate),
    /// A month by its name.
    Named(NaiveDate),
    /// A year and month without such a day, and the number of days it has.
    TooLate { year: i32, month: u32, last: u32 },
    /// No such month.
    NoMonth,
    /// A month and day without a year.
    NoYear,
}

/// A time of day, as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clock {
    Time(NaiveTime),
    /// 24:00, which is the beginning of the next day.
    NextDay,
    NoHour,
    NoMinute,
}

/// The end of a range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    Time(NaiveTime),
    Day(NaiveDate),
}

impl Day {
    /// The only reading, or the first of two.
    pub(super) fn date(self) -> Option<NaiveDate> {
        match self {
            Self::YearFirst(date)
            | Self::YearLast(date)
            | Self::Either(date, _)
            | Self::Named(date) => Some(date),
            Self::TooLate { year, month, last } => NaiveDate::from_ymd_opt(year, month, last),
            Self::NoMonth | Self::NoYear => None,
        }
    }
}

impl Clock {
    /// The moment on a day.
    pub(super) fn on(self, date: NaiveDate) -> Option<NaiveDateTime> {
        match self {
            Self::Time(time) => Some(date.and_time(time)),
            Self::NextDay => Some((date + TimeDelta::days(1)).and_time(NaiveTime::MIN)),
            Self::NoHour | Self::NoMinute => None,
        }
    }
}

/// Replaces the dashes and spaces of word processors by those of a keyboard.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => plain.push('-'),
            '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => {}
            c if c.is_whitespace() => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain
}

/// Reads a value; none if it does not begin with a date or a time.
pub(super) fn read(text: &str) -> Option<Loose> {
    let text = plain(text);
    let mut rest = Rest(text.trim());
    while rest.weekday() {}
    let day = rest.day();
    let is_joined = day.is_some() && rest.0.starts_with(['T', 't']);
    if day.is_some() {
        rest.between();
    }
    let mut time = rest.time();
    if time.is_none() && is_joined {
        time = rest.number(2).and_then(|(hour, _)| Some(Clock::Time(clock(hour, 0, 0)?)));
    }
    let until = rest.until(&mut time);
    if day.is_none() && time.is_none() {
        return None;
    }
    let left = rest.0.trim().trim_start_matches([',', '.']).trim();
    Some(Loose { day, time, until, rest: left.to_owned() })
}

/// The part of a text that is not read yet.
#[derive(Clone, Copy)]
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn skip(&mut self, marks: &[char]) {
        self.0 = self.0.trim_start_matches(marks);
    }

    /// A number of at most some digits.
    fn number(&mut self, most: usize) -> Option<(u32, usize)> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || digits > most {
            return None;
        }
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        Some((number.parse().ok()?, digits))
    }

    /// A word of letters, in lower case.
    fn word(&mut self) -> Option<String> {
        let end = self.0.find(|c: char| !c.is_alphabetic()).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        (end > 0).then(|| word.to_lowercase())
    }

    fn weekday(&mut self) -> bool {
        let mut rest = *self;
        let is_day = rest.word().is_some_and(|word| WEEKDAYS.contains(&word.as_str()));
        if is_day {
            rest.skip(&['.', ',', ' ']);
            *self = rest;
        }
        is_day
    }

    fn day(&mut self) -> Option<Day> {
        let mut rest = *self;
        let day = rest.numeric().or_else(|| {
            rest = *self;
            rest.named()
        })?;
        *self = rest;
        Some(day)
    }

    /// Three numbers with dots, slashes or hyphens between them.
    fn numeric(&mut self) -> Option<Day> {
        let (first, digits) = self.number(4)?;
        let sign = self.0.chars().next().filter(|c| ['.', '/', '-'].contains(c))?;
        self.skip(&[sign, ' ']);
        let (second, _) = self.number(2)?;
        if sign != '-' && digits < 4 && self.is_without_year(sign) {
            self.skip(&['.']);
            return Some(Day::NoYear);
        }
        self.0 = self.0.strip_prefix(sign)?;
        self.skip(&[' ']);
        let (third, last_digits) = self.number(4)?;
        if digits == 4 || (digits == 2 && last_digits == 2 && sign == '-') {
            let year = if digits == 4 { first } else { 2000 + first };
            let swapped = || date(year, third, second).map(Day::YearFirst);
            return Some(match date(year, second, third) {
                Some(date) => Day::YearFirst(date),
                None if second > 12 => swapped().unwrap_or(Day::NoMonth),
                None => too_late(year, second)?,
            });
        }
        let year = match last_digits {
            4 => third,
            2 => 2000 + third,
            _ => return None,
        };
        let (day_first, month_first) = (date(year, second, first), date(year, first, second));
        Some(match (day_first, month_first) {
            // With dots the day comes first everywhere.
            (Some(date), _) if sign == '.' => Day::YearLast(date),
            (Some(day_first), Some(month_first)) if day_first != month_first => {
                Day::Either(day_first, month_first)
            }
            (Some(date), _) | (None, Some(date)) => Day::YearLast(date),
            (None, None) if second <= 12 => too_late(year, second)?,
            (None, None) => too_late(year, first).unwrap_or(Day::NoMonth),
        })
    }

    /// Whether a day and a month end here: `30.04.` or `4/30`.
    fn is_without_year(self, sign: char) -> bool {
        let after = match sign {
            '.' => self.0.strip_prefix('.'),
            _ => Some(self.0),
        };
        after.is_some_and(|after| after.is_empty() || after.starts_with([' ', ',']))
            && !after.is_some_and(|after| after.trim_start().get(..4).is_some_and(is_year))
    }

    /// A day with the name of its month, before or after it.
    fn named(&mut self) -> Option<Day> {
        let month = |rest: &mut Self| {
            let word = rest.word()?;
            rest.skip(&['.', ',', ' ']);
            month(&word)
        };
        let number = |rest: &mut Self| {
            let (day, _) = rest.number(2)?;
            for end in ["st", "nd", "rd", "th", "."] {
                rest.0 = rest.0.strip_prefix(end).unwrap_or(rest.0);
            }
            rest.skip(&[',', ' ', '-']);
            rest.0 = rest.0.strip_prefix("of ").unwrap_or(rest.0);
            Some(day)
        };
        let start = *self;
        let (day, month) = match number(self) {
            Some(day) => (day, month(self)?),
            None => {
                *self = start;
                let month = month(self)?;
                (number(self)?, month)
            }
        };
        let before_year = *self;
        let Some((year, 4)) = self.number(4) else {
            *self = before_year;
            return Some(Day::NoYear);
        };
        Some(match date(year, month, day) {
            Some(date) => Day::Named(date),
            None => too_late(year, month)?,
        })
    }

    /// What people write between a date and a time.
    fn between(&mut self) {
        if self.0.starts_with(['T', 't']) {
            self.0 = &self.0[1..];
            return;
        }
        self.skip(&[',', ' ', '@']);
        let rest = *self;
        let word = self.word();
        if !word.is_some_and(|word| ["at", "um", "from", "von", "à", "kl"].contains(&word.as_str()))
        {
            *self = rest;
        }
        self.skip(&['.', ' ']);
        // A hyphen between spaces, as in "2027-04-30 - 14:00".
        let after = self.0.trim_start_matches(['-', ' ']);
        if after.starts_with(|c: char| c.is_ascii_digit()) {
            let mut time = Rest(after);
            if time.peek_day().is_none() && time.time().is_some() {
                self.0 = after;
            }
        }
    }

    fn peek_day(self) -> Option<Day> {
        let mut rest = self;
        rest.day()
    }

    fn time(&mut self) -> Option<Clock> {
        let mut rest = *self;
        let time = rest.time_of_day()?;
        *self = rest;
        Some(time)
    }

    fn time_of_day(&mut self) -> Option<Clock> {
        let named = *self;
        match self.word().as_deref() {
            Some("noon" | "midday") => return Some(Clock::Time(clock(12, 0, 0)?)),
            Some("midnight") => return Some(Clock::NextDay),
            _ => *self = named,
        }
        let (mut hour, _) = self.number(2)?;
        let part = |rest: &mut Self, signs: &[char]| {
            let before = *rest;
            rest.0 = rest.0.strip_prefix(signs).unwrap_or(rest.0);
            let number = rest.number(2).filter(|(_, digits)| *digits == 2 && before.0 != rest.0);
            if number.is_none() || before.0.starts_with(|c: char| c.is_ascii_digit()) {
                *rest = before;
                return None;
            }
            number.map(|(number, _)| number)
        };
        let minute = part(self, &[':', '.', 'h']);
        let second = minute.and_then(|_| part(self, &[':', '.']));
        let before = *self;
        self.skip(&[' ']);
        let lower: String = self.0.chars().take(8).collect::<String>().to_ascii_lowercase();
        let unit = ["a.m.", "p.m.", "a.m", "p.m", "am", "pm", "noon", "uhr", "o'clock", "h"]
            .into_iter()
            .find(|unit| {
                lower.strip_prefix(unit).is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
            });
        match unit {
            Some(unit) => self.0 = &self.0[unit.len()..],
            None => *self = before,
        }
        let half = unit.and_then(|unit| match unit.as_bytes()[0] {
            b'a' => Some(0),
            b'p' => Some(12),
            _ => None,
        });
        if minute.is_none() && unit.is_none() {
            return None;
        }
        match half {
            Some(half) if (1..=12).contains(&hour) => hour = hour % 12 + half,
            // "14:00 pm" is clear, "14 pm" is not.
            Some(12) if minute.is_some() && hour < 24 => {}
            Some(_) => return None,
            None => {}
        }
        let (minute, second) = (minute.unwrap_or(0), second.unwrap_or(0));
        Some(match hour {
            24 if minute == 0 => Clock::NextDay,
            24.. => Clock::NoHour,
            _ => clock(hour, minute, second).map_or(Clock::NoMinute, Clock::Time),
        })
    }

    /// The end of a range. The beginning takes over its pm: "2-4 pm".
    fn until(&mut self, start: &mut Option<Clock>) -> Option<Until> {
        let mut rest = *self;
        let bare = match start {
            None => rest.number(2).map(|(hour, _)| hour).filter(|hour| *hour < 24),
            Some(_) => None,
        };
        rest.skip(&[' ']);
        let dashed = rest.0.trim_start_matches('-');
        if dashed.len() < rest.0.len() {
            rest.0 = dashed;
        } else {
            rest.word().filter(|word| ["to", "until", "till", "bis"].contains(&word.as_str()))?;
        }
        rest.skip(&[' ']);
        rest.weekday();
        if let Some(date) = rest.peek_day().and_then(Day::date).filter(|_| bare.is_none()) {
            rest.day();
            *self = rest;
            return Some(Until::Day(date));
        }
        let before = rest.0;
        let Clock::Time(end) = rest.time()? else { return None };
        let said = before[..before.len() - rest.0.len()].to_ascii_lowercase();
        let mut from = match (*start, bare) {
            (Some(Clock::Time(from)), _) => from,
            (_, Some(hour)) => clock(hour, 0, 0)?,
            _ => return None,
        };
        let later = from.overflowing_add_signed(TimeDelta::hours(12));
        if said.contains('p') && later.1 == 0 && later.0 < end {
            from = later.0;
        }
        (*start, *self) = (Some(Clock::Time(from)), rest);
        Some(Until::Time(end))
    }
}

fn is_year(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

fn clock(hour: u32, minute: u32, second: u32) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// A month that lacks the day.
fn too_late(year: u32, month: u32) -> Option<Day> {
    let first = date(year, month, 1)?;
    let next = first.checked_add_months(chrono::Months::new(1))?;
    let last = (next - TimeDelta::days(1)).day();
    Some(Day::TooLate { year: first.year(), month, last })
}

/// English and German names of months, each with its abbreviations.
const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "januar", "jänner"],
    &["february", "feb", "februar"],
    &["march", "mar", "märz", "mrz"],
    &["april", "apr"],
    &["may", "mai"],
    &["june", "jun", "juni"],
    &["july", "jul", "juli"],
    &["august", "aug"],
    &["september", "sep", "sept"],
    &["october", "oct", "oktober", "okt"],
    &["november", "nov"],
    &["december", "dec", "dezember", "dez"],
];

fn month(word: &str) -> Option<u32> {
    let at = MONTHS.iter().position(|names| names.contains(&word))?;
    u32::try_from(at + 1).ok()
}

const WEEKDAYS: [&str; 37] = [
    "monday",
    "mon",
    "montag",
    "mo",
    "tuesday",
    "tue",
    "tues",
    "dienstag",
    "di",
    "wednesday",
    "wed",
    "mittwoch",
    "mi",
    "thursday",
    "thu",
    "thur",
    "thurs",
    "donnerstag",
    "do",
    "friday",
    "fri",
    "freitag",
    "fr",
    "saturday",
    "sat",
    "samstag",
    "sonnabend",
    "sa",
    "sunday",
    "sun",
    "sonntag",
    "so",
    "am",
    "den",
    "the",
    "on",
    "from",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The year, month and day, the time, the end and the rest of a value, in one line.
    fn said(text: &str) -> String {
        let Some(Loose { day, time, until, rest }) = read(text) else { return "none".to_owned() };
        let day = day.map_or_else(String::new, |day| match day {
            Day::Either(one, other) => format!("{one} or {other}"),
            Day::NoMonth | Day::NoYear | Day::TooLate { .. } => format!("{day:?}"),
            day => day.date().map_or_else(String::new, |date| date.to_string()),
        });
        let time = time.map_or_else(String::new, |time| match time {
            Clock::Time(time) => time.format("%H:%M").to_string(),
            other => format!("{other:?}"),
        });
        let until = until.map_or_else(String::new, |until| match until {
            Until::Time(time) => time.format("%H:%M").to_string(),
            Until::Day(date) => date.to_string(),
        });
        [day, time, until, rest].join("|")
    }

    #[test]
    fn a_day_and_a_time_are_read_in_any_of_their_forms() {
        // 22 days by 14 times.
        let days = [
            "2027-04-30",
            "2027-4-30",
            "2027/04/30",
            "2027.04.30",
            "2027\u{2013}04\u{2013}30",
            "30.04.2027",
            "30.4.2027",
            "30. 4. 2027",
            "30.04.27",
            "4/30/2027",
            "30/4/2027",
            "4/30/27",
            "30-04-2027",
            "April 30, 2027",
            "Apr 30 2027",
            "April 30th, 2027",
            "30 April 2027",
            "30. April 2027",
            "30th of April 2027",
            "Friday, April 30, 2027",
            "Fr., 30.04.2027",
            "Freitag, den 30. April 2027",
        ];
        let times = [
            "14:00",
            "14.00",
            "14:00:00",
            "2pm",
            "2 PM",
            "2:00 p.m.",
            "2:00pm",
            "14 Uhr",
            "14.00 Uhr",
            "14h",
            "14h00",
            "2 p.m",
            "14:00 Uhr",
            "14\u{a0}Uhr",
        ];
        for day in days {
            for time in times {
                for between in [" ", ", ", " at ", "T"].iter().take(if day.starts_with("2027-0") {
                    4
                } else {
                    3
                }) {
                    let text = format!("{day}{between}{time}");
                    assert_eq!(said(&text), "2027-04-30|14:00||", "{text}");
                }
            }
            assert_eq!(said(day), "2027-04-30|||", "{day}");
        }
    }

    #[test]
    fn the_end_of_a_range_and_what_follows_are_read() {
        for (text, expected) in [
            ("2027-04-30 18:00-20:00", "2027-04-30|18:00|20:00|"),
            ("2027-04-30T18:00:00 \u{2013} 20:00:00 EST", "2027-04-30|18:00|20:00|EST"),
            ("April 30, 2027, 2-4 pm", "2027-04-30|14:00|16:00|"),
            ("April 30, 2027, 2:00 to 4:30 pm ET", "2027-04-30|14:00|16:30|ET"),
            ("April 30, 2027, 9 am - 5 pm", "2027-04-30|09:00|17:00|"),
            ("30.04.2027, 14 bis 16 Uhr", "2027-04-30|14:00|16:00|"),
            ("2027-04-30 - 2027-05-02", "2027-04-30||2027-05-02|"),
            ("2027-04-30 - 14:00", "2027-04-30|14:00||"),
            ("2027-04-30T14:00:00 // tentative", "2027-04-30|14:00||// tentative"),
            ("2027-04-30T14:00:00 Europe/Berlin", "2027-04-30|14:00||Europe/Berlin"),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }

    #[test]
    fn days_and_times_that_do_not_exist_are_named() {
        for (text, expected) in [
            ("2027-02-30T14:00:00", "TooLate { year: 2027, month: 2, last: 28 }|14:00||"),
            ("31.04.2027", "TooLate { year: 2027, month: 4, last: 30 }|||"),
            ("2027-30-04T14:00:00", "2027-04-30|14:00||"),
            ("2027-13-32", "NoMonth|||"),
            ("2027-06-01T24:00:00", "2027-06-01|NextDay||"),
            ("2027-06-01T25:00:00", "2027-06-01|NoHour||"),
            ("2027-06-01T14:60:00", "2027-06-01|NoMinute||"),
            ("4/5/2027", "2027-05-04 or 2027-04-05|||"),
            ("30.04., 14 Uhr", "NoYear|14:00||"),
            ("April 30, 2pm", "NoYear|14:00||"),
            ("12 noon", "|12:00||"),
            ("soon", "none"),
            ("14", "none"),
        ] {
            assert_eq!(said(text), expected, "{text}");
        }
    }
}
