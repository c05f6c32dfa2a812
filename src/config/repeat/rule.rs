//! `repeat`: from its words to a rule.

use std::ops::Range;

use chrono::{Datelike as _, NaiveDate, Weekday};
use toml::de::DeValue;

use super::super::context::Located;
use super::super::table::Table;
use super::super::wording::quoted;
use super::super::{civil, keys};
use super::MOST;
use crate::diagnostic::{Code, Finding};
use crate::model::{Every, Nth};
use crate::suggest;

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

/// Why `every` is none.
struct Unknown {
    message: String,
    /// What to write instead.
    help: String,
    /// The location of the item that is wrong.
    item: Option<Range<usize>>,
}

const UNITS: [&str; 4] = ["day", "week", "month", "year"];
const ORDINALS: [(&str, Nth); 6] = [
    ("first", Nth::From(1)),
    ("second", Nth::From(2)),
    ("third", Nth::From(3)),
    ("fourth", Nth::From(4)),
    ("fifth", Nth::From(5)),
    ("last", Nth::Last),
];
const WEEKDAYS: [(&str, Weekday); 7] = [
    ("Monday", Weekday::Mon),
    ("Tuesday", Weekday::Tue),
    ("Wednesday", Weekday::Wed),
    ("Thursday", Weekday::Thu),
    ("Friday", Weekday::Fri),
    ("Saturday", Weekday::Sat),
    ("Sunday", Weekday::Sun),
];
/// Other words for rules, with the accepted ones.
const SYNONYMS: [(&str, &str); 12] = [
    ("daily", "\"day\""),
    ("weekly", "\"week\""),
    ("fortnight", "\"2 weeks\""),
    ("fortnightly", "\"2 weeks\""),
    ("biweekly", "\"2 weeks\""),
    ("bi-weekly", "\"2 weeks\""),
    ("monthly", "\"month\""),
    ("quarterly", "\"3 months\""),
    ("yearly", "\"year\""),
    ("annually", "\"year\""),
    ("weekdays", "[\"Monday\", \"Tuesday\", \"Wednesday\", \"Thursday\", \"Friday\"]"),
    ("weekends", "[\"Saturday\", \"Sunday\"]"),
];

/// Reads the rule of a session that starts on a date.
pub(super) fn read(session: &Table<'_>, start: NaiveDate) -> Option<Rule> {
    if let Some(text) = session.get("repeat").filter(|value| value.get_ref().is_str()) {
        let every = match every(&text.get_ref().clone(), start) {
            Ok(_) => format!("\"{}\"", text.get_ref().as_str().unwrap_or_default()),
            Err(_) => "\"week\"".to_owned(),
        };
        let message = "`repeat` is a table with `every`, and with `until` or `times`";
        let help = format!("write `repeat = {{ every = {every}, times = 10 }}`");
        let finding = Finding::error(Code::BadRepeat, text.span(), message);
        session.context().push(finding.help(help));
        return None;
    }
    let table = session.table("repeat", "repeat", keys::REPEAT)?;
    let end = end(&table, start);
    let value = table.get("every");
    let value = table.require("every", "\"week\"", value)?;
    let every = match every(value.get_ref(), start) {
        Ok(every) => weeks(&table, every),
        Err(Unknown { message, help, item }) => {
            let span = item.unwrap_or_else(|| value.span());
            let finding = Finding::error(Code::BadRepeat, span, message);
            table.context().push(finding.help(help));
            None
        }
    };
    let (end, span) = end?;
    Some(Rule { every: every?, end, span })
}

/// `weeks`, which belongs to a list of weekdays.
fn weeks(table: &Table<'_>, every: Every) -> Option<Every> {
    let Some(span) = table.span("weeks") else { return Some(every) };
    let weeks = integer(table, "weeks", 1..=999)?;
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

/// `until` or `times`, with its location.
fn end(table: &Table<'_>, start: NaiveDate) -> Option<(End, Range<usize>)> {
    let push = |finding| table.context().push(finding);
    let in_a_year = start.with_year(start.year() + 1).unwrap_or(start);
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
            let times = integer(table, "times", 1..=u32::MAX)?;
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

/// A date without a time of day.
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
            let finding =
                Finding::error(Code::BadValue, civil.span, format!("`{key}` has no time of day"));
            table.context().push(finding.help(format!("write {date}")));
            None
        }
    }
}

