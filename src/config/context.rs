//! What all tables of a file share while it is read: the rules of zones, and the findings.

use std::cell::{Cell, OnceCell, RefCell};
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
    /// Whether the values that are read are those of several sessions.
    shared: Cell<bool>,
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
            shared: Cell::default(),
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
        let is_known = |finding: &Finding| self.findings.borrow().has(finding.code, &finding.span);
        if self.shared.get() && is_known(&finding) {
            return;
        }
        if !self.unread.borrow().iter().any(|part| part.contains(&finding.span.start)) {
            self.findings.borrow_mut().push(finding);
        }
    }

    /// Reports no findings for some parts of the text from now on.
    pub(super) fn leave_out(&self, unread: Vec<Range<usize>>) {
        self.unread.replace(unread);
    }

    /// Reads values that several sessions share: of each code and location only the first finding is reported.
    pub(super) fn shared<T>(&self, read: impl FnOnce() -> T) -> T {
        let before = self.shared.replace(true);
        let read = read();
        self.shared.set(before);
        read
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
