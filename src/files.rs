//! Bounded reads of regular files: files that are too large are refused before they are read, and no read blocks.
//!
//! Every check uses the open file, so that nobody can replace the file between the check and the read.

use std::fmt;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags};

/// The reason why a file is not read.
#[derive(Debug)]
pub enum ReadError {
    /// The file is larger than the limit, which is given in bytes.
    TooLarge(u64),
    /// The file is a folder, a pipe, a socket or a device.
    NotRegular,
    /// The path leads out of the folder that the file must be in.
    Outside,
    /// The system error.
    System(io::Error),
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(limit) if limit % (1 << 20) == 0 => {
                write!(f, "it has more than {} MiB", limit >> 20)
            }
            Self::TooLarge(limit) => write!(f, "it has more than {limit} bytes"),
            Self::NotRegular => f.write_str("it is not a regular file"),
            Self::Outside => f.write_str("it is outside the folder of this file"),
            Self::System(error) if error.kind() == ErrorKind::NotFound => {
                f.write_str("it does not exist")
            }
            Self::System(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReadError {}

impl From<io::Error> for ReadError {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

impl From<ReadError> for io::Error {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::System(error) => error,
            ReadError::TooLarge(_) => Self::new(ErrorKind::FileTooLarge, error),
            ReadError::NotRegular | ReadError::Outside => Self::new(ErrorKind::InvalidInput, error),
        }
    }
}

/// With these flags, open(2) does not wait for the other end of a pipe, and does not acquire a controlling terminal.
const FLAGS: OFlags =
    OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

/// Reads a regular file of at most `limit` bytes; links are followed.
///
/// # Errors
/// [`ReadError`]; a folder is a system error, as in [`std::fs::read`].
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let file = File::from(rustix::fs::open(path, FLAGS, Mode::empty()).map_err(io::Error::from)?);
    regular(file, limit)
}

/// Reads at most `limit` bytes of a file named on the command line: a regular file, or a pipe or device, which is
/// read to its end.
///
/// # Errors
/// [`ReadError`]; a folder is a system error, as in [`std::fs::read`].
pub fn read_given(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    let file = File::from(rustix::fs::open(path, FLAGS, Mode::empty()).map_err(io::Error::from)?);
    let about = file.metadata()?;
    if about.is_file() || about.is_dir() {
        return regular(file, limit);
    }
    rustix::fs::fcntl_setfl(&file, OFlags::empty()).map_err(io::Error::from)?;
    read_to_end(file, limit)
}

/// Reads to the end of a stream of at most `limit` bytes.
///
/// # Errors
/// [`ReadError::TooLarge`], [`ReadError::System`].
pub fn read_to_end(stream: impl Read, limit: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    stream.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge(limit));
    }
    Ok(bytes)
}

/// Reads a regular file of at most `limit` bytes, relative to a folder. The path may hold links, which must not lead
/// out of the folder; the folder itself may be a link.
///
/// # Errors
/// [`ReadError`].
pub fn read_asset(folder: &Path, name: &str, limit: u64) -> Result<Vec<u8>, ReadError> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let folder = folder.canonicalize()?;
    let real = folder.join(name).canonicalize()?;
    let below = real.strip_prefix(&folder).map_err(|_| ReadError::Outside)?;
    regular(open_below(&folder, below)?, limit)
}

/// Opens a path below a folder without following links. A component that is replaced with a link meanwhile is an error.
fn open_below(folder: &Path, below: &Path) -> Result<File, ReadError> {
    let folders = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
    let mut at =
        rustix::fs::openat(CWD, folder, folders, Mode::empty()).map_err(io::Error::from)?;
    let parts: Vec<Component<'_>> = below.components().collect();
    for (index, part) in parts.iter().enumerate() {
        let flags = if index + 1 < parts.len() { folders } else { FLAGS };
        let part: PathBuf = part.as_os_str().into();
        at = rustix::fs::openat(&at, part, flags | OFlags::NOFOLLOW, Mode::empty())
            .map_err(io::Error::from)?;
    }
    Ok(File::from(at))
}

