//! What one reader may take from the others, and how long.

use std::num::NonZeroUsize;
use std::time::Duration;

/// Bytes in a second that a reader must take of an answer in the long run. A modem does.
pub(super) const SLOWEST_READER: u64 = 256;
/// Bytes of an answer that may wait in the kernel before a reader's window opens for them; more
/// would only be held for readers who do not read.
pub(super) const UNSENT_IN_KERNEL: u32 = 256 * 1024;

/// The limits of a server; the defaults suit a small machine in the open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once. At this number, whoever has waited longest without asking for anything
    /// is closed for a new one.
    pub max_connections: NonZeroUsize,
    /// Bytes of a request's line and headers; 431 beyond (RFC 6585 section 5).
    pub max_header_size: usize,
    /// Header lines of a request; 431 beyond.
    pub max_headers: usize,
    /// From connecting, or from a request's first byte, to the end of its headers.
    pub header_timeout: Duration,
    /// From the end of an answer to the next request's first byte.
    pub idle_timeout: Duration,
    /// How long a reader may take nothing of an answer.
    pub write_timeout: Duration,
    /// How long answers under way may take after the server was told to stop.
    pub drain: Duration,
}

impl Limits {
    /// Fewer bytes of headers than this are not enough for what browsers send, and for hyper.
    pub const LEAST_HEADER_SIZE: usize = 8 * 1024;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: NonZeroUsize::new(16_384).expect("it is more than zero"),
            max_header_size: 16 * 1024,
            max_headers: 100,
            header_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            drain: Duration::from_secs(10),
        }
    }
}
