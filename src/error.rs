//! The machine said no: a file, a folder or an address that could not be used.
//!
//! What is wrong in the author's file is never an [`Error`]; that is a [`crate::diagnostic::Finding`].

use std::fmt;
use std::path::{Path, PathBuf};

/// A refusal of the machine, with what it was about. Ends a command with exit code 3.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A path could not be read, written or made.
    #[error("cannot {action} `{}`", path.display())]
    File {
        /// What was tried.
        action: Action,
        /// The path it was tried on.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A network address could not be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address as it was given.
        address: String,
        /// Whether it is the path of a Unix socket.
        is_unix: bool,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A certificate or its key cannot be used.
    #[error("`{}` cannot be used for TLS: {reason}", path.display())]
    Tls {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// There is a certificate, and no place that would use it.
    #[error(
        "nothing would speak https: every socket, named or handed over, is a Unix socket, which stays plain"
    )]
    NoHttps,
    /// A mistake of this program.
    #[error("the program itself failed, as the log says above; please report it")]
    Panic,
    /// The revisions file is there, but cannot be understood; it is never overwritten.
    #[error("the revisions file `{}` cannot be used: line {line}: {reason}", path.display())]
    Revisions {
        /// The revisions file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A folder given with `--zoneinfo` holds no time-zone rules.
    #[error("`{}` holds no time-zone rules: {reason}", path.display())]
    Zoneinfo {
        /// The folder.
        path: PathBuf,
        /// What was missing.
        reason: String,
    },
}

/// What was tried on a path. The same step on files of different purposes has variants of its own, as each has its
/// own advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// To read the file of sessions.
    ReadSource,
    /// To read what was recorded of earlier publications.
    ReadState,
    /// To read the calendar that is to be imported.
    ReadCalendar,
    /// To read the standard input.
    ReadInput,
    /// To read a certificate or its key.
    ReadCertificate,
    /// To create a new file of sessions.
    CreateSource,
    /// To create a folder.
    CreateFolder,
    /// To create a file in the folder.
    WriteInto,
    /// To write a file.
    Write,
    /// To remove a file.
    Remove,
    /// To lock a file or a folder.
    Lock,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadSource | Self::ReadState | Self::ReadInput => "read",
            Self::ReadCalendar => "open",
            Self::ReadCertificate => "read the PEM file",
            Self::CreateSource => "create",
            Self::CreateFolder => "make",
            Self::WriteInto => "write into the folder",
            Self::Write => "write",
            Self::Remove => "remove",
            Self::Lock => "lock",
        })
    }
}

impl Error {
    /// A closure for `map_err` that names what was tried on which path.
    pub fn file(action: Action, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::File { action, path: path.to_owned(), source }
    }
}

/// The error and all its causes in one line, as a person reads it.
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
