//! Reads the revisions file from disk, and replaces it atomically.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::Revisions;
pub use super::format::print;
pub use super::parse::parse;

use crate::error::{Action, Error};
use crate::files::read_bounded;
use crate::replace::{has_mode_of, replace};
use crate::visible;

/// The time after which a waiting writer logs that it waits for the lock.
const PATIENCE: Duration = Duration::from_secs(1);

/// Paths of the state of one `sessions.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Store {
    toml: PathBuf,
    revisions: PathBuf,
    last_good: PathBuf,
    last_good_revisions: PathBuf,
    lock: PathBuf,
}

/// Identifies a version of a file. The identity changes when the file is replaced or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

/// The lock on the state, which is released when it is dropped or the process ends.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "the lock lives as long as the file is open")] File);

impl Store {
    /// Returns the paths of the state of a `sessions.toml` in a folder: its revisions, its last good source with its
    /// revisions, and its lock.
    ///
    /// # Errors
    /// [`Error::File`] if the path has no file name, such as `..`.
    pub fn new(toml: &Path, folder: &Path) -> Result<Self, Error> {
        let is_folder = || Error::file(Action::ReadSource, toml)(ErrorKind::IsADirectory.into());
        let stem = toml.file_stem().ok_or_else(is_folder)?.to_string_lossy();
        Ok(Self {
            toml: toml.to_owned(),
            revisions: folder.join(format!("{stem}.revisions.json")),
            last_good: folder.join(format!(".{stem}.last-good.toml")),
            last_good_revisions: folder.join(format!(".{stem}.last-good.json")),
            lock: folder.join(format!(".{stem}.lock")),
        })
    }

    /// Returns the path of `sessions.toml`.
    pub fn toml(&self) -> &Path {
        &self.toml
    }

    /// Returns the path of the revisions file.
    pub fn revisions_path(&self) -> &Path {
        &self.revisions
    }

    /// Returns the path of the revisions of the last good source.
    pub fn last_good_revisions_path(&self) -> &Path {
        &self.last_good_revisions
    }

    /// Returns the current version of the revisions file, or `None` if there is no file.
    pub fn identity(&self) -> Option<Identity> {
        let file = std::fs::metadata(&self.revisions).ok()?;
        let (device, inode, size) = (file.dev(), file.ino(), file.size());
        Some(Identity { device, inode, size, modified: (file.mtime(), file.mtime_nsec()) })
    }

    fn folder(&self) -> &Path {
        self.lock.parent().expect("its name was joined to a folder")
    }

    /// Waits for other writers to finish, and logs that after a second.
    ///
    /// # Errors
    /// [`Error::File`] if the lock file cannot be created or locked, for example in a read-only folder.
    pub fn lock(&self) -> Result<Lock, Error> {
        // Only a regular file is opened, because a write would follow a link, and opening a pipe would block.
        if self.lock.symlink_metadata().is_ok_and(|lock| !lock.is_file()) {
            let reason = "it is not a regular file";
            let error = std::io::Error::new(ErrorKind::InvalidInput, reason);
            return Err(Error::file(Action::Lock, &self.lock)(error));
        }
        let file = self.open_lock()?;
        self.wait(&file).map_err(Error::file(Action::Lock, &self.lock))?;
        Ok(Lock(file))
    }

    /// Opens or creates the lock file. Only its owner and group can open it, so that no other account can block
    /// writers. If root creates the file, it gets the owner of the folder, so that the serving account can use it.
    fn open_lock(&self) -> Result<File, Error> {
        let made = File::options().create_new(true).append(true).mode(0o660).open(&self.lock);
        if let Ok(file) = &made {
            let folder = self.folder();
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            if let Ok(owner) = folder.metadata() {
                // Only root may change owners, and only files of root need it.
                let _ = fchown(file, Some(owner.uid()), Some(owner.gid()));
            }
        }
        let refuse = |error: std::io::Error| match error.kind() {
            ErrorKind::PermissionDenied if self.lock.symlink_metadata().is_ok() => {
                let (lock, folder) = (self.lock.display(), self.folder().display());
                let reason = format!(
                    "it belongs to another account; `sudo chown --reference={folder} {lock}` gives it to the \
                     owner of the folder"
                );
                Error::file(Action::Lock, &self.lock)(std::io::Error::new(error.kind(), reason))
            }
            _ => Error::file(Action::WriteInto, self.folder())(error),
        };
        match made {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                // A file of another account can be locked without write access.
                let append = File::options().append(true).open(&self.lock);
                append.or_else(|_| File::open(&self.lock)).map_err(refuse)
            }
            made => made.map_err(refuse),
        }
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

