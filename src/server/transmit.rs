//! The system's calls that put bytes into a socket beside write(2).

#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::{is_paced, send_ahead, send_from};
#[cfg(target_os = "linux")]
pub(super) use linux::{is_paced, send_ahead, send_from};

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, IoSlice};
    use std::task::{Context, Poll, ready};

    use rustix::fs::sendfile;
    use rustix::net::{SendAncillaryBuffer, SendFlags, sendmsg};
    use socket2::SockRef;
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

    /// Whether the kernel sends by BBR, little by little on a clock of its own. That a network queue paces
    /// what other ways send is not seen.
    pub(in super::super) fn is_paced(stream: &TcpStream) -> bool {
        SockRef::from(stream).tcp_congestion().is_ok_and(|name| name.starts_with(b"bbr"))
    }

    /// Hands over the beginning of what is sent (send(2), MSG_MORE). The rest must follow at once: until
    /// then, or for some 200 ms, the kernel keeps it.
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

    pub(in super::super) fn is_paced(_: &TcpStream) -> bool {
        true
    }

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
