//! Shared helpers: a folder with a `sessions.toml`, the program in it, and a plain HTTP client.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use chrono::{DateTime, Utc};
use convene::l10n::Words;
use convene::publish::{Published, Publisher};
use convene::reload::{self, Polling};
use convene::revisions::Edition;

/// The `sessions.toml` of the repository.
pub(crate) const EXAMPLE: &str = include_str!("../../sessions.toml");
/// An instant before the example's first session.
pub(crate) const BEFORE: &str = "2024-01-15T12:00:00Z";

/// Returns a file with `[calendar]`, followed by `sessions`.
pub(crate) fn list(sessions: &str) -> String {
    format!(
        "[calendar]\nid = \"test\"\ntitle = \"Test\"\nurl = \"https://cal.example\"\n\
         timezone = \"America/New_York\"\nduration = \"1h\"\n{sessions}"
    )
}

/// Returns one session with an id, a start, and additional lines.
pub(crate) fn session(id: &str, start: &str, more: &str) -> String {
    format!("\n[[sessions]]\nid = \"{id}\"\ntitle = \"Session {id}\"\nstart = {start}\n{more}\n")
}

pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A temporary folder with a `sessions.toml`.
pub(crate) struct Fixture {
    dir: tempfile::TempDir,
}

impl Fixture {
    /// Creates the folder in memory if possible, because the program waits for the disk after each write.
    pub(crate) fn new(toml: &str) -> Self {
        let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        Self::with(dir, toml)
    }

    /// Creates the folder on a disk, for tests of concurrent writers and killed programs, and for large files.
    pub(crate) fn on_disk(toml: &str) -> Self {
        Self::with(tempfile::tempdir().unwrap(), toml)
    }

    fn with(dir: tempfile::TempDir, toml: &str) -> Self {
        let fixture = Self { dir };
        fixture.write(toml);
        fixture
    }

    /// Writes the file and dates it an hour ago, because a start does not wait for an old file.
    pub(crate) fn write(&self, toml: &str) {
        std::fs::write(self.file(), toml).unwrap();
        let file = std::fs::File::options().append(true).open(self.file()).unwrap();
        let written = file.metadata().unwrap().modified().unwrap();
        file.set_modified(written - Duration::from_secs(3600)).unwrap();
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.dir.path().join("sessions.toml")
    }

    pub(crate) fn revisions_file(&self) -> PathBuf {
        self.dir.path().join("sessions.revisions.json")
    }

    /// Returns the program's publisher for this folder.
    pub(crate) fn publisher(&self) -> Publisher {
        Publisher::new(&self.file(), self.dir()).unwrap()
    }

    /// Publishes the first edition as `serve` does, long after the file was written.
    pub(crate) fn start(&self, publisher: &Publisher, at: &str) -> (Published, Polling) {
        let written = std::fs::metadata(self.file()).unwrap().modified().unwrap();
        let clock = written + Duration::from_secs(7200);
        let pause = |_| panic!("an old file is published at once");
        reload::start(publisher, instant(at), clock, pause).unwrap_or_else(|r| panic!("{r:?}"))
    }

    /// Publishes at an instant, which must succeed.
    pub(crate) fn publish(&self, at: &str) -> Published {
        self.publisher().publish(instant(at)).unwrap_or_else(|refusal| panic!("{refusal:?}"))
    }

    /// Runs the program in this folder and waits for it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Returns the program in this folder as a command that has not started yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_convene"));
        command.current_dir(self.dir()).args(arguments);
        command
    }

    /// Starts the program on a free port of 127.0.0.1.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        command.args(["--listen", "127.0.0.1:0"]);
        Running::start(command)
    }
}
/// Returns a revisions file without its checksums.
pub(crate) fn without_sums(revisions: &str) -> String {
    let mut text = revisions.to_owned();
    for start in [",\"sum\":\"", ", \"sum\": \""] {
        while let Some(at) = text.find(start) {
            text.replace_range(at..at + start.len() + 9, "");
        }
    }
    text
}

