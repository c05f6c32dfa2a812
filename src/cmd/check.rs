//! `convene check`: reports every error and warning of the file; changes no files.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use convene::publish::Publisher;

use crate::cli::Format;
use crate::cmd;

pub(crate) fn run(publisher: &Publisher, format: Format, now: DateTime<Utc>) -> ExitCode {
    let (source, findings) = match publisher.check(now) {
        Ok(checked) => checked,
        Err(error) => return cmd::machine(&error),
    };
    let mut out = std::io::stdout();
    // Findings are the output of this command, so they go to standard output.
    let text = match format {
        Format::Json => findings.json(&source),
        Format::Human if findings.is_empty() => {
            cmd::say(&format!("{}: no problems", source.name()));
            return ExitCode::SUCCESS;
        }
        Format::Human => findings.human(&source, out.is_terminal()),
    };
    let _ = out.write_all(text.as_bytes());
    if findings.has_errors() { ExitCode::from(cmd::WRONG_FILE) } else { ExitCode::SUCCESS }
}
