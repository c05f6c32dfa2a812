//! The admin listener serves the operator, separately from the public listeners.
//!
//! ```text
//! GET, HEAD  /healthz   200 while the process responds
//! GET, HEAD  /readyz    200 while an edition is served, 503 before the first and while ending
//! GET, HEAD  /metrics   OpenMetrics
//! GET, HEAD  others     404
//! any other method      405 with Allow
//! ```
//!
//! Errors in the file or the state are reported with 200, because a load balancer should keep using a replica with a
//! good edition.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{Refused, Telemetry, metrics};
use crate::error::Error;

/// The number of concurrent connections, because scrapers and probes are few. At the limit, the oldest connection is
/// closed for a new one.
const CONNECTIONS: usize = 16;
/// The time that a connection has before it may be closed for another, which is far longer than a request takes. With
/// `n` idle connections, a new one waits at most `n / CONNECTIONS` times this.
const GUARANTEED: Duration = Duration::from_millis(250);
/// The time between two checks for a free slot.
const SLOT_PAUSE: Duration = Duration::from_millis(5);
/// The time limit of a connection, which has one request.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The pause after the system had no descriptor or memory for a connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
const TEXT: &str = "text/plain; charset=utf-8";

/// A listening socket that does not serve yet.
#[derive(Debug)]
pub struct Admin {
    listener: TcpListener,
    address: SocketAddr,
}

impl Admin {
    /// Listens on an address; port 0 selects a free port.
    ///
    /// # Errors
    /// [`Error::Listen`] if the address cannot be bound.
    pub fn bind(address: SocketAddr) -> Result<Self, Error> {
        let refuse =
            |source| Error::Listen { address: address.to_string(), is_unix: false, source };
        let listener = TcpListener::bind(address).map_err(refuse)?;
        listener.set_nonblocking(true).map_err(refuse)?;
        let address = listener.local_addr().map_err(refuse)?;
        Ok(Self { listener, address })
    }

    /// Returns the bound address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves on its own thread until the process ends. `stop` becomes true shortly before.
    ///
    /// # Errors
    /// [`Error::Listen`] if the system gives no thread.
    pub fn start(
        self,
        telemetry: Arc<Telemetry>,
        stop: watch::Receiver<bool>,
        clock: impl Fn() -> DateTime<Utc> + Clone + Send + 'static,
    ) -> Result<(), Error> {
        let Self { listener, address } = self;
        let refuse =
            |source| Error::Listen { address: address.to_string(), is_unix: false, source };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(refuse)?;
        let listener = {
            let _entered = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(refuse)?
        };
        std::thread::spawn(move || runtime.block_on(accept(listener, telemetry, stop, clock)));
        Ok(())
    }
}

async fn accept(
    listener: tokio::net::TcpListener,
    telemetry: Arc<Telemetry>,
    stop: watch::Receiver<bool>,
    clock: impl Fn() -> DateTime<Utc> + Clone + Send + 'static,
) {
    let mut slots = Slots::default();
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                telemetry.refused(Refused::Accept, &error);
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        slots.make_room().await;
        let (telemetry, stop, clock) = (Arc::clone(&telemetry), stop.clone(), clock.clone());
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let ending = *stop.borrow();
            let response =
                respond(&telemetry, request.method(), request.uri().path(), ending, clock());
            async move { Ok::<_, Infallible>(response) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(TIMEOUT)
            .keep_alive(false)
            .serve_connection(TokioIo::new(stream), service);
        slots.start(async {
            // A client that disconnects or times out gets no response, which is not an error of this server.
            let _ = tokio::time::timeout(TIMEOUT, connection).await;
        });
    }
}

/// The open connections, oldest first.
#[derive(Debug, Default)]
struct Slots(VecDeque<(Instant, JoinHandle<()>)>);

impl Slots {
    fn start(&mut self, connection: impl Future<Output = ()> + Send + 'static) {
        self.0.push_back((Instant::now(), tokio::spawn(connection)));
    }

    /// Waits until a slot is free, and closes the oldest connection after its guaranteed time.
    async fn make_room(&mut self) {
        loop {
            self.0.retain(|(_, task)| !task.is_finished());
            if self.0.len() < CONNECTIONS {
                return;
            }
            if self.0.front().is_some_and(|(since, _)| since.elapsed() >= GUARANTEED)
                && let Some((_, oldest)) = self.0.pop_front()
            {
                oldest.abort();
                return;
            }
            tokio::time::sleep(SLOT_PAUSE).await;
        }
    }
}

/// Responds to a request at an instant; `ending` is true while the process ends.
fn respond(
    telemetry: &Arc<Telemetry>,
    method: &Method,
    path: &str,
    ending: bool,
    now: DateTime<Utc>,
) -> Response<Full<Bytes>> {
    if method != Method::GET && method != Method::HEAD {
        let mut response =
            text(StatusCode::METHOD_NOT_ALLOWED, TEXT, "only GET and HEAD\n".to_owned());
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    match path {
        "/healthz" => text(StatusCode::OK, TEXT, "ok\n".to_owned()),
        "/readyz" => {
            let (status, reason) = match telemetry.readiness(ending, now) {
                Ok(reason) => (StatusCode::OK, reason),
                Err(reason) => (StatusCode::SERVICE_UNAVAILABLE, reason),
            };
            text(status, TEXT, reason + "\n")
        }
        "/metrics" => text(StatusCode::OK, metrics::CONTENT_TYPE, telemetry.metrics(now)),
        _ => {
            let known = "not found; there are /healthz, /readyz and /metrics\n";
            text(StatusCode::NOT_FOUND, TEXT, known.to_owned())
        }
    }
}

fn text(status: StatusCode, content_type: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
