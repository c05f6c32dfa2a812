//! Explains one syntax error by its line, because the parser's own message often names only a consequence.

use std::ops::Range;

use chrono::NaiveDate;

use super::explained::Explained;
use super::invisible::is_invisible;
use super::line::SourceLine;
use super::value::written;
use super::{brackets, date_lists, guess, keys, quotes, stray, synonyms};
use crate::diagnostic::{Code, Finding};
use crate::zone::Rules;

/// Explains an error of the parser, `message` at `span`.
pub(super) fn explain(
    message: &str,
    span: Range<usize>,
    line: &SourceLine<'_>,
    text: &str,
    rules: &Rules,
) -> Explained {
    let at = |message: &str| Finding::error(Code::Syntax, span.clone(), message);
    if let Some(finding) = header(line) {
        return finding.into();
    }
    if let Some(control) =
        text[span.start..].chars().next().filter(|c| c.is_control() && !c.is_whitespace())
    {
        let message =
            format!("the control character U+{:04X} is not allowed here", u32::from(control));
        return Finding::error(Code::ControlCharacter, span, message).help("delete it").into();
    }
    if let Some(mark) = message
        .starts_with("invalid multi-line")
        .then(|| if message.contains("literal") { "'''" } else { "\"\"\"" })
    {
        let open = text[..span.start].rfind(mark).unwrap_or(span.start);
        let message = "the text that begins here is never closed";
        return Finding::error(Code::Syntax, open..open + 3, message)
            .help(format!("add {mark} where it ends"))
            .into();
    }
    if let Some(list) = brackets::unclosed_list(message, line, text) {
        return list;
    }
    if let Some(explained) = quotes::typographic(line, text) {
        return explained;
    }
    if let Some(finding) = special_space(line) {
        return finding.into();
    }
    if !line.has_key() {
        return stray::without_key(line, &span, text);
    }
    if let Some(finding) = with_key(message, &span, line, text, rules) {
        return finding.into();
    }
    if let Some(explained) = quotes::after_text(line, &span) {
        return explained;
    }
    match message.split(',').next().unwrap_or_default() {
        "invalid basic string" | "invalid literal string" => quotes::unclosed(line, text, &span),
        "missing escaped value" | "too few unicode value digits" => {
            at("a backslash must begin an escape such as \\n")
                .help("write \\\\ for a backslash, or put the text into 'single quotes'")
                .into()
        }
        "unexpected leading zero" => {
            let number = text[span.start..].split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
            let number = number.map(|number| number.trim_start_matches('0')).next();
            at("a number must not begin with a zero")
                .help(format!("write {}", number.unwrap_or("0")))
                .into()
        }
        "unexpected key or value" => {
            at("there is extra text after the value").help("delete it; a note begins with #").into()
        }
        _ => at(&format!("this is not TOML: {message}"))
            .help(format!(
                "write one key and its value on each line, such as `{} = \"...\"`",
                line.key
            ))
            .into(),
    }
}

/// Returns a finding for a line that begins a table with wrong brackets.
fn header(line: &SourceLine<'_>) -> Option<Finding> {
    let text = line.text.split('#').next().unwrap_or_default().trim();
    if !text.starts_with('[') || line.text.contains('=') {
        return None;
    }
    let name = text.trim_matches(|c: char| "[](){} .,;:".contains(c));
    let message = match text.ends_with(']') {
        true => "the brackets of this line are not right",
        false => "the brackets are not closed",
    };
    let (open, close) = if text.starts_with("[[") { ("[[", "]]") } else { ("[", "]") };
    let right = match keys::ROOT.contains(&name) {
        true => synonyms::header(name).to_owned(),
        false => format!("{open}{name}{close}"),
    };
    let start = line.span.start + (line.text.len() - line.text.trim_start().len());
    Some(
        Finding::error(Code::Syntax, start..start + text.len(), message)
            .help(format!("write {right}")),
    )
}

