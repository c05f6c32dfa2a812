//! The key `every`: converts its words to a rule, and other words to the accepted ones.

use std::ops::Range;

use chrono::{Datelike as _, NaiveDate};
use toml::de::DeValue;

use super::super::wording::quoted;
use crate::model::{Every, Nth, WEEKDAYS, named_weekday};
use crate::suggest;

/// The reason why a value of `every` is not accepted.
pub(super) struct Unknown {
    pub(super) message: String,
    /// The value to write instead.
    pub(super) help: String,
    /// The location of the wrong item.
    pub(super) item: Option<Range<usize>>,
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
/// Other words for rules, with the accepted ones.
const SYNONYMS: [(&str, &str); 16] = [
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
    ("täglich", "\"day\""),
    ("wöchentlich", "\"week\""),
    ("monatlich", "\"month\""),
    ("jährlich", "\"year\""),
    ("weekdays", "[\"Monday\", \"Tuesday\", \"Wednesday\", \"Thursday\", \"Friday\"]"),
    ("weekends", "[\"Saturday\", \"Sunday\"]"),
];

/// Reads the value for a session that starts on a date.
pub(super) fn every(value: &DeValue<'_>, start: NaiveDate) -> Result<Every, Unknown> {
    match value {
        DeValue::String(text) => of_text(text, start),
        DeValue::Array(items) if !items.is_empty() => {
            let weekdays = items.iter().map(|item| {
                let text = item.get_ref().as_str().unwrap_or_default();
                let item = Some(item.span());
                named_weekday(text).ok_or_else(|| Unknown { item, ..unknown_weekday(text, value) })
            });
            Ok(Every::Weeks(1, weekdays.collect::<Result<_, _>>()?))
        }
        _ => {
            let message = "`every` is a text in quotes, or a list of weekdays".to_owned();
            let help = match corrected(value) {
                Some(every) => format!("write `every = {every}`"),
                None => {
                    "write `every = \"week\"`, or `every = [\"Tuesday\", \"Thursday\"]`".to_owned()
                }
            };
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
            return Some(Every::NthWeekday(*nth, named_weekday(rest)?));
        }
        let step: u32 = first.parse().ok().filter(|step| (1..=999).contains(step))?;
        unit(step, rest.strip_suffix('s')?)
    };
    of_words().ok_or_else(|| unknown(text))
}

fn unknown_weekday(word: &str, list: &DeValue<'_>) -> Unknown {
    let message = format!("`every` has no weekday \"{}\"", quoted(word));
    let help = match (full_name(word), corrected(list)) {
        (_, Some(every)) => format!("write `every = {every}`"),
        (Some(name), None) => format!("write \"{name}\""),
        (None, None) => "write weekdays as in `every = [\"Tuesday\", \"Thursday\"]`".to_owned(),
    };
    Unknown { message, help, item: None }
}

/// Returns the value that a number of weeks or a list of weekdays was probably meant for.
pub(super) fn corrected(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::Integer(number) => match number.as_str().parse::<u32>().ok()? {
            1 => Some("\"week\"".to_owned()),
            weeks @ 2..=999 => Some(format!("\"{weeks} weeks\"")),
            _ => None,
        },
        DeValue::Array(items) if (1..=7).contains(&items.len()) => {
            let names: Option<Vec<&str>> =
                items.iter().map(|item| full_name(item.get_ref().as_str()?)).collect();
            Some(listed(&names?))
        }
        _ => None,
    }
}

/// Writes a list of weekdays.
fn listed(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    format!("[{}]", names.join(", "))
}

/// Returns the name of the weekday that a word was probably meant for: the word is an abbreviation, a plural, or
/// misspelled, or is German.
fn full_name(word: &str) -> Option<&'static str> {
    const GERMAN: [&str; 7] =
        ["montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"];
    let word = word.trim().to_lowercase();
    let german = GERMAN.iter().position(|name| word.trim_end_matches('s') == *name);
    if let Some(name) = german.and_then(|at| WEEKDAYS.get(at)) {
        return Some(name);
    }
    let word = word.strip_suffix('s').filter(|word| word.ends_with("day")).unwrap_or(&word);
    let short = word.trim_end_matches('.');
    let is_short = |name: &&&str| name.to_lowercase().starts_with(short);
    if let Some(name) = WEEKDAYS.iter().find(is_short).filter(|_| short.len() >= 3) {
        return Some(name);
    }
    let names = WEEKDAYS.map(str::to_lowercase);
    let near = suggest::nearest(word, names.iter().map(String::as_str))?;
    WEEKDAYS.into_iter().find(|name| name.to_lowercase() == near)
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

/// Returns the accepted value that a text was probably meant for, or that it is.
pub(super) fn meant(text: &str) -> Option<String> {
    let lower = text.trim().to_lowercase();
    let lower = ["every ", "each ", "on ", "the ", "jeden ", "jede ", "weekly on "]
        .iter()
        .fold(lower.as_str(), |lower, word| lower.trim_start_matches(word));
    let lower = ["of each month", "of every month", "of the month", "a month"]
        .into_iter()
        .find_map(|end| lower.strip_suffix(end))
        .unwrap_or(lower)
        .trim();
    if let Some((_, known)) = SYNONYMS.iter().find(|(word, _)| *word == lower) {
        return Some((*known).to_owned());
    }
    let separated = [" and ", " und ", " & ", ", ", " + ", "/"]
        .iter()
        .fold(lower.to_owned(), |text, sign| text.replace(sign, ","));
    let days: Option<Vec<&str>> = separated.split(',').map(full_name).collect();
    if let Some(days) = days.filter(|days| days.len() > 1) {
        return Some(listed(&days));
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
            ("Tuesday and Thursday", "[\"Tuesday\", \"Thursday\"]"),
            ("Tue/Thu", "[\"Tuesday\", \"Thursday\"]"),
            ("Mondays, Wednesdays and Fridays", "[\"Monday\", \"Wednesday\", \"Friday\"]"),
            ("Dienstag", "[\"Tuesday\"]"),
            ("jeden Dienstag", "[\"Tuesday\"]"),
            ("wöchentlich", "\"week\""),
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
