//! Decodes HTML entities that some sites leave in texts without tags.

use std::collections::HashMap;

use crate::markdown::to_text;
use crate::model::Markdown;

/// The largest number of bytes of an entity after `&`. A longer search would take quadratic time.
const LONGEST: usize = 10;

/// Replaces the entities of a text with their characters.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut known: HashMap<&str, Option<String>> = HashMap::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(LONGEST).position(|b| b == b';');
        let entity = end.map_or("", |end| &rest[1..end]);
        let characters = known.entry(entity).or_insert_with(|| characters(entity));
        match (characters, end) {
            (Some(characters), Some(end)) => {
                out.push_str(characters);
                rest = &rest[end + 1..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// Returns the characters of an entity, given without `&` and `;`.
fn characters(entity: &str) -> Option<String> {
    if entity == "nbsp" {
        return Some(" ".to_owned());
    }
    if let Some(number) = entity.strip_prefix('#') {
        let number = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        };
        let c = number.and_then(char::from_u32).filter(|c| !c.is_control())?;
        return Some(if c == '\u{a0}' { " ".to_owned() } else { c.to_string() });
    }
    if entity.is_empty() || !entity.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    // Markdown has the entity names of HTML 5 (CommonMark 2.5).
    let source = format!("&{entity};");
    let text = to_text(&Markdown::parse(&source).ok()?);
    (text != source && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_are_characters() {
        for (text, expected) in [
            (
                "Tenants&#8217; &amp; owners&#x27; &bogus; & é&é;",
                "Tenants’ & owners' &bogus; & é&é;",
            ),
            ("a&#0;b&#1114112;c&", "a&#0;b&#1114112;c&"),
            (
                "W&uuml;rzburg&nbsp;&ndash; caf&eacute; &hellip;&#160;&lt;b&gt;",
                "Würzburg – café … <b>",
            ),
            ("R&D; AT&T; &;", "R&D; AT&T; &;"),
        ] {
            assert_eq!(unescaped(text), expected);
        }
    }
}
