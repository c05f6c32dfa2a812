//! `convene init`: writes a commented `sessions.toml`, and its schema for editors; never overwrites the author's files.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use convene::config;
use convene::error::{Action, Error, chain};
use convene::files;
use convene::model::BaseUrl;
use convene::publish::Publisher;
use convene::replace::replace;
use convene::template::{self, Template};

use crate::cli::{Example, Unused};
use crate::cmd;

/// The most bytes of a schema that convene wrote; today's has 40,000.
const LARGEST_SCHEMA: u64 = 1 << 20;
/// Help for a schema that was not written.
const SCHEMA_BY_HAND: &str = "For completion in editors, run `convene schema > FILE`, and name that file in the first line, after `#:schema`.";

pub(crate) fn run(
    publisher: &Publisher,
    example: Option<Example>,
    unused: &Unused,
    now: DateTime<Utc>,
) -> ExitCode {
    for option in &unused.0 {
        cmd::warning(&format!("`{option}` has no effect on `convene init`"));
    }
    let (file, revisions) = (&publisher.file, publisher.store.revisions_path());
    if file == Path::new("-") {
        cmd::error("`-` is not a file name\n  Name a file, such as `convene init talks.toml`.");
        return ExitCode::from(cmd::WRONG_USAGE);
    }
    let revisions = revisions.strip_prefix(".").unwrap_or(revisions);
    // The sessions of a new file must not get mixed up with those of an earlier one.
    if revisions.exists() && !file.exists() {
        cmd::error(&format!(
            "there is no `{}`, but `{}` records what it published\n  \
             Restore the file from your last commit or backup, or create another: \
             `convene init FILE`.",
            file.display(),
            revisions.display()
        ));
        return ExitCode::from(cmd::WRONG_USAGE);
    }
    let url = publisher.url.as_ref().map(BaseUrl::as_str);
    match create(file, &template(example).text(url, now)) {
        Ok(()) => {
            let schema = write_schema(file);
            next_steps(file, revisions, example, schema).iter().for_each(|line| cmd::say(line));
            ExitCode::SUCCESS
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists && !file.is_dir() => {
            cmd::error(&format!(
                "the file `{}` already exists, and was not changed\n  \
                 Edit it and run `convene check`, or create another: `convene init FILE`.",
                file.display()
            ));
            ExitCode::from(cmd::WRONG_USAGE)
        }
        Err(error) => cmd::machine(&Error::file(Action::CreateSource, file)(error)),
    }
}

/// Returns the template of an example.
fn template(example: Option<Example>) -> Template {
    match example {
        None => Template::Start,
        Some(Example::Series) => Template::Series,
        Some(Example::Weekly) => Template::Weekly,
        Some(Example::Conference) => Template::Conference,
        Some(Example::Hybrid) => Template::Hybrid,
        Some(Example::Gatherings) => Template::Gatherings,
    }
}

/// Writes a new file completely or not at all.
fn create(file: &Path, text: &str) -> std::io::Result<()> {
    let mut new = File::create_new(file)?;
    new.write_all(text.as_bytes()).inspect_err(|_| {
        // A partial file would make the next attempt fail.
        let _ = std::fs::remove_file(file);
    })
}

/// Writes the schema next to a file, in place of one that convene wrote. Returns its path; none if it was not written,
/// which is only a warning because everything but completion works without it.
fn write_schema(file: &Path) -> Option<PathBuf> {
    let schema = file.with_file_name(template::SCHEMA);
    let unwritten = |reason: String| cmd::warning(&format!("{reason}\n  {SCHEMA_BY_HAND}"));
    let written = match create(&schema, &config::schema()) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(Error::file(Action::Write, &schema)(error))
        }
        Err(_) if !is_own_schema(&schema) => {
            let shown = schema.display();
            unwritten(format!("`{shown}` was not written by convene, and was not changed"));
            return None;
        }
        Err(_) => replace(&schema, config::schema().as_bytes(), &[&schema]),
        Ok(()) => Ok(()),
    };
    written.map_err(|error| unwritten(chain(&error))).ok().map(|()| schema)
}

fn is_own_schema(file: &Path) -> bool {
    let bytes = files::read_bounded(file, LARGEST_SCHEMA);
    bytes.is_ok_and(|bytes| config::is_schema(&String::from_utf8_lossy(&bytes)))
}

fn next_steps(
    file: &Path,
    revisions: &Path,
    example: Option<Example>,
    schema: Option<PathBuf>,
) -> Vec<String> {
    let (file_name, recorded) = (file.display(), revisions.display());
    let (check, serve) = if file == Path::new("sessions.toml") {
        ("convene check".to_owned(), "convene".to_owned())
    } else {
        (format!("convene check {file_name}"), format!("convene --config {file_name}"))
    };
    let (url, width) = (template::URL, check.len().max(serve.len()));
    let sessions = if example.is_some() { "upcoming sessions" } else { "three upcoming sessions" };
    let written = [format!("{file_name}: written, with {sessions}")];
    let schema =
        schema.map(|schema| format!("{}: written, for completion in editors", schema.display()));
    let steps = [
        String::new(),
        "1. Edit it, first the calendar's `id`, which is permanent once it is served.".to_owned(),
        format!("2. {check:width$}   lists every mistake, with suggested fixes"),
        format!("3. {serve:width$}   serves it: open {url}/"),
        format!("4. Commit {file_name} together with {recorded}, which records every publication."),
    ];
    written.into_iter().chain(schema).chain(steps).collect()
}
