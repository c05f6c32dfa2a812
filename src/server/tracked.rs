//! A socket and the content of a response, which both report their progress.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http_body_util::Full;
use hyper::body::{Body, Buf, Bytes, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::progress::{Progress, Underway};
use super::socket::Socket;

/// The number of bytes per piece.
const PIECE: usize = 16 << 10;

/// A socket that counts its bytes as progress.
#[derive(Debug)]
pub(super) struct Tracked {
    socket: Socket,
    progress: Arc<Progress>,
}

/// The content of a response, which is dropped when it is handed over or the client has disconnected.
#[derive(Debug)]
pub(super) struct Sending {
    body: Full<Bytes>,
    /// The rest of the content, which is not handed over yet.
    rest: Bytes,
    pieces: bool,
    underway: Underway,
}

/// A piece of the content of a response in flight.
#[derive(Debug)]
pub(super) struct Piece {
    bytes: Bytes,
    /// The progress, on HTTP/2, until all of the piece is handed over.
    progress: Option<Arc<Progress>>,
}

impl Tracked {
    pub(super) fn new(socket: Socket, progress: Arc<Progress>) -> Self {
        Self { socket, progress }
    }

    fn sent(&self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match polled {
            Poll::Ready(Ok(bytes)) => self.progress.sent(bytes),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.progress.blocked(|| self.socket.inode()),
        }
        polled
    }
}

impl AsyncRead for Tracked {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.socket).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.progress.received();
        }
        polled
    }
}

impl AsyncWrite for Tracked {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.sent(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.socket).poll_write_vectored(cx, parts);
        self.sent(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.socket).poll_flush(cx);
        if let Poll::Ready(Ok(())) = polled {
            self.progress.flushed();
        }
        polled
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}

impl Sending {
    /// Creates the content of the response to an [`Underway`] request. With `pieces`, the client's window decides when
    /// more is handed over; otherwise all content is handed over at once.
    pub(super) fn new(body: Full<Bytes>, underway: Underway, pieces: bool) -> Self {
        Self { body, rest: Bytes::new(), pieces, underway }
    }
}

impl Piece {
    /// Returns a whole response, for which every written byte counts.
    fn whole(bytes: Bytes) -> Self {
        Self { bytes, progress: None }
    }

    /// Returns a piece of one of several responses, between which other bytes may be written.
    fn part(bytes: Bytes, progress: &Arc<Progress>) -> Self {
        progress.part();
        Self { bytes, progress: Some(Arc::clone(progress)) }
    }

    fn end(&mut self) {
        if let Some(progress) = self.progress.take() {
            progress.handed_over();
        }
    }
}

impl Buf for Piece {
    fn remaining(&self) -> usize {
        self.bytes.len()
    }

    fn chunk(&self) -> &[u8] {
        &self.bytes
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        if let Some(progress) = &self.progress {
            progress.sent_content(count);
        }
        if self.bytes.is_empty() {
            self.end();
        }
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.end();
    }
}

impl Body for Sending {
    type Data = Piece;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Piece>, Self::Error>>> {
        if !self.pieces {
            let frame = Pin::new(&mut self.body).poll_frame(cx);
            return frame.map_ok(|frame| frame.map_data(Piece::whole));
        }
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                Some(Ok(frame)) => self.rest = frame.into_data().unwrap_or_default(),
                Some(Err(never)) => match never {},
                None => return Poll::Ready(None),
            }
        }
        let length = PIECE.min(self.rest.len());
        let piece = self.rest.split_to(length);
        Poll::Ready(Some(Ok(Frame::data(Piece::part(piece, self.underway.progress())))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        match self.body.size_hint().exact() {
            Some(body) => SizeHint::with_exact(body + self.rest.len() as u64),
            None => self.body.size_hint(),
        }
    }
}
