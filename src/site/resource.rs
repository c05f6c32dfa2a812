//! A resource and its representations (RFC 9110 sections 3.1 and 3.2), with every header made
//! beforehand: a request clones, it formats nothing.

use chrono::{DateTime, Utc};
use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_LOCATION, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderValue, LAST_MODIFIED, LOCATION, VARY,
};

use super::encode::Codings;
use super::headers;
use crate::render::{Document, Kind, Printed};
use crate::revisions::of_bytes;

/// A content coding (RFC 9110 section 8.4.1), the less preferred first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coding {
    /// The bytes as they are.
    Identity,
    /// gzip (RFC 1952).
    Gzip,
    /// br (RFC 7932).
    Brotli,
}

/// What stands at a path.
#[derive(Debug)]
pub struct Resource {
    kind: Option<Kind>,
    /// Identity first; never empty.
    representations: Vec<Representation>,
    last_modified: Option<DateTime<Utc>>,
    origin: Option<Box<str>>,
}

/// One form of a resource, ready to be sent.
#[derive(Debug)]
pub struct Representation {
    /// Its coding.
    pub coding: Coding,
    /// The status of the answer.
    pub status: StatusCode,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The headers of a 304 in its place (RFC 9110 section 15.4.5).
    pub not_modified: HeaderMap,
    /// The content.
    pub body: Bytes,
    /// Its entity tag with the quotes; none for errors and redirects.
    pub etag: Option<HeaderValue>,
}

impl Resource {
    /// The resource of a document with the codings that made it smaller.
    pub(super) fn of(document: Document, codings: Codings) -> Self {
        let base = headers::of(&document);
        if let Some(location) = &document.location {
            return Self::moved(document.kind, base, location, document.body);
        }
        let hash = document.digest.unwrap_or_else(|| of_bytes([document.body.as_slice()]));
        let varies = codings.gzip.is_some() || codings.brotli.is_some();
        let identity = codings.identity.unwrap_or_else(|| {
            // Without the room that it grew into.
            Bytes::from(document.body.into_boxed_slice())
        });
        let bodies = [
            (Coding::Identity, Some(identity)),
            (Coding::Gzip, codings.gzip),
            (Coding::Brotli, codings.brotli),
        ];
        let representations = bodies
            .into_iter()
            .filter_map(|(coding, body)| Some((coding, body?)))
            .map(|(coding, body)| Representation::new(&base, coding, body, &hash, varies))
            .collect();
        Self {
            kind: Some(document.kind),
            representations,
            last_modified: document.last_modified,
            origin: document.origin.map(String::into_boxed_str),
        }
    }

    /// For good, or where it may lead elsewhere tomorrow.
    fn moved(kind: Kind, mut headers: HeaderMap, location: &str, body: Vec<u8>) -> Self {
        headers.insert(LOCATION, headers::value(location));
        let status = match kind {
            Kind::Moved => StatusCode::MOVED_PERMANENTLY,
            _ => StatusCode::FOUND,
        };
        let bare = Self::bare(status, headers, Bytes::from(body.into_boxed_slice()));
        Self { kind: Some(kind), ..bare }
    }

    /// A permanent redirect to a path.
    pub(super) fn redirect(to: &str) -> Self {
        let mut headers = headers::everywhere();
        headers.insert(LOCATION, headers::value(to));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(headers::PAGE_CACHE));
        Self::bare(StatusCode::MOVED_PERMANENTLY, headers, Bytes::new())
    }

    /// An error, never stored by caches.
    pub(super) fn error(status: u16, content_type: &'static str, body: &str) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::NOT_FOUND);
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
        let representation = Representation {
            coding: Coding::Identity,
            status,
            headers: headers.clone(),
            not_modified: HeaderMap::new(),
            body,
            etag: None,
        };
        Self {
            kind: None,
            representations: vec![representation],
            last_modified: None,
            origin: None,
        }
    }

    /// Its forms, if they are those of a document too.
    pub(super) fn forms_of(&self, document: &Document) -> Option<Codings> {
        let identity = &self.identity().body;
        if self.kind != Some(document.kind) || *identity != document.body {
            return None;
        }
        let form = |coding| {
            let form = self.representations.iter().find(|own| own.coding == coding);
            form.map(|form| form.body.clone())
        };
        Some(Codings {
            identity: Some(identity.clone()),
            gzip: form(Coding::Gzip),
            brotli: form(Coding::Brotli),
        })
    }

    /// Its bytes with their digest, if they follow from a certain origin.
    pub(super) fn printed_from(&self, origin: &str) -> Option<Printed<'_>> {
        self.origin.as_deref().filter(|own| *own == origin)?;
        let identity = self.identity();
        let digest = identity.etag.as_ref()?.to_str().ok()?.trim_matches('"');
        Some(Printed { body: std::str::from_utf8(&identity.body).ok()?, digest })
    }

    /// What it is; none for errors and redirects.
    pub fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// Whether it is a picture, a script or a style sheet, which pages name and which name nothing.
    pub fn is_asset(&self) -> bool {
        matches!(self.kind, Some(Kind::Image(_) | Kind::Script | Kind::Style | Kind::Svg))
    }

    /// Its forms, identity first.
    pub fn representations(&self) -> &[Representation] {
        &self.representations
    }

    /// The bytes as they are.
    pub fn identity(&self) -> &Representation {
        &self.representations[0]
    }

    /// When its bytes were first published, UTC in whole seconds; calendars only.
    pub fn last_modified(&self) -> Option<DateTime<Utc>> {
        self.last_modified
    }
}

impl Representation {
    fn new(base: &HeaderMap, coding: Coding, body: Bytes, hash: &str, varies: bool) -> Self {
        let mut headers = base.clone();
        let (suffix, name) = match coding {
            Coding::Identity => ("", None),
            Coding::Gzip => ("-gzip", Some("gzip")),
            Coding::Brotli => ("-br", Some("br")),
        };
        let etag = headers::value(&format!("\"{hash}{suffix}\""));
        headers.insert(ETAG, etag.clone());
        if varies {
            headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
        }
        let mut not_modified = HeaderMap::new();
        for name in [CACHE_CONTROL, CONTENT_LOCATION, ETAG, LAST_MODIFIED, VARY] {
            if let Some(value) = headers.get(&name) {
                not_modified.insert(name, value.clone());
            }
        }
        if base.contains_key(hyper::header::ACCESS_CONTROL_ALLOW_ORIGIN) {
            // Without it a script of another origin could not read the 304 either.
            let any = HeaderValue::from_static("*");
            not_modified.insert(hyper::header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
        }
        if let Some(name) = name {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        // A map grows by doubling; its copy has no more room than it needs, and there are thousands.
        let (headers, not_modified) = (headers.clone(), not_modified.clone());
        Self { coding, status: StatusCode::OK, headers, not_modified, body, etag: Some(etag) }
    }
}
