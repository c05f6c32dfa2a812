//! The configurations of docs/deploy, run in their servers.

mod caches;
mod files;
mod nginx;
mod origin;
mod replicas;
mod varnish;

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

/// Returns a configuration of docs/deploy with replacements; it must contain every replaced text.
fn given(name: &str, replaced: &[(&str, &str)]) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/deploy").join(name);
    let mut text = std::fs::read_to_string(&file).unwrap();
    for (from, to) in replaced {
        assert!(text.contains(from), "{name} has no {from}");
        text = text.replace(from, to);
    }
    text
}

/// Returns a port that was just free, for programs that cannot report a port that they chose.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until a condition holds; fails after half a minute.
fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "still not: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
