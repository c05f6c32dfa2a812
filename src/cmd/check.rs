//! `convene check`: reports every error and warning of the file, then a summary of its sessions. Changes no files
//! without `--fix`.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use convene::publish::{CheckReport, Publisher};

use crate::cli::Format;
use crate::cmd;

pub(crate) fn run(
    publisher: &Publisher,
    format: Format,
    with_fixes: bool,
    now: DateTime<Utc>,
) -> ExitCode {
    if with_fixes {
        // The JSON format is one array and nothing else.
        let shown = if format == Format::Json { cmd::output::apart } else { cmd::report };
        if let Err(error) = cmd::fix::write(publisher, shown) {
            return cmd::machine(&error);
        }
    }
    let CheckReport { source, findings, overview } = match publisher.check(now) {
        Ok(report) => report,
        Err(error) => return cmd::machine(&error),
    };
    // Findings are the result of this command, so they go to standard output.
    match format {
        Format::Json => print(&findings.json(&source)),
        Format::Human if findings.is_empty() => {
            let (first, rest) = overview.split_first().expect("a file without errors has one");
            cmd::say(&format!("{}: no problems. {first}", source.name()));
            rest.iter().for_each(|line| cmd::say(line));
        }
        Format::Human => {
            print(&findings.human(&source, std::io::stdout().is_terminal()));
            overview.iter().for_each(|line| cmd::say(line));
        }
    }
    if findings.has_errors() { ExitCode::from(cmd::WRONG_FILE) } else { ExitCode::SUCCESS }
}

fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
