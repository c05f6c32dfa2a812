//! Adoption of changed files: pure rules over the results of polls, without disk and clock.
//!
//! A half-written file must not be published. A writer is done when the file stops changing; there is no other sign.
//! Every file is tracked from poll to poll:
//!
//! - Another file renamed into place is adopted after 100 ms without a change.
//! - A file written in place is adopted after 1 s without a change. The same applies to a file that did not exist
//!   before, or that `sessions.toml` did not name before.
//! - A content that removes many upcoming sessions may be half-written, and is adopted after 15 s.
//!
//! A change is a different content, inode, size or modification time. Some mounts report another time at every poll, so
//! a content that stays the same for a minute is adopted anyway.

use std::time::Duration;

use crate::publish::{Digest, Observed};

/// The time that a renamed file must stay unchanged.
pub const RENAMED: Duration = Duration::from_millis(100);
/// The time that a file written in place must stay unchanged.
pub const IN_PLACE: Duration = Duration::from_secs(1);
/// The time that a file that removes many upcoming sessions must stay unchanged.
pub const REMOVAL: Duration = Duration::from_secs(15);
/// The time that a content must stay the same if only its metadata changes.
pub const CONTENT: Duration = Duration::from_secs(60);

/// The adopted files, and the time since which each polled file is unchanged.
#[derive(Debug)]
pub struct Adoption {
    adopted: Vec<Observed>,
    tracked: Vec<TrackedFile>,
}

/// The decision after a poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Every file has the adopted content.
    Unchanged,
    /// A file has changed, and may be half-written.
    Wait,
    /// A file has changed, and waits only because of the sessions that it removes.
    WaitForRemoval,
    /// The polled files are adopted.
    Adopt,
}

/// A polled file. Times are those of a monotonic clock.
#[derive(Debug)]
struct TrackedFile {
    observed: Observed,
    /// The time that it must stay unchanged after its last change.
    wait: Duration,
    /// The first poll that found it unchanged.
    since: Duration,
    /// The first poll that found its current content.
    content_since: Duration,
}

impl Adoption {
    /// Starts with adopted files, and with a poll at time zero.
    pub fn new(adopted: Vec<Observed>, polled: &[Observed]) -> Self {
        let tracked = polled.iter().map(|polled| track(&[], polled, Duration::ZERO)).collect();
        Self { adopted, tracked }
    }

    /// Returns the files adopted last.
    pub fn adopted(&self) -> &[Observed] {
        &self.adopted
    }

    /// Decides whether the polled files are adopted. `may_end_early` returns whether `sessions.toml` removes so many
    /// sessions that it may be half-written; it is called only if nothing else has to wait.
    pub fn decide(
        &mut self,
        polled: &[Observed],
        at: Duration,
        may_end_early: impl FnOnce() -> bool,
    ) -> Decision {
        let before = std::mem::take(&mut self.tracked);
        self.tracked = polled.iter().map(|polled| track(&before, polled, at)).collect();
        let changed: Vec<&TrackedFile> =
            self.tracked.iter().filter(|file| self.is_new(file)).collect();
        let has_waited = |wait: Option<Duration>| {
            let is_quiet = |file: &&TrackedFile| {
                at.saturating_sub(file.since) >= wait.unwrap_or(file.wait)
                    || at.saturating_sub(file.content_since) >= CONTENT
            };
            changed.iter().all(is_quiet)
        };
        if changed.is_empty() {
            Decision::Unchanged
        } else if !has_waited(None) {
            Decision::Wait
        } else if !has_waited(Some(REMOVAL)) && may_end_early() {
            Decision::WaitForRemoval
        } else {
            Decision::Adopt
        }
    }

    /// Adopts the files polled last.
    pub fn adopt(&mut self) {
        self.adopted = self.tracked.iter().map(|file| file.observed.clone()).collect();
    }

    fn is_new(&self, file: &TrackedFile) -> bool {
        !self.adopted.iter().any(|adopted| content(adopted) == content(&file.observed))
    }
}

fn content(file: &Observed) -> (&std::path::Path, Option<Digest>) {
    (&file.path, file.digest)
}

fn track(before: &[TrackedFile], polled: &Observed, at: Duration) -> TrackedFile {
    let observed = polled.clone();
    let Some(last) = before.iter().find(|last| last.observed.path == polled.path) else {
        return TrackedFile { observed, wait: IN_PLACE, since: at, content_since: at };
    };
    let TrackedFile { wait, since, content_since, .. } = *last;
    if last.observed == *polled {
        return TrackedFile { observed, wait, since, content_since };
    }
    let same_content = last.observed.digest == polled.digest;
    TrackedFile {
        observed,
        wait: if is_renamed(&last.observed, polled) { RENAMED } else { IN_PLACE },
        since: at,
        content_since: if same_content { content_since } else { at },
    }
}

/// Returns whether the path leads to another file.
fn is_renamed(before: &Observed, after: &Observed) -> bool {
    before
        .metadata
        .zip(after.metadata)
        .is_some_and(|(before, after)| (before.device, before.inode) != (after.device, after.inode))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::publish::Metadata;

    fn file(path: &str, inode: u64, written: u64, content: u8) -> Observed {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(written);
        let metadata = Metadata { device: 1, inode, size: 1, modified };
        Observed { path: path.into(), metadata: Some(metadata), digest: Some([content; 32]) }
    }

    /// Polls every 50 ms until a file is adopted. Returns the time of adoption in milliseconds.
    fn adopts_after(adoption: &mut Adoption, from: u64, polled: &[Observed], early: bool) -> u64 {
        let mut polls = (from..).step_by(50);
        let mut decide = |at: &u64| adoption.decide(polled, Duration::from_millis(*at), || early);
        let adopted = polls.find(|at| decide(at) == Decision::Adopt).unwrap();
        adoption.adopt();
        adopted - from
    }

    #[test]
    fn each_file_waits_by_its_last_change() {
        let (list, logo) = (file("list", 1, 1, 1), file("logo", 2, 1, 1));
        let start = [list.clone(), logo.clone()];
        let replaced = file("list", 3, 1, 2);
        let rewritten = file("logo", 2, 2, 2);
        for (polled, early, wait) in [
            ([replaced.clone(), logo.clone()], false, RENAMED),
            ([file("list", 1, 1, 2), logo.clone()], false, IN_PLACE),
            ([list.clone(), rewritten.clone()], false, IN_PLACE),
            ([list, file("logo", 3, 1, 2)], false, RENAMED),
            ([replaced.clone(), rewritten], false, IN_PLACE),
            ([replaced, logo], true, REMOVAL),
        ] {
            let mut adoption = Adoption::new(start.to_vec(), &start);
            let after = adopts_after(&mut adoption, 0, &polled, early);
            assert_eq!(Duration::from_millis(after), wait, "{polled:?}");
            let again = adoption.decide(&polled, Duration::from_secs(999), || true);
            assert_eq!(again, Decision::Unchanged);
        }
    }

    #[test]
    fn a_file_that_differs_from_the_start_waits_as_one_written_in_place() {
        let polled = [file("list", 1, 1, 2)];
        let adopted = vec![Observed { digest: Some([1; 32]), ..polled[0].clone() }];
        let mut adoption = Adoption::new(adopted, &polled);
        assert_eq!(adopts_after(&mut adoption, 0, &polled, false), 1_000);
    }
}
