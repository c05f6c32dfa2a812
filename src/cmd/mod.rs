//! The commands. Each file has one command: its arguments, a library call and its output.
//!
//! To read: this file (how commands start and fail), `output` (messages), then a command. `signals` and `file_size` prepare the
//! process.

pub(crate) mod check;
pub(crate) mod export;
pub(crate) mod file_size;
mod fix;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod links;
pub(crate) mod output;
pub(crate) mod preview;
pub(crate) mod record;
pub(crate) mod serve;
mod signals;

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use convene::error::{Action, Error, chain};
use convene::model::BaseUrl;
use convene::publish::{Published, Publisher, Refusal};
use convene::visible;
use convene::zone::Rules;

use crate::cli::Common;
pub(crate) use output::{error, json, note, print_findings, report, say, summary, warning};

/// Exit code if the file has errors.
pub(crate) const WRONG_FILE: u8 = 1;
/// Exit code if the command line is wrong.
pub(crate) const WRONG_USAGE: u8 = 2;
/// Exit code after a system error.
pub(crate) const MACHINE: u8 = 3;

/// Creates a publisher from the command line. `file` takes precedence over `--config`. `listen` gives the public URL if
/// neither the file nor the command line does.
pub(crate) fn publisher(
    common: &Common,
    file: Option<PathBuf>,
    listen: SocketAddr,
) -> Result<Publisher, Error> {
    let file = file.unwrap_or_else(|| common.config.clone());
    let folder = common.state.clone().unwrap_or_else(|| {
        file.parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or_else(|| Path::new("."))
            .to_owned()
    });
    Ok(Publisher {
        url: common.url.clone(),
        default_url: own_url("http", listen),
        rules: rules(common)?,
        frozen: common.frozen,
        ..Publisher::new(&file, &folder)?
    })
}

/// Returns the publisher of a draft. It follows the revisions file of the draft's name, in the folder of `--state` or next
/// to the draft, and otherwise what is published of `--config`.
pub(crate) fn publisher_of_draft(
    common: &Common,
    draft: Option<PathBuf>,
    listen: SocketAddr,
) -> Result<Publisher, Error> {
    let Some(draft) = draft else { return publisher(common, None, listen) };
    let own = publisher(common, Some(draft.clone()), listen)?;
    if common.state.is_some() || own.has_revisions() {
        return Ok(own);
    }
    Ok(publisher(common, None, listen)?.of_draft(&draft))
}

/// Returns the URL of a local address, used if no public URL is given.
pub(crate) fn own_url(scheme: &str, listen: SocketAddr) -> BaseUrl {
    BaseUrl::parse(&format!("{scheme}://{listen}")).expect("a socket address is a host and a port")
}

/// Returns the selected time-zone rules.
pub(crate) fn rules(common: &Common) -> Result<Rules, Error> {
    common.zoneinfo.as_ref().map_or_else(|| Ok(Rules::bundled()), |folder| Rules::from_dir(folder))
}

/// Prints the findings of an edition, and a note if the last good one was published.
pub(crate) fn announce(published: &Published) {
    if published.last_good {
        print_findings(&published.source, &published.findings);
        error("the last good edition is published in place of this file");
    } else {
        print_findings(&published.source, &published.findings);
    }
}

/// Prints the reason for an unwritten state, and the consequences.
pub(crate) fn not_remembered(reason: &str, meaning: &str) {
    error(&format!(
        "{reason}\n  \
         {meaning}; the next start will have no record of this publication.\n  \
         Create the folder if it does not exist. If it cannot be written, run `convene record` beforehand and \
         start with `--frozen`."
    ));
}

/// Prints the reason for not publishing.
pub(crate) fn refuse(refusal: &Refusal) -> ExitCode {
    match refusal {
        Refusal::File(source, findings) => {
            print_findings(source, findings);
            ExitCode::from(WRONG_FILE)
        }
        Refusal::System(reason) => machine(reason),
    }
}

/// Prints an error of the command line.
pub(crate) fn usage(sentence: &str) -> ExitCode {
    error(&format!("{sentence}\n"));
    summary("For more information, try '--help'.");
    ExitCode::from(WRONG_USAGE)
}

/// Prints clap's error or help, and ends the process. Omits colors if an argument contains terminal escapes.
pub(crate) fn mistyped(error: &clap::Error) -> ! {
    let text = error.render().to_string();
    if !text.contains(visible::is_hidden) {
        error.exit();
    }
    output::apart(&text);
    std::process::exit(error.exit_code());
}

