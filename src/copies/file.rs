//! The file: on disk or in memory, and what of it can be had without waiting.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What is written at once before the disk is waited for: no exit waits longer than for that.
const STEP: u64 = 1 << 20;
/// What is looked at together.
const PART: u64 = 1 << 20;
/// More than a socket takes at once.
const MOST: u64 = 4 * PART;
/// The smallest page that a kernel keeps, or gives back.
const PAGE: usize = 4 << 10;
/// For how long what was seen in the memory of the kernel is taken to be there. Pages that were read a
/// moment ago are the last that it gives back; those of this program stand next to them.
const FRESH: Duration = Duration::from_secs(1);
/// What of a disk's free space may be taken: others write there too.
const SHARE: u64 = 4;

/// A file that bodies were copied into, and that nobody writes to any more.
#[derive(Debug)]
pub(super) struct Copied {
    file: OwnedFd,
    /// When each part was last seen in the memory of the kernel, if it lies on a disk.
    seen: Option<Seen>,
}

#[derive(Debug)]
struct Seen {
    length: u64,
    since: Instant,
    /// In milliseconds after that, and one more, so that zero is never.
    parts: Box<[AtomicU64]>,
}

/// A file on disk that is still being written.
#[derive(Debug)]
pub(super) struct OnDisk {
    file: File,
    length: u64,
    unsynced: u64,
}

impl OnDisk {
    /// An empty one without a name in a folder that has a disk with room for so many bytes.
    pub(super) fn create(folder: &Path, length: u64) -> io::Result<Self> {
        if system::free(folder)? / SHARE < length {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(Self { file: system::nameless(folder)?, length: 0, unsynced: 0 })
    }

    /// Writes what stands next in it.
    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.chunks(STEP as usize) {
            self.file.write_all(piece)?;
            self.length += piece.len() as u64;
            self.unsynced += piece.len() as u64;
            if self.unsynced >= STEP {
                self.sync()?;
            }
        }
        Ok(())
    }

    /// The whole of it, once it is on the disk, if the kernel tells what of it can be had at once.
    pub(super) fn finish(mut self, now: Instant) -> io::Result<Copied> {
        self.sync()?;
        let copied = Copied::on_disk(self.file, self.length, now);
        match copied.at_once(0, 1, now) {
            0 => Err(io::ErrorKind::Unsupported.into()),
            _ => Ok(copied),
        }
    }

    /// What is not known to be on the disk may later be read back as something else.
    fn sync(&mut self) -> io::Result<()> {
        self.unsynced = 0;
        self.file.sync_data()
    }
}

impl Copied {
    fn on_disk(file: impl Into<OwnedFd>, length: u64, since: Instant) -> Self {
        let parts = (0..length.div_ceil(PART)).map(|_| AtomicU64::new(0)).collect();
        Self { file: file.into(), seen: Some(Seen { length, since, parts }) }
    }

    /// One whose bytes are never waited for.
    pub(super) fn in_memory(file: impl Into<OwnedFd>) -> Self {
        Self { file: file.into(), seen: None }
    }

    pub(super) fn file(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }

    /// How many of some bytes can `now` be read without waiting for a disk: none, or their beginning.
    pub(super) fn at_once(&self, at: u64, length: usize, now: Instant) -> usize {
        let Some(seen) = &self.seen else {
            return length;
        };
        let end = seen.length.min(at.saturating_add((length as u64).min(MOST)));
        let parts = at / PART..end.div_ceil(PART);
        let there = parts.take_while(|part| seen.is_there(*part, &self.file, now)).last();
        there.map_or(0, |last| end.min((last + 1) * PART).saturating_sub(at) as usize)
    }
}

impl Seen {
    /// Whether a part is in the memory of the kernel, or was a moment ago.
    fn is_there(&self, part: u64, file: &OwnedFd, now: Instant) -> bool {
        let Some(seen) = usize::try_from(part).ok().and_then(|part| self.parts.get(part)) else {
            return false;
        };
        let now = now.saturating_duration_since(self.since).as_millis() as u64 + 1;
        let last = seen.load(Ordering::Relaxed);
        if last > 0 && now.saturating_sub(last) < FRESH.as_millis() as u64 {
            return true;
        }
        let end = self.length.min((part + 1) * PART);
        let there = (part * PART..end).step_by(PAGE).all(|at| system::keeps(file, at));
        if there {
            seen.store(now, Ordering::Relaxed);
        }
        there
    }
}

