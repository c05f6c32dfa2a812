//! The page that shows a block, and gives it in each form to copy.

use maud::html;

use super::{Block, Form};
use crate::render::page::shell::{self, Head};
use crate::render::{Document, Kind};
use crate::revisions::Edition;

pub(super) fn page(edition: &Edition, block: &Block, path: String, about: &str) -> Document {
    let forms = [
        ("html", "HTML", block.print(Form::Html)),
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
        div.block { (super::html::preview(block)) }
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
