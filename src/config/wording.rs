//! Words the messages of findings about tables and their values.

use std::fmt;
use std::ops::Range;

use toml::de::DeValue;

use super::{coordinates, known, lengths, links};
use crate::cut;
use crate::diagnostic::{Code, Finding};
use crate::model::TextError;
use crate::rfc3339;
use crate::zone::{Naming, Rules, UnknownZone, Zone};

/// The type that a key requires, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Text,
    Texts,
    Flag,
    Number,
    DateTime,
    Date,
    Zones,
    Speakers,
    Registration,
    Table,
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "a text in quotes",
            Self::Texts => "a text in quotes, or a list of texts",
            Self::Flag => "true or false, without quotes",
            Self::Number => "a number, without quotes",
            Self::DateTime => "a date and time such as 2027-04-30T14:00:00, without quotes",
            Self::Date => "a date such as 2027-04-30, without quotes",
            Self::Zones => "the name of a zone in quotes, or a list of names",
            Self::Speakers => "a list such as [{ name = \"Ana Diaz\" }]",
            Self::Registration => {
                "\"open\", \"full\", \"closed\", or a table such as { closes = 2027-04-30 }"
            }
            Self::Table => "a table",
        })
    }
}

/// Returns the beginning of the first line of a value, short enough for a message.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    let start = cut::start(line, LONGEST);
    if start.len() == text.len() { start.to_owned() } else { format!("{start}...") }
}

/// Returns a finding for a start or end that is not a date. Spreadsheets count days from December 30, 1899.
pub(super) fn no_date(key: &str, span: Range<usize>, value: &DeValue<'_>) -> Finding {
    let number: Option<f64> = match value {
        DeValue::Integer(number) => number.as_str().parse().ok(),
        DeValue::Float(number) => number.as_str().parse().ok(),
        _ => None,
    };
    let is_day = ["until", "except", "also"].contains(&key);
    let wanted = if is_day { Wanted::Date } else { Wanted::DateTime };
    let finding = wrong_type(key, span, value, wanted);
    let origin = chrono::NaiveDate::from_ymd_opt(1899, 12, 30);
    let help = match (number.filter(|number| (36_000.0..74_000.0).contains(number)), origin) {
        (Some(number), Some(origin)) => {
            // The time is rounded to the minute, because the fraction is not exact.
            let minutes = chrono::TimeDelta::minutes((number.fract() * 1440.0).round() as i64);
            let day = origin + chrono::TimeDelta::days(number.trunc() as i64);
            let written = match number.fract() == 0.0 {
                true => day.to_string(),
                false => rfc3339::local(day.and_time(chrono::NaiveTime::MIN) + minutes),
            };
            format!("this is how spreadsheets count days: write `{key} = {written}`")
        }
        _ if key == "until" => "write the last day, as in `until = 2027-06-29`, or in its place a number of dates, as in `times = 10`".to_owned(),
        _ if is_day => format!("write it as in `{key} = [2027-04-30]`"),
        _ => match value.as_array().and_then(|items| items.first()?.get_ref().as_datetime()) {
            Some(first) => format!(
                "write the first date, `{key} = {first}`; a session on several dates has `repeat` and `also`, and one that is different each time a [[sessions]] table for each date"
            ),
            None => format!("write it as in `{key} = 2027-04-30T14:00:00`"),
        },
    };
    finding.help(help)
}

/// Returns whether a status says that a session takes place on another day.
pub(super) fn is_postponed(status: &str) -> bool {
    ["postponed", "moved", "rescheduled", "delayed", "verschoben"]
        .contains(&status.to_lowercase().as_str())
}

/// Returns the mailbox in a text, without a name, `mailto:` or angle brackets.
pub(super) fn mailbox(text: &str) -> Option<String> {
    let word =
        text.split([' ', '<', '>', ',', ';', '(', ')', '"']).find(|word| word.contains('@'))?;
    Some(word.trim_start_matches("mailto:").to_owned())
}

