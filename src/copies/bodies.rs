//! Which body a slice of memory belongs to, and where the same bytes stand in the file.

use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use hyper::body::Bytes;

use super::file::Copied;

/// From this length on a copy saves more than finding it costs.
pub const LARGE: usize = 16 << 10;

/// The large bodies of one site. Neither they nor the file, once there is one, ever change.
#[derive(Debug)]
pub struct Bodies {
    /// By their address in memory, with their place in the file; held, so that no other bytes can come
    /// to lie there.
    placed: Vec<(Bytes, u64)>,
    length: u64,
    copied: OnceLock<Copied>,
    given_up: AtomicBool,
}

/// Where some bytes stand in a file that gives them at once.
#[derive(Debug)]
pub struct Place<'a> {
    /// The file.
    pub file: BorrowedFd<'a>,
    /// How many bytes stand before them.
    pub at: u64,
    /// How many of them the file gives at once; at least one.
    pub length: usize,
}

impl Bodies {
    /// Places the large ones among some bodies; none if there are none. There is no file yet.
    pub fn of<'a>(bodies: impl Iterator<Item = &'a Bytes>) -> Option<Self> {
        let mut large: Vec<Bytes> = bodies.filter(|body| body.len() >= LARGE).cloned().collect();
        large.sort_by_key(|body| address(body).start);
        large.dedup_by_key(|body| address(body));
        let mut length = 0;
        let placed: Vec<(Bytes, u64)> = large
            .into_iter()
            .map(|body| {
                let at = length;
                length += body.len() as u64;
                (body, at)
            })
            .collect();
        let (copied, given_up) = (OnceLock::new(), AtomicBool::new(false));
        (!placed.is_empty()).then_some(Self { placed, length, copied, given_up })
    }

    /// Them one after another, as they are to stand in the file.
    pub(super) fn in_order(&self) -> impl Iterator<Item = &Bytes> {
        self.placed.iter().map(|(body, _)| body)
    }

    /// How long all of them are together, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Takes a file that they were copied into. Until then they go into sockets from memory; a second one
    /// changes nothing.
    pub(super) fn put(&self, copied: Copied) {
        let _ = self.copied.set(copied);
    }

    /// Whether a slice is a part of one of the bodies and stands in a file.
    #[cfg(test)]
    pub(crate) fn holds(&self, slice: &[u8]) -> bool {
        self.copied().is_some() && self.at(slice).is_some()
    }

    /// Where in the file the bytes of a slice stand, if it is a part of one of the bodies and `now` the
    /// beginning of it can be read without waiting for a disk.
    pub fn place(&self, slice: &[u8], now: Instant) -> Option<Place<'_>> {
        let copied = self.copied()?;
        let at = self.at(slice)?;
        let length = copied.at_once(at, slice.len(), now);
        let file = copied.file().filter(|_| length > 0)?;
        Some(Place { file, at, length })
    }

    /// Sends everything from memory from now on: the file has failed.
    pub fn give_up(&self) {
        if !self.given_up.swap(true, Ordering::Relaxed) {
            tracing::warn!("a copy of large answers cannot be read; they are sent from memory");
        }
    }

    /// Looks at what of a file on disk is at hand, which may wait for it; whether that is to be done again.
    pub(super) fn look(&self, now: Instant) -> bool {
        let on_disk = self.copied().filter(|copied| copied.is_on_disk());
        if let Some(copied) = on_disk {
            copied.look(now);
        }
        on_disk.is_some()
    }

    /// Takes a file in memory that a test has written.
    #[cfg(all(test, target_os = "linux"))]
    pub(crate) fn put_file(&self, file: std::fs::File) {
        self.put(Copied::in_memory(file));
    }

    fn copied(&self) -> Option<&Copied> {
        self.copied.get().filter(|_| !self.given_up.load(Ordering::Relaxed))
    }

    fn at(&self, slice: &[u8]) -> Option<u64> {
        let wanted = address(slice);
        let after = self.placed.partition_point(|(body, _)| address(body).start <= wanted.start);
        let (body, at) = self.placed.get(after.checked_sub(1)?)?;
        let own = address(body);
        (wanted.end <= own.end).then(|| at + (wanted.start - own.start) as u64)
    }
}

fn address(slice: &[u8]) -> Range<usize> {
    let range = slice.as_ptr_range();
    range.start.addr()..range.end.addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(fill: u8, length: usize) -> Bytes {
        Bytes::from(vec![fill; length])
    }

    #[test]
    fn every_part_of_a_large_body_has_its_place_and_nothing_else_has_one() {
        let all = [body(1, LARGE), body(2, LARGE - 1), body(3, 3 * LARGE), body(4, 5)];
        let bodies = Bodies::of(all.iter()).unwrap();
        let file: Vec<u8> = bodies.in_order().flat_map(|body| body.to_vec()).collect();
        assert_eq!(bodies.length(), file.len() as u64);
        for (body, has) in [(&all[0], true), (&all[1], false), (&all[2], true), (&all[3], false)] {
            for range in [0..body.len(), 1..body.len(), 0..1, body.len() - 1..body.len()] {
                let slice = &body[range];
                let at = bodies.at(slice);
                assert_eq!(at.is_some(), has);
                if let Some(at) = at {
                    let at = usize::try_from(at).unwrap();
                    assert_eq!(&file[at..at + slice.len()], slice);
                }
                assert!(!bodies.holds(slice), "there is no file yet");
            }
        }
        let elsewhere = [1; LARGE];
        assert!(bodies.at(&elsewhere).is_none(), "the same bytes elsewhere are not the body");
    }

    #[test]
    fn without_large_bodies_there_is_nothing_to_place() {
        assert!(Bodies::of([body(1, 10)].iter()).is_none());
    }
}
