//! Reports keys that a table does not have: a key of another table, another word for a key, a key after a forgotten
//! table line, or a value that no key can express.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::context::Context;
use super::loose::{self, Clock, Day, Loose};
use super::repeat::meant;
use super::{keys, misplaced, synonyms, wishes, wording};
use crate::diagnostic::{Code, Finding, MOST};
use crate::rfc3339;
use crate::suggest;

/// The name of the whole file among the names of tables.
pub(super) const FILE: &str = "the file";

/// Reports the unknown keys of a table. Returns the keys that they were probably meant for, so that those are not
/// reported as missing.
pub(super) fn keys(
    context: &Context<'_>,
    table: &str,
    entries: &DeTable<'_>,
    known: &[&'static str],
) -> Vec<&'static str> {
    // `from = 2027-04-30T14:00:00` is another word for `start`.
    let from = entries.get("from").filter(|value| value.get_ref().is_datetime());
    let is_start = table == "[[sessions]]" && from.is_some() && !entries.contains_key("start");
    let mut meant: Vec<&'static str> = is_start.then_some("start").into_iter().collect();
    let mut unknown: Vec<_> = entries
        .iter()
        .filter(|(key, _)| !known.contains(&key.get_ref().as_ref()))
        .take(2 * MOST)
        .collect();
    if unknown.is_empty() {
        return meant;
    }
    unknown.sort_by_key(|(key, _)| key.span().start);
    let words: Vec<&str> = unknown.iter().map(|(key, _)| key.get_ref().as_ref()).collect();
    let forgotten = forgotten_table(table, &words, entries);
    let is_of_forgotten = |word: &str| forgotten.is_some_and(|(_, keys)| keys.contains(&word));
    if let Some((header, _)) = forgotten {
        meant.extend((header == "[calendar]").then_some("calendar"));
        let first = unknown.iter().find(|(key, _)| is_of_forgotten(key.get_ref()));
        if let Some((key, _)) = first {
            let (span, line) = (key.span(), context.line(key.span().start));
            let message = format!(
                "{table} has no key `{}`: is a `{header}` line missing above line {line}?",
                key.get_ref()
            );
            let help = format!("write {header} on a line of its own above line {line}");
            context.push(Finding::error(Code::MisplacedKey, span, message).help(help));
        }
    }
    let rule = (table == "[[sessions]]").then(|| rule(context, entries, &words)).flatten();
    meant.extend(rule.iter().flat_map(|_| ["repeat", "until", "times"]));
    let day = words.iter().chain(&["start"]).find_map(|word| day(entries, word));
    let dated = day.filter(|(_, of)| *of != "start").map(|(_, of)| of);
    let has_time = unknown.iter().any(|(_, value)| time(value.get_ref()).is_some());
    for (key, value) in unknown {
        if context.is_full() {
            break;
        }
        let word = key.get_ref().as_ref();
        if is_of_forgotten(word) || rule.as_ref().is_some_and(|keys| keys.contains(&word)) {
            continue;
        }
        let for_date = synonyms::synonym(word, &["start", "end"]).filter(|own| known.contains(own));
        if let Some((own, day, of)) =
            for_date.and_then(|own| day.as_ref().map(|(day, of)| (own, *day, *of)))
        {
            meant.push(own);
            if let Some(time) = time(value.get_ref()).and_then(|time| time.on(day)) {
                let message = format!("{table} has no key `{word}`");
                let own = if word == of { "start" } else { own };
                let line = format!("`{own} = {}`", rfc3339::local(time));
                let help = match dated.filter(|_| own == "start") {
                    Some(date) => format!(
                        "write one line with date and time in place of the lines `{date}` and `{word}`: {line}"
                    ),
                    None if own == "start" => {
                        format!(
                            "write one line with date and time in place of the lines `{of}` and `{word}`: {line}"
                        )
                    }
                    None => {
                        format!("write {line} in place of this line, with date and time as one")
                    }
                };
                context.push(Finding::error(Code::UnknownKey, key.span(), message).help(help));
                continue;
            }
            if word == of && has_time {
                continue;
            }
        }
        let (finding, own) = finding(context, table, key, value.get_ref(), known, entries);
        meant.extend(own);
        context.push(finding);
    }
    meant
}

