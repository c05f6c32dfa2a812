//! A plain connection on which large bodies go from their file into the socket (sendfile(2)), without
//! being copied through this process.
//!
//! hyper hands over slices of memory. One that lies in a body of the site is known by its address, and
//! the same bytes are sent from the file. What that does not give at once is sent from memory.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::socket::Socket;
use super::transmit;
use crate::copies::Bodies;

/// A shorter piece, such as the end of a body, is copied: that is as quick.
const PIECE: usize = 4 << 10;

/// The bodies of the answer that is under way. They are let go once it is written, so that a reader who
/// only stays connected keeps no edition that is served no more.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    bodies: Mutex<Option<Arc<Bodies>>>,
    /// Whether there are any, which is asked after every answer.
    any: AtomicBool,
}

/// A stream with the bodies that may be sent on it.
#[derive(Debug)]
pub(super) struct Direct {
    stream: Socket,
    under_way: Arc<UnderWay>,
}

impl UnderWay {
    /// An answer from these begins.
    pub(super) fn begin(&self, bodies: &Arc<Bodies>) {
        let mut own = self.own();
        if own.as_ref().is_none_or(|own| !Arc::ptr_eq(own, bodies)) {
            *own = Some(Arc::clone(bodies));
        }
        self.any.store(true, Ordering::Relaxed);
    }

    /// What was handed over is written.
    fn end(&self) {
        if self.any.load(Ordering::Relaxed) {
            self.any.store(false, Ordering::Relaxed);
            *self.own() = None;
        }
    }

    fn bodies(&self) -> Option<Arc<Bodies>> {
        self.own().clone()
    }

    fn own(&self) -> MutexGuard<'_, Option<Arc<Bodies>>> {
        // A poisoned lock only means that another task stopped, and the value is always whole.
        self.bodies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Direct {
    pub(super) fn new(stream: Socket, under_way: Arc<UnderWay>) -> Self {
        Self { stream, under_way }
    }

    fn tcp(&self) -> Option<&TcpStream> {
        match &self.stream {
            Socket::Tcp { stream, .. } => Some(stream),
            Socket::Unix(_) => None,
        }
    }

    /// The stream, if headers may wait in the kernel for the body, so that both begin in one packet. Where
    /// the kernel paces what it sends, that costs half as much again now and then; elsewhere it saves a
    /// seventh.
    fn holding_back(&self) -> Option<&TcpStream> {
        match &self.stream {
            Socket::Tcp { stream, paced: false } => Some(stream),
            _ => None,
        }
    }

    /// Which of some parts is the first that can `now` be sent from a file, with the bodies that it is of.
    fn first_in_file(&self, parts: &[IoSlice<'_>], now: Instant) -> Option<(usize, Arc<Bodies>)> {
        self.tcp()?;
        let index = parts.iter().position(|part| part.len() >= PIECE)?;
        let bodies = self.under_way.bodies()?;
        bodies.place(&parts[index], now)?;
        Some((index, bodies))
    }
}

impl AsyncRead for Direct {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Direct {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let now = Instant::now();
        let first = self.first_in_file(parts, now);
        if let (Some(stream), Some((0, bodies))) = (self.tcp(), &first)
            && let Some(place) = bodies.place(&parts[0], now)
        {
            let sent = transmit::send_from(stream, cx, &place);
            if !matches!(sent, Poll::Ready(Err(_))) {
                return sent;
            }
            // If it is the connection that has ended, this says so, too.
            let sent = Pin::new(&mut self.stream).poll_write(cx, &parts[0]);
            if matches!(sent, Poll::Ready(Ok(_))) {
                bodies.give_up();
            }
            return sent;
        }
        let before = first.as_ref().map_or(parts.len(), |(before, ..)| (*before).max(1));
        if let (Some(stream), Some((1.., _))) = (self.holding_back(), &first) {
            return transmit::send_ahead(stream, cx, &parts[..before]);
        }
        Pin::new(&mut self.stream).poll_write_vectored(cx, &parts[..before])
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        if flushed.is_ready() {
            self.under_way.end();
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::io::Write as _;

    use hyper::body::{Buf, Bytes};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Some bytes, and the bodies of a site that has them, with a file of what is said to be them.
    fn site(file: impl FnOnce(&[u8]) -> Vec<u8>) -> (Bytes, Arc<Bodies>) {
        let body = Bytes::from((0..200_000_u32).flat_map(u32::to_le_bytes).collect::<Vec<u8>>());
        let bodies = Arc::new(Bodies::of([body.clone()].iter()).unwrap());
        let mut copy = tempfile::tempfile().unwrap();
        copy.write_all(&file(&body)).unwrap();
        bodies.put_file(copy);
        (body, bodies)
    }

    /// What a reader gets of a body behind a head on a connection, and what is done before it is closed.
    fn sent(
        body: &Bytes,
        bodies: &Arc<Bodies>,
        paced: bool,
        then: impl FnOnce(&UnderWay),
    ) -> Vec<u8> {
        const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let (asked, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
            let (mut reader, writer) = (asked.unwrap(), accepted.unwrap().0);
            let under_way = Arc::new(UnderWay::default());
            under_way.begin(bodies);
            let socket = Socket::Tcp { stream: writer, paced };
            let mut direct = Direct::new(socket, Arc::clone(&under_way));
            let sending = async {
                let mut both = Buf::chain(HEAD, body.clone());
                direct.write_all_buf(&mut both).await.unwrap();
                direct.flush().await.unwrap();
                then(&under_way);
                direct.shutdown().await.unwrap();
            };
            let mut got = Vec::new();
            let (_, read) = tokio::join!(sending, reader.read_to_end(&mut got));
            read.unwrap();
            got.strip_prefix(HEAD).expect("the head comes first").to_vec()
        })
    }

    #[test]
    fn what_the_file_does_not_give_comes_from_memory() {
        // As after an error of the disk: half of it is there, told from the body by its bytes.
        let (body, bodies) = site(|body| vec![b'x'; body.len() / 2]);
        let got = sent(&body, &bodies, false, |_| {});
        let half = body.len() / 2;
        let wanted = [vec![b'x'; half].as_slice(), &body[half..]].concat();
        assert!(got == wanted, "{} bytes of {}", got.len(), body.len());
        assert!(!bodies.holds(&body), "it is not tried again");
    }

    #[test]
    fn a_file_that_was_given_up_is_not_read() {
        let (body, bodies) = site(|body| vec![b'x'; body.len()]);
        bodies.give_up();
        assert!(sent(&body, &bodies, false, |_| {}) == body);
    }

    #[test]
    fn headers_go_with_the_body_from_the_file_or_ahead_of_it() {
        // In the file it is of other bytes, which tells where it came from.
        let file = |body: &[u8]| body.iter().map(|byte| !byte).collect();
        for paced in [false, true] {
            let (body, bodies) = site(file);
            assert!(sent(&body, &bodies, paced, |_| {}) == file(&body), "paced: {paced}");
        }
    }

    #[test]
    fn a_reader_who_stays_keeps_no_bodies() {
        let (body, bodies) = site(<[u8]>::to_vec);
        let got = sent(&body, &bodies, false, |under_way| {
            assert!(under_way.bodies().is_none());
            assert_eq!(Arc::strong_count(&bodies), 1);
        });
        assert!(got == body);
    }
}