fn regular(file: File, limit: u64) -> Result<Vec<u8>, ReadError> {
    let about = file.metadata()?;
    if about.is_dir() {
        return Err(ReadError::System(ErrorKind::IsADirectory.into()));
    }
    if !about.is_file() {
        return Err(ReadError::NotRegular);
    }
    if about.len() > limit {
        return Err(ReadError::TooLarge(limit));
    }
    // The file may grow meanwhile, and some file systems report a size of 0 for files with content.
    let mut bytes = Vec::with_capacity(usize::try_from(about.len()).unwrap_or_default());
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(ReadError::TooLarge(limit));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn folder() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("in/deep")).unwrap();
        for (name, text) in [("in/a", "aaa"), ("in/deep/b", "bb"), ("secret", "s")] {
            std::fs::write(dir.path().join(name), text).unwrap();
        }
        dir
    }

    #[test]
    fn a_file_of_the_limit_is_read_and_one_byte_more_is_not() {
        let dir = folder();
        let file = dir.path().join("in/a");
        assert_eq!(read_bounded(&file, 3).unwrap(), b"aaa");
        assert!(matches!(read_bounded(&file, 2), Err(ReadError::TooLarge(2))));
        assert!(matches!(read_given(&file, 2), Err(ReadError::TooLarge(2))));
        assert!(matches!(read_asset(&dir.path().join("in"), "a", 2), Err(ReadError::TooLarge(2))));
        assert!(matches!(read_to_end(&b"abc"[..], 2), Err(ReadError::TooLarge(2))));
        assert_eq!(read_to_end(&b"abc"[..], 3).unwrap(), b"abc");
    }

    #[test]
    fn an_endless_file_is_read_only_to_the_limit() {
        assert!(matches!(read_given(Path::new("/dev/zero"), 9), Err(ReadError::TooLarge(9))));
        assert!(matches!(read_bounded(Path::new("/dev/zero"), 9), Err(ReadError::NotRegular)));
    }

    #[test]
    fn a_pipe_without_a_writer_does_not_block() {
        let dir = folder();
        let pipe = dir.path().join("in/pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert!(matches!(read_bounded(&pipe, 9), Err(ReadError::NotRegular)));
        let asset = read_asset(&dir.path().join("in"), "pipe", 9);
        assert!(matches!(asset, Err(ReadError::NotRegular)));
        assert_eq!(read_given(&pipe, 9).unwrap(), b"");
    }

    #[test]
    fn links_lead_anywhere_below_the_folder_and_nowhere_else() {
        let dir = folder();
        let (root, inner) = (dir.path(), dir.path().join("in"));
        // A mounted ConfigMap has such links: one to the current folder, and links to files through it.
        symlink("deep", inner.join("..data")).unwrap();
        symlink("..data/b", inner.join("b")).unwrap();
        symlink(inner.join("deep/b"), inner.join("absolute")).unwrap();
        symlink("in", root.join("to-in")).unwrap();
        for folder in [&inner, &root.join("to-in")] {
            for name in ["b", "absolute", "deep/b", "..data/b"] {
                assert_eq!(read_asset(folder, name, 9).unwrap(), b"bb", "{name}");
            }
        }
        symlink("../secret", inner.join("up")).unwrap();
        symlink(root.join("secret"), inner.join("out")).unwrap();
        symlink("/dev/zero", inner.join("device")).unwrap();
        symlink(root, inner.join("folder")).unwrap();
        for name in ["up", "out", "device", "folder/secret", "../secret"] {
            assert!(matches!(read_asset(&inner, name, 9), Err(ReadError::Outside)), "{name}");
        }
        // The name of one folder may begin with that of another.
        std::fs::create_dir(root.join("in2")).unwrap();
        std::fs::write(root.join("in2/c"), "c").unwrap();
        symlink("../in2/c", inner.join("c")).unwrap();
        assert!(matches!(read_asset(&inner, "c", 9), Err(ReadError::Outside)));
    }

    #[test]
    fn a_link_that_takes_a_parts_place_is_not_followed() {
        let dir = folder();
        let inner = dir.path().join("in").canonicalize().unwrap();
        symlink("../secret", inner.join("swapped")).unwrap();
        symlink("..", inner.join("up")).unwrap();
        for below in ["swapped", "up/secret"] {
            assert!(open_below(&inner, Path::new(below)).is_err(), "{below}");
        }
    }

    #[test]
    fn folders_and_missing_files_are_what_the_system_calls_them() {
        let dir = folder();
        for (name, kind) in [("in", ErrorKind::IsADirectory), ("none", ErrorKind::NotFound)] {
            let path = dir.path().join(name);
            for read in
                [read_bounded(&path, 9), read_given(&path, 9), read_asset(dir.path(), name, 9)]
            {
                assert_eq!(io::Error::from(read.unwrap_err()).kind(), kind, "{name}");
            }
        }
    }
}
