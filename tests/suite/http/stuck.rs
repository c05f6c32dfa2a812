//! A lock that is never released, or a client that never disconnects: the process still ends on a signal.

use std::fs::File;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::FEED;
use super::shutdown::{exit, wait_until};
use crate::support::{BEFORE, EXAMPLE, Fixture, Running};

/// This is far longer than a shutdown without waiting, and far shorter than [`LONG_DRAIN`].
const SOON: Duration = Duration::from_secs(8);
const SHORT_DRAIN: [&str; 2] = ["--drain", "1s"];
const LONG_DRAIN: [&str; 2] = ["--drain", "10m"];

/// Holds the lock of the state until the returned value is dropped, like a stopped process.
fn hold_lock(folder: &Path) -> File {
    let path = folder.join(".sessions.lock");
    let lock = File::options().create(true).append(true).open(path).unwrap();
    lock.lock().unwrap();
    lock
}

/// Waits until the program logs that it is waiting for the lock.
fn until_waited_for(stderr: &mut impl BufRead) {
    let mut line = String::new();
    while !line.contains(".sessions.lock`") {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it has ended");
    }
    assert!(line.contains("fuser -v ") && line.contains("WARN"), "{line}");
}

pub(crate) fn make_pipe(path: &Path) {
    let (kind, mode) =
        (rustix::fs::FileType::Fifo, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR);
    rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).unwrap();
}

/// Serves with the options `more`, and makes the reload of a changed file hang.
fn reload_hangs(more: &[&str]) -> (Running, Fixture, File) {
    let fixture = Fixture::new(EXAMPLE);
    let mut running = fixture.serve(&[&["--at", BEFORE], more].concat());
    let mut stderr = BufReader::new(running.child.stderr.take().unwrap());
    let held = hold_lock(fixture.dir());
    fixture.write(&EXAMPLE.replace("an Era of Silos", "an Era of Bridges"));
    until_waited_for(&mut stderr);
    assert_eq!(running.get(FEED, &[]).status, 200);
    // The program still writes into this pipe, and must not fail.
    std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    (running, fixture, held)
}

#[test]
fn the_process_ends_after_the_drain_even_if_a_reload_hangs() {
    for signal in ["TERM", "INT"] {
        let (mut running, _fixture, _held) = reload_hangs(&SHORT_DRAIN);
        let start = Instant::now();
        running.signal(signal);
        assert_eq!(exit(&mut running).code(), Some(0), "{signal}");
        assert!(start.elapsed() < SOON, "{signal}: {:?}", start.elapsed());
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    for signals in [["TERM", "TERM"], ["INT", "INT"], ["TERM", "INT"]] {
        let (mut running, _fixture, _held) = reload_hangs(&LONG_DRAIN);
        let mut half = running.connect();
        write!(half, "GET {FEED} HTTP/1.1\r\nHost: te").unwrap();
        // The server accepts the connection before this one, which gets its response.
        assert_eq!(running.get(FEED, &[]).status, 200);
        let start = Instant::now();
        running.signal(signals[0]);
        let address = running.address;
        wait_until(|| std::net::TcpStream::connect(address).is_err().then_some(()));
        assert!(running.child.try_wait().unwrap().is_none(), "a request is in flight");
        running.signal(signals[1]);
        assert_eq!(exit(&mut running).code(), Some(0), "{signals:?}");
        assert!(start.elapsed() < SOON, "{signals:?}: {:?}", start.elapsed());
    }
}

/// Starts the program as the first process of a container, which no signal ends by default.
fn start(fixture: &Fixture) -> Child {
    let mut command = Command::new("sh");
    command.current_dir(fixture.dir()).args(["-c", "trap '' TERM INT; exec \"$0\" \"$@\""]);
    command.arg(env!("CARGO_BIN_EXE_convene")).args(["serve", "--listen", "127.0.0.1:0"]);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_start_that_waits_is_ended_by_a_signal() {
    let fixture = Fixture::new(EXAMPLE);
    let _held = hold_lock(fixture.dir());
    let mut child = start(&fixture);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    until_waited_for(&mut stderr);
    let start = Instant::now();
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    let ended = wait_until(|| child.try_wait().unwrap());
    assert_eq!(ended.code(), Some(0));
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

#[test]
fn a_lock_that_is_held_for_less_than_a_second_is_not_worth_a_line() {
    let fixture = Fixture::new(EXAMPLE);
    let held = fixture.publisher().store.lock().unwrap();
    let releasing = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        drop(held);
    });
    let running = fixture.serve(&["--at", BEFORE]);
    releasing.join().unwrap();
    let said = running.last_words();
    assert!(!said.contains("lock"), "{said}");
}
