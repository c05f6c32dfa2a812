//! TOML syntax errors, explained for people who do not know TOML.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use toml::de::{DeTable, DeValue, Error};

use super::guess;
use crate::diagnostic::{Code, Finding, MOST};

/// Typographic quotes; TOML accepts only straight ones.
const TYPOGRAPHIC: [char; 10] = ['“', '”', '„', '‟', '«', '»', '‘', '’', '‚', '′'];
/// The first part of a text that is parsed, in bytes; it grows by the same factor. The parser keeps a few hundred
/// bytes per error, and every byte of a text may be one.
const PROBE: usize = 1 << 18;
const STEP: usize = 1 << 23;
/// Number of parser errors after which the rest of the text is not parsed.
const MOST_ERRORS: usize = 20_000;
/// Limit on lines, keys and values: the parser needs more than a hundred bytes for each.
const MOST_MARKS: usize = 1 << 22;
/// Number of findings after which no more are needed: two more than are kept, for a byte order mark at the beginning
/// and an error caused by the end of the parsed part.
const ENOUGH: usize = MOST + 2;

/// A text parsed as TOML.
pub(super) struct ParsedToml<'a> {
    /// The tree; none if there are too many errors.
    pub(super) root: Option<DeTable<'a>>,
    /// The syntax errors, one per line.
    pub(super) findings: Vec<Finding>,
    /// The parts that could not be parsed, where no further findings are reported.
    pub(super) unread: Vec<Range<usize>>,
}

/// Parses a text, or only its beginning if that has enough errors.
pub(super) fn parse(text: &str) -> ParsedToml<'_> {
    let probes = std::iter::successors(Some(PROBE), |probe| Some(probe + (3 * probe).min(STEP)));
    for probe in probes.take_while(|probe| *probe < text.len()) {
        let end = text[..text.floor_char_boundary(probe)].rfind('\n').map_or(probe, |at| at + 1);
        let beginning = &text[..text.floor_char_boundary(end)];
        let (root, errors) = DeTable::parse_recoverable(beginning);
        let (findings, unread) = findings(&errors, beginning, root.get_ref());
        if findings.len() >= ENOUGH || errors.len() > MOST_ERRORS {
            return ParsedToml { root: None, findings, unread };
        }
        if probe == PROBE && is_dense(text) {
            let message = "the file has more than 4 million lines, keys and values";
            let findings = Finding::error(Code::FileTooLarge, 0..0, message)
                .help("split the sessions over several files, each with a service of its own");
            return ParsedToml { root: None, findings: vec![findings], unread };
        }
    }
    let (root, errors) = DeTable::parse_recoverable(text);
    let (findings, unread) = findings(&errors, text, root.get_ref());
    let root = (findings.len() < ENOUGH).then(|| root.into_inner());
    ParsedToml { root, findings, unread }
}

/// Whether a text has so many lines, keys and values that parsing would take gigabytes.
fn is_dense(text: &str) -> bool {
    let is_mark = |byte: &&u8| matches!(byte, b'\n' | b',' | b'.' | b'=' | b'[' | b'{');
    text.as_bytes().iter().filter(is_mark).count() > MOST_MARKS
}

/// The findings for the parser's errors, and the parts that could not be parsed.
fn findings(errors: &[Error], text: &str, root: &DeTable<'_>) -> (Vec<Finding>, Vec<Range<usize>>) {
    let mut found = Vec::new();
    let mut unread: Vec<Range<usize>> = Vec::new();
    let keys = Keys { errors, text, root, locations: OnceCell::new() };
    if text.starts_with('\u{feff}') {
        found.push(
            Finding::warning(Code::ByteOrderMark, 0..3, "the file begins with a byte order mark")
                .help("it is skipped here; save the file as plain UTF-8 for other programs"),
        );
    }
    for error in errors {
        if found.len() == ENOUGH {
            break;
        }
        let span = error.span().unwrap_or(text.len()..text.len());
        if unread.iter().rev().any(|part| part.contains(&span.start)) {
            continue;
        }
        let line = SourceLine::around(text, span.start);
        let findings = finding(error.message(), span.clone(), &line, text, &keys);
        let start = line.span.start.min(findings.span.start);
        found.push(findings);
        // Further errors on a line follow from the first. A wrong table header takes the keys under it along.
        let header = line.text.trim_start().starts_with('[');
        let end = match text[line.span.end..].find("\n[").filter(|_| header) {
            Some(at) => line.span.end + at,
            None if header => text.len(),
            None => line.span.end,
        };
        unread.push(start..end.max(span.end) + 1);
    }
    (found, unread)
}

/// Locations of keys, for duplicates.
struct Keys<'a> {
    errors: &'a [Error],
    text: &'a str,
    root: &'a DeTable<'a>,
    /// Locations by name, in the order of the text; collected for the first duplicate.
    locations: OnceCell<HashMap<&'a str, Vec<Range<usize>>>>,
}

