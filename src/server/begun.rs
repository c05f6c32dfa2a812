//! A stream of HTTP/1 that knows whether the reader has begun a request beyond the last whole one.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::progress::Progress;

/// A stream whose requests are looked at, but for what is in them.
#[derive(Debug)]
pub(super) struct Begun<'a, S> {
    stream: S,
    progress: &'a Progress,
    /// The last bytes that came.
    last: [u8; 3],
}

impl<'a, S> Begun<'a, S> {
    pub(super) fn new(stream: S, progress: &'a Progress) -> Self {
        Self { stream, progress, last: [0; 3] }
    }

    /// A request that is whole ends with an empty line (RFC 9112 section 2.1), whose CR may be missing
    /// (section 2.2). One with content has as long for the next as if it had begun: it does no harm.
    fn came(&mut self, bytes: &[u8]) {
        for byte in &bytes[bytes.len().saturating_sub(self.last.len())..] {
            self.last.rotate_left(1);
            self.last[2] = *byte;
        }
        let is_whole = self.last == *b"\n\r\n" || self.last.ends_with(b"\n\n");
        self.progress.begun(!is_whole);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Begun<'_, S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let came = &buffer.filled()[before..];
        if !came.is_empty() {
            self.came(came);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Begun<'_, S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
