//! Limits for each client: connections, headers, time.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;

use super::connections::{is_closed, read_one};
use super::shutdown::wait_until;
use super::{FEED, Served};
use crate::support::{Answer, BEFORE, EXAMPLE, Fixture, Running, list, session};

/// The path of a feed of several megabytes, which is more than the kernel buffers for a client that does not read.
const BIG: &str = "/feeds/test.ics";

fn big() -> String {
    let text = "Solidarity, bridges and silos. ".repeat(6_000);
    let one = |number: u32| {
        let id = format!("s{number}");
        session(&id, "2027-04-30T14:00:00", &format!("description = \"{text}\""))
    };
    list(&(0..12).map(one).collect::<String>())
}

fn ask(stream: &mut TcpStream, path: &str) {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
}

fn is_answered(stream: &mut TcpStream) -> bool {
    ask(stream, FEED);
    read_one(stream).status == 200
}

/// Opens a connection for which the kernel buffers little.
pub(super) fn connect_with_small_window(running: &Running) -> TcpStream {
    use socket2::{Domain, Socket, Type};
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    socket.connect(&running.address.into()).unwrap();
    socket.into()
}

/// Returns the number of connections that the program has not closed.
fn connections(running: &Running) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let port = format!(":{:04X}", running.address.port());
    let fields = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    fields.filter(|fields| fields[1].ends_with(&port) && fields[3] == "01").count()
}

#[test]
fn at_the_limit_the_longest_idle_is_closed_for_a_new_connection() {
    let served = Served::new(EXAMPLE, &["--max-connections", "4"]);
    let mut four = [(); 4].map(|()| {
        let mut stream = served.running.connect();
        assert!(is_answered(&mut stream));
        // Milliseconds decide which client has waited longest.
        std::thread::sleep(std::time::Duration::from_millis(50));
        stream
    });
    // The first client sends another request, so the second is idle for the longest time.
    assert!(is_answered(&mut four[0]));
    let mut fifth = served.running.connect();
    assert!(is_answered(&mut fifth));
    assert!(is_closed(&mut four[1]));
    for kept in [0, 2, 3] {
        assert!(is_answered(&mut four[kept]), "{kept}");
    }
    assert!(is_answered(&mut fifth));
}

#[test]
fn at_the_limit_idle_clients_are_closed_before_one_that_reads_a_response() {
    let served = Served::new(&big(), &["--max-connections", "2"]);
    let mut reader = served.running.connect();
    ask(&mut reader, BIG);
    assert_eq!(reader.peek(&mut [0]).unwrap(), 1);
    for _ in 0..5 {
        // The response is short, because the server would also close a client that reads nothing for long.
        assert_eq!(served.status("/robots.txt", &[]), 200);
        served.running.connect().write_all(b"GET / HT").unwrap();
    }
    assert!(read_one(&mut reader).text().ends_with("END:VCALENDAR\r\n"));
}

#[test]
fn headers_that_do_not_come_to_an_end_are_not_waited_for() {
    let served = Served::new(EXAMPLE, &["--header-timeout", "1s"]);
    let mut idle = served.running.connect();
    assert!(is_answered(&mut idle));
    let mut silent = served.running.connect();
    let mut slow = served.running.connect();
    write!(slow, "GET {FEED} HTTP/1.1\r\nHost: te").unwrap();
    let mut second = served.running.connect();
    assert!(is_answered(&mut second));
    write!(second, "GET {FEED} HTTP/1.1\r\nHost: te").unwrap();
    for stream in [&mut silent, &mut slow, &mut second] {
        assert!(is_closed(stream));
    }
    assert!(is_answered(&mut idle), "who waits for nothing has longer");
}

#[test]
fn a_client_that_sent_content_has_the_usual_idle_timeout() {
    let served = Served::new(EXAMPLE, &["--header-timeout", "1s"]);
    let mut stream = served.running.connect();
    write!(stream, "POST {FEED} HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc").unwrap();
    assert_eq!(read_one(&mut stream).status, 405);
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert!(is_answered(&mut stream));
}

#[test]
fn headers_that_began_together_with_the_request_before_have_the_idle_timeout() {
    let served = Served::new(EXAMPLE, &["--idle-timeout", "1s"]);
    let ask = format!("GET {FEED} HTTP/1.1\r\nHost: test\r\n\r\n");
    let streams = (1..ask.len()).map(|end| {
        let mut stream = served.running.connect();
        stream.write_all(format!("{ask}{}", &ask[..end]).as_bytes()).unwrap();
        assert_eq!(read_one(&mut stream).status, 200, "{end} bytes of the next");
        (end, stream)
    });
    for (end, mut stream) in streams.collect::<Vec<_>>() {
        assert!(is_closed(&mut stream), "{end} bytes of the next");
    }
}

#[test]
fn a_connection_without_requests_is_closed_in_the_end() {
    let served = Served::new(EXAMPLE, &["--idle-timeout", "1s"]);
    let mut idle = served.running.connect();
    assert!(is_answered(&mut idle));
    assert!(is_closed(&mut idle));
}

