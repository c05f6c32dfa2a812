//! Findings about the author's file: all errors and warnings, each with its location, a sentence, and help.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;

use crate::source::Source;
use crate::visible;

/// The most findings that are kept: nobody reads more at once, and making them takes time.
pub const MOST: usize = 100;
/// The most bytes of a sentence that are kept; the longest URL has 2,000 characters.
const LONGEST_SENTENCE: usize = 4_000;
/// The longest line that is shown under a finding, in bytes; of a longer one only the location is printed.
const LONGEST_LINE: usize = 1 << 19;

/// Whether a finding stops the file from being published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The file is not published.
    Error,
    /// The file is published; the value is probably not what was meant.
    Warning,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// The stable code of a finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word, as it is printed.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

codes! {
    /// A file of more than 64 MiB.
    FileTooLarge = "file-too-large",
    /// Bytes that are not UTF-8.
    NotUtf8 = "not-utf8",
    /// Not TOML.
    Syntax = "syntax",
    /// “Quotes” of a word processor.
    TypographicQuotes = "typographic-quotes",
    /// A byte order mark at the beginning.
    ByteOrderMark = "byte-order-mark",
    /// A key or table given twice.
    DuplicateKey = "duplicate-key",
    /// A key that the table does not have.
    UnknownKey = "unknown-key",
    /// A key that belongs to another table.
    MisplacedKey = "misplaced-key",
    /// A missing key.
    MissingKey = "missing-key",
    /// A value of another type than the key takes.
    WrongType = "wrong-type",
    /// A value of the right type that the key cannot take.
    BadValue = "bad-value",
    /// An id in another format than lower-case letters, digits and inner hyphens.
    BadId = "bad-id",
    /// An id, a former id or a UID given twice.
    DuplicateId = "duplicate-id",
    /// A series or feed that does not exist.
    UnknownSeries = "unknown-series",
    /// A text with more characters than allowed.
    TooLong = "too-long",
    /// A message of `[words]` that is not in the syntax of messages, or has a variable that it cannot have.
    BadMessage = "bad-message",
    /// A character that no calendar can carry.
    ControlCharacter = "control-character",
    /// A tab in a text of one line.
    Tab = "tab",
    /// A URL that is not absolute http or https.
    BadUrl = "bad-url",
    /// A file that `[page]` names and that cannot be read.
    MissingFile = "missing-file",
    /// A file that `[page]` names and that is outside the folder of sessions.toml.
    FileOutside = "file-outside",
    /// A time-zone name that the rules do not have.
    UnknownZone = "unknown-zone",
    /// A language that CLDR has no dates in.
    UnknownLanguage = "unknown-language",
    /// A legacy name, an abbreviation or an `Etc/` zone.
    LegacyZone = "legacy-zone",
    /// A date in nearly the format of TOML.
    BadDate = "bad-date",
    /// A date whose year is not first.
    DateReversed = "date-reversed",
    /// A date or time written as a text.
    TimeAsText = "time-as-text",
    /// A date-time with an offset.
    OffsetDateTime = "offset-date-time",
    /// A time with a second of 60.
    LeapSecond = "leap-second",
    /// A local time that the clocks skip.
    TimeInGap = "time-in-gap",
    /// A local time that happens twice, without `fold`.
    TimeInFold = "time-in-fold",
    /// `fold` on a time that happens once.
    NeedlessFold = "needless-fold",
    /// A year before 1970 or after 2100.
    YearOutOfRange = "year-out-of-range",
    /// An end that is not after the start.
    EndNotAfterStart = "end-not-after-start",
    /// Both `end` and `duration`.
    EndAndDuration = "end-and-duration",
    /// Neither `end` nor any `duration`.
    NoLength = "no-length",
    /// `cancelled` on a session that is not cancelled.
    NotCancelled = "not-cancelled",
    /// A title that some calendars cut.
    TitleCut = "title-cut",
    /// A text that some calendars cut.
    TextCut = "text-cut",
    /// A weekday in a text that is not the date's.
    WrongWeekday = "wrong-weekday",
    /// A time with a zone in a text that is not the session's.
    WrongTime = "wrong-time",
    /// Older time-zone rules put the session at another hour.
    OlderRules = "older-rules",
    /// A URL without encryption.
    InsecureLink = "insecure-link",
    /// A series without sessions.
    EmptySeries = "empty-series",
    /// Two sessions of one series at the same time.
    Overlap = "overlap",
    /// No upcoming session.
    NothingToCome = "nothing-to-come",
    /// A feed that Google does not read to its end.
    FeedTooLarge = "feed-too-large",
    /// A public URL that only this machine reaches, in an export.
    LoopbackUrl = "loopback-url",
    /// An upcoming published session that was removed from the file.
    RemovedSession = "removed-session",
    /// A published feed that was removed from the file.
    RemovedFeed = "removed-feed",
    /// The id of a removed session for another one.
    ReusedId = "reused-id",
    /// Another `calendar.id` than the published one.
    CalendarIdChanged = "calendar-id-changed",
    /// With `--frozen`: the revisions file does not record the file.
    NotRecorded = "not-recorded",
    /// An event that its own VTIMEZONE would have moved; it is written in UTC.
    ZoneNotProven = "zone-not-proven",
    /// More output than a server can keep.
    OutputTooLarge = "output-too-large",
    /// The last of a hundred findings, if there are more.
    MoreFindings = "more-findings",
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
    /// What to write instead.
    pub help: Option<String>,
    /// The byte range that it is about.
    pub span: Range<usize>,
    /// An earlier byte range that it conflicts with, with a label.
    pub earlier: Option<(Range<usize>, String)>,
}

