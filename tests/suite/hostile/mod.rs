//! Attacking clients of all kinds at once, and honest clients among them.

mod crowd;
pub(crate) mod frames;
mod honest;
mod malformed;
mod takers;
mod windows;

use std::net::SocketAddr;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use rustix::process::{Resource, getrlimit, setrlimit};

use crate::http::tls;
use crate::support::{BEFORE, Fixture, list, session};

/// A feed that fills the buffers of a client that does not read.
const BIG: &str = "/feeds/test.ics";
/// The document that honest clients request.
const SMALL: &str = "/sessions/s0.ics";
/// The duration after all clients have connected, which is longer than the write timeout.
const LASTS: Duration = Duration::from_secs(40);
/// The bound on resident memory that docs/operate/limits.md states for this many connections, in KiB.
const BOUND: u64 = 256 * 1024;
/// The time limit for incomplete requests, which is longer than the header timeout because of the load.
const BEGUN: Duration = Duration::from_secs(30);
/// The number of descriptors for the test itself and for honest clients.
const OTHERS: usize = 1000;

/// Raises the limit of descriptors as far as possible, for this process and for the program, and returns it.
fn descriptors() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
    limit.maximum.map_or(usize::MAX, |most| usize::try_from(most).unwrap())
}

fn text() -> String {
    let description = "Solidarity, bridges and silos. ".repeat(3_000);
    let one = |number: u32| {
        let more = format!("description = \"{description}\"");
        session(&format!("s{number}"), "2027-04-30T14:00:00", &more)
    };
    list(&(0..12).map(one).collect::<String>())
}

/// Returns a value of a process's status in KiB.
fn memory(child: &Child, name: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap()
}

fn open(child: &Child) -> usize {
    std::fs::read_dir(format!("/proc/{}/fd", child.id())).unwrap().count()
}

/// Waits until a process has no more descriptors than before.
fn wait_until_closed(child: &Child, before: usize) {
    let end = Instant::now() + Duration::from_secs(30);
    while open(child) > before {
        assert!(Instant::now() < end, "{} descriptors, {before} before", open(child));
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
#[ignore = "needs a minute and many descriptors"]
fn honest_clients_are_served_among_thousands_of_attackers() {
    let (slow, slow_by_tls, mut idle) = (2_000, 500, 10_000);
    let room = descriptors().saturating_sub(2 * slow + slow_by_tls + OTHERS);
    if room < idle {
        println!("only {room} idle readers, not {idle}: so few descriptors may be had here");
        idle = room;
    }
    let everybody = 2 * slow + slow_by_tls + idle;
    let fixture = Fixture::new(&text());
    let trusted = tls::renew(fixture.dir());
    let plain = fixture.serve(&["--at", BEFORE]);
    let secure = fixture.serve(&[&["--at", BEFORE, "--state", "other"], &tls::FLAGS[..]].concat());
    let expected = plain.get(SMALL, &[]).body;
    honest::once_by_tls(secure.address, &trusted, SMALL, &expected);
    std::thread::sleep(Duration::from_secs(1));
    let before = [open(&plain.child), open(&secure.child)];
    let ended = AtomicBool::new(false);
    let address: SocketAddr = plain.address;
    let peak = std::thread::scope(|scope| {
        let hostile = [
            scope.spawn(|| crowd::slow_headers(address, slow, &ended)),
            scope.spawn(|| crowd::slow_readers(address, slow, &ended)),
            scope.spawn(|| windows::slow_readers(secure.address, &trusted, slow_by_tls, &ended)),
            scope.spawn(|| crowd::idle(address, idle, &ended)),
            scope.spawn(|| crowd::header_floods(address, &ended)),
            scope.spawn(|| malformed::send_all(address, &ended)),
            scope.spawn(|| malformed::begin_all(address, BEGUN)),
            scope.spawn(|| frames::rapid_resets(secure.address, &trusted, &ended)),
            scope.spawn(|| frames::endless_headers(secure.address, &trusted, &ended)),
        ];
        let honest: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| honest::read(address, SMALL, &expected, &ended)))
            .chain([scope
                .spawn(|| honest::read_by_tls(secure.address, &trusted, SMALL, &expected, &ended))])
            .collect();
        // The time starts when all clients have connected or failed.
        let full = Instant::now() + Duration::from_secs(60);
        let connected = || {
            let all = open(&plain.child) + open(&secure.child);
            all.saturating_sub(before[0] + before[1])
        };
        while connected() < everybody && Instant::now() < full {
            std::thread::sleep(Duration::from_millis(100));
        }
        let most = connected();
        let end = Instant::now() + LASTS;
        while Instant::now() < end && honest.iter().all(|reader| !reader.is_finished()) {
            std::thread::sleep(Duration::from_millis(250));
        }
        ended.store(true, SeqCst);
        println!("connections at once: {most}");
        assert!(most >= everybody * 95 / 100, "{most} connections at once");
        for thread in hostile {
            println!("{}", thread.join().unwrap());
        }
        for reader in honest {
            println!("{}", reader.join().unwrap());
        }
        [&plain, &secure].map(|running| memory(&running.child, "VmHWM:"))
    });
    println!("memory at most: {} MiB plain, {} MiB by TLS", peak[0] / 1024, peak[1] / 1024);
    assert!(peak.iter().all(|peak| *peak < BOUND), "{peak:?} KiB");
    wait_until_closed(&plain.child, before[0]);
    wait_until_closed(&secure.child, before[1]);
    assert_eq!(plain.get(SMALL, &[]).body, expected);
    // Thousands of attacking clients must not fill a disk with log lines.
    for mut running in [plain, secure] {
        running.signal("TERM");
        let said = std::io::read_to_string(running.child.stderr.take().unwrap()).unwrap();
        // The log has at most one line per minute and kind. Findings about the file have another format.
        let lines = said.lines().filter(|line| line.contains("WARN") || line.contains("ERROR"));
        assert!(lines.count() < 30, "{said:.4000}");
    }
}
