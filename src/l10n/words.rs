//! Prints dates and times in words: "Tuesday, April 30, 2024, 2 pm PT / 5 pm ET (21:00 UTC)".

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Utc};

use super::formatters::{Formatters, icu_time, iso};
use super::line::Line;
use super::{Messages, Sentence, plain};
use crate::model::{AllDay, Calendar, Language, Speaker, Timed, When};
use crate::zone::{Rules, Zone};

/// The separator of a range in text that wraps: an en dash between word joiners, so that no line breaks at it.
const DASH: &str = "\u{2060}\u{2013}\u{2060}";

/// The words of one language. A clone shares the formatters and the messages.
#[derive(Clone)]
pub struct Words {
    formatters: Arc<Formatters>,
    messages: Messages,
    /// The separator of a range.
    dash: &'static str,
    /// The dates that are printed without their year.
    near: Option<RangeInclusive<NaiveDate>>,
    /// Whether a right-to-left language gets direction marks.
    marks: bool,
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Words").field("near", &self.near).finish_non_exhaustive()
    }
}

impl Words {
    /// Returns the words of a calendar's language, or of American English if CLDR has no dates for the language.
    pub fn new(calendar: &Calendar) -> Self {
        let words = Self::of(&calendar.language, &calendar.rules);
        match calendar.words.is_empty() {
            true => words,
            false => Self { messages: Messages::new(&calendar.words), ..words },
        }
    }

    /// Returns the words of a language, with zone names under a set of rules and the bundled messages.
    pub fn of(language: &Language, rules: &Rules) -> Self {
        let formatters = Formatters::load(language, rules)
            .filter(Formatters::have_months)
            .or_else(|| Formatters::load(&Language::default(), rules))
            .expect("the words of American English are compiled in");
        let messages = Messages::bundled();
        Self { formatters: Arc::new(formatters), messages, dash: DASH, near: None, marks: true }
    }

    /// Returns whether CLDR has dates in a language.
    pub fn has(language: &Language) -> bool {
        Formatters::load(language, &Rules::bundled())
            .is_some_and(|formatters| formatters.have_months())
    }

    /// Returns the same words for calendars. Ranges have a plain hyphen, because calendar apps show en dashes and word
    /// joiners differently.
    #[must_use]
    pub fn in_calendars(self) -> Self {
        Self { dash: "-", ..self }
    }

    /// Returns the same words for terminals, without direction marks, which `visible` would print as escapes.
    #[must_use]
    pub fn in_terminals(self) -> Self {
        Self { marks: false, ..self }
    }

    /// Returns the same words. Dates in the year of `today` and in the six months after it have no year.
    #[must_use]
    pub fn near(self, today: NaiveDate) -> Self {
        let from = today.with_ordinal(1).unwrap_or(today);
        let end = from + Months::new(12) - Days::new(1);
        Self { near: Some(from..=end.max(today + Months::new(6))), ..self }
    }

    fn is_near(&self, date: NaiveDate) -> bool {
        self.near.as_ref().is_some_and(|near| near.contains(&date))
    }

    /// Returns the messages.
    pub fn messages(&self) -> &Messages {
        &self.messages
    }

    /// Returns a message with texts of the author in place of [`super::SLOTS`].
    pub fn sentence<const N: usize>(&self, text: String, inserts: [&str; N]) -> Sentence {
        let inserts = inserts.map(ToOwned::to_owned).to_vec();
        Sentence::new(text, inserts, self.formatters.right_to_left)
    }

    /// Returns the start in every zone of the calendar: "Tuesday, April 30, 2024, 2 pm PT / 5 pm ET". If the day
    /// differs in a zone, it is printed there. For whole days, returns the first, and the last if there are several.
    pub fn start(&self, when: &When, calendar: &Calendar) -> String {
        match when {
            When::AllDay(days) => self.days(days),
            When::Timed(timed) => Line::new(self).clocks(timed, false, calendar).finish(),
        }
    }

    /// Returns the start, followed by the start in UTC: "... (21:00 UTC)".
    pub fn start_with_utc(&self, when: &When, calendar: &Calendar) -> String {
        match when {
            When::AllDay(days) => self.days(days),
            When::Timed(timed) => {
                Line::new(self).clocks(timed, false, calendar).utc(timed, false).finish()
            }
        }
    }

