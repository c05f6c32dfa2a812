//! Inserts texts of the author, or markup, into sentences.

use std::fmt;

use super::messages::SLOTS;

/// A message with inserted texts of the author. In plain text, directional isolates surround each inserted text if the
/// message runs from right to left and contains more than that text. Pages isolate with an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    text: String,
    inserts: Vec<String>,
    runs_left: bool,
}

/// A segment of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment<'a> {
    /// Text of the message.
    Words(&'a str),
    /// The slot of the variable with this index.
    Slot(usize),
}

impl Sentence {
    /// Creates a sentence: the first of [`SLOTS`] is replaced with the first of `inserts`, and so on.
    pub(super) fn new(text: String, inserts: Vec<String>, runs_left: bool) -> Self {
        Self { text, inserts, runs_left }
    }

    /// Returns whether the surrounding text runs from right to left.
    pub fn runs_left(&self) -> bool {
        self.runs_left
    }

    /// Returns its segments in order: message text (`Ok`) and the author's texts (`Err`).
    pub fn parts(&self) -> impl Iterator<Item = Result<&str, &str>> {
        segments(&self.text).into_iter().filter_map(|segment| match segment {
            Segment::Words(words) => Some(Ok(words)),
            Segment::Slot(number) => Some(Err(self.inserts.get(number)?.as_str())),
        })
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let isolates = self.runs_left && self.parts().count() > 1;
        self.parts().try_for_each(|part| match part {
            Ok(words) => f.write_str(words),
            // These characters are FSI and PDI (Unicode UAX #9).
            Err(own) if isolates => write!(f, "\u{2068}{own}\u{2069}"),
            Err(own) => f.write_str(own),
        })
    }
}

/// Returns the segments of a message whose variables are [`SLOTS`].
pub fn segments(text: &str) -> Vec<Segment<'_>> {
    let (mut all, mut rest) = (Vec::new(), text);
    while let Some((at, c)) = rest.char_indices().find(|(_, c)| number(*c).is_some()) {
        all.extend((at > 0).then_some(Segment::Words(&rest[..at])));
        all.extend(number(c).map(Segment::Slot));
        rest = &rest[at + c.len_utf8()..];
    }
    all.extend((!rest.is_empty()).then_some(Segment::Words(rest)));
    all
}

fn number(c: char) -> Option<usize> {
    SLOTS.iter().position(|slot| slot.starts_with(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_the_author_is_isolated_and_never_read_as_a_slot() {
        let sentence = |isolates| {
            Sentence::new(
                format!("{}: a {}.", SLOTS[1], SLOTS[0]),
                vec![SLOTS[1].to_owned(), "b".to_owned()],
                isolates,
            )
        };
        assert_eq!(sentence(false).to_string(), format!("b: a {}.", SLOTS[1]));
        assert_eq!(
            sentence(true).to_string(),
            format!("\u{2068}b\u{2069}: a \u{2068}{}\u{2069}.", SLOTS[1])
        );
    }
}