/// Returns the body of a path of a site, as text.
pub(crate) fn body(published: &Published, path: &str) -> String {
    let resource = published.site.get(path).unwrap_or_else(|| panic!("there is no {path}"));
    String::from_utf8(resource.identity().body.to_vec()).unwrap()
}

/// Returns the words of an edition's calendar.
pub(crate) fn words(edition: &Edition) -> Words {
    Words::new(&edition.catalog.calendar)
}

/// A running program, which ends when it is dropped.
pub(crate) struct Running {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    /// The program's output up to the listening address.
    pub(crate) greeting: String,
    /// The rest of the program's output.
    pub(crate) lines: BufReader<std::process::ChildStdout>,
}

impl Running {
    /// Starts a command, and reads its output up to the listening address.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut greeting = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let address = loop {
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap() == 0 {
                let output = child.wait_with_output().unwrap();
                panic!("did not start: {}", String::from_utf8_lossy(&output.stderr));
            }
            greeting.push_str(&line);
            if let Some(address) = line.strip_prefix("listening on ") {
                break address.trim().parse().unwrap();
            }
        };
        Self { child, address, greeting, lines }
    }

    /// Opens a connection with a timeout of ten seconds.
    pub(crate) fn connect(&self) -> TcpStream {
        connect(self.address)
    }

    /// Sends bytes on a new connection, and reads until the server closes it.
    pub(crate) fn raw(&self, request: &[u8]) -> Vec<u8> {
        raw(self.address, request)
    }

    /// Sends GET with additional header lines.
    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.request("GET", path, headers)
    }

    /// Sends a request with additional header lines on a new connection.
    pub(crate) fn request(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        ask(self.address, method, path, headers)
    }

    /// Returns the program's process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by name, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let status =
            Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// Ends the program, and returns its standard error.
    pub(crate) fn last_words(mut self) -> String {
        self.signal("TERM");
        std::io::read_to_string(self.child.stderr.take().unwrap()).unwrap()
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream
}

fn raw(address: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = connect(address);
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// Sends a request to any server on a new connection.
pub(crate) fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Answer {
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    Answer::parse(&raw(address, text.as_bytes()))
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A parsed response.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The names are in lower case, in the order sent.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("no end of headers");
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
            .collect();
        Self { status, headers, body: bytes[end + 4..].to_vec() }
    }

    /// Returns the value of a header that may occur at most once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(own, _)| own == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "{name} is there twice");
        value
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Returns every file below a folder by its path with `/`, except those that begin with a dot.
pub(crate) fn tree(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let mut files = std::collections::BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let parts: Vec<String> = path
                .strip_prefix(folder)
                .unwrap()
                .iter()
                .map(|part| part.to_string_lossy().into_owned())
                .collect();
            files.insert(parts.join("/"), std::fs::read(&path).unwrap());
        }
    }
    files
}

impl Running {
    /// Returns the next lines of the program's output.
    pub(crate) fn next_lines(&mut self, count: usize) -> String {
        let mut text = String::new();
        for _ in 0..count {
            assert_ne!(self.lines.read_line(&mut text).unwrap(), 0, "no more after: {text}");
        }
        text
    }
}

/// Returns whether `UPDATE=1` is set. With it, tests write the expected files instead of comparing them.
pub(crate) fn rewrites() -> bool {
    std::env::vars_os().any(|(name, value)| name == "UPDATE" && value == "1")
}

/// Returns a text as a TOML string.
pub(crate) fn quoted(text: &str) -> String {
    // TOML supports all escapes of JSON.
    serde_json::to_string(text).unwrap()
}

/// Returns the path and the decoded values of an address, by a parser that shares no code with the program.
pub(crate) fn taken_apart(address: &str) -> (String, std::collections::BTreeMap<String, String>) {
    let url = url::Url::parse(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    let place = format!("{}{}", url.origin().ascii_serialization(), url.path());
    let mut values = std::collections::BTreeMap::new();
    for (name, value) in url.query_pairs() {
        assert!(values.insert(name.to_string(), value.to_string()).is_none(), "{name} twice");
    }
    (place, values)
}

/// Pseudo-random numbers, the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Returns a number below a limit.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
