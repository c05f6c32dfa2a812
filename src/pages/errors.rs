//! The pages for what cannot be answered, in the words of people.

use maud::{DOCTYPE, Markup, html};

use crate::urls::Urls;

/// The page for a path where nothing is.
pub fn not_found(urls: &Urls) -> String {
    leading_on("Not found", "There is nothing here", "The address may be mistyped.", urls)
}

/// The page for a path where something was that is gone for good.
pub fn gone(urls: &Urls) -> String {
    leading_on("Gone", "This is no more", "What stood here was removed long ago.", urls)
}

/// The page for a method that is not answered.
pub fn not_allowed() -> String {
    let body = html! { h1 { "Only GET and HEAD are answered here" } };
    error("Method not allowed", &body).into_string()
}

/// The page for a request that is no right one (RFC 9110 section 15.5.1).
pub fn bad_request(urls: &Urls) -> String {
    leading_on(
        "Bad request",
        "This address cannot be read",
        "It may be mistyped, or cut off.",
        urls,
    )
}

/// The page for an address that nobody would write (RFC 9110 section 15.5.15).
pub fn too_long(urls: &Urls) -> String {
    leading_on(
        "Address too long",
        "This address is too long",
        "Nothing here has one like that.",
        urls,
    )
}

/// The page for what is not what the reader takes it for any more (RFC 9110 section 15.5.13).
pub fn precondition_failed() -> String {
    let body = html! { h1 { "This has changed meanwhile" } };
    error("Precondition failed", &body).into_string()
}

/// With a way to what there is.
fn leading_on(title: &str, heading: &str, text: &str, urls: &Urls) -> String {
    let body = html! {
        h1 { (heading) }
        p { (text) " " a href=(urls.root()) { "All sessions" } }
    };
    error(title, &body).into_string()
}

fn error(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
            }
            body { main { (body) } }
        }
    }
}
