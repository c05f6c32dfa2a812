//! Findings about the author's file: all errors and warnings, each with its location, a sentence, and help.
//!
//! To read: this file, then `code` (every code), `fix` (corrections), `human` and `json` (the formats).

mod code;
mod fix;
mod human;
mod json;

use std::ops::Range;

use serde::Serialize;

pub use code::Code;
pub use fix::Fix;

/// The largest number of findings that are kept. Nobody reads more at once, and each takes time.
pub const MOST: usize = 100;
/// The largest number of bytes of a sentence that are kept. The longest URL has 2,000 characters.
const LONGEST_SENTENCE: usize = 4_000;
/// Whether a finding stops the file from being published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file is not published.
    Error,
    /// The file is published, but the value is probably a mistake.
    Warning,
}

/// An error or a warning, with help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The code.
    pub code: Code,
    /// The severity.
    pub severity: Severity,
    /// A plain sentence, lower case, without a full stop.
    pub message: String,
    /// The text to write or the command to run.
    pub help: Option<String>,
    /// The byte range of the problem.
    pub span: Range<usize>,
    /// An earlier byte range that it conflicts with, with a label.
    pub earlier: Option<(Range<usize>, String)>,
    /// The corrections that `check --fix` writes; none if the author has to decide.
    pub fixes: Vec<Fix>,
}

impl Finding {
    /// Creates an error.
    pub fn error(code: Code, span: Range<usize>, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            code,
            severity: Severity::Error,
            message,
            help: None,
            span,
            earlier: None,
            fixes: Vec::new(),
        }
    }

    /// Creates a warning.
    pub fn warning(code: Code, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Adds help.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Adds the earlier location that the finding's location conflicts with.
    #[must_use]
    pub fn earlier(self, span: Range<usize>, label: impl Into<String>) -> Self {
        Self { earlier: Some((span, label.into())), ..self }
    }

    /// Adds a correction that is certain.
    #[must_use]
    pub fn fix(mut self, range: Range<usize>, text: impl Into<String>) -> Self {
        self.fixes.push(Fix { range, text: text.into() });
        self
    }

    /// Adds a correction if there is one.
    #[must_use]
    pub fn fix_if(self, range: Range<usize>, text: Option<String>) -> Self {
        match text {
            Some(text) => self.fix(range, text),
            None => self,
        }
    }

    /// Shortens the sentences, because a quoted value may be as long as the file.
    fn shortened(mut self) -> Self {
        for text in [Some(&mut self.message), self.help.as_mut()].into_iter().flatten() {
            if text.len() > LONGEST_SENTENCE {
                text.truncate(text.floor_char_boundary(LONGEST_SENTENCE));
                text.push_str("...");
                text.shrink_to_fit();
            }
        }
        self
    }
}

/// The findings of a file: errors before warnings, each by location. There are at most [`MOST`] of them; if there were
/// more, a last one says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    kept: Vec<Finding>,
    /// The number of kept errors.
    errors: usize,
    /// The last finding, if some were not kept.
    more: Option<Finding>,
}

impl Findings {
    /// Adds a finding. When the limit is reached, an error replaces a warning.
    pub fn push(&mut self, finding: Finding) {
        let is_error = finding.severity == Severity::Error;
        if self.kept.len() == MOST {
            let left = match is_error && self.errors < MOST {
                true => self.kept.iter().rposition(|own| own.severity == Severity::Warning),
                false => None,
            };
            self.left_out(left.map_or(finding.severity, |_| Severity::Warning));
            match left {
                Some(at) => drop(self.kept.remove(at)),
                None => return,
            }
        }
        self.errors += usize::from(is_error);
        self.kept.push(finding.shortened());
    }