/// Reports the keys of a rule beside `repeat`, or in place of it. Returns them.
fn rule<'a>(
    context: &Context<'_>,
    entries: &'a DeTable<'_>,
    words: &[&str],
) -> Option<Vec<&'a str>> {
    let start = entries.get("start").and_then(|start| start.get_ref().as_datetime());
    let start = start.and_then(|start| start.to_string().get(..10)?.parse().ok());
    let found = meant::beside(entries, start);
    let is_rrule = |(_, value): &(&Spanned<_>, &Spanned<DeValue<'_>>)| {
        value.get_ref().as_str().is_some_and(|text| text.to_ascii_uppercase().contains("FREQ="))
    };
    let (help, keys) = match found {
        Some((meant, keys)) => {
            let names: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            let help = match names.len() {
                1 => meant.help(),
                _ => format!("{}, in place of the lines {}", meant.help(), names.join(" and ")),
            };
            (help, keys)
        }
        None => {
            let (key, _) = entries.iter().find(|(key, value)| {
                words.contains(&key.get_ref().as_ref()) && is_rrule(&(key, value))
            })?;
            (meant::NO_COUNTERPART.to_owned(), vec![key.get_ref().as_ref()])
        }
    };
    let unknown = keys.iter().filter(|key| words.contains(key));
    let (key, _) = unknown
        .filter_map(|key| entries.get_key_value(*key))
        .min_by_key(|(key, _)| key.span().start)?;
    let message = format!("[[sessions]] has no key `{}`", key.get_ref());
    context.push(Finding::error(Code::UnknownKey, key.span(), message).help(help));
    Some(keys)
}

/// Returns the table line that is missing above some keys, with the keys that belong below it.
fn forgotten_table(
    table: &str,
    words: &[&str],
    entries: &DeTable<'_>,
) -> Option<(&'static str, &'static [&'static str])> {
    let count = |keys: &[&str]| words.iter().filter(|word| keys.contains(word)).count();
    if table != "[[sessions]]" && words.contains(&"start") && count(keys::SESSIONS) > 1 {
        return Some(("[[sessions]]", keys::SESSIONS));
    }
    let begins_calendar =
        table == FILE && !entries.contains_key("calendar") && count(keys::CALENDAR) > 1;
    begins_calendar.then_some(("[calendar]", keys::CALENDAR))
}

/// Returns the day that a key gives for the start of a session, without a time.
fn day<'a>(entries: &DeTable<'_>, word: &'a str) -> Option<(chrono::NaiveDate, &'a str)> {
    let is_start = synonyms::synonym(word, &["start", "end"]) == Some("start");
    let value = entries.get(word).filter(|_| is_start)?;
    let Loose { day, time: None, .. } = read(value.get_ref())? else { return None };
    Some((day.and_then(Day::date)?, word))
}

/// Reads a time of day without a date.
fn time(value: &DeValue<'_>) -> Option<Clock> {
    let Loose { day: None, time, .. } = read(value)? else { return None };
    time
}

fn read(value: &DeValue<'_>) -> Option<Loose> {
    match value {
        DeValue::Datetime(value) => loose::read(&value.to_string()),
        DeValue::String(text) => loose::read(text),
        _ => None,
    }
}

