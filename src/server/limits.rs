//! Limits of a server: what one client may take from the others, and how long.

use std::num::NonZeroUsize;
use std::time::Duration;

/// Bytes in a second that a client must take of a response in the long run. A modem does.
pub(super) const SLOWEST_CLIENT: u64 = 256;
/// Bytes of records that a connection of TLS keeps at most; more would save no calls.
const MOST_IN_RECORDS: usize = 64 * 1024;
/// Bytes of a response that a stream of HTTP/2 keeps ready at most.
const MOST_IN_STREAM: usize = 64 * 1024;

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
    /// From the end of a response to the next request's first byte.
    pub idle_timeout: Duration,
    /// Bytes of responses that are copied for one client before its window opens for them: in the kernel
    /// and, with TLS, as records. The kernel may take one of its own packets more, of 64 KiB. What is on
    /// its way to the client is bounded by the window that the client offers (RFC 9293 section 3.8.6),
    /// and what HTTP/2 keeps ready is no copy: all clients share a body.
    pub max_unsent: usize,
    /// How long a client may take nothing of a response, whatever else it sends.
    pub write_timeout: Duration,
    /// How long responses under way may take after the server was told to stop.
    pub drain: Duration,
}

impl Limits {
    /// Fewer bytes of headers than this are not enough for what browsers send, and for hyper.
    pub const LEAST_HEADER_SIZE: usize = 8 * 1024;
    /// With fewer bytes than this a client would wait for us: it is one record of TLS (RFC 8446 section
    /// 5.1) and one frame of HTTP/2 (RFC 9113 section 4.2).
    pub const LEAST_UNSENT: usize = 16 * 1024;

    /// Bytes of [`Self::max_unsent`] for the records of TLS.
    pub(super) fn in_records(&self) -> usize {
        (self.max_unsent / 4).min(MOST_IN_RECORDS)
    }

    /// Bytes of [`Self::max_unsent`] for the kernel.
    pub(super) fn in_kernel(&self, over_tls: bool) -> usize {
        if over_tls { self.max_unsent - self.in_records() } else { self.max_unsent }
    }

    /// Bytes of a response that one stream of HTTP/2 keeps ready.
    pub(super) fn in_stream(&self) -> usize {
        self.max_unsent.min(MOST_IN_STREAM)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: NonZeroUsize::new(16_384).expect("it is more than zero"),
            max_header_size: 16 * 1024,
            max_headers: 100,
            header_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(75),
            max_unsent: 256 * 1024,
            write_timeout: Duration::from_secs(30),
            drain: Duration::from_secs(10),
        }
    }
}
