//! One connection: its requests, one after another, each with its answer.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::task::AbortHandle;

use super::limits::Limits;
use super::progress::Progress;
use super::registry::Entry;
use super::socket::Socket;
use super::watched::{Sending, Watched};

/// How long, and how many bytes, what nobody reads is waited out, so that the answer is not lost
/// (RFC 9112 section 9.6).
const LINGER: (Duration, usize) = (Duration::from_secs(1), 256 * 1024);

/// How requests become answers.
pub(super) trait Answer:
    Fn(&Request<Incoming>) -> Response<Full<Bytes>> + Clone + Send + Sync + 'static
{
}

impl<A: Fn(&Request<Incoming>) -> Response<Full<Bytes>> + Clone + Send + Sync + 'static> Answer
    for A
{
}

/// Serves a connection in a task of its own; what goes wrong in it, even a panic, ends no other.
pub(super) fn start(
    socket: Socket,
    entry: Entry,
    limits: Limits,
    answer: impl Answer,
) -> AbortHandle {
    let task = tokio::spawn(async move {
        let progress = Arc::clone(entry.progress());
        // Nothing is kept ready for readers who ask for nothing.
        tokio::select! {
            ready = socket.readable() => if ready.is_err() { return },
            () = progress.asked_to_leave() => return,
        }
        let stream = Watched::new(socket, Arc::clone(&progress));
        plain(stream, &progress, limits, answer).await;
    });
    task.abort_handle()
}

/// HTTP/1.0 and 1.1 on a stream.
async fn plain(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    progress: &Arc<Progress>,
    limits: Limits,
    answer: impl Answer,
) {
    let service = service_fn(|request| {
        let answer = respond(&request, progress, &answer);
        async move { Ok::<_, Infallible>(answer) }
    });
    let mut builder = http1::Builder::new();
    builder
        // The registry looks after time.
        .header_read_timeout(None)
        .max_header_size(limits.max_header_size)
        .max_buf_size(limits.max_header_size.max(Limits::LEAST_HEADER_SIZE));
    if limits.max_headers != Limits::default().max_headers {
        // hyper's own number is ours, and costs no allocation.
        builder.max_headers(limits.max_headers);
    }
    let ended = {
        let connection = builder.serve_connection(TokioIo::new(&mut stream), service);
        let mut connection = std::pin::pin!(connection);
        tokio::select! {
            ended = connection.as_mut() => ended,
            () = progress.asked_to_leave() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    };
    let refused = ended.is_err_and(|error| {
        // Readers hang up all the time; nothing is wrong with us.
        tracing::debug!("a connection ended early: {error}");
        error.is_parse()
    });
    if refused || progress.has_unread() {
        linger(stream, progress).await;
    }
}

/// An answer that says how far it is.
fn respond(
    request: &Request<Incoming>,
    progress: &Arc<Progress>,
    answer: &impl Answer,
) -> Response<Sending> {
    let answer = answer(request);
    progress.asked(!request.body().is_end_stream());
    answer.map(|body| Sending::new(body, Arc::clone(progress)))
}

/// Reads what the reader still sends. Closing at once would reset the connection, and the reader's
/// system would throw our answer away.
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
    // Nothing is lost either way: the answer was sent.
    let _ = tokio::time::timeout(patience, read).await;
}
