//! Makes foreign text visible for terminals and logs: characters that would move the cursor, change the direction of a
//! line or be invisible are printed as escapes such as `\u{202e}`.
//!
//! Texts are escaped only where they are printed: by the report of findings, by the output of commands and by the log
//! writer. Texts in calendars and pages never change.

use std::borrow::Cow;

/// Returns whether a character is invisible, or controls a terminal: control characters, direction marks, embeddings
/// and isolates (UAX 9), line and paragraph separators, and Default_Ignorable_Code_Point (UAX 44).
///
/// Line feeds and tabs are not hidden, nor the characters that scripts and emoji need within words: joiners and
/// variation selectors.
pub fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{180b}'..='\u{180d}' | '\u{180f}' => false,
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => false,
        c if c.is_control() => true,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' => {
            true
        }
        '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => true,
        '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' => true,
        '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}' => true,
        _ => false,
    }
}

/// Returns a text on one line; line feeds are escaped, too.
pub fn line(text: &str) -> Cow<'_, str> {
    shown(text, |_, _| false)
}

/// Returns a text with its line breaks.
pub fn lines(text: &str) -> Cow<'_, str> {
    shown(text, |c, rest| c == '\n' || is_line_end(c, rest))
}

/// Returns a sentence with indented or empty lines after it. A line that begins at the margin can only be foreign text.
/// The line is escaped, so that it does not look like another message.
pub fn message(text: &str) -> Cow<'_, str> {
    shown(text, is_indented)
}

/// Returns a message with its colors: `ESC [ ... m` (ECMA-48 section 8.3.117). The foreign texts in it must not contain
/// ESC.
pub fn colored(text: &str) -> Cow<'_, str> {
    shown(text, |c, rest| is_indented(c, rest) || (c == '\u{1b}' && begins_color(rest)))
}

/// Returns JSON in which hidden characters are JSON escapes, so that parsers read the same text. The JSON printer
/// already escapes control characters below U+0020 (RFC 8259 section 7).
pub fn json(text: &str) -> Cow<'_, str> {
    let is_escaped = |c: char| c > ' ' && is_hidden(c);
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_escaped(c) {
            let units = c
                .encode_utf16(&mut [0; 2])
                .iter()
                .map(|unit| format!("\\u{unit:04x}"))
                .collect::<String>();
            out.push_str(&units);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// Returns a text with hidden characters and line ends escaped, except those for which `kept` returns true. `kept` also
/// gets the text after the character.
fn shown(text: &str, kept: impl Fn(char, &str) -> bool) -> Cow<'_, str> {
    let needs_look = |c: char| c == '\n' || is_hidden(c);
    let mut out = String::new();
    let mut copied = 0;
    for (at, found) in text.match_indices(needs_look) {
        let end = at + found.len();
        let Some(c) = found.chars().next().filter(|c| !kept(*c, &text[end..])) else { continue };
        out.push_str(&text[copied..at]);
        match c {
            '\n' => out.push_str("\\n"),
            c => out.extend(c.escape_unicode()),
        }
        copied = end;
    }
    if copied == 0 { Cow::Borrowed(text) } else { Cow::Owned(out + &text[copied..]) }
}

fn is_line_end(c: char, rest: &str) -> bool {
    c == '\r' && rest.starts_with('\n')
}

fn is_indented(c: char, rest: &str) -> bool {
    c == '\n' && (rest.is_empty() || rest.starts_with([' ', '\n']))
}

fn begins_color(rest: &str) -> bool {
    let codes = rest
        .strip_prefix('[')
        .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';'));
    codes.is_some_and(|rest| rest.starts_with('m'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_every_script_and_emoji_stay_as_they_are() {
        for text in [
            "",
            "Zoë",
            "نمی\u{200c}خواهم",
            "क्\u{200d}ष",
            "👩\u{200d}💻",
            "❤\u{fe0f}",
            "葛\u{e0100}",
            "a\tb",
            "🏳️",
        ] {
            assert_eq!(line(text), text);
            assert_eq!(json(text), text);
        }
    }

    #[test]
    fn invisible_characters_are_escaped() {
        assert_eq!(
            line("a\u{1b}[2J\u{202e}b\u{85}\u{200b}c\nd"),
            "a\\u{1b}[2J\\u{202e}b\\u{85}\\u{200b}c\\nd"
        );
        assert_eq!(lines("a\r\nb\rc\n"), "a\r\nb\\u{d}c\n");
        assert_eq!(json("\"\u{7f}\u{202e}\u{e0001}\"\n"), "\"\\u007f\\u202e\\udb40\\udc01\"\n");
    }

    #[test]
    fn no_foreign_line_begins_at_the_margin() {
        assert_eq!(message("a `b\nerror: c`\n  help\n\n"), "a `b\\nerror: c`\n  help\n\n");
        assert_eq!(message("a\r\nb"), "a\\u{d}\\nb");
    }

    #[test]
    fn only_colors_pass_where_colors_are_printed() {
        assert_eq!(
            colored("\u{1b}[1;31ma\u{1b}[0m\u{1b}[2J\u{1b}"),
            "\u{1b}[1;31ma\u{1b}[0m\\u{1b}[2J\\u{1b}"
        );
        assert_eq!(message("\u{1b}[1m"), "\\u{1b}[1m");
    }
}
