//! Thousands of clients that occupy connections without useful requests.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use super::{BIG, SMALL};

/// The pause between two rounds in which each client of a crowd acts once.
const ROUND: Duration = Duration::from_secs(1);

/// Opens a connection with a window so small that the server has to wait.
pub(super) fn connect(address: SocketAddr) -> Option<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).ok()?;
    socket.set_recv_buffer_size(4096).ok()?;
    socket.connect(&address.into()).ok()?;
    Some(socket.into())
}

/// Returns whether a call failed permanently.
pub(super) fn failed<T>(done: &std::io::Result<T>) -> bool {
    done.as_ref().is_err_and(|error| error.kind() != ErrorKind::WouldBlock)
}

/// Runs a crowd of numbered clients in rounds. A disconnected client reconnects. Returns the number of reconnections.
pub(super) fn rounds<S>(
    count: usize,
    ended: &AtomicBool,
    start: impl Fn(usize) -> Option<S>,
    mut go_on: impl FnMut(usize, &mut S) -> bool,
) -> usize {
    let mut crowd: Vec<Option<S>> = (0..count).map(&start).collect();
    let mut again = 0;
    while !ended.load(SeqCst) {
        std::thread::sleep(ROUND);
        for (number, place) in crowd.iter_mut().enumerate() {
            if !place.as_mut().is_some_and(|stream| go_on(number, stream)) {
                *place = start(number);
                again += 1;
            }
        }
    }
    again
}

/// Returns a crowd in plain HTTP/1 with non-blocking sockets.
fn plain_rounds(
    address: SocketAddr,
    count: usize,
    ended: &AtomicBool,
    begin: &[u8],
    mut go_on: impl FnMut(&mut TcpStream) -> bool,
) -> usize {
    let start = |_| {
        let mut stream = connect(address)?;
        stream.set_nonblocking(true).ok()?;
        (!failed(&stream.write_all(begin))).then_some(stream)
    };
    rounds(count, ended, start, |_, stream| go_on(stream))
}

/// Sends requests with headers, byte by byte.
pub(super) fn slow_headers(address: SocketAddr, count: usize, ended: &AtomicBool) -> String {
    let begin = b"GET / HTTP/1.1\r\nHost: a\r\nX: ";
    let again = plain_rounds(address, count, ended, begin, |stream| {
        let gone = matches!(stream.read(&mut [0; 64]), Ok(0));
        !gone && !failed(&stream.write(b"x"))
    });
    format!("{count} slow header senders, thrown out {again} times")
}

/// Requests large responses, and reads little of them.
pub(super) fn slow_readers(address: SocketAddr, count: usize, ended: &AtomicBool) -> String {
    let begin = format!("GET {BIG} HTTP/1.1\r\nHost: a\r\n\r\n");
    let again = plain_rounds(address, count, ended, begin.as_bytes(), |stream| {
        let read = stream.read(&mut [0; 16]);
        // Unread bytes would hide that the server has disconnected. An empty line before the next request is allowed
        // (RFC 9112 section 2.2).
        !matches!(read, Ok(0)) && !failed(&read) && !failed(&stream.write(b"\r\n"))
    });
    format!("{count} slow readers, thrown out {again} times")
}

/// Keeps connections open with one request or none.
pub(super) fn idle(address: SocketAddr, count: usize, ended: &AtomicBool) -> String {
    let begin = format!("HEAD {SMALL} HTTP/1.1\r\nHost: a\r\n\r\n");
    let again = plain_rounds(address, count, ended, begin.as_bytes(), |stream| {
        let read = stream.read(&mut [0; 4096]);
        !matches!(read, Ok(0)) && !failed(&read)
    });
    format!("{count} idle, thrown out {again} times")
}

/// Sends endless headers as fast as the server reads them.
pub(super) fn header_floods(address: SocketAddr, ended: &AtomicBool) -> String {
    let (mut floods, mut refused) = (0, 0);
    let line = "X-Flood: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(64);
    while !ended.load(SeqCst) {
        let Ok(mut stream) = TcpStream::connect(address) else { continue };
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        stream.set_write_timeout(Some(Duration::from_secs(10))).unwrap();
        let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n");
        for _ in 0..40 {
            if stream.write_all(line.as_bytes()).is_err() {
                break;
            }
        }
        let mut answer = [0; 12];
        let answered = stream.read_exact(&mut answer).is_ok();
        assert!(!answered || &answer == b"HTTP/1.1 431", "{}", answer.escape_ascii());
        (floods, refused) = (floods + 1, refused + usize::from(answered));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(floods > 0 && refused > 0);
    format!("{floods} header floods, {refused} heard 431")
}
