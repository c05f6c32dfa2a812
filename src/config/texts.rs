//! Warns about HTML, broken links and passcodes in texts.

use std::ops::Range;

use super::context::Context;
use super::markdown_links::Broken;
use super::{html, markdown_links, wording};
use crate::diagnostic::{Code, Finding};

/// Adds warnings about a text in Markdown.
pub(super) fn markdown(context: &Context<'_>, key: &str, text: &str, span: &Range<usize>) {
    if let Some((element, help)) = html::first(text) {
        let whole = html::as_markdown(text).map(|right| {
            // A line break as TOML writes it in one line.
            let right = right.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            format!("write it in Markdown: `{key} = \"{right}\"`")
        });
        let part = if whole.is_some() { text } else { element };
        let help = whole.unwrap_or(help);
        let message =
            format!("`{key}` has HTML (`{}`), which readers see as it is", element.trim());
        let span = context.within(span, part);
        context.push(Finding::warning(Code::HtmlInText, span, message).help(help));
    }
    if let Some(Broken { text: broken, why, right }) = markdown_links::broken(text) {
        let span = context.within(span, broken);
        let message = format!("a link in `{key}` {why}");
        let help = format!("write {right}");
        context.push(Finding::warning(Code::BrokenLink, span, message).help(help));
    }
}

/// Adds a warning about one line of text, which has no markup.
pub(super) fn line(context: &Context<'_>, key: &str, text: &str, span: &Range<usize>) {
    if !text.contains(['<', '&']) {
        return;
    }
    let entity =
        html::ENTITIES.iter().map(|(entity, _)| *entity).find(|entity| text.contains(entity));
    let element = html::first(text).map(|(element, _)| element);
    let Some(what) = element.map(str::trim).or(entity) else { return };
    let message = format!("`{key}` has HTML (`{what}`), which readers see as it is");
    let plain = html::without(text);
    let help = format!("write `{key} = \"{}\"`", plain.trim());
    context.push(Finding::warning(Code::HtmlInText, span.clone(), message).help(help));
}

/// Adds a warning about a passcode in a text.
pub(super) fn passcode(context: &Context<'_>, key: &str, text: &str, span: &Range<usize>) {
    let mut lower = text.to_ascii_lowercase();
    lower.truncate(lower.floor_char_boundary(20_000));
    let said =
        ["passcode", "password", "kennwort", "passwort", "kenncode"].iter().find_map(|word| {
            let at = lower.find(word)?;
            let after = lower[at + word.len()..].trim_start_matches(['*', '_', ' ']);
            let value =
                [":", "=", "is ", "ist "].iter().find_map(|sign| after.strip_prefix(sign))?;
            let value = value.trim_start_matches(['*', '_', ' ', '`']);
            let end = lower.len() - after.len() + (after.len() - value.len());
            let first = value.split_whitespace().next()?;
            // Lower case has the length of the text: only ASCII letters change.
            let whole = text.get(at..end + first.len())?.trim_end_matches(['.', ',', ';', ')']);
            first.contains(|c: char| c.is_ascii_digit()).then_some(whole)
        });
    if let Some(whole) = said {
        let message = format!("`{key}` has a passcode, and everything in this file is public");
        let help = format!(
            "if not everybody may join, delete `{}`, and send it to those who sign up; if everybody may, no change is needed",
            wording::quoted(&whole.split_whitespace().collect::<Vec<_>>().join(" "))
        );
        context.push(
            Finding::warning(Code::PublicPasscode, context.within(span, whole), message).help(help),
        );
    }
}
