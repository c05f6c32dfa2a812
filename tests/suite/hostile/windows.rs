//! Readers of HTTP/2 who ask for much and keep their windows shut (RFC 9113 section 5.2), or open them
//! wide and read nothing.

use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio_rustls::rustls::pki_types::CertificateDer;

use super::BIG;
use super::crowd::{connect, failed, rounds};
use super::frames::{END_HEADERS, END_STREAM, HEADERS_FRAME, PREFACE, SETTINGS, frame};
use crate::http::tls;
use crate::support::{BEFORE, Fixture};

/// Frames and a setting by their numbers (RFC 9113 sections 6.5.2, 6.7 and 6.9).
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const INITIAL_WINDOW_SIZE: u16 = 4;
/// Answers that one reader leaves lying.
const STREAMS: u32 = 8;

/// How somebody reads.
#[derive(Debug, Clone, Copy)]
enum Manner {
    /// Takes headers, and never opens a window for content.
    Shut,
    /// Opens the window by one byte in every round.
    Tiny,
    /// Allows everything, and takes nothing from the connection.
    Deaf,
}

impl Manner {
    const ALL: [Self; 3] = [Self::Shut, Self::Tiny, Self::Deaf];

    fn of(number: usize) -> Self {
        Self::ALL[number % Self::ALL.len()]
    }

    /// Requests for much, on several streams.
    fn begin(self) -> Vec<u8> {
        let window: u32 = if matches!(self, Self::Deaf) { 1 << 30 } else { 0 };
        let setting = [&INITIAL_WINDOW_SIZE.to_be_bytes()[..], &window.to_be_bytes()].concat();
        let length = u8::try_from(BIG.len()).unwrap();
        // `GET https://localhost` and a path in HPACK (RFC 7541 appendix A).
        let ask = [b"\x82\x87\x44", &[length][..], BIG.as_bytes(), b"\x41\x09localhost"].concat();
        let headers = |number| frame(HEADERS_FRAME, END_STREAM | END_HEADERS, number * 2 + 1, &ask);
        let mut all = [PREFACE, &frame(SETTINGS, 0, 0, &setting)].concat();
        if window > 0 {
            all.extend(frame(WINDOW_UPDATE, 0, 0, &window.to_be_bytes()));
        }
        all.extend((0..STREAMS).flat_map(headers));
        all
    }

    /// A round of it; whether the connection is still there.
    fn go_on(self, stream: &mut tls::Stream) -> bool {
        let one = 1_u32.to_be_bytes();
        let sent = match self {
            Self::Shut => Ok(()),
            Self::Tiny => stream.write_all(&frame(WINDOW_UPDATE, 0, 1, &one)),
            // Only to hear whether anybody is there.
            Self::Deaf => return !failed(&stream.write_all(&frame(PING, 0, 0, &[0; 8]))),
        };
        let read = stream.read(&mut [0; 4096]);
        !failed(&sent) && !matches!(read, Ok(0)) && !failed(&read)
    }
}

/// A reader on a connection of its own, who blocks nobody.
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

/// Slow readers of every manner.
pub(super) fn slow_readers(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    count: usize,
    ended: &AtomicBool,
) -> String {
    let start = |number| start(address, trusted, Manner::of(number));
    let again = rounds(count, ended, start, |number, stream| Manner::of(number).go_on(stream));
    format!("{count} slow readers of HTTP/2, thrown out {again} times")
}

#[test]
fn a_reader_of_http_2_who_does_not_read_is_given_up() {
    let fixture = Fixture::new(&super::text());
    let trusted = tls::renew(fixture.dir());
    let patience = ["--at", BEFORE, "--write-timeout", "2s"];
    let running = fixture.serve(&[&patience, &tls::FLAGS[..]].concat());
    for manner in Manner::ALL {
        let mut stream = start(running.address, &trusted, manner).unwrap();
        let mut rounds = 0;
        while manner.go_on(&mut stream) {
            rounds += 1;
            assert!(rounds < 80, "{manner:?} holds its connection");
            // A byte costs some thirty by TLS; that is less than a reader must take in a second.
            std::thread::sleep(Duration::from_millis(250));
        }
        assert!(rounds > 0, "{manner:?} was not served at all");
    }
}
