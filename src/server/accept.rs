//! The accept loop takes connections until the server stops, then drains.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustix::io::Errno;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::connection::{self, Respond};
use super::limits::Limits;
use super::listen::Listener;
use super::registry::Registry;
use super::role::Role;
use super::socket::Accepting;
use crate::telemetry::{Refused, Telemetry};

/// The pause after the system had no descriptor or memory for a connection.
const PAUSE: Duration = Duration::from_millis(50);

/// State shared by all workers of a server.
#[derive(Debug)]
pub(super) struct ServerState {
    pub(super) limits: Limits,
    pub(super) registry: Arc<Registry>,
    pub(super) stop: watch::Receiver<bool>,
    telemetry: Arc<Telemetry>,
}

impl ServerState {
    pub(super) fn new(
        limits: Limits,
        stop: watch::Receiver<bool>,
        telemetry: Arc<Telemetry>,
    ) -> Self {
        let registry = Arc::new(Registry::new(limits, Arc::clone(&telemetry)));
        Self { limits, registry, stop, telemetry }
    }

    /// Waits until the server stops.
    async fn stopped(&self) {
        // A dropped sender also stops the server.
        let _ = self.stop.clone().wait_for(|stop| *stop).await;
    }
}

/// Runs one worker. Returns whether all its responses finished within the drain time.
pub(super) async fn work(
    listeners: Vec<(Listener, Role)>,
    shared: Arc<ServerState>,
    respond: impl Respond,
) -> bool {
    let mut all = JoinSet::new();
    for (listener, role) in listeners {
        match Accepting::new(listener) {
            Ok(listener) => {
                all.spawn(accept(listener, role, Arc::clone(&shared), respond.clone()));
            }
            Err(error) => tracing::error!("cannot poll a listening socket: {error}"),
        }
    }
    shared.stopped().await;
    all.shutdown().await;
    shared.registry.ask_all_to_leave();
    tokio::time::timeout(shared.limits.drain, shared.registry.emptied()).await.is_ok()
}

async fn accept(listener: Accepting, role: Role, shared: Arc<ServerState>, respond: impl Respond) {
    loop {
        match listener.accept(shared.limits.in_kernel(false)).await {
            Ok(socket) => {
                let (role, respond) = (role.clone(), respond.clone());
                let start = |entry| connection::start(socket, entry, shared.limits, role, respond);
                shared.registry.enter(start);
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                shared.telemetry.refused(Refused::Accept, &error);
                shared.registry.make_room();
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Returns whether an error affects only the connection that was to be accepted. Linux reports earlier errors of a
/// connection on accept(2).
fn is_of_one_connection(error: &io::Error) -> bool {
    let lost = [
        Errno::CONNABORTED,
        Errno::CONNRESET,
        Errno::INTR,
        Errno::NETDOWN,
        Errno::PROTO,
        Errno::NOPROTOOPT,
        Errno::HOSTDOWN,
        Errno::HOSTUNREACH,
        Errno::NETUNREACH,
    ];
    Errno::from_io_error(error).is_some_and(|errno| lost.contains(&errno))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lack_of_descriptors_is_waited_out_and_a_lost_connection_is_not() {
        let is_lost = |errno: Errno| is_of_one_connection(&io::Error::from(errno));
        assert!(is_lost(Errno::CONNABORTED) && is_lost(Errno::PROTO));
        assert!(!is_lost(Errno::MFILE) && !is_lost(Errno::NFILE) && !is_lost(Errno::NOBUFS));
    }
}
