//! The system's calls that put bytes into a socket beside write(2).

#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::{send_ahead, send_from};
#[cfg(target_os = "linux")]
pub(super) use linux::{send_ahead, send_from};

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, IoSlice};
    use std::task::{Context, Poll, ready};

    use rustix::fs::sendfile;
    use rustix::net::{SendAncillaryBuffer, SendFlags, sendmsg};
    use tokio::io::Interest;
    use tokio::net::TcpStream;

    use crate::copies::Place;

    pub(in super::super) fn send_from(
        stream: &TcpStream,
        cx: &mut Context<'_>,
        place: &Place<'_>,
    ) -> Poll<io::Result<usize>> {
        let mut at = place.at;
        write(stream, cx, || match sendfile(stream, place.file, Some(&mut at), place.length)? {
            0 => Err(io::ErrorKind::WriteZero.into()),
            sent => Ok(sent),
        })
    }

    /// Sends what more follows to at once (send(2), MSG_MORE).
    pub(in super::super) fn send_ahead(
        stream: &TcpStream,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let flags = SendFlags::MORE | SendFlags::NOSIGNAL;
        let send = || Ok(sendmsg(stream, parts, &mut SendAncillaryBuffer::default(), flags)?);
        write(stream, cx, send)
    }

    fn write(
        stream: &TcpStream,
        cx: &mut Context<'_>,
        mut call: impl FnMut() -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            ready!(stream.poll_write_ready(cx))?;
            match stream.try_io(Interest::WRITABLE, &mut call) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                done => return Poll::Ready(done),
            }
        }
    }
}

/// Elsewhere no site has bodies in a file.
#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use std::io::{self, IoSlice};
    use std::task::{Context, Poll};

    use tokio::net::TcpStream;

    use crate::copies::Place;

    pub(in super::super) fn send_ahead(
        _: &TcpStream,
        _: &mut Context<'_>,
        _: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
    }

    pub(in super::super) fn send_from(
        _: &TcpStream,
        _: &mut Context<'_>,
        _: &Place<'_>,
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(io::ErrorKind::Unsupported.into()))
    }
}
