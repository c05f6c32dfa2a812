//! A resource and its representations (RFC 9110 sections 3.1 and 3.2). Every header is made once, and a request only
//! clones it.

use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH,
    CONTENT_LOCATION, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, LAST_MODIFIED, LOCATION, VARY,
};

use super::encode::{self, Codings};
use super::headers;
use crate::document::{Document, Kind};
use crate::revisions::of_bytes;

/// A content coding (RFC 9110 section 8.4.1), the less preferred first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coding {
    /// The unchanged bytes.
    Identity,
    /// gzip (RFC 1952).
    Gzip,
    /// br (RFC 7932).
    Brotli,
}

/// A published resource.
#[derive(Debug)]
pub struct Resource {
    kind: Option<Kind>,
    identity: Representation,
    coded: Vec<Coded>,
    last_modified: Option<DateTime<Utc>>,
}

/// A coded representation, made in advance or on the first request.
#[derive(Debug)]
struct Coded {
    coding: Coding,
    etag: HeaderValue,
    form: OnceLock<Box<Representation>>,
}

/// One representation, ready to send.
#[derive(Debug, Clone)]
pub struct Representation {
    /// The coding.
    pub coding: Coding,
    /// The status of the response.
    pub status: StatusCode,
    /// The headers of the response.
    pub headers: HeaderMap,
    /// The headers of a 304 (RFC 9110 section 15.4.5).
    pub not_modified: HeaderMap,
    /// The content.
    pub body: Bytes,
    /// The entity tag with the quotes; `None` for errors and redirects.
    pub etag: Option<HeaderValue>,
}

impl Resource {
    /// Creates the resource of a document with its codings.
    pub(super) fn of(document: Document, codings: Codings) -> Self {
        let mut headers = headers::of(&document);
        if let Some(location) = &document.location {
            return Self::moved(document.kind, headers, location, document.body);
        }
        let hash = document.digest.unwrap_or_else(|| of_bytes([&document.body[..]]));
        let etag = headers::value(&format!("\"{hash}\""));
        headers.insert(ETAG, etag.clone());
        if !codings.is_empty() {
            headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        let identity = Representation::new(headers, Coding::Identity, document.body, etag);
        let coded = codings
            .into_iter()
            .map(|(coding, bytes)| Coded::new(&identity, &hash, coding, bytes))
            .collect();
        let (kind, last_modified) = (Some(document.kind), document.last_modified);
        Self { kind, identity, coded, last_modified }
    }

    /// Creates a redirect, which is permanent or leads to a target that may change tomorrow.
    fn moved(kind: Kind, mut headers: HeaderMap, location: &str, body: Bytes) -> Self {
        headers.insert(LOCATION, headers::value(location));
        let status = match kind {
            Kind::Moved => StatusCode::MOVED_PERMANENTLY,
            _ => StatusCode::FOUND,
        };
        let bare = Self::bare(status, headers, body);
        Self { kind: Some(kind), ..bare }
    }

    /// Creates a permanent redirect to a path.
    pub(super) fn redirect(to: &str) -> Self {
        let mut headers = headers::everywhere();
        headers.insert(LOCATION, headers::value(to));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(headers::PAGE_CACHE));
        Self::bare(StatusCode::MOVED_PERMANENTLY, headers, Bytes::new())
    }

    /// Creates an error, which caches never store.
    pub(super) fn error(status: StatusCode, content_type: &'static str, body: &str) -> Self {
        let mut headers = headers::everywhere();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::METHOD_NOT_ALLOWED {
            headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        }
        Self::bare(status, headers, Bytes::copy_from_slice(body.as_bytes()))
    }

    fn bare(status: StatusCode, mut headers: HeaderMap, body: Bytes) -> Self {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        let identity = Representation {
            coding: Coding::Identity,
            status,
            headers: headers.clone(),
            not_modified: HeaderMap::new(),
            body,
            etag: None,
        };
        Self { kind: None, identity, coded: Vec::new(), last_modified: None }
    }

    /// Returns the number of bytes of its bodies, with half as many for each coding that may be made later.
    pub(super) fn weight(&self) -> u64 {
        let plain = self.identity.body.len();
        let coded = self.coded.iter().map(|coded| match coded.form.get() {
            Some(form) => form.body.len(),
            None => plain / 2,
        });
        (plain + coded.sum::<usize>()) as u64
    }

