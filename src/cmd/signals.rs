//! Signals: SIGINT and SIGTERM stop the process, SIGHUP reloads the file.
//!
//! A separate thread receives signals and waits for nothing else, so that the process ends even if a lock, a disk or
//! the log hangs:
//!
//! ```text
//! first signal, nothing served yet    exit at once
//! first signal while serving          drain; exit after that, even if a reload still runs
//! second signal                       exit at once
//! ```

use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use convene::error::Error;
use convene::reload::Order;
use convene::server::notify::{State, notify};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::cmd::output;

/// The time after the drain for a normal exit, which removes sockets and logs pending messages.
const GRACE: Duration = Duration::from_secs(2);

/// Marks when the process begins to serve.
#[derive(Debug)]
pub(crate) struct Serving(Arc<AtomicBool>);

impl Serving {
    /// Makes every later signal start the drain.
    pub(crate) fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Starts to receive signals. The first one that stops the process sets `stop` and notifies `notified`; SIGHUP sends
/// [`Order::Now`].
///
/// # Errors
/// [`Error::Listen`] if the system gives no handler or thread.
pub(crate) fn watch(
    stop: watch::Sender<bool>,
    order: mpsc::Sender<Order>,
    notified: Option<OsString>,
    drain: Duration,
) -> Result<Serving, Error> {
    let refuse = |source| Error::Listen { address: "signals".to_owned(), is_unix: false, source };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(refuse)?;
    let mut signals = {
        let _entered = runtime.enter();
        Signals::new().map_err(refuse)?
    };
    let serving = Arc::new(AtomicBool::new(false));
    let is_serving = Arc::clone(&serving);
    std::thread::spawn(move || {
        runtime.block_on(async {
            signals.stop(&order).await;
            if is_serving.load(Ordering::SeqCst) {
                // A send error means that the server has ended.
                let _ = stop.send(true);
                notify(notified.as_deref(), State::Stopping);
                let _ = tokio::time::timeout(drain + GRACE, signals.stop(&order)).await;
            }
        });
        output::flush();
        std::process::exit(0);
    });
    Ok(Serving(serving))
}

#[derive(Debug)]
struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for a signal that stops the process, and passes SIGHUP on meanwhile.
    async fn stop(&mut self, order: &mpsc::Sender<Order>) {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => return,
                _ = self.terminate.recv() => return,
                _ = self.hangup.recv() => {
                    // A send error means that the reloader has ended.
                    let _ = order.send(Order::Now);
                }
            }
        }
    }
}
