//! HTTPS: HTTP/1.1 and HTTP/2, renewed certificates, and redirects from HTTP.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::connections::is_closed;
use super::shutdown::{exit, wait_until};
use super::stuck::make_pipe;
use super::{FEED, Served};
use crate::support::{Answer, BEFORE, EXAMPLE, Fixture, Running, list, session};

/// The flags of a server with the certificate of [`renew`].
pub(crate) const FLAGS: [&str; 4] = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];

/// Writes a new certificate for `localhost` and its key into a folder.
pub(crate) fn renew(folder: &Path) -> CertificateDer<'static> {
    renew_until(folder, 2100)
}

/// Does the same with a certificate that is valid until the beginning of a year.
pub(crate) fn renew_until(folder: &Path, year: i32) -> CertificateDer<'static> {
    let mut parameters = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    parameters.not_after = rcgen::date_time_ymd(year, 1, 1);
    let key = rcgen::KeyPair::generate().unwrap();
    let cert = parameters.self_signed(&key).unwrap();
    std::fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    cert.der().clone()
}

/// Returns a client that trusts a certificate and offers some protocols.
pub(crate) fn client(trusted: &CertificateDer<'static>, protocols: &[&[u8]]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    Arc::new(config)
}

pub(crate) type Stream = StreamOwned<ClientConnection, TcpStream>;

/// Connects and performs the handshake, which may fail.
pub(crate) fn connect(address: SocketAddr, config: Arc<ClientConfig>) -> std::io::Result<Stream> {
    over(TcpStream::connect(address)?, config)
}

/// Performs the handshake over an open connection.
pub(crate) fn over(tcp: TcpStream, config: Arc<ClientConfig>) -> std::io::Result<Stream> {
    let name = ServerName::try_from("localhost").unwrap();
    tcp.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut stream = StreamOwned::new(ClientConnection::new(config, name).unwrap(), tcp);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    Ok(stream)
}

fn ask(stream: &mut Stream, path: &str, more: &str) {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n").unwrap();
}

fn whole_answer(stream: &mut Stream) -> Answer {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    Answer::parse(&bytes)
}

/// Starts the program with its own certificate. Returns the certificate for clients to trust.
fn secure(toml: &str, more: &[&str]) -> (Running, Fixture, CertificateDer<'static>) {
    let fixture = Fixture::new(toml);
    let trusted = renew(fixture.dir());
    let running = fixture.serve(&[&["--at", BEFORE], &FLAGS[..], more].concat());
    (running, fixture, trusted)
}

#[test]
fn https_gives_the_same_bytes_as_http() {
    let plain = Served::example().get(FEED, &[]);
    let (running, _fixture, trusted) = secure(EXAMPLE, &[]);
    for protocols in [&[&b"http/1.1"[..]][..], &[]] {
        let mut stream = connect(running.address, client(&trusted, protocols)).unwrap();
        ask(&mut stream, FEED, "Connection: close\r\n");
        let answer = whole_answer(&mut stream);
        assert_eq!((answer.status, &answer.body), (200, &plain.body));
        assert_eq!(answer.header("etag"), plain.header("etag"));
    }
}

#[test]
fn http_2_is_used_with_clients_that_prefer_it() {
    let plain = Served::example().get(FEED, &[]);
    let (running, _fixture, trusted) = secure(EXAMPLE, &[]);
    http_2(running.address, &trusted, async |client: h2::client::SendRequest<_>| {
        let ask = |method: &str, path: &str| {
            let uri = format!("https://localhost{path}");
            hyper::Request::builder().method(method).uri(uri).body(()).unwrap()
        };
        let mut client = client.ready().await.unwrap();
        // The client sends these requests concurrently.
        let mut send = |method, path| client.send_request(ask(method, path), true).unwrap().0;
        let all = [send("GET", FEED), send("HEAD", FEED), send("GET", "/none"), send("PUT", FEED)];
        for (answer, (status, length)) in
            all.into_iter().zip([(200, plain.body.len()), (200, 0), (404, 1), (405, 1)])
        {
            let answer = answer.await.unwrap();
            assert_eq!(answer.status(), status);
            let mut body = answer.into_body();
            let mut bytes = Vec::new();
            while let Some(data) = body.data().await {
                bytes.extend_from_slice(&data.unwrap());
            }
            assert!(bytes.len() >= length, "{status}");
            if length > 1 {
                assert_eq!(bytes, plain.body);
            }
        }
    });
}

