//! Prints one line with the time in each zone, and the day wherever a reader could mistake it.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::Words;
use crate::model::{Calendar, Timed};
use crate::zone::Zone;

/// A line under construction. The line has the first day in full, a further day in short form ("Wed, Mar 17"), and a
/// day that it already contains only as its weekday ("Wed").
pub(super) struct Line<'w> {
    words: &'w Words,
    text: String,
    /// The day that the line begins with.
    first: Option<NaiveDate>,
    /// The last day that was printed or implied.
    last: Option<NaiveDate>,
    named: Vec<NaiveDate>,
    clocks: Vec<Clock>,
}

/// A zone's offsets at start and end, and the names that are printed with them.
#[derive(PartialEq, Eq)]
struct Clock {
    is_utc: bool,
    offsets: (i32, i32),
    names: (String, String),
}

impl<'w> Line<'w> {
    /// Creates an empty line.
    pub(super) fn new(words: &'w Words) -> Self {
        Self {
            words,
            text: String::new(),
            first: None,
            last: None,
            named: Vec::new(),
            clocks: Vec::new(),
        }
    }

    /// Creates an empty line after words that include a day.
    pub(super) fn after(words: &'w Words, day: NaiveDate) -> Self {
        Self { first: Some(day), last: Some(day), named: vec![day], ..Self::new(words) }
    }

    /// Returns the only day of the line, if there is just one.
    pub(super) fn only_day(&self) -> Option<NaiveDate> {
        self.first.filter(|first| self.named.iter().all(|named| named == first))
    }

    /// Adds the start, and the end if wanted, in each zone. Equal clocks are added once.
    pub(super) fn clocks(mut self, timed: &Timed, with_end: bool, calendar: &Calendar) -> Self {
        for zone in calendar.zones(&timed.zone) {
            self = self.clock(zone, timed, with_end, calendar);
        }
        self
    }

    /// Adds the start, and the end if wanted, in one zone.
    pub(super) fn clock(
        mut self,
        zone: &Zone,
        timed: &Timed,
        with_end: bool,
        calendar: &Calendar,
    ) -> Self {
        let of = |at: DateTime<Utc>| (zone.offset(at), self.words.zone(zone, at, calendar));
        let start = of(timed.start.instant);
        let end = if with_end { of(timed.end.instant) } else { start.clone() };
        let (is_utc, offsets, names) = (zone.is_utc(), (start.0, end.0), (start.1, end.1));
        let clock = Clock { is_utc, offsets, names };
        if !self.clocks.contains(&clock) {
            if !self.clocks.is_empty() {
                self.text.push_str(" / ");
            }
            self.write(zone, timed, with_end, &clock);
            self.clocks.push(clock);
        }
        self
    }

    /// Adds the start, and the end if wanted, in UTC in parentheses. Adds nothing if a zone of the line is UTC.
    pub(super) fn utc(mut self, timed: &Timed, with_end: bool) -> Self {
        if self.clocks.iter().any(|clock| clock.is_utc) {
            return self;
        }
        self.text.push_str(" (");
        self.write_utc(timed, with_end);
        self.text.push(')');
        self
    }

    /// Adds start and end in UTC.
    pub(super) fn only_utc(mut self, timed: &Timed) -> Self {
        self.write_utc(timed, true);
        self
    }

    /// Returns the text of the line.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn write(&mut self, zone: &Zone, timed: &Timed, with_end: bool, clock: &Clock) {
        let (start, end) = (zone.local(timed.start.instant), zone.local(timed.end.instant));
        let words = self.words;
        self.start_day(start.date());
        if !with_end {
            self.text.push_str(&words.time(start.time()));
        } else if start.date() == end.date() && clock.names.0 == clock.names.1 {
            self.text.push_str(&words.times(start.time(), end.time()));
        } else {
            self.text.push_str(&words.time(start.time()));
            // If the clock changes between start and end, each has its own zone name.
            if clock.names.0 != clock.names.1 {
                self.text.push(' ');
                self.text.push_str(&clock.names.0);
                self.text.push_str(words.end_of_clock());
            }
            self.text.push_str(words.dash());
            self.end_day(end.date());
            self.text.push_str(&words.time(end.time()));
        }
        self.text.push(' ');
        self.text.push_str(&clock.names.1);
        self.text.push_str(words.end_of_clock());
    }

    fn write_utc(&mut self, timed: &Timed, with_end: bool) {
        let (start, end) = (timed.start.instant.naive_utc(), timed.end.instant.naive_utc());
        self.start_day(start.date());
        self.text.push_str(&start.format("%H:%M").to_string());
        if with_end {
            self.text.push_str(self.words.dash());
            self.end_day(end.date());
            self.text.push_str(&end.format("%H:%M").to_string());
        }
        self.text.push_str(" UTC");
    }

    /// Adds the day of a start that is on another day than the first of the line, even if that day was the last one
    /// printed.
    fn start_day(&mut self, date: NaiveDate) {
        if self.first != Some(date) || self.last != Some(date) {
            self.name_day(date);
        }
        self.last = Some(date);
    }

    fn end_day(&mut self, date: NaiveDate) {
        if self.last != Some(date) {
            self.name_day(date);
        }
        self.last = Some(date);
    }

    /// Returns whether the line contains this day, and no day of another week.
    fn is_clear_by_weekday(&self, date: NaiveDate) -> bool {
        let is_near = |other: &NaiveDate| (*other - date).num_days().abs() < 7;
        self.named.contains(&date) && self.named.iter().all(is_near)
    }

    fn name_day(&mut self, date: NaiveDate) {
        let words = self.words;
        match self.first {
            None => {
                self.text.push_str(&words.day(date));
                self.first = Some(date);
            }
            Some(_) if self.is_clear_by_weekday(date) => {
                self.text.push_str(&words.weekday(date));
                self.text.push(' ');
            }
            Some(first) => {
                self.text.push_str(&words.short_date(date, first.year()));
                self.text.push_str(words.comma());
            }
        }
        self.named.push(date);
    }
}
