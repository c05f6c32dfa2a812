//! Honest clients: they send a request, read the response, and disconnect.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConnection, StreamOwned};

use crate::http::tls;
use crate::support::Answer;

/// This is far longer than a response takes; a client that waits longer got none.
const PATIENCE: Duration = Duration::from_secs(20);

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn ask(mut stream: impl Read + Write, path: &str, expected: &[u8]) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let answer = Answer::parse(&bytes);
    assert_eq!(answer.status, 200);
    assert!(answer.body == expected, "another body");
}

/// Sends requests repeatedly, each on a new connection.
fn again_and_again(who: &str, ended: &AtomicBool, ask: impl Fn()) -> String {
    let (mut count, mut longest) = (0, Duration::ZERO);
    while !ended.load(SeqCst) {
        let start = Instant::now();
        ask();
        longest = longest.max(start.elapsed());
        count += 1;
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(count > 0);
    format!("an honest reader {who}: {count} answers, the slowest in {longest:?}")
}

pub(super) fn read(address: SocketAddr, path: &str, expected: &[u8], ended: &AtomicBool) -> String {
    again_and_again("in plain", ended, || ask(connect(address), path, expected))
}

pub(super) fn read_by_tls(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    path: &str,
    expected: &[u8],
    ended: &AtomicBool,
) -> String {
    again_and_again("by TLS", ended, || once_by_tls(address, trusted, path, expected))
}

pub(super) fn once_by_tls(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    path: &str,
    expected: &[u8],
) {
    let config = tls::client(trusted, &[]);
    let connection = ClientConnection::new(config, ServerName::try_from("localhost").unwrap());
    ask(StreamOwned::new(connection.unwrap(), connect(address)), path, expected);
}
