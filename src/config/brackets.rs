//! Explains mistakes in lists and in tables in braces.

use std::ops::Range;

use super::explained::Explained;
use super::line::{SourceLine, is_plain_key};
use super::{context, guess, keys, quotes};
use crate::diagnostic::{Code, Finding};

/// The longest value that help repeats, in bytes.
const LONGEST: usize = 1_000;

/// Returns a finding for a list over several lines that is not closed before the next key.
pub(super) fn unclosed_list(message: &str, line: &SourceLine<'_>, text: &str) -> Option<Explained> {
    let is_in_list = message.starts_with("missing comma between array")
        || message.starts_with("unexpected `=` in array")
        || message.starts_with("unclosed array,");
    if !is_in_list || line.value.starts_with('[') {
        return None;
    }
    let lines = std::iter::successors(line.before(text), |line| line.before(text)).take(500);
    let opening = lines.into_iter().find(|line| line.has_key() && line.value.starts_with('['))?;
    let mut last = if line.has_known_key() || line.is_header() {
        line.before(text)?
    } else {
        SourceLine::around(text, line.span.start)
    };
    while last.is_blank() && last.span.start > opening.span.start {
        last = last.before(text)?;
    }
    let at = opening.value_span.start;
    let finding =
        Finding::error(Code::Syntax, at..at + 1, "the list that begins here is not closed");
    let finding = finding
        .help(format!("write ] at the end of line {}", context::line(text, last.span.start)));
    // The parser takes everything that follows for items.
    Some(Explained { finding, until: Some(text.len() + 1) })
}

/// Returns a finding for a list or a table in braces.
pub(super) fn in_brackets(
    message: &str,
    span: &Range<usize>,
    line: &SourceLine<'_>,
    text: &str,
) -> Option<Finding> {
    let (key, value) = (line.key, line.value);
    let at = |message: &str| Finding::error(Code::Syntax, span.clone(), message);
    // Nobody types a long value again, so the help does not repeat it.
    if value.len() > LONGEST {
        return match message.split(',').next().unwrap_or_default() {
            "unclosed array" => Some(at("the list is not closed").help("add ] where it ends")),
            "unclosed inline table" => {
                Some(at("the braces are not closed").help("add } where they end"))
            }
            _ => None,
        };
    }
    let whole = |message: &str, right: String| {
        Some(
            Finding::error(Code::Syntax, line.value_span.clone(), message)
                .help(format!("write {key} = {right}")),
        )
    };
    let inside = span
        .start
        .checked_sub(line.value_span.start)
        .filter(|at| *at <= value.len() && value.is_char_boundary(*at));
    if let Some(inner) = value.strip_prefix('(') {
        return whole("these must be braces", format!("{{{}}}", inner.trim_end_matches(')')));
    }
    if let Some(right) = decimal_point(value).filter(|_| value.starts_with('{')) {
        return whole("a number has a decimal point, not a comma", right);
    }
    if key == "repeat" && value.starts_with('[') && value.contains(['=', ':']) {
        let inner = value.trim_matches(['[', ']', ' ']).replace(':', " =");
        return whole("these must be braces", format!("{{ {inner} }}"));
    }
    let of_repeat = if key == "repeat" { keys::REPEAT } else { &[] };
    let colons = keys::PLACE.iter().chain(keys::ORGANIZER).chain(keys::ALSO_IN).chain(of_repeat);
    let joined = colons.fold(value.to_owned(), |value, key| {
        value.replace(&format!("{key}:"), &format!("{key} ="))
    });
    if value.starts_with('{')
        && joined != value.replace("https =//", "https://")
        && !message.starts_with("unclosed")
    {
        return whole("a key and its value are joined by an equals sign", joined);
    }
    let reason = message.split(',').next().unwrap_or_default();
    match reason {
        "missing comma between array elements" | "missing comma between key-value pairs" => {
            let (before, after) = value.split_at(inside?);
            whole("a comma is missing", format!("{}, {}", before.trim_end(), after.trim_start()))
        }
        "unclosed array" => match value.ends_with([']', ',']) || value == "[" {
            true => Some(at("the list is not closed").help("add ] where it ends")),
            false => whole("the list is not closed", format!("{value}]")),
        },
        "unclosed inline table" => {
            whole("the braces are not closed", format!("{} }}", value.trim_end_matches(',')))
        }
        "invalid basic string" | "invalid literal string" => {
            Some(at("the closing quote is missing").help("add \" where the text ends"))
        }
        _ => {
            let word = text.get(span.clone()).map(str::trim).filter(|word| !word.is_empty())?;
            let is_plain = word.chars().next().is_some_and(char::is_alphanumeric);
            if !is_plain || reason.contains("key") || reason.contains("leading zero") {
                return None;
            }
            let right = match value.starts_with('[') {
                true => quoted_items(value),
                false => quoted_fields(value).unwrap_or_else(|| {
                    value.replacen(word, &quotes::written(quotes::bare(word)), 1)
                }),
            };
            let quotes = |text: &str| text.matches('"').count();
            whole(
                match quotes(&right) == quotes(value) {
                    true => "a date or time is not in the right format",
                    false => "a text must be in quotes",
                },
                right,
            )
        }
    }
}

/// Returns a list with all its items in quotes.
fn quoted_items(value: &str) -> String {
    let items = value.trim_matches(['[', ']']).split(',').map(|item| quotes::bare(item.trim()));
    let items: Vec<String> = items.filter(|item| !item.is_empty()).map(quotes::written).collect();
    format!("[{}]", items.join(", "))
}

/// Returns a table in braces with all its texts in quotes, or `None` if the table is not a list of fields.
fn quoted_fields(value: &str) -> Option<String> {
    let mut fields: Vec<(&str, String)> = Vec::new();
    for piece in value.strip_prefix('{')?.trim_end_matches('}').split(',') {
        match (piece.split_once('='), fields.last_mut()) {
            (Some((key, value)), _) if is_plain_key(key.trim()) => {
                fields.push((key.trim(), value.trim().to_owned()))
            }
            // The comma is within a text.
            (_, Some((_, value))) => *value = format!("{value}, {}", piece.trim()),
            (_, None) => return None,
        }
    }
    let fields = fields.into_iter().map(|(key, value)| {
        let right = match () {
            () if value.parse::<f64>().is_ok() => value,
            () if value.starts_with('[') => quoted_items(&value),
            () => guess::written(&value)
                .filter(|_| guess::is_of_date(key) || ["opens", "closes"].contains(&key))
                .unwrap_or_else(|| quotes::written(quotes::bare(&value))),
        };
        format!("{key} = {right}")
    });
    Some(format!("{{ {} }}", fields.collect::<Vec<_>>().join(", ")))
}

/// Returns a value with points instead of the commas within its numbers, or `None` if it has no such commas.
fn decimal_point(value: &str) -> Option<String> {
    let is_digit = |at: usize| value.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let mut right = value.to_owned();
    for (at, _) in value.match_indices(',') {
        let in_text = value[..at].matches('"').count() % 2 == 1;
        if at > 0 && is_digit(at - 1) && is_digit(at + 1) && !in_text {
            right.replace_range(at..=at, ".");
        }
    }
    (right != value).then_some(right)
}
