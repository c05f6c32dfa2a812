//! Explains mistakes with quotes: typographic quotes, missing quotes, and quotes within quotes.

use std::ops::Range;

use super::explained::Explained;
use super::line::SourceLine;
use crate::diagnostic::{Code, Finding};

/// Typographic quotes; TOML accepts only straight ones.
const TYPOGRAPHIC: [char; 12] = ['“', '”', '„', '‟', '«', '»', '‘', '’', '‚', '′', '″', '`'];
/// The largest number of lines in which the end of a text is searched.
const MOST_LINES: usize = 500;
/// The longest line that help repeats, in bytes.
const LONGEST: usize = 400;

/// Returns a text in quotes, in TOML syntax.
pub(super) fn written(text: &str) -> String {
    match (text.contains(['"', '\\']), text.contains('\'')) {
        (false, _) => format!("\"{text}\""),
        (true, false) => format!("'{text}'"),
        (true, true) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
    }
}

/// Returns a text without quotes of any kind around it.
pub(super) fn bare(text: &str) -> &str {
    text.trim_matches(|c| TYPOGRAPHIC.contains(&c) || c == '"' || c == '\'' || c == '`')
}

/// Returns a finding for typographic quotes, which word processors write.
pub(super) fn typographic(line: &SourceLine<'_>, text: &str) -> Option<Explained> {
    let (key, value) = (line.key, line.value);
    let error = |help: String| {
        let message = "these are typographic quotes, which TOML does not read as quotes";
        Finding::error(Code::TypographicQuotes, line.value_span.clone(), message).help(help)
    };
    if value.starts_with(['[', '{']) {
        if !value.contains(['“', '”', '„', '«', '»']) {
            return None;
        }
        let right = value.replace(['“', '”', '„', '«', '»'], "\"");
        let finding = error(format!("write straight ones: {key} = {right}"));
        let certain = Some(right).filter(|right| !value.contains('"') && is_value(right));
        return Some(finding.fix_if(line.value_span.clone(), certain).into());
    }
    let marks = value.chars().take_while(|c| TYPOGRAPHIC.contains(c) || *c == '"').count();
    let is_long = marks >= 3 && value.starts_with(TYPOGRAPHIC);
    if is_long {
        let last = following(line, text).find(|line| line.text.trim_end().ends_with(TYPOGRAPHIC));
        let help = "write three straight ones, \"\"\", at the beginning and at the end of the text";
        return Some(Explained {
            finding: error(help.to_owned()),
            until: last.map(|line| line.span.end + 1),
        });
    }
    let begins = value.starts_with(TYPOGRAPHIC);
    let ends = value.ends_with(TYPOGRAPHIC) && !value.starts_with(['"', '\'']);
    // A closing quote without its pair is missing the opening one, or is typographic, as in "Talk”.
    let is_mixed = value.starts_with('"')
        && value.len() > 1
        && value.ends_with(TYPOGRAPHIC)
        && value.matches('"').count() == 1;
    if !begins && !ends && !is_mixed {
        return None;
    }
    if let Some(last) = continued(line, text).filter(|_| begins && !ends) {
        let help = format!(
            "write three straight ones at both ends: `{key} = \"\"\"{}`, and \"\"\" at the end",
            bare(value)
        );
        return Some(Explained { finding: error(help), until: Some(last.span.end + 1) });
    }
    let right = written(bare(value));
    let finding = error(format!("write straight ones: {key} = {right}"));
    let certain = Some(right).filter(|right| begins && ends && is_value(right));
    Some(finding.fix_if(line.value_span.clone(), certain).into())
}

/// Returns whether a text is a value of TOML.
fn is_value(text: &str) -> bool {
    toml::de::DeTable::parse(&format!("key = {text}")).is_ok()
}

/// Returns a finding for a text whose closing quote is not on its line.
pub(super) fn unclosed(line: &SourceLine<'_>, text: &str, span: &Range<usize>) -> Explained {
    let (key, value) = (line.key, line.value);
    let mark = value.chars().next().filter(|c| *c == '\'').unwrap_or('"');
    let Some(last) = continued(line, text) else {
        let finding = Finding::error(Code::Syntax, span.clone(), "the closing quote is missing");
        let is_short = value.starts_with(mark) && value.len() < LONGEST;
        return match is_short {
            true => finding.help(format!("write {key} = {value}{mark}")).into(),
            false => finding.help(format!("add {mark} where the text ends")).into(),
        };
    };
    let whole = &text[line.value_span.start..last.span.end];
    let plain = whole.trim().trim_matches(mark);
    let help = match key {
        "description" | "footer" => format!(
            "write three quotes at both ends: `{key} = \"\"\"{}` and, at the end, `{}\"\"\"`",
            plain.lines().next().unwrap_or_default(),
            plain.lines().next_back().unwrap_or_default()
        ),
        _ => {
            let line: Vec<&str> = plain.split_whitespace().collect();
            format!("write it in one line: `{key} = {}`", written(&line.join(" ")))
        }
    };
    let message = "a text in quotes ends on its line, and this one goes over several";
    let finding = Finding::error(Code::Syntax, line.value_span.clone(), message).help(help);
    Explained { finding, until: Some(last.span.end + 1) }
}

