//! Clients that read a large response slowly but steadily, and clients that read nothing but send data.
//!
//! Their windows are small, so the system reports their progress in small steps. The server's system buffers some
//! hundred KiB, which at these speeds hides the progress for minutes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use tokio_rustls::rustls::pki_types::CertificateDer;

use super::BIG;
use super::crowd::connect;
use super::frames::{PREFACE, SETTINGS, frame};
use super::windows::{GET, INITIAL_WINDOW_SIZE, PING, WINDOW_UPDATE, ask};
use crate::http::tls;
use crate::support::Fixture;
use crate::telemetry::Watched;

/// The write timeout, which is a few steps of a client.
const PATIENCE: [&str; 2] = ["--write-timeout", "5s"];
/// The number of bytes that a slow client reads per second. At this speed, the buffers of the system last far longer
/// than the timeout.
const SPEED: usize = 8 << 10;
/// The duration of the test.
const LASTS: Duration = Duration::from_secs(16);

/// The protocol of the connection.
#[derive(Debug, Clone, Copy)]
enum Protocol {
    Plain,
    Tls,
    Http2,
}

impl Protocol {
    const ALL: [Self; 3] = [Self::Plain, Self::Tls, Self::Http2];

    /// Starts the server for the protocol.
    fn serve(self) -> (Watched, Option<CertificateDer<'static>>) {
        let fixture = Fixture::new(&super::text());
        if matches!(self, Self::Plain) {
            return (Watched::on(fixture, &PATIENCE), None);
        }
        let trusted = tls::renew(fixture.dir());
        (Watched::on(fixture, &[&PATIENCE, &tls::FLAGS[..]].concat()), Some(trusted))
    }

    /// Opens a connection with requests for large responses. Returns it with a function that sends more data.
    fn begin(self, address: SocketAddr, trusted: Option<&CertificateDer<'static>>) -> Client {
        let tcp = connect(address).unwrap();
        let request = format!("GET {BIG} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let begin = match self {
            Self::Plain | Self::Tls => request.into_bytes(),
            Self::Http2 => {
                let wide = (1_u32 << 30).to_be_bytes();
                let setting = [&INITIAL_WINDOW_SIZE.to_be_bytes()[..], &wide].concat();
                let settings = frame(SETTINGS, 0, 0, &setting);
                let window = frame(WINDOW_UPDATE, 0, 0, &wide);
                [PREFACE, &settings, &window, &ask(GET, BIG, 1)].concat()
            }
        };
        let mut client = match trusted {
            None => Client::Plain(tcp),
            Some(trusted) => {
                let name: &[u8] = if matches!(self, Self::Http2) { b"h2" } else { b"http/1.1" };
                Client::Tls(Box::new(tls::over(tcp, tls::client(trusted, &[name])).unwrap()))
            }
        };
        client.write_all(&begin).unwrap();
        client
    }
}

enum Client {
    Plain(TcpStream),
    Tls(Box<tls::Stream>),
}

impl Client {
    fn socket(&mut self) -> &mut TcpStream {
        match self {
            Self::Plain(stream) => stream,
            Self::Tls(stream) => &mut stream.sock,
        }
    }
}

impl Read for Client {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(bytes),
            Self::Tls(stream) => stream.read(bytes),
        }
    }
}

impl Write for Client {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// Reads bytes at [`SPEED`] for [`LASTS`].
fn take(client: &mut impl Read, protocol: Protocol) {
    let (mut taken, mut piece, start) = (Vec::new(), [0; SPEED / 4], Instant::now());
    while start.elapsed() < LASTS {
        let wanted =
            (start.elapsed().as_millis() as usize * SPEED / 1000).saturating_sub(taken.len());
        let length = wanted.min(piece.len());
        if length > 0 {
            let read = client.read(&mut piece[..length]);
            let read =
                read.unwrap_or_else(|error| panic!("{protocol:?}: {error} {:?}", start.elapsed()));
            assert_ne!(read, 0, "{protocol:?}: cut after {:?}", start.elapsed());
            taken.extend_from_slice(&piece[..read]);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(taken.len() > SPEED * 10, "{protocol:?}: only {} bytes", taken.len());
}

#[test]
fn a_slow_but_steady_client_gets_a_large_response() {
    let servers = Protocol::ALL.map(|protocol| (protocol, protocol.serve()));
    std::thread::scope(|scope| {
        for (protocol, (served, trusted)) in &servers {
            for _ in 0..3 {
                let mut client = protocol.begin(served.running.address, trusted.as_ref());
                scope.spawn(move || take(&mut client, *protocol));
            }
        }
    });
    for (protocol, (served, _)) in servers {
        // The system's buffers hide the end of the connection from a client.
        let cut = served.value("convene_refusals_total{kind=\"slow\"}");
        assert_eq!(cut, Some(0.0), "{protocol:?}");
    }
}

/// Returns the data that a client sends in each round while it reads nothing.
fn noise(protocol: Protocol) -> Vec<Vec<u8>> {
    let nothing = Vec::new();
    match protocol {
        Protocol::Plain | Protocol::Tls => {
            let another = b"GET /robots.txt HTTP/1.1\r\nHost: a\r\n\r\n".to_vec();
            vec![nothing, b"\r\n".to_vec(), another, b"x".to_vec()]
        }
        Protocol::Http2 => {
            let pings = frame(PING, 0, 0, &[0; 8]).repeat(20);
            let window = frame(WINDOW_UPDATE, 0, 1, &1_u32.to_be_bytes());
            // The last write never completes a frame header.
            vec![nothing, pings, window, frame(SETTINGS, 0, 0, &[]), vec![0]]
        }
    }
}

#[test]
fn a_client_that_reads_nothing_is_disconnected_even_if_it_sends_data() {
    for protocol in Protocol::ALL {
        let (served, trusted) = protocol.serve();
        let noises = noise(protocol);
        let mut clients: Vec<_> = noises
            .iter()
            .map(|sent| {
                let mut client = protocol.begin(served.running.address, trusted.as_ref());
                client.socket().set_nonblocking(true).unwrap();
                (sent, client)
            })
            .collect();
        let (start, row) = (Instant::now(), "convene_refusals_total{kind=\"slow\"}");
        while served.value(row) != Some(noises.len() as f64) {
            let cut = served.value(row);
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "{protocol:?}: only {cut:?} are cut"
            );
            for (sent, client) in &mut clients {
                // A disconnected client cannot send any more.
                let _ = client.write(sent);
            }
            std::thread::sleep(Duration::from_millis(250));
        }
    }
}

#[test]
fn a_client_that_reads_nothing_on_a_unix_socket_is_disconnected() {
    let fixture = Fixture::new(&super::text());
    let listen = ["--listen", "127.0.0.1:0", "--listen", "unix:s", "--write-timeout", "1s"];
    let served = Watched::on(fixture, &listen);
    let mut client = UnixStream::connect(served.fixture.dir().join("s")).unwrap();
    write!(client, "GET {BIG} HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    served.wait("convene_refusals_total{kind=\"slow\"}", 1.0);
}
