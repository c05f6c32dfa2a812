//! `convene record`: records the current sessions as published, without serving or exporting.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use convene::publish::Publisher;

use crate::cmd;

pub(crate) fn run(publisher: &Publisher, now: DateTime<Utc>) -> ExitCode {
    let published = match publisher.publish(now) {
        Ok(published) => published,
        Err(refusal) => return cmd::refuse(&refusal),
    };
    cmd::announce(&published);
    if published.last_good {
        return ExitCode::from(cmd::WRONG_FILE);
    }
    if let Some(reason) = &published.degraded {
        cmd::error(&format!(
            "{reason}\n  \
             Nothing was recorded. If the disk is full, free some space and run it again; otherwise use a folder \
             that can be written: the file's own, or `--state DIR`."
        ));
        return ExitCode::from(cmd::MACHINE);
    }
    cmd::say(&format!("{} is up to date", publisher.store.revisions_path().display()));
    ExitCode::SUCCESS
}
