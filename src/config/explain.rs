//! One syntax error, explained by the line that it is in: the parser's own message often names a consequence.

use std::ops::Range;

use chrono::NaiveDate;

use super::line::{SourceLine, is_plain_key};
use super::{context, guess, keys, lengths, quotes};
use crate::diagnostic::{Code, Finding};
use crate::zone::Rules;

/// A finding, and the end of what it explains.
pub(super) struct Explained {
    pub(super) finding: Finding,
    /// The end of the lines that further errors follow from; none for the line alone.
    pub(super) until: Option<usize>,
}

impl From<Finding> for Explained {
    fn from(finding: Finding) -> Self {
        Self { finding, until: None }
    }
}

/// Signs that begin a note in other languages.
const NOTES: [&str; 6] = ["//", "/*", "<!--", ";", "--", "%"];
/// Signs that begin an item of a list.
const BULLETS: [&str; 7] = ["- ", "* ", "• ", "– ", "· ", "+ ", "> "];

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
    if let Some(list) = unclosed_list(message, line, text) {
        return list;
    }
    if let Some(explained) = quotes::typographic(line, text) {
        return explained;
    }
    if let Some(finding) = special_space(line) {
        return finding.into();
    }
    if !line.has_key() {
        return without_key(line, &span, text);
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

/// A finding for a line that begins a table, with wrong brackets.
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
        true => keys::header(name).to_owned(),
        false => format!("{open}{name}{close}"),
    };
    let start = line.span.start + (line.text.len() - line.text.trim_start().len());
    Some(
        Finding::error(Code::Syntax, start..start + text.len(), message)
            .help(format!("write {right}")),
    )
}

/// A finding for a list over several lines that is not closed before the next key.
fn unclosed_list(message: &str, line: &SourceLine<'_>, text: &str) -> Option<Explained> {
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
    // The parser takes all that follows for items.
    Some(Explained { finding, until: Some(text.len() + 1) })
}

/// A finding for a space of a word processor or a web page, outside of a text.
fn special_space(line: &SourceLine<'_>) -> Option<Finding> {
    let is_special = |c: char| {
        !c.is_ascii()
            && (c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'))
    };
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
    // A date in another form is explained as such.
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
    // A space without a width separates nothing.
    let plain = |c: char| if c.is_whitespace() { " " } else { "" };
    Some(all.into_iter().fold(finding, |finding, (at, c)| {
        let at = line.span.start + at;
        finding.fix(at..at + c.len_utf8(), plain(c))
    }))
}

/// A finding for a line that is no key with a value.
fn without_key(line: &SourceLine<'_>, span: &Range<usize>, text: &str) -> Explained {
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
    if let Some(own) = keys::of_any_table(key).filter(|_| whole.contains('=') && !is_plain_key(key))
    {
        let message = format!("`{key}` is not a key: a key is one word in lower case");
        return at(&message).help(format!("write `{own} = {}`", written(own, line.value))).into();
    }
    // A colon, a tab or a space in place of the equals sign.
    let separated = [':', '\t', ' '].into_iter().find_map(|sign| {
        let (key, value) = bullet.unwrap_or(whole).split_once(sign)?;
        let own = keys::of_any_table(quotes::bare(key.trim()))?;
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
    if is_plain_key(whole) && keys::of_any_table(whole).is_some() {
        return near("a key and its value are joined by an equals sign")
            .help(format!("write `{} = ...`", whole.to_lowercase()))
            .into();
    }
    // A pasted text is one finding, up to the next key.
    let more = std::iter::successors(line.next(text), |line| line.next(text)).take(500);
    let is_text = |line: &SourceLine<'_>| {
        !line.is_header() && !line.has_known_key() && !line.text.trim_start().starts_with('#')
    };
    let last = more.take_while(is_text).last();
    let finding = at("this line is neither a key with its value nor a note").help(
        "if it belongs to a text, write the text between three quotes: `description = \"\"\"...\"\"\"`; to keep it \
         as a note, begin the line with #",
    );
    Explained { finding, until: last.map(|line| line.span.end + 1) }
}

/// A value of a key as TOML writes it.
fn written(key: &str, value: &str) -> String {
    let value = value.trim().trim_end_matches([',', ';']);
    let is_whole = |mark| value.len() > 1 && value.starts_with(mark) && value.ends_with(mark);
    match value {
        "" => "...".to_owned(),
        _ if value.starts_with(['[', '{']) || is_whole('"') || is_whole('\'') => value.to_owned(),
        "true" | "false" => value.to_owned(),
        _ if key == "place" => format!("{{ name = {} }}", quotes::written(quotes::bare(value))),
        _ if guess::is_of_date(key) => {
            guess::written(quotes::bare(value)).unwrap_or_else(|| "2027-04-30T14:00:00".to_owned())
        }
        _ if lengths::is_of_length(key) => quotes::written(
            &lengths::of_text(quotes::bare(value))
                .unwrap_or_else(|| quotes::bare(value).to_owned()),
        ),
        _ => quotes::written(quotes::bare(value)),
    }
}

/// A finding for a line with a key, by its value.
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
    if value.starts_with(['[', '{', '(']) {
        return in_brackets(message, span, line, text);
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

/// The day of the session, as `start` has it on a line above.
fn day(line: &SourceLine<'_>, text: &str) -> Option<NaiveDate> {
    let above = std::iter::successors(line.before(text), |line| line.before(text)).take(40);
    let start = above.take_while(|line| !line.is_header()).find(|line| line.key == "start")?;
    start.value.get(..10)?.parse().ok()
}

/// A finding for a list or a table in braces.
fn in_brackets(
    message: &str,
    span: &Range<usize>,
    line: &SourceLine<'_>,
    text: &str,
) -> Option<Finding> {
    let (key, value) = (line.key, line.value);
    let at = |message: &str| Finding::error(Code::Syntax, span.clone(), message);
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
    let colons = keys::PLACE.iter().chain(keys::ORGANIZER).chain(keys::ALSO_IN);
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
        "unclosed inline table" => match value.len() < 300 {
            true => {
                whole("the braces are not closed", format!("{} }}", value.trim_end_matches(',')))
            }
            false => Some(at("the braces are not closed").help("add } where they end")),
        },
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
            whole("a text must be in quotes", right)
        }
    }
}

/// A list with all its items in quotes.
fn quoted_items(value: &str) -> String {
    let items = value.trim_matches(['[', ']']).split(',').map(|item| quotes::bare(item.trim()));
    let items: Vec<String> = items.filter(|item| !item.is_empty()).map(quotes::written).collect();
    format!("[{}]", items.join(", "))
}

/// A table in braces with all its texts in quotes; none if it is not one field after another.
fn quoted_fields(value: &str) -> Option<String> {
    let mut fields: Vec<(&str, String)> = Vec::new();
    for piece in value.strip_prefix('{')?.trim_end_matches('}').split(',') {
        match (piece.split_once('='), fields.last_mut()) {
            (Some((key, value)), _) if is_plain_key(key.trim()) => {
                fields.push((key.trim(), value.trim().to_owned()))
            }
            // A comma within a text.
            (_, Some((_, value))) => *value = format!("{value}, {}", piece.trim()),
            (_, None) => return None,
        }
    }
    let is_other = |value: &str| value.parse::<f64>().is_ok();
    let fields = fields.into_iter().map(|(key, value)| match is_other(&value) {
        true => format!("{key} = {value}"),
        false => format!("{key} = {}", quotes::written(quotes::bare(&value))),
    });
    Some(format!("{{ {} }}", fields.collect::<Vec<_>>().join(", ")))
}

/// A value with points for the commas within its numbers; none if it has none.
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
