//! File descriptors: each connection takes one, and a process may have a limited number of them.

use std::num::NonZeroUsize;

use rustix::process::{Resource, getrlimit, setrlimit};

/// The number of descriptors that connections leave to everything else.
///
/// A worker takes four and one for each listening socket: 448 on 64 cores with three addresses. The standard streams,
/// signals and the admin listener with its connections take 30, and the files that a reload reads and writes a few. A
/// larger machine runs out of descriptors only with all connections in use; the server then closes the longest-waiting
/// client, as it does at the limit of connections.
const RESERVE: usize = 512;

/// Raises this process's limit to the highest allowed one, and returns it; `None` if the number is unlimited.
pub(super) fn raise() -> Option<u64> {
    let mut limit = getrlimit(Resource::Nofile);
    let before = limit.current;
    limit.current = limit.maximum;
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) => limit.maximum,
        // Some systems report a maximum that they do not grant.
        Err(_) => before,
    }
}

/// Returns the number of connections that a limit of descriptors allows, but at most the wanted one. The number is the
/// limit without [`RESERVE`], or half of a limit that is less than twice [`RESERVE`].
pub(super) fn affordable(wanted: NonZeroUsize, limit: Option<u64>) -> NonZeroUsize {
    let Some(limit) = limit else { return wanted };
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let fit = limit - RESERVE.min(limit / 2);
    NonZeroUsize::new(fit).map_or(NonZeroUsize::MIN, |fit| fit.min(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_fit_into_the_limit_less_the_reserve_or_into_half_of_it() {
        let wanted = NonZeroUsize::new(16_384).unwrap();
        for (limit, fit) in [
            (None, 16_384),
            (Some(u64::MAX), 16_384),
            (Some(16_896), 16_384),
            (Some(16_895), 16_383),
            (Some(1025), 513),
            (Some(1024), 512),
            (Some(1023), 512),
            (Some(64), 32),
            (Some(0), 1),
        ] {
            assert_eq!(affordable(wanted, limit).get(), fit, "{limit:?}");
        }
    }
}