/// Returns the lines after one, up to a limit.
fn following<'a>(line: &SourceLine<'a>, text: &'a str) -> impl Iterator<Item = SourceLine<'a>> {
    std::iter::successors(line.next(text), |line| line.next(text)).take(MOST_LINES)
}

/// Returns the last line of a text that continues on further lines: the line with the closing quote, or the last one
/// before a key, a table or a blank line. Returns `None` if the next line is one of those.
fn continued<'a>(line: &SourceLine<'a>, text: &'a str) -> Option<SourceLine<'a>> {
    let mut last = None;
    for next in following(line, text) {
        if next.is_header() || next.has_known_key() {
            break;
        }
        let ends = next.text.trim_end();
        if ends.ends_with(['"', '\'']) || ends.ends_with(TYPOGRAPHIC) {
            return Some(next);
        }
        if !next.is_blank() {
            last = Some(next);
        }
    }
    last
}

/// Returns a finding for text after a quoted text on the same line.
pub(super) fn after_text(line: &SourceLine<'_>, span: &Range<usize>) -> Option<Explained> {
    let (key, value) = (line.key, line.value);
    let mark = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    if value.starts_with("\"\"\"") || value.starts_with("'''") || value.len() > 4 * LONGEST {
        return None;
    }
    let close = closing(value, mark)?;
    let (first, rest) = (&value[..=close], &value[close + 1..]);
    let rest = rest.split(" #").next().unwrap_or_default().trim_end();
    let after = rest.trim_start();
    let extra = |message: &str, help: String| {
        Some(Finding::error(Code::Syntax, span.clone(), message).help(help).into())
    };
    if after.is_empty() {
        return None;
    }
    if after.chars().all(|c| ",;.".contains(c)) {
        return extra(
            "there is extra text after the value",
            format!("write {key} = {first}, without `{after}` at the end"),
        );
    }
    let is_list = ["tags", "was", "remind", "series", "also_in"].contains(&key);
    if after.starts_with([',', ';']) && is_list {
        let items = value.split([',', ';']).map(|item| written(bare(item.trim())));
        let items: Vec<String> = items.filter(|item| item.len() > 2).collect();
        return extra(
            "several values are a list, in brackets",
            format!("write {key} = [{}]", items.join(", ")),
        );
    }
    let note = after.trim_start_matches(['/', '-', ';', '(', '*']);
    if after.starts_with("//") || after.starts_with("--") || after.starts_with(['(', ';']) {
        let note = note.trim_end_matches([')', '*', '/']).trim();
        return extra(
            "there is extra text after the value",
            format!("begin a note with #: {key} = {first}  # {note}"),
        );
    }
    let end = value[..close + 1 + rest.len()].rfind(mark).filter(|end| *end > close);
    let is_two =
        rest.starts_with(' ') && after.starts_with(mark) && value.matches(mark).count() == 4;
    if let Some(end) = end.filter(|end| close + 1 + rest.len() == end + 1) {
        if is_two {
            let whole = format!("{} {}", bare(first), bare(after));
            return extra(
                "there is extra text after the value",
                format!("write one text: {key} = {}", written(&whole)),
            );
        }
        let message = "the text has quotes of the kind that end it";
        let help = format!("write {key} = {}", written(&value[1..end]));
        return Some(
            Finding::error(Code::Syntax, line.value_span.clone(), message).help(help).into(),
        );
    }
    let whole = format!("{} {after}", bare(first));
    extra(
        "there is extra text after the value",
        format!(
            "write it within the quotes: {key} = {}; or as a note: {key} = {first}  # {after}",
            written(&whole)
        ),
    )
}

/// Returns the offset of the quote that ends a text.
fn closing(value: &str, mark: char) -> Option<usize> {
    let mut escaped = false;
    value.char_indices().skip(1).find_map(|(at, c)| {
        let ends = c == mark && !escaped;
        escaped = c == '\\' && !escaped && mark == '"';
        ends.then_some(at)
    })
}