#[test]
fn a_slow_http_2_client_gets_all_of_a_large_response() {
    let list = super::large::large("First");
    let patience = ["--idle-timeout", "1s", "--header-timeout", "1s"];
    let (running, _fixture, trusted) = secure(&list, &patience);
    http_2(running.address, &trusted, async |client: h2::client::SendRequest<_>| {
        let mut client = client.ready().await.unwrap();
        let uri = "https://localhost/feeds/test.ics";
        let request = hyper::Request::builder().uri(uri).body(()).unwrap();
        let answer = client.send_request(request, true).unwrap().0.await.unwrap();
        let length: usize = answer.headers()["content-length"].to_str().unwrap().parse().unwrap();
        let (mut body, mut read, start) = (answer.into_body(), 0, std::time::Instant::now());
        while let Some(data) = body.data().await {
            let data = data.expect("the answer goes on");
            read += data.len();
            // Together these pauses take four seconds, which is longer than the idle timeout.
            tokio::time::sleep(Duration::from_secs(4).mul_f64(data.len() as f64 / length as f64))
                .await;
            body.flow_control().release_capacity(data.len()).unwrap();
        }
        assert_eq!(read, length);
        assert!(start.elapsed() > Duration::from_secs(3) && length > 200_000);
    });
}

/// Opens an HTTP/2 connection, and runs a function with its client.
pub(crate) fn http_2(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    with: impl AsyncFnOnce(h2::client::SendRequest<hyper::body::Bytes>),
) {
    let config = client(trusted, &[b"h2", b"http/1.1"]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let tcp = tokio::net::TcpStream::connect(address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = tokio_rustls::TlsConnector::from(config).connect(name, tcp).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (send, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        with(send).await;
    });
}

#[test]
fn a_renewed_certificate_is_used_without_a_restart() {
    let (running, fixture, first) = secure(EXAMPLE, &[]);
    let mut kept = connect(running.address, client(&first, &[])).unwrap();
    let second = renew(fixture.dir());
    wait_until(|| connect(running.address, client(&second, &[])).ok().map(|_| ()));
    assert!(connect(running.address, client(&first, &[])).is_err());
    // Existing connections continue.
    ask(&mut kept, FEED, "Connection: close\r\n");
    assert_eq!(whole_answer(&mut kept).status, 200);
}

#[test]
fn a_broken_renewal_is_logged_once_and_the_certificate_in_use_stays() {
    use std::io::BufRead as _;
    let (mut running, fixture, first) = secure(EXAMPLE, &[]);
    let mut said = BufReader::new(running.child.stderr.take().unwrap());
    let mut next = || {
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        line
    };
    let line = next();
    assert!(line.contains("started"), "{line}");
    std::fs::write(fixture.dir().join("cert.pem"), "nothing\n").unwrap();
    let line = next();
    assert!(line.contains("the certificate in use stays") && line.contains("cert.pem"), "{line}");
    assert!(connect(running.address, client(&first, &[])).is_ok());
    std::fs::remove_file(fixture.dir().join("key.pem")).unwrap();
    let line = next();
    assert!(line.contains("the certificate in use stays") && line.contains("key.pem"), "{line}");
    let second = renew(fixture.dir());
    // The program logs each problem once, and nothing else.
    let line = next();
    assert!(line.contains("using a new certificate"), "{line}");
    assert!(connect(running.address, client(&second, &[])).is_ok());
}

#[test]
fn files_that_are_no_certificate_and_key_are_refused_with_the_reason() {
    let fixture = Fixture::new(EXAMPLE);
    renew(fixture.dir());
    let key = std::fs::read(fixture.dir().join("key.pem")).unwrap();
    let refused = |reason: &str| {
        let output = fixture.run(&[&["--listen", "127.0.0.1:0"][..], &FLAGS].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains(reason), "{said}");
    };
    renew(fixture.dir());
    std::fs::write(fixture.dir().join("key.pem"), key).unwrap();
    refused("`key.pem` cannot be used for TLS: it is not the key of cert.pem");
    std::fs::write(fixture.dir().join("key.pem"), "").unwrap();
    refused("there is no private key without a password in it");
    std::fs::write(fixture.dir().join("cert.pem"), "").unwrap();
    refused("there is no `-----BEGIN CERTIFICATE-----` in it");
    std::fs::remove_file(fixture.dir().join("cert.pem")).unwrap();
    refused("cert.pem");
    assert!(!fixture.revisions_file().exists());
}

#[test]
fn an_invalid_handshake_ends_only_its_own_connection() {
    let (running, _fixture, trusted) = secure(EXAMPLE, &["--header-timeout", "1s"]);
    let mut plain = running.connect();
    write!(plain, "GET {FEED} HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut silent = running.connect();
    let mut half = running.connect();
    half.write_all(&[22, 3, 1, 0, 200, 1]).unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"));
    assert!(is_closed(&mut silent) && is_closed(&mut half));
    let mut stream = connect(running.address, client(&trusted, &[])).unwrap();
    ask(&mut stream, FEED, "Connection: close\r\n");
    assert_eq!(whole_answer(&mut stream).status, 200);
}

#[test]
fn a_pipe_at_the_path_of_a_certificate_blocks_nothing() {
    let (mut running, fixture, trusted) = secure(EXAMPLE, &["--header-timeout", "1s"]);
    let (certificate, pipe) = (fixture.dir().join("cert.pem"), fixture.dir().join("pipe"));
    make_pipe(&pipe);
    std::fs::rename(&pipe, &certificate).unwrap();
    let mut line = String::new();
    let mut log = BufReader::new(running.child.stderr.take().unwrap());
    while !line.contains("the certificate in use stays: cannot read the PEM file") {
        line.clear();
        assert_ne!(log.read_line(&mut line).unwrap(), 0, "it is logged");
    }
    assert!(line.contains("cert.pem`: it is not a regular file"), "{line}");
    // There are more connections than threads.
    for _ in 0..64 {
        let mut stream = connect(running.address, client(&trusted, &[])).unwrap();
        ask(&mut stream, FEED, "Connection: close\r\n");
        assert_eq!(whole_answer(&mut stream).status, 200);
    }
    assert!(is_closed(&mut running.connect()), "timeouts are kept");
    running.signal("TERM");
    assert_eq!(exit(&mut running).code(), Some(0));
}

#[test]
fn http_2_has_as_many_header_lines_as_http_1() {
    let (running, _fixture, trusted) = secure(EXAMPLE, &[]);
    http_2(running.address, &trusted, async |client: h2::client::SendRequest<_>| {
        let mut client = client.ready().await.unwrap();
        for (lines, status) in [(100, 200), (101, 431), (100, 200)] {
            let uri = format!("https://localhost{FEED}");
            let mut request = hyper::Request::builder().uri(uri).body(()).unwrap();
            let value = hyper::header::HeaderValue::from_static("1");
            for _ in 0..lines {
                request.headers_mut().append("x-line", value.clone());
            }
            let answer = client.send_request(request, true).unwrap().0.await.unwrap();
            assert_eq!(answer.status(), status, "{lines}");
        }
    });
}

/// Returns the status and the target of a redirect.
fn location(address: SocketAddr, request: &str) -> (u16, Option<String>) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let answer = Answer::parse(&bytes);
    (answer.status, answer.header("location").map(ToOwned::to_owned))
}

/// Returns the redirecting port, from the program's output.
fn redirecting(running: &mut Running) -> SocketAddr {
    let line = running.next_lines(1);
    line.strip_prefix("to https   from ").unwrap().trim().parse().unwrap()
}

#[test]
fn http_leads_to_the_public_address_if_that_is_one_of_https() {
    let toml = list(&session("a", "2027-04-30T14:00:00", ""));
    let (mut running, _fixture, _) = secure(&toml, &["--redirect-http", "127.0.0.1:0"]);
    let http = redirecting(&mut running);
    let to = |target: &str| (301, Some(format!("https://cal.example{target}")));
    for target in ["/", "/feeds/test.ics", "/feeds/test.ics?a=%20b", "/none"] {
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n");
        assert_eq!(location(http, &request), to(target));
    }
    assert_eq!(location(http, "HEAD /x HTTP/1.0\r\n\r\n"), to("/x"));
    let request = "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    assert_eq!(location(http, request).0, 308);
    for wrong in ["GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a/b\r\n", "OPTIONS * HTTP/1.0\r\n"]
    {
        let request = format!("{wrong}Connection: close\r\n\r\n");
        assert_eq!(location(http, &request), (400, None), "{wrong}");
    }
}

/// Returns the example without a `url`.
fn nameless() -> String {
    EXAMPLE
        .lines()
        .filter(|line| !line.starts_with("url = "))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn http_redirects_to_the_requested_host_without_an_https_url() {
    let nameless = nameless();
    assert_ne!(nameless, EXAMPLE);
    for toml in [EXAMPLE, &nameless] {
        let (mut running, _fixture, _) = secure(toml, &["--redirect-http", "127.0.0.1:0"]);
        let http = redirecting(&mut running);
        let port = running.address.port();
        for (host, name) in [
            ("calendar.example.org", "calendar.example.org"),
            ("a:80", "a"),
            ("[::1]:80", "[::1]"),
            ("127.0.0.1", "127.0.0.1"),
        ] {
            let request = format!("GET /x?y HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            let to = format!("https://{name}:{port}/x?y");
            assert_eq!(location(http, &request), (301, Some(to)));
        }
        for host in ["a b", "a/b", "u@a", "a:b", "a\r\nHost: b", "", ":80", "[::1", "a#b"] {
            let request = format!("GET /x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            assert_eq!(location(http, &request), (400, None), "{host}");
        }
        assert_eq!(location(http, "GET /x HTTP/1.0\r\n\r\n"), (400, None));
    }
}

#[test]
fn an_address_that_is_named_later_is_led_to_from_then_on() {
    let (mut running, fixture, _) = secure(&nameless(), &["--redirect-http", "127.0.0.1:0"]);
    let http = redirecting(&mut running);
    let ask = "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let own = format!("https://a:{}/x", running.address.port());
    assert_eq!(location(http, ask), (301, Some(own)));
    let named = "[calendar]\nurl = \"https://cal.example\"";
    fixture.write(&nameless().replace("[calendar]", named));
    wait_until(|| {
        (location(http, ask).1.as_deref() == Some("https://cal.example/x")).then_some(())
    });
}

#[test]
fn without_any_address_links_name_https() {
    let toml = list(&session("a", "2027-04-30T14:00:00", ""))
        .replace("url = \"https://cal.example\"\n", "");
    let (mut running, _fixture, _) = secure(&toml, &[]);
    let line = running.next_lines(1);
    assert_eq!(line, format!("open       https://{}/\n", running.address));
}

#[test]
fn a_certificate_is_read_as_others_wrote_it() {
    let fixture = Fixture::new(EXAMPLE);
    let trusted = renew(fixture.dir());
    let cert = std::fs::read_to_string(fixture.dir().join("cert.pem")).unwrap();
    // Some certificate authorities write text before and after the certificate.
    std::fs::write(fixture.dir().join("cert.pem"), format!("subject: us\n{cert}\n# end\n"))
        .unwrap();
    assert_eq!(CertificateDer::from_pem_file(fixture.dir().join("cert.pem")).unwrap(), trusted);
    let running = fixture.serve(&[&["--at", BEFORE], &FLAGS[..]].concat());
    assert!(connect(running.address, client(&trusted, &[])).is_ok());
}
