//! A worker: the state that a thread that processes a file shares with its supervisor.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::roster::{Number, Roster};
use crate::publish::{Snapshot, Step};

/// A callback before each step of the work on a file, on the working thread.
#[derive(Clone)]
pub struct BeforeStep(Arc<dyn Fn(Step) + Send + Sync>);

/// A worker in a roster.
#[derive(Debug, Clone)]
pub(super) struct Worker(Arc<WorkerState>);

#[derive(Debug)]
struct WorkerState {
    number: Number,
    roster: Arc<Mutex<Roster>>,
    before: BeforeStep,
    work: Mutex<Work>,
}

/// The current work.
#[derive(Debug, Default)]
struct Work {
    /// The start of the work; `None` between two polls.
    since: Option<Instant>,
    /// The files, without their content.
    files: Snapshot,
}

impl BeforeStep {
    /// Creates a callback from a function.
    pub fn new(call: impl Fn(Step) + Send + Sync + 'static) -> Self {
        Self(Arc::new(call))
    }
}

impl Default for BeforeStep {
    /// Returns a callback that does nothing.
    fn default() -> Self {
        Self::new(|_| ())
    }
}

impl fmt::Debug for BeforeStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BeforeStep")
    }
}

impl Worker {
    /// Creates the worker in charge of a new roster.
    pub(super) fn first(before: BeforeStep) -> Self {
        Self::new(0, Arc::default(), before)
    }

    fn new(number: Number, roster: Arc<Mutex<Roster>>, before: BeforeStep) -> Self {
        Self(Arc::new(WorkerState { number, roster, before, work: Mutex::default() }))
    }

    /// Creates a standby in the same roster, if there may be one.
    pub(super) fn appoint_standby(&self) -> Option<Self> {
        let number = self.roster().appoint()?;
        Some(Self::new(number, Arc::clone(&self.0.roster), self.0.before.clone()))
    }

    /// Marks the start of a poll.
    pub(super) fn begin(&self) {
        self.work().since = Some(Instant::now());
    }

    /// Sets the files of the current work.
    pub(super) fn works_on(&self, files: Snapshot) {
        self.work().files = files;
    }

    /// Marks the end of a poll; a recorded edition counts as published.
    pub(super) fn rest(&self) {
        self.work().since = None;
        self.roster().rest(self.0.number);
    }

    /// Returns the start of the work; `None` between two polls.
    pub(super) fn since(&self) -> Option<Instant> {
        self.work().since
    }

    /// Returns the files of the work, without their content.
    pub(super) fn files(&self) -> Snapshot {
        self.work().files.without_content()
    }

    /// Returns whether the work continues with a step.
    pub(super) fn may_go_on(&self, step: Step) -> bool {
        (self.0.before.0)(step);
        match step {
            Step::Record => self.roster().record(self.0.number),
            Step::Plan | Step::Build => !self.is_out(),
        }
    }

    /// Publishes, unless another worker has replaced this one.
    pub(super) fn serve(&self, publish: impl FnOnce()) {
        let roster = self.roster();
        if !roster.is_out(self.0.number) {
            publish();
        }
    }

    /// Calls [`Roster::take_over`].
    pub(super) fn take_over(&self) -> bool {
        self.roster().take_over(self.0.number)
    }

    /// Calls [`Roster::finish`].
    pub(super) fn finish(&self) -> bool {
        self.roster().finish(self.0.number)
    }

    /// Calls [`Roster::is_in_charge`].
    pub(super) fn is_in_charge(&self) -> bool {
        self.roster().is_in_charge(self.0.number)
    }

    /// Calls [`Roster::is_standby`].
    pub(super) fn is_standby(&self) -> bool {
        self.roster().is_standby(self.0.number)
    }

    /// Calls [`Roster::is_out`].
    pub(super) fn is_out(&self) -> bool {
        self.roster().is_out(self.0.number)
    }

    /// Returns the roster, which is locked only briefly.
    pub(super) fn roster(&self) -> MutexGuard<'_, Roster> {
        self.0.roster.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.0.work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
