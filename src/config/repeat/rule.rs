//! Reads the key `repeat`: a rule and its end.

use std::ops::Range;

use chrono::NaiveDate;
use toml::Spanned;
use toml::de::DeValue;

use super::super::context::Located;
use super::super::table::Table;
use super::super::{civil, keys};
use super::budget::MOST;
use super::every::{Unknown, every};
use super::meant;
use crate::diagnostic::{Code, Finding};
use crate::model::Every;

/// A rule with its end.
pub(super) struct Rule {
    pub(super) every: Every,
    pub(super) end: End,
    /// The location of `until` or `times`.
    pub(super) span: Range<usize>,
}

/// The end of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The last day, included.
    Until(NaiveDate),
    /// The number of dates.
    Times(usize),
}

/// Reads the rule of a session that starts on a date.
pub(super) fn read(session: &Table<'_>, start: NaiveDate) -> Option<Rule> {
    if let Some(value) = session.get("repeat").filter(|value| !value.get_ref().is_table()) {
        // With keys of the rule beside it, it is an earlier finding.
        if !session.is_meant("repeat") {
            session.context().push(no_table(value, start));
        }
        return None;
    }
    let table = session.table("repeat", "repeat", keys::REPEAT)?;
    let value = table.get("every");
    // A text may say the end too.
    let whole = value.and_then(|value| value.get_ref().as_str());
    let whole = whole.and_then(|text| meant::of_text(text, Some(start)));
    let whole =
        whole.filter(|meant| meant.end.is_some() && table.lacks("until") && table.lacks("times"));
    let is_meant = ["until", "times"].iter().any(|key| table.is_meant(key));
    let has_end = is_meant || whole.is_some() || session.is_meant("until");
    let end = if has_end { None } else { end(&table, start) };
    let value = table.require("every", "\"week\"", value)?;
    let every = match every(value.get_ref(), start) {
        Ok(every) => weeks(&table, every, start),
        Err(Unknown { message, help, item }) => {
            let span = item.unwrap_or_else(|| value.span());
            let finding = Finding::error(Code::BadRepeat, span, message);
            table.context().push(finding.help(whole.map_or(help, |meant| meant.help())));
            None
        }
    };
    let (end, span) = end?;
    Some(Rule { every: every?, end, span })
}

/// Returns a finding for a rule that is not a table.
fn no_table(value: &Spanned<DeValue<'_>>, start: NaiveDate) -> Finding {
    let message = "`repeat` takes a rule in braces: `every`, and `until` or `times`";
    let is_list = matches!(value.get_ref(), DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_table()));
    let help = match (value.get_ref(), meant::of_value(value.get_ref(), Some(start))) {
        _ if is_list => "write [sessions.repeat], with single brackets".to_owned(),
        (_, Some(meant)) => meant.help(),
        (DeValue::Boolean(false), _) => "delete the line".to_owned(),
        (DeValue::String(text), _) if text.to_ascii_uppercase().contains("FREQ=") => {
            meant::NO_COUNTERPART.to_owned()
        }
        _ => "write `repeat = { every = \"week\", times = 10 }`, with your rule".to_owned(),
    };
    Finding::error(Code::BadRepeat, value.span(), message).help(help)
}

/// Reads `weeks`, which belongs to a list of weekdays.
fn weeks(table: &Table<'_>, every: Every, start: NaiveDate) -> Option<Every> {
    let Some(span) = table.span("weeks") else { return Some(every) };
    let weeks = integer(table, "weeks", 1..=999, start)?;
    match every {
        Every::Weeks(1, weekdays) if table.get("every")?.get_ref().is_array() => {
            Some(Every::Weeks(weeks, weekdays))
        }
        _ => {
            let message = "`weeks` belongs to a list of weekdays";
            let help = match weeks {
                1 => "delete `weeks`".to_owned(),
                _ => format!(
                    "delete `weeks`; for every {weeks} weeks write `every = \"{weeks} weeks\"`"
                ),
            };
            table.context().push(Finding::error(Code::BadRepeat, span, message).help(help));
            None
        }
    }
}

/// Reads `until` or `times`, with its location.
fn end(table: &Table<'_>, start: NaiveDate) -> Option<(End, Range<usize>)> {
    let push = |finding| table.context().push(finding);
    let in_a_year = meant::in_a_year(start);
    match (table.span("until"), table.span("times")) {
        (None, None) => {
            let finding = Finding::error(Code::BadRepeat, table.header(), "the rule has no end");
            push(finding.help(format!(
                "add the last day, such as `until = {in_a_year}`, or the number of dates, such as `times = 10`"
            )));
            None
        }
        (Some(until), Some(times)) => {
            let message = "a rule ends by `until` or after `times`, not by both";
            let finding =
                Finding::error(Code::BadRepeat, times, message).earlier(until, "the other end");
            push(finding.help("delete one of the two"));
            None
        }
        (Some(span), None) => {
            let until = date(table, "until", table.datetime("until")?)?.value;
            if until < start {
                let message = format!("the rule ends on {until}, before it starts on {start}");
                let finding = Finding::error(Code::BadRepeat, span, message);
                push(finding.help(format!("write a later day, such as `until = {in_a_year}`")));
                return None;
            }
            Some((End::Until(until), span))
        }
        (None, Some(span)) => {
            let times = integer(table, "times", 1..=u32::MAX, start)?;
            let times = usize::try_from(times).unwrap_or(usize::MAX);
            if times > MOST {
                let message = format!("a session may have {MOST} dates; this one has {times}");
                let finding = Finding::error(Code::TooManyDates, span, message);
                push(finding.help(format!(
                    "write `times = {MOST}`, and another table with an id of its own for the later dates"
                )));
                return None;
            }
            Some((End::Times(times), span))
        }
    }
}

/// Reads a date without a time of day.
pub(super) fn date(
    table: &Table<'_>,
    key: &str,
    at: Located<toml::value::Datetime>,
) -> Option<Located<NaiveDate>> {
    let civil = civil::civil(table, key, at, None)?;
    match civil.value {
        civil::Civil::Date(value) => Some(Located { value, span: civil.span }),
        civil::Civil::DateTime(at) => {
            let date = at.date();
            let message = format!("`{key}` takes a date, without a time of day");
            let finding = Finding::error(Code::BadValue, civil.span, message);
            table.context().push(finding.help(match table.is_list(key) {
                true => format!("write {date} in its place"),
                false => format!("write `{key} = {date}`"),
            }));
            None
        }
    }
}

/// Reads a whole number.
fn integer(
    table: &Table<'_>,
    key: &str,
    bounds: std::ops::RangeInclusive<u32>,
    start: NaiveDate,
) -> Option<u32> {
    let value = table.get(key)?;
    let number = value.get_ref().as_integer().map(|number| number.as_str().replace('_', ""));
    let number = number.and_then(|digits| digits.parse().ok());
    if let Some(number) = number.filter(|number| bounds.contains(number)) {
        return Some(number);
    }
    let message = format!("`{key}` must be a whole number of at least {}", bounds.start());
    let finding = Finding::error(Code::BadValue, value.span(), message);
    let help = match meant::number(value.get_ref()).filter(|number| bounds.contains(number)) {
        Some(number) => format!("write `{key} = {number}`, without quotes"),
        None if key == "times" => format!(
            "write a number, such as `times = 10`, or in its place the last day, such as `until = {}`",
            meant::in_a_year(start)
        ),
        None => format!("write it without quotes, such as `{key} = 2`"),
    };
    table.context().push(finding.help(help));
    None
}