    /// Adds other findings.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Finding>) {
        others.into_iter().for_each(|finding| self.push(finding));
    }

    /// Returns whether an error was not kept, so that the caller can stop.
    pub fn is_full(&self) -> bool {
        self.more.as_ref().is_some_and(|more| more.severity == Severity::Error)
    }

    fn left_out(&mut self, severity: Severity) {
        if self.more.as_ref().is_none_or(|more| more.severity > severity) {
            let text = format!("there are more findings than these {MOST}");
            let more = Finding::error(Code::MoreFindings, 0..0, text);
            let more = more.help("fix these first, then run `convene check` again");
            self.more = Some(Finding { severity, ..more });
        }
    }

    /// Sorts errors before warnings, each by location.
    pub fn sort(&mut self) {
        self.kept.sort_by_key(|finding| (finding.severity, finding.span.start, finding.code));
    }

    /// Returns whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Returns whether there is a finding of a code at a location.
    pub fn has(&self, code: Code, span: &Range<usize>) -> bool {
        self.kept.iter().any(|own| own.code == code && own.span == *span)
    }

    /// Returns whether there is no finding.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Returns the findings, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.kept.iter().chain(&self.more)
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::iter::Chain<std::vec::IntoIter<Finding>, std::option::IntoIter<Finding>>;
    fn into_iter(self) -> Self::IntoIter {
        self.kept.into_iter().chain(self.more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    fn source() -> Source {
        Source::from_bytes("sessions.toml", "a = 1\ntimezone = \"Mars\"\n".into())
    }

    #[test]
    fn a_finding_names_file_line_column_and_a_fix() {
        let mut findings = Findings::default();
        findings.push(
            Finding::error(Code::UnknownZone, 17..23, "no time zone is called `Mars`")
                .help("write the name of a city's zone"),
        );
        let text = findings.human(&source(), false);
        assert!(text.starts_with("error[unknown-zone]: no time zone is called `Mars`\n"), "{text}");
        assert!(text.contains("--> sessions.toml:2:12\n"), "{text}");
        assert!(text.contains("^^^^^^"), "{text}");
        assert!(text.contains("help: write the name of a city's zone"), "{text}");
        assert!(text.ends_with("sessions.toml: 1 error, 0 warnings\n"), "{text}");
    }

    #[test]
    fn json_has_the_promised_fields() {
        let mut findings = Findings::default();
        findings.push(Finding::warning(Code::LegacyZone, 17..23, "old"));
        let rows: serde_json::Value = serde_json::from_str(&findings.json(&source())).unwrap();
        assert_eq!(
            rows,
            serde_json::json!([{ "code": "legacy-zone", "severity": "warning", "message": "old",
                "help": null, "file": "sessions.toml", "line": 2, "column": 12, "start": 17, "end": 23 }])
        );
    }

    fn many(errors: usize, warnings: usize) -> Findings {
        let mut findings = Findings::default();
        findings.extend((0..warnings).map(|at| Finding::warning(Code::Tab, at..at, "tab")));
        findings.extend((0..errors).map(|at| Finding::error(Code::Syntax, at..at, "no")));
        findings.extend((0..warnings).map(|at| Finding::warning(Code::Tab, at..at, "tab")));
        findings.sort();
        findings
    }

    #[test]
    fn a_hundred_findings_are_kept_and_the_last_reports_more() {
        for (errors, warnings, kept, last) in [
            (100, 0, (100, 0), None),
            (0, 50, (0, 100), None),
            (103, 0, (100, 0), Some(Severity::Error)),
            (0, 60, (0, 100), Some(Severity::Warning)),
            (3, 60, (3, 97), Some(Severity::Warning)),
            (120, 60, (100, 0), Some(Severity::Error)),
        ] {
            let findings = many(errors, warnings);
            let all: Vec<&Finding> = findings.iter().collect();
            let of = |severity| {
                let own = |f: &&&Finding| f.severity == severity && f.code != Code::MoreFindings;
                all.iter().filter(own).count()
            };
            assert_eq!((of(Severity::Error), of(Severity::Warning)), kept, "{errors} {warnings}");
            let more = all.last().filter(|finding| finding.code == Code::MoreFindings);
            assert_eq!(more.map(|finding| finding.severity), last, "{errors} {warnings}");
            assert_eq!(findings.clone().into_iter().count(), all.len());
            let json: Vec<serde_json::Value> =
                serde_json::from_str(&findings.json(&source())).unwrap();
            assert_eq!(json.len(), all.len());
            let human = findings.human(&source(), false);
            assert_eq!(human.contains("there are more findings than these 100"), last.is_some());
            assert_eq!(human.ends_with(", and more\n"), last.is_some());
        }
    }

    #[test]
    fn neither_a_long_sentence_nor_a_long_line_is_printed_whole() {
        let long = "é".repeat(1 << 20);
        let text = format!("a = \"{long}\"\nb = 1\n");
        let (start, source) = (text.len() - 6, Source::from_bytes("x", text.into()));
        let mut findings = Findings::default();
        findings.push(Finding::error(Code::BadValue, 4..8, long.clone()).help(long));
        findings.push(
            Finding::error(Code::DuplicateKey, start..start + 1, "again").earlier(4..8, "here"),
        );
        let human = findings.human(&source, false);
        assert!(human.len() < 20_000, "{}", human.len());
        assert!(human.contains("--> x:1:5") && human.contains("--> x:2:1"), "{human}");
        assert!(findings.json(&source).len() < 20_000);
    }
}