    /// Reads the revisions, which are empty if there is no file yet.
    ///
    /// # Errors
    /// [`Error::Revisions`] if the file cannot be understood, [`Error::File`] if it cannot be read.
    pub fn read(&self) -> Result<Revisions, Error> {
        self.read_if_any().map(Option::unwrap_or_default)
    }

    /// Reads the revisions. Returns `None` if there is no file or an empty one.
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub fn read_if_any(&self) -> Result<Option<Revisions>, Error> {
        let Some(bytes) = read(&self.revisions)? else { return Ok(None) };
        if bytes.trim_ascii().is_empty() {
            return Ok(None);
        }
        parse(&bytes).map(Some).map_err(|(line, reason)| Error::Revisions {
            path: self.revisions.clone(),
            line,
            // The reason quotes the file; a line break in the quote could look like a new message.
            reason: visible::line(&reason).into_owned(),
        })
    }

    /// Writes the revisions atomically: temporary file, fsync, rename, fsync of the folder. Readers see the old file
    /// or the new one, whenever the machine stops.
    ///
    /// # Errors
    /// [`Error::File`] with the system's reason; the old file is then unchanged.
    pub fn write(&self, revisions: &Revisions, _lock: &Lock) -> Result<(), Error> {
        replace(&self.revisions, print(revisions).as_bytes(), &[&self.revisions, &self.toml])
    }

    /// Returns the revisions of the last good source, or `None` if they cannot be parsed.
    ///
    /// # Errors
    /// [`Error::File`] if the file exists and cannot be read.
    pub fn read_last_good_revisions(&self) -> Result<Option<Revisions>, Error> {
        let bytes = read(&self.last_good_revisions)?;
        Ok(bytes.and_then(|bytes| parse(&bytes).ok()))
    }

    /// Keeps the revisions of the published source, unless they are unchanged.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be written.
    pub fn write_last_good_revisions(&self, own: &Revisions, _lock: &Lock) -> Result<(), Error> {
        let path = &self.last_good_revisions;
        keep(path, print(own).as_bytes(), &[&self.revisions, &self.toml, path])
    }

    /// Returns the last published source, if there is one.
    ///
    /// # Errors
    /// [`Error::File`] if the file exists and cannot be read.
    pub fn read_last_good(&self) -> Result<Option<Vec<u8>>, Error> {
        read(&self.last_good)
    }

    /// Keeps the published source, unless it is unchanged.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be written.
    pub fn write_last_good(&self, source: &[u8], _lock: &Lock) -> Result<(), Error> {
        keep(&self.last_good, source, &[&self.toml, &self.last_good])
    }
}

/// Writes a file, unless it has the same bytes and the mode of its model.
fn keep(path: &Path, bytes: &[u8], models: &[&Path]) -> Result<(), Error> {
    let same = read(path).is_ok_and(|before| before.as_deref() == Some(bytes));
    if same && has_mode_of(path, models) {
        return Ok(());
    }
    replace(path, bytes, models)
}

/// Reads a regular file. Returns `None` if there is no file.
fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match read_bounded(path, u64::MAX).map_err(std::io::Error::from) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(Error::file(Action::ReadState, path)(error)),
    }
}

/// Returns whether a file does not exist, or its folder is not a folder. Writing there reports the error.
fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_is_next_to_the_file_under_its_stem() {
        let store = Store::new(Path::new("x/talks.toml"), Path::new("y")).unwrap();
        assert_eq!(store.revisions_path(), Path::new("y/talks.revisions.json"));
        assert_eq!(store.last_good, Path::new("y/.talks.last-good.toml"));
    }
}