/// A whole number.
fn integer(table: &Table<'_>, key: &str, bounds: std::ops::RangeInclusive<u32>) -> Option<u32> {
    let value = table.get(key)?;
    let number = value.get_ref().as_integer().map(|number| number.as_str().replace('_', ""));
    let number = number.and_then(|digits| digits.parse().ok());
    if let Some(number) = number.filter(|number| bounds.contains(number)) {
        return Some(number);
    }
    let message = format!("`{key}` must be a whole number of at least {}", bounds.start());
    let finding = Finding::error(Code::BadValue, value.span(), message);
    table.context().push(finding.help(format!("write it without quotes, such as `{key} = 2`")));
    None
}

fn every(value: &DeValue<'_>, start: NaiveDate) -> Result<Every, Unknown> {
    match value {
        DeValue::String(text) => of_text(text, start),
        DeValue::Array(items) if !items.is_empty() => {
            let weekdays = items.iter().map(|item| {
                let text = item.get_ref().as_str().unwrap_or_default();
                let item = Some(item.span());
                weekday(text).ok_or_else(|| Unknown { item, ..unknown_weekday(text) })
            });
            Ok(Every::Weeks(1, weekdays.collect::<Result<_, _>>()?))
        }
        _ => {
            let message = "`every` is a text in quotes, or a list of weekdays".to_owned();
            let help =
                "write `every = \"week\"`, or `every = [\"Tuesday\", \"Thursday\"]`".to_owned();
            Err(Unknown { message, help, item: None })
        }
    }
}

fn of_text(text: &str, start: NaiveDate) -> Result<Every, Unknown> {
    let unit = |step, unit: &str| match unit {
        "day" => Some(Every::Days(step)),
        "week" => Some(Every::Weeks(step, vec![start.weekday()])),
        "month" => Some(Every::Months(step)),
        "year" => Some(Every::Years(step)),
        _ => None,
    };
    let of_words = || {
        if let Some(every) = unit(1, text) {
            return Some(every);
        }
        let (first, rest) = text.split_once(' ')?;
        if let Some((_, nth)) = ORDINALS.iter().find(|(word, _)| *word == first) {
            return Some(Every::NthWeekday(*nth, weekday(rest)?));
        }
        let step: u32 = first.parse().ok().filter(|step| (1..=999).contains(step))?;
        unit(step, rest.strip_suffix('s')?)
    };
    of_words().ok_or_else(|| unknown(text))
}

fn weekday(word: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(name, _)| *name == word).map(|(_, day)| *day)
}

fn unknown_weekday(word: &str) -> Unknown {
    let message = format!("`every` has no weekday \"{}\"", quoted(word));
    let help = match full_name(word) {
        Some(name) => format!("write \"{name}\""),
        None => "write weekdays as \"Tuesday\"".to_owned(),
    };
    Unknown { message, help, item: None }
}

/// The name of the weekday that a word was probably meant for: an abbreviation, a plural, or a slip.
fn full_name(word: &str) -> Option<&'static str> {
    let word = word.trim().to_lowercase();
    let word = word.strip_suffix('s').filter(|word| word.ends_with("day")).unwrap_or(&word);
    let short = word.trim_end_matches('.');
    let is_short = |(name, _): &&(&str, Weekday)| name.to_lowercase().starts_with(short);
    if let Some((name, _)) = WEEKDAYS.iter().find(is_short).filter(|_| short.len() >= 3) {
        return Some(name);
    }
    let names = WEEKDAYS.map(|(name, _)| name.to_lowercase());
    let near = suggest::nearest(word, names.iter().map(String::as_str))?;
    WEEKDAYS.iter().map(|(name, _)| *name).find(|name| name.to_lowercase() == near)
}

