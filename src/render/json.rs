//! Feeds as JSON, for programs.

use super::Document;
use super::words::Words;
use crate::revisions::Edition;

/// To come.
pub(super) fn documents(_edition: &Edition, _words: &Words) -> Vec<Document> {
    Vec::new()
}
