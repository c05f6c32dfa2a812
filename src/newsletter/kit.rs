//! The page that shows a block, and gives it in each form to copy.

use maud::{Markup, PreEscaped, html};

use super::changed::Changed;
use super::{Block, Form};
use crate::document::{Document, Kind};
use crate::pages::{Head, Shell};

pub(super) fn page(
    shell: &Shell<'_>,
    block: &Block,
    changed: Option<&Changed>,
    path: String,
    about: &str,
) -> Document {
    let title = format!("Newsletter: {}", block.title);
    let base = shell.edition.urls.base();
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
        (fields("", |form| block.print(form)))
        @if let Some(changed) = changed {
            h2 { "What changed" }
            p {
                "For readers who know the old time, place or link. Send it soon: calendar apps look \
                 when they like."
            }
            div.block { (changed.preview()) }
            (fields("changed-", |form| changed.print(form)))
        }
    };
    let head = Head { title: &title, path: path.clone(), hidden: true, ..Head::default() };
    Document::new(path, Kind::Kit, shell.page(&head, &body).into_string())
}

/// A field for each form, to copy from.
fn fields(prefix: &str, print: impl Fn(Form) -> String) -> Markup {
    let forms = [
        ("html", "HTML", Form::Html),
        ("markdown", "Markdown", Form::Markdown),
        ("text", "Plain text", Form::Text),
    ];
    html! {
        @for (id, name, form) in forms {
            div.field {
                label for={ (prefix) (id) } { (name) }
                textarea id={ (prefix) (id) } readonly { (field(&print(form))) }
            }
        }
    }
}

/// A field ends at its end tag alone, so that quotes need no escape, of which a block has hundreds.
fn field(content: &str) -> PreEscaped<String> {
    PreEscaped(content.replace('&', "&amp;").replace('<', "&lt;"))
}
