//! `convene export`: writes every document as a file.

use std::path::Path;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use convene::error::{Action, Error, chain};
use convene::export::{Turn, export, make};
use convene::publish::Publisher;

use crate::cmd;

pub(crate) fn run(publisher: &Publisher, out: &Path, prune: bool, now: DateTime<Utc>) -> ExitCode {
    // The export takes its turn before it reads `sessions.toml`. Of two exports, the one with the newer file then
    // writes last.
    let early = wait(out);
    let published = match publisher.publish(now) {
        Ok(published) => published,
        Err(refusal) => return cmd::refuse(&refusal),
    };
    cmd::announce(&published);
    let turn = match early.or_else(|_| make(out).and_then(|()| wait(out))) {
        Ok(turn) => Some(turn),
        Err(error @ Error::File { action: Action::Lock, .. }) => {
            cmd::warning(&format!(
                "{}\n  \
                 The export continues without the lock. Make sure that no other export writes \
                 into the folder meanwhile.",
                chain(&error)
            ));
            None
        }
        Err(error) => return cmd::machine(&error),
    };
    match export(&published.site, out, prune, turn.as_ref()) {
        Ok(report) => {
            cmd::say(&format!(
                "{}: {} written, {} unchanged, {} removed",
                out.display(),
                report.written,
                report.unchanged,
                report.removed
            ));
            let Some(reason) = &published.degraded else { return ExitCode::SUCCESS };
            // The exported files are correct, but the operator must repair the state.
            cmd::not_remembered(reason, "The exported files are correct");
            ExitCode::from(cmd::MACHINE)
        }
        Err(error) => cmd::machine(&error),
    }
}

fn wait(out: &Path) -> Result<Turn, Error> {
    Turn::wait(out, || {
        cmd::warning(&format!(
            "another export writes into `{}`; this one waits until the other is done",
            out.display()
        ));
    })
}
