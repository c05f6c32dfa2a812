//! Serves the requests of one connection in order.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ServerConfig, ServerConnection};

use super::limits::Limits;
use super::progress::Progress;
use super::registry::Registration;
use super::responder::PendingResponse;
use super::role::Role;
use super::socket::Socket;
use super::tls::HTTP_2;
use super::tracked::{Sending, Tracked};
use crate::error::chain;
use crate::telemetry::Refused;

/// The longest time, and the most bytes, that the server reads and discards before it closes a connection, so that the
/// response is not lost (RFC 9112 section 9.6).
const LINGER: (Duration, usize) = (Duration::from_secs(1), 256 * 1024);

/// The number of concurrent requests on one HTTP/2 connection.
const STREAMS: u32 = 100;
/// The number of streams that a client may open and reset before they are processed. A connection with more is closed
/// (CVE-2023-44487).
const RESETS: usize = 20;

/// A function from requests to responses.
pub(super) trait Respond:
    Fn(&Role, &Request<Incoming>) -> PendingResponse + Clone + Send + Sync + 'static
{
}

impl<A: Fn(&Role, &Request<Incoming>) -> PendingResponse + Clone + Send + Sync + 'static> Respond
    for A
{
}

/// Serves a connection in its own task. An error or a panic in it ends no other connection.
pub(super) fn start(
    socket: Socket,
    entry: Registration,
    limits: Limits,
    role: Role,
    respond: impl Respond,
) -> AbortHandle {
    let task = tokio::spawn(async move {
        let progress = Arc::clone(entry.progress());
        // Idle clients take no buffers.
        tokio::select! {
            ready = socket.readable() => if ready.is_err() { return },
            () = progress.asked_to_leave() => return,
        }
        let stream = Tracked::new(socket, Arc::clone(&progress));
        let respond = |request: &Request<Incoming>| respond(&role, request);
        match &role {
            // The future is boxed, because it is large and most servers have mostly plain connections.
            Role::Tls(configs) => {
                Box::pin(over_tls(stream, configs, &entry, limits, respond)).await;
            }
            Role::Plain | Role::Redirect(_) => http_1(stream, &entry, limits, respond).await,
        }
    });
    task.abort_handle()
}

/// Performs the handshake and serves the protocol agreed on. The header timeout applies to the handshake.
async fn over_tls(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    configs: &watch::Receiver<Arc<ServerConfig>>,
    entry: &Registration,
    limits: Limits,
    respond: impl Fn(&Request<Incoming>) -> PendingResponse,
) {
    let config = Arc::clone(&configs.borrow());
    let progress = entry.progress();
    let acceptor = TlsAcceptor::from(config);
    let bounded = |tls: &mut ServerConnection| tls.set_buffer_limit(Some(limits.in_records()));
    let stream = tokio::select! {
        made = acceptor.accept_with(stream, bounded) => match made {
            Ok(stream) => stream,
            // Scanners and old clients cause this, so it is not an error of this server.
            Err(error) => return entry.telemetry().refused(Refused::Tls, &error),
        },
        () = progress.asked_to_leave() => return,
    };
    match stream.get_ref().1.alpn_protocol() {
        Some(HTTP_2) => http_2(stream, entry, limits, respond).await,
        _ => http_1(stream, entry, limits, respond).await,
    }
}

/// Serves HTTP/2 on a stream (RFC 9113).
async fn http_2(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    entry: &Registration,
    limits: Limits,
    respond: impl Fn(&Request<Incoming>) -> PendingResponse,
) {
    let progress = entry.progress();
    progress.multiplexes(limits.in_records());
    let respond = |request: &Request<Incoming>| match request.headers().len() <= limits.max_headers
    {
        true => respond(request),
        // The parser bounds only their total size.
        false => {
            entry.telemetry().refused(Refused::TooLarge, &"too many header lines");
            let mut refused = Response::new(Full::default());
            *refused.status_mut() = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
            PendingResponse::Now(refused)
        }
    };
    let service = service_fn(|request| track(respond(&request), &request, progress));
    let connection = http2::Builder::new(TokioExecutor::new())
        .max_concurrent_streams(STREAMS)
        .max_pending_accept_reset_streams(RESETS)
        .max_local_error_reset_streams(RESETS)
        .max_header_list_size(u32::try_from(limits.max_header_size).unwrap_or(u32::MAX))
        .max_send_buf_size(limits.in_stream())
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = progress.asked_to_leave() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        refuse(entry, &error);
    }
}

/// Serves HTTP/1.0 and 1.1 on a stream (RFC 9112).
async fn http_1(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    entry: &Registration,
    limits: Limits,
    respond: impl Fn(&Request<Incoming>) -> PendingResponse,
) {
    let progress = entry.progress();
    let service = service_fn(|request| track(respond(&request), &request, progress));
    let mut builder = http1::Builder::new();
    builder
        // A client that closed its sending side still waits for the response.
        .half_close(true)
        // The registry enforces timeouts.
        .header_read_timeout(None)
        .max_header_size(limits.max_header_size)
        .max_buf_size(limits.max_header_size.max(Limits::LEAST_HEADER_SIZE));
    if limits.max_headers != Limits::default().max_headers {
        // hyper's default is the same number, without an allocation.
        builder.max_headers(limits.max_headers);
    }
    let ended = {
        let connection = builder.serve_connection(TokioIo::new(&mut stream), service);
        let mut connection = pin!(connection);
        tokio::select! {
            ended = connection.as_mut() => ended,
            () = progress.asked_to_leave() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    };
    let refused = ended.is_err_and(|error| {
        refuse(entry, &error);
        error.is_parse()
    });
    if refused || progress.has_unread() {
        linger(stream, progress).await;
    }
}

fn refuse(entry: &Registration, error: &hyper::Error) {
    match Refused::by(error) {
        Some(kind) => entry.telemetry().refused(kind, &chain(error)),
        // Clients disconnect all the time, which is not an error of this server.
        None => tracing::debug!("a connection ended early: {error}"),
    }
}

/// Returns the response to a request, with its content tracked.
fn track(
    made: PendingResponse,
    request: &Request<Incoming>,
    progress: &Arc<Progress>,
) -> impl Future<Output = Result<Response<Sending>, Infallible>> + Send + use<> {
    let underway = progress.asked(!request.body().is_end_stream());
    async move {
        let response = match made {
            PendingResponse::Now(response) => response,
            // The future is boxed, because every connection reserves memory for it, and few need it.
            PendingResponse::Later(later) => Box::pin(underway.made(later.response())).await,
        };
        let pieces = underway.progress().is_multiplexed();
        Ok(response.map(|body| Sending::new(body, underway, pieces)))
    }
}

/// Reads and discards the rest of the client's data. An immediate close would reset the connection, and the client's
/// system would discard the response.
async fn linger(mut stream: impl AsyncRead + Unpin, progress: &Progress) {
    progress.leaving();
    let (patience, mut left) = LINGER;
    let mut buffer = vec![0; 16 * 1024];
    let read = async {
        while let Ok(read @ 1..) = stream.read(&mut buffer).await {
            left = left.saturating_sub(read);
            if left == 0 {
                break;
            }
        }
    };
    // An error here loses nothing, because the response was sent.
    let _ = tokio::time::timeout(patience, read).await;
}
