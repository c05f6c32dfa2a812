//! The state that all tables share while a file is read: the rules of zones, and the findings.

use std::cell::{Cell, OnceCell, RefCell};
use std::ops::Range;

use super::Locations;
use super::meanings::Meanings;
use crate::diagnostic::{Finding, Findings};
use crate::model::Language;
use crate::zone::Rules;

/// The shared state.
pub(super) struct Context<'a> {
    rules: &'a Rules,
    text: &'a str,
    findings: RefCell<Findings>,
    locations: RefCell<Locations>,
    /// The meanings of zone names, which are computed for the first text that contains one.
    meanings: OnceCell<Meanings>,
    /// Parts of the text for which no findings are reported.
    unread: RefCell<Unread>,
    /// Whether the current values are those of several sessions.
    shared: Cell<bool>,
}

/// The parts of the file that the parser could not read.
#[derive(Debug, Default)]
pub(super) struct Unread {
    /// Parts of the text for which no findings are reported.
    pub(super) parts: Vec<Range<usize>>,
    /// The tables with an unread part whose key is unknown, so that no key is reported as missing there.
    pub(super) tables: Vec<Range<usize>>,
    /// Whether the header of a table is among the parts.
    pub(super) has_header: bool,
}

/// A value with its location in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Located<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

impl<'a> Context<'a> {
    pub(super) fn new(rules: &'a Rules, text: &'a str) -> Self {
        Self {
            rules,
            text,
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

    /// Returns the meanings of zone names in the language of the file.
    pub(super) fn meanings(&self, language: &Language) -> &Meanings {
        self.meanings.get_or_init(|| Meanings::new(language, self.rules))
    }

    pub(super) fn push(&self, finding: Finding) {
        let is_known = |finding: &Finding| self.findings.borrow().has(finding.code, &finding.span);
        if self.shared.get() && is_known(&finding) {
            return;
        }
        if !self.unread.borrow().parts.iter().any(|part| part.contains(&finding.span.start)) {
            self.findings.borrow_mut().push(finding);
        }
    }

    /// Reports no findings for the unread parts from now on.
    pub(super) fn leave_out(&self, unread: Unread) {
        self.unread.replace(unread);
    }

    /// Returns whether the whole file was read, so that a key that was not found is really missing.
    pub(super) fn is_whole(&self) -> bool {
        self.unread.borrow().parts.is_empty()
    }

    /// Returns whether every key of every table was read, even if some values were not.
    pub(super) fn has_all_keys(&self) -> bool {
        self.unread.borrow().tables.is_empty()
    }

    /// Returns whether every header of a table was read.
    pub(super) fn has_all_headers(&self) -> bool {
        !self.unread.borrow().has_header
    }

    /// Returns whether all lines of the table at an offset were read.
    pub(super) fn is_whole_at(&self, offset: usize) -> bool {
        !self.unread.borrow().tables.iter().any(|table| table.contains(&offset))
    }

    /// Returns the number of the line at an offset, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        line(self.text, offset)
    }

    /// Whether a line that begins a table is above an offset.
    pub(super) fn has_above(&self, header: &str, offset: usize) -> bool {
        let above = self.text.get(..offset).unwrap_or(self.text);
        above.lines().any(|line| line.trim_start().starts_with(header))
    }

    /// Returns the location of a part of a text within the text's location; if the text is written with escapes,
    /// returns the location of the whole text.
    pub(super) fn within(&self, span: &Range<usize>, part: &str) -> Range<usize> {
        let at = self.text.get(span.clone()).and_then(|text| text.find(part));
        at.map_or_else(|| span.clone(), |at| span.start + at..span.start + at + part.len())
    }

    /// Reads values that several sessions share. Only the first finding of each code and location is reported.
    pub(super) fn shared<T>(&self, read: impl FnOnce() -> T) -> T {
        let before = self.shared.replace(true);
        let read = read();
        self.shared.set(before);
        read
    }

    /// Returns whether there are more errors than are kept, so that reading can stop.
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

/// Returns the number of the line at an offset, from 1.
pub(super) fn line(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}
