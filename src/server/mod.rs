//! Sockets: accept, serve, drain, and keep readers from taking what belongs to others.
//!
//! One single-threaded runtime per core, all accepting from the same listening sockets. Duplicates of
//! them rather than SO_REUSEPORT, so that a second instance finds the port taken.

mod accept;
mod connection;
mod descriptors;
mod limits;
mod listen;
pub mod notify;
mod progress;
mod registry;
mod socket;
mod watched;

pub use limits::Limits;
pub use listen::Listen;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use listenfd::ListenFd;
use tokio::sync::watch;

use crate::error::Error;
use crate::http::respond;
use crate::site::Site;
use accept::Shared;
use connection::Answer;
use listen::Bound;

/// Listening sockets, not yet answering.
#[derive(Debug)]
pub struct Server {
    /// Never empty.
    bound: Vec<Bound>,
    limits: Limits,
}

impl Server {
    /// Takes what was handed over and every place named; the fallback where there is neither. Raises
    /// the limit of descriptors, and lowers that of connections where they do not suffice.
    ///
    /// # Errors
    /// [`Error::Listen`] if a place cannot be had.
    pub fn bind(
        handed_over: ListenFd,
        places: &[Listen],
        fallback: &Listen,
        mut limits: Limits,
    ) -> Result<Self, Error> {
        let mut bound = Bound::handed_over(handed_over)?;
        for place in places {
            bound.push(Bound::bind(place)?);
        }
        if bound.is_empty() {
            bound.push(Bound::bind(fallback)?);
        }
        limits.max_connections = afford(limits.max_connections);
        Ok(Self { bound, limits })
    }

    /// Every place that was taken.
    pub fn places(&self) -> impl Iterator<Item = &Listen> {
        self.bound.iter().map(|bound| &bound.at)
    }

    /// The first TCP address that was taken.
    pub fn address(&self) -> Option<SocketAddr> {
        self.places().find_map(|place| match place {
            Listen::Tcp(address) => Some(*address),
            Listen::Unix(_) => None,
        })
    }

    /// Answers until `stop` turns true or its sender is gone, then lets what is under way finish.
    /// Each answer is of the newest site; one that is being sent stays with its own.
    ///
    /// # Errors
    /// [`Error::Listen`] if the system gives no further handle or runtime.
    pub fn run(
        self,
        site: &watch::Receiver<Arc<Site>>,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), Error> {
        let site = site.clone();
        self.run_with(move |request: &Request<Incoming>| answer(&site, request), stop)
    }

    fn run_with(self, answer: impl Answer, stop: &watch::Receiver<bool>) -> Result<(), Error> {
        let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let Self { bound, limits } = self;
        let address = bound.iter().map(|bound| bound.at.to_string()).collect::<Vec<_>>().join(", ");
        let refuse = |source| Error::Listen { address: address.clone(), source };
        let mut workers = Vec::with_capacity(cores);
        for _ in 0..cores {
            let listeners = bound.iter().map(|bound| bound.listener.try_clone());
            let listeners: Vec<_> = listeners.collect::<Result<_, _>>().map_err(refuse)?;
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_io()
                .enable_time()
                .build()
                .map_err(refuse)?;
            workers.push((listeners, runtime));
        }
        // A handle left open would take connections through the drain that nobody answers.
        let files: Vec<_> = bound.into_iter().map(Bound::into_file).collect();
        let shared = Arc::new(Shared::new(limits, stop.clone()));
        let in_time = std::thread::scope(|scope| {
            let all: Vec<_> = workers
                .into_iter()
                .enumerate()
                .map(|(number, (listeners, runtime))| {
                    let (shared, answer) = (Arc::clone(&shared), answer.clone());
                    scope.spawn(move || {
                        if number == 0 {
                            let registry = Arc::clone(&shared.registry);
                            runtime.spawn(async move { registry.keep_watch().await });
                        }
                        runtime.block_on(accept::work(listeners, shared, answer))
                    })
                })
                .collect();
            // A worker that panicked finished nothing.
            all.into_iter().map(|worker| worker.join().unwrap_or(false)).fold(true, |a, b| a & b)
        });
        if !in_time {
            tracing::warn!("some answers were not finished within {:?}", limits.drain);
        }
        drop(files);
        Ok(())
    }
}

/// The answer of the newest site at the moment of the request.
fn answer(site: &watch::Receiver<Arc<Site>>, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    // The guard is not held: a reload would wait for it.
    let site = Arc::clone(&site.borrow());
    respond(&site, request)
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

    #[test]
    fn a_panic_ends_its_own_connection_and_no_other() {
        let place = "127.0.0.1:0".parse().unwrap();
        let server = Server::bind(ListenFd::empty(), &[], &place, Limits::default()).unwrap();
        let address = server.address().unwrap();
        let (stop, stopped) = watch::channel(false);
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
            let running = scope.spawn(|| server.run_with(answer, &stopped));
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
    }
}
