//! Characters without a width.

/// Whether nobody sees a character: it has no width, or marks a direction of text or where a word may break.
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}
