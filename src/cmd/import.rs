//! `convene import`: prints a `sessions.toml` to standard output, and notes on losses to standard error.

use std::io::{Read, Write as _};
use std::path::Path;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use convene::error::{Action, Error};
use convene::files::{self, ReadError};
use convene::source::MAX_BYTES;
use convene::zone::Rules;
use convene::{config, import};

use crate::cli::Import;
use crate::cmd;

pub(crate) fn run(
    import: &Import,
    rules: &Rules,
    now: DateTime<Utc>,
    input: &mut dyn Read,
) -> Result<ExitCode, Error> {
    let file = import.calendar.as_path();
    let name = file.display().to_string();
    if ["http://", "https://", "webcal://"].iter().any(|scheme| name.starts_with(scheme)) {
        cmd::error(&format!(
            "`{name}` is a URL, and import reads files\n  \
             Open it in a browser (with https:// instead of webcal://), save the file, and import that."
        ));
        return Ok(ExitCode::from(cmd::WRONG_USAGE));
    }
    let zone = match import.timezone.as_ref().map(|words| config::zone_of(words, rules)).transpose()
    {
        Ok(zone) => zone,
        Err(reason) => {
            cmd::error(&reason);
            return Ok(ExitCode::from(cmd::WRONG_USAGE));
        }
    };
    let bytes = match read(file, input) {
        Ok(bytes) => bytes,
        Err(ReadError::TooLarge(_)) => {
            cmd::error(&format!("`{name}`: {}", import::Unreadable::TooLarge));
            return Ok(ExitCode::from(cmd::WRONG_FILE));
        }
        Err(error) => {
            let (action, path) = match file == Path::new("-") {
                true => (Action::ReadInput, Path::new("standard input")),
                false => (Action::ReadCalendar, file),
            };
            return Err(Error::file(action, path)(error.into()));
        }
    };
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let stem = stem.filter(|stem| stem != "-").unwrap_or_else(|| "calendar".to_owned());
    let options = import::Options {
        name: &stem,
        now,
        until: import.until,
        from: import.from,
        zone,
        private: import.private,
    };
    let imported = match import::import(&bytes, &options, rules) {
        Ok(imported) => imported,
        Err(reason) => {
            cmd::error(&format!("`{name}`: {reason}"));
            return Ok(ExitCode::from(cmd::WRONG_FILE));
        }
    };
    for note in &imported.notes {
        cmd::note(&note.to_string());
    }
    let of = |number: usize, what: &str| {
        format!("{number} {what}{}", if number == 1 { "" } else { "s" })
    };
    let (sessions, events) = (of(imported.sessions, "session"), of(imported.events, "event"));
    cmd::summary(&format!("{name}: {sessions} from {events}"));
    if imported.sessions == 0 {
        cmd::error("no event in it can become a session, so nothing was written");
        return Ok(ExitCode::from(cmd::WRONG_FILE));
    }
    match std::io::stdout().write_all(imported.toml.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::file(Action::Write, Path::new("standard output"))(error))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn read(file: &Path, input: &mut dyn Read) -> Result<Vec<u8>, ReadError> {
    match file == Path::new("-") {
        true => files::read_to_end(input, MAX_BYTES as u64),
        false => files::read_given(file, MAX_BYTES as u64),
    }
}
