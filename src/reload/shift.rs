//! Manages the threads that process the file.
//!
//! | the worker in charge | reaction |
//! |---|---|
//! | works for a short time | none |
//! | works for [`Patience::announce`](super::Patience) | the log and `/readyz` report it; a standby polls |
//! | is done, or was refused | the log reports the time; the standby ends |
//!
//! A standby that adopts a newer file takes over, and the previous worker ends at its next step. Until then there is
//! no further standby, so that at most two work at once, and the newest file waits.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::first::{First, FirstResult, Late};
use super::start::Polling;
use super::worker::Worker;
use super::{Order, Reloader, Supervisor};
use crate::publish::Publisher;
use crate::revisions::Revisions;
use crate::site::Site;
use crate::telemetry::Telemetry;

/// A worker with its thread.
struct WorkerThread<'scope> {
    worker: Worker,
    /// The sender of its orders; `None` while it works on the first file.
    orders: Option<mpsc::Sender<Order>>,
    thread: ScopedJoinHandle<'scope, ()>,
}

/// The current workers.
pub(super) struct Shift<'a, 'scope, 'env, C> {
    own: &'a Supervisor<'env, C>,
    scope: &'scope Scope<'scope, 'env>,
    sites: &'a watch::Sender<Arc<Site>>,
    in_charge: WorkerThread<'scope>,
    standby: Option<WorkerThread<'scope>>,
    /// Threads of replaced or dismissed workers that have not ended yet.
    leaving: Vec<ScopedJoinHandle<'scope, ()>>,
    /// The results of the work on the first file, if it still runs, and the revisions of the edition that is served
    /// meanwhile.
    late: Option<(Receiver<FirstResult>, Revisions)>,
    /// The start of the work that was reported as slow.
    announced: Option<Instant>,
}

