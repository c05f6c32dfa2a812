//! Live reload: publishes a changed file, keeps the last good edition if the new one is broken, and rebuilds when
//! time alone changes the output.
//!
//! Files are polled, because change events get lost when editors rename files and operators exchange mounts and links.
//! A poll finds changes ([`Publisher::poll`]), and [`adoption`] decides when they are adopted. A [`Reloader`] polls and
//! publishes in a thread. The [`Supervisor`] watches that thread: if it takes long, another reloader polls meanwhile,
//! so that a newer file is published although an older one is still being processed.
//!
//! To read: `adoption` and `roster` (pure rules), `start` and `first` (the first edition), `worker`, `shift`,
//! `supervisor` (threads), `report` (log and telemetry).

pub mod adoption;
mod first;
mod report;
mod roster;
mod shift;
mod start;
mod supervisor;
mod worker;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::error::Error;
use crate::publish::{Digest, Published, Publisher, Refusal};
use crate::revisions::Revisions;
use crate::site::Site;
use crate::telemetry::{Outcome, Telemetry};
use adoption::Decision;
use worker::Worker;

pub use first::Started;
pub use start::{Polling, start};
pub use supervisor::{Patience, Supervisor};
pub use worker::BeforeStep;

/// The time between two polls.
const POLL: Duration = Duration::from_millis(50);
/// The time between two polls that read every content, even with unchanged metadata.
const WHOLE: Duration = Duration::from_secs(1);
/// The time between two attempts after a system error, when the state could not be read or written.
const RETRY: Duration = Duration::from_secs(10);

/// An order to a reloader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Adopts the file now, without waiting.
    Now,
    /// Stops the reloader.
    Stop,
}

/// The published edition, and the result of the last poll.
#[derive(Debug)]
pub struct Reloader<'a> {
    publisher: &'a Publisher,
    /// The receiver of reports about every edition.
    telemetry: Option<&'a Telemetry>,
    worker: Worker,
    polling: Polling,
    /// The time at which every content was last read.
    read: Option<Duration>,
    /// Whether an order waits because a change is in progress.
    ordered: bool,
    /// The content whose removed sessions were logged.
    logged: Option<Digest>,
    revisions: Revisions,
    valid_until: Option<DateTime<Utc>>,
    degraded: Option<String>,
    /// Whether the file adopted last was refused.
    refused: bool,
    /// Whether the refusal was a system error, which a change of a file does not resolve.
    failed: bool,
    /// The time of the last attempt to publish.
    tried: Duration,
    /// The end of an edition that was already rebuilt while a changed file waits.
    rebuilt: Option<DateTime<Utc>>,
}

/// The reason for publishing an edition.
#[derive(Debug, Clone, Copy)]
struct Reason {
    /// The files changed.
    changed: bool,
    /// Publishing was ordered.
    ordered: bool,
    /// The served edition has expired.
    expired: bool,
    /// Another process replaced the revisions file with one that lacks numbers, is unusable, or is usable again.
    damaged: bool,
}

impl<'a> Reloader<'a> {
    /// Continues from the edition published at the start.
    pub fn new(publisher: &'a Publisher, polling: Polling, published: &Published) -> Self {
        Self {
            publisher,
            telemetry: None,
            worker: Worker::first(BeforeStep::default()),
            polling,
            read: None,
            ordered: false,
            logged: None,
            revisions: published.site.edition().revisions().clone(),
            valid_until: published.site.valid_until(),
            degraded: published.degraded.clone(),
            refused: published.last_good,
            failed: published.broken_state.is_some(),
            tried: Duration::ZERO,
            rebuilt: None,
        }
    }

    /// Reports every edition and every refusal to `telemetry` from now on.
    #[must_use]
    pub fn watched_by(self, telemetry: &'a Telemetry) -> Self {
        Self { telemetry: Some(telemetry), ..self }
    }

    /// Continues as the given worker.
    #[must_use]
    fn working_as(self, worker: Worker) -> Self {
        Self { worker, ..self }
    }

