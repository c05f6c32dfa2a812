//! What the system gives files for: Linux alone has sendfile of this kind.

#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::{fetch, free, keeps, nameless, sealed};
#[cfg(target_os = "linux")]
pub(super) use linux::{fetch, free, keeps, nameless, sealed};

#[cfg(target_os = "linux")]
mod linux {
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
    pub(in super::super) fn free(folder: &Path) -> io::Result<u64> {
        if rustix::fs::statfs(folder)?.f_type as u32 == TMPFS {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let disk = rustix::fs::statvfs(folder)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// A file that has no name, and can be given none (open(2), O_TMPFILE): it ends with the process.
    pub(in super::super) fn nameless(folder: &Path) -> io::Result<File> {
        // When it was read is nothing to write down.
        let flags =
            OFlags::TMPFILE | OFlags::EXCL | OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOATIME;
        let file = rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR)?;
        Ok(File::from(file))
    }

    /// Whether a byte can be read at once (preadv2(2), RWF_NOWAIT). Not where the file system cannot say.
    pub(in super::super) fn keeps(file: BorrowedFd<'_>, at: u64) -> bool {
        let mut byte = [0];
        let read = rustix::io::preadv2(
            file,
            &mut [IoSliceMut::new(&mut byte)],
            at,
            ReadWriteFlags::NOWAIT,
        );
        read == Ok(1)
    }

    /// Reads the page of a byte, and waits for it.
    pub(in super::super) fn fetch(file: BorrowedFd<'_>, at: u64) {
        // What cannot be read is found missing again.
        let _ = rustix::io::pread(file, &mut [0_u8], at);
    }

    pub(in super::super) fn sealed(
        fill: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<OwnedFd> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let mut file = File::from(rustix::fs::memfd_create("convene-bodies", flags)?);
        fill(&mut file)?;
        // Nobody can write into it any more, not even we.
        let seals = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
        rustix::fs::fcntl_add_seals(&file, seals)?;
        Ok(file.into())
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use std::fs::File;
    use std::io;
    use std::os::fd::{BorrowedFd, OwnedFd};
    use std::path::Path;

    pub(in super::super) fn free(_: &Path) -> io::Result<u64> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in super::super) fn nameless(_: &Path) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(in super::super) fn keeps(_: BorrowedFd<'_>, _: u64) -> bool {
        false
    }

    pub(in super::super) fn fetch(_: BorrowedFd<'_>, _: u64) {}

    pub(in super::super) fn sealed(
        _: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<OwnedFd> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
