//! The admin listener: its paths, and its addresses.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use super::{FEED, Watched, end, talk};
use crate::support::{BEFORE, Fixture};

#[test]
fn there_are_three_paths_and_two_methods() {
    let watched = Watched::new(&talk(), &[]);
    for (method, path, status) in [
        ("GET", "/healthz", 200),
        ("HEAD", "/healthz", 200),
        ("GET", "/readyz", 200),
        ("GET", "/metrics", 200),
        ("GET", "/metrics?name=x", 200),
        ("GET", "/", 404),
        ("GET", FEED, 404),
        ("POST", "/readyz", 405),
        ("DELETE", "/none", 405),
    ] {
        let answer = watched.ask(method, path);
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{method} {path}");
        let allow = (status == 405).then_some("GET, HEAD");
        assert_eq!(answer.header("allow"), allow, "{method} {path}");
    }
    let types = ["/healthz", "/metrics"]
        .map(|path| watched.ask("GET", path).header("content-type").unwrap().to_owned());
    assert_eq!(types[0], "text/plain; charset=utf-8");
    assert_eq!(types[1], "application/openmetrics-text; version=1.0.0; charset=utf-8");
}

#[test]
fn the_flag_may_stand_before_the_command_or_behind_it() {
    let fixture = Fixture::new(&talk());
    for arguments in [["--admin", "127.0.0.1:0", "serve"], ["serve", "--admin", "127.0.0.1:0"]] {
        let line = fixture.serve(&arguments).next_lines(1);
        assert!(line.starts_with("admin on 127.0.0.1:"), "{arguments:?}: {line}");
    }
}

#[test]
fn the_public_listener_does_not_serve_it() {
    let watched = Watched::new(&talk(), &[]);
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(watched.running.get(path, &[]).status, 404, "{path}");
    }
}

#[test]
fn without_the_flag_there_is_no_such_listener() {
    let fixture = Fixture::new(&talk());
    let mut running = fixture.serve(&["--at", BEFORE]);
    assert!(!(running.greeting.clone() + &running.next_lines(3)).contains("admin"));
    assert!(!end(running).contains("admin="));
}

/// The number of attacking clients: three times the limit of connections.
const CROWD: usize = 48;

#[test]
fn probes_are_served_while_a_crowd_fills_the_listener() {
    for (what, sent) in [
        ("silence", &b""[..]),
        ("half a request", b"GET /healthz HTTP/1.1\r\nX: "),
        ("half a line", b"GET /hea"),
        (
            "an upload without end",
            b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n",
        ),
    ] {
        let watched = Watched::new(&talk(), &[]);
        let (admin, ended) = (watched.admin, AtomicBool::new(false));
        // A client that the server closes reconnects at once. The loop also ends if the test fails.
        let last = Instant::now() + Duration::from_secs(60);
        let hold = || {
            while !ended.load(SeqCst) && Instant::now() < last {
                let Ok(mut stream) = TcpStream::connect(admin) else { continue };
                stream.set_read_timeout(Some(Duration::from_secs(8))).unwrap();
                if stream.write_all(sent).is_ok() {
                    let _ = stream.read_to_end(&mut Vec::new());
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..CROWD {
                scope.spawn(hold);
            }
            std::thread::sleep(Duration::from_millis(500));
            let asked = ["/healthz", "/readyz", "/metrics", "/healthz", "/healthz"].map(|path| {
                let start = Instant::now();
                (watched.ask("GET", path).status, start.elapsed())
            });
            ended.store(true, SeqCst);
            // Releases the clients that are still connected.
            drop(watched);
            // The timeout of a probe is shorter than three seconds.
            let in_time = |(status, took)| status == 200 && took < Duration::from_secs(3);
            assert!(asked.into_iter().all(in_time), "{what}: {asked:?}");
        });
    }
}

#[test]
fn a_publicly_reachable_admin_listener_gives_a_warning() {
    let loopback = Watched::new(&talk(), &[]);
    assert!(!end(loopback.running).contains("anyone who can reach"));
    let fixture = Fixture::new(&talk());
    // An address for documentation (RFC 5737), which this machine does not have.
    let output = fixture.run(&["--listen", "127.0.0.1:0", "--admin", "192.0.2.1:9090"]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("WARN") && said.contains("anyone who can reach 192.0.2.1:9090"),
        "{said}"
    );
    assert!(said.contains("`--admin 127.0.0.1:9090`"), "{said}");
}

#[test]
fn a_port_in_use_gives_a_plain_error() {
    let fixture = Fixture::new(&talk());
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = fixture.run(&["serve", "--listen", "127.0.0.1:0", "--admin", &address]);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&address) && said.contains("`--admin 127.0.0.1:9091`"), "{said}");
    assert!(!fixture.revisions_file().exists());
}
