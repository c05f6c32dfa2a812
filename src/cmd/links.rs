//! `convene links`: prints a block with links for a newsletter; changes no files.

use std::io::Write as _;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use convene::l10n::Words;
use convene::model::Catalog;
use convene::newsletter::{BlockFormat, Subject, changed, newsletter};
use convene::publish::{Preview, Publisher};
use convene::suggest::nearest;

use crate::cli::LinksFormat;
use crate::cmd;

pub(crate) fn run(
    publisher: &Publisher,
    id: Option<&str>,
    format: LinksFormat,
    only_changed: bool,
    now: DateTime<Utc>,
) -> ExitCode {
    let Preview { edition, source, findings, .. } = match publisher.preview(now) {
        Ok(preview) => preview,
        Err(refusal) => return cmd::refuse(&refusal),
    };
    cmd::print_findings(&source, &findings);
    let subject = match id.map_or(Ok(Subject::ToCome), |id| subject(&edition.catalog, id)) {
        Ok(subject) => subject,
        Err(message) => {
            cmd::error(&message);
            return ExitCode::from(cmd::WRONG_USAGE);
        }
    };
    let form = match format {
        LinksFormat::Html => BlockFormat::Html,
        LinksFormat::Markdown => BlockFormat::Markdown,
        LinksFormat::Text => BlockFormat::Text,
        LinksFormat::Json => BlockFormat::Json,
    };
    let words = Words::new(&edition.catalog.calendar);
    let block = match only_changed {
        false => newsletter(&edition, &words, subject, form),
        true => changed(&edition, &words, subject, form).unwrap_or_else(|| match form {
            BlockFormat::Json => "[]".to_owned(),
            _ => "No upcoming session moved, was cancelled, or has a new place or link.".to_owned(),
        }),
    };
    match form {
        BlockFormat::Json => cmd::json(&(block + "\n")),
        // The block is not escaped, because newsletters need the direction marks of their language.
        _ => drop(writeln!(std::io::stdout(), "{block}")),
    }
    ExitCode::SUCCESS
}

/// Returns the session or feed of an id. If both have the id, the prefix decides.
fn subject<'a>(catalog: &'a Catalog, typed: &str) -> Result<Subject<'a>, String> {
    let (kind, id) = match typed.split_once('/') {
        Some((kind @ ("session" | "feed"), id)) => (Some(kind), id),
        _ => (None, typed),
    };
    let (sessions, feeds) = (kind != Some("feed"), kind != Some("session"));
    let session = catalog.sessions.iter().find(|session| sessions && session.id.as_str() == id);
    let undated = catalog.undated.iter().find(|session| sessions && session.id.as_str() == id);
    let session = session.map(Subject::Session).or_else(|| undated.map(Subject::Undated));
    let feed = catalog.feeds().find(|feed| feeds && feed.id.as_str() == id);
    match (session, feed) {
        (Some(session), None) => Ok(session),
        (None, Some(feed)) => Ok(Subject::Feed(feed)),
        (Some(_), Some(_)) => Err(format!(
            "`{id}` is the id of a session and of a feed\n  Write `session/{id}` or `feed/{id}`."
        )),
        (None, None) => {
            let known = catalog.sessions.iter().filter(|_| sessions).map(|session| &session.id);
            let known = known.chain(catalog.feeds().filter(|_| feeds).map(|feed| feed.id));
            let prefix = kind.map(|kind| format!("{kind}/")).unwrap_or_default();
            let help = match nearest(id, known.map(|id| id.as_str())) {
                Some(near) => format!("Did you mean `{prefix}{near}`?"),
                None => "`convene links --format json` prints the ids of all upcoming sessions."
                    .to_owned(),
            };
            let what = kind.map_or_else(|| "session or feed".to_owned(), str::to_owned);
            Err(format!("there is no {what} with the id `{id}`\n  {help}"))
        }
    }
}