/// Prints a system error.
pub(crate) fn machine(reason: &Error) -> ExitCode {
    if matches!(reason, Error::NoHttps) {
        // Retrying does not help, so the exit code keeps systemd from restarting.
        return usage(&explain(reason));
    }
    error(&explain(reason));
    ExitCode::from(MACHINE)
}

/// Returns the message of a system error, with help for common ones.
pub(crate) fn explain(reason: &Error) -> String {
    match reason {
        Error::File { action: Action::ReadSource, path, source } => match source.kind() {
            ErrorKind::NotFound => format!(
                "there is no file `{}`\n  \
                 Name the file with `--config FILE`, or start in its folder. To create a new one, run \
                 `convene init`.",
                path.display()
            ),
            ErrorKind::IsADirectory => folder(path),
            ErrorKind::InvalidInput => format!(
                "`{}` is not a regular file\n  \
                 Name the `sessions.toml` itself; only `convene check` reads a pipe.",
                path.display()
            ),
            _ => chain(reason),
        },
        Error::File { action: Action::ReadState, path, source } => match source.kind() {
            ErrorKind::IsADirectory => format!(
                "`{}` is a folder, but must be the revisions file\n  \
                 Remove it if it is empty; a container creates such a folder when it mounts a file that \
                 does not exist.",
                path.display()
            ),
            ErrorKind::InvalidInput => format!(
                "`{}` is not a regular file\n  \
                 Remove it, and restore the file from your last commit or backup.",
                path.display()
            ),
            _ => chain(reason),
        },
        Error::File { action: Action::ReadCalendar, path, source } => match source.kind() {
            ErrorKind::NotFound => format!(
                "there is no file `{}`\n  Check its name, and the folder that you are in.",
                path.display()
            ),
            ErrorKind::IsADirectory => {
                format!("`{}` is a folder\n  Name a file in it that ends in .ics.", path.display())
            }
            _ => chain(reason),
        },
        Error::File { action: Action::CreateSource, path, source } => match source.kind() {
            ErrorKind::NotFound => format!(
                "there is no folder for `{}`\n  Create the folder first, or name a file in another.",
                path.display()
            ),
            ErrorKind::AlreadyExists | ErrorKind::IsADirectory => folder(path),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => format!(
                "`{}` cannot be created: this account cannot write into its folder\n  \
                 Start in a folder of your own, such as one in your home.",
                path.display()
            ),
            _ => chain(reason),
        },
        Error::Listen { address, is_unix, source } => match source.kind() {
            ErrorKind::AddrInUse if *is_unix => format!(
                "another program already listens on {address}, or the file is not a socket\n  \
                 Stop that program, or choose another path."
            ),
            ErrorKind::NotFound => format!(
                "there is no folder for {address}\n  \
                 Create it, or choose a path in an existing folder."
            ),
            ErrorKind::PermissionDenied if *is_unix => format!(
                "this account cannot create a file at {address}\n  \
                 Choose a path in a folder that it can write, such as the unit's RuntimeDirectory."
            ),
            ErrorKind::AddrInUse => format!(
                "another program already listens on {address}\n  \
                 Stop that program, or choose another port, such as \
                 `--listen 127.0.0.1:8081`."
            ),
            ErrorKind::AddrNotAvailable => format!(
                "this machine does not have the address {address}\n  \
                 Listen on 127.0.0.1 (this machine only) or 0.0.0.0 (its network too)."
            ),
            ErrorKind::PermissionDenied => format!(
                "this account cannot listen on {address}: ports below 1024 need a capability\n  \
                 Choose a port from 1024 up, such as `--listen 127.0.0.1:8080`, or grant the \
                 capability, as docs/deploy/https.conf does."
            ),
            _ => chain(reason),
        },
        Error::NoHttps => format!(
            "{}\n  \
             Add an address such as `--listen 0.0.0.0:443`, or `ListenStream=443` to the socket's unit, or leave \
             the certificate to the proxy.",
            chain(reason)
        ),
        Error::Revisions { .. } => format!(
            "{}\n  \
             The file was not changed. If it is damaged, restore it from your last commit or backup.",
            chain(reason)
        ),
        _ => chain(reason),
    }
}

fn folder(path: &Path) -> String {
    format!(
        "`{}` is a folder\n  Name a file in it, such as `{}`.",
        path.display(),
        path.join("sessions.toml").display()
    )
}
