//! The file: on disk or in memory, and what of it can be had without waiting.

use std::fs::File;
use std::io::{self, Seek as _, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// What is written at once before the disk is waited for: an exit waits for no more of one that answers.
const STEP: usize = 1 << 20;
/// What is looked at together.
const PART: u64 = 1 << 20;
/// The smallest page that a kernel keeps, or gives back.
const PAGE: usize = 4 << 10;
/// For how long what was seen in the memory of the kernel is taken to be there: pages that were just
/// read are the last that it gives back.
const FRESH: Duration = Duration::from_secs(1);
/// For how long what was asked for is looked at: others will ask for it, too.
const WANTED: Duration = Duration::from_secs(10);
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

/// What of a file the kernel was seen to have in its memory.
#[derive(Debug)]
struct Seen {
    length: u64,
    since: Instant,
    parts: Box<[Part]>,
}

#[derive(Debug, Default)]
struct Part {
    /// In milliseconds after `since`, and one more, so that zero is never.
    seen: AtomicU64,
    /// When somebody last asked for it, likewise.
    wanted: AtomicU64,
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

    /// Looks at what is wanted. This may wait for the disk: to ask for what is not at hand has it read.
    pub(super) fn look(&self, now: Instant) {
        if let (Some(seen), Some(file)) = (&self.seen, self.file()) {
            seen.look(now, |at| system::keeps(file, at));
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

impl Seen {
    fn new(length: u64, since: Instant) -> Self {
        let parts = (0..length.div_ceil(PART)).map(|_| Part::default()).collect();
        Self { length, since, parts }
    }

    fn at_once(&self, at: u64, length: usize, now: Instant) -> usize {
        let end = self.length.min(at.saturating_add(length as u64));
        let now = self.millis(now);
        let mut there = at;
        // Every part is asked, so that all are looked at together.
        for part in at / PART..end.div_ceil(PART) {
            if self.is_there(part, now) && there == at.max(part * PART) {
                there = end.min((part + 1) * PART);
            }
        }
        there.saturating_sub(at) as usize
    }

    fn is_there(&self, part: u64, now: u64) -> bool {
        let Some(part) = usize::try_from(part).ok().and_then(|part| self.parts.get(part)) else {
            return false;
        };
        // Seldom: what all cores write to, each waits for.
        if !within(FRESH, &part.wanted, now) {
            part.wanted.store(now, Relaxed);
        }
        within(FRESH, &part.seen, now)
    }

    fn look(&self, now: Instant, keeps: impl Fn(u64) -> bool) {
        let now = self.millis(now);
        for (part, start) in self.parts.iter().zip((0..self.length).step_by(PART as usize)) {
            let end = self.length.min(start + PART);
            if within(WANTED, &part.wanted, now) && (start..end).step_by(PAGE).all(&keeps) {
                part.seen.store(now, Relaxed);
            }
        }
    }

    fn millis(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.since).as_millis() as u64 + 1
    }
}

/// Whether an instant, if there is one, is no longer ago than that.
fn within(time: Duration, then: &AtomicU64, now: u64) -> bool {
    let then = then.load(Relaxed);
    then > 0 && now.saturating_sub(then) < time.as_millis() as u64
}

fn has_room(free: u64, length: u64) -> bool {
    free / SHARE >= length
}

/// A file in memory, written by `fill`, that nobody can change any more.
pub(super) fn in_memory(fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<Copied> {
    system::sealed(fill).map(Copied::in_memory)
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::File;
    use std::io::{self, IoSliceMut};
    use std::os::fd::{BorrowedFd, OwnedFd};
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
        // When it was read is nothing to write down.
        let flags =
            OFlags::TMPFILE | OFlags::EXCL | OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOATIME;
        let file = rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR)?;
        Ok(File::from(file))
    }

    /// Whether a byte can be read at once (preadv2(2), RWF_NOWAIT). Not where the file system cannot say.
    pub(super) fn keeps(file: BorrowedFd<'_>, at: u64) -> bool {
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
    use std::os::fd::{BorrowedFd, OwnedFd};
    use std::path::Path;

    pub(super) fn free(_: &Path) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn nameless(_: &Path) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn keeps(_: BorrowedFd<'_>, _: u64) -> bool {
        false
    }

    pub(super) fn sealed(_: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<OwnedFd> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: usize = 2 * PART as usize + 5;

    #[test]
    fn only_what_was_seen_a_moment_ago_is_at_hand() {
        let since = Instant::now();
        let after = |millis| since + Duration::from_millis(millis);
        let seen = Seen::new(LENGTH as u64, since);
        let part = PART as usize;
        assert_eq!(seen.at_once(0, LENGTH, since), 0, "nobody has looked yet");
        seen.look(after(100), |_| true);
        assert_eq!(seen.at_once(0, LENGTH, after(100)), LENGTH);
        assert_eq!(seen.at_once(PART - 1, part, after(100)), part, "from two parts");
        assert_eq!(seen.at_once(2 * PART + 4, 1, after(100)), 1, "the last byte");
        assert_eq!(seen.at_once(2 * PART + 5, 1, after(100)), 0, "there is no more");
        assert_eq!(seen.at_once(9 * PART, 1, after(100)), 0, "nor there");
        // The last page of the second part is given back.
        seen.look(after(500), |at| at != 2 * PART - PAGE as u64);
        assert_eq!(seen.at_once(0, LENGTH, after(1_099)), LENGTH, "seen a moment ago");
        assert_eq!(seen.at_once(0, LENGTH, after(1_100)), part, "up to what is missing");
        assert_eq!(seen.at_once(PART, 1, after(1_100)), 0);
        assert_eq!(seen.at_once(2 * PART, 5, after(1_100)), 5);
        seen.look(after(1_200), |_| true);
        assert_eq!(seen.at_once(0, LENGTH, after(1_200)), LENGTH, "it is back");
    }

    #[test]
    fn what_nobody_asked_for_of_late_is_not_looked_at() {
        let since = Instant::now();
        let seen = Seen::new(LENGTH as u64, since);
        seen.at_once(PART, 1, since);
        let looked = std::cell::RefCell::new(Vec::new());
        let look = |after| {
            seen.look(since + Duration::from_millis(after), |at| {
                looked.borrow_mut().push(at);
                true
            });
            looked.take()
        };
        let wanted: Vec<u64> = (PART..2 * PART).step_by(PAGE).collect();
        assert_eq!(look(0), wanted);
        assert_eq!(look(9_999), wanted, "somebody may ask again");
        assert!(look(10_000).is_empty());
    }

    #[test]
    fn three_quarters_of_what_is_free_are_left() {
        assert!(has_room(4 * PART, PART));
        assert!(!has_room(4 * PART - 1, PART));
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod on_linux {
    use std::io::IoSliceMut;
    use std::os::unix::fs::{FileExt as _, MetadataExt as _};

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
}
