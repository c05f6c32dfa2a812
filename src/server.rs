//! Sockets: accept, serve, drain.
//!
//! One single-threaded runtime per core, all accepting from one listening socket. A duplicate of
//! that socket rather than SO_REUSEPORT, so that a second instance finds the port taken.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::sync::watch;

use crate::error::Error;
use crate::http::respond;
use crate::sight::{Refused, Sight};
use crate::site::Site;

/// How long a client may take to send its headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long answers under way may take after the server was told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// How long to wait after the system had no descriptor or memory for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A listening socket, not yet answering.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Takes an address; with port 0 a free one.
    ///
    /// # Errors
    /// [`Error::Listen`] if the address cannot be had.
    pub fn bind(address: SocketAddr) -> Result<Self, Error> {
        let refuse = |source| Error::Listen { address: address.to_string(), source };
        let listener = TcpListener::bind(address).map_err(refuse)?;
        listener.set_nonblocking(true).map_err(refuse)?;
        let address = listener.local_addr().map_err(refuse)?;
        Ok(Self { listener, address })
    }

    /// The address that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stop` turns true or its sender is gone, then lets what is under way finish.
    /// Each answer is of the newest site; one that is being sent stays with its own. `sight` is told
    /// of all that happens.
    ///
    /// # Errors
    /// [`Error::Listen`] if the system gives no further handle or runtime.
    pub fn run(
        self,
        site: &watch::Receiver<Arc<Site>>,
        stop: &watch::Receiver<bool>,
        sight: &Arc<Sight>,
    ) -> Result<(), Error> {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let Self { listener: shared, address } = self;
        let refuse = |source| Error::Listen { address: address.to_string(), source };
        let mut workers = Vec::with_capacity(cores);
        for _ in 0..cores {
            let listener = shared.try_clone().map_err(refuse)?;
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .enable_time()
                .build()
                .map_err(refuse)?;
            workers.push((listener, runtime));
        }
        // A handle left open would take connections through the drain that nobody answers.
        drop(shared);
        std::thread::scope(|scope| {
            for (listener, runtime) in workers {
                let (site, stop, sight) = (site.clone(), stop.clone(), Arc::clone(sight));
                scope.spawn(move || runtime.block_on(accept(listener, site, stop, sight)));
            }
        });
        Ok(())
    }
}

async fn accept(
    listener: TcpListener,
    site: watch::Receiver<Arc<Site>>,
    mut stop: watch::Receiver<bool>,
    sight: Arc<Sight>,
) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!("a listening socket could not be watched: {error}");
            return;
        }
    };
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                sight.refused(Refused::Accept, &error);
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // A delay before the last packet is all that this could cost.
        let _ = stream.set_nodelay(true);
        let (site, sight) = (site.clone(), Arc::clone(&sight));
        let (open, refusals) = (sight.connection(), Arc::clone(&sight));
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            // The newest site at the moment of the request; the guard is not held.
            let site = Arc::clone(&site.borrow());
            let began = sight.begin();
            let answer = respond(&site, request.method(), request.uri().path(), request.headers());
            sight.answered(began, &request, &answer);
            async move { Ok::<_, Infallible>(answer) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                match Refused::by(&error) {
                    Some(kind) => refusals.refused(kind, &error),
                    // Readers hang up all the time; nothing is wrong with us.
                    None => tracing::debug!("a connection ended early: {error}"),
                }
            }
            drop(open);
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some answers were not finished within {} seconds", DRAIN.as_secs());
    }
}
