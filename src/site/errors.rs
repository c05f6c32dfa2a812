//! The responses where there is nothing to give: as text for programs, as a page for people.

use super::headers;
use super::resource::Resource;
use crate::document::Kind;
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
    pub(super) fn new(urls: &Urls) -> Self {
        Self {
            gone: ByClient::new(410, "Gone\n", &errors::gone(urls)),
            not_found: ByClient::new(404, "Not found\n", &errors::not_found(urls)),
            not_allowed: ByClient::new(405, "Method not allowed\n", &errors::not_allowed()),
            precondition_failed: ByClient::new(
                412,
                "Precondition failed\n",
                &errors::precondition_failed(),
            ),
            bad_request: ByClient::new(400, "Bad request\n", &errors::bad_request(urls)),
            too_long: ByClient::new(414, "URI too long\n", &errors::too_long(urls)),
        }
    }
}

impl ByClient {
    fn new(status: u16, text: &str, page: &str) -> Self {
        Self {
            text: Resource::error(status, "text/plain; charset=utf-8", text),
            page: Resource::error(status, headers::content_type(Kind::Page), page),
        }
    }

    /// The format for whoever asks for a path.
    pub(super) fn at(&self, path: &str) -> &Resource {
        let program = [".ics", ".json", ".atom", ".svg"].iter().any(|end| path.ends_with(end));
        if program { &self.text } else { &self.page }
    }
}
