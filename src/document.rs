//! A document: its media type, its bytes and its purpose. Renderers make documents, and `site` responds with them.

use chrono::{DateTime, Utc};
use hyper::body::Bytes;

/// The kind of a document, which decides its headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A list of entries for mail tools (RFC 4287).
    Atom,
    /// A page that other sites may frame.
    Embed,
    /// A calendar to subscribe to: no METHOD.
    Feed,
    /// The author's logo, with its media type.
    Image(&'static str),
    /// A calendar of one event to add once: METHOD:PUBLISH.
    Invite,
    /// Data for programs.
    Json,
    /// A page for the organizer that shows a newsletter block to copy.
    Kit,
    /// A permanent redirect to `location`, with a body as for [`Self::Redirect`].
    Moved,
    /// A page for people.
    Page,
    /// A temporary redirect to `location`; its body is a page, or the calendar of the target, for static hosts, which
    /// cannot redirect.
    Redirect,
    /// The rules for crawlers.
    Robots,
    /// A script, under a name that changes with its content.
    Script,
    /// A style sheet, under a name that changes with its content.
    Style,
    /// A drawing (SVG) that may change.
    Svg,
}

/// One finished file: its path, kind and bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The path of its URL.
    pub path: String,
    /// The kind.
    pub kind: Kind,
    /// The bytes.
    pub body: Bytes,
    /// The ASCII file name, and a readable one; calendars only.
    pub file_name: Option<FileName>,
    /// The instant at which these bytes were first published; calendars only.
    pub last_modified: Option<DateTime<Utc>>,
    /// The target of a redirect: a path on this site or an absolute URL.
    pub location: Option<String>,
    /// The digest of its bytes, if already computed.
    pub digest: Option<String>,
}

impl Document {
    /// Creates a document without names, date or redirect target.
    pub fn new(path: String, kind: Kind, body: impl Into<Vec<u8>>) -> Self {
        // A boxed slice has no unused capacity.
        let body = Bytes::from(body.into().into_boxed_slice());
        Self {
            path,
            kind,
            body,
            file_name: None,
            last_modified: None,
            location: None,
            digest: None,
        }
    }
}

/// The names of a file for Content-Disposition (RFC 6266).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// The name in ASCII, without characters that need quoting.
    pub ascii: String,
    /// The readable name.
    pub readable: String,
}
