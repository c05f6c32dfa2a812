//! The file that the large bodies of a site are copied into, from which they go into sockets.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use crate::site::Bodies;

/// Copies bodies into a file in a folder, or in memory where that is one in memory or cannot be written;
/// nowhere if the system has neither.
///
/// A file on disk costs no memory that others need more, and the kernel finds its pages faster than
/// those of one in memory, which it looks up one by one.
pub fn write(bodies: &Bodies, folder: &Path) {
    let fill = |file: &mut File| bodies.in_order().try_for_each(|body| file.write_all(body));
    if let Ok(file) = system::on_disk(folder, fill).or_else(|_| system::in_memory(fill)) {
        bodies.put(file);
    }
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
    use crate::site::LARGE;

    #[test]
    fn every_body_stands_in_the_file_at_its_place() {
        let all = [1, 2].map(|fill| vec![fill; LARGE + usize::from(fill)].into());
        for folder in ["/var/tmp", "/dev/shm", "/is/not/there"] {
            let bodies = Bodies::of(all.iter()).unwrap();
            write(&bodies, Path::new(folder));
            for body in &all {
                let (file, place) = bodies.place(body).unwrap();
                let mut read = vec![0; body.len()];
                File::from(file.try_clone_to_owned().unwrap())
                    .read_exact_at(&mut read, place)
                    .unwrap();
                assert!(read == *body, "{folder}");
            }
        }
    }

    #[test]
    fn a_file_in_memory_cannot_be_written_to() {
        let file = File::from(system::in_memory(|file| file.write_all(b"body")).unwrap());
        assert!(file.write_at(b"x", 0).is_err());
        assert!(file.set_len(0).is_err());
    }

    #[test]
    fn a_file_on_disk_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        let bodies = Bodies::of([vec![1; LARGE].into()].iter()).unwrap();
        write(&bodies, folder.path());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
