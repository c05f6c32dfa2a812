//! Renders the page that shows a block and offers each format to copy.

use maud::{Markup, PreEscaped, html};

use super::changed::Changed;
use super::{Block, BlockFormat};
use crate::document::{Document, Kind};
use crate::l10n::{Messages, SLOTS};
use crate::pages::{Head, Shell, isolated};

pub(super) fn page(
    shell: &Shell<'_>,
    block: &Block,
    changed: Option<&Changed>,
    path: String,
    about: &str,
) -> Document {
    let (words, messages) = (shell.words, shell.words.messages());
    let title = messages.newsletter_title(SLOTS[0]);
    let title = words.sentence(title, [&block.title]);
    let base = shell.edition.urls.base();
    let body = html! {
        h1 { (isolated(&title)) }
        @if base.is_loopback() {
            p.say { (messages.newsletter_loopback(base.as_str())) }
        }
        p {
            (messages.newsletter_how()) " "
            a href=(about) { (messages.newsletter_page()) }
        }
        h2 { (messages.newsletter_preview()) }
        div.block { (super::html::preview(block)) }
        h2 { (messages.newsletter_copy()) }
        (fields(messages, "", |format| block.print(format)))
        @if let Some(changed) = changed {
            h2 { (messages.newsletter_changed()) }
            p { (messages.newsletter_changed_how()) }
            div.block { (changed.preview()) }
            (fields(messages, "changed-", |format| changed.print(format)))
        }
    };
    let head =
        Head { title: &title.to_string(), path: path.clone(), hidden: true, ..Head::default() };
    Document::new(path, Kind::Kit, shell.page(&head, &body).into_string())
}

/// Returns a field to copy for each format.
fn fields(messages: &Messages, prefix: &str, print: impl Fn(BlockFormat) -> String) -> Markup {
    let formats = [
        ("html", "HTML", BlockFormat::Html),
        ("markdown", "Markdown", BlockFormat::Markdown),
        ("text", messages.newsletter_plain_text(), BlockFormat::Text),
    ];
    html! {
        @for (id, name, format) in formats {
            div.field {
                label for={ (prefix) (id) } { (name) }
                textarea id={ (prefix) (id) } readonly { (field(&print(format))) }
            }
        }
    }
}

/// Escapes the content of a field. Only its end tag ends a field, so the hundreds of quotes in a block need no escapes.
fn field(content: &str) -> PreEscaped<String> {
    PreEscaped(content.replace('&', "&amp;").replace('<', "&lt;"))
}
