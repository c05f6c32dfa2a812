//! The rest of a date or time that [`loose`](super::loose) reads from left to right.

use chrono::{NaiveTime, TimeDelta};

use super::days::{WEEKDAYS, date, month, too_late};
use super::moment::{Clock, Day, Until};

/// The part of a text that is not read yet.
#[derive(Clone, Copy)]
pub(super) struct Rest<'a>(pub(super) &'a str);

impl<'a> Rest<'a> {
    pub(super) fn skip(&mut self, marks: &[char]) {
        self.0 = self.0.trim_start_matches(marks);
    }

    /// Reads a number of at most `most` digits.
    pub(super) fn number(&mut self, most: usize) -> Option<(u32, usize)> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if digits == 0 || digits > most {
            return None;
        }
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        Some((number.parse().ok()?, digits))
    }

    /// Reads a word of letters, in lower case.
    fn word(&mut self) -> Option<String> {
        let end = self.0.find(|c: char| !c.is_alphabetic()).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest;
        (end > 0).then(|| word.to_lowercase())
    }

    pub(super) fn weekday(&mut self) -> bool {
        let mut rest = *self;
        let is_day = rest.word().is_some_and(|word| WEEKDAYS.contains(&word.as_str()));
        if is_day {
            rest.skip(&['.', ',', ' ']);
            *self = rest;
        }
        is_day
    }

    pub(super) fn day(&mut self) -> Option<Day> {
        let mut rest = *self;
        let day = rest.numeric().or_else(|| {
            rest = *self;
            rest.named()
        })?;
        *self = rest;
        Some(day)
    }

    /// Reads three numbers with dots, slashes or hyphens between them.
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
            // With dots, the day comes first in every country.
            (Some(date), _) if sign == '.' => Day::YearLast(date),
            (Some(day_first), Some(month_first)) if day_first != month_first => {
                Day::Either(day_first, month_first)
            }
            (Some(date), _) | (None, Some(date)) => Day::YearLast(date),
            (None, None) if second <= 12 => too_late(year, second)?,
            (None, None) => too_late(year, first).unwrap_or(Day::NoMonth),
        })
    }

    /// Returns whether a day and a month end at this point, as in `30.04.` or `4/30`.
    fn is_without_year(self, sign: char) -> bool {
        let after = match sign {
            '.' => self.0.strip_prefix('.'),
            _ => Some(self.0),
        };
        after.is_some_and(|after| after.is_empty() || after.starts_with([' ', ',']))
            && !after.is_some_and(|after| after.trim_start().get(..4).is_some_and(is_year))
    }

    /// Reads a day with the name of its month, before or after it.
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

    /// Skips the words and signs that people write between a date and a time.
    pub(super) fn between(&mut self) {
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
        // This is a hyphen between spaces, as in "2027-04-30 - 14:00".
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

    pub(super) fn time(&mut self) -> Option<Clock> {
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
            // "14:00 pm" is clear, but "14 pm" is not.
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

    /// Reads the end of a range. The start takes over its pm, as in "2-4 pm".
    pub(super) fn until(&mut self, start: &mut Option<Clock>) -> Option<Until> {
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

pub(super) fn clock(hour: u32, minute: u32, second: u32) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(hour, minute, second)
}
