//! Explains duplicate keys and tables: a table has a key twice, or the `[[...]]` line of a table was forgotten.
//!
//! If the line above a table is forgotten, its keys belong to the table before it, which has most of them already. To
//! delete them would delete a session, so several duplicates in a row are one finding, which asks for the line.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use toml::de::{DeTable, DeValue, Error};

use super::context;
use super::explained::Explained;
use super::line::{self, SourceLine};
use crate::diagnostic::{Code, Finding};

/// The parser's message for a duplicate key.
pub(super) const DUPLICATE: &str = "duplicate key";
/// The keys that every table in double brackets has.
const REQUIRED: [&str; 3] = ["id", "title", "start"];
/// The largest number of lines between a blank line and a duplicate key.
const MOST_LINES: usize = 40;

/// The locations of keys, for findings about duplicates.
pub(super) struct Keys<'a> {
    errors: &'a [Error],
    text: &'a str,
    root: &'a DeTable<'a>,
    /// The locations by name, in the order of the text; collected when the first duplicate is found.
    locations: OnceCell<HashMap<&'a str, Vec<Range<usize>>>>,
}

impl<'a> Keys<'a> {
    pub(super) fn new(errors: &'a [Error], text: &'a str, root: &'a DeTable<'a>) -> Self {
        Self { errors, text, root, locations: OnceCell::new() }
    }

    /// Returns the last location of a key before an offset.
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

    /// Returns the duplicates between two offsets that begin their line, in order.
    fn duplicates(&self, part: Range<usize>) -> Vec<(&'a str, usize)> {
        let text = self.text;
        let begins = |at: usize| {
            let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
            text[start..at].trim().is_empty()
        };
        let twice = self.errors.iter().filter(|error| error.message() == DUPLICATE);
        let spans =
            twice.filter_map(|error| error.span()).filter(|span| part.contains(&span.start));
        let mut all: Vec<_> = spans
            .filter(|span| begins(span.start))
            .filter_map(|span| Some((text.get(span.clone())?, span.start)))
            .collect();
        all.sort_unstable_by_key(|(_, at)| *at);
        all
    }
}

/// Returns a finding for a duplicate key or table, with the earlier location.
pub(super) fn finding(
    span: Range<usize>,
    line: &SourceLine<'_>,
    text: &str,
    keys: &Keys<'_>,
) -> Explained {
    if let Some(forgotten) = forgotten(&span, line, text, keys) {
        return forgotten;
    }
    let name = &text[span.clone()];
    let mut earlier = keys.before(name, span.start);
    // The tree keeps only the last header of several tables with the same name.
    let header = format!("[{name}]");
    if line.is_header() {
        earlier =
            text[..line.span.start].rfind(&header).map(|at| at..at + header.len()).or(earlier);
    }
    let is_each = earlier.as_ref().is_some_and(|earlier| {
        let header = text[earlier.start..].trim_start_matches('[');
        header.starts_with("series.each")
    });
    let message = match is_each {
        true => "[series.each] is above the [[series]] table that it belongs to".to_owned(),
        false => format!("`{name}` is already defined"),
    };
    let finding = Finding::error(Code::DuplicateKey, span, message);
    let finding = match &earlier {
        Some(earlier) => finding.earlier(earlier.clone(), "here"),
        None => finding,
    };
    let above = earlier.map(|earlier| context::line(text, earlier.start));
    finding
        .help(match (line.is_header(), above) {
            (true, Some(above)) if is_each => {
                format!("move [series.each], with its lines, from line {above} below the lines of this table")
            }
            (true, _) if ["sessions", "series", "feeds"].contains(&name) => {
                format!("write [[{name}]], with double brackets, above each")
            }
            (true, Some(above)) => {
                format!(
                    "write the keys of both below line {above}, and delete the line {header} here"
                )
            }
            _ => "keep the right one, and begin the line of the other with #".to_owned(),
        })
        .into()
}

/// Returns a finding for a forgotten line that begins a table. The line is forgotten if the next duplicates include an
/// `id`, or two of the keys that every table has.
fn forgotten(
    span: &Range<usize>,
    line: &SourceLine<'_>,
    text: &str,
    keys: &Keys<'_>,
) -> Option<Explained> {
    if line.is_header() || !line.has_key() {
        return None;
    }
    let end = line::next_header(text, span.start);
    let mut run: Vec<&str> = Vec::new();
    let mut until = end;
    for (name, at) in keys.duplicates(span.start..end) {
        if run.contains(&name) {
            // The next forgotten line is missing at this key.
            until = first_line(&SourceLine::around(text, at), text).span.start;
            break;
        }
        run.push(name);
    }
    let required = run.iter().filter(|name| REQUIRED.contains(name)).count();
    if !run.contains(&"id") && required < 2 {
        return None;
    }
    let first = first_line(line, text);
    let start = first.span.start;
    let (before, _) = line::header_before(text, start.checked_sub(1)?)?;
    let header = header(before, &text[start..until.max(start)]);
    let (number, name) = (context::line(text, start), &text[span.clone()]);
    let message =
        format!("`{name}` is already defined: is a `{header}` line missing above line {number}?");
    let key = start + (first.text.len() - first.text.trim_start().len());
    let at = key..key + first.key.len();
    let mut finding = Finding::error(Code::DuplicateKey, at, message)
        .help(format!("write {header} on a line of its own above line {number}"));
    if let Some(earlier) = keys.before(name, span.start) {
        finding = finding.earlier(earlier, "here");
    }
    Some(Explained { finding, until: Some(until) })
}

/// Returns the first line of the keys that belong together: the line after a blank line if there is one, otherwise the
/// line itself.
fn first_line<'a>(line: &SourceLine<'a>, text: &'a str) -> SourceLine<'a> {
    let own = || SourceLine::around(text, line.span.start);
    let mut first = own();
    for _ in 0..MOST_LINES {
        match first.before(text) {
            Some(before) if before.is_blank() || before.text.trim_start().starts_with('#') => {
                return first;
            }
            Some(before) if before.has_key() => first = before,
            _ => break,
        }
    }
    own()
}

/// Returns the missing line that begins a table, for lines that follow a table.
fn header(before: &str, lines: &str) -> &'static str {
    let has = |keys: &[&str]| {
        lines
            .lines()
            .filter_map(|line| line.split_once('='))
            .any(|(key, _)| keys.contains(&key.trim()))
    };
    match before {
        "[[sessions]]" => "[[sessions]]",
        _ if has(&["start", "end", "register", "join", "place"]) => "[[sessions]]",
        _ if has(&["tags", "series"]) => "[[feeds]]",
        "[[feeds]]" => "[[feeds]]",
        _ => "[[series]]",
    }
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
