//! Counts refused connections and requests by kind. The log gets at most one line per minute and kind, so that a flood
//! of requests does not fill the disk.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The shortest time between two log lines of the same kind.
const PAUSE: Duration = Duration::from_secs(60);

/// A kind of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The system could not accept a connection.
    Accept,
    /// The limit of connections was reached.
    Connections,
    /// A client did not send its request in time.
    Late,
    /// The headers or the target of a request are too large.
    TooLarge,
    /// A client sent an invalid HTTP request.
    Malformed,
    /// A client did not read its response in time.
    Slow,
    /// A TLS handshake failed.
    Tls,
    /// A bug in this program ended a connection.
    Panic,
}

/// The counts by kind.
#[derive(Debug)]
pub(super) struct Refusals {
    kinds: [Mutex<KindCount>; Refused::ALL.len()],
}

#[derive(Debug, Clone, Default)]
struct KindCount {
    all: u64,
    /// The count since the last line.
    unlogged: u64,
    logged: Option<Instant>,
    detail: String,
}

/// The content of a log line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct LogLine {
    pub(super) kind: Refused,
    /// The number of refusals since the previous line.
    pub(super) count: u64,
    /// The detail of the last one, from the system or a library.
    pub(super) detail: String,
}

impl Refused {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Accept,
        Self::Connections,
        Self::Late,
        Self::TooLarge,
        Self::Malformed,
        Self::Slow,
        Self::Tls,
        Self::Panic,
    ];

    /// Returns the kind of a connection error, or `None` if the client disconnected, which is not an error.
    pub fn by(error: &hyper::Error) -> Option<Self> {
        if error.is_timeout() {
            Some(Self::Late)
        } else if error.is_parse_too_large() {
            Some(Self::TooLarge)
        } else if error.is_parse() || breaks_http_2(error) {
            Some(Self::Malformed)
        } else {
            None
        }
    }

    /// Returns the name in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Connections => "connections",
            Self::Late => "late",
            Self::TooLarge => "too-large",
            Self::Malformed => "malformed",
            Self::Slow => "slow",
            Self::Tls => "tls",
            Self::Panic => "panic",
        }
    }

    /// Returns whether the operator should investigate it. The other kinds are normal on the public internet.
    pub(super) fn is_ours(self) -> bool {
        matches!(self, Self::Accept | Self::Connections | Self::Panic)
    }

    /// Returns the message for the log.
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::Accept => "a connection was not accepted",
            Self::Connections => {
                "the limit of connections is reached; the longest-waiting one was closed"
            }
            Self::Late => "a client did not send its request in time",
            Self::TooLarge => "a request was too large",
            Self::Malformed => "a client sent an invalid request",
            Self::Slow => "a client did not read its response in time",
            Self::Tls => "a TLS handshake failed",
            Self::Panic => "a bug in this program ended a connection",
        }
    }
}

/// Returns whether this server ended an HTTP/2 connection. The server does so for protocol errors and for floods of
/// resets and headers (RFC 9113 section 10.5).
fn breaks_http_2(error: &hyper::Error) -> bool {
    let cause =
        std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<h2::Error>());
    cause.is_some_and(|cause| cause.is_library() && !cause.is_io())
}

impl Refusals {
    pub(super) fn new() -> Self {
        Self { kinds: Default::default() }
    }

    /// Counts a refusal, and returns the log line if one is due.
    pub(super) fn note(
        &self,
        kind: Refused,
        detail: &dyn std::fmt::Display,
        now: Instant,
    ) -> Option<LogLine> {
        let mut count = self.kinds[kind as usize].lock().unwrap_or_else(PoisonError::into_inner);
        count.all += 1;
        count.unlogged += 1;
        // The detail is formatted only if it may be logged.
        if count.unlogged == 1 || count.due(now) {
            count.detail = detail.to_string();
        }
        count.line(kind, now)
    }

    /// Returns all pending lines. The caller must call this function at the end.
    pub(super) fn rest(&self, now: Instant) -> Vec<LogLine> {
        self.due(now + PAUSE)
    }

    /// Returns the pending lines that are due.
    pub(super) fn due(&self, now: Instant) -> Vec<LogLine> {
        let lines = Refused::ALL.into_iter().filter_map(|kind| {
            let mut count =
                self.kinds[kind as usize].lock().unwrap_or_else(PoisonError::into_inner);
            count.line(kind, now)
        });
        lines.collect()
    }

    /// Returns the counts since the start.
    pub(super) fn counts(&self) -> impl Iterator<Item = (Refused, u64)> {
        Refused::ALL.into_iter().map(|kind| {
            let count = self.kinds[kind as usize].lock().unwrap_or_else(PoisonError::into_inner);
            (kind, count.all)
        })
    }
}

impl KindCount {
    fn due(&self, now: Instant) -> bool {
        self.logged.is_none_or(|logged| now.duration_since(logged) >= PAUSE)
    }

    fn line(&mut self, kind: Refused, now: Instant) -> Option<LogLine> {
        if self.unlogged == 0 || !self.due(now) {
            return None;
        }
        self.logged = Some(now);
        let count = std::mem::take(&mut self.unlogged);
        Some(LogLine { kind, count, detail: std::mem::take(&mut self.detail) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_one_line_a_minute_with_its_count() {
        let refusals = Refusals::new();
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let line = |kind, count, detail: &str| LogLine { kind, count, detail: detail.to_owned() };
        let first = refusals.note(Refused::Late, &"a", start);
        assert_eq!(first, Some(line(Refused::Late, 1, "a")));
        for second in 1..60 {
            assert_eq!(refusals.note(Refused::Late, &"b", after(second)), None);
            assert!(refusals.due(after(second)).is_empty());
        }
        // Another kind has its own lines.
        assert!(refusals.note(Refused::Malformed, &"m", after(30)).is_some());
        assert_eq!(
            refusals.note(Refused::Late, &"c", after(60)),
            Some(line(Refused::Late, 60, "c"))
        );
        assert!(refusals.note(Refused::Late, &"d", after(61)).is_none());
        // The last refusal is logged even if no other follows, within a minute or at the end.
        assert_eq!(refusals.rest(after(62)), [line(Refused::Late, 1, "d")]);
        assert!(refusals.note(Refused::Late, &"e", after(63)).is_none());
        assert_eq!(refusals.due(after(200)), [line(Refused::Late, 1, "e")]);
        assert!(refusals.due(after(999)).is_empty());
        let counts: Vec<_> = refusals.counts().filter(|(_, count)| *count > 0).collect();
        assert_eq!(counts, [(Refused::Late, 63), (Refused::Malformed, 1)]);
    }

    #[test]
    fn every_kind_stands_at_its_place() {
        for (place, kind) in Refused::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
        }
    }
}
