//! Writes the output of commands, and the log.
//!
//! A command writes directly, because all its output must arrive. Slow output must not block `serve`, so `serve` drops
//! lines that nothing reads in time.
//!
//! Everything printed here is escaped (`convene::visible`), so that foreign text cannot control a terminal or imitate
//! another message. Commands write output for other programs (the TOML of `import`, the blocks of `links`) themselves.

use std::io::{self, IsTerminal as _, Write};
use std::sync::OnceLock;
use std::time::Duration;

use convene::diagnostic::Findings;
use convene::source::Source;
use convene::telemetry::{Dropped, Lossy};
use convene::visible;

/// The streams of `serve`.
static LOSSY: OnceLock<[Lossy; 2]> = OnceLock::new();
/// The longest wait until the last lines are read.
const LAST_LINES: Duration = Duration::from_millis(500);

/// Standard output or standard error, with this process's method of writing.
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

/// Makes all output non-blocking from now on, including panic messages.
///
/// # Errors
/// The system's error if it cannot start a thread.
pub(crate) fn never_block() -> io::Result<()> {
    let report = |count| tracing::warn!(count, "log lines were dropped, because nothing read them");
    let streams = [Lossy::new(io::stdout(), |_| {})?, Lossy::new(io::stderr(), report)?];
    // `main` calls this function once.
    let _ = LOSSY.set(streams);
    std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    Ok(())
}

/// Standard error with escapes, for the log; each log event is one write.
#[derive(Debug)]
pub(crate) struct Log {
    stream: Stream,
    style: LogStyle,
}

/// Format of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogStyle {
    Json,
    Text,
    Colored,
}

/// Returns a log writer for a format.
pub(crate) fn log(style: LogStyle) -> Log {
    Log { stream: standard_error(), style }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let shown = match self.style {
            LogStyle::Json => visible::json(&text),
            LogStyle::Text => visible::message(&text),
            LogStyle::Colored => visible::colored(&text),
        };
        self.stream.write_all(shown.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

fn standard_error() -> Stream {
    LOSSY.get().map_or_else(|| Stream::Err(io::stderr()), |[_, err]| Stream::Lossy(err.clone()))
}

/// Returns the counter of dropped log lines.
pub(crate) fn dropped() -> Dropped {
    LOSSY.get().map_or_else(Dropped::default, |[_, err]| err.dropped().clone())
}

/// Waits a short time for the last lines to be read.
pub(crate) fn flush() {
    for stream in LOSSY.get().into_iter().flatten() {
        stream.flush_within(LAST_LINES);
    }
}

fn standard_output() -> Stream {
    LOSSY.get().map_or_else(|| Stream::Out(io::stdout()), |[out, _]| Stream::Lossy(out.clone()))
}

/// Prints a line for people; a closed output is no reason to stop.
pub(crate) fn say(text: &str) {
    let _ = standard_output().write_all(format!("{}\n", visible::line(text)).as_bytes());
}

/// Prints a report of several lines for people.
pub(crate) fn report(text: &str) {
    let _ = standard_output().write_all(visible::lines(text).as_bytes());
}

/// Prints JSON.
pub(crate) fn json(text: &str) {
    let _ = standard_output().write_all(visible::json(text).as_bytes());
}

/// Prints an error: a sentence, and indented lines about it.
pub(crate) fn error(text: &str) {
    say_apart("error: ", text);
}

/// Prints a warning in the same format.
pub(crate) fn warning(text: &str) {
    say_apart("warning: ", text);
}

/// Prints a note of one line.
pub(crate) fn note(text: &str) {
    say_apart("note: ", &visible::line(text));
}

/// Prints a summary of one line, where standard output is for the result.
pub(crate) fn summary(text: &str) {
    say_apart("", &visible::line(text));
}

/// Prints a text of several lines to standard error.
pub(crate) fn apart(text: &str) {
    let _ = standard_error().write_all(visible::lines(text).as_bytes());
}

fn say_apart(prefix: &str, text: &str) {
    let line = format!("{prefix}{}\n", visible::message(text));
    let _ = standard_error().write_all(line.as_bytes());
}

pub(crate) fn print_findings(source: &Source, findings: &Findings) {
    let text = findings.human(source, io::stderr().is_terminal());
    if !text.is_empty() {
        let _ = standard_error().write_all(text.as_bytes());
    }
}