impl<'a> Keys<'a> {
    /// The last location of a key before an offset.
    fn before(&self, name: &str, offset: usize) -> Option<Range<usize>> {
        let locations = self.locations.get_or_init(|| self.locations()).get(name)?;
        let at = locations.partition_point(|place| place.end <= offset);
        locations.get(at.checked_sub(1)?).cloned()
    }

    fn locations(&self) -> HashMap<&'a str, Vec<Range<usize>>> {
        let twice = self.errors.iter().filter(|error| error.message() == DUPLICATE);
        let names: HashSet<&str> = twice.filter_map(|error| self.text.get(error.span()?)).collect();
        let mut locations: HashMap<&'a str, Vec<Range<usize>>> = HashMap::new();
        visit(self.root, &mut |key, at| {
            if names.contains(key) {
                locations.entry(key).or_default().push(at);
            }
        });
        locations.values_mut().for_each(|all| all.sort_unstable_by_key(|place| place.start));
        locations
    }
}

/// The parser's message for a duplicate key.
const DUPLICATE: &str = "duplicate key";

/// A line of the text, with its key and value.
struct SourceLine<'a> {
    span: Range<usize>,
    text: &'a str,
    key: &'a str,
    value: &'a str,
    value_span: Range<usize>,
}

impl<'a> SourceLine<'a> {
    fn around(text: &'a str, at: usize) -> Self {
        let at = text.floor_char_boundary(at.min(text.len()));
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
        let line = &text[start..end];
        let (key, rest) = line.split_once('=').unwrap_or((line, ""));
        // A comment ends a value, unless the number sign is within quotes of any kind.
        let quoted = rest.trim_start().starts_with(['"', '\'', '“', '„', '«', '‘']);
        let value = if quoted { rest } else { rest.split('#').next().unwrap_or_default() };
        let value_start =
            start + (line.len() - rest.len()) + (value.len() - value.trim_start().len());
        let value = value.trim();
        Self {
            span: start..end,
            text: line,
            key: key.trim(),
            value,
            value_span: value_start..value_start + value.len(),
        }
    }
}

fn finding(
    message: &str,
    span: Range<usize>,
    line: &SourceLine<'_>,
    text: &str,
    keys: &Keys<'_>,
) -> Finding {
    let (key, value) = (line.key, line.value);
    let at = |message: &str| Finding::error(Code::Syntax, span.clone(), message);
    if value.starts_with(TYPOGRAPHIC)
        || (value.ends_with(TYPOGRAPHIC) && !value.starts_with(['"', '\'']))
    {
        let plain = value.trim_matches(|c| TYPOGRAPHIC.contains(&c) || c == '"' || c == '\'');
        return Finding::error(
            Code::TypographicQuotes,
            line.value_span.clone(),
            "these are typographic quotes, which TOML does not read as quotes",
        )
        .help(format!("write straight ones: {key} = \"{plain}\""));
    }
    if message == DUPLICATE {
        return duplicate(span, line, text, keys);
    }
    if let Some(guess) = guess::datetime(key, value)
        && !value.starts_with(['"', '\'', '[', '{'])
    {
        return Finding::error(guess.code, line.value_span.clone(), guess.message).help(guess.help);
    }
    if let Some(control) =
        text[span.start..].chars().next().filter(|c| c.is_control() && !c.is_whitespace())
    {
        let message =
            format!("the control character U+{:04X} is not allowed here", u32::from(control));
        return Finding::error(Code::ControlCharacter, span, message).help("delete it");
    }
    if let Some(space) =
        text[span.clone()].chars().next().filter(|c| c.is_whitespace() && !c.is_ascii())
    {
        return at(&format!(
            "there is a special space (U+{:04X}) where a plain one should be",
            u32::from(space)
        ))
        .help("delete it and type a space");
    }
    match message.split(',').next().unwrap_or_default() {
        "string values must be quoted"
            if value.eq_ignore_ascii_case("yes") || value.eq_ignore_ascii_case("no") =>
        {
            let word = if value.eq_ignore_ascii_case("yes") { "true" } else { "false" };
            at("yes and no are written as true and false").help(format!("write `{key} = {word}`"))
        }
        "string values must be quoted" if value.is_empty() => at(&format!("`{key}` has no value"))
            .help(format!("write a value after `{key} =`, or delete the line")),
        "string values must be quoted" => {
            Finding::error(Code::Syntax, line.value_span.clone(), "a text must be in quotes")
                .help(format!("write {key} = \"{}\"", value.trim_matches('"')))
        }
        "invalid boolean" => at("true and false are written in lower case")
            .help(format!("write `{key} = {}`", value.to_ascii_lowercase())),
        "invalid basic string" | "invalid literal string" => {
            let mark = if message.starts_with("invalid literal") { '\'' } else { '"' };
            at("the closing quote is missing").help(format!(
                "add {mark} at the end; a text over several lines begins and ends with three of them"
            ))
        }
        "invalid multi-line basic string" | "invalid multi-line literal string" => {
            let mark = if message.contains("literal") { "'''" } else { "\"\"\"" };
            let open = text[..span.start].rfind(mark).unwrap_or(span.start);
            Finding::error(
                Code::Syntax,
                open..open + 3,
                "the text that begins here is never closed",
            )
            .help(format!("add {mark} where it ends"))
        }
        "key with no value" => {
            let word: String =
                key.chars().take_while(|c| c.is_alphanumeric() || "_-".contains(*c)).collect();
            at("a key and its value are joined by an equals sign")
                .help(format!("write `{word} = ...`"))
        }
        "unclosed array table" | "unclosed table" => {
            let name = line.text.trim().trim_matches(['[', ']']);
            let (open, close) =
                if line.text.trim().starts_with("[[") { ("[[", "]]") } else { ("[", "]") };
            at("the brackets are not closed").help(format!("write {open}{name}{close}"))
        }
        "unclosed array" => at("the list is not closed").help("add ] where it ends"),
        "unclosed inline table" => at("the braces are not closed")
            .help("add } where they end; everything between them is on one line"),
        "invalid date" | "invalid time" => {
            let wanted = message.split_once("expected ").map_or(message, |(_, wanted)| wanted);
            let what = if message.starts_with("invalid date") { "date" } else { "time of day" };
            Finding::error(Code::BadDate, span.clone(), format!("there is no such {what}"))
                .help(format!("TOML expects {wanted}, as in 2027-04-30T14:00:00"))
        }
        "unexpected key or value" => {
            at("there is extra text after the value").help("delete it; a comment begins with #")
        }
        "unexpected leading zero" => {
            let number = text[span.start..].split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
            let number = number.map(|number| number.trim_start_matches('0')).next();
            at("a number must not begin with a zero")
                .help(format!("write {}", number.unwrap_or("0")))
        }
        "missing escaped value" | "too few unicode value digits" => {
            at("a backslash must begin an escape such as \\n")
                .help("write \\\\ for a backslash, or put the text into 'single quotes'")
        }
        _ => at(&format!("this is not TOML: {message}")),
    }
}

