//! Markdown of the author, rendered as plain text for calendars and as safe HTML, from one stream of events.
//!
//! Safe by construction: HTML in the text is shown as text, and links lead to the web, a mailbox or a telephone
//! number, or are no links.

mod shallow;

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd, html};

use crate::model::Markdown;
use shallow::events;

/// Renders HTML. Images become links.
pub fn to_html(markdown: &Markdown) -> String {
    let mut out = String::new();
    html::push_html(&mut out, safe(markdown));
    cleaned(&out)
}

/// Renders HTML below the heading of a page: the highest heading of the text is of level 2, and no level is skipped,
/// as screen reader users navigate by headings.
pub fn to_html_below_a_title(markdown: &Markdown) -> String {
    use HeadingLevel::{H1, H2, H3, H4, H5, H6};
    let mut out = String::new();
    let mut above = 1;
    let mut level = H2;
    let events = safe(markdown).map(|event| match event {
        Event::Start(Tag::Heading { level: own, id, classes, attrs }) => {
            above = (own as usize + 1).min(above + 1).min(6);
            level = [H1, H2, H3, H4, H5, H6][above - 1];
            Event::Start(Tag::Heading { level, id, classes, attrs })
        }
        Event::End(TagEnd::Heading(_)) => Event::End(TagEnd::Heading(level)),
        // As in HTML; the library writes XHTML.
        Event::HardBreak => Event::InlineHtml("<br>\n".into()),
        Event::Rule => Event::Html("<hr>\n".into()),
        other => other,
    });
    html::push_html(&mut out, events);
    cleaned(&out)
}

/// The events of a text without its HTML, and with safe links only: none within another, which HTML does not allow,
/// and none without a text.
fn safe(markdown: &Markdown) -> impl Iterator<Item = Event<'_>> {
    struct Open<'a> {
        shown: bool,
        at: usize,
        address: CowStr<'a>,
    }
    let mut out = Vec::new();
    let mut open: Vec<Open<'_>> = Vec::new();
    // Whether an outer link is shown; then no inner one is.
    let mut within = false;
    for event in events(markdown) {
        match event {
            Event::Html(text) | Event::InlineHtml(text) => out.push(Event::Text(text)),
            Event::Start(Tag::HtmlBlock) => out.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => out.push(Event::End(TagEnd::Paragraph)),
            // A mailbox in angle brackets has no scheme yet.
            Event::Start(Tag::Link { link_type: LinkType::Email, dest_url, title, id }) => {
                let shown = !within;
                let dest_url: CowStr<'_> = format!("mailto:{dest_url}").into();
                open.push(Open { shown, at: out.len(), address: dest_url.clone() });
                if shown {
                    within = true;
                    let link_type = LinkType::Inline;
                    out.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                }
            }
            Event::Start(
                Tag::Link { dest_url, title, id, .. } | Tag::Image { dest_url, title, id, .. },
            ) => {
                // A space before `https:` would make the link a relative one.
                let dest_url = trimmed(dest_url);
                let shown = !within && is_safe(&dest_url);
                open.push(Open { shown, at: out.len(), address: dest_url.clone() });
                let link_type = LinkType::Inline;
                if shown {
                    within = true;
                    out.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                }
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
                let Some(Open { shown: true, at, address }) = open.pop() else { continue };
                within = false;
                let said = |event: &Event<'_>| match event {
                    Event::Text(text) | Event::Code(text) => !text.trim().is_empty(),
                    _ => false,
                };
                if !out[at..].iter().any(said) {
                    out.push(Event::Text(address));
                }
                out.push(Event::End(TagEnd::Link));
            }
            other => out.push(other),
        }
    }
    out.into_iter()
}

fn trimmed(address: CowStr<'_>) -> CowStr<'_> {
    let within = address.trim();
    if within.len() == address.len() { address } else { within.to_owned().into() }
}

fn is_safe(address: &str) -> bool {
    let begins = |scheme: &&str| {
        address.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme))
    };
    ["https://", "http://", "mailto:", "tel:"].iter().any(begins)
}

