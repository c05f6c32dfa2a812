//! Bounds the nesting of lists and quotes in Markdown.
//!
//! Markdown parsers check all open lists and quotes at each line, so deep nesting takes quadratic time. The beginning
//! of a line continues or opens each list or quote. With few marks and spaces there, few can be open.

use std::ops::Range;

/// The largest number of list and quote marks at the beginning of a line.
const MARKS: usize = 16;
/// The largest number of columns of spaces there. They continue at most half as many lists.
const COLUMNS: usize = 128;

/// Returns a text with bounded nesting, or `None` if it needs no change. Marks beyond the bound become text, and spaces
/// beyond it are removed.
pub(super) fn bounded(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut copied = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        for Edit { range, with } in edits(line.trim_end_matches('\n')) {
            out.push_str(&text[copied..at + range.start]);
            out.push_str(with);
            copied = at + range.end;
        }
        at += line.len();
    }
    (copied > 0).then(|| out + &text[copied..])
}

/// A replacement in a line.
struct Edit {
    range: Range<usize>,
    with: &'static str,
}

/// Returns the replacements at the beginning of a line.
fn edits(line: &str) -> Vec<Edit> {
    let bytes = line.as_bytes();
    let rule = thematic_break(bytes);
    let (mut at, mut marks, mut columns) = (0, 0, 0);
    let mut edits = Vec::new();
    while at < bytes.len() {
        if matches!(bytes[at], b' ' | b'\t') {
            let end = at + bytes[at..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            let start = at;
            while at < end && columns < COLUMNS {
                // A tab is at most four columns wide (CommonMark 2.2).
                columns += if bytes[at] == b'\t' { 4 } else { 1 };
                at += 1;
            }
            // This is a separator between a mark and the text after it.
            at += usize::from(at == start && start > 0);
            if at < end {
                edits.push(Edit { range: at..end, with: "" });
            }
            at = end;
            continue;
        }
        let Some(mark) = mark(&bytes[at..]) else { break };
        // A thematic break is not a list, however many marks it has (CommonMark 4.1).
        if rule.is_some_and(|rule| rule <= at) {
            break;
        }
        marks += 1;
        if marks > MARKS {
            let last = at + mark - 1;
            edits.push(Edit { range: last..last, with: "\\" });
            break;
        }
        at += mark;
    }
    edits
}

/// Returns the start of a possible thematic break at the end of a line, which consists of spaces and one kind of mark.
fn thematic_break(line: &[u8]) -> Option<usize> {
    let last = *line.iter().rev().find(|b| !matches!(b, b' ' | b'\t'))?;
    if !matches!(last, b'-' | b'*') {
        return None;
    }
    let other = line.iter().rposition(|b| *b != last && !matches!(b, b' ' | b'\t'));
    let start = other.map_or(0, |at| at + 1);
    (line[start..].iter().filter(|b| **b == last).count() >= 3).then_some(start)
}

/// Returns the length of a quote or list mark at the beginning of a line (CommonMark 5.1 and 5.2).
fn mark(line: &[u8]) -> Option<usize> {
    let ends = |at: usize| line.get(at).is_none_or(|b| matches!(b, b' ' | b'\t'));
    match line.first()? {
        b'>' => Some(1),
        b'-' | b'+' | b'*' => ends(1).then_some(1),
        _ => {
            let digits = line.iter().take_while(|b| b.is_ascii_digit()).count();
            let is_mark = (1..=9).contains(&digits)
                && matches!(line.get(digits), Some(b'.' | b')'))
                && ends(digits + 1);
            is_mark.then_some(digits + 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_people_write_stay_as_they_are() {
        for text in [
            "",
            "One.\n\n- a\n  - b\n    1. c\n\n> quoted\n> > twice\n",
            "- - - - - - - - - - - - - - - - - - - - - - - -",
            "> * * * * * * * * * * * * * * * * * * * * * * * *\t",
            "*****************************\n------------------------",
            "    code\n\n\t\t\tcode\n                                                  10:00 a table",
            ">>>>>>>>>>>>>>>> sixteen",
            "2027. 2028. and 2029-2030",
            "+------+------+------+------+------+------+------+------+------+------+",
        ] {
            assert_eq!(bounded(text), None, "{text}");
        }
    }

    #[test]
    fn marks_beyond_the_bound_are_text() {
        for (mark, escaped) in [("- ", "\\- "), ("12) ", "12\\) "), (">", "\\>"), ("+\t", "\\+\t")]
        {
            let text = format!("a\n{}x\nb", mark.repeat(20));
            let expected =
                format!("a\n{}{escaped}{}x\nb", mark.repeat(MARKS), mark.repeat(19 - MARKS));
            assert_eq!(bounded(&text).as_deref(), Some(expected.as_str()));
        }
    }

    #[test]
    fn spaces_beyond_the_bound_are_left_out() {
        let deep = format!("a\n{}- b\n{}é", " ".repeat(500), "\t".repeat(500));
        let expected = format!("a\n{}- b\n{}é", " ".repeat(COLUMNS), "\t".repeat(COLUMNS / 4));
        assert_eq!(bounded(&deep), Some(expected));
        let apart = format!("{}-{}1.\tx", " ".repeat(COLUMNS), " ".repeat(20));
        assert_eq!(bounded(&apart), Some(format!("{}- 1.\tx", " ".repeat(COLUMNS))));
    }

    #[test]
    fn a_text_that_is_bounded_stays_as_it_is() {
        let text = format!("{}x\n{}- y", "- ".repeat(99), " ".repeat(999));
        assert_eq!(bounded(&bounded(&text).unwrap()), None);
    }
}
