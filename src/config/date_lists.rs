//! Lists of dates in quotes, as one text, or without brackets.

use std::borrow::Cow;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::guess;
use crate::diagnostic::{Code, Finding};

/// Most dates of a list that help repeats.
const MOST: usize = 100;

/// A finding for a list of which dates are in quotes; none if all are dates, or one cannot be read.
pub(super) fn of_list(key: &str, items: &[Spanned<DeValue<'_>>]) -> Option<Finding> {
    let first = items.iter().find(|item| item.get_ref().is_str())?;
    let texts: Vec<Cow<'_, str>> = items
        .iter()
        .take(MOST + 1)
        .map(|item| match item.get_ref() {
            DeValue::Datetime(at) => Some(Cow::Owned(at.to_string())),
            DeValue::String(text) => Some(Cow::Borrowed(text.as_ref())),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
    let (_, lines) = guess::list_lines(key, &texts).filter(|(count, _)| *count <= MOST)?;
    let message = format!("`{key}` has a date in quotes");
    let help = format!("write {lines}, without quotes");
    let finding = Finding::error(Code::TimeAsText, first.span(), message).help(help);
    // Each is certain or not by itself.
    Some(items.iter().fold(finding, |finding, item| {
        let certain = item.get_ref().as_str().and_then(guess::certain);
        finding.fix_if(item.span(), certain)
    }))
}

/// A finding for several dates in one text.
pub(super) fn of_text(key: &str, text: &str, span: Range<usize>) -> Option<Finding> {
    let (_, lines) = guess::list_lines(key, &[text]).filter(|(count, _)| *count > 1)?;
    let message = format!("`{key}` has several dates in one text");
    let help = format!("write {lines}, without quotes");
    Some(Finding::error(Code::TimeAsText, span, message).help(help))
}

/// A finding for dates in a line that is no TOML: without brackets, or in another format.
pub(super) fn of_line(key: &str, value: &str, span: Range<usize>) -> Option<Finding> {
    if !["except", "also"].contains(&key) {
        return None;
    }
    let inner = value.trim_matches(['[', ']', '(', ')', '{', '}', ' ']);
    let (_, lines) = guess::list_lines(key, &[inner])?;
    let message = format!("`{key}` takes a date, or a list of dates in brackets");
    Some(Finding::error(Code::BadDate, span, message).help(format!("write {lines}")))
}
