//! What commands print, and the log.
//!
//! A command writes directly, as everything that it prints is to be read. `serve` must not be kept by whoever
//! reads its output: there both streams drop what nobody reads.
//!
//! All that goes through here is escaped (`convene::visible`), so that no text of a foreign file commands a terminal or
//! looks like another message. What a command makes for other programs (the TOML of `import`, the blocks of `links`) it
//! writes itself.

use std::io::{self, IsTerminal as _, Write};
use std::sync::OnceLock;
use std::time::Duration;

use convene::diagnostic::Findings;
use convene::source::Source;
use convene::telemetry::{Dropped, Lossy};
use convene::visible;

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

/// Standard error, with escapes: the log, each event of which is one write.
#[derive(Debug)]
pub(crate) struct Log {
    stream: Stream,
    form: LogForm,
}

/// What the lines of the log are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogForm {
    Json,
    Text,
    Colored,
}

/// The log in a form.
pub(crate) fn log(form: LogForm) -> Log {
    Log { stream: standard_error(), form }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let shown = match self.form {
            LogForm::Json => visible::json(&text),
            LogForm::Text => visible::message(&text),
            LogForm::Colored => visible::colored(&text),
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

fn standard_output() -> Stream {
    LOSSY.get().map_or_else(|| Stream::Out(io::stdout()), |[out, _]| Stream::Lossy(out.clone()))
}

/// Prints a line for people who look at the terminal; nobody reading is no reason to stop.
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

/// Prints what is wrong: a sentence, and indented lines about it.
pub(crate) fn error(text: &str) {
    say_apart("error: ", text);
}

/// Prints what should be looked at, in the same way.
pub(crate) fn warning(text: &str) {
    say_apart("warning: ", text);
}

/// Prints what could not be done as it was wished, as one line.
pub(crate) fn note(text: &str) {
    say_apart("note: ", &visible::line(text));
}

/// Prints a line about what was done, where standard output is for something else.
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
