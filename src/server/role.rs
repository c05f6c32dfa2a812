//! The role of a listening socket.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_rustls::rustls::ServerConfig;

/// The purpose of a listener's connections.
#[derive(Debug, Clone)]
pub(super) enum Role {
    /// Serves the site in plain HTTP/1.
    Plain,
    /// Serves the site over TLS.
    Tls(watch::Receiver<Arc<ServerConfig>>),
    /// Redirects to the port that speaks TLS.
    Redirect(u16),
}