#[test]
fn an_unread_response_is_abandoned_and_a_slowly_read_one_is_not() {
    let served = Served::new(&big(), &["--write-timeout", "1s"]);
    let whole = served.get(BIG, &[]).body;
    assert!(whole.len() > 2_000_000, "{}", whole.len());
    let mut stuck = served.running.connect();
    ask(&mut stuck, BIG);
    let mut slow = connect_with_small_window(&served.running);
    ask(&mut slow, BIG);
    let mut taken = vec![0; 20_000];
    for _ in 0..50 {
        slow.read_exact(&mut taken).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let mut rest = vec![0; whole.len() - 50 * taken.len()];
    slow.read_exact(&mut rest).unwrap();
    drop(slow);
    wait_until(|| (connections(&served.running) == 0).then_some(()));
    let mut part = Vec::new();
    let _ = stuck.read_to_end(&mut part);
    assert!(part.len() < whole.len());
}

#[test]
fn too_large_headers_get_431() {
    let served = Served::new(EXAMPLE, &[]);
    let lines = |count: usize| "x: y\r\n".repeat(count);
    let with = |lines: &str| {
        let request = format!("GET / HTTP/1.1\r\nHost: test\r\n{lines}Connection: close\r\n\r\n");
        Answer::parse(&served.running.raw(request.as_bytes())).status
    };
    assert_eq!((with(&lines(98)), with(&lines(99))), (200, 431));
    let long = |bytes: usize| format!("x: {}\r\n", "y".repeat(bytes));
    assert_eq!((with(&long(16_000)), with(&long(16_400))), (200, 431));
    // Unread request bytes must not destroy the response.
    assert_eq!(with(&long(200_000)), 431);
    let other = Served::new(EXAMPLE, &["--max-headers", "200", "--max-header-size", "65536"]);
    let request = |lines: &str| {
        let request = format!("GET / HTTP/1.1\r\nHost: test\r\n{lines}Connection: close\r\n\r\n");
        Answer::parse(&other.running.raw(request.as_bytes())).status
    };
    assert_eq!((request(&lines(198)), request(&lines(199))), (200, 431));
    assert_eq!((request(&long(60_000)), request(&long(66_000))), (200, 431));
}

#[test]
fn a_refused_upload_learns_why() {
    let served = Served::example();
    let mut request =
        format!("PUT {FEED} HTTP/1.1\r\nHost: test\r\nContent-Length: 200000\r\n\r\n").into_bytes();
    request.resize(request.len() + 200_000, b'x');
    assert_eq!(Answer::parse(&served.running.raw(&request)).status, 405);
}

/// Starts the program under a limit that the shell sets.
fn under(limit: &str, fixture: &Fixture, more: &[&str]) -> Running {
    let mut command = Command::new("sh");
    let script = format!("ulimit {limit}; exec \"$0\" \"$@\"");
    command.current_dir(fixture.dir()).args(["-c", &script, env!("CARGO_BIN_EXE_convene")]);
    command.args(["--at", BEFORE, "--listen", "127.0.0.1:0"]).args(more).env("NO_COLOR", "1");
    Running::start(command)
}

#[test]
fn descriptors_are_raised_as_far_as_they_may_be() {
    let fixture = Fixture::new(EXAMPLE);
    let running = under("-Sn 64", &fixture, &[]);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", running.child.id())).unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let fields: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(fields[3], fields[4], "{line}");
    assert_ne!(fields[3], "64");
}

fn cores() -> usize {
    std::thread::available_parallelism().unwrap().get()
}

/// Returns the number of connections in a warning.
fn room(said: &str) -> usize {
    let (_, rest) = said.split_once("only ").unwrap_or_else(|| panic!("{said}"));
    rest.split(' ').next().unwrap().parse().unwrap()
}

#[test]
fn the_reserved_descriptors_suffice_for_many_addresses() {
    let fixture = Fixture::new(EXAMPLE);
    let mut running = under("-n 1024", &fixture, &["--listen", "127.0.0.1:0"].repeat(8));
    assert_eq!(running.get(FEED, &[]).status, 200);
    let open = std::fs::read_dir(format!("/proc/{}/fd", running.pid())).unwrap().count();
    running.signal("TERM");
    let said = std::io::read_to_string(running.child.stderr.take().unwrap()).unwrap();
    // Enough descriptors remain for files and the admin listener.
    assert!(room(&said) + open < 1024 - 64, "{open} open: {said}");
}

#[test]
fn too_few_descriptors_are_logged_and_lower_the_limit() {
    let fixture = Fixture::new(EXAMPLE);
    // The number of the program's own descriptors grows with the number of cores.
    let limit = 128 + 10 * cores();
    let fit = limit / 2;
    let mut running = under(&format!("-n {limit}"), &fixture, &[]);
    let mut first = running.connect();
    assert!(is_answered(&mut first));
    // The test opens far more connections than there are descriptors, one after another; the server refuses none.
    let mut all: Vec<TcpStream> = (0..2 * limit)
        .map(|_| {
            let mut stream = running.connect();
            assert!(is_answered(&mut stream));
            stream
        })
        .collect();
    assert!(is_closed(&mut first) && is_answered(all.last_mut().unwrap()));
    running.signal("TERM");
    let said = std::io::read_to_string(running.child.stderr.take().unwrap()).unwrap();
    assert!(said.contains(&format!("only {fit} connections at once, not 16384")), "{said}");
    assert!(said.contains(&format!("`--max-connections {fit}`")), "{said}");
    assert!(said.contains("LimitNOFILE="), "{said}");
}
