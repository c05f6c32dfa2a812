//! Calendar parsers that share no code with the writer: icalendar's parser, calcard, and a small parser of RFC 5545
//! section 3.1.

use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarParameterName,
    ICalendarParameterValue, ICalendarProperty, ICalendarValue, Uri,
};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone as _, Utc};

/// A start or an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum At {
    Instant(DateTime<Utc>),
    Day(NaiveDate),
}

/// An event as a parser reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) uid: String,
    pub(crate) start: At,
    pub(crate) end: At,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) location: Option<String>,
    pub(crate) categories: Vec<String>,
    /// The value of X-ALT-DESC.
    pub(crate) rich: Option<String>,
    /// The CN of ORGANIZER. The test decodes the escapes of RFC 6868, because neither parser does.
    pub(crate) organizer: Option<String>,
}

/// A calendar as a parser reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Calendar {
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) events: Vec<Event>,
}

/// Reads a calendar with icalendar's parser. chrono-tz gives the zones, because devices look up a TZID, too.
pub(crate) fn by_icalendar(text: &str) -> Calendar {
    use icalendar::parser::{Component, Property, read_calendar, unfold};
    let unfolded = unfold(text);
    let calendar = read_calendar(&unfolded).unwrap_or_else(|error| panic!("{error}"));
    let parameter = |property: &Property<'_>, name: &str| {
        let found = property.params.iter().find(|parameter| parameter.key == name)?;
        found.val.as_ref().map(|value| value.as_str().to_owned())
    };
    let at = |property: &Property<'_>| {
        let value = property.val.as_str();
        if parameter(property, "VALUE").as_deref() == Some("DATE") {
            return At::Day(NaiveDate::parse_from_str(value, "%Y%m%d").unwrap());
        }
        let local =
            NaiveDateTime::parse_from_str(value.trim_end_matches('Z'), "%Y%m%dT%H%M%S").unwrap();
        match parameter(property, "TZID") {
            Some(tzid) => {
                let zone: chrono_tz::Tz = tzid.parse().unwrap();
                At::Instant(zone.from_local_datetime(&local).unwrap().to_utc())
            }
            None => {
                assert!(value.ends_with('Z'), "a floating time: {value}");
                At::Instant(local.and_utc())
            }
        }
    };
    let event = |component: &Component<'_>| {
        let text = |name: &str| component.find_prop(name).map(|p| p.val.as_str().to_owned());
        let organizer = component.find_prop("ORGANIZER").map(|p| parameter(p, "CN").unwrap());
        Event {
            uid: text("UID").unwrap(),
            start: at(component.find_prop("DTSTART").unwrap()),
            end: at(component.find_prop("DTEND").unwrap()),
            summary: text("SUMMARY").unwrap(),
            description: text("DESCRIPTION").unwrap(),
            location: text("LOCATION"),
            // The parser does not split lists.
            categories: text("CATEGORIES").map(|list| split_list(&list)).unwrap_or_default(),
            rich: text("X-ALT-DESC"),
            organizer: organizer.map(|name| undo_6868(&name)),
        }
    };
    let own = |name: &str| {
        let found = calendar.properties.iter().find(|property| property.name == name);
        found.map(|property| property.val.as_str().to_owned())
    };
    let events = calendar.components.iter().filter(|component| component.name == "VEVENT");
    Calendar {
        // The parser does not know NAME and leaves it escaped; X-WR-CALNAME has the same text.
        name: own("X-WR-CALNAME"),
        description: own("DESCRIPTION"),
        events: events.map(event).collect(),
    }
}