/// The phone number that a text is, without `tel:`.
pub(super) fn phone(text: &str) -> Option<&str> {
    let number = text.trim().trim_start_matches("tel:").trim();
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let is_number = number.chars().all(|c| c.is_ascii_digit() || "+-()/. #,x".contains(c));
    (is_number && (6..=30).contains(&digits) && number.len() <= 60).then_some(number)
}

/// Returns help for a mailbox in place of a web address.
pub(super) fn mail_for_url(key: &str, text: &str) -> String {
    let mailbox = mailbox(text).unwrap_or_default();
    match key {
        "url" => format!("write the mailbox as `email = \"{mailbox}\"`"),
        _ => format!(
            "delete the line, and write the mailbox into `description`, such as `Sign up: <{mailbox}>`"
        ),
    }
}

/// Returns a finding for an invalid text.
pub(super) fn problem(key: &str, form: Code, error: &TextError, span: Range<usize>) -> Finding {
    match error {
        TextError::Empty => Finding::error(Code::BadValue, span, format!("`{key}` is empty"))
            .help("write something between the quotes"),
        TextError::TooLong { limit, length } => {
            let message = format!("`{key}` has {length} characters; at most {limit} are allowed");
            Finding::error(Code::TooLong, span, message).help("shorten it")
        }
        TextError::Control(c, _) => {
            let code = u32::from(*c);
            let message = format!(
                "`{key}` holds the control character U+{code:04X}, which no calendar can carry"
            );
            Finding::error(Code::ControlCharacter, span, message).help("delete it")
        }
        TextError::LineBreak(_) => {
            Finding::error(Code::ControlCharacter, span, format!("`{key}` must be one line"))
                .help("move further lines to `description`")
        }
        TextError::Form(wanted) => Finding::error(form, span, format!("`{key}` must be {wanted}")),
    }
}

/// Returns a finding for a value of a wrong type.
pub(super) fn wrong_type(
    key: &str,
    span: Range<usize>,
    value: &DeValue<'_>,
    wanted: Wanted,
) -> Finding {
    let is = match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    let message = format!("`{key}` must be {wanted}; this is {is}");
    let mut finding = Finding::error(Code::WrongType, span, message);
    if key == "cancelled" {
        finding = finding.help(
            "to cancel a session, write `status = \"cancelled\"`; `cancelled` sets how calendars \
             show it: \"silent\" or \"announce\"",
        );
    } else if let Some(address) = value.as_str().filter(|_| key == "place").and_then(links::meant) {
        finding = finding.help(format!("write `join = \"{address}\"` if readers take part there"));
    } else if let Some(lengths) = length(key, value) {
        let lines: Vec<String> =
            lengths.iter().map(|length| format!("`{key} = \"{length}\"`")).collect();
        finding = finding.help(format!("write {}", lines.join(" or ")));
    } else if let (Wanted::Table, DeValue::Array(items)) = (wanted, value)
        && items.iter().all(|item| item.get_ref().is_table())
        && ["calendar", "page", "words"].contains(&key)
    {
        finding = finding.help(format!("write [{key}], with single brackets, and only once"));
    } else if key == "from" && value.is_datetime() {
        finding = finding.help("write `from = true`: the values hold from the date in `id` on");
    } else if let Some(right) = corrected(value, wanted) {
        finding = finding.help(format!("write `{key} = {right}`"));
    }
    finding
}

/// Returns a finding for an unknown zone name.
pub(super) fn unknown_zone(
    name: &str,
    span: Range<usize>,
    unknown: &UnknownZone,
    rules: &Rules,
) -> Finding {
    let message = format!("no time zone is called `{}`", quoted(name));
    let of_offset = known::places_of_offset(name);
    let help = match (known::zone(name, rules), unknown.similar.as_slice()) {
        // `Etc/GMT+1` looks similar, but has the opposite sign.
        (None, _) if let Some(places) = of_offset => match (places.with_summer, places.all_year) {
            (Some(summer), Some(all_year)) => format!(
                "write the zone of your city, such as \"{summer}\" (with summer time) or \"{all_year}\" (without): an offset does not know when clocks change"
            ),
            (one, other) => format!(
                "write the zone of your city, such as \"{}\": an offset does not know when clocks change",
                one.or(other).unwrap_or_default()
            ),
        },
        (Some(zone), _) => format!("write \"{}\"", zone.name()),
        (None, []) => "write the name of a city's zone, such as \"America/New_York\" or \
                                   \"Europe/Berlin\""
            .to_owned(),
        (None, similar) => format!("did you mean \"{}\"?", similar.join("\" or \"")),
    };
    Finding::error(Code::UnknownZone, span, message).help(help)
}