/// A file in memory, written by `fill`, that nobody can change any more.
pub(super) fn in_memory(fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<Copied> {
    system::sealed(fill).map(Copied::in_memory)
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::File;
    use std::io::{self, IoSliceMut};
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::fs::{MemfdFlags, Mode, OFlags, SealFlags};
    use rustix::io::ReadWriteFlags;

    /// As statfs(2) names a file system in memory.
    const TMPFS: u32 = 0x0102_1994;

    /// How many bytes may still be written to a disk; none where a file would be one in memory that could
    /// still be written to.
    pub(super) fn free(folder: &Path) -> io::Result<u64> {
        if rustix::fs::statfs(folder)?.f_type as u32 == TMPFS {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let disk = rustix::fs::statvfs(folder)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// A file that has no name, and can be given none (open(2), O_TMPFILE): it ends with the process.
    pub(super) fn nameless(folder: &Path) -> io::Result<File> {
        let flags = OFlags::TMPFILE | OFlags::EXCL | OFlags::RDWR | OFlags::CLOEXEC;
        let file = rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR)?;
        Ok(File::from(file))
    }

    /// Whether a byte can be read at once (preadv2(2), RWF_NOWAIT). Not where the file system cannot say.
    pub(super) fn keeps(file: &OwnedFd, at: u64) -> bool {
        let mut byte = [0];
        let read = rustix::io::preadv2(
            file,
            &mut [IoSliceMut::new(&mut byte)],
            at,
            ReadWriteFlags::NOWAIT,
        );
        read == Ok(1)
    }

    pub(super) fn sealed(fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<OwnedFd> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let mut file = File::from(rustix::fs::memfd_create("convene-bodies", flags)?);
        fill(&mut file)?;
        // Nobody can write into it any more, not even we.
        let seals = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
        rustix::fs::fcntl_add_seals(&file, seals)?;
        Ok(file.into())
    }
}

/// Elsewhere there is no sendfile of this kind.
#[cfg(not(target_os = "linux"))]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    pub(super) fn free(_: &Path) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn nameless(_: &Path) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn keeps(_: &OwnedFd, _: u64) -> bool {
        false
    }

    pub(super) fn sealed(_: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<OwnedFd> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::io::{IoSliceMut, Seek as _};
    use std::os::unix::fs::FileExt as _;

    use rustix::fs::{Advice, fadvise};
    use rustix::io::ReadWriteFlags;

    use super::*;

    const FOLDER: &str = "/var/tmp";
    const LENGTH: usize = 2 * PART as usize + 5;

    /// Whether the disk of this machine, if it is one, says what of a file is in memory: asked of a file of
    /// another make.
    fn the_machine_has_a_disk() -> bool {
        let mut file = tempfile::tempfile_in(FOLDER).unwrap();
        file.write_all(b"x").unwrap();
        file.rewind().unwrap();
        let mut byte = [0];
        let parts = &mut [IoSliceMut::new(&mut byte)];
        let tells = rustix::io::preadv2(&file, parts, 0, ReadWriteFlags::NOWAIT) == Ok(1);
        let nameless = system::nameless(Path::new(FOLDER)).is_ok();
        tells && nameless && system::free(Path::new(FOLDER)).is_ok_and(|free| free > 1 << 30)
    }

    fn written(length: usize, now: Instant) -> io::Result<Copied> {
        let mut file = OnDisk::create(Path::new(FOLDER), length as u64)?;
        file.write(&vec![7; length])?;
        file.finish(now)
    }

    #[test]
    fn a_disk_is_used_where_there_is_one() {
        assert_eq!(written(LENGTH, Instant::now()).is_ok(), the_machine_has_a_disk());
    }

    #[test]
    fn what_the_kernel_gave_back_is_not_waited_for() {
        let now = Instant::now();
        let Ok(copied) = written(LENGTH, now) else {
            return assert!(!the_machine_has_a_disk());
        };
        let after = |millis| now + Duration::from_millis(millis);
        let part = PART as usize;
        assert_eq!(copied.at_once(0, LENGTH, now), LENGTH, "all parts");
        assert_eq!(copied.at_once(PART - 1, part, now), part, "from two parts");
        assert_eq!(copied.at_once(2 * PART, 5, now), 5);
        assert_eq!(copied.at_once(2 * PART + 4, 1, now), 1, "the last byte");
        assert_eq!(copied.at_once(2 * PART + 5, 1, now), 0, "there is no more");
        // The second part is given back.
        fadvise(&copied.file, PART, std::num::NonZeroU64::new(PART), Advice::DontNeed).unwrap();
        assert_eq!(copied.at_once(PART, part, after(999)), part, "seen a moment ago");
        assert_eq!(copied.at_once(PART - 1, part, after(1_000)), 1, "up to what is missing");
    }

    #[test]
    fn a_disk_is_left_room() {
        let folder = Path::new(FOLDER);
        let free = system::free(folder).unwrap_or_default();
        assert!(OnDisk::create(folder, free).is_err());
    }

    #[test]
    fn a_file_in_memory_cannot_be_written_to_and_is_never_waited_for() {
        let copied = in_memory(|file| file.write_all(b"body")).unwrap();
        assert_eq!(copied.at_once(0, 4, Instant::now()), 4);
        let file = File::from(copied.file);
        assert!(file.write_at(b"x", 0).is_err());
        assert!(file.set_len(0).is_err());
    }
}
