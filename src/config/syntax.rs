//! Parses text to a TOML tree, with one syntax error for each wrong line. `explain` describes the errors.

use std::ops::Range;

use toml::de::{DeTable, Error};

use super::context::Unread;
use super::duplicates::{self, DUPLICATE, Keys};
use super::explain::explain;
use super::explained::Explained;
use super::line::{self, SourceLine};
use crate::diagnostic::{Code, Finding, MOST};
use crate::zone::Rules;

/// The length of the first part of a text that is parsed, in bytes; each further attempt parses this factor more. The
/// parser keeps a few hundred bytes per error, and every byte of a text may be an error.
const PROBE: usize = 1 << 18;
const STEP: usize = 1 << 23;
/// The number of parser errors after which the rest of the text is not parsed.
const MOST_ERRORS: usize = 20_000;
/// The limit on lines, keys and values: the parser needs more than a hundred bytes for each.
const MOST_MARKS: usize = 1 << 22;
/// The number of findings after which no more are needed. The number is two more than are kept: one for a byte order
/// mark at the beginning, and one for an error at the end of the parsed part.
const ENOUGH: usize = MOST + 2;

/// A text parsed as TOML.
pub(super) struct ParsedToml<'a> {
    /// The tree, or `None` if there are too many errors.
    pub(super) root: Option<DeTable<'a>>,
    /// The syntax errors, one per line.
    pub(super) findings: Vec<Finding>,
    /// The parts that could not be parsed. The program reports no further findings in these parts.
    pub(super) unread: Unread,
}

/// Parses a text, or only its beginning if that has enough errors.
pub(super) fn parse<'a>(text: &'a str, rules: &Rules) -> ParsedToml<'a> {
    let probes = std::iter::successors(Some(PROBE), |probe| Some(probe + (3 * probe).min(STEP)));
    for probe in probes.take_while(|probe| *probe < text.len()) {
        let end = text[..text.floor_char_boundary(probe)].rfind('\n').map_or(probe, |at| at + 1);
        let beginning = &text[..text.floor_char_boundary(end)];
        let (root, errors) = DeTable::parse_recoverable(beginning);
        let (findings, unread) = findings(&errors, beginning, root.get_ref(), rules);
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
    let (findings, unread) = findings(&errors, text, root.get_ref(), rules);
    let root = (findings.len() < ENOUGH).then(|| root.into_inner());
    ParsedToml { root, findings, unread }
}

/// Returns whether a text has so many lines, keys and values that parsing would take gigabytes.
fn is_dense(text: &str) -> bool {
    let is_mark = |byte: &&u8| matches!(byte, b'\n' | b',' | b'.' | b'=' | b'[' | b'{');
    text.as_bytes().iter().filter(is_mark).count() > MOST_MARKS
}

/// Returns the findings for the parser's errors, and the parts that could not be parsed.
fn findings(
    errors: &[Error],
    text: &str,
    root: &DeTable<'_>,
    rules: &Rules,
) -> (Vec<Finding>, Unread) {
    let mut found = Vec::new();
    let mut unread = Unread::default();
    let keys = Keys::new(errors, text, root);
    if text.starts_with('\u{feff}') {
        found.push(
            Finding::warning(Code::ByteOrderMark, 0..3, "the file begins with a byte order mark")
                .help("it is skipped here; save the file as plain UTF-8 for other programs"),
        );
    }
    for (span, error) in by_line(errors, text) {
        if found.len() == ENOUGH {
            break;
        }
        if unread.parts.iter().rev().any(|part| part.contains(&span.start)) {
            continue;
        }
        let line = SourceLine::around(text, span.start);
        let Explained { finding, until } = match error.message() {
            DUPLICATE => duplicates::finding(span.clone(), &line, text, &keys),
            message => explain(message, span.clone(), &line, text, rules),
        };
        let start = line.span.start.min(finding.span.start);
        found.push(finding);
        // Further errors on a line follow from the first one. A wrong table header also affects the keys below it.
        let end = match until {
            Some(until) => until,
            None if line.is_header() => line::next_header(text, line.span.start),
            None => line.span.end.max(span.end) + 1,
        };
        unread.has_header |= line.is_header();
        // The tree has a key without a value.
        if until.is_some() || !line.has_key() {
            let table = line::header_before(text, start).map_or(0, |(_, header)| header.start);
            unread.tables.push(table..line::next_header(text, end.saturating_sub(1)));
        }
        unread.parts.push(start..end);
    }
    (found, unread)
}

/// Returns the errors by line. The parser reports wrong values after wrong lines; the errors of one line keep their
/// order.
fn by_line<'e>(errors: &'e [Error], text: &str) -> Vec<(Range<usize>, &'e Error)> {
    let end = text.len();
    let spans = errors.iter().map(|error| error.span().unwrap_or(end..end));
    let mut all: Vec<_> = spans.zip(errors).enumerate().collect();
    all.sort_by_key(|(_, (span, _))| span.start);
    let (mut at, mut line) = (0, 0_usize);
    let mut keyed: Vec<_> = all
        .into_iter()
        .map(|(order, found)| {
            let start = found.0.start.min(end);
            line += text.as_bytes()[at..start].iter().filter(|byte| **byte == b'\n').count();
            at = start;
            ((line, order), found)
        })
        .collect();
    keyed.sort_by_key(|(key, _)| *key);
    keyed.into_iter().map(|(_, found)| found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every sentence of the parser that selects a finding, with a text that causes the sentence.
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
            for findings in findings(&errors, text, root.get_ref(), &Rules::bundled()).0 {
                assert!(
                    !findings.message.contains("this is not TOML"),
                    "{text}: {}",
                    findings.message
                );
            }
        }
    }
}