    /// Returns the start in the session's own zone and in UTC, for short texts.
    pub fn own_start_with_utc(&self, when: &When, calendar: &Calendar) -> String {
        match when {
            When::AllDay(days) => self.days(days),
            When::Timed(timed) => {
                let line = Line::new(self).clock(&timed.zone, timed, false, calendar);
                line.utc(timed, false).finish()
            }
        }
    }

    /// Returns the time from start to end: "Tuesday, April 30, 2024, 2–3:30 pm PT / 5–6:30 pm ET". If the end is on
    /// another day than the start, its day is printed.
    pub fn range(&self, when: &When, calendar: &Calendar) -> String {
        match when {
            When::AllDay(days) => self.days(days),
            When::Timed(timed) => Line::new(self).clocks(timed, true, calendar).finish(),
        }
    }

    /// Returns the time from start to end, followed by the time in UTC: "... (21:00–22:30 UTC)".
    pub fn range_with_utc(&self, when: &When, calendar: &Calendar) -> String {
        match when {
            When::AllDay(days) => self.days(days),
            When::Timed(timed) => {
                Line::new(self).clocks(timed, true, calendar).utc(timed, true).finish()
            }
        }
    }

    /// Returns the time from start to end only in UTC: "21:00–22:30 UTC", with the day if it differs from the session's
    /// own.
    pub fn utc(&self, timed: &Timed) -> String {
        Line::after(self, timed.start.local.date()).only_utc(timed).finish()
    }

    /// Returns a speaker in one line: "Ana Diaz, author of Tides".
    pub fn speaker(&self, speaker: &Speaker) -> String {
        match &speaker.about {
            Some(about) => self.messages.speaker_about(speaker.name.as_str(), about.as_str()),
            None => speaker.name.to_string(),
        }
    }

    /// Returns a sentence such as "Moved from Tuesday, April 30, 2024, 2 pm PT / 5 pm ET to 3 pm PT / 6 pm ET."
    pub fn moved_from(&self, from: &When, to: &When, calendar: &Calendar) -> String {
        let (before, after) = self.change(from, to, calendar);
        self.messages.session_moved(before, after)
    }

    /// Returns two starts, such as "Tuesday, April 30, 2024, 2 pm PT / 5 pm ET" and "3 pm PT / 6 pm ET". The second has
    /// no day if it is on the only day of the first.
    pub fn change(&self, from: &When, to: &When, calendar: &Calendar) -> (String, String) {
        let (first, only_day) = match from {
            When::AllDay(days) => {
                (self.days(days), (days.first == days.last).then_some(days.first))
            }
            When::Timed(timed) => {
                let line = Line::new(self).clocks(timed, false, calendar);
                let day = line.only_day();
                (line.finish(), day)
            }
        };
        let second = match to {
            When::AllDay(days) => self.days(days),
            When::Timed(timed) => {
                let known = only_day.filter(|day| *day == timed.start.local.date());
                let line = known.map_or_else(|| Line::new(self), |day| Line::after(self, day));
                line.clocks(timed, false, calendar).finish()
            }
        };
        (first, second)
    }

    /// Returns two starts in UTC, such as "21:00 to 22:00 UTC", if both have a time of day. The second includes its day
    /// if it differs from the first.
    pub fn change_in_utc(&self, from: &When, to: &When) -> Option<String> {
        let (When::Timed(from), When::Timed(to)) = (from, to) else { return None };
        let (first, second) = (from.start.instant.naive_utc(), to.start.instant.naive_utc());
        let named = |known: NaiveDate, date: NaiveDate| match known == date {
            true => String::new(),
            false => self.short_date(date, known.year()) + self.comma(),
        };
        Some(format!(
            "{}{} to {}{} UTC",
            named(from.start.local.date(), first.date()),
            first.format("%H:%M"),
            named(first.date(), second.date()),
            second.format("%H:%M")
        ))
    }

    /// Returns an instant in a zone without the zone's name, such as "Tuesday, April 30, 2024, 10 pm".
    pub fn there(&self, instant: DateTime<Utc>, zone: &Zone) -> String {
        self.day(zone.local(instant).date()) + &self.hour_there(instant, zone)
    }

    /// Returns the time of day of an instant in a zone, such as "10 pm". In an hour that happens twice, the zone's name
    /// follows.
    pub fn hour_there(&self, instant: DateTime<Utc>, zone: &Zone) -> String {
        let time = self.time(zone.local(instant).time());
        match zone.is_repeated(instant) {
            true => format!("{time} {}", self.formatters.names.exact_name(zone, instant)),
            false => time,
        }
    }

