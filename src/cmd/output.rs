//! What commands print, and the log.
//!
//! A command writes directly, as everything that it prints is to be read. `serve` must not be kept by whoever
//! reads its output: there both streams drop what nobody reads.

use std::io::{self, IsTerminal as _, Write};
use std::sync::OnceLock;
use std::time::Duration;

use convene::diagnostic::Findings;
use convene::sight::{Dropped, Lossy};
use convene::source::Source;

/// The streams of `serve`.
static LOSSY: OnceLock<[Lossy; 2]> = OnceLock::new();
/// How long the last lines are waited for.
const LAST_LINES: Duration = Duration::from_millis(500);

/// Standard output or standard error, as this process writes to it.
#[derive(Debug)]
pub(crate) enum Stream {
    Lossy(Lossy),
    Out(io::Stdout),
    Err(io::Stderr),
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Lossy(stream) => stream.write(bytes),
            Self::Out(stream) => stream.write(bytes),
            Self::Err(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Lossy(stream) => stream.flush(),
            Self::Out(stream) => stream.flush(),
            Self::Err(stream) => stream.flush(),
        }
    }
}

/// From now on no output blocks this process, not even the message of a panic.
///
/// # Errors
/// The system's, if it gives no thread.
pub(crate) fn never_block() -> io::Result<()> {
    let report = |count| tracing::warn!(count, "log lines were dropped, as nothing read them");
    let streams = [Lossy::new(io::stdout(), |_| {})?, Lossy::new(io::stderr(), report)?];
    // It is called once, from `main`.
    let _ = LOSSY.set(streams);
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    Ok(())
}

/// Standard error, to which the log goes.
pub(crate) fn log() -> Stream {
    LOSSY.get().map_or_else(|| Stream::Err(io::stderr()), |[_, err]| Stream::Lossy(err.clone()))
}

/// The lines of the log that were dropped.
pub(crate) fn dropped() -> Dropped {
    LOSSY.get().map_or_else(Dropped::default, |[_, err]| err.dropped().clone())
}

/// Waits for the last lines to be read, though not long.
pub(crate) fn flush() {
    for stream in LOSSY.get().into_iter().flatten() {
        stream.flush_within(LAST_LINES);
    }
}

/// Prints a line for people who look at the terminal; nobody reading is no reason to stop.
pub(crate) fn say(text: &str) {
    let mut out = match LOSSY.get() {
        Some([out, _]) => Stream::Lossy(out.clone()),
        None => Stream::Out(io::stdout()),
    };
    let _ = out.write_all(format!("{text}\n").as_bytes());
}

pub(crate) fn error(text: &str) {
    let _ = log().write_all(format!("error: {text}\n").as_bytes());
}

pub(crate) fn warning(text: &str) {
    let _ = log().write_all(format!("warning: {text}\n").as_bytes());
}

pub(crate) fn print_findings(source: &Source, findings: &Findings) {
    let text = findings.human(source, io::stderr().is_terminal());
    if !text.is_empty() {
        let _ = log().write_all(text.as_bytes());
    }
}
