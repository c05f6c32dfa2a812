//! Formats findings for people: each under its line, followed by a count.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use super::{Code, Finding, Findings, Severity};
use crate::source::Source;
use crate::visible;

/// The longest line that is shown under a finding, in bytes. For a longer line, only the location is printed.
const LONGEST_LINE: usize = 1 << 19;

impl Findings {
    /// Returns the findings in the format for people: each with its code and its line, followed by a count.
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
    // This finding has no line.
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

/// Passes only the lines of the finding to the renderer, so that the cost does not depend on the size of the file.
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

/// Returns the escaped lines, and the position of a range in them.
fn underlined(lines: &str, span: Range<usize>) -> (Cow<'_, str>, Range<usize>) {
    if lines.len() > LONGEST_LINE {
        return (Cow::Borrowed(lines), span);
    }
    let before = visible::lines(&lines[..span.start]).len();
    let within = visible::lines(&lines[span]).len();
    (visible::lines(lines), before..before + within)
}
