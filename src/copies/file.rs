//! The file: on disk or in memory, and what of it can be had without waiting.

use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::Path;
use std::time::Instant;

use super::seen::Seen;
use super::system;

/// What is written at once before the disk is waited for: an exit waits for no more of one that answers.
const STEP: usize = 1 << 20;
/// One in so many bytes of a disk's free space may be taken: others write there too.
const SHARE: u64 = 4;

/// A file that bodies were copied into, and that nobody writes to any more.
#[derive(Debug)]
pub(super) struct Copied {
    /// There until it is closed.
    file: Option<OwnedFd>,
    /// What of it is at hand, if it lies on a disk.
    seen: Option<Seen>,
}

/// A file on disk that is still being written.
#[derive(Debug)]
pub(super) struct OnDisk {
    file: File,
    length: u64,
    unsynced: usize,
}

impl OnDisk {
    /// An empty one without a name in a folder that has a disk with room for so many bytes, of which the
    /// kernel tells what it has in memory.
    pub(super) fn create(folder: &Path, length: u64) -> io::Result<Self> {
        if !has_room(system::free(folder)?, length) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let mut file = system::nameless(folder)?;
        file.write_all(b"x")?;
        if !system::keeps(file.as_fd(), 0) {
            return Err(io::ErrorKind::Unsupported.into());
        }
        file.rewind()?;
        Ok(Self { file, length: 0, unsynced: 0 })
    }

    /// Writes what stands next in it.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(STEP) {
            self.file.write_all(piece)?;
            self.length += piece.len() as u64;
            self.unsynced += piece.len();
            if self.unsynced >= STEP {
                self.sync()?;
            }
        }
        Ok(())
    }

    /// The whole of it, once it is on the disk.
    pub(super) fn finish(mut self, now: Instant) -> io::Result<Copied> {
        self.sync()?;
        let seen = Seen::new(self.length, now);
        Ok(Copied { file: Some(self.file.into()), seen: Some(seen) })
    }

    /// What is not known to be on the disk may later be read back as something else.
    fn sync(&mut self) -> io::Result<()> {
        self.unsynced = 0;
        self.file.sync_data()
    }
}

impl Copied {
    /// One whose bytes are never waited for.
    pub(super) fn in_memory(file: impl Into<OwnedFd>) -> Self {
        Self { file: Some(file.into()), seen: None }
    }

    /// Whether it lies on a disk, so that somebody must look at what of it is at hand.
    pub(super) fn is_on_disk(&self) -> bool {
        self.seen.is_some()
    }

    pub(super) fn file(&self) -> Option<BorrowedFd<'_>> {
        self.file.as_ref().map(OwnedFd::as_fd)
    }

    /// How many of some bytes can `now` be read without waiting for a disk: none, or their beginning.
    pub(super) fn at_once(&self, at: u64, length: usize, now: Instant) -> usize {
        self.seen.as_ref().map_or(length, |seen| seen.at_once(at, length, now))
    }

    /// Looks at what is wanted, and reads what is not at hand, for which it waits.
    pub(super) fn look(&self, now: Instant) {
        if let (Some(seen), Some(file)) = (&self.seen, self.file()) {
            seen.look(now, |at| system::keeps(file, at), |at| system::fetch(file, at));
        }
    }
}

impl Drop for Copied {
    /// To close a file without a name is to delete it, for which the disk is needed. Whoever lets go of
    /// it last may be serving readers.
    fn drop(&mut self) {
        if let (Some(file), true) = (self.file.take(), self.is_on_disk()) {
            // Without a thread to spare it is closed here.
            let _ = std::thread::Builder::new().spawn(move || drop(file));
        }
    }
}

fn has_room(free: u64, length: u64) -> bool {
    free / SHARE >= length
}

/// A file in memory, written by `fill`, that nobody can change any more.
pub(super) fn in_memory(fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<Copied> {
    system::sealed(fill).map(Copied::in_memory)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::io::IoSliceMut;
    use std::os::unix::fs::{FileExt as _, MetadataExt as _};
    use std::time::Duration;

    use rustix::io::ReadWriteFlags;

    use super::*;

    const FOLDER: &str = "/var/tmp";

    /// Whether this machine has a disk there that can be used, asked of a file of another make.
    fn there_is_a_disk() -> bool {
        let folder = Path::new(FOLDER);
        let Ok(mut file) = tempfile::tempfile_in(folder) else {
            return false;
        };
        let mut byte = [0];
        let parts = &mut [IoSliceMut::new(&mut byte)];
        file.write_all(b"x").is_ok()
            && rustix::io::preadv2(&file, parts, 0, ReadWriteFlags::NOWAIT) == Ok(1)
            && system::nameless(folder).is_ok()
            && system::free(folder).is_ok_and(|free| has_room(free, 4))
    }

    fn written() -> io::Result<Copied> {
        let mut file = OnDisk::create(Path::new(FOLDER), 4)?;
        file.write(b"bo")?;
        file.write(b"dy")?;
        file.finish(Instant::now())
    }

    #[test]
    fn a_disk_is_used_where_there_is_one_and_what_was_just_written_is_at_hand() {
        let written = written();
        assert_eq!(written.is_ok(), there_is_a_disk(), "{written:?}");
        if let Ok(copied) = written {
            let now = Instant::now();
            assert_eq!(copied.at_once(0, 4, now), 0, "nobody has looked yet");
            copied.look(now);
            assert_eq!(copied.at_once(0, 4, now), 4);
        }
    }

    #[test]
    fn what_the_kernel_gave_back_is_read_again() {
        let Ok(copied) = written() else {
            return assert!(!there_is_a_disk());
        };
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        copied.at_once(0, 4, start);
        copied.look(start);
        rustix::fs::fadvise(copied.file().unwrap(), 0, None, rustix::fs::Advice::DontNeed).unwrap();
        // The first look may find it missing; the second finds what that one read.
        copied.look(after(2));
        copied.look(after(3));
        assert_eq!(copied.at_once(0, 4, after(3)), 4);
    }

    #[test]
    fn to_read_it_writes_nothing() {
        if let Ok(copied) = written() {
            let file = File::from(copied.file().unwrap().try_clone_to_owned().unwrap());
            // Older than what a disk is told for politeness (mount(8), relatime).
            let long_ago = std::time::UNIX_EPOCH + Duration::from_secs(1);
            file.set_times(std::fs::FileTimes::new().set_accessed(long_ago)).unwrap();
            let mut body = [0; 4];
            file.read_exact_at(&mut body, 0).unwrap();
            assert_eq!((&body, file.metadata().unwrap().atime()), (b"body", 1));
        } else {
            assert!(!there_is_a_disk());
        }
    }

    #[test]
    fn a_file_in_memory_cannot_be_written_to_and_is_never_waited_for() {
        let copied = in_memory(|file| file.write_all(b"body")).unwrap();
        assert_eq!(copied.at_once(0, 4, Instant::now()), 4);
        let file = File::from(copied.file().unwrap().try_clone_to_owned().unwrap());
        assert!(file.write_at(b"x", 0).is_err());
        assert!(file.set_len(0).is_err());
    }

    #[test]
    fn three_quarters_of_what_is_free_are_left() {
        assert!(has_room(4_096, 1_024));
        assert!(!has_room(4_095, 1_024));
    }
}
