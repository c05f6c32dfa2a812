//! Finds web and mail addresses in running text, and makes links of them (GFM section 6.9, "Autolinks").

use linkify::{LinkFinder, LinkKind};
use pulldown_cmark::{CowStr, Event, LinkType, Tag, TagEnd, TextMergeStream};

/// Quotation marks and the punctuation of other scripts, which end an address. The library knows only those of ASCII.
const ENDS: [char; 16] =
    ['”', '“', '„', '’', '‘', '»', '«', '…', '、', '。', '，', '）', '（', '」', '؟', '،'];

/// Returns the events with a link around each address in a text. Code, and the texts of links and pictures, stay
/// unchanged.
pub(super) fn linked<'a>(
    events: impl Iterator<Item = Event<'a>>,
) -> impl Iterator<Item = Event<'a>> {
    let mut finder = LinkFinder::new();
    // Without this setting, words such as `today.See` would become links.
    finder.url_must_have_scheme(true);
    let mut apart = 0_usize;
    // The parser splits a text at each character that might have been markup, even within addresses.
    TextMergeStream::new(events).flat_map(move |event| match event {
        Event::Text(text) if apart == 0 => with_links(&finder, text),
        other => {
            match &other {
                Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_)) => {
                    apart += 1
                }
                Event::End(TagEnd::Link | TagEnd::Image | TagEnd::CodeBlock) => apart -= 1,
                _ => {}
            }
            vec![other]
        }
    })
}

fn with_links<'a>(finder: &LinkFinder, text: CowStr<'a>) -> Vec<Event<'a>> {
    // Most texts have no address, so they need no copy.
    if !text.contains(['@', ':']) {
        return vec![Event::Text(text)];
    }
    let words = |text: &str| Event::Text(text.to_owned().into());
    let mut out = Vec::new();
    for part in text.split_inclusive(ENDS) {
        let (part, end) = part.split_at(part.trim_end_matches(ENDS).len());
        for span in finder.spans(part) {
            let address = span.as_str();
            let target = match span.kind() {
                Some(LinkKind::Email) => Some(format!("mailto:{address}")),
                Some(LinkKind::Url) => Some(address.to_owned()).filter(|url| is_safe(url)),
                _ => None,
            };
            let Some(target) = target else {
                out.push(words(address));
                continue;
            };
            out.push(Event::Start(Tag::Link {
                link_type: LinkType::Autolink,
                dest_url: target.into(),
                title: "".into(),
                id: "".into(),
            }));
            out.extend([words(address), Event::End(TagEnd::Link)]);
        }
        out.push(words(end));
    }
    out
}

/// Returns whether an address leads to the web, a mailbox or a telephone number.
pub(super) fn is_safe(address: &str) -> bool {
    let begins = |scheme: &&str| {
        address.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme))
    };
    ["https://", "http://", "mailto:", "tel:"].iter().any(begins)
}

#[cfg(test)]
mod tests {
    use super::super::to_html;
    use crate::model::Markdown;

    fn html(text: &str) -> String {
        to_html(&Markdown::parse(text).unwrap()).trim().to_owned()
    }

    /// Tests each address alone, and between characters that people write around addresses.
    #[test]
    fn an_address_is_a_link_without_what_is_around_it() {
        let addresses = [
            ("https://a.example", "https://a.example"),
            ("http://a.example/x_y_z?q=1#a", "http://a.example/x_y_z?q=1#a"),
            ("HTTPS://a.example/(x)", "HTTPS://a.example/(x)"),
            ("office@a.example", "mailto:office@a.example"),
            ("first.last+news@mail.a.example", "mailto:first.last+news@mail.a.example"),
        ];
        let around = [
            ("", ""),
            ("see ", " now"),
            ("(", ")"),
            ("“", "”"),
            ("“at ", ".”"),
            ("„", "“"),
            ("«", "»."),
            ("at ", "."),
            ("at ", ", or"),
            ("is it ", "?"),
            ("*", "*"),
            ("- ", ""),
            ("line\n", "\nline"),
        ];
        for (address, target) in addresses {
            let link = format!("<a href=\"{target}\">{address}</a>");
            for (before, after) in around {
                let found = html(&format!("{before}{address}{after}"));
                assert!(found.contains(&link), "{before}{address}{after}: {found}");
            }
        }
    }

    #[test]
    fn what_is_no_address_or_is_a_link_or_code_stays_as_it_is() {
        for text in [
            "at 5:30 pm",
            "today.See you",
            "ftp://a.example/x",
            "javascript://a.example/%0aalert(1)",
            "data://a.example",
            "@name",
            "a @ b",
            "https://",
            "`https://a.example`",
            "```\nhttps://a.example\n```",
        ] {
            assert!(!html(text).contains("<a "), "{text}: {}", html(text));
        }
        assert_eq!(
            html("[https://b.example](https://a.example)"),
            "<p><a href=\"https://a.example\">https://b.example</a></p>"
        );
        assert_eq!(
            html("<https://a.example>"),
            "<p><a href=\"https://a.example\">https://a.example</a></p>"
        );
    }
}
