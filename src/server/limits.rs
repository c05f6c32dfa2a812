//! The limits of a server: the connections of all clients together, the resources of each, and the times that a client
//! may take.

use std::num::NonZeroUsize;
use std::time::Duration;

/// The number of bytes per second of a response that a client must read on average. A modem is faster.
pub(super) const SLOWEST_CLIENT: u64 = 256;
/// The largest number of bytes of TLS records that one connection keeps. More would save no system calls.
const MOST_IN_RECORDS: usize = 64 * 1024;
/// The largest number of bytes of a response that one HTTP/2 stream keeps ready.
const MOST_IN_STREAM: usize = 64 * 1024;

/// The limits of a server. The defaults suit a small machine on the public internet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The number of concurrent connections. At the limit, the server closes the client that has waited longest without
    /// a request, to accept a new one.
    pub max_connections: NonZeroUsize,
    /// The number of bytes of a request's line and headers. A larger request gets 431 (RFC 6585 section 5).
    pub max_header_size: usize,
    /// The number of header lines of a request. A request with more gets 431.
    pub max_headers: usize,
    /// The time from connecting, or from a request's first byte, to the end of its headers.
    pub header_timeout: Duration,
    /// The time from the end of a response to the next request's first byte.
    pub idle_timeout: Duration,
    /// The number of bytes of responses that are copied for one client before its window opens: in the kernel and, with
    /// TLS, as records. The kernel may take one more of its packets, of 64 KiB. The client's window limits the bytes in
    /// flight (RFC 9293 section 3.8.6). HTTP/2 keeps no copies, because all clients share a body.
    pub max_unsent: usize,
    /// The time that a client may read nothing of a response, even if it sends data.
    pub write_timeout: Duration,
    /// The time for in-flight responses after the server gets the order to stop.
    pub drain: Duration,
}

impl Limits {
    /// The lowest limit of header bytes; browsers and hyper need that many.
    pub const LEAST_HEADER_SIZE: usize = 8 * 1024;
    /// The lowest limit of unsent bytes: one TLS record (RFC 8446 section 5.1), which is also one HTTP/2 frame (RFC
    /// 9113 section 4.2). A smaller limit would make clients wait for the server.
    pub const LEAST_UNSENT: usize = 16 * 1024;

    /// Returns the share of [`Self::max_unsent`] for TLS records.
    pub(super) fn in_records(&self) -> usize {
        (self.max_unsent / 4).min(MOST_IN_RECORDS)
    }

    /// Returns the share of [`Self::max_unsent`] for the kernel.
    pub(super) fn in_kernel(&self, over_tls: bool) -> usize {
        if over_tls { self.max_unsent - self.in_records() } else { self.max_unsent }
    }

    /// Returns the number of bytes of a response that one HTTP/2 stream keeps ready.
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
