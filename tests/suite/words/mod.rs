//! Times in words: zone names, lines with several zones, languages.

mod labels;
mod lines;
mod names;

use convene::config;
use convene::l10n::Words;
use convene::model::{Calendar, Catalog};
use convene::source::Source;
use convene::zone::Rules;

/// Returns the catalog of a file without errors.
fn catalog(toml: &str) -> Catalog {
    let source = Source::from_bytes("sessions.toml", toml.as_bytes().to_vec());
    let checked = config::load(&source, &Rules::bundled());
    checked.catalog.unwrap_or_else(|| panic!("{}", checked.findings.human(&source, false)))
}

/// Returns the findings of `check` about a file.
fn findings(toml: &str) -> String {
    let source = Source::from_bytes("sessions.toml", toml.as_bytes().to_vec());
    config::load(&source, &Rules::bundled()).findings.human(&source, false)
}

/// Returns a calendar with one session, whose keys are `session`.
fn file(calendar: &str, session: &str) -> String {
    format!(
        "[calendar]\nid = \"c\"\ntitle = \"C\"\nurl = \"https://c.example\"\nduration = \"90m\"\n{calendar}\n\
         [[sessions]]\nid = \"s\"\ntitle = \"S\"\n{session}\n"
    )
}

/// Returns the words of a calendar; `~` makes a word joiner visible.
fn printed(
    toml: &str,
    print: impl Fn(&Words, &convene::model::When, &Calendar) -> String,
) -> String {
    let catalog = catalog(toml);
    let words = Words::new(&catalog.calendar);
    print(&words, &catalog.sessions[0].when, &catalog.calendar).replace('\u{2060}', "~")
}

fn range_with_utc(toml: &str) -> String {
    printed(toml, |words, when, calendar| words.range_with_utc(when, calendar))
}
