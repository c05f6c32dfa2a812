//! Shortens texts: for readers between words, for messages at a fixed length.

use unicode_segmentation::UnicodeSegmentation as _;

/// The mark for omitted text.
pub const DOTS: &str = "\u{2026}";

/// Returns at most `most` characters, with [`DOTS`] if some are omitted.
pub fn to_chars(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let room = most.saturating_sub(1);
    words(text, room, |piece| piece.chars().count()).to_owned() + DOTS
}

/// Returns the beginning of a text that is longer than `room`; `size` measures a piece. The beginning ends between
/// words if one ends in the second half. The beginning never ends inside a grapheme cluster or with a comma.
pub fn words(text: &str, room: usize, size: impl Fn(&str) -> usize) -> &str {
    let end = match end(text.graphemes(true), room, &size) {
        // The first piece can be too long, for example a character with a thousand accents.
        0 => end(text.split_inclusive(|_: char| true), room, &size),
        end => end,
    };
    let kept = &text[..end];
    // In a language without spaces, a cut at a space would lose most of the text.
    let word = kept.rfind(char::is_whitespace).filter(|at| *at > kept.len() / 2);
    let kept = match word {
        Some(space) if !text[end..].starts_with(char::is_whitespace) => &kept[..space],
        _ => kept,
    };
    kept.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':'))
}

/// Returns the first characters of a text, or the whole text if it is shorter.
pub fn start(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}

/// Returns the end of the pieces that fit.
fn end<'a>(
    pieces: impl Iterator<Item = &'a str>,
    room: usize,
    size: impl Fn(&str) -> usize,
) -> usize {
    let (mut end, mut used) = (0, 0);
    for piece in pieces {
        used += size(piece);
        if used > room {
            break;
        }
        end += piece.len();
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILY: &str = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";

    #[test]
    fn a_text_that_fits_stays_and_a_cut_one_fits_with_its_dots() {
        for unit in ["a", "\u{e9}", FAMILY, "e\u{301}", "ab ", ", ", "\u{8a9e}", "a\n", "\u{301}"] {
            for times in 0..40 {
                let text = unit.repeat(times);
                let length = text.chars().count();
                for most in 0..=length {
                    let cut = to_chars(&text, most);
                    assert!(cut.chars().count() <= most.max(1), "{unit:?} {times} {most}: {cut}");
                    let kept = cut.strip_suffix(DOTS).unwrap_or(&cut);
                    assert!(text.starts_with(kept), "{unit:?} {times} {most}: {cut}");
                    assert_eq!(start(&text, most).chars().count(), most);
                }
                assert_eq!(to_chars(&text, length), text);
                assert_eq!(start(&text, length + 1), text);
            }
        }
    }

    #[test]
    fn a_text_is_cut_between_words_if_one_ends_near() {
        assert_eq!(to_chars("one two, three", 10), "one two\u{2026}");
        assert_eq!(to_chars("solidarity now and then", 11), "solidarity\u{2026}");
        assert_eq!(to_chars("a solidarity", 10), "a solidar\u{2026}");
        assert_eq!(to_chars(&"\u{e9}".repeat(20), 10), "\u{e9}".repeat(9) + DOTS);
    }

    #[test]
    fn a_grapheme_stays_whole_unless_it_is_the_whole_text() {
        let cut = to_chars(&FAMILY.repeat(100), 300);
        assert!(cut.strip_suffix(DOTS).unwrap().split(FAMILY).all(str::is_empty), "{cut}");
        let accents = "\u{301}".repeat(400);
        assert_eq!(to_chars(&format!("a{accents}"), 3), "a\u{301}\u{2026}");
        assert_eq!(to_chars(&format!("b a{accents}"), 9), "b\u{2026}");
    }
}
