//! System errors: a file, a folder or an address that cannot be used.
//!
//! A mistake in the author's file is not an [`Error`], but a [`crate::diagnostic::Finding`].

use std::fmt;
use std::path::{Path, PathBuf};

/// A system error, with the action and its object. Ends a command with exit code 3.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A path could not be read, written or created.
    #[error("cannot {action} `{}`", path.display())]
    File {
        /// The action.
        action: Action,
        /// The path.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The server cannot listen on an address.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address as it was given.
        address: String,
        /// Whether the address is the path of a Unix socket.
        is_unix: bool,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A certificate or its key cannot be used.
    #[error("`{}` cannot be used for TLS: {reason}", path.display())]
    Tls {
        /// The file.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
    /// There is a certificate, but no TCP address that would use it.
    #[error("no address would serve HTTPS: every socket is a Unix socket, which serves plain HTTP")]
    NoHttps,
    /// A bug in this program.
    #[error("the program itself failed, as the log says above; please report it")]
    Panic,
    /// The revisions file exists and cannot be parsed; it is never overwritten.
    #[error("the revisions file `{}` cannot be used: line {line}: {reason}", path.display())]
    Revisions {
        /// The revisions file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The reason.
        reason: String,
    },
    /// A folder given with `--zoneinfo` holds no time-zone rules.
    #[error("`{}` contains no time-zone rules: {reason}", path.display())]
    Zoneinfo {
        /// The folder.
        path: PathBuf,
        /// The reason.
        reason: String,
    },
}

/// An action on a path. There are separate variants for reading files of different purposes, because each has its own
/// help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Read `sessions.toml`.
    ReadSource,
    /// Read the state.
    ReadState,
    /// Read the calendar to import.
    ReadCalendar,
    /// Read standard input.
    ReadInput,
    /// Read a certificate or its key.
    ReadCertificate,
    /// Create a new `sessions.toml`.
    CreateSource,
    /// Create a folder.
    CreateFolder,
    /// Create a file in a folder.
    WriteInto,
    /// Write a file.
    Write,
    /// Remove a file.
    Remove,
    /// Lock a file or a folder.
    Lock,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadSource | Self::ReadState | Self::ReadInput => "read",
            Self::ReadCalendar => "open",
            Self::ReadCertificate => "read the PEM file",
            Self::CreateSource => "create",
            Self::CreateFolder => "create",
            Self::WriteInto => "write into the folder",
            Self::Write => "write",
            Self::Remove => "remove",
            Self::Lock => "lock",
        })
    }
}

impl Error {
    /// Returns a closure for `map_err` that adds the action and the path.
    pub fn file(action: Action, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::File { action, path: path.to_owned(), source }
    }
}

/// Returns the error and all its causes in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
