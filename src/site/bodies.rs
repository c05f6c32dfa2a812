//! A second copy of large bodies, in a file without a name, from which they go into a socket without
//! passing through this process (sendfile(2)).

use std::fs::File;
use std::io::{self, Write as _};
use std::ops::Range;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::OnceLock;

use hyper::body::Bytes;

/// From this length on a copy saves more than finding it costs.
pub const LARGE: usize = 16 << 10;

/// The large bodies of one site. Neither they nor the file, once there is one, ever change.
#[derive(Debug)]
pub struct Bodies {
    /// By their address in memory, with their place in the file; held, so that no other bytes can come
    /// to lie there.
    placed: Vec<(Bytes, u64)>,
    file: OnceLock<OwnedFd>,
}

impl Bodies {
    /// Places the large ones among some bodies; none if there are none. There is no file yet.
    pub(crate) fn of<'a>(bodies: impl Iterator<Item = &'a Bytes>) -> Option<Self> {
        let mut large: Vec<Bytes> = bodies.filter(|body| body.len() >= LARGE).cloned().collect();
        large.sort_by_key(|body| address(body).start);
        large.dedup_by_key(|body| address(body));
        let mut end = 0;
        let placed: Vec<(Bytes, u64)> = large
            .into_iter()
            .map(|body| {
                let place = end;
                end += body.len() as u64;
                (body, place)
            })
            .collect();
        (!placed.is_empty()).then(|| Self { placed, file: OnceLock::new() })
    }

    /// Copies them into a file in a folder, or in memory where that is one in memory or cannot be written.
    /// Until then, and where the system has neither, they go into sockets from memory.
    ///
    /// A file on disk costs no memory that others need more, and the kernel finds its pages faster than
    /// those of one in memory, which it looks up one by one.
    pub fn write(&self, folder: &Path) {
        if let Ok(file) = system::on_disk(folder, |file| self.copy(file))
            .or_else(|_| system::in_memory(|file| self.copy(file)))
        {
            self.put(file);
        }
    }

    /// Takes a file that they were copied into. A second one changes nothing.
    pub(crate) fn put(&self, file: impl Into<OwnedFd>) {
        let _ = self.file.set(file.into());
    }

    fn copy(&self, file: &mut File) -> io::Result<()> {
        self.placed.iter().try_for_each(|(body, _)| file.write_all(body))
    }

    /// The file, and where in it the bytes of a slice stand, if it is a part of one of the bodies.
    pub fn place(&self, slice: &[u8]) -> Option<(BorrowedFd<'_>, u64)> {
        let file = self.file.get()?.as_fd();
        let wanted = address(slice);
        let after = self.placed.partition_point(|(body, _)| address(body).start <= wanted.start);
        let (body, at) = self.placed.get(after.checked_sub(1)?)?;
        let own = address(body);
        let within = wanted.end <= own.end;
        within.then(|| (file, at + (wanted.start - own.start) as u64))
    }
}

fn address(slice: &[u8]) -> Range<usize> {
    let range = slice.as_ptr_range();
    range.start.addr()..range.end.addr()
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::fd::OwnedFd;
    use std::path::Path;

    use rustix::fs::{MemfdFlags, Mode, OFlags, SealFlags};

    /// As statfs(2) names a file system in memory.
    const TMPFS: u32 = 0x0102_1994;

    pub(super) fn on_disk(
        folder: &Path,
        fill: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<OwnedFd> {
        // There a file would be one in memory that could still be written to.
        if rustix::fs::statfs(folder)?.f_type as u32 == TMPFS {
            return Err(io::ErrorKind::Unsupported.into());
        }
        // Without a name, and none can be given to it (open(2), O_TMPFILE): it ends with the process.
        let flags = OFlags::TMPFILE | OFlags::EXCL | OFlags::RDWR | OFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR)?);
        fill(&mut file)?;
        // What is not known to be on the disk may later be read back as something else.
        file.sync_data()?;
        Ok(file.into())
    }

    pub(super) fn in_memory(fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<OwnedFd> {
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

    pub(super) fn on_disk(
        _: &Path,
        _: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> io::Result<OwnedFd> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn in_memory(_: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<OwnedFd> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::os::unix::fs::FileExt as _;

    use super::*;

    fn body(fill: u8, length: usize) -> Bytes {
        Bytes::from(vec![fill; length])
    }

    fn file_of(bodies: &Bodies) -> File {
        File::from(bodies.file.get().unwrap().try_clone().unwrap())
    }

    #[test]
    fn every_part_of_a_large_body_has_its_place_and_nothing_else_has_one() {
        let all = [body(1, LARGE), body(2, LARGE - 1), body(3, 3 * LARGE), body(4, 5)];
        let on_disk = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in [on_disk, Path::new("/dev/shm"), Path::new("/is/not/there")] {
            let bodies = Bodies::of(all.iter()).unwrap();
            assert!(bodies.place(&all[0]).is_none(), "there is no file yet");
            bodies.write(folder);
            let file = file_of(&bodies);
            for (body, has) in
                [(&all[0], true), (&all[1], false), (&all[2], true), (&all[3], false)]
            {
                for range in [0..body.len(), 1..body.len(), 0..1, body.len() - 1..body.len()] {
                    let slice = &body[range];
                    let place = bodies.place(slice);
                    assert_eq!(place.is_some(), has);
                    if let Some((_, place)) = place {
                        let mut read = vec![0; slice.len()];
                        file.read_exact_at(&mut read, place).unwrap();
                        assert_eq!(read, slice);
                    }
                }
            }
            let elsewhere = [1; LARGE];
            assert!(
                bodies.place(&elsewhere).is_none(),
                "the same bytes elsewhere are not the body"
            );
        }
    }

    #[test]
    fn a_file_in_memory_cannot_be_written_to_and_one_on_disk_has_no_name() {
        let all = [body(1, LARGE)];
        let folder = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).unwrap();
        let bodies = Bodies::of(all.iter()).unwrap();
        bodies.write(folder.path());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        let in_memory = Bodies::of(all.iter()).unwrap();
        in_memory.write(Path::new("/dev/shm"));
        let file = file_of(&in_memory);
        assert!(file.write_at(b"x", 0).is_err());
        assert!(file.set_len(0).is_err());
    }

    #[test]
    fn without_large_bodies_there_is_nothing_to_place() {
        assert!(Bodies::of([body(1, 10)].iter()).is_none());
    }
}