/// Reads a calendar with calcard.
pub(crate) fn by_calcard(text: &str) -> Calendar {
    let calendar = ICalendar::parse(text).unwrap_or_else(|entry| panic!("{entry:?}"));
    let expanded = calendar.expand_dates(calcard::common::timezone::Tz::Floating, 1_000_000);
    assert!(expanded.errors.is_empty(), "{:?}", expanded.errors);
    let texts = |component: &ICalendarComponent, name: &ICalendarProperty| -> Vec<String> {
        let values = component.property(name).map(|entry| entry.values.clone()).unwrap_or_default();
        let text = |value| match value {
            ICalendarValue::Text(text) | ICalendarValue::Uri(Uri::Location(text)) => text,
            other => panic!("{name:?} is no text: {other:?}"),
        };
        values.into_iter().map(text).collect()
    };
    let one = |component: &ICalendarComponent, name: &ICalendarProperty| {
        let mut values = texts(component, name);
        assert!(values.len() < 2, "{name:?} is read as several: {values:?}");
        values.pop()
    };
    let day = |component: &ICalendarComponent, name: &ICalendarProperty| {
        let entry = component.property(name).unwrap();
        let Some(ICalendarValue::PartialDateTime(date)) = entry.values.first() else {
            panic!("{name:?} is no time: {entry:?}");
        };
        if date.hour.is_some() {
            return None;
        }
        let (year, month, day) = (date.year.unwrap(), date.month.unwrap(), date.day.unwrap());
        NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())
    };
    let organizer = |component: &ICalendarComponent| {
        let entry = component.property(&ICalendarProperty::Organizer)?;
        let cn = entry.params.iter().find(|own| own.name == ICalendarParameterName::Cn).unwrap();
        match &cn.value {
            ICalendarParameterValue::Text(name) => Some(undo_6868(name)),
            other => panic!("CN is no text: {other:?}"),
        }
    };
    let event = |(id, component): (usize, &ICalendarComponent)| {
        let read = expanded.events.iter().find(|event| event.comp_id as usize == id).unwrap();
        let read = read.clone().try_into_date_time().unwrap();
        let at = |name, instant| day(component, name).map_or(At::Instant(instant), At::Day);
        Event {
            uid: one(component, &ICalendarProperty::Uid).unwrap(),
            start: at(&ICalendarProperty::Dtstart, read.start.to_utc()),
            end: at(&ICalendarProperty::Dtend, read.end.to_utc()),
            summary: one(component, &ICalendarProperty::Summary).unwrap(),
            description: one(component, &ICalendarProperty::Description).unwrap(),
            location: one(component, &ICalendarProperty::Location),
            categories: texts(component, &ICalendarProperty::Categories),
            rich: one(component, &ICalendarProperty::Other("X-ALT-DESC".to_owned())),
            organizer: organizer(component),
        }
    };
    let events = calendar.components.iter().enumerate();
    let events =
        events.filter(|(_, own)| own.component_type == ICalendarComponentType::VEvent).map(event);
    let root = &calendar.components[0];
    Calendar {
        name: one(root, &ICalendarProperty::Name),
        description: one(root, &ICalendarProperty::Description),
        events: events.collect(),
    }
}

/// Reads a calendar with both parsers, which must agree.
pub(crate) fn by_both(text: &str) -> Calendar {
    let calendar = by_icalendar(text);
    let (left, right) = (leniently(calendar.clone()), leniently(by_calcard(text)));
    for (left, right) in left.events.iter().zip(&right.events) {
        // calcard reads a backslash in a parameter as an escape; RFC 5545 section 3.2 has no such escape.
        if left.organizer.as_ref().is_none_or(|name| !name.contains('\\')) {
            assert_eq!(left.organizer, right.organizer, "the readers differ about\n{text}");
        }
    }
    let without = |mut calendar: Calendar| {
        calendar.events.iter_mut().for_each(|event| event.organizer = None);
        calendar
    };
    assert_eq!(without(left), without(right), "the readers differ about\n{text}");
    calendar
}

/// Removes spaces in lists and parameters, because calcard drops them.
fn leniently(mut calendar: Calendar) -> Calendar {
    let tight = |text: &String| text.replace([' ', '\t'], "");
    for event in &mut calendar.events {
        event.categories = event.categories.iter().map(tight).collect();
        event.organizer = event.organizer.as_ref().map(tight);
    }
    calendar
}

/// Returns the unfolded content lines, after a check of the rules for lines.
pub(crate) fn lines(text: &str) -> Vec<String> {
    let body = text.strip_suffix("\r\n").expect("the last line has no end");
    // A calendar must not begin with a byte order mark. Elsewhere U+FEFF is an ordinary character.
    assert!(!text.starts_with('\u{feff}'), "a byte order mark");
    let mut lines: Vec<String> = Vec::new();
    for line in body.split("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        assert!(!line.is_empty(), "an empty line in\n{text}");
        let stray = |c: char| c.is_control() && c != '\t';
        assert!(!line.contains(stray), "a control character: {line:?}");
        match line.strip_prefix(' ') {
            Some(more) => {
                assert!(!more.is_empty(), "a continuation of nothing");
                lines.last_mut().expect("the first line is a continuation").push_str(more);
            }
            None => lines.push(line.to_owned()),
        }
    }
    lines
}

/// Returns the value of the first line with a name and its parameters.
pub(crate) fn value<'a>(lines: &'a [String], name: &str) -> &'a str {
    lines.iter().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).unwrap_or_else(|| {
        panic!("there is no {name} in {lines:#?}");
    })
}

/// Decodes a text by RFC 5545 section 3.3.11; other escapes and unescaped special characters are errors.
pub(crate) fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(c @ ('\\' | ';' | ',')) => out.push(c),
                Some('n') => out.push('\n'),
                other => panic!("no escape of RFC 5545: \\{other:?} in {text:?}"),
            },
            ';' | ',' => panic!("a bare {c:?} in {text:?}"),
            c => out.push(c),
        }
    }
    out
}

fn split_list(list: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut escaped = false;
    for c in list.chars() {
        match c {
            ',' if !escaped => items.push(String::new()),
            c => items.last_mut().unwrap().push(c),
        }
        escaped = c == '\\' && !escaped;
    }
    items.iter().map(|item| unescape(item)).collect()
}

fn undo_6868(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '^' => match chars.next() {
                Some('^') => out.push('^'),
                Some('n') => out.push('\n'),
                Some('\'') => out.push('"'),
                other => panic!("no escape of RFC 6868: ^{other:?} in {text:?}"),
            },
            c => out.push(c),
        }
    }
    out
}
