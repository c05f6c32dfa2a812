//! An explained syntax error.

use crate::diagnostic::Finding;

/// A finding, and the end of the text that it explains.
pub(super) struct Explained {
    pub(super) finding: Finding,
    /// The end of the lines whose further errors follow from this one; `None` if that is only its own line.
    pub(super) until: Option<usize>,
}

impl From<Finding> for Explained {
    fn from(finding: Finding) -> Self {
        Self { finding, until: None }
    }
}
