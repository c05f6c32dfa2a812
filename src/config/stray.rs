//! Explains lines that are not a key with a value: notes, bullets, colons and tabs in place of equals signs, and pasted
//! texts.

use std::ops::Range;

use super::explained::Explained;
use super::line::{SourceLine, is_plain_key};
use super::value::written;
use super::{context, quotes, synonyms};
use crate::diagnostic::{Code, Finding};

/// Signs that begin a note in other languages.
const NOTES: [&str; 6] = ["//", "/*", "<!--", ";", "--", "%"];
/// Signs that begin an item of a list.
const BULLETS: [&str; 7] = ["- ", "* ", "• ", "– ", "· ", "+ ", "> "];

/// What to do with a pasted text.
fn for_text(first: &SourceLine<'_>, pasted: &[SourceLine<'_>], text: &str) -> String {
    const SHORT: usize = 200;
    let end = pasted.iter().rev().find(|line| !line.is_blank()).unwrap_or(first);
    let (count, last) = (
        pasted.iter().filter(|line| !line.is_blank()).count(),
        context::line(text, end.span.start),
    );
    let has_description = |lines: &mut dyn Iterator<Item = SourceLine<'_>>| {
        lines.take(200).take_while(|line| !line.is_header()).any(|line| line.key == "description")
    };
    let mut above = std::iter::successors(first.before(text), |line| line.before(text));
    let mut below = std::iter::successors(end.next(text), |line| line.next(text));
    let note = match count {
        1 => "to keep it as a note, begin the line with #".to_owned(),
        _ => format!("to keep it as a note, begin each line up to line {last} with #"),
    };
    let lines = if count > 1 { format!("the lines up to line {last}") } else { "it".to_owned() };
    if has_description(&mut above) || has_description(&mut below) {
        return format!(
            "if it belongs to the description, move {lines} between the quotes of `description`; {note}"
        );
    }
    let whole = first.text.trim();
    if count == 1 && whole.len() < SHORT {
        return format!(
            "if it describes the session, write `description = {}`; {note}",
            quotes::written(whole)
        );
    }
    format!(
        "if it describes the session, write a line `description = \"\"\"` above it, and a line `\"\"\"` below line {last}; {note}"
    )
}

/// Returns a finding for a line that is not a key with a value.
pub(super) fn without_key(line: &SourceLine<'_>, span: &Range<usize>, text: &str) -> Explained {
    let whole = line.text.trim();
    let start = line.span.start + (line.text.len() - line.text.trim_start().len());
    let at = |message: &str| Finding::error(Code::Syntax, start..start + whole.len(), message);
    let near = |message: &str| Finding::error(Code::Syntax, span.clone(), message);
    if let Some(sign) = NOTES.iter().find(|sign| whole.starts_with(**sign)) {
        let note = whole[sign.len()..].trim_end_matches("*/").trim_end_matches("-->").trim();
        return at("a note begins with #").help(format!("write `# {note}`")).into();
    }
    let bullet = BULLETS.iter().find_map(|bullet| whole.strip_prefix(bullet)).map(str::trim_start);
    if let Some(rest) =
        bullet.filter(|rest| rest.split('=').next().is_some_and(|key| is_plain_key(key.trim())))
    {
        return at("a line begins with its key").help(format!("write `{rest}`")).into();
    }
    let key = quotes::bare(line.key);
    if let Some(own) =
        synonyms::of_any_table(key).filter(|_| whole.contains('=') && !is_plain_key(key))
    {
        let message = format!("`{key}` is not a key: a key is one word in lower case");
        return at(&message).help(format!("write `{own} = {}`", written(own, line.value))).into();
    }
    // The line has a colon, a tab or a space in place of the equals sign.
    let separated = [':', '\t', ' '].into_iter().find_map(|sign| {
        let (key, value) = bullet.unwrap_or(whole).split_once(sign)?;
        let own = synonyms::of_any_table(quotes::bare(key.trim()))?;
        // A sentence may begin with such a word.
        (sign != ' ' || own == key).then_some((own, key.trim(), value.trim()))
    });
    if let Some((own, key, value)) = separated.filter(|(_, key, _)| !key.contains('=')) {
        let word = if is_plain_key(key) { key.to_lowercase() } else { own.to_owned() };
        let value = value.trim_start_matches([':', '=', '>', ' ', '\t']);
        return near("a key and its value are joined by an equals sign")
            .help(format!("write `{word} = {}`", written(own, value)))
            .into();
    }
    if whole.contains('=') {
        let is_word = !key.contains(char::is_whitespace) && !key.is_empty();
        if is_word {
            return near("a key has only letters a-z, digits, - and _")
                .help("write one of the keys in docs/sessions-toml.md, or begin the line with # to keep it as a note")
                .into();
        }
    }
    if is_plain_key(whole) && synonyms::of_any_table(whole).is_some() {
        return near("a key and its value are joined by an equals sign")
            .help(format!("write `{} = ...`", whole.to_lowercase()))
            .into();
    }
    // A pasted text is one finding, which ends before the next key.
    let more = std::iter::successors(line.next(text), |line| line.next(text)).take(500);
    let is_text = |line: &SourceLine<'_>| {
        !line.is_header() && !line.has_known_key() && !line.text.trim_start().starts_with('#')
    };
    let last = more.take_while(is_text).last();
    let lines = std::iter::once(SourceLine::around(text, line.span.start));
    let pasted: Vec<SourceLine<'_>> = lines
        .chain(
            std::iter::successors(line.next(text), |line| line.next(text))
                .take(500)
                .take_while(is_text),
        )
        .collect();
    let finding = at("this line is neither a key with its value nor a note")
        .help(for_text(line, &pasted, text));
    Explained { finding, until: last.map(|line| line.span.end + 1) }
}
