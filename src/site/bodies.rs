//! A second copy of large bodies, in a file of the kernel's own, from which they go into a socket without
//! passing through this process (sendfile(2)).

use std::fs::File;
use std::io::Write as _;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use hyper::body::Bytes;

/// From this length on a copy saves more than finding it costs.
pub const LARGE: usize = 16 << 10;

/// The large bodies of one site. Neither they nor the file ever change.
#[derive(Debug)]
pub struct Bodies {
    file: OwnedFd,
    /// By their address in memory, with their place in the file; held, so that no other bytes can come
    /// to lie there.
    placed: Vec<(Bytes, u64)>,
}

impl Bodies {
    /// Copies the large ones among some bodies; none if there are none, or the system has no such files.
    pub(super) fn of<'a>(bodies: impl Iterator<Item = &'a Bytes>) -> Option<Self> {
        let mut large: Vec<Bytes> = bodies.filter(|body| body.len() >= LARGE).cloned().collect();
        large.sort_by_key(|body| address(body).start);
        large.dedup_by_key(|body| address(body));
        if large.is_empty() {
            return None;
        }
        let mut file = file()?;
        let mut at = 0;
        let mut placed = Vec::with_capacity(large.len());
        for body in large {
            file.write_all(&body).ok()?;
            let length = body.len() as u64;
            placed.push((body, at));
            at += length;
        }
        Some(Self { file: sealed(file)?, placed })
    }

    /// Where in the file the bytes of a slice stand, if it is a part of one of the bodies.
    pub fn place(&self, slice: &[u8]) -> Option<u64> {
        let wanted = address(slice);
        let after = self.placed.partition_point(|(body, _)| address(body).start <= wanted.start);
        let (body, at) = self.placed.get(after.checked_sub(1)?)?;
        let own = address(body);
        let within = wanted.end <= own.end;
        within.then(|| at + (wanted.start - own.start) as u64)
    }
}

impl AsFd for Bodies {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

fn address(slice: &[u8]) -> Range<usize> {
    let range = slice.as_ptr_range();
    range.start.addr()..range.end.addr()
}

#[cfg(target_os = "linux")]
fn file() -> Option<File> {
    use rustix::fs::{MemfdFlags, memfd_create};
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    memfd_create("convene-bodies", flags).ok().map(File::from)
}

/// Nobody can write into it any more, not even we.
#[cfg(target_os = "linux")]
fn sealed(file: File) -> Option<OwnedFd> {
    use rustix::fs::{SealFlags, fcntl_add_seals};
    let seals = SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL;
    fcntl_add_seals(&file, seals).ok()?;
    Some(file.into())
}

#[cfg(not(target_os = "linux"))]
fn file() -> Option<File> {
    None
}

#[cfg(not(target_os = "linux"))]
fn sealed(file: File) -> Option<OwnedFd> {
    Some(file.into())
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::os::unix::fs::FileExt as _;

    use super::*;

    fn body(fill: u8, length: usize) -> Bytes {
        Bytes::from(vec![fill; length])
    }

    #[test]
    fn every_part_of_a_large_body_has_its_place_and_nothing_else_has_one() {
        let all = [body(1, LARGE), body(2, LARGE - 1), body(3, 3 * LARGE), body(4, 5)];
        let bodies = Bodies::of(all.iter()).unwrap();
        let file = File::from(bodies.as_fd().try_clone_to_owned().unwrap());
        for (body, has) in [(&all[0], true), (&all[1], false), (&all[2], true), (&all[3], false)] {
            for range in [0..body.len(), 1..body.len(), 0..1, body.len() - 1..body.len()] {
                let slice = &body[range];
                let place = bodies.place(slice);
                assert_eq!(place.is_some(), has);
                if let Some(place) = place {
                    let mut read = vec![0; slice.len()];
                    file.read_exact_at(&mut read, place).unwrap();
                    assert_eq!(read, slice);
                }
            }
        }
        assert_eq!(bodies.place(&[1; LARGE]), None, "the same bytes elsewhere are not the body");
    }

    #[test]
    fn the_file_cannot_be_written_to() {
        let all = [body(1, LARGE)];
        let bodies = Bodies::of(all.iter()).unwrap();
        let file = File::from(bodies.as_fd().try_clone_to_owned().unwrap());
        assert!(file.write_at(b"x", 0).is_err());
        assert!(file.set_len(0).is_err());
    }

    #[test]
    fn without_large_bodies_there_is_no_file() {
        assert!(Bodies::of([body(1, 10)].iter()).is_none());
    }
}
