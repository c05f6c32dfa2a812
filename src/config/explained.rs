//! An explained syntax error.

use crate::diagnostic::Finding;

/// A finding, and the end of what it explains.
pub(super) struct Explained {
    pub(super) finding: Finding,
    /// The end of the lines that further errors follow from; none for the line alone.
    pub(super) until: Option<usize>,
}

impl From<Finding> for Explained {
    fn from(finding: Finding) -> Self {
        Self { finding, until: None }
    }
}
