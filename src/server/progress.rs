//! How far a connection is, as numbers that another thread may look at while it works.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::limits::{Limits, SLOWEST_READER};

/// Milliseconds that a reader may be slow before it counts as one who asks for nothing.
const AHEAD: u64 = 5000;

/// What a connection is waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The reader, to ask for something.
    Idle,
    /// The rest of a handshake or of a request's headers.
    Head,
    /// The reader, to take an answer.
    Answer,
    /// The reader, to take leave.
    Leaving,
}

/// A phase and since when: milliseconds since the server's start. For an answer, the moment up to
/// which the reader has earned its time by reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark(u64);

/// The progress of one connection.
#[derive(Debug)]
pub(super) struct Progress {
    start: Instant,
    mark: AtomicU64,
    /// Answers that are not yet handed over; more than one only where requests are multiplexed.
    answers: AtomicU32,
    multiplexed: AtomicBool,
    /// Whether what came ends within a request.
    begun: AtomicBool,
    /// Whether a request had content, which nobody reads here.
    unread: AtomicBool,
    leave: Notify,
}

impl Mark {
    fn new(phase: Phase, since: u64) -> Self {
        Self(since << 2 | phase as u64)
    }

    pub(super) fn phase(self) -> Phase {
        match self.0 & 3 {
            0 => Phase::Idle,
            1 => Phase::Head,
            2 => Phase::Answer,
            _ => Phase::Leaving,
        }
    }

    fn since(self) -> u64 {
        self.0 >> 2
    }

    /// Who is closed first where there are too many: the lowest, who has waited longest. A reader who
    /// is taking an answer has [`AHEAD`] of those who ask for nothing.
    pub(super) fn rank(self) -> u64 {
        match self.phase() {
            Phase::Answer => self.since().saturating_add(AHEAD),
            _ => self.since(),
        }
    }
}

impl Progress {
    /// Of a connection that was made now, on a server that was started then.
    pub(super) fn new(start: Instant) -> Self {
        let progress = Self {
            start,
            mark: AtomicU64::new(0),
            answers: AtomicU32::new(0),
            multiplexed: AtomicBool::new(false),
            begun: AtomicBool::new(false),
            unread: AtomicBool::new(false),
            leave: Notify::new(),
        };
        progress.turn(Phase::Head);
        progress
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.mark.load(Relaxed))
    }

    /// Bytes came. On HTTP/2 they need not be the beginning of a request.
    pub(super) fn received(&self) {
        if self.mark().phase() == Phase::Idle && !self.multiplexed.load(Relaxed) {
            self.turn(Phase::Head);
        }
    }

    /// Whether what came ends within a request. Part of one that came together with the request before it
    /// is not received again when that one is answered.
    pub(super) fn begun(&self, begun: bool) {
        self.begun.store(begun, Relaxed);
    }

    /// A request came as a whole, and its answer begins. Another one does not earn a reader time
    /// for those that it leaves lying.
    pub(super) fn asked(&self, with_content: bool) {
        self.answers.fetch_add(1, Relaxed);
        if with_content {
            self.unread.store(true, Relaxed);
        }
        if self.mark().phase() != Phase::Answer {
            self.turn(Phase::Answer);
        }
    }

    /// An answer was handed over, though perhaps not yet taken.
    pub(super) fn answered(&self) {
        self.answers.fetch_sub(1, Relaxed);
    }

    /// The reader took some bytes. A single one every now and then does not hold a connection.
    pub(super) fn sent(&self, bytes: usize) {
        let mark = self.mark();
        if mark.phase() == Phase::Answer {
            let earned = (bytes as u64).saturating_mul(1000) / SLOWEST_READER;
            let until = mark.since().saturating_add(earned).min(self.now());
            self.mark.store(Mark::new(Phase::Answer, until).0, Relaxed);
        }
    }

    /// Everything that was handed over was taken.
    pub(super) fn flushed(&self) {
        if self.mark().phase() == Phase::Answer && self.answers.load(Relaxed) == 0 {
            // What came last may be content; who sends some is waited for as if nothing had begun.
            let begun = self.begun.load(Relaxed) && !self.has_unread();
            self.turn(if begun { Phase::Head } else { Phase::Idle });
        }
    }

    /// Requests come side by side from here on (RFC 9113).
    pub(super) fn multiplexes(&self) {
        self.multiplexed.store(true, Relaxed);
        self.turn(Phase::Idle);
    }

    /// Whether there may be several answers at once.
    pub(super) fn is_multiplexed(&self) -> bool {
        self.multiplexed.load(Relaxed)
    }

    /// What is read from here on is thrown away.
    pub(super) fn leaving(&self) {
        self.turn(Phase::Leaving);
    }

    /// Whether the reader may still be sending what nobody reads.
    pub(super) fn has_unread(&self) -> bool {
        self.unread.load(Relaxed)
    }

    /// Asks the connection to end after what is under way; heard even before anybody listens.
    pub(super) fn ask_to_leave(&self) {
        self.leave.notify_one();
    }

    /// Waits until the connection is asked to end.
    pub(super) async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }

    /// What the connection waits for, if it has had more time for that than it may.
    pub(super) fn overdue(&self, limits: &Limits) -> Option<Phase> {
        // Looked at once: it may be waiting for something else by now.
        let mark = self.mark();
        let allowed = match mark.phase() {
            Phase::Idle => limits.idle_timeout,
            Phase::Head | Phase::Leaving => limits.header_timeout,
            Phase::Answer => limits.write_timeout,
        };
        let waited = Duration::from_millis(self.now().saturating_sub(mark.since()));
        (waited >= allowed).then(|| mark.phase())
    }

    fn turn(&self, phase: Phase) {
        self.mark.store(Mark::new(phase, self.now()).0, Relaxed);
    }

    fn now(&self) -> u64 {
        now(self.start)
    }
}

/// Milliseconds since a server's start.
pub(super) fn now(start: Instant) -> u64 {
    // No server runs for a hundred million years.
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX >> 2)
}
