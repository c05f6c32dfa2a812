//! Formats findings for programs, as a JSON array.

use serde::Serialize;

use super::{Finding, Findings, Severity};
use crate::source::Source;
use crate::visible;

impl Findings {
    /// Returns the findings in the JSON format, which is one array.
    pub fn json(&self, source: &Source) -> String {
        let rows: Vec<SourceRow<'_>> =
            self.iter().map(|finding| SourceRow::new(finding, source)).collect();
        let mut text = serde_json::to_string_pretty(&rows).expect("its keys are texts");
        text.push('\n');
        visible::json(&text).into_owned()
    }
}

#[derive(Serialize)]
struct SourceRow<'a> {
    code: &'static str,
    severity: Severity,
    message: &'a str,
    help: Option<&'a str>,
    file: &'a str,
    line: usize,
    column: usize,
    start: usize,
    end: usize,
}

impl<'a> SourceRow<'a> {
    fn new(finding: &'a Finding, source: &'a Source) -> Self {
        let position = source.position(finding.span.start);
        SourceRow {
            code: finding.code.as_str(),
            severity: finding.severity,
            message: &finding.message,
            help: finding.help.as_deref(),
            file: source.name(),
            line: position.line,
            column: position.column,
            start: finding.span.start,
            end: finding.span.end,
        }
    }
}
