//! HTML in texts, as Google and sites write it, as Markdown.

use super::escape::{escaped, start_escaped};
use super::tag::{attribute, is_tag, is_web};

/// Whether a text has the tags that calendar apps show as HTML.
pub(super) fn is_html(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    [
        "<br", "<p>", "<p ", "<a href", "<b>", "<strong", "<ul", "<ol", "<li", "<div", "<span",
        "<html", "<i>", "<em>", "<img ", "<table", "<pre>", "<pre ",
    ]
    .iter()
    .any(|tag| lower.contains(tag))
}

/// HTML as Markdown: line breaks, paragraphs, lists, links and emphasis; cells of a table stand in a
/// line, pictures of the web become links; other tags are dropped.
pub(super) fn html(text: &str) -> String {
    let mut turned = Turned::default();
    let lower = text.to_ascii_lowercase();
    // Google shows both; elsewhere a line feed is only a space.
    turned.lines = !["<p>", "<p ", "<div", "<html", "<br>\n", "<br/>\n", "<br />\n"]
        .iter()
        .any(|tag| lower.contains(tag));
    let last_tag = text.rfind('>').unwrap_or(0);
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("<!--") {
            at += rest.find("-->").map_or(rest.len(), |end| end + 3);
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
            turned.tag(&name, tag);
        } else {
            let first = rest.chars().next().map_or(1, char::len_utf8);
            let end = rest[first..].find('<').map_or(rest.len(), |end| end + first);
            turned.text(&rest[..end]);
            at += end;
        }
    }
    turned.finish()
}

/// What stands apart from what is before and after it.
const BLOCKS: [&str; 27] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "dd",
    "div",
    "dl",
    "dt",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];

#[derive(Default)]
struct Turned {
    out: String,
    /// Whether line feeds are line breaks, as nothing else is.
    lines: bool,
    /// Within text whose line feeds are line breaks.
    is_pre: bool,
    /// A cell has begun beside another, and nothing has been written of it.
    is_cell: bool,
    /// Emphasis that is open, and whether its mark has been written.
    open: Vec<(&'static str, bool)>,
    /// The address of the open link, and where its text begins.
    link: Option<(String, usize)>,
}

impl Turned {
    fn tag(&mut self, name: &str, tag: &str) {
        match name {
            "br" => self.end_line("\\\n"),
            _ if BLOCKS.contains(&name.trim_start_matches('/')) => {
                self.block();
                if name.ends_with("pre") {
                    self.is_pre = name == "pre";
                }
            }
            "td" | "th" => {
                self.end_link();
                self.is_cell = !self.out.is_empty() && !self.out.ends_with('\n');
            }
            "img" => self.picture(tag),
            "li" => {
                self.end_line("\n");
                self.out.push_str("- ");
            }
            // Nobody nests them deeper.
            "b" | "strong" | "i" | "em" if self.open.len() > 4 => {}
            "b" | "strong" => self.open.push(("**", false)),
            "i" | "em" => self.open.push(("*", false)),
            "/b" | "/strong" => self.end_emphasis("**"),
            "/i" | "/em" => self.end_emphasis("*"),
            "a" => {
                self.end_link();
                self.begin();
                if let Some(address) = attribute(tag, "href") {
                    self.link = Some((address, self.out.len()));
                }
            }
            "/a" => self.end_link(),
            _ => {}
        }
    }

    /// A picture as a link to it, but for the ones that only count readers; as its words where it is
    /// none of the web, or within a link.
    fn picture(&mut self, tag: &str) {
        let is_dot =
            |name: &str| attribute(tag, name).is_some_and(|size| size == "1" || size == "0");
        let alt = attribute(tag, "alt").unwrap_or_default();
        let alt = alt.split_whitespace().collect::<Vec<_>>().join(" ");
        let source = attribute(tag, "src").filter(|source| is_web(source));
        if is_dot("width") || is_dot("height") {
            return;
        }
        match source {
            Some(source) if self.link.is_none() => {
                self.begin();
                self.link = Some((source, self.out.len()));
                self.text(&alt);
                self.end_link();
            }
            _ => self.text(&alt),
        }
    }

