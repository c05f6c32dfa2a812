//! A rule as it is written in the file, for help.

use chrono::NaiveDate;

/// A rule in the syntax of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Meant {
    /// The value of `every`; with `, weeks = 2` if it belongs to it.
    pub(super) every: String,
    /// `times = 12` or `until = 2027-06-29`; none if nothing says it.
    pub(super) end: Option<String>,
    /// Dates that no rule gives, for `also`.
    pub(super) also: Vec<NaiveDate>,
}

impl Meant {
    pub(super) fn new(every: impl Into<String>, end: Option<String>) -> Self {
        Self { every: every.into(), end, also: Vec::new() }
    }

    /// Help with the line to write.
    pub(in super::super) fn help(&self) -> String {
        let end = self.end.as_deref().unwrap_or("times = 10");
        let line = format!("write `repeat = {{ every = {}, {end} }}`", self.every);
        let also: Vec<String> = self.also.iter().map(ToString::to_string).collect();
        match (also.is_empty(), &self.end) {
            (false, _) => format!("{line} and, on the next line, `also = [{}]`", also.join(", ")),
            (true, Some(_)) => line,
            (true, None) => {
                format!("{line} with your number of dates, or `until` with the last day")
            }
        }
    }
}