/// Returns a finding for a special space from a word processor or a web page, outside of a text.
fn special_space(line: &SourceLine<'_>) -> Option<Finding> {
    let is_special = |c: char| !c.is_ascii() && (c.is_whitespace() || is_invisible(c));
    let open = line.text.find(['"', '\'']).unwrap_or(line.text.len());
    let close = line.text.rfind(['"', '\'']).map_or(open, |close| close + 1);
    let outside = [0..open, close.max(open)..line.text.len()];
    let all: Vec<(usize, char)> = outside
        .into_iter()
        .flat_map(|part| {
            line.text[part.clone()].char_indices().map(move |(at, c)| (part.start + at, c))
        })
        .filter(|(_, c)| is_special(*c))
        .collect();
    let (at, space) = *all.first()?;
    // A date in another format has its own explanation.
    if line.has_key() && guess::is_of_date(line.key) && !line.value.starts_with(is_special) {
        return None;
    }
    let right: String = line.text.chars().map(|c| if is_special(c) { ' ' } else { c }).collect();
    let right = right.split_whitespace().collect::<Vec<_>>().join(" ");
    let message = format!(
        "there is a special space (U+{:04X}) where a plain one should be",
        u32::from(space)
    );
    let at = line.span.start + at;
    let help = match right.len() < 200 {
        true => format!("type the line again: {right}"),
        false => "delete it and type a space".to_owned(),
    };
    let finding = Finding::error(Code::Syntax, at..at + space.len_utf8(), message).help(help);
    // A space without a width separates nothing, so it is deleted.
    let plain = |c: char| if c.is_whitespace() { " " } else { "" };
    Some(all.into_iter().fold(finding, |finding, (at, c)| {
        let at = line.span.start + at;
        finding.fix(at..at + c.len_utf8(), plain(c))
    }))
}

/// Returns a finding for a line with a key, by its value.
fn with_key(
    message: &str,
    span: &Range<usize>,
    line: &SourceLine<'_>,
    text: &str,
    rules: &Rules,
) -> Option<Finding> {
    let (key, value) = (line.key, line.value);
    let at = |message: &str| Finding::error(Code::Syntax, span.clone(), message);
    let whole = |message: &str| Finding::error(Code::Syntax, line.value_span.clone(), message);
    if value.starts_with(['"', '\'']) {
        return None;
    }
    if value.is_empty() {
        return Some(
            at(&format!("`{key}` has no value"))
                .help(format!("write a value after `{key} =`, or delete the line")),
        );
    }
    if value.starts_with(['=', '>', ':']) {
        let value = written(key, value.trim_start_matches(['=', '>', ':', ' ']));
        return Some(
            whole("a key and its value are joined by one equals sign")
                .help(format!("write `{key} = {value}`")),
        );
    }
    let meant = synonyms::synonym(key, &["except", "also"]).unwrap_or(key);
    if let Some(finding) = date_lists::of_line(meant, value, line.value_span.clone()) {
        return Some(finding);
    }
    if value.starts_with(['[', '{', '(']) {
        return brackets::in_brackets(message, span, line, text);
    }
    if guess::is_of_date(key) {
        return Some(match guess::datetime(key, value, day(line, text), rules) {
            Some(guess) => Finding::error(guess.code, line.value_span.clone(), guess.message)
                .help(guess.help)
                .fix_if(line.value_span.clone(), guess::certain(value)),
            None => Finding::error(
                Code::BadDate,
                line.value_span.clone(),
                format!("`{key}` must be a date and time"),
            )
            .help(format!(
                "write it as in `{key} = 2027-04-30T14:00:00`; while it is not known, begin each line of the session with #"
            )),
        });
    }
    let lower = value.to_lowercase();
    match lower.as_str() {
        "yes" | "no" | "on" | "off" => {
            let word = if matches!(lower.as_str(), "yes" | "on") { "true" } else { "false" };
            return Some(
                at("yes and no are written as true and false")
                    .help(format!("write `{key} = {word}`")),
            );
        }
        "true" | "false" => {
            return Some(
                at("true and false are written in lower case")
                    .help(format!("write `{key} = {lower}`")),
            );
        }
        _ => {}
    }
    if message.starts_with("unexpected leading zero") {
        return None;
    }
    let message = match value.ends_with(['"', '\'']) {
        true => "the opening quote is missing",
        false => "a text must be in quotes",
    };
    Some(whole(message).help(format!("write {key} = {}", written(key, value))))
}

/// Returns the day of the session, from a `start` on an earlier line.
fn day(line: &SourceLine<'_>, text: &str) -> Option<NaiveDate> {
    let above = std::iter::successors(line.before(text), |line| line.before(text)).take(40);
    let start = above.take_while(|line| !line.is_header()).find(|line| line.key == "start")?;
    start.value.get(..10)?.parse().ok()
}
