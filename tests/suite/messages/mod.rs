//! The message catalog has every sentence for readers, and `[words]` replaces single messages.

mod isolated;
mod overrides;
mod page;
mod printed;
mod pseudo;

use convene::l10n::ENGLISH;

use crate::texts::toml;

/// Returns every message of the catalog with its text, in order.
fn catalog() -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    for line in ENGLISH.lines() {
        match (line.split_once(" = "), all.last_mut()) {
            _ if line.is_empty() || line.starts_with('#') => {}
            (_, Some((_, text))) if line.starts_with([' ', '}']) => {
                text.push('\n');
                text.push_str(line);
            }
            (Some((id, text)), _) => all.push((id.to_owned(), text.to_owned())),
            other => panic!("{line}: {other:?}"),
        }
    }
    assert_eq!(all.len(), convene::l10n::ids().len());
    all
}

/// Returns a message in the pseudo-language: its text between marks with its id.
fn marked(id: &str, text: &str) -> String {
    format!("\u{27e6}{id}:{text}\u{27e7}")
}

/// Returns a `[words]` table of some messages.
fn words<'a>(messages: impl IntoIterator<Item = (&'a str, String)>) -> String {
    let lines = messages.into_iter().map(|(id, text)| format!("{id} = {}\n", toml(&text)));
    format!("\n[words]\n{}", lines.collect::<String>())
}
