//! Converts texts of other calendars to Markdown that renders to the same text: plain text is escaped, HTML is
//! converted.

use super::entities::unescaped;
use super::escape::start_escaped;
use super::html::{html, is_html};
use super::values::{joined, kept};
use crate::markdown::to_text;
use crate::model::Markdown;

/// The largest number of characters in a description.
const LONGEST: usize = 200_000;

/// Converts a text to Markdown. Returns `None` if it is empty. A text that is too long is cut, and `lost` gets a note.
pub(super) fn markdown(text: &str, is_ours: bool, lost: &mut Vec<String>) -> Option<String> {
    match is_ours {
        true => finished(text, false, lost),
        false => {
            let (text, is_markdown) = foreign(text);
            finished(&text, is_markdown, lost)
        }
    }
}

/// Reads a text of another program as calendar apps show it: as HTML if it has tags, and otherwise as plain text whose
/// entities are characters. Returns whether the result is Markdown.
pub(super) fn foreign(text: &str) -> (String, bool) {
    if is_html(text) {
        return (html(text), true);
    }
    let text = unescaped(text);
    match is_html(&text) {
        true => (html(&text), true),
        false => (text, false),
    }
}

/// Returns the Markdown of a text that [`foreign`] has read.
pub(super) fn finished(text: &str, is_markdown: bool, lost: &mut Vec<String>) -> Option<String> {
    let markdown = if is_markdown { text.to_owned() } else { plain(text) };
    let markdown = kept(markdown, LONGEST, "description", lost);
    Some(markdown).filter(|markdown| !markdown.trim().is_empty())
}

/// Returns a text of another program as one line: without tags and entities, and with commas between its lines.
pub(super) fn one_line(text: &str) -> String {
    if !is_html(text) {
        return joined(&unescaped(text));
    }
    let markdown = Markdown::parse(&html(text)).ok();
    joined(&markdown.map_or_else(|| text.to_owned(), |markdown| to_text(&markdown)))
}

/// Converts plain text to Markdown that renders to the same text. A list stays a list if it is one in Markdown, too.
fn plain(text: &str) -> String {
    let text = normal(text);
    let blocks = text.split("\n\n");
    let nice: Vec<String> = blocks
        .clone()
        .map(|block| {
            let lines: Vec<&str> = block.lines().collect();
            match lines.iter().all(|line| list_mark(line.trim_start()) > 0) {
                true => lines.iter().map(|line| item(line)).collect::<Vec<_>>().join("\n"),
                false => paragraph(&lines),
            }
        })
        .collect();
    let nice = nice.join("\n\n");
    if gives(&nice, &text) {
        return nice;
    }
    let bare: Vec<String> =
        blocks.map(|block| paragraph(&block.lines().collect::<Vec<_>>())).collect();
    bare.join("\n\n")
}

fn gives(markdown: &str, text: &str) -> bool {
    Markdown::parse(markdown).is_ok_and(|markdown| to_text(&markdown) == text)
}

/// Removes spaces at the ends of lines, and repeated empty lines.
fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && (out.is_empty() || out.ends_with("\n\n"))) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.trim_end().to_owned()
}

/// Joins lines with line breaks, which are a backslash at the end of a line (CommonMark 6.7).
fn paragraph(lines: &[&str]) -> String {
    let escaped: Vec<String> = lines.iter().map(|line| start_escaped(line.trim(), true)).collect();
    escaped.join("\\\n")
}

fn item(line: &str) -> String {
    let indent = line.len() - line.trim_start().len();
    let (mark, rest) = line.split_at(indent + list_mark(line.trim_start()));
    format!("{mark}{}", start_escaped(rest, true))
}

/// Returns the length of `- ` or `12. ` before an item, or 0 if there is no such mark.
fn list_mark(line: &str) -> usize {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let mark = if digits > 0 { ". " } else { "- " };
    match line[digits..].starts_with(mark) && digits < 10 && line.len() > digits + 2 {
        true => digits + 2,
        false => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turned(text: &str) -> Option<String> {
        markdown(text, false, &mut Vec::new())
    }

    fn read_back(text: &str) -> String {
        to_text(&Markdown::parse(&turned(text).unwrap()).unwrap())
    }

    #[test]
    fn plain_text_comes_back_as_it_was() {
        for text in [
            "One line.",
            "Two\nlines.\n\nAnother paragraph.",
            "- a\n- b\n\n1. c\n2. d",
            "a\n- b\n- c",
            "# not a heading\n---\n=== no\n+ x\n> quoted",
            "5 * 3 * 2 _x_ snake_case `code` [a](b) <script> & &bogus; \\ ~~~",
            "See https://a.example/x_y?b=1&c=2. And (https://b.example).",
            "1) one\n2. two\n1234567890. three",
            "![x] !\\\nend\\",
            "*\n**\n***",
            "日本語 「a」 — é 👩‍👩‍👧‍👦",
            "[a]: https://a.example",
            "Zoom: 123\n\n\n\n\nPasscode: 4",
        ] {
            assert_eq!(read_back(text), normal(text), "{:?}", turned(text));
        }
        assert_eq!(turned(" \n\n "), None);
    }

    #[test]
    fn common_texts_stay_easy_to_read() {
        assert_eq!(
            turned("Bring snake_case, 5 - 3 and a_b.\n\n- tea\n- cake").as_deref(),
            Some("Bring snake_case, 5 - 3 and a_b.\n\n- tea\n- cake")
        );
        assert_eq!(
            turned("Go to https://a.example/.").as_deref(),
            Some("Go to <https://a.example/>.")
        );
    }
}
