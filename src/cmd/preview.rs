//! `convene preview`: prints the changes for readers; changes no files.

use std::process::ExitCode;

use chrono::{DateTime, Utc};
use convene::config;
use convene::preview::{City, preview};
use convene::publish::{Preview, Publisher};

use crate::cli::Format;
use crate::cmd;

pub(crate) fn run(
    publisher: &Publisher,
    cities: &[String],
    format: Format,
    now: DateTime<Utc>,
) -> ExitCode {
    let mut known = Vec::new();
    for name in cities.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        match config::zone_of(name, &publisher.rules) {
            Ok(zone) => known.push(City { name: name.to_owned(), zone }),
            Err(message) => {
                cmd::error(&message);
                return ExitCode::from(cmd::WRONG_USAGE);
            }
        }
    }
    let Preview { edition, before, revisions, source, findings } = match publisher.preview(now) {
        Ok(preview) => preview,
        Err(refusal) => return cmd::refuse(&refusal),
    };
    cmd::print_findings(&source, &findings);
    let report = preview(&edition, &before, &revisions, &known, now);
    match format {
        Format::Human => cmd::report(&report.text()),
        Format::Json => cmd::json(&report.json()),
    }
    ExitCode::SUCCESS
}
