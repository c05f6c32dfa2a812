//! Repeating sessions: the dates of a rule, what each inherits, their identity, and their addresses.

mod addresses;
mod edits;
mod identity;
mod inherit;
mod previews;
mod rules;

use std::collections::BTreeMap;

use convene::config;
use convene::model::{Catalog, Session, When};
use convene::publish::Published;
use convene::source::Source;
use convene::zone::Rules;

use crate::support::list;

/// A series of 12 dates, one of them moved and one cancelled.
const TERM: &str = include_str!("../../repeat/term.toml");

/// Returns the catalog of a file without errors.
fn catalog(toml: &str) -> Catalog {
    let source = Source::from_bytes("sessions.toml", toml.as_bytes().to_vec());
    let checked = config::load(&source, &Rules::bundled());
    checked.catalog.unwrap_or_else(|| panic!("{}\n{toml}", checked.findings.human(&source, false)))
}

/// Returns a file with one repeating session, `tea`, and additional lines.
fn tea(start: &str, repeat: &str, more: &str) -> String {
    list(&format!(
        "\n[[sessions]]\nid = \"tea\"\ntitle = \"Tea\"\nstart = {start}\nrepeat = {repeat}\n{more}"
    ))
}

/// Returns a table that overrides a date of `tea`.
fn on(date: &str, more: &str) -> String {
    format!("\n[[sessions]]\nid = \"tea-{date}\"\n{more}\n")
}

fn session<'a>(catalog: &'a Catalog, id: &str) -> &'a Session {
    let found = catalog.sessions.iter().find(|session| session.id.as_str() == id);
    found.unwrap_or_else(|| panic!("there is no {id}"))
}

/// Returns start and end in the session's zone, such as `05-04 18:00-19:00`; whole days are `05-04 to 05-05`.
fn times(session: &Session) -> String {
    match &session.when {
        When::Timed(timed) => {
            let (start, end) = (timed.start.local, timed.end.local);
            format!("{}-{}", start.format("%m-%d %H:%M"), end.format("%H:%M"))
        }
        When::AllDay(days) => {
            format!("{} to {}", days.first.format("%m-%d"), days.last.format("%m-%d"))
        }
    }
}

/// Returns the times of all sessions, by start.
fn all_times(toml: &str) -> Vec<String> {
    catalog(toml).sessions.iter().map(times).collect()
}

/// Returns the UID and SEQUENCE of each session of a site, by id.
fn numbers(published: &Published) -> BTreeMap<String, (String, u32)> {
    let edition = published.site.edition();
    let sessions = edition.catalog.sessions.iter();
    sessions
        .map(|session| {
            let revision = edition.revision(session);
            (session.id.to_string(), (revision.uid.clone(), revision.sequence))
        })
        .collect()
}
