//! A document: its media type, its bytes and its purpose. Renderers make documents, and `site` responds with them.

use chrono::{DateTime, Utc};
use hyper::body::Bytes;

/// What a document is, which decides how it is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A list of entries for mail tools (RFC 4287).
    Atom,
    /// A page that other sites may frame.
    Embed,
    /// A calendar to subscribe to: no METHOD.
    Feed,
    /// A picture of the author's, by its media type.
    Image(&'static str),
    /// A calendar of one event to add once: METHOD:PUBLISH.
    Invite,
    /// Data for programs.
    Json,
    /// A page for the organiser that shows a block for a newsletter, and gives it to copy.
    Kit,
    /// A permanent redirect to `location`, with a body as for [`Self::Redirect`].
    Moved,
    /// A page for people.
    Page,
    /// A temporary redirect to `location`; its body is a page, or the calendar of the target, for where redirects cannot be
    /// had.
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

/// One finished file: where it is published, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The path that it is published under.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// Its bytes.
    pub body: Bytes,
    /// The name that it is saved under, and a readable one; calendars only.
    pub file_name: Option<FileName>,
    /// When these bytes were first published; calendars only.
    pub last_modified: Option<DateTime<Utc>>,
    /// Where a redirect leads: a path of ours or a whole address.
    pub location: Option<String>,
    /// The digest of its bytes, where it was made already.
    pub digest: Option<String>,
}

impl Document {
    /// A document of a kind that has nothing but bytes.
    pub fn new(path: String, kind: Kind, body: impl Into<Vec<u8>>) -> Self {
        // Without the room that it grew into.
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
    /// In ASCII, without characters that need quoting.
    pub ascii: String,
    /// As people read it.
    pub readable: String,
}
