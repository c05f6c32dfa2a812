//! Renders Markdown as safe HTML: HTML in the text is shown as text, and only addresses of the web, a mailbox or a
//! telephone become links.

use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Tag, TagEnd, html};

use super::cleaned;
use super::links::{is_safe, linked};
use super::shallow::events;
use crate::model::{Dialect, Markdown};

/// Renders HTML. Images become links.
pub fn to_html(markdown: &Markdown) -> String {
    to_html_in(markdown, Dialect::default())
}

/// Renders HTML by the rules of a dialect.
pub fn to_html_in(markdown: &Markdown, dialect: Dialect) -> String {
    let mut out = String::new();
    html::push_html(&mut out, safe(markdown, dialect));
    cleaned(&out)
}

/// Renders HTML below the heading of a page. The highest heading of the text has level 2, and no level is skipped,
/// because screen reader users navigate by headings.
pub fn to_html_below_a_title(markdown: &Markdown) -> String {
    use HeadingLevel::{H1, H2, H3, H4, H5, H6};
    let mut out = String::new();
    let mut above = 1;
    let mut level = H2;
    let events = safe(markdown, Dialect::default()).map(|event| match event {
        Event::Start(Tag::Heading { level: own, id, classes, attrs }) => {
            above = (own as usize + 1).min(above + 1).min(6);
            level = [H1, H2, H3, H4, H5, H6][above - 1];
            Event::Start(Tag::Heading { level, id, classes, attrs })
        }
        Event::End(TagEnd::Heading(_)) => Event::End(TagEnd::Heading(level)),
        // This is the HTML syntax; the library writes XHTML.
        Event::HardBreak => Event::InlineHtml("<br>\n".into()),
        Event::Rule => Event::Html("<hr>\n".into()),
        other => other,
    });
    html::push_html(&mut out, events);
    cleaned(&out)
}

/// Returns the events of a text without its HTML and with safe links only. No link is inside another, which HTML does
/// not allow, and none is without a text.
fn safe(markdown: &Markdown, dialect: Dialect) -> impl Iterator<Item = Event<'_>> {
    struct Open<'a> {
        shown: bool,
        at: usize,
        address: CowStr<'a>,
    }
    let mut out = Vec::new();
    let mut open: Vec<Open<'_>> = Vec::new();
    // Whether an outer link is shown; inner links are then not shown.
    let mut within = false;
    let all = events(markdown, dialect);
    let all: Box<dyn Iterator<Item = Event<'_>>> = match dialect {
        Dialect::CommonMark => Box::new(all),
        Dialect::Extended => Box::new(linked(all)),
    };
    for event in all {
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
            // The library writes an alignment as a style, which the pages' policy forbids.
            Event::Start(Tag::Table(_)) => out.push(Event::Start(Tag::Table(Vec::new()))),
            other => out.push(other),
        }
    }
    out.into_iter()
}

fn trimmed(address: CowStr<'_>) -> CowStr<'_> {
    let within = address.trim();
    if within.len() == address.len() { address } else { within.to_owned().into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        to_html(&Markdown::parse(markdown).unwrap())
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
