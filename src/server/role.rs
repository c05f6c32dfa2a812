//! The role of a listening socket.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_rustls::rustls::ServerConfig;

/// Purpose of a listener's connections.
#[derive(Debug, Clone)]
pub(super) enum Role {
    /// The site in plain HTTP/1.
    Plain,
    /// The site over TLS.
    Tls(watch::Receiver<Arc<ServerConfig>>),
    /// A redirect to the port that speaks TLS.
    Redirect(u16),
}
