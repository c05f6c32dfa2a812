//! A calendar parser that implements only RFC 5545; every zone test relies on it.
//!
//! The parser shares no code with the program. The parser refuses every VTIMEZONE that is not a plain pair, so a
//! calendar that would fail in some app fails here first.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use crate::components::{Component, ensure};
use crate::observances::{Zone, local};

/// A parsed calendar.
#[derive(Debug)]
pub(crate) struct Calendar {
    /// The events, in the order of the file.
    pub(crate) events: Vec<Event>,
    /// The defined TZIDs, in the order of the file.
    pub(crate) zones: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) uid: String,
    pub(crate) start: Time,
    pub(crate) end: Time,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Time {
    Zoned { tzid: String, local: NaiveDateTime, instant: DateTime<Utc> },
    Utc(DateTime<Utc>),
    Date(NaiveDate),
}

impl Time {
    /// Returns the instant, or `None` for a date.
    pub(crate) fn instant(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Zoned { instant, .. } | Self::Utc(instant) => Some(*instant),
            Self::Date(_) => None,
        }
    }

    pub(crate) fn is_zoned(&self) -> bool {
        matches!(self, Self::Zoned { .. })
    }
}

/// Parses a calendar. The error is a sentence about the first violation.
pub(crate) fn read(bytes: &[u8]) -> Result<Calendar, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let calendar = Component::parse(text)?;
    ensure(calendar.name == "VCALENDAR", "no VCALENDAR")?;
    let first_event = calendar.children.iter().position(|child| child.name == "VEVENT");
    let mut zones: Vec<(String, Zone)> = Vec::new();
    let mut events = Vec::new();
    let mut used: Vec<String> = Vec::new();
    for (index, child) in calendar.children.iter().enumerate() {
        match child.name.as_str() {
            "VTIMEZONE" => {
                ensure(first_event.is_none_or(|first| index < first), "a zone after an event")?;
                let (tzid, zone) = Zone::new(child)?;
                ensure(zones.iter().all(|(other, _)| *other != tzid), &format!("{tzid} twice"))?;
                zones.push((tzid, zone));
            }
            "VEVENT" => {
                let time = |name: &str, used: &mut Vec<String>| time(child, name, &zones, used);
                let (start, end) = (time("DTSTART", &mut used)?, time("DTEND", &mut used)?);
                let same = std::mem::discriminant(&start) == std::mem::discriminant(&end);
                ensure(same, "start and end are written in different forms")?;
                events.push(Event { uid: child.one("UID")?.value.clone(), start, end });
            }
            other => return Err(format!("a {other} in the calendar")),
        }
    }
    for (tzid, _) in &zones {
        ensure(events.is_empty() || used.contains(tzid), &format!("{tzid} is not used"))?;
    }
    Ok(Calendar { events, zones: zones.into_iter().map(|(tzid, _)| tzid).collect() })
}

fn time(
    event: &Component,
    name: &str,
    zones: &[(String, Zone)],
    used: &mut Vec<String>,
) -> Result<Time, String> {
    let line = event.one(name)?;
    let tzid = line.parameter("TZID");
    if line.parameter("VALUE") == Some("DATE") {
        ensure(tzid.is_none(), "a date with a TZID")?;
        let date = NaiveDate::parse_from_str(&line.value, "%Y%m%d");
        return date.map(Time::Date).map_err(|error| format!("{}: {error}", line.value));
    }
    if let Some(utc) = line.value.strip_suffix('Z') {
        ensure(tzid.is_none(), "a UTC value with a TZID")?;
        return Ok(Time::Utc(local(utc)?.and_utc()));
    }
    let tzid = tzid.ok_or_else(|| format!("{} floats", line.value))?;
    let (_, zone) = zones
        .iter()
        .find(|(own, _)| own == tzid)
        .ok_or_else(|| format!("{tzid} is used and not defined"))?;
    if !used.iter().any(|own| own == tzid) {
        used.push(tzid.to_owned());
    }
    let local = local(&line.value)?;
    let instant = zone.instant(local).map_err(|why| format!("{tzid}: {why}"))?;
    Ok(Time::Zoned { tzid: tzid.to_owned(), local, instant })
}

const NEW_YORK: &str = "\
BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:America/New_York
BEGIN:DAYLIGHT
DTSTART:20070311T020000
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20071104T020000
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:one
DTSTART;TZID=America/New_York:START
DTEND;TZID=America/New_York:20991231T235959
END:VEVENT
END:VCALENDAR
";

fn new_york() -> String {
    NEW_YORK.replace('\n', "\r\n").replace("START\r\n", "20240430T140000\r\n")
}

