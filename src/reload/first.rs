//! Publishes the first edition when a file takes long to process, or when the program fails on it.
//!
//! | the file | first edition |
//! |---|---|
//! | processed in time | its own; [`start`](super::start) handles a refused file |
//! | takes longer than [`Patience::fall_back`] | the last good edition; that of the file when it is ready |
//! | takes longer, without a last good edition that differs, or with `--strict` | its own when it is ready |
//! | the program fails | the last good edition; with `--strict` or without one nothing is served |

use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Utc};

use super::start::{Polling, start_as};
use super::worker::Worker;
use super::{Patience, Reloader, Supervisor, unwound};
use crate::diagnostic::Findings;
use crate::error::Error;
use crate::publish::{Published, Publisher, Refusal, Step};
use crate::revisions::Revisions;
use crate::site::Site;
use crate::telemetry::Outcome;

/// A worker on the first file.
#[derive(Debug)]
pub struct Started<'scope, 'env>(pub(super) First<'scope, 'env>);

#[derive(Debug)]
pub(super) enum First<'scope, 'env> {
    /// The first edition is published; the reloader continues with polling.
    Done(Box<Reloader<'env>>),
    /// The worker still runs, while the last good edition is served.
    Late(Late<'scope>),
}

#[derive(Debug)]
pub(super) struct Late<'scope> {
    pub(super) worker: Worker,
    pub(super) results: Receiver<FirstResult>,
    pub(super) thread: ScopedJoinHandle<'scope, ()>,
    pub(super) since: Option<Instant>,
    /// The revisions of the edition that is served meanwhile.
    pub(super) revisions: Revisions,
}

/// The result of the work on the first file.
pub(super) type FirstResult = Result<(Published, Polling), Refusal>;

impl<'env, C: Fn() -> DateTime<Utc> + Clone + Send + 'env> Supervisor<'env, C> {
    /// Publishes the first edition at the time of `clock`, the system clock. A thread does the work, and may still run
    /// when this function returns.
    ///
    /// # Errors
    /// [`Refusal`] if there is nothing to serve.
    pub fn start<'scope>(
        &self,
        scope: &'scope Scope<'scope, 'env>,
        clock: SystemTime,
    ) -> Result<(Published, Started<'scope, 'env>), Refusal> {
        let Self { publisher, telemetry, patience, .. } = *self;
        let Patience { announce, fall_back } = patience;
        let file = publisher.file.display();
        let (worker, now) = (Worker::first(self.before.clone()), (self.clock)());
        worker.begin();
        let (result, results) = mpsc::channel();
        let own = worker.clone();
        let thread = scope.spawn(move || {
            let work = || start_as(&own, publisher, now, clock, std::thread::sleep);
            // The function does not wait for a replaced worker.
            if let Some(outcome) = unwound(work).transpose() {
                let _ = result.send(outcome);
            }
        });
        let mut outcome = results.recv_timeout(announce);
        if matches!(outcome, Err(RecvTimeoutError::Timeout)) {
            telemetry.processes(Some(announce));
            tracing::warn!(
                "{file} is still being processed after {} s; nothing is served yet",
                announce.as_secs_f32()
            );
            outcome = results.recv_timeout(fall_back.saturating_sub(announce));
        }
        if matches!(outcome, Err(RecvTimeoutError::Timeout)) {
            if let Some(published) = stand_in(publisher, &worker, now) {
                tracing::warn!(
                    "{file} is still being processed after {} s; the last good edition is served until it is ready",
                    fall_back.as_secs_f32()
                );
                let (since, revisions) =
                    (worker.since(), published.site.edition().revisions().clone());
                let late = Late { worker, results, thread, since, revisions };
                return Ok((published, Started(First::Late(late))));
            }
            outcome = results.recv().map_err(RecvTimeoutError::from);
        }
        telemetry.processes(None);
        if let Some(took) =
            worker.since().map(|since| since.elapsed()).filter(|took| *took >= announce)
        {
            tracing::info!("{file} was processed in {:.1} s", took.as_secs_f32());
        }
        worker.rest();
        let outcome = outcome.unwrap_or(Err(Refusal::System(Error::Panic)));
        let (published, polling) = match outcome {
            Err(Refusal::System(Error::Panic)) => {
                let published = stand_in(publisher, &worker, now);
                let published = published.ok_or(Refusal::System(Error::Panic))?;
                (failed(published), Polling::adopting(worker.files()))
            }
            outcome => outcome?,
        };
        let reloader = Reloader::new(publisher, polling, &published);
        let reloader = reloader.watched_by(telemetry).working_as(worker);
        Ok((published, Started(First::Done(Box::new(reloader)))))
    }
}

/// Returns the last good edition, unless it is of the same file, or the worker records that file.
fn stand_in(publisher: &Publisher, worker: &Worker, now: DateTime<Utc>) -> Option<Published> {
    let last_good = publisher.last_good_digest().ok().flatten();
    if !publisher.fall_back || last_good.is_none() || worker.files().digest() == last_good {
        return None;
    }
    let may_go_on = |step| step != Step::Record || !worker.roster().records();
    let published = unwound(|| publisher.publish_last_good(&[], now, &may_go_on));
    published.ok().flatten()
}

/// Marks the last good edition as published in place of a file on which the program failed.
fn failed(last_good: Published) -> Published {
    let broken_state = Some(Error::Panic);
    Published { last_good: true, broken_state, findings: Findings::default(), ..last_good }
}

impl Reloader<'_> {
    /// Reports the result of the first file, and returns the next site, if there is one.
    pub(super) fn take(
        &mut self,
        result: FirstResult,
        took: Duration,
        now: DateTime<Utc>,
    ) -> Option<Site> {
        match result {
            Ok((published, polling)) => {
                self.polling = polling;
                let refused = published.last_good;
                let outcome = if refused { Outcome::Refused } else { Outcome::Published };
                self.finish(published, Some(outcome), took, now)
            }
            Err(refusal) => {
                (self.refused, self.failed) = (true, matches!(refusal, Refusal::System(_)));
                self.refuse(&refusal);
                None
            }
        }
    }
}
