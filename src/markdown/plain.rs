//! Renders Markdown as plain text, for calendars, summaries and JSON.

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};

use super::cleaned;
use super::shallow::events;
use crate::model::{Dialect, Markdown};

/// Renders plain text with [`to_text_in`] by the default dialect.
pub fn to_text(markdown: &Markdown) -> String {
    to_text_in(markdown, Dialect::default())
}

/// Renders plain text by the rules of a dialect. Links become "text (address)", lists get dashes or numbers, each row
/// of a table is a line, and a blank line separates blocks.
pub fn to_text_in(markdown: &Markdown, dialect: Dialect) -> String {
    let mut text = TextWriter::default();
    for event in events(markdown, dialect) {
        text.take(event);
    }
    let out = cleaned(&text.out);
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Renders plain text. Returns `None` if nothing is left to read, as in a text that only defines links.
pub fn to_some_text(markdown: &Markdown) -> Option<String> {
    to_some_text_in(markdown, Dialect::default())
}

/// Renders plain text by the rules of a dialect. Returns `None` if nothing is left to read.
pub fn to_some_text_in(markdown: &Markdown, dialect: Dialect) -> Option<String> {
    Some(to_text_in(markdown, dialect)).filter(|text| !text.trim().is_empty())
}

#[derive(Default)]
struct TextWriter {
    out: String,
    /// The next number of each open list; `None` for a list of dashes.
    lists: Vec<Option<u64>>,
    /// The address of each open link, and the start of its text.
    links: Vec<(CowStr<'static>, usize)>,
    /// The start of the open row of a table.
    row: usize,
}

impl TextWriter {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.out.push_str(&text);
            }
            Event::SoftBreak => self.out.push(' '),
            Event::HardBreak => {
                self.out.push('\n');
                self.indent();
            }
            Event::Rule => {
                self.block();
                self.out.push_str("---");
            }
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            // The first paragraph or table of an item follows its dash on the same line.
            Tag::Paragraph | Tag::Table(_)
                if self.lists.is_empty()
                    || !self.out.ends_with("- ") && !self.out.ends_with(". ") =>
            {
                self.block();
            }
            Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock => self.block(),
            Tag::TableHead => self.row = self.out.len(),
            Tag::TableRow => {
                self.line();
                self.indent();
                self.row = self.out.len();
            }
            Tag::TableCell if self.out.len() > self.row => self.out.push_str(" | "),
            Tag::List(first) => {
                if self.lists.is_empty() {
                    self.block();
                }
                self.lists.push(first);
            }
            Tag::Item => {
                self.line();
                let depth = self.lists.len().saturating_sub(1);
                self.out.push_str(&"  ".repeat(depth));
                match self.lists.last_mut() {
                    Some(Some(number)) => {
                        self.out.push_str(&format!("{number}. "));
                        *number += 1;
                    }
                    _ => self.out.push_str("- "),
                }
            }
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.links.push((dest_url.into_static(), self.out.len()));
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::List(_) => {
                self.lists.pop();
            }
            TagEnd::Link | TagEnd::Image => {
                let Some((address, from)) = self.links.pop() else { return };
                let shown = &self.out[from..];
                if shown.is_empty() {
                    self.out.push_str(&address);
                } else if shown != &*address
                    && !address.is_empty()
                    && address.strip_prefix("mailto:") != Some(shown)
                {
                    self.out.push_str(&format!(" ({address})"));
                }
            }
            _ => {}
        }
    }

    /// Begins a block, after a blank line unless it is the first.
    fn block(&mut self) {
        self.line();
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
        self.indent();
    }

    fn line(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
    }

    fn indent(&mut self) {
        self.out.push_str(&"  ".repeat(self.lists.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(markdown: &str) -> String {
        to_text(&Markdown::parse(markdown).unwrap())
    }

    #[test]
    fn links_are_text_with_their_address() {
        assert_eq!(
            text("See [our site](https://a.example/x) now."),
            "See our site (https://a.example/x) now."
        );
        assert_eq!(text("<https://a.example>"), "https://a.example");
        assert_eq!(text("<info@a.example>"), "info@a.example");
        assert_eq!(
            text("![a cat](https://a.example/cat.png)"),
            "a cat (https://a.example/cat.png)"
        );
    }

    #[test]
    fn blocks_and_lists_keep_their_shape() {
        assert_eq!(
            text("# Title\n\nOne *two*\nthree.\n\n- a\n- b\n  1. c\n  2. d\n\nEnd  \nline"),
            "Title\n\nOne two three.\n\n- a\n- b\n  1. c\n  2. d\n\nEnd\nline"
        );
    }

    #[test]
    fn a_row_of_a_table_is_a_line() {
        let table = "Before\n\n| Time | Room |\n|---:|---|\n| 9:00 | *Hall* |\n| 10:00 |\n\nAfter";
        assert_eq!(text(table), "Before\n\nTime | Room\n9:00 | Hall\n10:00 |\n\nAfter");
        assert_eq!(text("- | a | b |\n  |---|---|\n  | c | d |"), "- a | b\n  c | d");
    }

    #[test]
    fn a_text_without_content_is_none() {
        let some = |text: &str| to_some_text(&Markdown::parse(text).unwrap());
        assert_eq!(some("[a]: https://a.example"), None);
        assert_eq!(some("&nbsp;"), None);
        assert_eq!(some("a").as_deref(), Some("a"));
    }
}
