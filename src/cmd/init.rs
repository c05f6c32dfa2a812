//! `convene init`: a list to begin with, never over a file that is there.

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
        cmd::error("`-` is no name for a list\n  Name a file, such as `convene init talks.toml`.");
        return ExitCode::from(cmd::WRONG_USAGE);
    }
    let revisions = revisions.strip_prefix(".").unwrap_or(revisions);
    // What an earlier list published is not to be taken for the new one's.
    if revisions.exists() && !file.exists() {
        cmd::error(&format!(
            "there is no `{}`, but `{}` remembers what it published\n  \
             Take the list back from your last commit or backup, or begin another: \
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
                "there is a file `{}` already, and it stays as it is\n  \
                 Edit that one and run `convene check`, or begin another: `convene init FILE`.",
                file.display()
            ));
            ExitCode::from(cmd::WRONG_USAGE)
        }
        Err(error) => cmd::machine(&Error::file(Action::CreateSource, file)(error)),
    }
}

/// Writes a new file, whole or not at all.
fn create(file: &Path, text: &str) -> std::io::Result<()> {
    let mut new = File::create_new(file)?;
    new.write_all(text.as_bytes()).inspect_err(|_| {
        // Half a list is in the way of the next try.
        let _ = std::fs::remove_file(file);
    })
}

fn next_steps(file: &Path, revisions: &Path) -> [String; 6] {
    let (list, remembered) = (file.display(), revisions.display());
    let (check, serve) = if file == Path::new("sessions.toml") {
        ("convene check".to_owned(), "convene".to_owned())
    } else {
        (format!("convene check {list}"), format!("convene --config {list}"))
    };
    let (url, width) = (template::URL, check.len().max(serve.len()));
    [
        format!("{list}: written, with three sessions to come"),
        String::new(),
        "1. Edit it, the calendar's `id` first: that is permanent once it is served.".to_owned(),
        format!("2. {check:width$}   says what is wrong, and what to write instead"),
        format!("3. {serve:width$}   serves it: open {url}/"),
        format!("4. Commit {list} together with {remembered}, which remembers what was published."),
    ]
}