    /// Returns the document kind, or `None` for errors and redirects.
    pub fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// Returns the representation without a coding.
    pub fn identity(&self) -> &Representation {
        &self.identity
    }

    /// Returns the available codings other than identity, the less preferred first.
    pub fn codings(&self) -> impl Iterator<Item = Coding> {
        self.coded.iter().map(|coded| coded.coding)
    }

    /// Returns the representation in a coding, or identity if that coding is not available.
    pub fn form(&self, coding: Coding) -> &Representation {
        let coded = self.coded.iter().find(|coded| coded.coding == coding);
        coded.map_or(&self.identity, |coded| coded.form(&self.identity))
    }

    /// Returns the entity tags of all representations (RFC 9110 section 8.8.3). Errors and redirects have none.
    pub fn etags(&self) -> impl Iterator<Item = &HeaderValue> {
        self.identity.etag.iter().chain(self.coded.iter().map(|coded| &coded.etag))
    }

    /// Returns the instant at which its bytes were first published, UTC in whole seconds; calendars only.
    pub fn last_modified(&self) -> Option<DateTime<Utc>> {
        self.last_modified
    }
}

impl Coded {
    fn new(identity: &Representation, hash: &str, coding: Coding, bytes: Option<Bytes>) -> Self {
        let suffix = if coding == Coding::Brotli { "br" } else { "gzip" };
        let etag = headers::value(&format!("\"{hash}-{suffix}\""));
        let coded = Self { coding, etag, form: OnceLock::new() };
        if let Some(bytes) = bytes {
            coded.form.get_or_init(|| Box::new(coded.made(identity, bytes)));
        }
        coded
    }

    fn form(&self, identity: &Representation) -> &Representation {
        self.form.get_or_init(|| {
            let bytes = encode::coded(self.coding, &identity.body);
            Box::new(match bytes {
                Some(bytes) => self.made(identity, bytes),
                // Compression into memory does not fail. If it did, the uncompressed bytes would be correct, too.
                None => identity.clone(),
            })
        })
    }

    fn made(&self, identity: &Representation, bytes: Bytes) -> Representation {
        let mut headers = identity.headers.clone();
        let name = if self.coding == Coding::Brotli { "br" } else { "gzip" };
        headers.insert(ETAG, self.etag.clone());
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        Representation::new(headers, self.coding, bytes, self.etag.clone())
    }
}

impl Representation {
    /// Makes a representation from the headers of a 200, without the length.
    fn new(mut headers: HeaderMap, coding: Coding, body: Bytes, etag: HeaderValue) -> Self {
        let mut not_modified = HeaderMap::new();
        for name in [CACHE_CONTROL, CONTENT_LOCATION, ETAG, LAST_MODIFIED, VARY] {
            if let Some(value) = headers.get(&name) {
                not_modified.insert(name, value.clone());
            }
        }
        if headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN) {
            // Without this header, a script of another origin could not read the 304.
            not_modified.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        // A map grows by doubling. The clone has no spare capacity, and there are thousands of them.
        let (headers, not_modified) = (headers.clone(), not_modified.clone());
        Self { coding, status: StatusCode::OK, headers, not_modified, body, etag: Some(etag) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::FileName;

    fn document() -> Document {
        let last_modified = DateTime::from_timestamp(1_700_000_000, 0);
        let file_name = Some(FileName { ascii: "a.ics".into(), readable: "A.ics".into() });
        let body = "BEGIN:VCALENDAR\r\n".repeat(100);
        Document { last_modified, file_name, ..Document::new("/a".into(), Kind::Invite, body) }
    }

    #[test]
    fn a_representation_is_made_once() {
        let own = Resource::of(document(), vec![(Coding::Gzip, None)]);
        let first = own.form(Coding::Gzip);
        assert!(first.body.len() < own.identity().body.len());
        assert_eq!(first.headers[CONTENT_LENGTH], first.body.len().to_string());
        assert!(std::ptr::eq(first, own.form(Coding::Gzip)));
        assert!(std::ptr::eq(own.identity(), own.form(Coding::Brotli)), "it has no such form");
    }
}
