//! The server: accepts connections, serves requests, drains, and limits the resources of each client.
//!
//! Each core has one single-threaded runtime, and all runtimes accept from the same listening sockets. The sockets
//! are duplicated, not opened with SO_REUSEPORT, so that a second instance finds the port in use.
//!
//! To read: `listen` and `socket` (addresses), `accept` (workers), `connection` (one client), `responder` (its
//! responses), `registry` with `progress`, `tracked` and `queues` (limits and timeouts), `tls`.

mod accept;
mod connection;
mod descriptors;
mod limits;
mod listen;
pub mod notify;
mod progress;
mod queues;
mod registry;
mod responder;
mod role;
mod socket;
mod tls;
mod tracked;
mod validity;

pub use limits::Limits;
pub use listen::Listen;
pub use tls::TlsFiles;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use hyper::Request;
use hyper::body::Incoming;
use listenfd::ListenFd;
use tokio::sync::{Semaphore, watch};

use crate::error::Error;
use crate::site::Site;
use crate::telemetry::Telemetry;
use accept::ServerState;
use connection::Respond;
use listen::Bound;
use responder::Responder;
use role::Role;
use tls::Tls;

/// Settings of a server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The addresses to listen on.
    pub addresses: Vec<Listen>,
    /// The address to listen on if `addresses` is empty and no socket was passed.
    pub fallback: Listen,
    /// The files for TLS on TCP addresses. Unix sockets, which are for proxies, never use TLS.
    pub tls: Option<TlsFiles>,
    /// The addresses that only redirect to HTTPS.
    pub redirect: Vec<SocketAddr>,
    /// The limits for clients.
    pub limits: Limits,
}

/// A server with bound sockets that does not serve yet.
#[derive(Debug)]
pub struct Server {
    /// The listeners, of which there is at least one.
    bound: Vec<Bound>,
    redirecting: Vec<Bound>,
    tls: Option<Tls>,
    limits: Limits,
}

impl Server {
    /// Adopts the passed sockets and binds every address. Raises the limit of file descriptors, and lowers the limit of
    /// connections if there are too few descriptors.
    ///
    /// # Errors
    /// [`Error::Listen`] if an address cannot be bound, [`Error::File`] or [`Error::Tls`] if the certificate or its
    /// key cannot be used, [`Error::NoHttps`] if no address would use it.
    pub fn bind(handed_over: ListenFd, settings: Settings) -> Result<Self, Error> {
        let Settings { addresses, fallback, tls, redirect, mut limits } = settings;
        let unsent = limits.in_kernel(tls.is_some());
        let mut bound = Bound::handed_over(handed_over, unsent)?;
        for address in &addresses {
            bound.push(Bound::bind(address, unsent)?);
        }
        if bound.is_empty() {
            bound.push(Bound::bind(&fallback, unsent)?);
        }
        if tls.is_some() && bound.iter().all(|bound| matches!(bound.at, Listen::Unix(_))) {
            return Err(Error::NoHttps);
        }
        let tls = tls.map(Tls::load).transpose()?;
        let redirecting =
            redirect.into_iter().map(|address| Bound::bind(&Listen::Tcp(address), unsent));
        let redirecting = redirecting.collect::<Result<Vec<_>, _>>()?;
        limits.max_connections = afford(limits.max_connections);
        Ok(Self { bound, redirecting, tls, limits })
    }

    /// Returns every address that redirects to HTTPS.
    pub fn redirecting(&self) -> impl Iterator<Item = &Listen> {
        self.redirecting.iter().map(|bound| &bound.at)
    }

    /// Returns every bound address.
    pub fn addresses(&self) -> impl Iterator<Item = &Listen> {
        self.bound.iter().map(|bound| &bound.at)
    }

    /// Returns the first bound TCP address.
    pub fn address(&self) -> Option<SocketAddr> {
        self.addresses().find_map(|listen| match listen {
            Listen::Tcp(address) => Some(*address),
            Listen::Unix(_) => None,
        })
    }

    /// Serves until `stop` becomes true or its sender is dropped, then drains. A new response comes from the newest
    /// site; an in-flight response keeps its own. `telemetry` is notified of every event. `clock` is the real clock for
    /// comparing dates in requests, independent of the site's instant.
    ///
    /// # Errors
    /// [`Error::Listen`] if the system gives no further handle or thread.
    pub fn run(
        self,
        site: &watch::Receiver<Arc<Site>>,
        stop: &watch::Receiver<bool>,
        telemetry: &Arc<Telemetry>,
        clock: fn() -> DateTime<Utc>,
    ) -> Result<(), Error> {
        let (site, telemetry_of) = (site.clone(), Arc::clone(telemetry));
        let turn = Arc::new(Semaphore::new(1));
        let responder = Responder { site, telemetry: telemetry_of, clock, turn };
        let respond =
            move |role: &Role, request: &Request<Incoming>| responder.respond(role, request);
        self.run_with(respond, stop, telemetry)
    }

