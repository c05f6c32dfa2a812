//! From an edition to documents: calendars and pages, each a pure function.

mod atom;
pub(crate) mod calendar;
pub mod errors;
pub(crate) mod event;
mod feed;
mod gone;
mod invite;
mod json;
mod line;
mod links;
pub mod markdown;
mod news;
mod newsletter;
mod page;
mod preview;
mod proof;
mod qr;
mod renamed;
mod shallow;
mod vtimezone;

use chrono::{DateTime, Utc};

use crate::l10n::Words;
use crate::revisions::Edition;

pub use calendar::Draft;
pub use feed::calendars;
pub use gone::ended;
pub use newsletter::{Form, Subject, changed, newsletter};
pub use preview::{City, Report, preview};

/// Every document of an edition, given its calendars. `earlier` gives what stood at a path if it was made
/// from the same origin: that is not made again.
pub fn documents<'p>(
    edition: &Edition,
    calendars: Vec<Document>,
    earlier: impl Fn(&str, &str) -> Option<Printed<'p>>,
) -> Vec<Document> {
    let words = Words::new(&edition.catalog.calendar);
    let mut all = calendars;
    all.extend(page::documents(edition, &words));
    all.extend(links::documents(edition, &words.clone().in_calendars()));
    all.extend(atom::documents(edition, &words));
    all.extend(json::documents(edition, &words));
    all.extend(qr::documents(edition, earlier));
    all.extend(newsletter::documents(edition, &words));
    all.extend(gone::documents(edition, &words));
    all.extend(renamed::documents(edition, &all));
    all
}

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
    /// A temporary redirect to `location`; its body is a page for where redirects cannot be had.
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
    pub body: Vec<u8>,
    /// The name that it is saved under, and a readable one; calendars only.
    pub file_name: Option<FileName>,
    /// When these bytes were first published; calendars only.
    pub last_modified: Option<DateTime<Utc>>,
    /// Where a redirect leads: a path of ours or a whole address.
    pub location: Option<String>,
    /// The digest of its bytes, where it was made already.
    pub digest: Option<String>,
    /// What says all that its bytes follow from, so that what has the same one need not be made again;
    /// invites and QR codes only.
    pub origin: Option<String>,
}

/// A document as it was published.
#[derive(Debug, Clone, Copy)]
pub struct Printed<'a> {
    /// Its bytes.
    pub body: &'a str,
    /// Their digest.
    pub digest: &'a str,
}

impl Document {
    /// A document of a kind that has nothing but bytes.
    pub fn new(path: String, kind: Kind, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self {
            path,
            kind,
            body,
            file_name: None,
            last_modified: None,
            location: None,
            digest: None,
            origin: None,
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
