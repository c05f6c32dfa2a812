//! HTTP/2 clients that request large responses and keep their windows closed (RFC 9113 section 5.2), or open them wide
//! and read nothing.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio_rustls::rustls::pki_types::CertificateDer;

use super::crowd::{connect, failed, rounds};
use super::frames::{
    CANCEL, END_HEADERS, END_STREAM, HEADERS_FRAME, PREFACE, RST_STREAM, SETTINGS, frame,
};
use super::{BIG, SMALL};
use crate::http::tls;
use crate::support::{BEFORE, Fixture};
use crate::telemetry::Watched;

/// The numbers of frame types and of a setting (RFC 9113 sections 6.5.2, 6.7 and 6.9).
pub(super) const PING: u8 = 6;
pub(super) const WINDOW_UPDATE: u8 = 8;
pub(super) const INITIAL_WINDOW_SIZE: u16 = 4;
/// The number of responses that one client does not read.
const STREAMS: u32 = 8;
/// The stream after those of the responses.
const HEADERS_ALONE: u32 = 2 * STREAMS + 1;
pub(super) const GET: &[u8] = b"\x82";
const HEAD: &[u8] = b"\x02\x04HEAD";

/// The behavior of a client.
#[derive(Debug, Clone, Copy)]
enum Manner {
    /// Reads headers, and never opens a window for content.
    Shut,
    /// Does the same as `Shut` with short responses.
    Short,
    /// Opens the window by one byte per round.
    Tiny,
    /// Opens all windows, and reads nothing from the connection.
    Deaf,
    /// Does the same as `Pings` with settings, which the server acknowledges.
    Pings,
    /// The same with settings, which the server acknowledges.
    Settles,
    /// Opens the windows of the connection and of ended streams, but not those of streams with content.
    Elsewhere,
    /// Sends a frame byte by byte.
    Halves,
    /// Repeats requests for responses without content.
    Heads,
}

impl Manner {
    const ALL: [Self; 9] = [
        Self::Shut,
        Self::Short,
        Self::Tiny,
        Self::Deaf,
        Self::Pings,
        Self::Settles,
        Self::Elsewhere,
        Self::Halves,
        Self::Heads,
    ];

    fn of(number: usize) -> Self {
        Self::ALL[number % Self::ALL.len()]
    }

    /// Returns requests for large responses on several streams, and one request for only headers.
    fn begin(self) -> Vec<u8> {
        let window: u32 = if matches!(self, Self::Deaf) { 1 << 30 } else { 0 };
        let setting = [&INITIAL_WINDOW_SIZE.to_be_bytes()[..], &window.to_be_bytes()].concat();
        let mut all = [PREFACE, &frame(SETTINGS, 0, 0, &setting)].concat();
        if window > 0 {
            all.extend(frame(WINDOW_UPDATE, 0, 0, &window.to_be_bytes()));
        }
        let path = if matches!(self, Self::Short) { SMALL } else { BIG };
        all.extend((0..STREAMS).flat_map(|number| ask(GET, path, number * 2 + 1)));
        all.extend(ask(HEAD, path, HEADERS_ALONE));
        all
    }

    /// Runs one round. Returns whether the connection is still open.
    fn go_on(self, stream: &mut tls::Stream, round: u32) -> bool {
        let one = 1_u32.to_be_bytes();
        let many = 1024_u32.to_be_bytes();
        let ping = frame(PING, 0, 0, &[0; 8]);
        let sent = match self {
            Self::Shut | Self::Short => Ok(()),
            Self::Tiny => stream.write_all(&frame(WINDOW_UPDATE, 0, 1, &one)),
            // This only checks whether the connection is open.
            Self::Deaf => return !failed(&stream.write_all(&ping)),
            Self::Pings => stream.write_all(&ping.repeat(40)),
            Self::Settles => stream.write_all(&frame(SETTINGS, 0, 0, &[]).repeat(40)),
            Self::Elsewhere => stream.write_all(
                &[0, HEADERS_ALONE].map(|other| frame(WINDOW_UPDATE, 0, other, &many)).concat(),
            ),
            Self::Halves => stream.write_all(&ping[round as usize % ping.len()..][..1]),
            Self::Heads => stream.write_all(&ask(HEAD, BIG, HEADERS_ALONE + 2 * round + 2)),
        };
        let read = stream.read(&mut [0; 4096]);
        !failed(&sent) && !matches!(read, Ok(0)) && !failed(&read)
    }
}

