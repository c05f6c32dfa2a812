//! `convene init`: writes a commented `sessions.toml`; never overwrites a file.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::Path;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use convene::error::{Action, Error};
use convene::model::BaseUrl;
use convene::publish::Publisher;
use convene::template;

use crate::cli::Unused;
use crate::cmd;

pub(crate) fn run(publisher: &Publisher, unused: &Unused, now: DateTime<Utc>) -> ExitCode {
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
    match create(file, &template::list(publisher.url.as_ref().map(BaseUrl::as_str), now)) {
        Ok(()) => {
            next_steps(file, revisions).iter().for_each(|line| cmd::say(line));
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

/// Writes a new file completely or not at all.
fn create(file: &Path, text: &str) -> std::io::Result<()> {
    let mut new = File::create_new(file)?;
    new.write_all(text.as_bytes()).inspect_err(|_| {
        // A partial file would make the next attempt fail.
        let _ = std::fs::remove_file(file);
    })
}

fn next_steps(file: &Path, revisions: &Path) -> [String; 6] {
    let (file_name, recorded) = (file.display(), revisions.display());
    let (check, serve) = if file == Path::new("sessions.toml") {
        ("convene check".to_owned(), "convene".to_owned())
    } else {
        (format!("convene check {file_name}"), format!("convene --config {file_name}"))
    };
    let (url, width) = (template::URL, check.len().max(serve.len()));
    [
        format!("{file_name}: written, with three upcoming sessions"),
        String::new(),
        "1. Edit it, first the calendar's `id`, which is permanent once it is served.".to_owned(),
        format!("2. {check:width$}   lists every mistake, with suggested fixes"),
        format!("3. {serve:width$}   serves it: open {url}/"),
        format!("4. Commit {file_name} together with {recorded}, which records every publication."),
    ]
}
