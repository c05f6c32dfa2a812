//! Each connection is a file descriptor, of which a process may have so many.

use std::num::NonZeroUsize;

use rustix::process::{Resource, getrlimit, setrlimit};

use crate::sight::ADMIN_CONNECTIONS;

/// Of a runtime: what it waits with (epoll(7)), a second handle of that, what wakes it (eventfd(2)), and
/// the end of a pipe at which it hears of signals.
const RUNTIME: usize = 4;
/// Of every process: the standard streams, both ends of the pipe, and the runtimes of signals and of the
/// admin listener, that listener and its connections.
const PROCESS: usize = 3 + 2 + 2 * RUNTIME + 1 + ADMIN_CONNECTIONS;
/// For what is held for a while: files that are read and written, the bodies of editions that somebody
/// still takes, and connections that are closed but not yet let go.
const SPARE: usize = 88;

/// Descriptors for everything that is no connection, where so many workers accept from so many
/// listening sockets, each from a handle of its own.
pub(super) fn own(workers: NonZeroUsize, listeners: usize) -> usize {
    PROCESS + SPARE + workers.get() * (RUNTIME + listeners)
}

/// Raises this process's limit to the highest that it may set, and says what it is then; nothing
/// where there is none.
pub(super) fn raise() -> Option<u64> {
    let mut limit = getrlimit(Resource::Nofile);
    let before = limit.current;
    limit.current = limit.maximum;
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) => limit.maximum,
        // Some systems name a maximum that they do not grant.
        Err(_) => before,
    }
}

/// How many of the wanted connections fit into a limit of descriptors beside the server's own.
pub(super) fn affordable(wanted: NonZeroUsize, limit: Option<u64>, own: usize) -> NonZeroUsize {
    let Some(limit) = limit else { return wanted };
    let fit = usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(own);
    NonZeroUsize::new(fit).map_or(NonZeroUsize::MIN, |fit| fit.min(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_fit_into_the_descriptors_less_the_servers_own() {
        let wanted = NonZeroUsize::new(16_384).unwrap();
        for (limit, fit) in [
            (None, 16_384),
            (Some(20_000), 16_384),
            (Some(1024), 896),
            (Some(129), 1),
            (Some(128), 1),
            (Some(0), 1),
        ] {
            assert_eq!(affordable(wanted, limit, 128).get(), fit, "{limit:?}");
        }
    }

    #[test]
    fn each_core_and_each_listening_socket_takes_its_own() {
        let own = |workers, listeners| own(NonZeroUsize::new(workers).unwrap(), listeners);
        assert_eq!(own(2, 5) - own(2, 1), 2 * 4);
        assert_eq!(own(64, 3) - own(2, 3), 62 * (RUNTIME + 3));
    }
}
