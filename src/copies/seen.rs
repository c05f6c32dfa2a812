//! What of a file on disk the kernel was seen to have in its memory.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// What is looked at together.
const PART: u64 = 1 << 20;
/// The smallest page that a kernel keeps, or gives back.
const PAGE: usize = 4 << 10;
/// For how long what was seen in the memory of the kernel is taken to be there: pages that were just
/// read are the last that it gives back.
const FRESH: Duration = Duration::from_secs(1);
/// For how long what was asked for is looked at: others will ask for it, too.
const WANTED: Duration = Duration::from_secs(10);

/// What of a file the kernel was seen to have in its memory.
#[derive(Debug)]
pub(super) struct Seen {
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

impl Seen {
    /// Nothing of a file of so many bytes; `since` is before any other instant.
    pub(super) fn new(length: u64, since: Instant) -> Self {
        let parts = (0..length.div_ceil(PART)).map(|_| Part::default()).collect();
        Self { length, since, parts }
    }

    /// How many of some bytes were there a moment before `now`: none, or their beginning.
    pub(super) fn at_once(&self, at: u64, length: usize, now: Instant) -> usize {
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

    /// Asks which pages are kept of what was wanted of late, and has the others fetched, for the next look.
    pub(super) fn look(&self, now: Instant, keeps: impl Fn(u64) -> bool, fetch: impl Fn(u64)) {
        let now = self.millis(now);
        for (part, start) in self.parts.iter().zip((0..self.length).step_by(PART as usize)) {
            if !within(WANTED, &part.wanted, now) {
                continue;
            }
            let pages = (start..self.length.min(start + PART)).step_by(PAGE);
            let missing = pages.filter(|page| !keeps(*page)).inspect(|page| fetch(*page)).count();
            if missing == 0 {
                part.seen.store(now, Relaxed);
            }
        }
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

    fn millis(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.since).as_millis() as u64 + 1
    }
}

/// Whether an instant, if there is one, is no longer ago than that.
fn within(time: Duration, then: &AtomicU64, now: u64) -> bool {
    let then = then.load(Relaxed);
    then > 0 && now.saturating_sub(then) < time.as_millis() as u64
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    const LENGTH: usize = 2 * PART as usize + 5;

    #[test]
    fn only_what_was_seen_a_moment_ago_is_at_hand() {
        let since = Instant::now();
        let after = |millis| since + Duration::from_millis(millis);
        let seen = Seen::new(LENGTH as u64, since);
        let part = PART as usize;
        assert_eq!(seen.at_once(0, LENGTH, since), 0, "nobody has looked yet");
        seen.look(after(100), |_| true, |_| ());
        assert_eq!(seen.at_once(0, LENGTH, after(100)), LENGTH);
        assert_eq!(seen.at_once(PART - 1, part, after(100)), part, "from two parts");
        assert_eq!(seen.at_once(2 * PART + 4, 1, after(100)), 1, "the last byte");
        assert_eq!(seen.at_once(2 * PART + 5, 1, after(100)), 0, "there is no more");
        assert_eq!(seen.at_once(9 * PART, 1, after(100)), 0, "nor there");
        // The last page of the second part is given back.
        let missing = 2 * PART - PAGE as u64;
        let fetched = RefCell::new(Vec::new());
        seen.look(after(500), |at| at != missing, |at| fetched.borrow_mut().push(at));
        assert_eq!(fetched.take(), [missing]);
        assert_eq!(seen.at_once(0, LENGTH, after(1_099)), LENGTH, "seen a moment ago");
        assert_eq!(seen.at_once(0, LENGTH, after(1_100)), part, "up to what is missing");
        assert_eq!(seen.at_once(PART, 1, after(1_100)), 0);
        assert_eq!(seen.at_once(2 * PART, 5, after(1_100)), 5);
        seen.look(after(1_200), |_| true, |_| ());
        assert_eq!(seen.at_once(0, LENGTH, after(1_200)), LENGTH, "it is back");
    }

    #[test]
    fn what_nobody_asked_for_of_late_is_not_looked_at() {
        let since = Instant::now();
        let seen = Seen::new(LENGTH as u64, since);
        seen.at_once(PART, 1, since);
        let looked = RefCell::new(Vec::new());
        let after = |millis| since + Duration::from_millis(millis);
        let look = |millis| {
            let keeps = |at| {
                looked.borrow_mut().push(at);
                true
            };
            seen.look(after(millis), keeps, |_| ());
            looked.take()
        };
        let wanted: Vec<u64> = (PART..2 * PART).step_by(PAGE).collect();
        assert_eq!(look(0), wanted);
        assert_eq!(look(9_999), wanted, "somebody may ask again");
        assert!(look(10_000).is_empty());
        seen.at_once(PART, 1, after(20_000));
        seen.at_once(PART, 1, after(25_000));
        assert_eq!(look(34_999), wanted, "asked for again");
        assert!(look(35_000).is_empty());
    }
}
