//! The page that shows a block, and gives it in each form to copy.

use maud::{PreEscaped, html};

use super::{Block, Form};
use crate::render::page::shell::{self, Head};
use crate::render::{Document, Kind};
use crate::revisions::Edition;

pub(super) fn page(edition: &Edition, block: &Block, path: String, about: &str) -> Document {
    let looks = block.print(Form::Html);
    let forms = [
        ("html", "HTML", looks.clone()),
        ("markdown", "Markdown", block.print(Form::Markdown)),
        ("text", "Plain text", block.print(Form::Text)),
    ];
    let title = format!("Newsletter: {}", block.title);
    let base = edition.paths.base();
    let body = html! {
        h1 { (title) }
        @if base.is_loopback() {
            p.say {
                "These links lead to " (base.as_str()) ", which only this machine reaches. Set the \
                 public address before you send them."
            }
        }
        p {
            "Copy one of the three forms into your newsletter. Its links keep working: if a session \
             moves, they lead to the new time. "
            a href=(about) { "The page that readers see" }
        }
        h2 { "As it will look" }
        div.block { (PreEscaped(modern(&looks))) }
        h2 { "To copy" }
        @for (id, name, content) in &forms {
            div.field {
                label for=(id) { (name) }
                textarea id=(id) readonly rows="10" spellcheck="false" { (content) }
            }
        }
    };
    let head = Head { title: &title, path: path.clone(), hidden: true, ..Head::default() };
    Document::new(path, Kind::Kit, shell::page(edition, &head, &body).into_string())
}

/// A block as a browser wants it. What only Outlook needs is obsolete in HTML, and the styles that
/// stand beside it say the same; in texts and values these strings cannot occur, as their quotes
/// are escaped there.
fn modern(block: &str) -> String {
    let fixed = [
        " width=\"100%\"",
        " cellpadding=\"0\"",
        " cellspacing=\"0\"",
        " border=\"0\"",
        " align=\"left\"",
    ];
    let mut out = fixed.iter().fold(block.to_owned(), |text, old| text.replace(old, ""));
    while let Some(at) = out.find(" bgcolor=\"") {
        let value = at + " bgcolor=\"".len();
        let end = out[value..].find('"').map_or(out.len(), |quote| value + quote + 1);
        let color = out[value..end.saturating_sub(1).max(value)].to_owned();
        out.replace_range(at..end, "");
        // The style of the same cell follows.
        if let Some(style) = out[at..].find("style=\"") {
            out.insert_str(at + style + "style=\"".len(), &format!("background-color:{color};"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_outlook_needs_is_said_in_styles() {
        let old = "<table width=\"100%\" border=\"0\"><td align=\"left\" bgcolor=\"#007C7C\" style=\"color:red\">x</td>";
        assert_eq!(modern(old), "<table><td style=\"background-color:#007C7C;color:red\">x</td>");
        assert_eq!(modern("a &quot; bgcolor=&quot;b"), "a &quot; bgcolor=&quot;b");
    }
}