impl Finding {
    /// An error.
    pub fn error(code: Code, span: Range<usize>, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, severity: Severity::Error, message, help: None, span, earlier: None }
    }

    /// A warning.
    pub fn warning(code: Code, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, span, message) }
    }

    /// Adds help.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// Adds the earlier location that this one conflicts with.
    #[must_use]
    pub fn earlier(self, span: Range<usize>, label: impl Into<String>) -> Self {
        Self { earlier: Some((span, label.into())), ..self }
    }

    /// Shortens the sentences: what they quote may be as long as the file.
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

/// The findings of a file, in the order of their locations: at most [`MOST`], errors before warnings, and a last one
/// if there were more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    kept: Vec<Finding>,
    /// The number of kept errors.
    errors: usize,
    /// The last finding, if some were not kept.
    more: Option<Finding>,
}

impl Findings {
    /// Adds a finding. Beyond the limit an error replaces a warning.
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

    /// Whether an error was not kept, so that the caller can stop.
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

    /// Sorts by location, errors first at the same location.
    pub fn sort(&mut self) {
        self.kept.sort_by_key(|finding| (finding.span.start, finding.severity, finding.code));
    }

    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether there is no finding.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The findings, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Finding> {
        self.kept.iter().chain(&self.more)
    }

    /// The form for people: each finding with its code, under its line, then a count.
    pub fn human(&self, source: &Source, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for finding in self.iter() {
            text.push_str(&renderer.render(&[group(finding, source)]));
            text.push_str("\n\n");
        }
        let warnings = self.kept.len() - self.errors;
        if !self.is_empty() {
            let _ = writeln!(
                text,
                "{}: {}, {}{}",
                visible::line(source.name()),
                plural(self.errors, "error"),
                plural(warnings, "warning"),
                if self.more.is_some() { ", and more" } else { "" }
            );
        }
        text
    }

    /// The JSON format: one array.
    pub fn json(&self, source: &Source) -> String {
        let rows: Vec<SourceRow<'_>> =
            self.iter().map(|finding| SourceRow::new(finding, source)).collect();
        let mut text = serde_json::to_string_pretty(&rows).expect("its keys are texts");
        text.push('\n');
        visible::json(&text).into_owned()
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::iter::Chain<std::vec::IntoIter<Finding>, std::option::IntoIter<Finding>>;
    fn into_iter(self) -> Self::IntoIter {
        self.kept.into_iter().chain(self.more)
    }
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn group<'a>(finding: &'a Finding, source: &'a Source) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(visible::line(&finding.message)).id(finding.code.as_str());
    let mut group = Group::with_title(title);
    // It is about no line.
    if finding.code != Code::MoreFindings {
        group = group.element(annotation(source, &finding.span, AnnotationKind::Primary, None));
    }
    if let Some((span, label)) = &finding.earlier {
        group = group.element(annotation(source, span, AnnotationKind::Context, Some(label)));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(visible::lines(help)));
    }
    group
}

/// Only the lines of the finding are passed on, so that its cost does not depend on the size of the file.
fn annotation<'a>(
    source: &'a Source,
    span: &Range<usize>,
    kind: AnnotationKind,
    label: Option<&'a String>,
) -> Element<'a> {
    let text = source.text();
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.ceil_char_boundary(span.end.min(text.len())).max(start);
    // A value over several lines is underlined on its first line.
    let end = text[start..end].find('\n').map_or(end, |at| start + at);
    let (lines, first) = source.lines_around(start..end);
    let name = visible::line(source.name());
    let (shown, span) = underlined(&text[lines.clone()], start - lines.start..end - lines.start);
    if shown.len() > LONGEST_LINE {
        let column = source.position(start).column;
        return Origin::path(name).line(first).char_column(column).into();
    }
    let mut annotation = kind.span(span);
    if let Some(label) = label {
        annotation = annotation.label(visible::line(label));
    }
    Snippet::source(shown).line_start(first).path(name).fold(true).annotation(annotation).into()
}

/// Lines as they are printed, and the printed position of a range.
fn underlined(lines: &str, span: Range<usize>) -> (Cow<'_, str>, Range<usize>) {
    if lines.len() > LONGEST_LINE {
        return (Cow::Borrowed(lines), span);
    }
    let before = visible::lines(&lines[..span.start]).len();
    let within = visible::lines(&lines[span]).len();
    (visible::lines(lines), before..before + within)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> Source {
        Source::from_bytes("sessions.toml", "a = 1\ntimezone = \"Mars\"\n".into())
    }

    #[test]
    fn a_finding_names_file_line_and_column_and_what_to_write() {
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
    fn a_hundred_findings_are_kept_and_the_last_says_that_there_are_more() {
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
