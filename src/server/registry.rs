//! Connection registry: enforces the limit, evicts the longest-waiting client when full, and times out slow ones.
//!
//! Connections have no timers of their own. A thread polls all of them twice a second, so a request only has to store a
//! number.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::limits::Limits;
use super::progress::{Mark, Phase, Progress, now};
use super::queues::queues;
use crate::telemetry::{Connection, Refused, Telemetry};

/// The time between two polls of all connections.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// The number of longest-waiting connections that one search finds. A search for a single one takes as long.
const AT_ONCE: usize = 64;
/// The number of queue polls within the write timeout. For each, the system reads all sockets of the machine.
const QUEUES_WITHIN_TIMEOUT: u32 = 16;

/// All connections of a server.
#[derive(Debug)]
pub(super) struct Registry {
    limits: Limits,
    telemetry: Arc<Telemetry>,
    start: Instant,
    table: Mutex<ConnectionTable>,
    emptied: Notify,
}

#[derive(Debug, Default)]
struct ConnectionTable {
    next: u64,
    open: HashMap<u64, OpenConnection>,
    /// The longest-waiting connections, longest first, each with its mark. Connections that were accepted or made
    /// progress since then have waited less, so the order holds for those with an unchanged mark.
    longest: VecDeque<(u64, Mark)>,
}

#[derive(Debug)]
struct OpenConnection {
    progress: Arc<Progress>,
    task: AbortHandle,
}

/// A connection in the registry, which is removed when this value is dropped.
#[derive(Debug)]
pub(super) struct Registration {
    registry: Arc<Registry>,
    id: u64,
    progress: Arc<Progress>,
    /// Counts the connection as open.
    _open: Connection,
}

impl Registry {
    pub(super) fn new(limits: Limits, telemetry: Arc<Telemetry>) -> Self {
        let (table, emptied) = (Mutex::default(), Notify::new());
        Self { limits, telemetry, start: Instant::now(), table, emptied }
    }

    /// Registers a connection and starts its task; at the limit, closes the longest-waiting connection first.
    pub(super) fn enter(self: &Arc<Self>, start: impl FnOnce(Registration) -> AbortHandle) {
        let progress = Arc::new(Progress::new(self.start));
        let mut table = self.table();
        while table.open.len() >= self.limits.max_connections.get() {
            table.make_room(now(self.start));
            self.telemetry.refused(
                Refused::Connections,
                &format_args!("{} at once", self.limits.max_connections),
            );
        }
        let id = table.next;
        table.next += 1;
        let (registry, own) = (Arc::clone(self), Arc::clone(&progress));
        let entry =
            Registration { registry, id, progress: own, _open: self.telemetry.connection() };
        // The table stays locked, so that every connection in it has its task.
        let task = start(entry);
        table.open.insert(id, OpenConnection { progress, task });
    }

    /// Closes the longest-waiting connection when the system has no resources for another one.
    pub(super) fn make_room(&self) {
        self.table().make_room(now(self.start));
    }

    /// Starts the thread that polls all connections until the server ends.
    ///
    /// # Errors
    /// The system's error if it cannot start a thread.
    pub(super) fn keep_watch(self: &Arc<Self>) -> std::io::Result<()> {
        let registry = Arc::downgrade(self);
        let between = self.limits.write_timeout / QUEUES_WITHIN_TIMEOUT;
        std::thread::Builder::new().name("registry".to_owned()).spawn(move || {
            let mut queues_at = Instant::now();
            loop {
                std::thread::sleep(POLL_INTERVAL);
                let Some(registry) = registry.upgrade() else { return };
                if Instant::now() >= queues_at {
                    registry.poll_queues(between);
                    queues_at = Instant::now() + between;
                }
                registry.poll();
            }
        })?;
        Ok(())
    }

    /// Reads the socket queues of the connections that seem stuck, and records their progress.
    fn poll_queues(&self, patience: Duration) {
        let stuck: HashMap<u64, Arc<Progress>> = {
            let table = self.table();
            let of = |open: &OpenConnection| {
                Some((open.progress.seems_stuck(patience)?, Arc::clone(&open.progress)))
            };
            table.open.values().filter_map(of).collect()
        };
        if stuck.is_empty() {
            return;
        }
        for (socket, queue) in queues(&stuck) {
            if let Some(progress) = stuck.get(&socket) {
                progress.drained(queue);
            }
        }
    }

    /// Orders every connection to end after its in-flight responses.
    pub(super) fn ask_all_to_leave(&self) {
        for open in self.table().open.values() {
            open.progress.ask_to_leave();
        }
    }

    /// Waits until no connection is left.
    pub(super) async fn emptied(&self) {
        loop {
            let mut emptied = std::pin::pin!(self.emptied.notified());
            // The waiter is registered before the check, so that it does not miss a connection that closes in between.
            emptied.as_mut().enable();
            if self.table().open.is_empty() {
                return;
            }
            emptied.await;
        }
    }

    /// Ends connections that have exceeded their time. Notifies an idle client first, if the protocol allows it.
    fn poll(&self) {
        let mut table = self.table();
        table.open.retain(|_, OpenConnection { progress, task }| {
            let Some(phase) = progress.overdue(&self.limits) else { return true };
            match phase {
                Phase::Idle => {
                    progress.leaving();
                    progress.ask_to_leave();
                    return true;
                }
                Phase::Head => self.refused(Refused::Late, self.limits.header_timeout),
                Phase::Response => self.refused(Refused::Slow, self.limits.write_timeout),
                Phase::Leaving => {}
            }
            task.abort();
            false
        });
        self.notify_if_empty(&table);
    }

    fn refused(&self, kind: Refused, time: Duration) {
        self.telemetry.refused(kind, &format_args!("after {time:?}"));
    }

    fn leave(&self, id: u64) {
        let mut table = self.table();
        table.open.remove(&id);
        self.notify_if_empty(&table);
    }

    fn notify_if_empty(&self, table: &ConnectionTable) {
        if table.open.is_empty() {
            self.emptied.notify_waiters();
        }
    }

    fn table(&self) -> MutexGuard<'_, ConnectionTable> {
        // Every step leaves the table consistent, so a poisoned lock is usable.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConnectionTable {
    /// Closes the longest-waiting connection, if there is one.
    fn make_room(&mut self, now: u64) {
        while let Some((id, mark)) = self.longest.pop_front() {
            if self.open.get(&id).is_some_and(|open| open.progress.mark() == mark) {
                return self.cut(id);
            }
        }
        let mut all: Vec<(u64, Mark)> =
            self.open.iter().map(|(id, open)| (*id, open.progress.mark())).collect();
        if all.len() > AT_ONCE {
            all.select_nth_unstable_by_key(AT_ONCE, |(_, mark)| mark.rank());
            all.truncate(AT_ONCE);
        }
        all.sort_unstable_by_key(|(_, mark)| mark.rank());
        let mut all = all.into_iter();
        if let Some((id, _)) = all.next() {
            self.cut(id);
        }
        // Marks in the future do not order later connections.
        self.longest = all.take_while(|(_, mark)| mark.rank() < now).collect();
    }

    fn cut(&mut self, id: u64) {
        if let Some(open) = self.open.remove(&id) {
            open.task.abort();
        }
    }
}

impl Registration {
    pub(super) fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }

    pub(super) fn telemetry(&self) -> &Telemetry {
        &self.registry.telemetry
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.telemetry().refused(Refused::Panic, &"see the message above");
        }
        self.registry.leave(self.id);
    }
}
