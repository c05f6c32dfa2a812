//! Pages for people. They work without JavaScript and cookies; what a script adds is a courtesy.

mod calendar;
mod feed;
mod jsonld;
mod parts;
mod session;
pub(super) mod shell;

use super::{Document, Kind};
use crate::revisions::Edition;
use crate::urls::Address;

pub use calendar::{home, year, years};
pub use feed::{embed, feed};
pub use session::session;
pub use shell::{PageAssets, Shell, icon};

/// The rules for crawlers. Google's fetcher of feeds obeys this file, and has failed where it was missing.
pub fn robots(edition: &Edition) -> Document {
    let path = edition.urls.path(Address::Robots);
    Document::new(path, Kind::Robots, "User-agent: *\nAllow: /\n")
}
