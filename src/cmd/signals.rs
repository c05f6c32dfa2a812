//! Signals: SIGINT and SIGTERM stop the process, SIGHUP reloads the file.
//!
//! A thread of its own receives them and waits for nothing else, so that the process ends although a
//! lock, a disk or a log hangs:
//!
//! ```text
//! first signal, nothing served yet    exit at once
//! first signal while serving          drain; exit when that is over, whatever still runs
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

/// Time after the drain in which the process ends by itself: it removes its sockets and logs what is left.
const GRACE: Duration = Duration::from_secs(2);

/// Says when the process begins to serve.
#[derive(Debug)]
pub(crate) struct Serving(Arc<AtomicBool>);

impl Serving {
    /// From now on a signal lets responses in flight finish.
    pub(crate) fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Starts to receive signals. The first one to stop the process sets `stop`, and tells `notified`; SIGHUP sends
/// [`Order::Now`].
///
/// # Errors
/// [`Error::Listen`] if the system gives no handler or runtime.
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
                // The server has ended already if nobody listens.
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
                    // The reloader has ended already if nobody listens.
                    let _ = order.send(Order::Now);
                }
            }
        }
    }
}
