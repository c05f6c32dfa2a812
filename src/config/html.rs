//! Finds HTML in texts, and suggests the Markdown to write instead.

use super::links;

/// HTML elements that people paste or type.
const ELEMENTS: [&str; 33] = [
    "a",
    "b",
    "blockquote",
    "br",
    "center",
    "div",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "iframe",
    "img",
    "li",
    "ol",
    "p",
    "script",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "td",
    "tr",
    "u",
    "ul",
    "video",
];
/// References to characters that people paste, with the characters.
pub(super) const ENTITIES: [(&str, &str); 16] = [
    ("&amp;", "&"),
    ("&nbsp;", " "),
    ("&quot;", "'"),
    ("&#34;", "'"),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&#039;", "'"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&ndash;", "–"),
    ("&#8211;", "–"),
    ("&mdash;", "—"),
    ("&rsquo;", "’"),
    ("&#8217;", "’"),
    ("&ldquo;", "“"),
    ("&rdquo;", "”"),
];
/// The longest part of a text that help repeats, in bytes.
const LONGEST: usize = 300;

/// Returns the first HTML element outside of code, with the text to write instead.
pub(super) fn first(text: &str) -> Option<(&str, String)> {
    if !text.contains('<') {
        return None;
    }
    let mut in_code = false;
    let bytes = text.as_bytes();
    let at = (0..bytes.len()).find(|at| {
        in_code ^= bytes[*at] == b'`';
        bytes[*at] == b'<' && !in_code && element(&text[*at..]).is_some()
    })?;
    let rest = &text[at..];
    let (name, end) = element(rest)?;
    let opening = &rest[..end];
    let close = format!("</{name}");
    let inner = rest[end..]
        .find(&close)
        .filter(|length| *length < LONGEST)
        .map(|length| &rest[end..end + length]);
    let whole = inner.map(|inner| format!("`{opening}{inner}</{name}>`"));
    let whole = whole.unwrap_or_else(|| format!("`{opening}`"));
    let help = match (name.as_str(), inner) {
        ("b" | "strong", Some(inner)) => {
            format!("write `**{inner}**` in place of {whole}: texts are in Markdown")
        }
        ("i" | "em", Some(inner)) => {
            format!("write `*{inner}*` in place of {whole}: texts are in Markdown")
        }
        ("a", Some(inner)) => match links::meant(opening) {
            Some(url) => {
                format!("write `[{inner}]({url})` in place of {whole}: texts are in Markdown")
            }
            None => {
                format!("write `[{inner}](https://...)` in place of {whole}: texts are in Markdown")
            }
        },
        ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", Some(inner)) => {
            format!("write a line `## {inner}` in place of {whole}: texts are in Markdown")
        }
        ("br" | "p" | "div", _) => {
            format!("write a blank line in place of `{opening}`: texts are in Markdown")
        }
        ("li" | "ul" | "ol", _) => {
            "write each item on a line of its own that begins with `- `: texts are in Markdown"
                .to_owned()
        }
        ("img" | "video" | "iframe", _) => {
            "write a link, such as `[Picture](https://...)`: texts are in Markdown".to_owned()
        }
        _ => format!("delete `{opening}`: texts are in Markdown"),
    };
    Some((opening, help))
}

/// A short text with several elements as a text in Markdown; none if it has elements that Markdown has no marks for.
pub(super) fn as_markdown(text: &str) -> Option<String> {
    if text.len() > LONGEST || text.contains('`') {
        return None;
    }
    let mut right = String::with_capacity(text.len());
    let (mut rest, mut count, mut links) = (text, 0, Vec::new());
    while let Some(at) = rest.find('<') {
        right.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some((name, end)) = element(rest) else {
            right.push('<');
            rest = &rest[1..];
            continue;
        };
        let is_closing = rest.starts_with("</");
        match name.as_str() {
            "b" | "strong" => right.push_str("**"),
            "i" | "em" => right.push('*'),
            "br" | "p" | "div" => {
                right.truncate(right.trim_end().len());
                right.push_str(if right.is_empty() { "" } else { "\n\n" });
            }
            "span" | "u" | "font" | "center" | "small" => {}
            "a" if is_closing => right.push_str(&format!("]({})", links.pop()?)),
            "a" => {
                links.push(links::meant(&rest[..end])?);
                right.push('[');
            }
            _ => return None,
        }
        rest = &rest[end..];
        if right.ends_with('\n') {
            rest = rest.trim_start();
        }
        count += usize::from(!is_closing);
    }
    right.push_str(rest);
    let right = ENTITIES.iter().fold(right, |right, (entity, c)| right.replace(entity, c));
    (count > 1 && links.is_empty()).then(|| right.trim().to_owned())
}

/// Returns the name of the element at the beginning of a text, and the end of its tag.
fn element(text: &str) -> Option<(String, usize)> {
    let rest = text.strip_prefix('<')?;
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    let length = rest.bytes().take(12).take_while(u8::is_ascii_alphanumeric).count();
    let name = rest[..length].to_ascii_lowercase();
    let after = &rest[length..];
    let is_tag =
        ELEMENTS.contains(&name.as_str()) && after.starts_with([' ', '>', '/', '\n', '\t']);
    if !is_tag {
        return None;
    }
    let end = links::near(after).find('>')?;
    Some((name, text.len() - after.len() + end + 1))
}

/// Returns a line without elements and references.
pub(super) fn without(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = element(rest).map_or(1, |(_, end)| end);
        if end == 1 {
            plain.push('<');
        }
        rest = &rest[end..];
    }
    plain.push_str(rest);
    ENTITIES.iter().fold(plain, |plain, (entity, c)| plain.replace(entity, c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_of_html_are_known_and_other_brackets_are_not() {
        for name in ELEMENTS {
            for text in [
                format!("a <{name}>b"),
                format!("<{name} class=\"x\">"),
                format!("</{name}>"),
                format!("<{}/>", name.to_uppercase()),
            ] {
                assert!(first(&text).is_some(), "{text}");
            }
        }
        for text in
            ["a < b", "<https://a.example>", "<a@b.example>", "1 <2> 3", "`<b>`", "<3", "<bold>"]
        {
            assert_eq!(first(text), None, "{text}");
        }
        for (text, expected) in [
            ("Our <b>talk</b>.<br>All are welcome.", Some("Our **talk**.\n\nAll are welcome.")),
            ("<p>One</p><p>Two &amp; three</p>", Some("One\n\nTwo & three")),
            (
                "<i>See</i> <a href=\"https://a.example\">here</a>",
                Some("*See* [here](https://a.example)"),
            ),
            ("<u>a</u> <span class=\"x\">b</span> 1 < 2", Some("a b 1 < 2")),
            ("<b>one</b>", None),
            ("<b>one</b><img src=\"x\">", None),
            ("<a>one</a> <b>two</b>", None),
            ("`<b>` <i>x</i> <i>y</i>", None),
        ] {
            assert_eq!(as_markdown(text).as_deref(), expected, "{text}");
        }
        assert_eq!(without("<b>Fish</b> &amp; Chips <3"), "Fish & Chips <3");
    }
}
