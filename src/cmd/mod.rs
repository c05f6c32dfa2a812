//! The commands, each thin: arguments in, a call, something printed.

pub(crate) mod check;
pub(crate) mod export;
pub(crate) mod record;
pub(crate) mod serve;

use std::io::{IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use convene::diagnostic::Findings;
use convene::error::{Error, chain};
use convene::model::BaseUrl;
use convene::publish::{Published, Publisher, Refusal};
use convene::revisions::store::Store;
use convene::source::Source;
use convene::zone::Rules;

use crate::cli::Common;

/// The file is wrong.
pub(crate) const WRONG_FILE: u8 = 1;
/// The machine said no.
pub(crate) const MACHINE: u8 = 3;

/// A publisher from what was typed; `file` goes before `--config`, and `listen` is the address that
/// stands in where neither the list nor the command line has a public one.
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
    let rules = match &common.zoneinfo {
        Some(folder) => Rules::from_dir(folder)?,
        None => Rules::bundled(),
    };
    let default_url =
        BaseUrl::parse(&format!("http://{listen}")).expect("a socket address is a host and a port");
    Ok(Publisher {
        store: Store::new(&file, &folder),
        file,
        url: common.url.clone(),
        default_url,
        rules,
        frozen: common.frozen,
        exporting: false,
    })
}

/// Says what was published with: warnings, the last good edition, a state that was not written.
pub(crate) fn announce(publisher: &Publisher, published: &Published) {
    if published.last_good {
        // The findings are those of the file that was refused.
        if let Ok(source) = Source::read(&publisher.file) {
            print_findings(&source, &published.findings);
        }
        error("the last good edition is published in place of this file");
    } else {
        print_findings(&published.source, &published.findings);
    }
    if let Some(reason) = &published.degraded {
        error(&format!(
            "{reason}\n  \
             This edition is served from memory; the next start will not know what was published.\n  \
             Where the folder cannot be written, run `convene record` beforehand and start with `--frozen`."
        ));
    }
}

/// Says why nothing was published.
pub(crate) fn refuse(refusal: &Refusal) -> ExitCode {
    match refusal {
        Refusal::File(source, findings) => {
            print_findings(source, findings);
            ExitCode::from(WRONG_FILE)
        }
        Refusal::Machine(reason) => machine(reason),
    }
}

/// Says what the machine refused.
pub(crate) fn machine(reason: &Error) -> ExitCode {
    let mut text = chain(reason);
    if let Error::File { action: "read", path, source } = reason
        && source.kind() == std::io::ErrorKind::NotFound
    {
        text = format!(
            "there is no file `{}`\n  \
             Name the list of sessions with `--config FILE`, or start in its folder.",
            path.display()
        );
    }
    error(&text);
    ExitCode::from(MACHINE)
}

/// Prints a line for people who look at the terminal; nobody reading is no reason to stop.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

pub(crate) fn error(text: &str) {
    let _ = writeln!(std::io::stderr(), "error: {text}");
}

fn print_findings(source: &Source, findings: &Findings) {
    let text = findings.human(source, std::io::stderr().is_terminal());
    let _ = std::io::stderr().write_all(text.as_bytes());
}