/// A finding for a duplicate key or table, with the earlier location.
fn duplicate(span: Range<usize>, line: &SourceLine<'_>, text: &str, keys: &Keys<'_>) -> Finding {
    let name = &text[span.clone()];
    let mut earlier = keys.before(name, span.start);
    // Of tables with the same name the tree keeps only the last header.
    let header = format!("[{name}]");
    let is_header = line.text.trim_start().starts_with('[');
    if is_header {
        earlier =
            text[..line.span.start].rfind(&header).map(|at| at..at + header.len()).or(earlier);
    }
    let finding = Finding::error(Code::DuplicateKey, span, format!("`{name}` is already defined"));
    let finding = match earlier {
        Some(earlier) => finding.earlier(earlier, "here"),
        None => finding,
    };
    if is_header && ["sessions", "series", "feeds"].contains(&name) {
        return finding.help(format!("write [[{name}]], with double brackets, above each"));
    }
    finding.help("delete one of the two")
}

fn visit<'a>(table: &'a DeTable<'_>, see: &mut impl FnMut(&'a str, Range<usize>)) {
    for (key, value) in table {
        see(key.get_ref(), key.span());
        match value.get_ref() {
            DeValue::Table(inner) => visit(inner, see),
            DeValue::Array(items) => {
                for item in items.iter() {
                    if let DeValue::Table(inner) = item.get_ref() {
                        visit(inner, see);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sentence of the parser's that a finding is chosen by, with a text that it says that of.
    const SENTENCES: [(&str, &str); 18] = [
        ("duplicate key", "a = 1\na = 2"),
        ("string values must be quoted", "a = b"),
        ("invalid boolean", "a = True"),
        ("invalid basic string", "a = \"b"),
        ("invalid literal string", "a = 'b"),
        ("invalid multi-line basic string", "a = \"\"\"b"),
        ("invalid multi-line literal string", "a = '''b"),
        ("key with no value", "a"),
        ("unclosed array table", "[[a"),
        ("unclosed table", "[a"),
        ("unclosed array", "a = [1"),
        ("unclosed inline table", "a = {b = 1"),
        ("invalid date", "a = 2027-02-30"),
        ("invalid time", "a = 25:00:00"),
        ("unexpected key or value", "a = \"b\" \"c\""),
        ("unexpected leading zero", "a = 01"),
        ("missing escaped value", "a = \"\\q\""),
        ("too few unicode value digits", "a = \"\\u12\""),
    ];

    #[test]
    fn the_parser_says_what_findings_are_chosen_by() {
        for (sentence, text) in SENTENCES {
            let (root, errors) = DeTable::parse_recoverable(text);
            let own: Vec<&str> = errors.iter().map(|error| error.message()).collect();
            let is_said = own.iter().any(|own| own.split(',').next() == Some(sentence));
            assert!(is_said, "{sentence}: {own:?}");
            for findings in findings(&errors, text, root.get_ref()).0 {
                assert!(
                    !findings.message.contains("this is not TOML"),
                    "{text}: {}",
                    findings.message
                );
            }
        }
    }
}
