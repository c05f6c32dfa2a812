//! Warnings about texts: HTML, links that lead nowhere, and passcodes.

use super::context::Context;
use super::links;
use crate::diagnostic::{Code, Finding};

use std::ops::Range;

/// Elements that people paste or type.
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
const ENTITIES: [(&str, &str); 16] = [
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

/// Warnings about a text in Markdown.
pub(super) fn markdown(context: &Context<'_>, key: &str, text: &str, span: &Range<usize>) {
    if let Some((element, help)) = html(text) {
        let message =
            format!("`{key}` has HTML (`{}`), which readers see as it is", element.trim());
        let span = context.within(span, element);
        context.push(Finding::warning(Code::HtmlInText, span, message).help(help));
    }
    if let Some(Broken { text: broken, why, right }) = broken_link(text) {
        let span = context.within(span, broken);
        let message = format!("a link in `{key}` {why}");
        let help = format!("write {right}");
        context.push(Finding::warning(Code::BrokenLink, span, message).help(help));
    }
}

/// A warning about one line of text, which has no markup.
pub(super) fn line(context: &Context<'_>, key: &str, text: &str, span: &Range<usize>) {
    if !text.contains(['<', '&']) {
        return;
    }
    let entity = ENTITIES.iter().map(|(entity, _)| *entity).find(|entity| text.contains(entity));
    let element = html(text).map(|(element, _)| element);
    let Some(what) = element.map(str::trim).or(entity) else { return };
    let message = format!("`{key}` has HTML (`{what}`), which readers see as it is");
    let plain = without_html(text);
    let help = format!("write `{key} = \"{}\"`", plain.trim());
    context.push(Finding::warning(Code::HtmlInText, span.clone(), message).help(help));
}

/// A warning about a passcode in a text.
pub(super) fn passcode(context: &Context<'_>, key: &str, text: &str, span: &Range<usize>) {
    let mut lower = text.to_ascii_lowercase();
    lower.truncate(lower.floor_char_boundary(20_000));
    let said =
        ["passcode", "password", "kennwort", "passwort", "kenncode"].iter().find_map(|word| {
            let at = lower.find(word)?;
            let after = lower[at + word.len()..].trim_start_matches(['*', '_', ' ']);
            let value =
                [":", "=", "is ", "ist "].iter().find_map(|sign| after.strip_prefix(sign))?;
            let value = value.trim_start_matches(['*', '_', ' ', '`']);
            let value = value.split_whitespace().next()?;
            value.contains(|c: char| c.is_ascii_digit()).then(|| &text[at..at + word.len()])
        });
    if let Some(word) = said {
        let message = format!("`{key}` has a passcode, and everything in this file is public");
        context.push(
            Finding::warning(Code::PublicPasscode, context.within(span, word), message)
                .help("delete it here, and send it to those who sign up"),
        );
    }
}

/// The first element of HTML outside of code, with what to write instead.
fn html(text: &str) -> Option<(&str, String)> {
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

/// The name of the element at the beginning of a text, and the end of its tag.
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
    let end = near(after).find('>')?;
    Some((name, text.len() - after.len() + end + 1))
}

/// A line without elements and references.
fn without_html(text: &str) -> String {
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

/// A link that leads nowhere.
struct Broken<'a> {
    text: &'a str,
    why: &'static str,
    right: String,
}

/// The first link of a Markdown text, outside of code, that leads nowhere.
fn broken_link(text: &str) -> Option<Broken<'_>> {
    if !text.contains('[') {
        return None;
    }
    let mut in_code = false;
    for (at, byte) in text.bytes().enumerate() {
        in_code ^= byte == b'`';
        let found = match byte {
            _ if in_code => None,
            b']' => spaced(text, at).or_else(|| in_brackets(text, at)),
            b')' => reversed(text, at),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// `[text] (https://...)`
fn spaced(text: &str, at: usize) -> Option<Broken<'_>> {
    let open = label(text, at, '[')?;
    let after = &text[at + 1..];
    let gap = after.len() - after.trim_start_matches([' ', '\n']).len();
    let address = after[gap..].strip_prefix('(').filter(|_| (1..=2).contains(&gap))?;
    let end = near(address).find([')', '\n']).filter(|end| address[*end..].starts_with(')'))?;
    is_address(&address[..end]).then(|| Broken {
        text: &text[open..at + 1 + gap + 1 + end + 1],
        why: "has a space between its text and its address",
        right: format!("`[{}]({})`", &text[open + 1..at], whole(&address[..end])),
    })
}

/// `(text)[https://...]`
fn reversed(text: &str, at: usize) -> Option<Broken<'_>> {
    let open = label(text, at, '(')?;
    let address = text[at + 1..].strip_prefix('[')?;
    let end = near(address).find([']', '\n']).filter(|end| address[*end..].starts_with(']'))?;
    is_address(&address[..end]).then(|| Broken {
        text: &text[open..at + 2 + end + 1],
        why: "has its brackets the other way round",
        right: format!("`[{}]({})`", &text[open + 1..at], whole(&address[..end])),
    })
}

/// `[text](...)` with an address that is not closed, not whole, or has spaces.
fn in_brackets(text: &str, at: usize) -> Option<Broken<'_>> {
    let open = label(text, at, '[')?;
    let said = &text[open + 1..at];
    let address = text[at + 1..].strip_prefix('(')?;
    if address.starts_with('<') {
        return None;
    }
    let line = near(address).split('\n').next().unwrap_or_default();
    let Some(end) = line.find(')') else {
        let end = line.find(char::is_whitespace).unwrap_or(line.len());
        return is_address(&line[..end]).then(|| Broken {
            text: &text[open..at + 2 + end],
            why: "is not closed",
            right: format!("`[{said}]({})`", whole(line[..end].trim_end_matches(['.', ',', ']']))),
        });
    };
    let (target, broken) = (line[..end].trim(), &text[open..at + 2 + end + 1]);
    let right = format!("`[{said}]({})`", whole(target));
    let first = target.split_whitespace().next().unwrap_or_default();
    if target.contains("://") || target.starts_with("mailto:") || target.starts_with("tel:") {
        let title = target[first.len()..].trim_start();
        let is_broken = !title.is_empty() && !title.starts_with(['"', '\'', '(']);
        let right = format!("`[{said}]({})`", links::meant(target).unwrap_or_default());
        return is_broken.then_some(Broken {
            text: broken,
            why: "has spaces in its address",
            right,
        });
    }
    if is_address(target) {
        return Some(Broken {
            text: broken,
            why: "leads nowhere, as its address is not whole",
            right,
        });
    }
    let is_relative = ["/", "#", "./", "../"].iter().any(|start| target.starts_with(start));
    let right = format!("the whole address, such as `[{said}](https://example.org/page)`");
    (is_relative || target.is_empty()).then_some(Broken {
        text: broken,
        why: "leads nowhere, as its address is not whole",
        right,
    })
}

