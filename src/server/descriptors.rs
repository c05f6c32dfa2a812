//! Each connection is a file descriptor, of which a process may have so many.

use std::num::NonZeroUsize;

use rustix::process::{Resource, getrlimit, setrlimit};

/// Descriptors for everything that is no connection: files, listening sockets, the runtimes, and
/// connections that are closed but not yet let go.
const OWN: u64 = 128;

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

/// How many of the wanted connections fit into a limit of descriptors.
pub(super) fn affordable(wanted: NonZeroUsize, limit: Option<u64>) -> NonZeroUsize {
    let Some(limit) = limit else { return wanted };
    let fit = usize::try_from(limit.saturating_sub(OWN)).unwrap_or(usize::MAX);
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
            assert_eq!(affordable(wanted, limit).get(), fit, "{limit:?}");
        }
    }
}
