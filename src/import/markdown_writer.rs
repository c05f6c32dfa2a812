//! Writes Markdown from HTML: line breaks, paragraphs, lists, links and emphasis.

use super::escape::{escaped, start_escaped};
use super::html_tag::{attribute, is_web};

/// The block elements of HTML.
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

/// Markdown that is written tag by tag and text by text.
#[derive(Default)]
pub(super) struct MarkdownWriter {
    out: String,
    /// Whether line feeds are line breaks in this text.
    lines: bool,
    /// Whether the text is within `pre`.
    is_pre: bool,
    /// Whether a further table cell has begun and is still empty.
    is_cell: bool,
    /// The open emphasis, each with whether its mark has been written.
    open: Vec<(&'static str, bool)>,
    /// The URL of the open link, and the start of its text.
    link: Option<(String, usize)>,
}

impl MarkdownWriter {
    /// Creates an empty writer. `lines` is true if line feeds are line breaks.
    pub(super) fn new(lines: bool) -> Self {
        Self { lines, ..Self::default() }
    }

    /// Writes a tag. `name` is in lower case, with the slash of an end tag; `tag` is the text between `<` and `>`.
    pub(super) fn tag(&mut self, name: &str, tag: &str) {
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
            // Emphasis that is nested more deeply is ignored.
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

    /// Writes a text between tags.
    pub(super) fn text(&mut self, text: &str) {
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
            // Within a link, a URL is plain text.
            let at_start = self.out.is_empty() || self.out.ends_with('\n') || self.is_item();
            match (self.link.is_some(), at_start) {
                (true, _) => self.out.push_str(&words.replace(['[', ']', '\\', '`', '<'], "")),
                (false, true) => self.out.push_str(&start_escaped(&words, false)),
                (false, false) => self.out.push_str(&escaped(&words, false)),
            }
            self.out.push_str(space(line.ends_with(char::is_whitespace)));
        }
    }

    /// Returns the Markdown.
    pub(super) fn finish(mut self) -> String {
        self.block();
        self.out.trim().to_owned()
    }

    /// Writes a picture as a link, unless it is a tracking pixel. Within a link, or if the picture is not on the web,
    /// it writes only the alternative text.
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

    /// Returns whether a list item has just begun. Another mark there would nest a list.
    fn is_item(&self) -> bool {
        self.out
            .strip_suffix("- ")
            .is_some_and(|before| before.is_empty() || before.ends_with('\n'))
    }

    /// Writes pending separators before a text or a link.
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
            // Angle brackets keep parentheses within the URL (CommonMark 6.3).
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
            // Two line breaks begin a paragraph.
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
}
