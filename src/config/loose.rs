//! Parses dates and times as people write them: `30.04.2027, 14 Uhr`, `April 30, 2027 at 2pm`, `4/30/2027 2–4 pm EST`.

use super::invisible::is_invisible;
pub(super) use super::moment::{Clock, Day, Until};
use super::rest::{Rest, clock};

/// A date, a time or both, and the text that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loose {
    pub(super) day: Option<Day>,
    pub(super) time: Option<Clock>,
    /// The time or day after a dash or `to`.
    pub(super) until: Option<Until>,
    /// The rest of the text, without spaces around it.
    pub(super) rest: String,
}

/// Replaces the dashes and spaces of word processors with those of a keyboard.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' => plain.push('-'),
            c if is_invisible(c) => {}
            c if c.is_whitespace() => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain
}

/// Reads a value. Returns `None` if it does not begin with a date or a time.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Formats the year, month and day, the time, the end and the rest of a value in one line.
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
        // The test combines 22 days with 14 times.
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