/// Renders plain text: links as "text (address)", lists with dashes or numbers, a blank line between blocks.
pub fn to_text(markdown: &Markdown) -> String {
    let mut text = TextWriter::default();
    for event in events(markdown) {
        text.take(event);
    }
    let out = cleaned(&text.out);
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Renders plain text; none if nothing is left to read, as in a text that only defines links.
pub fn to_some_text(markdown: &Markdown) -> Option<String> {
    Some(to_text(markdown)).filter(|text| !text.trim().is_empty())
}

/// Removes control characters from entities such as `&#13;`, which calendars cannot carry (RFC 5545 section 3.1).
fn cleaned(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    lines.replace(|c: char| c.is_control() && c != '\n' && c != '\t', "")
}

#[derive(Default)]
struct TextWriter {
    out: String,
    /// The next number of each open list; none for a list of dashes.
    lists: Vec<Option<u64>>,
    /// The address of each open link, and the start of its text.
    links: Vec<(CowStr<'static>, usize)>,
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
            // The first paragraph of an item follows its dash on the same line.
            Tag::Paragraph
                if self.lists.is_empty()
                    || !self.out.ends_with("- ") && !self.out.ends_with(". ") =>
            {
                self.block();
            }
            Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock => self.block(),
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

    /// Begins a block: after a blank line, unless it is the first.
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

    fn html(markdown: &str) -> String {
        to_html(&Markdown::parse(markdown).unwrap())
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
    fn html_in_the_text_is_text() {
        assert_eq!(text("a <b>c</b>"), "a <b>c</b>");
        let safe = html(
            "a <script>alert(1)</script>\n\n<div onclick=x>\n\n[x](javascript:alert(1)) [y](https://a.example)",
        );
        assert!(
            !safe.contains("<script") && !safe.contains("<div") && !safe.contains("javascript:"),
            "{safe}"
        );
        assert!(safe.contains("<a href=\"https://a.example\">y</a>"), "{safe}");
    }

    #[test]
    fn a_text_without_content_is_none() {
        let some = |text: &str| to_some_text(&Markdown::parse(text).unwrap());
        assert_eq!(some("[a]: https://a.example"), None);
        assert_eq!(some("&nbsp;"), None);
        assert_eq!(some("a").as_deref(), Some("a"));
    }

    #[test]
    fn entities_bring_no_control_characters() {
        assert_eq!(text("a&#7;b&#13;&#10;c&#x85;&#x2028;d"), "ab\nc\nd");
        assert_eq!(html("a&#7;b&#13;c").trim(), "<p>ab\nc</p>");
    }

    #[test]
    fn headings_go_below_the_title_of_a_page_and_leave_no_level_out() {
        let markdown = Markdown::parse("### a\n\n# b\n\n###### c\n\nd\n=").unwrap();
        assert_eq!(
            to_html_below_a_title(&markdown),
            "<h2>a</h2>\n<h2>b</h2>\n<h3>c</h3>\n<h2>d</h2>\n"
        );
    }

    #[test]
    fn no_link_is_inside_another_and_none_is_empty() {
        assert_eq!(
            html("[![a](https://a.example/a.png)](https://a.example)").trim(),
            "<p><a href=\"https://a.example\">a</a></p>"
        );
        assert_eq!(
            html("[![](https://a.example/a.png)](https://a.example)").trim(),
            "<p><a href=\"https://a.example\">https://a.example</a></p>"
        );
    }

    #[test]
    fn spaces_around_an_address_are_no_part_of_it() {
        for space in [" ", "&#32;", "&nbsp;", "&Tab;"] {
            assert_eq!(
                html(&format!("[a](<{space}https://a.example/{space}>)")).trim(),
                "<p><a href=\"https://a.example/\">a</a></p>"
            );
        }
    }

    #[test]
    fn a_mailbox_in_angle_brackets_is_a_link() {
        assert_eq!(
            html("<info@a.example>").trim(),
            "<p><a href=\"mailto:info@a.example\">info@a.example</a></p>"
        );
    }

    #[test]
    fn images_become_links() {
        assert_eq!(
            html("![a](https://a.example/a.png)").trim(),
            "<p><a href=\"https://a.example/a.png\">a</a></p>"
        );
    }
}