/// Builds a request in HPACK (RFC 7541 appendix A), with the method as an index or a name.
pub(super) fn ask(method: &[u8], path: &str, stream: u32) -> Vec<u8> {
    let length = u8::try_from(path.len()).unwrap();
    let path = [b"\x87\x44", &[length][..], path.as_bytes(), b"\x41\x09localhost"].concat();
    let request = [method, &path[..]].concat();
    frame(HEADERS_FRAME, END_STREAM | END_HEADERS, stream, &request)
}

/// Starts a client on its own non-blocking connection.
fn start(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    manner: Manner,
) -> Option<tls::Stream> {
    let mut stream = tls::over(connect(address)?, tls::client(trusted, &[b"h2"])).ok()?;
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"h2"[..]));
    stream.write_all(&manner.begin()).ok()?;
    stream.sock.set_nonblocking(true).ok()?;
    Some(stream)
}

/// Runs slow clients of every behavior.
pub(super) fn slow_readers(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    count: usize,
    ended: &AtomicBool,
) -> String {
    let start = |number| start(address, trusted, Manner::of(number));
    let mut round = 0;
    let go_on = |number, stream: &mut tls::Stream| {
        round += 1;
        Manner::of(number).go_on(stream, round)
    };
    let again = rounds(count, ended, start, go_on);
    format!("{count} slow readers of HTTP/2, thrown out {again} times")
}

#[test]
fn an_http_2_client_that_does_not_read_is_disconnected() {
    let fixture = Fixture::new(&super::text());
    let trusted = tls::renew(fixture.dir());
    let patience = ["--write-timeout", "2s"];
    let served = Watched::on(fixture, &[&patience, &tls::FLAGS[..]].concat());
    let start = |manner| (manner, start(served.running.address, &trusted, manner).unwrap());
    let mut all = Vec::from(Manner::ALL.map(start));
    for round in 0.. {
        all.retain_mut(|(manner, stream)| manner.go_on(stream, round));
        assert!(round > 0 || all.len() == Manner::ALL.len(), "not all are served at first");
        if all.is_empty() {
            break;
        }
        assert!(round < 80, "{:?} holds its connection", all[0].0);
        // With TLS, each byte of content becomes about thirty bytes; that is less than a client must read per second.
        std::thread::sleep(Duration::from_millis(250));
    }
    // The server must disconnect them because they are slow, not because of protocol errors.
    served.wait("convene_refusals_total{kind=\"slow\"}", Manner::ALL.len() as f64);
}

#[test]
fn an_http_2_client_that_resets_a_response_keeps_its_connection() {
    let fixture = Fixture::new(&super::text());
    let trusted = tls::renew(fixture.dir());
    let patience = ["--at", BEFORE, "--write-timeout", "1s"];
    let running = fixture.serve(&[&patience, &tls::FLAGS[..]].concat());
    let mut stream = start(running.address, &trusted, Manner::Shut).unwrap();
    for number in 0..STREAMS {
        let cancel = frame(RST_STREAM, 0, number * 2 + 1, &CANCEL.to_be_bytes());
        stream.write_all(&cancel).unwrap();
    }
    // This is longer than the write timeout.
    for round in 0..16 {
        assert!(Manner::Shut.go_on(&mut stream, round), "it is cut");
        std::thread::sleep(Duration::from_millis(250));
    }
}