#[test]
fn the_parser_computes_new_york_s_local_times() {
    for (local, expected) in [
        ("20240310T015959", "2024-03-10T06:59:59Z"),
        ("20240310T030000", "2024-03-10T07:00:00Z"),
        ("20241103T005959", "2024-11-03T04:59:59Z"),
        ("20241103T020000", "2024-11-03T07:00:00Z"),
        ("20071104T020001", "2007-11-04T07:00:01Z"),
        ("20990715T120000", "2099-07-15T16:00:00Z"),
    ] {
        let calendar = new_york().replace("20240430T140000", local);
        let read = read(calendar.as_bytes()).unwrap();
        assert_eq!(read.events[0].start.instant(), Some(expected.parse().unwrap()), "{local}");
        assert_eq!(read.zones, ["America/New_York"]);
    }
}

#[test]
fn the_parser_refuses_every_vtimezone_except_plain_pairs() {
    assert!(read(new_york().as_bytes()).is_ok());
    for (part, instead, reason) in [
        ("BYDAY=2SU", "BYDAY=2SU;UNTIL=20300101T000000Z", "plain form"),
        ("BYDAY=2SU", "BYDAY=2SU;COUNT=9", "plain form"),
        ("BYDAY=2SU", "BYDAY=SU", "plain form"),
        ("BYMONTH=3;BYDAY=2SU", "BYMONTH=3;BYMONTHDAY=8,9;BYDAY=SU", "plain form"),
        ("BYDAY=2SU", "BYDAY=3SU", "none of its own rule"),
        ("RRULE:FREQ=YEARLY;BYMONTH=3", "RDATE:20080309T020000\r\nX:BYMONTH=3", "RDATE in DAYL"),
        ("TZOFFSETFROM:-0500", "TZOFFSETFROM:-050000", "offset -050000"),
        ("TZOFFSETFROM:-0500", "TZOFFSETFROM:-0600", "do not follow"),
        ("TZID:A", "UID:1\r\nTZID:A", "UID in VTIMEZONE"),
        ("BEGIN:STANDARD", "BEGIN:STANDARD\r\nDTSTAMP:20240101T000000Z", "DTSTAMP in STANDARD"),
        ("STANDARD", "DAYLIGHT", "is made of"),
        ("DTSTART:20070311T020000", "DTSTART:20070311T020000Z", "20070311T020000Z"),
        ("TZID:America/New_York", "TZID:America/Detroit", "used and not defined"),
        (";TZID=America/New_York:20240430T140000", ":20240430T140000", "floats"),
        ("20240430T140000", "20240430T140000Z", "UTC value with a TZID"),
        // The first time is between the first onsets, and the second is at the second onset.
        ("20240430T140000", "20070701T140000", "observance begins at 2007-11-04 02:00:00"),
        ("20240430T140000", "20071104T020000", "observance begins at 2007-11-04 02:00:00"),
        // The first times happen twice, and the last never happens.
        ("20240430T140000", "20241103T010000", "05:00:00Z) to one parser and Some(2024-11-03T06"),
        ("20240430T140000", "20241103T015959", "05:59:59Z) to one parser and Some(2024-11-03T06"),
        ("20240430T140000", "20240310T020000", "07:00:00Z) to one parser and Some(2024-03-10T06"),
        ("20240430T140000", "20240310T025959", "07:59:59Z) to one parser and Some(2024-03-10T06"),
        (";TZID=America/New_York:20240430T140000", ":20240430T180000Z", "different forms"),
        ("UID:one\r\n", "", "no UID in VEVENT"),
        ("END:VCALENDAR\r\n", "END:VCALENDAR\r\n\r\n", "behind the calendar"),
    ] {
        let text = new_york();
        assert!(text.contains(part), "{part}");
        let refused = read(text.replace(part, instead).as_bytes()).unwrap_err();
        assert!(refused.contains(reason), "{instead}: {refused}");
    }
    let text = new_york();
    let (zone, event) = (text.find("BEGIN:VTIMEZONE").unwrap(), text.find("BEGIN:VEVENT").unwrap());
    let twice = text.replace("BEGIN:VEVENT", &format!("{}BEGIN:VEVENT", &text[zone..event]));
    assert!(read(twice.as_bytes()).unwrap_err().contains("New_York twice"));
    let unused =
        text.replace(";TZID=America/New_York:20", ":20").replace("00\r\nDTEND", "00Z\r\nDTEND");
    let unused = unused.replace("235959", "235959Z");
    assert!(read(unused.as_bytes()).unwrap_err().contains("is not used"));
    let end = text.find("END:VCALENDAR").unwrap();
    let late =
        format!("{}{}{}{}", &text[..zone], &text[event..end], &text[zone..event], &text[end..]);
    assert!(read(late.as_bytes()).unwrap_err().contains("not defined"));
}