    /// Polls until it receives the order to stop, the sender of orders is dropped, or another worker replaces it.
    fn run(
        mut self,
        orders: &Receiver<Order>,
        clock: impl Fn() -> DateTime<Utc>,
        sites: &watch::Sender<Arc<Site>>,
    ) {
        let began = Instant::now();
        loop {
            let now = match orders.recv_timeout(POLL) {
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Order::Now) => true,
                Err(RecvTimeoutError::Timeout) => false,
            };
            if self.worker.is_out() {
                return;
            }
            self.worker.begin();
            match unwound(|| Ok(self.poll(now, clock(), began.elapsed()))) {
                // A send error means that the server has ended; the next order then stops this loop.
                Ok(Some(site)) => self.worker.serve(|| {
                    let _ = sites.send(Arc::new(site));
                }),
                Ok(None) => {}
                // A panic outside of publishing is reported once, and polling continues.
                Err(refusal) if !self.failed => {
                    self.failed = true;
                    self.refuse(&refusal);
                }
                Err(_) => {}
            }
            self.worker.rest();
        }
    }

    /// Polls the files and the clock once, and returns the next site, if there is one. `at` is the time since the start
    /// on a monotonic clock.
    pub fn poll(&mut self, ordered: bool, now: DateTime<Utc>, at: Duration) -> Option<Site> {
        self.ordered |= ordered;
        let decision = self.decide(now, at);
        let changed = decision != Decision::Unchanged;
        let is_standby = self.worker.is_standby();
        // Another worker processes these files, and has the order, too.
        let is_theirs = is_standby && !changed;
        self.ordered &= !is_theirs;
        let reason = Reason {
            changed,
            ordered: self.ordered,
            expired: self.valid_until.is_some_and(|until| until <= now),
            damaged: !changed && !is_theirs && self.publisher.finds_damage(),
        };
        let failed = self.degraded.is_some() || self.failed;
        let retry = failed && at.saturating_sub(self.tried) >= RETRY;
        let adopts = reason.ordered || decision == Decision::Adopt;
        let again = reason.expired || retry || reason.damaged;
        if adopts || (!changed && !is_theirs && again) {
            self.tried = at;
            self.publish(reason, now)
        } else if reason.expired && (self.refused || is_standby) {
            self.rebuild_from_memory(now)
        } else if reason.expired && self.rebuilt != self.valid_until {
            self.rebuild(now)
        } else {
            None
        }
    }

    fn decide(&mut self, now: DateTime<Utc>, at: Duration) -> Decision {
        let Polling { snapshot, adoption } = &mut self.polling;
        let whole = self.ordered || self.read.is_none_or(|read| at.saturating_sub(read) >= WHOLE);
        // A content that two polls agree on is parsed, and the files that it names are polled. A parser panic is
        // reported when the content is published.
        for _ in 0..1 + usize::from(self.ordered) {
            self.worker.works_on(snapshot.without_content());
            let _ = catch_unwind(AssertUnwindSafe(|| self.publisher.poll(snapshot, whole)));
        }
        if whole {
            self.read = Some(at);
        }
        let removal = || snapshot.removal(&self.revisions, now);
        let waits = || !snapshot.is_parsed() || removal().is_mass();
        let decision = adoption.decide(snapshot.files(), at, waits);
        let is_new = self.logged != snapshot.digest() && snapshot.is_parsed();
        if decision == Decision::WaitForRemoval && is_new {
            self.logged = snapshot.digest();
            tracing::warn!(
                "{} removes {} of {} upcoming sessions; it is published when it has not changed for {} seconds, or \
                 at once on SIGHUP",
                self.publisher.file.display(),
                removal().removed,
                removal().upcoming,
                adoption::REMOVAL.as_secs()
            );
        }
        decision
    }

    /// Publishes the polled files. From this call on, workers on older contents may not publish.
    fn publish(&mut self, reason: Reason, now: DateTime<Utc>) -> Option<Site> {
        if !self.worker.take_over() {
            return None;
        }
        let Reason { changed, ordered, expired, damaged } = reason;
        let publisher = self.publisher;
        let (worker, snapshot) = (&self.worker, &mut self.polling.snapshot);
        worker.works_on(snapshot.without_content());
        let may_go_on = |step| worker.may_go_on(step);
        let began = Instant::now();
        let published = unwound(|| publisher.publish_snapshot(snapshot, now, &may_go_on));
        let published = match published {
            // A change is in progress, and the next poll will find it.
            Ok(None) => return None,
            Ok(Some(published)) => Ok(published),
            Err(refusal) => Err(refusal),
        };
        if !self.worker.finish() {
            return None;
        }
        self.polling.adoption.adopt();
        self.ordered = false;
        match published {
            Ok(published) => {
                // A repeated attempt with the same result is not logged.
                let news = changed || ordered || expired || damaged || self.failed;
                let outcome = match (published.last_good, expired && !changed) {
                    _ if !news && published.degraded == self.degraded => None,
                    (_, true) => Some(Outcome::Turned),
                    (true, false) => Some(Outcome::Refused),
                    (false, false) => Some(Outcome::Published),
                };
                self.finish(published, outcome, began.elapsed(), now)
            }
            Err(refusal) => {
                let panicked = matches!(refusal, Refusal::System(Error::Panic));
                // The panic may be caused by the time alone.
                let news = changed || ordered || damaged || (panicked && !self.failed);
                (self.refused, self.failed) = (true, matches!(refusal, Refusal::System(_)));
                if news {
                    self.refuse(&refusal);
                }
                if expired { self.rebuild_from_memory(now) } else { None }
            }
        }
    }

    /// Publishes the changes due to time while the file is missing or refused.
    fn rebuild_from_memory(&mut self, now: DateTime<Utc>) -> Option<Site> {
        let publisher = self.publisher;
        let began = Instant::now();
        let rebuilt = unwound(|| Ok(publisher.rebuild(now)));
        // The attempt is recorded, so that one without a result is not repeated.
        self.valid_until = None;
        let site = rebuilt.ok().flatten()?;
        if self.worker.is_out() {
            return None;
        }
        self.valid_until = site.valid_until();
        self.report_rebuilt(&site, began.elapsed());
        Some(site)
    }

    /// Publishes the changes due to time while a changed file waits, if the adopted files are available.
    fn rebuild(&mut self, now: DateTime<Utc>) -> Option<Site> {
        let publisher = self.publisher;
        self.rebuilt = self.valid_until;
        let adopted = self.polling.adoption.adopted();
        let began = Instant::now();
        let may_go_on = |step| self.worker.may_go_on(step);
        let published = unwound(|| publisher.publish_last_good(adopted, now, &may_go_on));
        let published = published.ok().flatten()?;
        self.finish(published, Some(Outcome::Turned), began.elapsed(), now)
    }
}

/// Converts a panic into a refusal: the last good edition stays, and every later file is tried.
fn unwound<T>(publish: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    // A publisher's memory is always consistent, and files are replaced atomically.
    catch_unwind(AssertUnwindSafe(publish)).unwrap_or(Err(Refusal::System(Error::Panic)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::chain;

    #[test]
    fn a_file_on_which_the_program_fails_is_refused_and_the_next_one_is_tried() {
        let failed = unwound(|| -> Result<(), Refusal> { panic!("on purpose") });
        let Err(Refusal::System(error)) = failed else { panic!("{failed:?}") };
        assert!(chain(&error).contains("please report it"), "{error}");
        assert!(unwound(|| Ok(())).is_ok());
    }
}
