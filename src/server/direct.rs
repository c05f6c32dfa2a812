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
use super::watched::Queued;
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
    /// Whether the kernel sends by BBR, once that was asked.
    is_paced: Option<bool>,
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
        Self { stream, under_way, is_paced: None }
    }

    fn tcp(&self) -> Option<&TcpStream> {
        match &self.stream {
            Socket::Tcp(stream) => Some(stream),
            Socket::Unix(_) => None,
        }
    }

    /// Whether headers may wait in the kernel for the body, so that both go through it together. Where it
    /// paces what it sends, that costs a third more now and then; elsewhere it saves a seventh. Asked of
    /// the connection itself, at its first large answer: neither its listener nor its route need be
    /// sent as the machine is set up.
    fn may_hold_back(&mut self) -> bool {
        let Self { stream: Socket::Tcp(stream), is_paced, .. } = self else { return false };
        !*is_paced.get_or_insert_with(|| transmit::is_paced(stream))
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

impl Queued for Direct {
    fn socket(&self) -> Option<u64> {
        self.stream.socket()
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
        if matches!(first, Some((1.., _)))
            && self.may_hold_back()
            && let Some(stream) = self.tcp()
        {
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
    fn sent(body: &Bytes, bodies: &Arc<Bodies>, then: impl FnOnce(&UnderWay)) -> Vec<u8> {
        const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n";
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let (asked, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
            let (mut reader, writer) = (asked.unwrap(), accepted.unwrap().0);
            let under_way = Arc::new(UnderWay::default());
            under_way.begin(bodies);
            let mut direct = Direct::new(Socket::Tcp(writer), Arc::clone(&under_way));
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
        let got = sent(&body, &bodies, |_| {});
        let half = body.len() / 2;
        let wanted = [vec![b'x'; half].as_slice(), &body[half..]].concat();
        assert!(got == wanted, "{} bytes of {}", got.len(), body.len());
        assert!(!bodies.holds(&body), "it is not tried again");
    }

    #[test]
    fn a_file_that_was_given_up_is_not_read() {
        let (body, bodies) = site(|body| vec![b'x'; body.len()]);
        bodies.give_up();
        assert!(sent(&body, &bodies, |_| {}) == body);
    }

    #[test]
    fn headers_wait_for_their_body_unless_the_kernel_paces() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        for paced in [false, true] {
            // In the file it is of other bytes, which tells where it came from.
            let (body, bodies) = site(|body| body.iter().map(|byte| !byte).collect());
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let reader = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            reader.set_read_timeout(Some(std::time::Duration::from_secs(10))).unwrap();
            let (writer, _) = listener.accept().unwrap();
            writer.set_nonblocking(true).unwrap();
            writer.set_nodelay(true).unwrap();
            runtime.block_on(async {
                let under_way = Arc::new(UnderWay::default());
                under_way.begin(&bodies);
                let writer = Socket::Tcp(TcpStream::from_std(writer).unwrap());
                let mut direct = Direct::new(writer, under_way);
                direct.is_paced = Some(paced);
                let parts = [IoSlice::new(b"head"), IoSlice::new(&body)];
                assert_eq!(direct.write_vectored(&parts).await.unwrap(), 4);
                let mut bytes = [0; 5];
                reader.set_nonblocking(!paced).unwrap();
                let seen = reader.peek(&mut bytes).ok();
                assert_eq!(seen, paced.then_some(4), "the head alone, paced: {paced}");
                assert!(direct.write(&body).await.unwrap() > 0);
                reader.set_nonblocking(false).unwrap();
                io::Read::read_exact(&mut &reader, &mut bytes).unwrap();
                assert_eq!((&bytes[..4], bytes[4]), (&b"head"[..], !body[0]));
            });
        }
    }

    #[test]
    fn a_reader_who_stays_keeps_no_bodies() {
        let (body, bodies) = site(<[u8]>::to_vec);
        let got = sent(&body, &bodies, |under_way| {
            assert!(under_way.bodies().is_none());
            assert_eq!(Arc::strong_count(&bodies), 1);
        });
        assert!(got == body);
    }
}
