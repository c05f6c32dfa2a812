//! What all tables of a file share while it is read: the rules of zones, and the findings.

use std::cell::{OnceCell, RefCell};
use std::ops::Range;

use super::Locations;
use super::meanings::Meanings;
use crate::diagnostic::{Finding, Findings};
use crate::model::Language;
use crate::zone::Rules;

/// What all tables share.
pub(super) struct Context<'a> {
    rules: &'a Rules,
    findings: RefCell<Findings>,
    locations: RefCell<Locations>,
    /// The meanings of zone names; computed for the first text that holds one.
    meanings: OnceCell<Meanings>,
    /// Parts of the text for which no findings are reported.
    unread: RefCell<Vec<Range<usize>>>,
}

/// A value with its location in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Located<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

impl<'a> Context<'a> {
    pub(super) fn new(rules: &'a Rules) -> Self {
        Self {
            rules,
            findings: RefCell::default(),
            locations: RefCell::default(),
            meanings: OnceCell::new(),
            unread: RefCell::default(),
        }
    }

    pub(super) fn rules(&self) -> &'a Rules {
        self.rules
    }

    /// The meanings of zone names in the language of the file.
    pub(super) fn meanings(&self, language: &Language) -> &Meanings {
        self.meanings.get_or_init(|| Meanings::new(language, self.rules))
    }

    pub(super) fn push(&self, finding: Finding) {
        if !self.unread.borrow().iter().any(|part| part.contains(&finding.span.start)) {
            self.findings.borrow_mut().push(finding);
        }
    }

    /// Reports no findings for some parts of the text from now on.
    pub(super) fn leave_out(&self, unread: Vec<Range<usize>>) {
        self.unread.replace(unread);
    }

    /// Whether there are more errors than are kept, so that reading can stop.
    pub(super) fn is_full(&self) -> bool {
        self.findings.borrow().is_full()
    }

    pub(super) fn locations(&self) -> std::cell::RefMut<'_, Locations> {
        self.locations.borrow_mut()
    }

    pub(super) fn finish(self) -> (Findings, Locations) {
        (self.findings.into_inner(), self.locations.into_inner())
    }
}
