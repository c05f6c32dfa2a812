//! Renders pages for people, and redirects. All pages work without JavaScript and cookies.
//!
//! To read: `shell` (the frame of every page), `sentence`, `parts`, then each page: `home`, `feed`, `session`, `apple`,
//! `removed`, `errors`; `redirect`; `news` (recent changes of a session); `jsonld` (for search engines).

mod apple;
pub mod errors;
mod feed;
mod home;
mod jsonld;
mod news;
mod parts;
pub mod redirect;
pub mod removed;
mod sentence;
mod session;
mod shell;
pub mod undated;

use crate::document::{Document, Kind};
use crate::revisions::Edition;
use crate::urls::Address;

pub use apple::apple;
pub use feed::{embed, feed};
pub use home::{home, year, years};
pub use news::sentences;
pub use parts::{NEXT, registration, said_of_registration};
pub use sentence::{filled, isolated};
pub use session::session;
pub use shell::{Head, PageAssets, Shell, icon};

/// Returns the rules for crawlers. Google's feed fetcher obeys this file, and has failed on sites without it.
pub fn robots(edition: &Edition) -> Document {
    let path = edition.urls.path(Address::Robots);
    Document::new(path, Kind::Robots, "User-agent: *\nAllow: /\n")
}
