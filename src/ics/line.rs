//! Content lines (RFC 5545 section 3.1): escapes values by their type, and folds lines at 75 octets.
//!
//! The icalendar crate provides the properties, but not the lines: its writer sorts by name, counts characters instead
//! of octets, and takes time quadratic in the length.

use icalendar::{Property, ValueType};
use unicode_segmentation::GraphemeCursor;

/// The largest number of octets in a line, without its CR LF.
const LIMIT: usize = 75;

/// Appends one property as a content line, and folds it if it is too long.
pub(super) fn write(out: &mut String, property: &Property) {
    let mut line = String::with_capacity(property.key().len() + property.value().len() + 40);
    line.push_str(property.key());
    for (name, parameter) in property.params() {
        line.push(';');
        line.push_str(name);
        line.push('=');
        push_parameter(&mut line, name, parameter.value());
    }
    line.push(':');
    if is_text(property) {
        push_escaped(&mut line, property.value());
    } else {
        line.push_str(property.value());
    }
    fold(out, &line);
}

/// Appends a list of texts as one content line; the commas between them are not escaped.
pub(super) fn write_list<'a>(
    out: &mut String,
    name: &str,
    items: impl IntoIterator<Item = &'a str>,
) {
    let mut line = format!("{name}:");
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        push_escaped(&mut line, item);
    }
    fold(out, &line);
}

/// Appends a line that is short and needs no escaping.
pub(super) fn write_plain(out: &mut String, line: &str) {
    out.push_str(line);
    out.push_str("\r\n");
}

/// Returns whether the value of a property is TEXT. NAME comes from RFC 7986, which the crate's registry does not
/// include.
fn is_text(property: &Property) -> bool {
    matches!(property.value_type(), Some(ValueType::Text)) || property.key() == "NAME"
}

fn push_escaped(line: &mut String, text: &str) {
    let mut rest = text;
    // All four characters are ASCII, and the encoding of no other character contains an ASCII byte.
    while let Some(at) = rest.bytes().position(|b| matches!(b, b'\\' | b';' | b',' | b'\n')) {
        line.push_str(&rest[..at]);
        line.push('\\');
        line.push_str(if rest.as_bytes()[at] == b'\n' { "n" } else { &rest[at..=at] });
        rest = &rest[at + 1..];
    }
    line.push_str(rest);
}

/// Appends a parameter. Few parsers support RFC 6868, so parameters avoid its escapes, except the one for a caret,
/// which RFC 6868 makes special.
fn push_parameter(line: &mut String, name: &str, value: &str) {
    // This is the only parameter that is a list; its commas are separators.
    let quoted = name != "FEATURE" && value.contains([':', ';', ',']);
    if quoted {
        line.push('"');
    }
    for c in value.chars() {
        match c {
            '"' => line.push('\''),
            '\n' | '\r' => line.push(' '),
            '^' => line.push_str("^^"),
            c => line.push(c),
        }
    }
    if quoted {
        line.push('"');
    }
}

fn fold(out: &mut String, line: &str) {
    out.reserve(line.len() + line.len() / 24 + 4);
    let mut rest = line;
    let mut limit = LIMIT;
    while rest.len() > limit {
        let (part, after) = rest.split_at(cut(rest, limit));
        out.push_str(part);
        out.push_str("\r\n ");
        rest = after;
        // The leading space of a continuation line counts.
        limit = LIMIT - 1;
    }
    out.push_str(rest);
    out.push_str("\r\n");
}

/// Returns the position of the fold: as late as possible, but not inside a grapheme (a joined emoji, a letter with its
/// accents) or an escape, and not next to a space, which some parsers trim.
fn cut(text: &str, limit: usize) -> usize {
    let bytes = text.as_bytes();
    let last = text.floor_char_boundary(limit);
    let spaced = |at: usize| bytes[at].is_ascii_whitespace() || bytes[at - 1].is_ascii_whitespace();
    let escaped =
        |at: usize| bytes[..at].iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1;
    let window = &text[..text.ceil_char_boundary((limit + 4).min(text.len()))];
    let whole = |at: usize| {
        window.is_ascii()
            || GraphemeCursor::new(at, window.len(), true).is_boundary(window, 0).unwrap_or(true)
    };
    let candidates = || (limit / 2..=last).rev().filter(|at| text.is_char_boundary(*at));
    let good = |at: &usize| !escaped(*at) && whole(*at);
    candidates()
        .filter(good)
        .find(|at| !spaced(*at))
        .or_else(|| candidates().find(good))
        .unwrap_or(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(property: &Property) -> String {
        let mut out = String::new();
        write(&mut out, property);
        out
    }

    #[test]
    fn only_texts_are_escaped() {
        assert_eq!(
            line(&Property::new("SUMMARY", "a,b;c\\d\ne:f\"g")),
            "SUMMARY:a\\,b\\;c\\\\d\\ne:f\"g\r\n"
        );
        assert_eq!(line(&Property::new("NAME", "a,b")), "NAME:a\\,b\r\n");
        assert_eq!(line(&Property::new("URL", "https://a.b/,;")), "URL:https://a.b/,;\r\n");
        assert_eq!(line(&Property::new("X-WR-CALNAME", "a;b")), "X-WR-CALNAME:a\\;b\r\n");
    }

    #[test]
    fn parameters_are_quoted_where_they_must_be() {
        let organizer =
            Property::new("ORGANIZER", "mailto:a@b.c").add_parameter("CN", "A, \"B\"^").done();
        assert_eq!(line(&organizer), "ORGANIZER;CN=\"A, 'B'^^\":mailto:a@b.c\r\n");
    }

    #[test]
    fn no_line_is_longer_than_75_octets_and_unfolding_gives_the_text_back() {
        for unit in ["a", "é", "語", "😀", "👩‍👩‍👧‍👦", "e\u{301}\u{302}", "\\", ",", " ", "a b", "\n"]
        {
            for offset in 0..80 {
                let text = format!("{}{}", "x".repeat(offset), unit.repeat(200));
                let folded = line(&Property::new("DESCRIPTION", text.as_str()));
                for part in folded.split("\r\n") {
                    assert!(part.len() <= LIMIT, "{unit:?} {offset}: {} octets", part.len());
                }
                let unfolded = folded.replace("\r\n ", "");
                let value = unfolded.strip_prefix("DESCRIPTION:").unwrap().trim_end_matches("\r\n");
                let mut escaped = String::new();
                push_escaped(&mut escaped, &text);
                assert_eq!(value, escaped, "{unit:?} {offset}");
            }
        }
    }

    #[test]
    fn a_family_of_emoji_is_not_torn_apart() {
        let family = "👩‍👩‍👧‍👦";
        let folded = line(&Property::new("SUMMARY", format!("{}{family}", "x".repeat(60))));
        assert!(folded.contains(family), "{folded}");
    }

    #[test]
    fn a_cluster_longer_than_a_line_is_cut_between_characters() {
        let folded = line(&Property::new("SUMMARY", format!("e{}", "\u{301}".repeat(200))));
        assert!(folded.split("\r\n").all(|part| part.len() <= LIMIT));
    }
}
