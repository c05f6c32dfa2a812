//! Sockets: accept, serve, drain, and keep readers from taking what belongs to others.
//!
//! One single-threaded runtime per core, all accepting from one listening socket. A duplicate of
//! that socket rather than SO_REUSEPORT, so that a second instance finds the port taken.

mod accept;
mod connection;
mod descriptors;
mod direct;
mod limits;
mod progress;
mod registry;
mod watched;

pub use limits::Limits;

use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::{Request, Response};
use tokio::sync::watch;

use crate::error::Error;
use crate::http::respond;
use crate::sight::Sight;
use crate::site::{LARGE, Site};
use accept::Shared;
use connection::Answer;

/// A listening socket, not yet answering.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    limits: Limits,
}

impl Server {
    /// Takes an address; with port 0 a free one. Raises the limit of descriptors, and lowers that of
    /// connections where they do not suffice.
    ///
    /// # Errors
    /// [`Error::Listen`] if the address cannot be had.
    pub fn bind(address: SocketAddr, mut limits: Limits) -> Result<Self, Error> {
        let refuse = |source| Error::Listen { address: address.to_string(), source };
        let listener = TcpListener::bind(address).map_err(refuse)?;
        listener.set_nonblocking(true).map_err(refuse)?;
        // Connections inherit it. Where it is not known, the kernel holds more for slow readers.
        #[cfg(target_os = "linux")]
        let _ = socket2::SockRef::from(&listener).set_tcp_notsent_lowat(limits::UNSENT_IN_KERNEL);
        let address = listener.local_addr().map_err(refuse)?;
        limits.max_connections = afford(limits.max_connections);
        Ok(Self { listener, address, limits })
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
        let (site, seen_by) = (site.clone(), Arc::clone(sight));
        let answer = move |request: &Request<Incoming>| answer(&site, request, &seen_by);
        self.run_with(answer, stop, sight)
    }

    fn run_with(
        self,
        answer: impl Answer,
        stop: &watch::Receiver<bool>,
        sight: &Arc<Sight>,
    ) -> Result<(), Error> {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let Self { listener: listening, address, limits } = self;
        let refuse = |source| Error::Listen { address: address.to_string(), source };
        let mut workers = Vec::with_capacity(cores);
        for _ in 0..cores {
            let listener = listening.try_clone().map_err(refuse)?;
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .enable_time()
                .build()
                .map_err(refuse)?;
            workers.push((listener, runtime));
        }
        // A handle left open would take connections through the drain that nobody answers.
        drop(listening);
        let shared = Arc::new(Shared::new(limits, stop.clone(), Arc::clone(sight)));
        let in_time = std::thread::scope(|scope| {
            let all: Vec<_> = workers
                .into_iter()
                .enumerate()
                .map(|(number, (listener, runtime))| {
                    let (shared, answer) = (Arc::clone(&shared), answer.clone());
                    scope.spawn(move || {
                        if number == 0 {
                            let registry = Arc::clone(&shared.registry);
                            runtime.spawn(async move { registry.keep_watch().await });
                        }
                        runtime.block_on(accept::work(listener, &shared, answer))
                    })
                })
                .collect();
            // A worker that panicked finished nothing.
            all.into_iter().map(|worker| worker.join().unwrap_or(false)).fold(true, |a, b| a & b)
        });
        if !in_time {
            tracing::warn!("some answers were not finished within {:?}", limits.drain);
        }
        Ok(())
    }
}

/// The answer of the newest site at the moment of the request.
fn answer(
    site: &watch::Receiver<Arc<Site>>,
    request: &Request<Incoming>,
    sight: &Sight,
) -> Response<Full<Bytes>> {
    // The guard is not held: a reload would wait for it.
    let site = Arc::clone(&site.borrow());
    let began = sight.begin();
    let mut response = respond(&site, request);
    if let Some(bodies) = site.bodies()
        && response.body().size_hint().lower() >= LARGE as u64
    {
        response.extensions_mut().insert(Arc::clone(bodies));
    }
    sight.answered(began, request, &response);
    response
}

/// As many connections as the system has descriptors for.
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

    use super::*;
    use crate::sight::Watch;

    #[test]
    fn a_panic_ends_its_own_connection_and_no_other() {
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), Limits::default()).unwrap();
        let address = server.address();
        let (stop, stopped) = watch::channel(false);
        let sight = Arc::new(Sight::new(Watch { counting: true, ..Watch::default() }));
        let answer = |request: &Request<Incoming>| {
            assert_ne!(request.uri().path(), "/panic", "as the test wants it");
            Response::new(Full::new(Bytes::from_static(b"well")))
        };
        let ask = |stream: &mut TcpStream, path: &str| {
            write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
            let mut bytes = [0; 1024];
            let read = stream.read(&mut bytes).unwrap_or(0);
            String::from_utf8_lossy(&bytes[..read]).ends_with("well")
        };
        std::thread::scope(|scope| {
            let running = scope.spawn(|| server.run_with(answer, &stopped, &sight));
            let mut others = [(); 8].map(|()| TcpStream::connect(address).unwrap());
            assert!(others.iter_mut().all(|other| ask(other, "/")));
            // More than there are workers: each would be gone.
            for _ in 0..8 {
                assert!(!ask(&mut TcpStream::connect(address).unwrap(), "/panic"));
            }
            assert!(others.iter_mut().all(|other| ask(other, "/")));
            stop.send(true).unwrap();
            running.join().unwrap().unwrap();
        });
        let metrics = sight.metrics(chrono::DateTime::UNIX_EPOCH);
        assert!(metrics.contains("convene_refusals_total{kind=\"panic\"} 8\n"), "{metrics}");
        assert!(metrics.contains("convene_connections_open 0\n"), "{metrics}");
    }
}
