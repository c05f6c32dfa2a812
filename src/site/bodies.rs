//! A second copy of large bodies, in a file without a name, from which they go into a socket without
//! passing through this process (sendfile(2)).

use std::ops::Range;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
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

    /// Them one after another, as they are to stand in the file.
    pub fn in_order(&self) -> impl Iterator<Item = &Bytes> {
        self.placed.iter().map(|(body, _)| body)
    }

    /// Takes a file that they were copied into. Until then they go into sockets from memory; a second one
    /// changes nothing.
    pub fn put(&self, file: impl Into<OwnedFd>) {
        let _ = self.file.set(file.into());
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
        assert!(bodies.place(&all[0]).is_none(), "there is no file yet");
        bodies.put(tempfile::tempfile().unwrap());
        let file: Vec<u8> = bodies.in_order().flat_map(|body| body.to_vec()).collect();
        for (body, has) in [(&all[0], true), (&all[1], false), (&all[2], true), (&all[3], false)] {
            for range in [0..body.len(), 1..body.len(), 0..1, body.len() - 1..body.len()] {
                let slice = &body[range];
                let place = bodies.place(slice);
                assert_eq!(place.is_some(), has);
                if let Some((_, place)) = place {
                    let place = usize::try_from(place).unwrap();
                    assert_eq!(&file[place..place + slice.len()], slice);
                }
            }
        }
        let elsewhere = [1; LARGE];
        assert!(bodies.place(&elsewhere).is_none(), "the same bytes elsewhere are not the body");
    }

    #[test]
    fn without_large_bodies_there_is_nothing_to_place() {
        assert!(Bodies::of([body(1, 10)].iter()).is_none());
    }
}
