//! Cuts the first words of a text, as one plain line.

use pulldown_cmark::{Event, Tag, TagEnd};

use crate::cut;
use crate::markdown::events;
use crate::model::{Dialect, Markdown};

/// Returns the first paragraph, or else the first other text, without markup and with at most `most` characters. A
/// phrase replaces each address, because mail apps turn addresses into links, and a block links only to this service.
pub(super) fn of(markdown: &Markdown, most: usize, address: &str) -> Option<String> {
    let (mut first, mut all) = (String::new(), String::new());
    let (mut within, mut done) = (false, false);
    for event in events(markdown, Dialect::default()) {
        let piece = match &event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                text
            }
            Event::Start(Tag::Paragraph) => {
                within = true;
                " "
            }
            Event::End(TagEnd::Paragraph) => {
                within = false;
                done |= !first.trim().is_empty();
                " "
            }
            // A space separates the words of two blocks; those of one block are already separated.
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Link { .. } | Tag::Image { .. })
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Link | TagEnd::Image) => "",
            _ => " ",
        };
        all.push_str(piece);
        if within && !done {
            first.push_str(piece);
        }
        if done || all.len() > 100 * most {
            break;
        }
    }
    let line = without_addresses(if first.trim().is_empty() { &all } else { &first }, address);
    (!line.is_empty()).then(|| cut::to_chars(&line, most))
}

/// Returns one line of words with single spaces between them, without addresses.
fn without_addresses(text: &str, address: &str) -> String {
    let clean = text.replace(|c: char| c.is_control(), " ");
    let mut line = String::new();
    for word in clean.split_whitespace() {
        let lower = word.to_ascii_lowercase();
        let word = if lower.contains("://") || lower.contains("www.") { address } else { word };
        if !(word == address && line.ends_with(address)) {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(text: &str) -> Option<String> {
        of(&Markdown::parse(text).unwrap(), 300, "(see the page)")
    }

    #[test]
    fn the_first_paragraph_is_the_excerpt() {
        assert_eq!(
            excerpt("# Head\n\nOne *two*\nthree&nbsp;`four`.\n\nFive.").unwrap(),
            "One two three four."
        );
        assert_eq!(excerpt("- a\n- b").unwrap(), "a b");
        assert_eq!(excerpt("***"), None);
        assert_eq!(excerpt("a <b>c</b>").unwrap(), "a <b>c</b>");
    }

    #[test]
    fn addresses_are_left_to_the_page() {
        assert_eq!(
            excerpt("See [our site](https://a.example/x) or <https://b.example> now.").unwrap(),
            "See our site or (see the page) now."
        );
        assert_eq!(
            excerpt("Watch: WWW.a.example https://b.example").unwrap(),
            "Watch: (see the page)"
        );
    }

    #[test]
    fn a_long_text_is_cut_between_words() {
        let cut = excerpt(&"solidarity ".repeat(100)).unwrap();
        assert!(cut.chars().count() <= 300, "{cut}");
        assert!(cut.ends_with("solidarity\u{2026}"), "{cut}");
    }
}
