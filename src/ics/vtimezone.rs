//! Writes a VTIMEZONE (RFC 5545 section 3.6.5) from a plain pair.

use std::fmt::Write as _;

use chrono::Weekday;
use icalendar::Property;

use super::event::basic;
use super::line;
use crate::zone::{Observance, Pair};

/// Appends the VTIMEZONE of a zone. Every line is shorter than 75 octets.
pub(super) fn write(out: &mut String, tzid: &str, pair: &Pair) {
    line::write_plain(out, "BEGIN:VTIMEZONE");
    line::write(out, &Property::new("TZID", tzid));
    for observance in &pair.observances {
        write_observance(out, observance);
    }
    line::write_plain(out, "END:VTIMEZONE");
}

fn write_observance(out: &mut String, observance: &Observance) {
    let kind = if observance.daylight { "DAYLIGHT" } else { "STANDARD" };
    line::write_plain(out, &format!("BEGIN:{kind}"));
    // The onset is a local time on the clock before the change, without a zone or Z.
    line::write_plain(out, &format!("DTSTART:{}", basic(observance.onset)));
    line::write_plain(out, &format!("TZOFFSETFROM:{}", offset(observance.from)));
    line::write_plain(out, &format!("TZOFFSETTO:{}", offset(observance.to)));
    line::write(out, &Property::new("TZNAME", observance.name.as_str()));
    if let Some(rule) = observance.rule {
        let day = match rule.weekday {
            Weekday::Mon => "MO",
            Weekday::Tue => "TU",
            Weekday::Wed => "WE",
            Weekday::Thu => "TH",
            Weekday::Fri => "FR",
            Weekday::Sat => "SA",
            Weekday::Sun => "SU",
        };
        let (month, ordinal) = (rule.month, rule.ordinal);
        line::write_plain(out, &format!("RRULE:FREQ=YEARLY;BYMONTH={month};BYDAY={ordinal}{day}"));
    }
    line::write_plain(out, &format!("END:{kind}"));
}

/// Formats an offset as `-0500`; the offsets of a pair are whole minutes.
fn offset(seconds: i32) -> String {
    let mut text = String::with_capacity(5);
    let size = seconds.unsigned_abs();
    text.push(if seconds < 0 { '-' } else { '+' });
    let _ = write!(text, "{:02}{:02}", size / 3600, size / 60 % 60);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::Rules;

    #[test]
    fn new_york_is_written_as_the_standard_has_it() {
        let zone = Rules::bundled().zone("America/New_York").unwrap();
        let mut out = String::new();
        write(&mut out, zone.tzid(), &zone.pair_for(&[]));
        let expected = "BEGIN:VTIMEZONE\r\nTZID:America/New_York\r\n\
            BEGIN:DAYLIGHT\r\nDTSTART:20070311T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\n\
            TZNAME:EDT\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\nEND:DAYLIGHT\r\n\
            BEGIN:STANDARD\r\nDTSTART:20071104T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\n\
            TZNAME:EST\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";
        assert_eq!(out, expected);
    }

    #[test]
    fn offsets_with_minutes_and_signs() {
        assert_eq!([offset(20700), offset(-12600), offset(0)], ["+0545", "-0330", "+0000"]);
    }
}
