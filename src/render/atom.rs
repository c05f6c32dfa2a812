//! Feeds as Atom (RFC 4287), for mail tools that send from a feed.

use super::Document;
use super::words::Words;
use crate::revisions::Edition;

/// To come.
pub(super) fn documents(_edition: &Edition, _words: &Words) -> Vec<Document> {
    Vec::new()
}
