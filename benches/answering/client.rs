//! A minimal client: it sends known requests and reads responses of known length.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::rustls::ClientConfig;

use crate::tls;

/// The kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// Requests without a content coding.
    Plain,
    /// Requests in gzip.
    Gzip,
    /// Conditional requests with the tag of an earlier response.
    Unchanged,
    /// Requests without a content coding, each on a new connection.
    Once,
}

/// A server that the client sends requests to.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) address: String,
    /// The TLS settings, for HTTPS.
    pub(crate) https: Option<Arc<ClientConfig>>,
}

/// A connection over HTTP or HTTPS.
trait Stream: Read + Write {}

impl Stream for TcpStream {}
impl Stream for tls::Stream {}

/// Connections to one server, each with one request at a time.
pub(crate) struct Client {
    target: Target,
    request: Vec<u8>,
    streams: Vec<Box<dyn Stream>>,
    /// The body of the first response.
    body: Vec<u8>,
    /// The number of bytes of a response with its headers; all responses to a request have the same length.
    response: usize,
    status: &'static [u8],
    buffer: Vec<u8>,
}

impl Client {
    /// Connects, sends one request, and records the length of the response.
    pub(crate) fn new(target: &Target, path: &str, how: How, connections: usize) -> Self {
        let request = match how {
            How::Plain => request(path, ""),
            How::Gzip => request(path, "Accept-Encoding: gzip\r\n"),
            How::Once => request(path, "Connection: close\r\n"),
            How::Unchanged => {
                let (head, _) = fetch(target, path, "");
                let tag = header(&head, "etag").expect("what can be unchanged has a tag");
                request(path, &format!("If-None-Match: {tag}\r\n"))
            }
        };
        let mut stream = target.connect();
        stream.write_all(&request).expect("it was connected");
        let (head, body) = read_response(stream.as_mut(), how != How::Unchanged);
        if how == How::Gzip {
            assert_eq!(header(&head, "content-encoding").as_deref(), Some("gzip"));
        }
        let status: &[u8] = if how == How::Unchanged { b"HTTP/1.1 304" } else { b"HTTP/1.1 200" };
        let response = head.len() + body.len();
        let connections = if how == How::Once { 0 } else { connections };
        let streams = (0..connections).map(|_| target.connect()).collect();
        let buffer = vec![0; response + 1];
        Self { target: target.clone(), request, streams, body, response, status, buffer }
    }

    /// Returns the body of the first response.
    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns the number of bytes of a response with its headers.
    pub(crate) fn response_bytes(&self) -> usize {
        self.response
    }

    /// Sends at least `times` requests. Returns their number.
    pub(crate) fn ask(&mut self, times: usize) -> usize {
        if self.streams.is_empty() {
            for _ in 0..times {
                let mut stream = self.target.connect();
                stream.write_all(&self.request).expect("it was connected");
                let mut read = 0;
                loop {
                    match stream.read(&mut self.buffer[read..]) {
                        Ok(0) => break,
                        Ok(more) => read += more,
                        // Some servers close without a TLS alert (RFC 8446 section 6.1).
                        Err(error) if error.kind() == ErrorKind::UnexpectedEof => break,
                        Err(error) => panic!("an answer broke off: {error}"),
                    }
                }
                self.check(read);
            }
            return times;
        }
        let turns = times.div_ceil(self.streams.len());
        for _ in 0..turns {
            for stream in &mut self.streams {
                stream.write_all(&self.request).expect("the server keeps connections open");
            }
            for index in 0..self.streams.len() {
                let response = &mut self.buffer[..self.response];
                self.streams[index]
                    .read_exact(response)
                    .expect("an answer is as long as the first");
                self.check(self.response);
            }
        }
        turns * self.streams.len()
    }

    fn check(&self, read: usize) {
        assert!(read == self.response && self.buffer.starts_with(self.status), "another answer");
    }
}

/// Returns the head and the body of one response on a new connection.
pub(crate) fn fetch(target: &Target, path: &str, headers: &str) -> (String, Vec<u8>) {
    let mut stream = target.connect();
    stream.write_all(&request(path, headers)).expect("it was connected");
    read_response(stream.as_mut(), true)
}

fn request(path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench\r\n{headers}\r\n").into_bytes()
}

impl Target {
    fn connect(&self) -> Box<dyn Stream> {
        let stream = TcpStream::connect(&self.address).expect("the server takes connections");
        stream.set_nodelay(true).expect("it was connected");
        let patience = Some(Duration::from_secs(30));
        stream.set_read_timeout(patience).expect("it was connected");
        match &self.https {
            Some(config) => {
                Box::new(tls::over(stream, config).expect("the client trusts the server"))
            }
            None => Box::new(stream),
        }
    }
}

fn read_response(stream: &mut dyn Stream, with_body: bool) -> (String, Vec<u8>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("an answer has a head");
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).expect("a head is ASCII");
    let length = header(&head, "content-length").filter(|_| with_body);
    let mut body = vec![0; length.map_or(0, |length| length.parse().expect("it is a number"))];
    stream.read_exact(&mut body).expect("a body is as long as its head says");
    (head, body)
}

fn header(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (own, value) = line.split_once(':')?;
        own.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}