    fn text(&mut self, text: &str) {
        let text = text.replace("&nbsp;", " ").replace("&#160;", " ").replace('\u{a0}', " ");
        let lines: Vec<&str> =
            if self.lines || self.is_pre { text.split('\n').collect() } else { vec![&text] };
        for (index, line) in lines.iter().enumerate() {
            if index > 0 {
                match self.out.ends_with("\\\n") || self.out.ends_with("\n\n") {
                    true => self.block(),
                    false => self.end_line("\\\n"),
                }
            }
            let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
            let space = |at: bool| if at { " " } else { "" };
            let starts = line.starts_with(char::is_whitespace);
            if starts && !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
                self.out.push(' ');
            }
            if words.is_empty() {
                continue;
            }
            self.begin();
            // Within a link an address is only a text.
            let at_start = self.out.is_empty() || self.out.ends_with('\n');
            match (self.link.is_some(), at_start) {
                (true, _) => self.out.push_str(&words.replace(['[', ']', '\\', '`', '<'], "")),
                (false, true) => self.out.push_str(&start_escaped(&words, false)),
                (false, false) => self.out.push_str(&escaped(&words, false)),
            }
            self.out.push_str(space(line.ends_with(char::is_whitespace)));
        }
    }

    /// What stands before a text or a link.
    fn begin(&mut self) {
        if std::mem::take(&mut self.is_cell) {
            self.out.truncate(self.out.trim_end().len());
            self.out.push_str(" | ");
        }
        for (mark, written) in &mut self.open {
            if !*written {
                self.out.push_str(mark);
                *written = true;
            }
        }
    }

    fn end_emphasis(&mut self, mark: &str) {
        let Some(at) = self.open.iter().rposition(|(own, _)| *own == mark) else { return };
        for (mark, written) in self.open.split_off(at).into_iter().rev() {
            if written {
                let kept = self.out.trim_end().len();
                let spaces = self.out.split_off(kept);
                self.out.push_str(mark);
                self.out.push_str(&spaces);
            }
        }
    }

    fn end_link(&mut self) {
        let Some((address, from)) = self.link.take() else { return };
        let shown = self.out.split_off(from).trim().to_owned();
        let web = is_web(&address);
        let whole =
            !address.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\\".contains(c));
        if !whole || !(web || address.starts_with("mailto:")) {
            self.out.push_str(&shown);
        } else if web && (shown.is_empty() || shown == address) {
            self.out.push_str(&format!("<{address}>"));
        } else {
            // Angle brackets keep parentheses within the address (CommonMark 6.3).
            match address.contains(['(', ')']) {
                true => self.out.push_str(&format!("[{shown}](<{address}>)")),
                false => self.out.push_str(&format!("[{shown}]({address})")),
            }
        }
    }

    fn end_line(&mut self, with: &str) {
        self.end_link();
        self.is_cell = false;
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
        if self.out.ends_with("\\\n") {
            // Two breaks are a paragraph.
            self.block();
        } else if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push_str(with);
        }
    }

    fn block(&mut self) {
        self.end_link();
        self.is_cell = false;
        // Emphasis ends with its paragraph.
        while let Some((mark, _)) = self.open.last() {
            self.end_emphasis(mark);
        }
        let kept = self.out.trim_end_matches(['\n', ' ', '\\']).len();
        self.out.truncate(kept);
        if !self.out.is_empty() {
            self.out.push_str("\n\n");
        }
    }

    fn finish(mut self) -> String {
        self.block();
        self.out.trim().to_owned()
    }
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
            (
                "<html><head><style>p{}</style></head><body><p>x&nbsp;&eacute; &lt;</p></body></html>",
                "x &eacute; &lt;",
            ),
            ("<b>a</b>\nb\n\nc", "**a**\\\nb\n\nc"),
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
