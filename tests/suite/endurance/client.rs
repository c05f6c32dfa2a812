//! A client with a persistent connection that accepts a body only if it matches its ETag.

use std::io::{BufRead as _, BufReader, Error, ErrorKind, Read as _, Result, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use crate::support::Answer;

/// One connection to 127.0.0.1.
pub(super) struct Client(BufReader<TcpStream>);

impl Client {
    pub(super) fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends one request and returns the complete response; fails if the connection ends early.
    pub(super) fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Result<Answer> {
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: test\r\n");
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        self.0.get_mut().write_all(text.as_bytes())?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if self.0.read_until(b'\n', &mut head)? == 0 {
                return Err(Error::from(ErrorKind::UnexpectedEof));
            }
        }
        let mut answer = Answer::parse(&head);
        let length = answer.header("content-length").map(|length| length.parse().unwrap());
        if method != "HEAD" && answer.status != 304 {
            let length: usize = length.unwrap_or_else(|| panic!("{path}: no Content-Length"));
            answer.body = vec![0; length];
            self.0.read_exact(&mut answer.body)?;
        }
        Ok(answer)
    }
}

/// Returns the uncompressed body of a 200, whose ETag must be its hash.
pub(super) fn plain(answer: &Answer, about: &str) -> Vec<u8> {
    let mut body = Vec::new();
    let suffix = match answer.header("content-encoding") {
        None => {
            body.clone_from(&answer.body);
            ""
        }
        Some("gzip") => {
            flate2::read::GzDecoder::new(answer.body.as_slice()).read_to_end(&mut body).unwrap();
            "-gzip"
        }
        Some("br") => {
            brotli::Decompressor::new(answer.body.as_slice(), 4096).read_to_end(&mut body).unwrap();
            "-br"
        }
        Some(other) => panic!("{about}: nobody asked for {other}"),
    };
    let hash: String =
        Sha256::digest(&body)[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    let expected = format!("\"{hash}{suffix}\"");
    assert_eq!(answer.header("etag"), Some(expected.as_str()), "{about}: another body's ETag");
    body
}
