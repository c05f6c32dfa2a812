//! Makes error responses: text for programs, and a page for people.

use hyper::StatusCode;

use super::headers;
use super::resource::Resource;
use crate::document::Kind;
use crate::l10n::Messages;
use crate::pages::errors;
use crate::urls::Urls;

/// Every error response of a site.
#[derive(Debug)]
pub(super) struct Errors {
    pub(super) gone: ByClient,
    pub(super) not_found: ByClient,
    pub(super) not_allowed: ByClient,
    pub(super) precondition_failed: ByClient,
    pub(super) bad_request: ByClient,
    pub(super) too_long: ByClient,
}

/// An error response in its two formats.
#[derive(Debug)]
pub(super) struct ByClient {
    text: Resource,
    page: Resource,
}

impl Errors {
    pub(super) fn new(urls: &Urls, messages: &Messages) -> Self {
        Self {
            gone: ByClient::new(StatusCode::GONE, "Gone\n", &errors::gone(urls, messages)),
            not_found: ByClient::new(
                StatusCode::NOT_FOUND,
                "Not found\n",
                &errors::not_found(urls, messages),
            ),
            not_allowed: ByClient::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "Method not allowed\n",
                &errors::not_allowed(messages),
            ),
            precondition_failed: ByClient::new(
                StatusCode::PRECONDITION_FAILED,
                "Precondition failed\n",
                &errors::precondition_failed(messages),
            ),
            bad_request: ByClient::new(
                StatusCode::BAD_REQUEST,
                "Bad request\n",
                &errors::bad_request(urls, messages),
            ),
            too_long: ByClient::new(
                StatusCode::URI_TOO_LONG,
                "URI too long\n",
                &errors::too_long(urls, messages),
            ),
        }
    }
}

impl ByClient {
    fn new(status: StatusCode, text: &str, page: &str) -> Self {
        Self {
            text: Resource::error(status, "text/plain; charset=utf-8", text),
            page: Resource::error(status, headers::content_type(Kind::Page), page),
        }
    }

    /// Returns the format for a path. Programs request calendars.
    pub(super) fn at(&self, path: &str) -> &Resource {
        let program = [".ics", ".json", ".atom", ".svg"].iter().any(|end| path.ends_with(end));
        if program { &self.text } else { &self.page }
    }
}
