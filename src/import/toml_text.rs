//! Writes texts as strings of TOML.

use std::fmt::Write as _;

use crate::visible::is_hidden;

/// Returns a basic string of TOML, on one line.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Returns a multi-line string of TOML, which is a literal one if a basic one would need escapes.
pub(super) fn block(text: &str) -> String {
    if !text.contains(['\n', '\\', '"']) && text.chars().count() < 90 {
        return quoted(text);
    }
    let has_marks = text.contains(['\\', '"']) && !text.contains("'''") && !text.ends_with('\'');
    match has_marks && !text.contains(is_hidden) {
        true => format!("'''\n{text}'''"),
        false => {
            let lines: Vec<String> = text.split('\n').map(escaped).collect();
            format!("\"\"\"\n{}\"\"\"", lines.join("\n"))
        }
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' | '\t' => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c if is_hidden(c) && c <= '\u{ffff}' => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c if is_hidden(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