/// The beginning of the text in brackets that ends at an offset.
fn label(text: &str, end: usize, open: char) -> Option<usize> {
    let from = text.floor_char_boundary(end.saturating_sub(LONGEST));
    let at = from + text[from..end].rfind(['[', '(', ']', ')'])?;
    (text[at..].starts_with(open) && at + 1 < end && !text[at..end].contains("\n\n")).then_some(at)
}

/// The beginning of a text, as long as an address can be.
fn near(text: &str) -> &str {
    &text[..text.floor_char_boundary(2_000.min(text.len()))]
}

/// Whether a text is a web address or a mailbox, if perhaps without its scheme.
fn is_address(text: &str) -> bool {
    let text = text.trim();
    let is_mailbox =
        text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    !text.contains(char::is_whitespace)
        && (text.starts_with("http://")
            || text.starts_with("https://")
            || is_mailbox
            || is_bare(text))
}

/// Whether a text is a web address without its scheme.
fn is_bare(text: &str) -> bool {
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let end = host.rsplit('.').next().unwrap_or_default();
    let is_host =
        host.contains('.') && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b));
    host.starts_with("www.")
        || (is_host && end.len() >= 2 && end.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// An address with its scheme.
fn whole(address: &str) -> String {
    let address = address.trim();
    match address {
        _ if address.contains("://") || address.starts_with("mailto:") => address.to_owned(),
        _ if address.contains('@') => format!("mailto:{address}"),
        _ => format!("https://{address}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(text: &str) -> Option<String> {
        broken_link(text).map(|broken| broken.right)
    }

    #[test]
    fn a_broken_link_is_offered_whole() {
        // 4 addresses by 7 mistakes by 3 surroundings.
        let addresses = [
            "https://a.example/b",
            "http://a.example",
            "https://a.example/b?c=d",
            "https://a.example/b_c",
        ];
        for address in addresses {
            let bare = address.split_once("://").unwrap().1;
            for (wrong, scheme) in [
                (format!("[here] ({address})"), ""),
                (format!("[here]\n({address})"), ""),
                (format!("(here)[{address}]"), ""),
                (format!("[here]({address}"), ""),
                (format!("[here]( {bare} )"), "https://"),
                (format!("[here]({bare})"), "https://"),
                (format!("[here] ({bare})"), "https://"),
            ] {
                let expected =
                    if scheme.is_empty() { address.to_owned() } else { format!("https://{bare}") };
                for text in [
                    wrong.clone(),
                    format!("Sign up {wrong} now"),
                    format!("A [b](https://c.example) {wrong}"),
                ] {
                    assert_eq!(right(&text), Some(format!("`[here]({expected})`")), "{text}");
                }
            }
        }
        assert_eq!(right("[write](a@b.example)").as_deref(), Some("`[write](mailto:a@b.example)`"));
    }

    #[test]
    fn links_and_brackets_that_are_right_are_left_alone() {
        for text in [
            "[here](https://a.example)",
            "[here](<https://a.example/a b>)",
            "[here](https://a.example \"A title\")",
            "[here](https://a.example/Solidarity_(film))",
            "[write](mailto:a@b.example) or [call](tel:+1)",
            "see [1] (page 5) and (also) [2]",
            "[here][one]\n\n[one]: https://a.example",
            "`[here] (https://a.example)`",
            "(a)[b]",
            "[x] (yes)",
            "",
        ] {
            assert_eq!(right(text), None, "{text}");
        }
    }

    #[test]
    fn elements_of_html_are_known_and_other_brackets_are_not() {
        for name in ELEMENTS {
            for text in [
                format!("a <{name}>b"),
                format!("<{name} class=\"x\">"),
                format!("</{name}>"),
                format!("<{}/>", name.to_uppercase()),
            ] {
                assert!(html(&text).is_some(), "{text}");
            }
        }
        for text in
            ["a < b", "<https://a.example>", "<a@b.example>", "1 <2> 3", "`<b>`", "<3", "<bold>"]
        {
            assert_eq!(html(text), None, "{text}");
        }
        assert_eq!(without_html("<b>Fish</b> &amp; Chips <3"), "Fish & Chips <3");
    }
}