/// Returns the finding for one unknown key, and the key that was meant.
fn finding(
    context: &Context<'_>,
    table: &str,
    key: &Spanned<impl AsRef<str>>,
    value: &DeValue<'_>,
    known: &[&'static str],
    entries: &DeTable<'_>,
) -> (Finding, Option<&'static str>) {
    let word = key.get_ref().as_ref();
    let shown = wording::quoted(word);
    let of = |code, help: String| {
        let message = match (table, value) {
            (FILE, DeValue::Table(_)) => format!("there is no table [{shown}]"),
            (FILE, DeValue::Array(_)) => format!("there is no table [[{shown}]]"),
            _ => format!("{table} has no key `{shown}`"),
        };
        Finding::error(code, key.span(), message).help(help)
    };
    let unknown = |help: String| of(Code::UnknownKey, help);
    if table == FILE && matches!(value, DeValue::Table(_) | DeValue::Array(_)) {
        let help = misplaced::table(context, word, key.span().start, value);
        return (unknown(help.unwrap_or_else(|| synonyms::header_meant(word))), None);
    }
    if table != FILE
        && keys::ROOT.contains(&word)
        && (value.is_table() || value.is_array())
        && word != "series"
    {
        let header = synonyms::header(word);
        let nested = format!("{}.{word}", table.trim_matches(['[', ']']));
        let id = entries
            .get("id")
            .and_then(|id| id.get_ref().as_str())
            .filter(|_| table == "[[series]]" && word == "sessions");
        let items = value.as_array();
        let has_series = |item: &Spanned<DeValue<'_>>| {
            item.get_ref().as_table().is_some_and(|own| own.contains_key("series"))
        };
        let each = if items.is_some_and(|items| items.len() > 1) { "each " } else { "" };
        let help = match id {
            Some(id) if !items.is_some_and(|items| items.iter().all(has_series)) => format!(
                "write [[sessions]] in place of {each}[[{nested}]], and below it `series = \"{id}\"`"
            ),
            Some(_) => format!("write [[sessions]] in place of {each}[[{nested}]]"),
            None => format!("write {header} in place of [[{nested}]]"),
        };
        return (unknown(help), None);
    }
    if table == "[[sessions]]"
        && let Some(help) = wishes::of_session(word, value)
    {
        return (unknown(help), None);
    }
    if ["[[series]]", "[series.each]", "repeat"].contains(&table)
        && let Some(help) = misplaced::elsewhere(table, word, value)
    {
        return (of(Code::MisplacedKey, help), None);
    }
    // A correction is certain if only one letter or the case differs, and the table does not have the key already.
    let misspelled = |own: &str| {
        let is_near = suggest::distance(&word.to_lowercase(), own) <= 1;
        (is_near && !entries.contains_key(own)).then(|| own.to_owned())
    };
    if let Some(own) = synonyms::synonym(word, known) {
        if let Some(line) = misplaced::dates(own, value) {
            return (unknown(format!("write {line}")), Some(own));
        }
        let help = match word.eq_ignore_ascii_case(own) {
            true => format!("write `{own}`, in lower case"),
            false => format!("did you mean `{own}`?"),
        };
        return (unknown(help).fix_if(key.span(), misspelled(own)), Some(own));
    }
    if let Some(elsewhere) = keys::table_with(word)
        .filter(|other| *other != table && (*other != "place" || table == "[[sessions]]"))
    {
        return (of(Code::MisplacedKey, misplaced::moved(word, elsewhere, value)), None);
    }
    if let Some(near) = synonyms::meant(word, known) {
        let finding = unknown(format!("did you mean `{near}`?"));
        return (finding.fix_if(key.span(), misspelled(near)), Some(near));
    }
    let help = match wishes::said(word, value) {
        Some(said) if known.contains(&"description") => {
            let line = if entries.contains_key("description") { "add" } else { "write" };
            let text = if line == "add" {
                format!("`{said}` to `description`")
            } else {
                format!("`description = \"{said}\"`")
            };
            format!("there is no such setting: {line} {text}, or delete the line")
        }
        _ if known.len() <= 6 => format!("the keys are: {}", known.join(", ")),
        _ => "there is no such setting: delete the line, or begin it with # to keep it as a note"
            .to_owned(),
    };
    (unknown(help), None)
}
