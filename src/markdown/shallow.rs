//! Bounds the nesting of lists, quotes and emphasis in rendered Markdown.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::tables;
use crate::model::{Dialect, Markdown};

/// The deepest nesting of lists and quotes, and of emphasis. Lists, quotes and emphasis that are nested more deeply are
/// rendered at this depth, each item on its own line.
pub(super) const DEEPEST: usize = 8;

/// Returns the events of a text, with bounded nesting.
pub fn events(markdown: &Markdown, dialect: Dialect) -> impl Iterator<Item = Event<'_>> {
    let text = markdown.as_str();
    let has_tables = dialect == Dialect::Extended && tables::are_bounded(text);
    let options = if has_tables { Options::ENABLE_TABLES } else { Options::empty() };
    Shallow {
        parser: Parser::new_ext(text, options),
        blocks: 0,
        spans: 0,
        is_inline: false,
        is_apart: false,
        held: None,
    }
}

struct Shallow<'a> {
    parser: Parser<'a>,
    /// The number of open lists and quotes.
    blocks: usize,
    /// The number of open emphasis elements.
    spans: usize,
    /// Whether the last rendered event was inline text.
    is_inline: bool,
    /// Whether a list, item or quote beyond the depth has begun or ended since the last rendered event.
    is_apart: bool,
    /// The event after an inserted break.
    held: Option<Event<'a>>,
}

impl<'a> Iterator for Shallow<'a> {
    type Item = Event<'a>;

    fn next(&mut self) -> Option<Event<'a>> {
        if let Some(held) = self.held.take() {
            return Some(held);
        }
        loop {
            let event = self.parser.next()?;
            if !self.is_shown(&event) {
                continue;
            }
            let is_apart = std::mem::take(&mut self.is_apart);
            let was_inline = std::mem::replace(&mut self.is_inline, is_inline(&event));
            if is_apart && was_inline && self.is_inline {
                self.held = Some(event);
                return Some(Event::HardBreak);
            }
            return Some(event);
        }
    }
}

impl Shallow<'_> {
    fn is_shown(&mut self, event: &Event<'_>) -> bool {
        let deepest = match event {
            Event::Start(Tag::List(_) | Tag::BlockQuote(_)) => {
                self.blocks += 1;
                self.blocks
            }
            Event::End(TagEnd::List(_) | TagEnd::BlockQuote(_)) => {
                self.blocks -= 1;
                self.blocks + 1
            }
            Event::Start(Tag::Item) | Event::End(TagEnd::Item) => self.blocks,
            Event::Start(Tag::Emphasis | Tag::Strong) => {
                self.spans += 1;
                return self.spans <= DEEPEST;
            }
            Event::End(TagEnd::Emphasis | TagEnd::Strong) => {
                self.spans -= 1;
                return self.spans < DEEPEST;
            }
            _ => return true,
        };
        self.is_apart |= deepest > DEEPEST;
        deepest <= DEEPEST
    }
}

/// Returns whether an event is inline text, which would join the previous text.
fn is_inline(event: &Event<'_>) -> bool {
    match event {
        Event::Start(tag) => {
            matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Link { .. } | Tag::Image { .. })
        }
        Event::End(tag) => {
            matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link | TagEnd::Image)
        }
        Event::Text(_) | Event::Code(_) | Event::InlineHtml(_) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::{to_html, to_text};

    fn markdown(text: &str) -> Markdown {
        Markdown::parse(text).unwrap()
    }

    /// Returns a list with `levels` levels, with two items on each.
    fn list(levels: usize) -> String {
        let item = |level: usize| {
            let indent = "  ".repeat(level);
            format!("{indent}- {level}a\n{indent}- {level}b\n")
        };
        (0..levels).map(item).collect()
    }

    #[test]
    fn eight_levels_are_rendered_as_they_are() {
        let whole = markdown(&list(DEEPEST));
        let plain: Vec<Event<'_>> = Parser::new(whole.as_str()).collect();
        assert_eq!(events(&whole, Dialect::Extended).collect::<Vec<_>>(), plain);
        assert_eq!(to_text(&whole), list(DEEPEST).trim_end());
    }

    #[test]
    fn deeper_levels_are_rendered_at_the_eighth_and_words_stay_apart() {
        let text = to_text(&markdown(&list(11)));
        let deepest = "  ".repeat(DEEPEST);
        let rest: Vec<String> =
            ["8a", "8b", "9a", "9b", "10a", "10b"].map(|word| format!("{deepest}{word}")).into();
        assert!(text.starts_with(list(DEEPEST).trim_end()), "{text}");
        assert!(text.ends_with(&rest.join("\n")), "{text}");
        let html = to_html(&markdown(&list(11)));
        assert!(html.contains("<li>7b<br />\n8a<br />\n8b<br />\n9a<br />\n9b"), "{html}");
    }

    #[test]
    fn quotes_and_paragraphs_that_are_too_deep_stay_paragraphs() {
        let html = to_html(&markdown(&format!("{} a\n\n{} b", ">".repeat(9), ">".repeat(12))));
        assert_eq!(html.matches("<blockquote>").count(), 2 * DEEPEST);
        assert_eq!(html.matches("</blockquote>").count(), 2 * DEEPEST);
        assert!(html.contains("<p>a</p>") && html.contains("<p>b</p>"), "{html}");
    }

    #[test]
    fn emphasis_ends_where_it_begins_however_deep_it_is() {
        for (open, close, tag) in [("*a ", " a*", "em"), ("**a ", " a**", "strong")] {
            let html = to_html(&markdown(&format!("{}x{}", open.repeat(50), close.repeat(50))));
            let count = |text: &str| html.matches(text).count();
            assert_eq!(count(&format!("<{tag}>")), DEEPEST, "{html}");
            assert_eq!(count(&format!("</{tag}>")), DEEPEST, "{html}");
            assert_eq!(count("a"), 100, "{html}");
        }
    }
}
