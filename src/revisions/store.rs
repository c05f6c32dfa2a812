//! The revisions file on disk: read whole, written whole or not at all.

use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Revisions;
pub use super::format::{parse, print};
use crate::error::Error;

/// How long a writer waits for others without a word.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where the state of one TOML file is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    revisions: PathBuf,
    last_good: PathBuf,
    lock: PathBuf,
}

/// Held while state is read and written; given back when it is dropped or the process ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock lives as long as the file is open")] File);

impl Store {
    /// The state of a TOML file in a folder: its revisions, its last good source, its lock.
    pub fn new(toml: &Path, folder: &Path) -> Self {
        let stem = toml.file_stem().unwrap_or_default().to_string_lossy();
        Self {
            revisions: folder.join(format!("{stem}.revisions.json")),
            last_good: folder.join(format!(".{stem}.last-good.toml")),
            lock: folder.join(format!(".{stem}.lock")),
        }
    }

    /// The revisions file.
    pub fn revisions_path(&self) -> &Path {
        &self.revisions
    }

    fn folder(&self) -> &Path {
        self.lock.parent().unwrap_or_else(|| Path::new("."))
    }

    /// Waits for other writers to finish, and logs that it waits if that takes more than a second.
    ///
    /// # Errors
    /// [`Error::File`] where the lock cannot be made or taken, as in a read-only folder.
    pub fn lock(&self) -> Result<Lock, Error> {
        let file = File::options()
            .create(true)
            .append(true)
            .open(&self.lock)
            .map_err(Error::file("write into the folder", self.folder()))?;
        self.wait(&file).map_err(Error::file("lock", &self.lock))?;
        Ok(Lock(file))
    }

    fn wait(&self, file: &File) -> std::io::Result<()> {
        let end = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) if Instant::now() < end => {
                    std::thread::sleep(PATIENCE / 100);
                }
                Err(TryLockError::WouldBlock) => break,
            }
        }
        tracing::warn!(
            "another process holds the lock `{path}`; this one waits until it is released. If that process \
             hangs, end it: `fuser -v {path}` shows which one it is",
            path = self.lock.display()
        );
        file.lock()
    }

    /// Reads the revisions; none where there is no file yet.
    ///
    /// # Errors
    /// [`Error::Revisions`] if the file cannot be understood, [`Error::File`] if it cannot be read.
    pub fn read(&self) -> Result<Revisions, Error> {
        self.read_if_any().map(Option::unwrap_or_default)
    }

    /// The same, where it matters whether there is a file.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub fn read_if_any(&self) -> Result<Option<Revisions>, Error> {
        let bytes = match std::fs::read(&self.revisions) {
            Ok(bytes) => bytes,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(Error::file("read", &self.revisions)(error)),
        };
        parse(&bytes).map(Some).map_err(|(line, reason)| Error::Revisions {
            path: self.revisions.clone(),
            line,
            reason,
        })
    }

    /// Writes the revisions: a temporary file, fsync, rename, fsync of the folder. Whoever reads sees
    /// the old file or the new one, whenever the machine stops.
    ///
    /// # Errors
    /// [`Error::File`] if that is not possible; the old file is then untouched.
    pub fn write(&self, revisions: &Revisions, _lock: &Lock) -> Result<(), Error> {
        replace(&self.revisions, print(revisions).as_bytes())
    }

    /// The last source that was published, if any.
    ///
    /// # Errors
    /// [`Error::File`] if it is there and cannot be read.
    pub fn read_last_good(&self) -> Result<Option<Vec<u8>>, Error> {
        match std::fs::read(&self.last_good) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(Error::file("read", &self.last_good)(error)),
        }
    }

    /// Keeps the source that is published, unless it is kept already.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be written.
    pub fn write_last_good(&self, source: &[u8], _lock: &Lock) -> Result<(), Error> {
        if self.read_last_good()?.as_deref() == Some(source) {
            return Ok(());
        }
        replace(&self.last_good, source)
    }
}

/// Whether a file is not there; nor is one in a folder that is none. What cannot be written there
/// either is said when it is written.
fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// Replaces a file by new bytes, or leaves it as it was. One writer at a time: the name of the
/// temporary file is fixed, so that one left by a crash is overwritten.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let target = followed(path);
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".new");
    let temporary = target.with_file_name(name);
    let written = (|| {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, &target)?;
        let folder = target.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
    })();
    if written.is_err() {
        // On a full disk half a file is in the way of everything else.
        let _ = std::fs::remove_file(&temporary);
    }
    written.map_err(Error::file("write", path))
}

/// A link keeps its place: the file that it leads to is replaced, even where that is not there yet.
fn followed(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| match std::fs::read_link(path) {
        Ok(target) => path.with_file_name(target),
        Err(_) => path.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_stands_beside_the_file_under_its_stem() {
        let store = Store::new(Path::new("x/talks.toml"), Path::new("y"));
        assert_eq!(store.revisions_path(), Path::new("y/talks.revisions.json"));
        assert_eq!(store.last_good, Path::new("y/.talks.last-good.toml"));
    }
}
