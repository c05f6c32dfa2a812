//! Suggests what to write for features that people expect in a session, and that it does not have: pictures.

use toml::de::DeValue;

/// Returns help for a key that people expect in a session.
pub(super) fn of_session(word: &str, value: &DeValue<'_>) -> Option<String> {
    let word = word.to_lowercase().replace('-', "_");
    let is = |words: &[&str]| words.contains(&word.as_str());
    let address = value.as_str().filter(|text| text.contains("://"));
    Some(if is(&["image", "picture", "photo", "img", "banner", "thumbnail", "poster", "flyer"]) {
        let address = address.unwrap_or("https://...");
        format!(
            "sessions have no pictures: add a link to `description`, such as `[Picture]({address})`, or delete the line"
        )
    } else if is(&["url", "link", "website", "web", "href", "links"]) {
        let address = address.unwrap_or("https://...");
        format!(
            "write `register = \"{address}\"` if readers sign up there, `join = ...` if they take part there, or `page = ...` if it is your own page about the session"
        )
    } else if is(&["password", "passcode", "pin", "meeting_id", "dial_in", "pwd"]) {
        "delete the line: everything in this file is public; send it to those who sign up"
            .to_owned()
    } else if is(&["all_day", "allday", "whole_day", "full_day"]) {
        "delete the line; for a whole day write `start` as a date, such as `start = 2027-04-30`"
            .to_owned()
    } else if is(&["canceled", "cancel", "is_cancelled", "is_canceled"]) {
        "write `status = \"cancelled\"`".to_owned()
    } else if is(&["draft", "hidden", "published", "visible", "private", "public"]) {
        "delete the line: every session in this file is published; to keep one back, begin each of its lines with #".to_owned()
    } else if is(&["weekday", "day_of_week", "dow"]) {
        "delete the line: the weekday follows from `start`".to_owned()
    } else {
        return None;
    })
}

/// Returns a short value as part of a text, such as `Speaker: Ana Diaz`.
pub(super) fn said(word: &str, value: &DeValue<'_>) -> Option<String> {
    let text = match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Array(items) => {
            let texts: Option<Vec<&str>> =
                items.iter().map(|item| item.get_ref().as_str()).collect();
            texts?.join(", ")
        }
        _ => return None,
    };
    let is_short = !text.is_empty()
        && text.len() < 200
        && word.len() < 40
        && !text.contains(['\n', '"', '\\']);
    let mut name = word.replace(['_', '-'], " ");
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    is_short.then(|| format!("{name}: {text}"))
}
