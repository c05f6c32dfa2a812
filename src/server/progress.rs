//! The progress of a connection: numbers that the connection stores and the registry's thread reads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::limits::{Limits, SLOWEST_CLIENT};

/// The advantage in milliseconds of a client that reads a response over an idle one, when connections are closed.
const AHEAD: u64 = 5000;

/// The state of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The connection is idle, and waits for the next request.
    Idle,
    /// The server receives a handshake or the headers of a request.
    Head,
    /// The server sends a response.
    Response,
    /// The connection is closing, and waits until the client closes its side.
    Leaving,
}

/// A phase and its start in milliseconds since the server's start. While a response is sent, the start moves forward as
/// the client reads bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark(u64);

/// The progress of one connection.
///
/// Two measures show that a client reads a response. Written bytes count; on HTTP/2 only those of content, because
/// responses to PING and similar frames are no progress. After a write has waited, the bytes that left the socket's
/// queue since the last poll count too ([`Self::drained`]), up to the last byte of a response.
#[derive(Debug)]
pub(super) struct Progress {
    start: Instant,
    mark: AtomicU64,
    /// The number of responses that are not yet handed over; on HTTP/2, it includes pieces of their content.
    responses: AtomicU32,
    /// The number of responses in progress, for which the client waits.
    making: AtomicU32,
    /// The socket's number in [`super::queues`], after a write had to wait; 0 before.
    socket: AtomicU64,
    /// The number of bytes written to the socket.
    written: AtomicU64,
    /// The number of written bytes that may belong to responses.
    due: AtomicU64,
    /// The number of bytes of responses that had left the queue at the last poll.
    drained: AtomicU64,
    multiplexed: AtomicBool,
    /// The number of bytes that may have been handed over and not yet written, if requests are multiplexed.
    held_back: AtomicU64,
    /// Whether a request had content, which the server does not read.
    unread: AtomicBool,
    leave: Notify,
}

/// A response that is being made or sent, which is counted until it is dropped.
#[derive(Debug)]
pub(super) struct Underway(Arc<Progress>);

impl Underway {
    /// Returns the progress of its connection.
    pub(super) fn progress(&self) -> &Arc<Progress> {
        &self.0
    }

    /// Waits for a response that takes long to make. The client's time starts when the response is ready.
    pub(super) async fn made<T>(&self, response: impl Future<Output = T>) -> T {
        struct Making<'a>(&'a Progress);
        impl Drop for Making<'_> {
            fn drop(&mut self) {
                self.0.turn(Phase::Response);
                self.0.making.fetch_sub(1, Relaxed);
            }
        }
        self.0.making.fetch_add(1, Relaxed);
        let making = Making(&self.0);
        let made = response.await;
        drop(making);
        made
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.0.handed_over();
    }
}

impl Mark {
    fn new(phase: Phase, since: u64) -> Self {
        Self(since << 2 | phase as u64)
    }

    pub(super) fn phase(self) -> Phase {
        match self.0 & 3 {
            0 => Phase::Idle,
            1 => Phase::Head,
            2 => Phase::Response,
            _ => Phase::Leaving,
        }
    }

    fn since(self) -> u64 {
        self.0 >> 2
    }

    /// Returns the rank by which connections are closed at the limit, lowest first. The rank depends on the waiting
    /// time. A client that reads a response is [`AHEAD`] of idle ones.
    pub(super) fn rank(self) -> u64 {
        match self.phase() {
            Phase::Response => self.since().saturating_add(AHEAD),
            _ => self.since(),
        }
    }
}

