//! A connection's socket, of whichever family, and the listener that it comes from.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

use super::listen::Listener;

/// A listener that the present runtime watches.
#[derive(Debug)]
pub(super) enum Accepting {
    Tcp { listener: TcpListener, paced: bool },
    Unix(UnixListener),
}

/// One end of a connection.
#[derive(Debug)]
pub(super) enum Socket {
    /// Whether it is `paced`: the kernel sends little by little, on a clock of its own.
    Tcp {
        stream: TcpStream,
        paced: bool,
    },
    Unix(UnixStream),
}

impl Accepting {
    pub(super) fn new(listener: Listener) -> io::Result<Self> {
        Ok(match listener {
            Listener::Tcp(listener) => {
                let paced = is_paced(&listener);
                Self::Tcp { listener: TcpListener::from_std(listener)?, paced }
            }
            Listener::Unix(listener) => Self::Unix(UnixListener::from_std(listener)?),
        })
    }

    /// The next connection. Whose it is, nobody wants to know. On a Unix socket the kernel keeps so many
    /// bytes `unsent` for it; on one of TCP it was said to the listener.
    pub(super) async fn accept(&self, unsent: usize) -> io::Result<Socket> {
        match self {
            Self::Tcp { listener, paced } => {
                let (stream, _) = listener.accept().await?;
                // Linux has it from the listener. A delay before the last packet is all that this could
                // cost.
                #[cfg(not(target_os = "linux"))]
                let _ = stream.set_nodelay(true);
                Ok(Socket::Tcp { stream, paced: *paced })
            }
            Self::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                // Linux takes twice what is asked for, with its own bookkeeping in it (socket(7)), and
                // less where `wmem_max` is lower.
                let _ = SockRef::from(&stream).set_send_buffer_size(unsent / 2);
                Ok(Socket::Unix(stream))
            }
        }
    }
}

/// Whether connections are sent by BBR, as the machine is set up; only those are told from others.
#[cfg(target_os = "linux")]
fn is_paced(listener: &std::net::TcpListener) -> bool {
    SockRef::from(listener).tcp_congestion().is_ok_and(|name| name.starts_with(b"bbr"))
}

#[cfg(not(target_os = "linux"))]
fn is_paced(_: &std::net::TcpListener) -> bool {
    false
}

impl Socket {
    /// Waits for the first byte, or the end.
    pub(super) async fn readable(&self) -> io::Result<()> {
        match self {
            Self::Tcp { stream, .. } => stream.readable().await,
            Self::Unix(stream) => stream.readable().await,
        }
    }
}

/// The same call on whichever stream it is.
macro_rules! on {
    ($socket:expr, $stream:ident => $call:expr) => {
        match $socket.get_mut() {
            Socket::Tcp { stream, .. } => {
                let $stream = Pin::new(stream);
                $call
            }
            Socket::Unix(stream) => {
                let $stream = Pin::new(stream);
                $call
            }
        }
    };
}

impl AsyncRead for Socket {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        on!(self, stream => stream.poll_read(cx, buffer))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        on!(self, stream => stream.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        on!(self, stream => stream.poll_write_vectored(cx, parts))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        on!(self, stream => stream.poll_shutdown(cx))
    }
}
