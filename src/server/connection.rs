//! One connection: its requests, one after another, each with its answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::http::respond;
use crate::site::Site;

/// How long a client may take to send its headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);

/// Serves a connection in a task of its own.
pub(super) fn start(
    stream: TcpStream,
    site: watch::Receiver<Arc<Site>>,
    graceful: &GracefulShutdown,
) {
    // A delay before the last packet is all that this could cost.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let answer = answer(&site, &request);
        async move { Ok::<_, Infallible>(answer) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    let connection = graceful.watch(connection);
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            // Readers hang up all the time; nothing is wrong with us.
            tracing::debug!("a connection ended early: {error}");
        }
    });
}

/// The answer of the newest site at the moment of the request.
fn answer(site: &watch::Receiver<Arc<Site>>, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    // The guard is not held: a reload would wait for it.
    let site = Arc::clone(&site.borrow());
    respond(&site, request.method(), request.uri().path(), request.headers())
}