impl Progress {
    /// Creates the progress of a connection that was just accepted, on a server that started at `start`.
    pub(super) fn new(start: Instant) -> Self {
        let progress = Self {
            start,
            mark: AtomicU64::new(0),
            responses: AtomicU32::new(0),
            making: AtomicU32::new(0),
            socket: AtomicU64::new(0),
            written: AtomicU64::new(0),
            due: AtomicU64::new(0),
            drained: AtomicU64::new(0),
            multiplexed: AtomicBool::new(false),
            held_back: AtomicU64::new(0),
            unread: AtomicBool::new(false),
            leave: Notify::new(),
        };
        progress.turn(Phase::Head);
        progress
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.mark.load(Relaxed))
    }

    /// Records received bytes. On HTTP/2 they need not begin a request.
    pub(super) fn received(&self) {
        if self.mark().phase() == Phase::Idle && !self.multiplexed.load(Relaxed) {
            self.turn(Phase::Head);
        }
    }

    /// Records a complete request, whose response begins. A further request does not extend the time for earlier
    /// responses that the client has not read.
    pub(super) fn asked(self: &Arc<Self>, with_content: bool) -> Underway {
        self.responses.fetch_add(1, Relaxed);
        if with_content {
            self.unread.store(true, Relaxed);
        }
        if self.mark().phase() != Phase::Response {
            self.turn(Phase::Response);
        }
        Underway(Arc::clone(self))
    }

    /// Records a part of a response that is sent separately, until it is [`Self::handed_over`], too.
    pub(super) fn part(&self) {
        self.responses.fetch_add(1, Relaxed);
    }

    /// Records that a response was handed over, although the client may not have read it yet.
    pub(super) fn handed_over(&self) {
        self.responses.fetch_sub(1, Relaxed);
    }

    /// Records bytes written to the socket.
    pub(super) fn sent(&self, bytes: usize) {
        let written = self.written.fetch_add(bytes as u64, Relaxed) + bytes as u64;
        if !self.is_multiplexed() {
            self.due.store(written, Relaxed);
            self.earn(bytes as u64);
        }
    }

    /// Records bytes of content handed to the encryption layer, on HTTP/2.
    pub(super) fn sent_content(&self, bytes: usize) {
        let before = self.written.load(Relaxed) + self.held_back.load(Relaxed);
        self.due.store(before + bytes as u64, Relaxed);
        self.earn(bytes as u64);
    }

    /// Records that a write waits for space in the socket's queue.
    pub(super) fn blocked(&self, socket: impl FnOnce() -> Option<u64>) {
        if self.socket.load(Relaxed) == 0
            && let Some(socket) = socket()
        {
            self.socket.store(socket, Relaxed);
        }
    }

    /// Returns the socket's inode if the client seems to have read nothing of a response for `time`. The caller then
    /// checks the socket's queue.
    pub(super) fn seems_stuck(&self, time: Duration) -> Option<u64> {
        let mark = self.mark();
        let is_stuck = mark.phase() == Phase::Response && self.waited(mark) >= time;
        Some(self.socket.load(Relaxed)).filter(|socket| is_stuck && *socket != 0)
    }

    /// Records the number of bytes in the socket's queue. A single byte from time to time does not keep a connection
    /// alive.
    pub(super) fn drained(&self, queue: u64) {
        let left = self.written.load(Relaxed).saturating_sub(queue).min(self.due.load(Relaxed));
        let before = self.drained.swap(left, Relaxed);
        self.earn(left.saturating_sub(before));
    }

    /// Extends the client's time for the bytes of a response that it has read.
    fn earn(&self, bytes: u64) {
        let earned = bytes.saturating_mul(1000) / SLOWEST_CLIENT;
        // Bytes extend the deadline only of a response.
        let _ = self.mark.fetch_update(Relaxed, Relaxed, |mark| {
            let mark = Mark(mark);
            let until = mark.since().saturating_add(earned).min(self.now());
            (mark.phase() == Phase::Response).then(|| Mark::new(Phase::Response, until).0)
        });
    }

    /// Records that the client has read everything that was handed over.
    pub(super) fn flushed(&self) {
        if self.mark().phase() == Phase::Response && self.responses.load(Relaxed) == 0 {
            self.turn(Phase::Idle);
        }
    }

    /// Switches to multiplexed requests (RFC 9113), over an encryption layer that holds back at most `held_back`
    /// bytes.
    pub(super) fn multiplexes(&self, held_back: usize) {
        self.held_back.store(held_back as u64, Relaxed);
        self.multiplexed.store(true, Relaxed);
        self.turn(Phase::Idle);
    }

    /// Returns whether several responses may be in flight at once.
    pub(super) fn is_multiplexed(&self) -> bool {
        self.multiplexed.load(Relaxed)
    }

    /// Starts closing: any further received data is discarded.
    pub(super) fn leaving(&self) {
        self.turn(Phase::Leaving);
    }

    /// Returns whether the client may still be sending content that the server does not read.
    pub(super) fn has_unread(&self) -> bool {
        self.unread.load(Relaxed)
    }

    /// Orders the connection to end after its in-flight responses, even if it does not wait for the order yet.
    pub(super) fn ask_to_leave(&self) {
        self.leave.notify_one();
    }

    /// Waits until the connection is ordered to end.
    pub(super) async fn asked_to_leave(&self) {
        self.leave.notified().await;
    }

    /// Returns the phase that has lasted longer than the limits allow, if any.
    pub(super) fn overdue(&self, limits: &Limits) -> Option<Phase> {
        // The mark is loaded once, because the connection may change its phase meanwhile.
        let mark = self.mark();
        // The server is still making the response.
        if self.making.load(Relaxed) > 0 {
            return None;
        }
        let allowed = match mark.phase() {
            Phase::Idle => limits.idle_timeout,
            Phase::Head | Phase::Leaving => limits.header_timeout,
            Phase::Response => limits.write_timeout,
        };
        (self.waited(mark) >= allowed).then(|| mark.phase())
    }

    fn waited(&self, mark: Mark) -> Duration {
        Duration::from_millis(self.now().saturating_sub(mark.since()))
    }

    fn turn(&self, phase: Phase) {
        self.mark.store(Mark::new(phase, self.now()).0, Relaxed);
    }

    fn now(&self) -> u64 {
        now(self.start)
    }
}

/// Returns the milliseconds since a server's start.
pub(super) fn now(start: Instant) -> u64 {
    // No server runs for a hundred million years.
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX >> 2)
}