impl<'a, 'scope, 'env, C> Shift<'a, 'scope, 'env, C>
where
    C: Fn() -> DateTime<Utc> + Clone + Send + 'env,
{
    pub(super) fn new(
        own: &'a Supervisor<'env, C>,
        scope: &'scope Scope<'scope, 'env>,
        first: First<'scope, 'env>,
        sites: &'a watch::Sender<Arc<Site>>,
    ) -> Self {
        let (in_charge, late, announced) = match first {
            First::Done(reloader) => {
                let worker = reloader.worker.clone();
                (hire(own, scope, sites, worker, |_| *reloader), None, None)
            }
            First::Late(Late { worker, results, thread, since, revisions }) => {
                (WorkerThread { worker, orders: None, thread }, Some((results, revisions)), since)
            }
        };
        let (standby, leaving) = (None, Vec::new());
        let mut shift = Self { own, scope, sites, in_charge, standby, leaving, late, announced };
        if shift.late.is_some() {
            shift.appoint();
        }
        shift
    }

    /// Passes on the order to adopt the file now.
    pub(super) fn order(&self) {
        for hand in [&self.in_charge].into_iter().chain(&self.standby) {
            // A worker that has ended is replaced.
            let _ = hand.orders.as_ref().map(|orders| orders.send(Order::Now));
        }
    }

    /// Checks the workers once.
    pub(super) fn poll(&mut self) {
        self.leaving.retain(|thread| !thread.is_finished());
        self.relieve();
        self.take_late();
        let since = self.in_charge.worker.since();
        if let Some(announced) = self.announced.filter(|announced| since != Some(*announced)) {
            self.announced = None;
            self.own.telemetry.processes(None);
            self.in_charge.worker.roster().dismiss();
            tracing::info!(
                "{} was processed in {:.1} s",
                self.file(),
                announced.elapsed().as_secs_f32()
            );
        }
        let announce = self.own.patience.announce;
        if let Some(since) = since.filter(|since| since.elapsed() >= announce) {
            if self.announced.is_none() {
                self.announced = Some(since);
                self.own.telemetry.processes(Some(announce));
                tracing::warn!(
                    "{} is still being processed after {} s; the last good edition is served",
                    self.file(),
                    announce.as_secs_f32()
                );
            }
            self.appoint();
        }
    }

    /// Starts a standby, if there is none and no previous worker still runs.
    fn appoint(&mut self) {
        // A standby may have taken over since the last check.
        if self.standby.is_some() || !self.leaving.is_empty() {
            return;
        }
        let Some(worker) = self.in_charge.worker.appoint_standby() else { return };
        let (polling, own) = (Polling::adopting(self.in_charge.worker.files()), self.own);
        let (publisher, telemetry, of) = (own.publisher, own.telemetry, worker.clone());
        let standby = hire(own, self.scope, self.sites, worker, move |site| {
            Reloader::standing_by(publisher, telemetry, of, polling, site)
        });
        self.standby = Some(standby);
    }

    /// Promotes the standby if it has taken over, and drops it if it was dismissed.
    fn relieve(&mut self) {
        let Some(standby) = self.standby.take() else { return };
        if standby.worker.is_in_charge() {
            let before = std::mem::replace(&mut self.in_charge, standby);
            self.leaving.push(before.thread);
            self.late = None;
            self.own.telemetry.processes(None);
            if let Some(since) = self.announced.take() {
                tracing::info!(
                    "{} has changed; the work on the version before is abandoned after {:.1} s",
                    self.file(),
                    since.elapsed().as_secs_f32()
                );
            }
        } else if standby.worker.is_out() {
            self.leaving.push(standby.thread);
        } else {
            self.standby = Some(standby);
        }
    }

    /// Publishes the first file after slow processing.
    fn take_late(&mut self) {
        let Some((results, before)) = self.late.take() else { return };
        let result = match results.try_recv() {
            Ok(result) => result,
            Err(TryRecvError::Empty) => {
                self.late = Some((results, before));
                return;
            }
            // Another worker has just taken over.
            Err(TryRecvError::Disconnected) => return,
        };
        let worker = self.in_charge.worker.clone();
        if !worker.finish() {
            return;
        }
        let took = self.announced.map(|since| since.elapsed()).unwrap_or_default();
        let (polling, own, of) = (Polling::adopting(worker.files()), self.own, worker.clone());
        let (publisher, telemetry, sites) = (own.publisher, own.telemetry, self.sites.clone());
        let clock = own.clock.clone();
        let hand = hire(own, self.scope, self.sites, worker, move |site| {
            let mut reloader =
                Reloader::standing_by(publisher, telemetry, of.clone(), polling, site);
            reloader.revisions = before;
            if let Some(site) = reloader.take(result, took, clock()) {
                of.serve(|| {
                    let _ = sites.send(Arc::new(site));
                });
            }
            of.rest();
            reloader
        });
        self.leaving.push(std::mem::replace(&mut self.in_charge, hand).thread);
    }

    fn file(&self) -> std::path::Display<'_> {
        self.own.publisher.file.display()
    }

    /// Waits until all workers have ended. Editions that are not recorded by then are dropped.
    pub(super) fn end(self) {
        self.in_charge.worker.roster().close();
        let hands = [self.in_charge].into_iter().chain(self.standby);
        let threads = hands.map(|hand| {
            drop(hand.orders);
            hand.thread
        });
        for thread in threads.chain(self.leaving).collect::<Vec<_>>() {
            // The log has the reason for a panic.
            let _ = thread.join();
        }
    }
}

/// Starts a thread that polls with the reloader that `make` returns.
fn hire<'scope, 'env, C: Fn() -> DateTime<Utc> + Clone + Send + 'env>(
    own: &Supervisor<'env, C>,
    scope: &'scope Scope<'scope, 'env>,
    sites: &watch::Sender<Arc<Site>>,
    worker: Worker,
    make: impl FnOnce(&Site) -> Reloader<'env> + Send + 'scope,
) -> WorkerThread<'scope> {
    let (order, orders) = mpsc::channel();
    let (clock, sites) = (own.clock.clone(), sites.clone());
    let thread = scope.spawn(move || {
        let site = Arc::clone(&sites.borrow());
        let reloader = make(&site);
        // The site is dropped here, because otherwise it would stay in memory as long as this thread runs.
        drop(site);
        reloader.run(&orders, clock, &sites);
    });
    WorkerThread { worker, orders: Some(order), thread }
}

impl<'env> Reloader<'env> {
    /// Creates a reloader for files that another worker processes, while `site` is served.
    fn standing_by(
        publisher: &'env Publisher,
        telemetry: &'env Telemetry,
        worker: Worker,
        polling: Polling,
        site: &Site,
    ) -> Self {
        Self {
            publisher,
            telemetry: Some(telemetry),
            worker,
            polling,
            read: None,
            ordered: false,
            logged: None,
            revisions: publisher.remembered().unwrap_or_default(),
            valid_until: site.valid_until(),
            degraded: None,
            refused: false,
            failed: false,
            tried: Duration::ZERO,
            rebuilt: None,
        }
    }
}
