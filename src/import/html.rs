//! Converts HTML in descriptions, as Google and web sites write it, to Markdown tag by tag.

use super::html_tag::{bracketed, is_tag};
use super::markdown_writer::MarkdownWriter;

/// Returns whether a text has tags that calendar apps render.
pub(super) fn is_html(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    [
        "<br", "<p>", "<p ", "<a href", "<b>", "<strong", "<ul", "<ol", "<li", "<div", "<span",
        "<html", "<i>", "<em>", "<img ", "<table", "<pre>", "<pre ",
    ]
    .iter()
    .any(|tag| lower.contains(tag))
}

/// Converts HTML to Markdown: line breaks, paragraphs, lists, links and emphasis. The cells of a table row become one
/// line, pictures become links; other tags are dropped.
pub(super) fn html(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    // Google renders both as line breaks; elsewhere, a line feed is only a space.
    let lines = !["<p>", "<p ", "<div", "<html", "<br>\n", "<br/>\n", "<br />\n"]
        .iter()
        .any(|tag| lower.contains(tag));
    let mut writer = MarkdownWriter::new(lines);
    let last_tag = text.rfind('>').unwrap_or(0);
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("<!--") {
            at += rest.find("-->").map_or(rest.len(), |end| end + 3);
        } else if let Some(address) = bracketed(rest) {
            writer.text(address);
            at += address.len() + "<>".len();
        } else if at < last_tag && is_tag(rest) {
            let end = rest.find('>').map_or(rest.len(), |end| end + 1);
            let tag = &rest[1..end].trim_end_matches('>');
            at += end;
            let name =
                tag.split([' ', '\n', '\t']).next().unwrap_or_default().trim_end_matches('/');
            let name = name.to_ascii_lowercase();
            if matches!(name.as_str(), "script" | "style" | "head") {
                let close = format!("</{name}");
                at += lower[at..].find(&close).unwrap_or(text.len() - at);
                continue;
            }
            writer.tag(&name, tag);
        } else {
            let first = rest.chars().next().map_or(1, char::len_utf8);
            let end = rest[first..].find('<').map_or(rest.len(), |end| end + first);
            writer.text(&rest[..end]);
            at += end;
        }
    }
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_markdown() {
        for (text, expected) in [
            ("Hello<br>world<br><br>again", "Hello\\\nworld\n\nagain"),
            ("<p>One <b>two </b>three</p><p>four</p>", "One **two** three\n\nfour"),
            (
                "See <a href=\"https://a.example/?x=1&amp;y=2\">the page</a>.<br/>",
                "See [the page](https://a.example/?x=1&y=2).",
            ),
            (
                "<a href=\"https://www.google.com/url?q=https%3A%2F%2Fa.example%2Fx&amp;sa=D\">x</a><br>\nb",
                "[x](https://a.example/x)\\\nb",
            ),
            ("<b>a</b><br>b\nc", "**a**\\\nb\\\nc"),
            ("<a href='https://a.example'>https://a.example</a>", "<https://a.example>"),
            ("<a href=\"javascript:alert(1)\">x</a><br>", "x"),
            ("<ul><li>a</li><li>b <i>c</i></li></ul>", "- a\n- b *c*"),
            ("<ul><li>- - a</li><li>1. b</li><li># c</li></ul>", "- \\- - a\n- 1\\. b\n- \\# c"),
            (
                "<html><head><style>p{}</style></head><body><p>x&nbsp;&eacute; &lt;</p></body></html>",
                "x &eacute; &lt;",
            ),
            ("<b>a</b>\nb\n\nc", "**a**\\\nb\n\nc"),
            ("Join <https://a.example/x><br>b", "Join <https://a.example/x>\\\nb"),
            ("https://a.example/?x=1&amp;y=2<br>", "<https://a.example/?x=1&y=2>"),
            ("a<pre>\nb\n  c\n\nd</pre>e<p>f\ng</p>", "a\n\nb\\\nc\n\nd\n\ne\n\nf g"),
            (
                "<table><tr><td>1</td><td> <b>2</b></td><td></td></tr><tr><td>3</td><th>4</th></tr></table>x",
                "1 | **2**\n\n3 | 4\n\nx",
            ),
            ("<p>a</p><blockquote>b</blockquote>c", "a\n\nb\n\nc"),
            (
                "See <img alt=\"the map\" src=\"https://a.example/m.png\">.<br><img src='https://a.example/n.png'>",
                "See [the map](https://a.example/m.png).\\\n<https://a.example/n.png>",
            ),
            (
                "<a href=\"https://a.example\"><img alt=\"Come\" src=\"https://a.example/m.png\"></a>",
                "[Come](https://a.example)",
            ),
            (
                "a<img src=\"https://a.example/seen\" width=\"1\"> <img src=\"cid:1\" alt=\"logo\">",
                "a logo",
            ),
            ("1 < 2 <br> a_b *c*", "1 \\< 2\\\na_b \\*c\\*"),
        ] {
            assert_eq!(html(text), expected, "{text}");
        }
    }

    #[test]
    fn html_that_is_cut_off_or_nested_without_end_is_no_danger() {
        for text in [
            "<br",
            "<br><a href=",
            "<b><p><i></b></p>x",
            "<p>é<",
            "<script>x",
            "<!-- <br>",
            "<pre>\n",
            "<img src=",
            "<td><td>",
        ] {
            let _ = html(text);
        }
        let _ = html(&"<b>".repeat(20_000));
        let _ = html(&"<b>x".repeat(20_000));
    }
}
