//! `convene export`: every document as a file.

use std::path::Path;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use convene::export::export;
use convene::publish::Publisher;

use crate::cmd;

pub(crate) fn run(publisher: &Publisher, out: &Path, prune: bool, now: DateTime<Utc>) -> ExitCode {
    let published = match publisher.publish(now) {
        Ok(published) => published,
        Err(refusal) => return cmd::refuse(&refusal),
    };
    cmd::announce(&published);
    match export(&published.site, &published.edition.paths, out, prune) {
        Ok(report) => {
            cmd::say(&format!(
                "{}: {} written, {} unchanged, {} removed",
                out.display(),
                report.written,
                report.unchanged,
                report.removed
            ));
            let Some(reason) = &published.degraded else { return ExitCode::SUCCESS };
            // What was written is right; that it is not remembered is for somebody to mend.
            cmd::not_remembered(reason, "The exported files are right");
            ExitCode::from(cmd::MACHINE)
        }
        Err(error) => cmd::machine(&error),
    }
}
