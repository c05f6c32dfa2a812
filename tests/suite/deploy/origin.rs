//! The relay between a cache and the program. The relay makes each response as old as its max-age within a second,
//! because tests cannot wait for minutes. The relay also records each request. Dropping the relay simulates an outage.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// A request from the cache, and the response to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) status: u16,
    /// The entity tag in the request.
    pub(super) tag: Option<String>,
}

/// A relay to the program, which stops when it is dropped.
pub(super) struct Origin {
    pub(super) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Origin {
    /// Starts a relay to the program at `to`, on a new port or on that of an earlier relay.
    pub(super) fn before(to: SocketAddr, port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let thread = {
            let (asked, ended) = (Arc::clone(&asked), Arc::clone(&ended));
            std::thread::spawn(move || {
                for stream in listener.incoming() {
                    if ended.load(Ordering::SeqCst) {
                        return;
                    }
                    let asked = Arc::clone(&asked);
                    // A cache that disconnects early does not fail the test.
                    std::thread::spawn(move || stream.map(|stream| relay(stream, to, &asked)));
                }
            })
        };
        Self { address, asked, ended, thread: Some(thread) }
    }

    /// Returns the requests for a path since the last call.
    pub(super) fn asked(&self, path: &str) -> Vec<Asked> {
        let mut all = self.asked.lock().unwrap();
        let (these, others) =
            std::mem::take(&mut *all).into_iter().partition(|one| one.path == path);
        *all = others;
        these
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Relays one request. The response tells the cache that the connection ends.
fn relay(stream: TcpStream, to: SocketAddr, asked: &Mutex<Vec<Asked>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let lines: Vec<&str> = head.trim_end().split("\r\n").collect();
    let value = |name: &str| {
        let found = lines.iter().filter_map(|line| line.split_once(": "));
        let mut found = found.filter(|(own, _)| own.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.to_owned())
    };
    let kept = lines.iter().filter(|line| !line.to_lowercase().starts_with("connection:"));
    let request: String = kept.map(|line| format!("{line}\r\n")).collect();
    let mut program = TcpStream::connect(to)?;
    program.write_all(format!("{request}Connection: close\r\n\r\n").as_bytes())?;
    let mut answer = Vec::new();
    program.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(answer.len());
    let said = String::from_utf8_lossy(&answer[..end])
        .replace("max-age=300", "max-age=1")
        .replace("max-age=60\r", "max-age=1\r");
    let status = said.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let path = lines[0].split(' ').nth(1).unwrap_or_default().to_owned();
    asked.lock().unwrap().push(Asked { path, status, tag: value("if-none-match") });
    let mut stream = stream;
    stream.write_all(said.as_bytes())?;
    stream.write_all(&answer[end..])
}
