//! Takes connections until the server is to stop, then lets what is under way finish.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::server::graceful::GracefulShutdown;
use tokio::sync::watch;

use super::connection;
use crate::site::Site;

/// How long answers under way may take after the server was told to stop.
const DRAIN: Duration = Duration::from_secs(10);
/// How long to wait after the system had no descriptor or memory for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

pub(super) async fn run(
    listener: TcpListener,
    site: watch::Receiver<Arc<Site>>,
    mut stop: watch::Receiver<bool>,
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
        match accepted {
            Ok((stream, _)) => connection::start(stream, site.clone(), &graceful),
            Err(error) => {
                tracing::warn!("a connection was not accepted: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some answers were not finished within {} seconds", DRAIN.as_secs());
    }
}
