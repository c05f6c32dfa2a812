//! Limits the number of dates of repeating sessions.

use super::super::table::Table;
use crate::diagnostic::{Code, Finding};

/// The largest number of dates of one repeating session.
pub(super) const MOST: usize = 500;
/// The largest number of dates of all repeating sessions of a file, which is more than can be published.
const MOST_OF_ALL: usize = 60_000;

/// The number of dates that the repeating sessions of a file may still have.
pub(in crate::config) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(MOST_OF_ALL)
    }
}

impl Budget {
    /// Takes dates from the budget. Returns whether the budget has enough; if not, reports an error.
    pub(super) fn spend(&mut self, table: &Table<'_>, dates: usize) -> bool {
        let left = self.0.checked_sub(dates);
        self.0 = left.unwrap_or_default();
        if left.is_none() {
            let span = table.span("repeat").unwrap_or_else(|| table.header());
            let message =
                "the repeating sessions of this file have more than 60,000 dates together";
            let finding = Finding::error(Code::TooManyDates, span, message);
            let help = "split the sessions over several files, each with a service of its own";
            table.context().push(finding.help(help));
        }
        left.is_some()
    }
}
