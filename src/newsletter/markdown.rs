//! Prints the block as Markdown (CommonMark) that is also readable as plain text.

use super::{Block, Card};
use crate::l10n::SLOTS;

pub(super) fn print(block: &Block) -> String {
    let mut parts: Vec<String> = Vec::new();
    if block.list {
        parts.push(format!("## {}", escaped(&block.title)));
    }
    parts.extend(block.nothing().map(escaped));
    parts.extend(block.cards.iter().flat_map(|session| card(block, session)));
    let more = block.more().map(|more| format!("{} ", escaped(&more))).unwrap_or_default();
    let subscribe = link(&block.subscribe().to_string(), &block.feed.1);
    let updates = block.words.messages().block_updates(SLOTS[0]);
    parts.push(format!("{more}{}", escaped(&updates).replace(SLOTS[0], &subscribe)));
    parts.join("\n\n")
}

fn card(block: &Block, card: &Card) -> Vec<String> {
    let words = &block.words;
    let mut parts = vec![format!("### {}", link(&card.title, &card.page))];
    parts.extend(card.note(words).map(|note| format!("**{}**", escaped(note))));
    parts.push(format!("**{}**", escaped(&card.when)));
    parts.extend(card.place.as_ref().map(|place| escaped(&place.to_string())));
    parts.extend(card.speakers.as_deref().map(escaped));
    parts.extend(card.access.as_deref().map(escaped));
    parts.extend(card.about.as_deref().map(escaped));
    parts.extend(card.registration.as_deref().map(escaped));
    let links: Vec<String> =
        card.links(words).iter().map(|to| format!("- {}", link(&to.text, to.url))).collect();
    if !links.is_empty() {
        parts.push(links.join("\n"));
    }
    parts
}

pub(super) fn link(text: &str, url: &str) -> String {
    let url = url.replace('&', "&amp;").replace('(', "\\(").replace(')', "\\)");
    format!("[{}]({url})", escaped(text))
}

/// Escapes a line to literal text. Uses backslashes where every Markdown parser accepts them, and entities for the
/// syntax of extensions: tables, math, strikethrough, attributes, bare addresses.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    for (at, c) in text.char_indices() {
        let at_start = at == 0;
        let numbers_a_list = at > 0 && at == digits;
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' => out.extend(['\\', c]),
            '-' | '+' if at_start => out.extend(['\\', c]),
            '.' | ')' if numbers_a_list => out.extend(['\\', c]),
            '!' if text[at..].starts_with("![") => out.push_str("\\!"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            ':' if text[at..].starts_with("://") => out.push_str("&#58;"),
            '.' if out.ends_with("www") || out.ends_with("WWW") => out.push_str("&#46;"),
            ':' if at_start => out.push_str("&#58;"),
            '|' | '~' | '$' | '@' | '^' | '=' | '{' | '}' | '\t' => {
                out.push_str(&format!("&#{};", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_would_mean_something_is_escaped() {
        assert_eq!(
            escaped("Tuesday, April 30, 2024, 2-3:30 pm PT"),
            "Tuesday, April 30, 2024, 2-3:30 pm PT"
        );
        assert_eq!(escaped("1. *a* [b] <c> & d_e"), "1\\. \\*a\\* \\[b\\] &lt;c&gt; &amp; d\\_e");
        assert_eq!(escaped("- a - b"), "\\- a - b");
        assert_eq!(escaped("https://a.example"), "https&#58;//a.example");
    }

    #[test]
    fn an_address_with_brackets_stays_whole() {
        assert_eq!(link("a", "https://b.example/(c"), "[a](https://b.example/\\(c)");
    }
}
