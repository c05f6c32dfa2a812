//! Corrections of the author's file that are certain. Each replaces the text between two offsets.

use std::ops::Range;

use super::Findings;

/// A correction that needs no decision by the author. A correction adds and removes no line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The byte range that is replaced.
    pub range: Range<usize>,
    /// The new text of the range.
    pub text: String,
}

impl Findings {
    /// Returns the text with the fixes of all findings, or `None` if there is no fix. If fixes overlap, only the first
    /// one is applied, because the others may no longer be right.
    pub fn fixed(&self, text: &str) -> Option<String> {
        let mut fixes: Vec<&Fix> = self.iter().flat_map(|finding| &finding.fixes).collect();
        fixes.sort_by_key(|fix| (fix.range.start, fix.range.end));
        let mut fixed = String::with_capacity(text.len());
        let mut copied = 0;
        for Fix { range, text: new } in
            fixes.iter().filter(|fix| text[fix.range.clone()] != fix.text)
        {
            if range.start < copied {
                continue;
            }
            fixed.push_str(&text[copied..range.start]);
            fixed.push_str(new);
            copied = range.end;
        }
        (copied > 0).then(|| fixed + &text[copied..])
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Code, Finding};
    use super::*;

    fn findings(fixes: &[(Range<usize>, &str)]) -> Findings {
        let mut findings = Findings::default();
        findings.extend(fixes.iter().map(|(range, text)| {
            Finding::error(Code::Syntax, range.clone(), "wrong").fix(range.clone(), *text)
        }));
        findings
    }

    #[test]
    fn fixes_replace_their_ranges_and_nothing_else() {
        let fixed = |fixes: &[(Range<usize>, &str)]| findings(fixes).fixed("one two three");
        assert_eq!(fixed(&[]), None);
        assert_eq!(fixed(&[(8..13, "3"), (0..3, "1")]).as_deref(), Some("1 two 3"));
        assert_eq!(fixed(&[(4..7, "")]).as_deref(), Some("one  three"));
        // The second fix is within the first, and one fix changes nothing.
        assert_eq!(fixed(&[(0..7, "x"), (4..7, "y")]).as_deref(), Some("x three"));
        assert_eq!(fixed(&[(0..3, "one")]), None);
    }
}