/// Returns a warning for a zone name that is legacy, an abbreviation or a fixed offset.
pub(super) fn legacy_zone(zone: &Zone, span: Range<usize>) -> Option<Finding> {
    let (message, help) = match zone.naming() {
        Naming::Place => return None,
        Naming::Legacy(today) => {
            (format!("`{}` is a legacy name", zone.name()), format!("write \"{today}\""))
        }
        Naming::Abbreviation(place) => (
            format!("`{}` is an abbreviation, which calendar apps read differently", zone.name()),
            format!(
                "write your city's zone, such as \"{place}\": every app reads it, and it changes its clocks when the city does"
            ),
        ),
        Naming::Etc => (
            format!(
                "`{}` is a fixed offset, with the opposite sign of what people expect",
                zone.name()
            ),
            "write the zone of a place, such as \"America/New_York\"".to_owned(),
        ),
    };
    Some(Finding::warning(Code::LegacyZone, span, message).help(help))
}

/// Returns the value with corrected quotes, if nothing else is wrong.
fn corrected(value: &DeValue<'_>, wanted: Wanted) -> Option<String> {
    match (wanted, value) {
        (Wanted::Flag, DeValue::String(text)) => match text.to_lowercase().as_str() {
            "true" | "yes" | "on" => Some("true".to_owned()),
            "false" | "no" | "off" => Some("false".to_owned()),
            _ => None,
        },
        (Wanted::Number, DeValue::String(text)) => {
            coordinates::degrees(text).map(|number| number.to_string())
        }
        (Wanted::Table, DeValue::String(text)) => Some(format!("{{ name = \"{text}\" }}")),
        (Wanted::Text | Wanted::Texts, DeValue::Integer(number)) => Some(format!("\"{number}\"")),
        (Wanted::Text | Wanted::Texts, DeValue::Float(number)) => Some(format!("\"{number}\"")),
        _ => None,
    }
}

/// Returns the lengths that a number may mean.
fn length(key: &str, value: &DeValue<'_>) -> Option<Vec<String>> {
    let number = match value {
        DeValue::Integer(number) => number.as_str().replace('_', "").parse().ok()?,
        DeValue::Float(number) => number.as_str().replace('_', "").parse().ok()?,
        _ => return None,
    };
    lengths::of_number(key, number).filter(|_| lengths::is_of_length(key))
}

/// Returns a list with its numbers written as texts, or `None` if it needs no correction or has other values.
pub(super) fn corrected_list(key: &str, value: &DeValue<'_>) -> Option<String> {
    let DeValue::Array(items) = value else { return None };
    // Nobody types a longer list again, so the help does not repeat it.
    if items.len() > 20 || items.iter().all(|item| item.get_ref().is_str()) {
        return None;
    }
    let texts = items.iter().map(|item| match item.get_ref() {
        DeValue::String(text) => Some(format!("\"{text}\"")),
        DeValue::Integer(_) | DeValue::Float(_) => match length(key, item.get_ref()) {
            Some(lengths) => lengths.first().map(|length| format!("\"{length}\"")),
            None => corrected(item.get_ref(), Wanted::Text),
        },
        DeValue::Boolean(flag) => Some(format!("\"{flag}\"")),
        _ => None,
    });
    let texts: Vec<String> = texts.collect::<Option<_>>()?;
    Some(format!("[{}]", texts.join(", ")))
}
