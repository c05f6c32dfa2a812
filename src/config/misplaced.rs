//! Help for keys and tables that belong elsewhere.

use toml::de::DeValue;

use super::context::Context;
use super::{date_lists, keys, synonyms};

/// What to write for a table within another one that stands alone.
pub(super) fn table(
    context: &Context<'_>,
    word: &str,
    at: usize,
    value: &DeValue<'_>,
) -> Option<String> {
    let brackets = if value.is_array() { format!("[[{word}]]") } else { format!("[{word}]") };
    let (table, key) = match synonyms::header_of(word)? {
        "[sessions.place]" => ("sessions", "place"),
        "[sessions.repeat]" => ("sessions", "repeat"),
        "[series.each]" => ("series", "each"),
        _ => return None,
    };
    // Such a table belongs to the last one above it.
    Some(match context.has_above(&format!("[[{table}]]"), at) {
        true => format!("write [{table}.{key}] in place of {brackets}"),
        false => format!(
            "write [{table}.{key}] in place of {brackets}, and move it below the [[{table}]] table that it belongs to"
        ),
    })
}

/// What to do about a key in a table of a series or a rule that is a session's.
pub(super) fn elsewhere(table: &str, word: &str, value: &DeValue<'_>) -> Option<String> {
    let is_each = keys::EACH.contains(&word);
    match table {
        "[[series]]" if is_each && !keys::SERIES.contains(&word) => Some(
            "if it is for all sessions of the series, move the line below a line [series.each], below the other keys of the series"
                .to_owned(),
        ),
        "[series.each]" if !is_each && keys::SESSIONS.contains(&word) => Some(format!(
            "move the line to the [[sessions]] tables: every session has its own `{word}`"
        )),
        "repeat" if ["except", "also"].contains(&word) => {
            let line = dates(word, value).unwrap_or_else(|| format!("`{word} = [...]`"));
            Some(format!("write it on a line of its own, below `repeat`: {line}"))
        }
        _ => None,
    }
}

/// The line with the dates of `except` or `also`; none if they cannot be read.
pub(super) fn dates(key: &str, value: &DeValue<'_>) -> Option<String> {
    if !["except", "also"].contains(&key) {
        return None;
    }
    let text = |value: &DeValue<'_>| match value {
        DeValue::Datetime(at) => Some(at.to_string()),
        DeValue::String(text) => Some(text.to_string()),
        _ => None,
    };
    let texts = match value {
        DeValue::Array(items) if items.len() <= 100 => {
            items.iter().map(|item| text(item.get_ref())).collect::<Option<Vec<_>>>()?
        }
        value => vec![text(value)?],
    };
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    date_lists::lines(key, &texts).map(|(_, lines)| lines)
}

/// Returns the help for a key that belongs to another table.
pub(super) fn moved(word: &str, table: &str, value: &DeValue<'_>) -> String {
    let text = match value {
        DeValue::String(text) if text.len() < 100 => format!("\"{text}\""),
        DeValue::Datetime(at) => at.to_string(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Integer(number) => number.as_str().to_owned(),
        _ => "...".to_owned(),
    };
    match (table, word) {
        ("place", "name") => format!("write `place = {{ name = {text} }}`"),
        ("repeat", _) => {
            format!("write it into the rule: `repeat = {{ every = \"week\", {word} = {text} }}`")
        }
        ("place", _) => {
            format!("write it into the place: `place = {{ name = \"...\", {word} = {text} }}`")
        }
        _ => format!("`{word}` belongs to {table}; move the line there"),
    }
}
