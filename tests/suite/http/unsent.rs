//! Buffered bytes for a client that reads nothing: at most `--max-unsent`.

use std::io::{Read, Write as _};
use std::os::unix::net::UnixStream;

use super::limits::connect_with_small_window;
use super::tls;
use crate::support::{Fixture, list, session};
use crate::telemetry::Watched;

/// The options for [`Watched`], without `--max-unsent`.
const FLAGS: [&str; 2] = ["--write-timeout", "1s"];
const REQUEST: &str = "GET /feeds/test.ics HTTP/1.1\r\nHost: localhost\r\n\r\n";
/// The request on HTTP/2, with the largest possible windows (RFC 9113 sections 3.4, 6.2, 6.5 and 6.9; RFC 7541 appendix
/// A).
const REQUEST_2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\
    \0\0\x06\x04\0\0\0\0\0\0\x04\x7f\xff\xff\xff\
    \0\0\x04\x08\0\0\0\0\0\x7f\xff\0\0\
    \0\0\x1e\x01\x05\0\0\0\x01\x82\x87\x41\x09localhost\x04\x0f/feeds/test.ics";

/// This is more than the minimum, one packet of the kernel and the client's own buffer together.
const LITTLE: usize = 128 * 1024;
/// This is less than the kernel's share of the default.
const MUCH: usize = 160 * 1024;

/// Returns a file whose feed is larger than twice the default.
fn feed() -> String {
    let text = "Solidarity, bridges and silos. ".repeat(6_000);
    let one = |id| session(id, "2027-04-30T14:00:00", &format!("description = \"{text}\""));
    list(&["a", "b", "c"].map(one).concat())
}

/// Returns the number of bytes that a client finds after the server has disconnected it for reading nothing.
fn held(served: &Watched, reader: &mut impl Read) -> usize {
    served.wait("convene_refusals_total{kind=\"slow\"}", 1.0);
    served.wait("convene_connections_open", 0.0);
    let mut bytes = Vec::new();
    // The connection may end with a reset. The bytes before the reset count.
    let _ = reader.read_to_end(&mut bytes);
    bytes.len()
}

/// Compares the number of buffered bytes with the default and with the minimum.
fn compare(held: impl Fn(&[&str]) -> usize) {
    let (much, little) = (held(&[]), held(&["--max-unsent", "16384"]));
    assert!(MUCH < much && much < 320 * 1024, "{much} by default");
    assert!(0 < little && little < LITTLE, "{little} of the least");
}

#[test]
fn max_unsent_limits_http_1() {
    compare(|flag| {
        let served = Watched::new(&feed(), &[&FLAGS, flag].concat());
        let mut reader = connect_with_small_window(&served.running);
        reader.write_all(REQUEST.as_bytes()).unwrap();
        held(&served, &mut reader)
    });
}

#[test]
fn max_unsent_limits_tls() {
    for (protocol, request) in [(&b"http/1.1"[..], REQUEST.as_bytes()), (b"h2", REQUEST_2)] {
        compare(|flag| {
            let fixture = Fixture::new(&feed());
            let trusted = tls::renew(fixture.dir());
            let served = Watched::on(fixture, &[&FLAGS, &tls::FLAGS[..], flag].concat());
            let tcp = connect_with_small_window(&served.running);
            let mut reader = tls::over(tcp, tls::client(&trusted, &[protocol])).unwrap();
            reader.write_all(request).unwrap();
            // The test counts raw bytes, because the overhead of TLS is buffered, too.
            held(&served, &mut reader.sock)
        });
    }
}

#[test]
fn max_unsent_limits_a_unix_socket() {
    compare(|flag| {
        let served = Watched::new(
            &feed(),
            &[&FLAGS, &["--listen", "127.0.0.1:0", "--listen", "unix:s"][..], flag].concat(),
        );
        let mut reader = UnixStream::connect(served.fixture.dir().join("s")).unwrap();
        reader.write_all(REQUEST.as_bytes()).unwrap();
        held(&served, &mut reader)
    });
}