    /// Returns a date with its weekday: "Tuesday, April 30, 2024".
    pub fn date(&self, date: NaiveDate) -> String {
        let iso = iso(date);
        plain(&match self.is_near(date) {
            true => self.formatters.date_of_year.format(&iso).to_string(),
            false => self.formatters.date.format(&iso).to_string(),
        })
    }

    /// Returns the first and the last day, such as "Friday, May 7, 2027–Sun, May 9".
    fn days(&self, days: &AllDay) -> String {
        let first = self.date(days.first);
        if days.first == days.last {
            return first;
        }
        let last = self.short_date(days.last, days.first.year());
        format!("{first}{}{last}", self.dash)
    }

    /// Returns a date such as "Wed, Mar 17", with its year if that differs from the year of the previous date.
    pub(super) fn short_date(&self, date: NaiveDate, known_year: i32) -> String {
        let iso = iso(date);
        plain(&match date.year() == known_year || self.is_near(date) {
            true => self.formatters.short_date_of_year.format(&iso).to_string(),
            false => self.formatters.short_date.format(&iso).to_string(),
        })
    }

    /// Returns a weekday such as "Wed".
    pub(super) fn weekday(&self, date: NaiveDate) -> String {
        plain(&self.formatters.weekday.format(&iso(date)).to_string())
    }

    /// Returns a date before a time: "Tuesday, April 30, 2024, ".
    pub(super) fn day(&self, date: NaiveDate) -> String {
        self.date(date) + &self.formatters.comma
    }

    pub(super) fn comma(&self) -> &str {
        &self.formatters.comma
    }

    pub(super) fn dash(&self) -> &'static str {
        self.dash
    }

    /// Returns the mark after a zone name in right-to-left text. Without the mark, the digits of "GMT-8" and of the
    /// next time would be displayed as one number sequence (Unicode UAX #9).
    pub(super) fn end_of_clock(&self) -> &'static str {
        if self.marks && self.formatters.right_to_left { "\u{200f}" } else { "" }
    }

    /// Returns two times of one day, such as "2–3:30 pm" or "11 am–12:30 pm".
    pub(super) fn times(&self, start: NaiveTime, end: NaiveTime) -> String {
        let (from, to) = (self.time(start), self.time(end));
        let half = |text: &str| [" am", " pm"].into_iter().find(|half| text.ends_with(half));
        match (half(&from), half(&to)) {
            (Some(same), Some(other)) if same == other => {
                format!("{}{}{to}", from.trim_end_matches(same), self.dash)
            }
            _ => format!("{from}{}{to}", self.dash),
        }
    }

    pub(super) fn time(&self, time: NaiveTime) -> String {
        let text = plain(&self.formatters.time.format(&icu_time(time)).to_string());
        if !self.formatters.english {
            return text;
        }
        text.replace("AM", "am").replace("PM", "pm")
    }

    /// Returns the organizer's label for a zone, or else its name. In an hour that happens twice, the exact name
    /// replaces the label.
    pub(super) fn zone(&self, zone: &Zone, at: DateTime<Utc>, calendar: &Calendar) -> String {
        if zone.is_repeated(at) {
            return self.formatters.names.exact_name(zone, at);
        }
        match calendar.label(zone) {
            Some(label) => label.to_string(),
            None => self.formatters.names.name(zone, at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_is_left_out_in_this_year_and_for_six_months() {
        let date = |text: &str| text.parse::<NaiveDate>().unwrap();
        let words = Words::of(&Language::default(), &Rules::bundled());
        for (today, without, with) in [
            ("2026-11-27", ["2026-01-01", "2027-05-27"], ["2025-12-31", "2027-05-28"]),
            ("2026-02-10", ["2026-01-01", "2026-12-31"], ["2025-12-31", "2027-01-01"]),
        ] {
            let near = words.clone().near(date(today));
            for (days, has_year) in [(without, false), (with, true)] {
                for day in days.map(date) {
                    let year = day.year().to_string();
                    assert_eq!(near.date(day).contains(&year), has_year, "{today}: {day}");
                    // The previous date is in another year.
                    assert_eq!(near.short_date(day, 1999).contains(&year), has_year, "{day}");
                }
            }
        }
    }
}
