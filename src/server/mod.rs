//! Sockets: accept, serve, drain.
//!
//! One single-threaded runtime per core, all accepting from one listening socket. A duplicate of
//! that socket rather than SO_REUSEPORT, so that a second instance finds the port taken.

mod accept;
mod connection;

use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::sync::Arc;

use tokio::sync::watch;

use crate::error::Error;
use crate::site::Site;

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
    /// Each answer is of the newest site; one that is being sent stays with its own.
    ///
    /// # Errors
    /// [`Error::Listen`] if the system gives no further handle or runtime.
    pub fn run(
        self,
        site: &watch::Receiver<Arc<Site>>,
        stop: &watch::Receiver<bool>,
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
                let (site, stop) = (site.clone(), stop.clone());
                scope.spawn(move || runtime.block_on(accept::run(listener, site, stop)));
            }
        });
        Ok(())
    }
}
