//! Deep links into calendars, and the lasting addresses that redirect to them.

use super::Document;
use super::words::Words;
use crate::revisions::Edition;

/// To come.
pub(super) fn documents(_edition: &Edition, _words: &Words) -> Vec<Document> {
    Vec::new()
}
