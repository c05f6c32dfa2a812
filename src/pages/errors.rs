//! Renders error pages in plain words.

use maud::{Markup, html};

use super::shell::plain;
use crate::l10n::Messages;
use crate::urls::Urls;

/// Returns the page for a path that does not exist.
pub fn not_found(urls: &Urls, messages: &Messages) -> String {
    let text = Some(messages.not_found_text());
    leading_on(messages.not_found_title(), messages.not_found(), text, urls, messages)
}

/// Returns the page for a path that was removed permanently.
pub fn gone(urls: &Urls, messages: &Messages) -> String {
    leading_on(messages.gone_title(), messages.gone(), None, urls, messages)
}

/// Returns the page for an unsupported method.
pub fn not_allowed(messages: &Messages) -> String {
    let body = html! { h1 { (messages.not_allowed()) } };
    error(messages.not_allowed_title(), &body).into_string()
}

/// Returns the page for an invalid request (RFC 9110 section 15.5.1).
pub fn bad_request(urls: &Urls, messages: &Messages) -> String {
    let text = Some(messages.bad_request_text());
    leading_on(messages.bad_request_title(), messages.bad_request(), text, urls, messages)
}

/// Returns the page for an address that is too long (RFC 9110 section 15.5.15).
pub fn too_long(urls: &Urls, messages: &Messages) -> String {
    let text = Some(messages.too_long_text());
    leading_on(messages.too_long_title(), messages.too_long(), text, urls, messages)
}

/// Returns the page for a failed precondition (RFC 9110 section 15.5.13).
pub fn precondition_failed(messages: &Messages) -> String {
    let body = html! { h1 { (messages.precondition_failed()) } };
    error(messages.precondition_failed_title(), &body).into_string()
}

/// Returns an error page with a link to all sessions.
fn leading_on(
    title: &str,
    heading: &str,
    text: Option<&str>,
    urls: &Urls,
    messages: &Messages,
) -> String {
    let body = html! {
        h1 { (heading) }
        p {
            @if let Some(text) = text { (text) " " }
            a href=(urls.root()) { (messages.all_sessions()) }
        }
    };
    error(title, &body).into_string()
}

fn error(title: &str, body: &Markup) -> Markup {
    let head = html! { meta name="color-scheme" content="light dark"; };
    plain(&head, title, body)
}
