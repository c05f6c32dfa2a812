//! From an edition to documents: calendars and pages, each a pure function.

mod calendar;
mod event;
mod line;
mod markdown;
mod page;
mod proof;
mod vtimezone;
mod words;

use chrono::{DateTime, Utc};

pub use calendar::{Draft, calendars};
pub use page::{not_allowed, not_found, pages};

/// What a document is, which decides how it is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A calendar to subscribe to: no METHOD.
    Feed,
    /// A calendar of one event to add once: METHOD:PUBLISH.
    Invite,
    /// A page for people.
    Page,
    /// The rules for crawlers.
    Robots,
}

/// One finished file: where it is published, and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The path that it is published under.
    pub path: String,
    /// What it is.
    pub kind: Kind,
    /// The name that it is saved under, and a readable one.
    pub file_name: Option<FileName>,
    /// Its bytes.
    pub body: String,
    /// When these bytes were first published; calendars only.
    pub last_modified: Option<DateTime<Utc>>,
}

/// The names of a file for Content-Disposition (RFC 6266).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName {
    /// In ASCII, without characters that need quoting.
    pub ascii: String,
    /// As people read it.
    pub readable: String,
}
