//! `convene check --fix`: shows the certain fixes of the file, then writes them. Every other byte stays the same.

use convene::config;
use convene::error::{Action, Error};
use convene::publish::Publisher;
use convene::replace::replace;
use convene::source::Source;

/// The largest number of rounds: a fix may uncover a further mistake on the same line.
const MOST_ROUNDS: usize = 100;

/// Writes the fixes of the publisher's file, and prints what changes.
///
/// # Errors
/// [`Error::File`] if the file cannot be read or written.
pub(super) fn write(publisher: &Publisher, print: fn(&str)) -> Result<(), Error> {
    let file = &publisher.file;
    let before = Source::read(file)?;
    // Writing the file would lose everything after the first byte that is not UTF-8.
    if before.invalid_from().is_some() || before.is_too_large() {
        return Ok(());
    }
    let Some(after) = fixed(&before, publisher) else {
        print("Nothing to fix.\n");
        return Ok(());
    };
    print(&difference(before.name(), before.text(), &after));
    // The author may have saved the file meanwhile.
    if Source::read(file)?.text() != before.text() {
        let changed =
            std::io::Error::other("it changed meanwhile; nothing was fixed, so run this again");
        return Err(Error::file(Action::Write, file)(changed));
    }
    replace(file, after.as_bytes(), &[file])
}

fn fixed(source: &Source, publisher: &Publisher) -> Option<String> {
    let mut text = None;
    for _ in 0..MOST_ROUNDS {
        let bytes = text.as_deref().unwrap_or_else(|| source.text()).as_bytes().to_vec();
        let current = Source::from_bytes(source.name(), bytes);
        let findings = config::load(&current, &publisher.rules).findings;
        let Some(next) = findings.fixed(current.text()) else { break };
        text = Some(next);
    }
    text.filter(|text| text != source.text())
}

/// Returns the lines that differ, each with its number. A fix adds and removes no line.
fn difference(name: &str, before: &str, after: &str) -> String {
    let lines = before.lines().zip(after.lines()).enumerate();
    let changed: Vec<String> = lines
        .filter(|(_, (before, after))| before != after)
        .map(|(at, (before, after))| format!("{name}:{}\n- {before}\n+ {after}\n\n", at + 1))
        .collect();
    let count = match changed.len() {
        1 => "1 line is".to_owned(),
        count => format!("{count} lines are"),
    };
    format!("{}{count} fixed in {name}.\n\n", changed.concat())
}
