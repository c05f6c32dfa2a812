//! Renders the author's Markdown as plain text for calendars and as safe HTML, from one stream of events.
//!
//! To read: `shallow` and `tables` (the events), `html`, `links` (addresses without markup), `plain`.

mod html;
mod links;
mod plain;
mod shallow;
mod tables;

pub use html::{to_html, to_html_below_a_title, to_html_in};
pub use plain::{to_some_text, to_some_text_in, to_text, to_text_in};
pub use shallow::events;

/// Removes control characters from entities such as `&#13;`, which calendars cannot contain (RFC 5545 section 3.1).
fn cleaned(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n");
    lines.replace(|c: char| c.is_control() && c != '\n' && c != '\t', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Markdown;

    fn text(markdown: &str) -> String {
        to_text(&Markdown::parse(markdown).unwrap())
    }

    fn html(markdown: &str) -> String {
        to_html(&Markdown::parse(markdown).unwrap())
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
    fn entities_bring_no_control_characters() {
        assert_eq!(text("a&#7;b&#13;&#10;c&#x85;&#x2028;d"), "ab\nc\nd");
        assert_eq!(html("a&#7;b&#13;c").trim(), "<p>ab\nc</p>");
    }
}
