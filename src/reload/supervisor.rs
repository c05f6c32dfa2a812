//! The supervisor of live reload takes orders, and monitors the threads that process the file.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::Scope;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::first::Started;
use super::shift::Shift;
use super::worker::BeforeStep;
use super::{Order, POLL};
use crate::publish::Publisher;
use crate::site::Site;
use crate::telemetry::Telemetry;

/// The times that the work on a file may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The time until the work is reported, and a standby polls for newer files.
    pub announce: Duration,
    /// The time until a start serves the last good edition, if there is one.
    pub fall_back: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { announce: Duration::from_secs(3), fall_back: Duration::from_secs(10) }
    }
}

/// Live reload of one file.
#[derive(Debug)]
pub struct Supervisor<'env, C> {
    /// Publishes the file.
    pub publisher: &'env Publisher,
    /// The receiver of reports about every edition, and about a file that takes long.
    pub telemetry: &'env Telemetry,
    /// The clock of editions.
    pub clock: C,
    /// The times that the work on a file may take.
    pub patience: Patience,
    /// The callback before each step of the work on a file.
    pub before: BeforeStep,
}

impl<'env, C: Fn() -> DateTime<Utc> + Clone + Send + 'env> Supervisor<'env, C> {
    /// Publishes changes until it receives the order to stop, or the sender of orders is dropped. Returns when all
    /// workers have ended.
    pub fn run<'scope>(
        self,
        scope: &'scope Scope<'scope, 'env>,
        Started(first): Started<'scope, 'env>,
        orders: &Receiver<Order>,
        sites: &watch::Sender<Arc<Site>>,
    ) {
        let mut shift = Shift::new(&self, scope, first, sites);
        loop {
            match orders.recv_timeout(POLL) {
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(Order::Now) => shift.order(),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.telemetry.tick((self.clock)());
            shift.poll();
        }
        shift.end();
    }
}