fn unknown(text: &str) -> Unknown {
    let message = format!("there is no rule \"{}\"", quoted(text));
    let help = match meant(text) {
        Some(meant) => format!("did you mean `every = {meant}`?"),
        None => "write \"day\", \"week\", \"month\", \"year\", \"2 weeks\" and the like, \
                 \"second Tuesday\", \"last Friday\", or a list of weekdays"
            .to_owned(),
    };
    Unknown { message, help, item: None }
}

/// The accepted value that a text was probably meant for.
fn meant(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let lower = lower.trim_start_matches("every ").trim_start_matches("the ");
    let lower = ["of each month", "of every month", "of the month", "a month"]
        .into_iter()
        .find_map(|end| lower.strip_suffix(end))
        .unwrap_or(lower)
        .trim();
    if let Some((_, known)) = SYNONYMS.iter().find(|(word, _)| *word == lower) {
        return Some((*known).to_owned());
    }
    let words: Vec<&str> = lower.split_whitespace().collect();
    let unit = |word: &str| {
        let known = UNITS.iter().find(|unit| word.trim_end_matches('s') == **unit).copied();
        known.or_else(|| suggest::nearest(word.trim_end_matches('s'), UNITS))
    };
    match words[..] {
        [word] if full_name(word).is_some() => full_name(word).map(|name| format!("[\"{name}\"]")),
        [word] => unit(word).map(|unit| format!("\"{unit}\"")),
        ["other", word] => match full_name(word) {
            Some(name) => Some(format!("[\"{name}\"], weeks = 2")),
            None => unit(word).map(|unit| format!("\"2 {unit}s\"")),
        },
        [first, word] => {
            if let Ok(step) = first.parse::<u32>() {
                let unit = unit(word)?;
                return Some(match step {
                    0 | 1 => format!("\"{unit}\""),
                    _ => format!("\"{} {unit}s\"", step.min(999)),
                });
            }
            const NUMBERS: [(&str, &str); 6] = [
                ("1st", "first"),
                ("2nd", "second"),
                ("3rd", "third"),
                ("4th", "fourth"),
                ("5th", "fifth"),
                ("final", "last"),
            ];
            let number = NUMBERS.iter().find(|(word, _)| *word == first).map(|(_, word)| *word);
            let nth = number
                .or_else(|| suggest::nearest(first, ORDINALS.iter().map(|(word, _)| *word)))?;
            Some(format!("\"{nth} {}\"", full_name(word)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_call_a_rule_leads_to_one_that_is_read() {
        let start: NaiveDate = "2027-05-04".parse().unwrap();
        for (text, expected) in [
            ("weekly", "\"week\""),
            ("weeks", "\"week\""),
            ("Week", "\"week\""),
            ("1 week", "\"week\""),
            ("every other week", "\"2 weeks\""),
            ("every other Tuesday", "[\"Tuesday\"], weeks = 2"),
            ("fortnightly", "\"2 weeks\""),
            ("2 week", "\"2 weeks\""),
            ("two weeks", "null"),
            ("Tuesday", "[\"Tuesday\"]"),
            ("tuesdays", "[\"Tuesday\"]"),
            ("2nd tuesday of each month", "\"second Tuesday\""),
            ("Last friday", "\"last Friday\""),
            ("the last Fri of the month", "\"last Friday\""),
            ("secnd Tuesday", "\"second Tuesday\""),
            ("whenever we like", "null"),
            ("", "null"),
        ] {
            assert!(of_text(text, start).is_err(), "{text}");
            assert_eq!(meant(text).as_deref().unwrap_or("null"), expected, "{text}");
            let written = expected.split(", weeks").next().unwrap();
            let document = format!("every = {written}");
            if let Ok(table) = toml::de::DeTable::parse(&document) {
                let value = table.get_ref().get("every").unwrap();
                assert!(every(value.get_ref(), start).is_ok(), "{written}");
            }
        }
    }
}
