//! SIGINT and SIGTERM: the program finishes in-flight responses, and waits for nothing else.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use super::connections::{is_closed, read_one};
use super::{FEED, Served};
use crate::support::{EXAMPLE, Running};

/// This is far longer than a shutdown takes; only a program that never ends exceeds it.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn wait_until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain");
        std::thread::sleep(Duration::from_millis(5));
    }
}

pub(super) fn exit(running: &mut Running) -> ExitStatus {
    wait_until(|| running.child.try_wait().unwrap())
}

fn refuses(address: SocketAddr) -> bool {
    TcpStream::connect(address).is_err()
}

#[test]
fn both_signals_end_it_with_exit_0_and_free_the_port() {
    for signal in ["INT", "TERM"] {
        let mut served = Served::example();
        assert_eq!(served.status(FEED, &[]), 200);
        served.running.signal(signal);
        assert_eq!(exit(&mut served.running).code(), Some(0), "{signal}");
        assert!(refuses(served.running.address), "{signal}");
        TcpListener::bind(served.running.address).unwrap();
    }
}

#[test]
fn a_signal_right_after_the_greeting_is_heeded() {
    for _ in 0..5 {
        let mut served = Served::example();
        served.running.signal("TERM");
        assert_eq!(exit(&mut served.running).code(), Some(0));
    }
}

#[test]
fn idle_connections_are_closed_and_not_waited_for() {
    let mut served = Served::example();
    let mut used = served.running.connect();
    write!(used, "GET {FEED} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    assert_eq!(read_one(&mut used).status, 200);
    let mut unused = served.running.connect();
    // The server accepts connections in order, so after its response to a later one it has accepted this one.
    for _ in 0..4 {
        assert_eq!(served.status(FEED, &[]), 200);
    }
    served.running.signal("TERM");
    assert!(is_closed(&mut used) && is_closed(&mut unused));
    assert_eq!(exit(&mut served.running).code(), Some(0));
    let stderr = rest_of_stderr(&mut served.running);
    assert!(!stderr.contains("did not finish"), "{stderr}");
}

#[test]
fn an_in_flight_request_is_finished_while_new_connections_are_refused() {
    let mut served = Served::example();
    let mut half = half_sent(&served);
    served.running.signal("TERM");
    let address = served.running.address;
    wait_until(|| refuses(address).then_some(()));
    half.write_all(b"Accept: */*\r\n\r\n").unwrap();
    let answer = read_one(&mut half);
    assert_eq!(answer.status, 200);
    assert!(answer.text().ends_with("END:VCALENDAR\r\n"));
    assert!(is_closed(&mut half));
    assert_eq!(exit(&mut served.running).code(), Some(0));
    let stderr = rest_of_stderr(&mut served.running);
    assert!(!stderr.contains("did not finish"), "{stderr}");
}

#[test]
fn a_request_that_never_ends_does_not_hold_the_exit_for_ever() {
    let mut served = Served::new(EXAMPLE, &["--drain", "1s"]);
    let half = half_sent(&served);
    served.running.signal("TERM");
    assert_eq!(exit(&mut served.running).code(), Some(0));
    let stderr = rest_of_stderr(&mut served.running);
    assert!(stderr.contains("some responses did not finish within 1s"), "{stderr}");
    drop(half);
}

/// Sends an incomplete request, and waits until the server has read it.
fn half_sent(served: &Served) -> TcpStream {
    let mut stream = served.running.connect();
    write!(stream, "GET {FEED} HTTP/1.1\r\nHost: test\r\n").unwrap();
    let own = stream.local_addr().unwrap().port();
    wait_until(|| is_read(served.running.address.port(), own).then_some(()));
    stream
}

/// Returns whether the server has read all data from a port, according to the kernel. An incomplete request gets no
/// response, so the test cannot wait for one.
pub(crate) fn is_read(server: u16, client: u16) -> bool {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let (server, client) = (format!(":{server:04X}"), format!(":{client:04X}"));
    table.lines().any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields[1].ends_with(&server)
            && fields[2].ends_with(&client)
            && fields[4].ends_with(":00000000")
    })
}

fn rest_of_stderr(running: &mut Running) -> String {
    std::io::read_to_string(running.child.stderr.take().unwrap()).unwrap()
}

#[test]
fn a_port_in_use_gives_a_plain_error() {
    let served = Served::example();
    let address = served.running.address.to_string();
    let output = served.fixture.run(&["serve", "--listen", &address]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&format!("another program already listens on {address}")), "{said}");
    assert!(said.contains("--listen 127.0.0.1:8081"), "{said}");
    assert_eq!(served.status(FEED, &[]), 200);
}
