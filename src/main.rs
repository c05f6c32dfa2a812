//! The binary: arguments, logging, dispatch, exit code. Only this file reads the clock and the environment.

mod cli;
mod cmd;

use std::io::IsTerminal as _;
use std::process::ExitCode;

use convene::publish::Publisher;
use tracing_subscriber::EnvFilter;

use cli::{Cli, Command, LogFormat};
use cmd::output::LogStyle;

fn main() -> ExitCode {
    let (cli, unused) = Cli::from_arguments().unwrap_or_else(|error| cmd::mistyped(&error));
    let serve = cli.serve();
    let at = cli.common.at;
    #[expect(clippy::disallowed_methods, reason = "the one place where the clock is read")]
    let real_clock: fn() -> chrono::DateTime<chrono::Utc> = chrono::Utc::now;
    let clock = move || at.unwrap_or_else(real_clock);
    let now = clock();
    let (common, listen) = (&cli.common, serve.address());
    // The environment is read before any thread starts, because it must not change meanwhile.
    let surroundings = cmd::serve::Surroundings {
        sockets: listenfd::ListenFd::from_env(),
        notify: std::env::var_os("NOTIFY_SOCKET"),
        started: real_clock().into(),
        real_clock,
    };
    if matches!(cli.command, None | Some(Command::Serve(_)))
        && let Err(error) = cmd::output::never_block()
    {
        cmd::warning(&format!("a program that reads the log slowly may block responses: {error}"));
    }
    start_log(serve.see.log_format);
    if let Err(error) = cmd::file_size::fail_writes() {
        tracing::warn!(
            "a write beyond the limit on the size of files would end this process: {error}"
        );
    }
    let publisher = |file: &cli::File| cmd::publisher(common, file.file.clone(), listen);
    let done = match &cli.command {
        None | Some(Command::Serve(_)) => Ok(cmd::serve::run(common, &serve, surroundings, clock)),
        Some(Command::Init(init)) => {
            let example = init.example;
            publisher(&init.file).map(|publisher| cmd::init::run(&publisher, example, &unused, now))
        }
        Some(Command::Import(import)) => cmd::rules(common)
            .and_then(|rules| cmd::import::run(import, &rules, now, &mut std::io::stdin())),
        Some(Command::Check(check)) => publisher(&check.file)
            .map(|publisher| cmd::check::run(&publisher, check.format, check.fix, now)),
        Some(Command::Export(export)) => publisher(&export.file).map(|publisher| {
            let publisher = Publisher { exporting: true, ..publisher };
            cmd::export::run(&publisher, &export.out, export.prune, now)
        }),
        Some(Command::Preview(preview)) => {
            cmd::publisher_of_draft(common, preview.draft.clone(), listen).map(|publisher| {
                cmd::preview::run(&publisher, &preview.cities, preview.format, now)
            })
        }
        Some(Command::Record(record)) => {
            publisher(&record.file).map(|publisher| cmd::record::run(&publisher, now))
        }
        Some(Command::Links(links)) => {
            cmd::publisher(common, None, listen).map(|publisher| {
                // The output is for readers, who cannot reach a local address.
                let publisher = Publisher { exporting: true, ..publisher };
                cmd::links::run(&publisher, links.id.as_deref(), links.format, links.changed, now)
            })
        }
        Some(Command::Schema) => {
            cmd::json(&convene::config::schema());
            Ok(ExitCode::SUCCESS)
        }
    };
    let code = done.unwrap_or_else(|error| cmd::machine(&error));
    cmd::output::flush();
    code
}

/// Starts the log on standard error; `RUST_LOG` sets its level.
fn start_log(format: Option<LogFormat>) {
    // h2 logs a warning for each misbehaving client, of which there may be thousands.
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,h2=error"));
    let style = match format {
        Some(LogFormat::Json) => LogStyle::Json,
        Some(LogFormat::Text) | None if std::io::stderr().is_terminal() => LogStyle::Colored,
        Some(LogFormat::Text) | None => LogStyle::Text,
    };
    let log = tracing_subscriber::fmt()
        .with_writer(move || cmd::output::log(style))
        .with_env_filter(filter)
        // With colors, only the log itself writes escapes.
        .with_ansi_sanitization(style == LogStyle::Colored);
    match style {
        LogStyle::Json => log.json().flatten_event(true).with_current_span(false).init(),
        _ => log.with_ansi(style == LogStyle::Colored).init(),
    }
}