    fn run_with(
        self,
        respond: impl Respond,
        stop: &watch::Receiver<bool>,
        telemetry: &Arc<Telemetry>,
    ) -> Result<(), Error> {
        let cores = workers().get();
        let tls_port = self.address().map_or(443, |address| address.port());
        let Self { bound, redirecting, tls, limits } = self;
        let role = |at: &Listen| match (&tls, at) {
            (Some(tls), Listen::Tcp(_)) => Role::Tls(tls.configs()),
            _ => Role::Plain,
        };
        let bound = bound.into_iter().map(|bound| (role(&bound.at), bound));
        let redirecting = redirecting.into_iter().map(|bound| (Role::Redirect(tls_port), bound));
        let bound: Vec<(Role, Bound)> = bound.chain(redirecting).collect();
        let named = bound.iter().map(|(_, bound)| bound.at.to_string()).collect::<Vec<_>>();
        let refuse = |source| Error::Listen { address: named.join(", "), is_unix: false, source };
        let mut workers = Vec::with_capacity(cores);
        for _ in 0..cores {
            let listeners = bound
                .iter()
                .map(|(role, bound)| bound.listener.try_clone().map(|own| (own, role.clone())));
            let listeners: Vec<_> = listeners.collect::<Result<_, _>>().map_err(refuse)?;
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .enable_time()
                // The blocking thread renders long documents, and the workers take turns.
                .max_blocking_threads(1)
                .build()
                .map_err(refuse)?;
            workers.push((listeners, runtime));
        }
        // An open handle would accept connections during the drain that no worker serves.
        let files: Vec<_> = bound.into_iter().map(|(_, bound)| bound.into_file()).collect();
        let shared = Arc::new(ServerState::new(limits, stop.clone(), Arc::clone(telemetry)));
        shared.registry.keep_watch().map_err(refuse)?;
        if let Some(tls) = tls {
            tls.watch(Arc::clone(telemetry));
        }
        let in_time = std::thread::scope(|scope| {
            let all: Vec<_> = workers
                .into_iter()
                .map(|(listeners, runtime)| {
                    let (shared, respond) = (Arc::clone(&shared), respond.clone());
                    scope.spawn(move || {
                        let in_time = runtime.block_on(accept::work(listeners, shared, respond));
                        // No client waits for unfinished documents any more.
                        runtime.shutdown_background();
                        in_time
                    })
                })
                .collect();
            // A worker that panicked finished none of its responses.
            all.into_iter().map(|worker| worker.join().unwrap_or(false)).fold(true, |a, b| a & b)
        });
        if !in_time {
            tracing::warn!("some responses did not finish within {:?}", limits.drain);
        }
        drop(files);
        Ok(())
    }
}

/// Returns the number of workers, which is one per core.
fn workers() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Returns the wanted number of connections, or as many as the system has descriptors for.
fn afford(wanted: NonZeroUsize) -> NonZeroUsize {
    let limit = descriptors::raise();
    let fit = descriptors::affordable(wanted, limit);
    if let Some(limit) = limit.filter(|_| fit < wanted) {
        tracing::warn!(
            "only {fit} connections at once, not {wanted}: this process may have {limit} open \
             files; raise that limit (`ulimit -Hn`, or LimitNOFILE= in its unit), or ask for fewer \
             with `--max-connections {fit}`"
        );
    }
    fit
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use http_body_util::Full;
    use hyper::Response;
    use hyper::body::Bytes;

    use super::responder::PendingResponse;
    use super::*;
    use crate::telemetry::Watch;

    #[test]
    fn a_panic_ends_its_own_connection_and_no_other() {
        let settings = Settings {
            addresses: vec!["127.0.0.1:0".parse().unwrap()],
            fallback: "127.0.0.1:0".parse().unwrap(),
            tls: None,
            redirect: Vec::new(),
            limits: Limits::default(),
        };
        let server = Server::bind(ListenFd::empty(), settings).unwrap();
        let address = server.address().unwrap();
        let (stop, stopped) = watch::channel(false);
        let telemetry = Arc::new(Telemetry::new(Watch { counting: true, ..Watch::default() }));
        let respond = |_: &Role, request: &Request<Incoming>| {
            assert_ne!(request.uri().path(), "/panic", "as the test wants it");
            PendingResponse::Now(Response::new(Full::new(Bytes::from_static(b"well"))))
        };
        let ask = |stream: &mut TcpStream, path: &str| {
            write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
            let mut bytes = [0; 1024];
            let read = stream.read(&mut bytes).unwrap_or(0);
            String::from_utf8_lossy(&bytes[..read]).ends_with("well")
        };
        std::thread::scope(|scope| {
            let running = scope.spawn(|| server.run_with(respond, &stopped, &telemetry));
            let mut others = [(); 8].map(|()| TcpStream::connect(address).unwrap());
            assert!(others.iter_mut().all(|other| ask(other, "/")));
            // There are more connections than workers, so that a panic that ended its worker would end all workers.
            for _ in 0..8 {
                assert!(!ask(&mut TcpStream::connect(address).unwrap(), "/panic"));
            }
            assert!(others.iter_mut().all(|other| ask(other, "/")));
            stop.send(true).unwrap();
            running.join().unwrap().unwrap();
        });
        let metrics = telemetry.metrics(DateTime::UNIX_EPOCH);
        assert!(metrics.contains("convene_refusals_total{kind=\"panic\"} 8\n"), "{metrics}");
        assert!(metrics.contains("convene_connections_open 0\n"), "{metrics}");
    }
}
