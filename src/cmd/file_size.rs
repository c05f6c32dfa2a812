//! The limit on the size of files (RLIMIT_FSIZE), which `LimitFSIZE=` of systemd and `ulimit -f` set.

use std::io;

use rustix::process::Signal;
use tokio::signal::unix::{SignalKind, signal};

/// Makes a write beyond the limit fail with EFBIG, as on a full disk, instead of SIGXFSZ, which ends the process
/// (setrlimit(2)).
///
/// # Errors
/// The system's error if it gives no handler.
pub(crate) fn fail_writes() -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let _entered = runtime.enter();
    // The handler stays in place after the receiver is dropped.
    signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).map(drop)
}
