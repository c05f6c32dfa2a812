//! Splits a line of the file into its key and its value, and finds the lines that begin tables.

use std::ops::Range;

use super::synonyms;

/// A line of the text, with its key and value.
pub(super) struct SourceLine<'a> {
    /// The whole line, without its end.
    pub(super) span: Range<usize>,
    pub(super) text: &'a str,
    /// The text before the first equals sign, or the whole line if there is none.
    pub(super) key: &'a str,
    /// The text after the equals sign, without a comment.
    pub(super) value: &'a str,
    pub(super) value_span: Range<usize>,
}

impl<'a> SourceLine<'a> {
    pub(super) fn around(text: &'a str, at: usize) -> Self {
        let at = text.floor_char_boundary(at.min(text.len()));
        let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
        let line = text[start..end].trim_end_matches('\r');
        let (key, rest) = line.split_once('=').unwrap_or((line, ""));
        // A comment ends a value, unless the number sign is within quotes of any kind or within a word.
        let quoted = rest.trim_start().starts_with(['"', '\'', '“', '„', '«', '‘']);
        let value = if quoted { rest } else { without_comment(rest) };
        let value_start =
            start + (line.len() - rest.len()) + (value.len() - value.trim_start().len());
        let value = value.trim();
        Self {
            span: start..start + line.len(),
            text: line,
            key: key.trim(),
            value,
            value_span: value_start..value_start + value.len(),
        }
    }

    /// Returns the line after this one.
    pub(super) fn next(&self, text: &'a str) -> Option<Self> {
        let end = text[self.span.end..].find('\n').map(|newline| self.span.end + newline + 1)?;
        (end < text.len()).then(|| Self::around(text, end))
    }

    /// Returns the line before this one.
    pub(super) fn before(&self, text: &'a str) -> Option<Self> {
        self.span.start.checked_sub(1).map(|end| Self::around(text, end))
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Returns whether the line begins a table.
    pub(super) fn is_header(&self) -> bool {
        is_header(self.text)
    }

    /// Returns whether the line has a key as TOML writes keys, and an equals sign.
    pub(super) fn has_key(&self) -> bool {
        self.text.contains('=') && is_plain_key(self.key)
    }

    /// Returns whether the line has a key of some table.
    pub(super) fn has_known_key(&self) -> bool {
        self.has_key() && synonyms::of_any_table(self.key).is_some()
    }
}

fn without_comment(value: &str) -> &str {
    let mark = value.match_indices('#').map(|(at, _)| at);
    let ends = |at: &usize| value[..*at].is_empty() || value[..*at].ends_with(char::is_whitespace);
    mark.into_iter().find(ends).map_or(value, |at| &value[..at])
}

/// Returns whether a text is a key without quotes.
pub(super) fn is_plain_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
}

fn is_header(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('[') && !line.starts_with("[\"") && !line.contains("],")
}

/// Returns the offset of the next line that begins a table, after a given offset; otherwise the end of the text.
pub(super) fn next_header(text: &str, from: usize) -> usize {
    let from = text.floor_char_boundary(from.min(text.len()));
    let mut at = from;
    for (number, line) in text[from..].split_inclusive('\n').enumerate() {
        if number > 0 && is_header(line) {
            return at;
        }
        at += line.len();
    }
    text.len()
}

/// Returns the last line up to an offset that begins a table, and its location.
pub(super) fn header_before(text: &str, at: usize) -> Option<(&str, Range<usize>)> {
    let mut end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    loop {
        let start = text[..end].rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[start..end].trim();
        if is_header(line) {
            return Some((without_comment(line).trim(), start..end));
        }
        end = start.checked_sub(1)?;
    }
}
