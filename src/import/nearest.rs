//! Selects sessions up to the limit of a file: first the next upcoming ones, then the latest past ones.

use chrono::{DateTime, NaiveDateTime, Utc};

use super::new_session::NewSession;
use crate::source::MAX_BYTES;

/// The largest number of sessions in a file.
const MOST: usize = 20_000;
/// The largest size of the sessions' values, in bytes. Escapes add to them, and a file larger than [`MAX_BYTES`] could
/// not be read.
const MOST_BYTES: usize = MAX_BYTES / 4;

/// The selected sessions while a calendar is read. There are at most twice as many as the limit.
pub(super) struct Nearest {
    now: NaiveDateTime,
    kept: Vec<(Rank, NewSession)>,
    pushed: usize,
}

/// The order of selection: upcoming before past, then near before far, then the order of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    is_past: bool,
    seconds: i64,
    index: usize,
}

impl Nearest {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        Self { now: now.naive_utc(), kept: Vec::new(), pushed: 0 }
    }

    pub(super) fn push(&mut self, session: NewSession) {
        let seconds = (session.times.order() - self.now).num_seconds();
        let rank = Rank { is_past: seconds < 0, seconds: seconds.abs(), index: self.pushed };
        self.pushed += 1;
        self.kept.push((rank, session));
        if self.kept.len() >= 2 * MOST {
            self.reduce();
        }
    }

    /// Returns the selected sessions by start, and the number of the others.
    pub(super) fn finish(mut self) -> (Vec<NewSession>, usize) {
        self.reduce();
        self.kept.sort_unstable_by_key(|(rank, _)| *rank);
        let mut bytes = 0_usize;
        let fit = self.kept.iter().take_while(|(_, session)| {
            bytes = bytes.saturating_add(session.details.size());
            bytes <= MOST_BYTES
        });
        let fit = fit.count();
        self.kept.truncate(fit);
        self.kept.sort_by_key(|(rank, session)| (session.times.order(), rank.index));
        let left_out = self.pushed - self.kept.len();
        (self.kept.into_iter().map(|(_, session)| session).collect(), left_out)
    }

    fn reduce(&mut self) {
        if self.kept.len() > MOST {
            self.kept.select_nth_unstable_by_key(MOST, |(rank, _)| *rank);
            self.kept.truncate(MOST);
        }
    }
}
