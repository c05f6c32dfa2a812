//! Finds links of Markdown texts that lead nowhere, and suggests the correct syntax.

use super::links;

/// The longest part of a text before an address that is its label, in bytes.
const LONGEST: usize = 300;

/// A link that leads nowhere.
pub(super) struct Broken<'a> {
    pub(super) text: &'a str,
    pub(super) why: &'static str,
    pub(super) right: String,
}

/// Returns the first link of a Markdown text, outside of code, that leads nowhere.
pub(super) fn broken(text: &str) -> Option<Broken<'_>> {
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

/// Finds `[text] (https://...)`, a link with a space.
fn spaced(text: &str, at: usize) -> Option<Broken<'_>> {
    let open = label(text, at, '[')?;
    let after = &text[at + 1..];
    let gap = after.len() - after.trim_start_matches([' ', '\n']).len();
    let address = after[gap..].strip_prefix('(').filter(|_| (1..=2).contains(&gap))?;
    let end =
        links::near(address).find([')', '\n']).filter(|end| address[*end..].starts_with(')'))?;
    is_address(&address[..end]).then(|| Broken {
        text: &text[open..at + 1 + gap + 1 + end + 1],
        why: "has a space between its text and its address",
        right: format!("`[{}]({})`", &text[open + 1..at], whole(&address[..end])),
    })
}

/// Finds `(text)[https://...]`, a link with reversed brackets.
fn reversed(text: &str, at: usize) -> Option<Broken<'_>> {
    let open = label(text, at, '(')?;
    let address = text[at + 1..].strip_prefix('[')?;
    let end =
        links::near(address).find([']', '\n']).filter(|end| address[*end..].starts_with(']'))?;
    is_address(&address[..end]).then(|| Broken {
        text: &text[open..at + 2 + end + 1],
        why: "has its brackets the other way round",
        right: format!("`[{}]({})`", &text[open + 1..at], whole(&address[..end])),
    })
}

/// Finds `[text](...)` with an address that is not closed, is incomplete, or has spaces.
fn in_brackets(text: &str, at: usize) -> Option<Broken<'_>> {
    let open = label(text, at, '[')?;
    let said = &text[open + 1..at];
    let address = text[at + 1..].strip_prefix('(')?;
    if address.starts_with('<') {
        return None;
    }
    let line = links::near(address).split('\n').next().unwrap_or_default();
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

/// Returns the beginning of the text in brackets that ends at an offset.
fn label(text: &str, end: usize, open: char) -> Option<usize> {
    let from = text.floor_char_boundary(end.saturating_sub(LONGEST));
    let at = from + text[from..end].rfind(['[', '(', ']', ')'])?;
    (text[at..].starts_with(open) && at + 1 < end && !text[at..end].contains("\n\n")).then_some(at)
}

/// Returns whether a text is a web address or a mailbox, with or without its scheme.
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

/// Returns whether a text is a web address without its scheme.
fn is_bare(text: &str) -> bool {
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let end = host.rsplit('.').next().unwrap_or_default();
    let is_host =
        host.contains('.') && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b));
    host.starts_with("www.")
        || (is_host && end.len() >= 2 && end.bytes().all(|b| b.is_ascii_alphabetic()))
}

/// Returns an address with its scheme.
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
        broken(text).map(|broken| broken.right)
    }

    #[test]
    fn a_broken_link_is_offered_whole() {
        // The test combines 4 addresses, 7 mistakes and 3 contexts.
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
}
