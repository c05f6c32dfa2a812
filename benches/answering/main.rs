//! Measures the cost of a response: the server's processor time per request, as a ratio to that of nginx with the same
//! bytes on the same machine at the same time.
//!
//! Run `cargo bench --bench answering`; it needs nginx and taskset. `-- --long` runs 25 rounds instead of 9; `-- --only
//! https` runs the rows whose names contain `https`; `-- --instructions` counts user instructions with valgrind's
//! callgrind instead.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

mod bare;
mod client;
#[path = "../common/mod.rs"]
mod common;
mod servers;
mod tls;

use std::time::{Duration, Instant};

use client::{Client, How};
use common::{Served, asked, cpu, flag, list, memory, middle, pin, value_of};
use servers::{Exported, NGINX};

/// The server and the client have one core each.
const SERVER: [&str; 3] = ["taskset", "-c", "0"];
const CLIENT: &str = "1";
/// The number of the client's connections; each has one request at a time.
const CONNECTIONS: usize = 16;
/// The time per server and round, in seconds.
const TURN: f64 = 0.2;
/// The number of sessions on a page of about 17 KB.
const PAGE_OF: usize = 95;
/// The number of idle connections.
const IDLE: usize = 500;

/// A workload of the table in docs/performance.md.
struct Row {
    name: &'static str,
    /// The index of its file.
    list: usize,
    /// The path at convene, and the path of the same file at nginx.
    paths: [&'static str; 2],
    how: How,
    https: bool,
    /// The highest acceptable ratio of a release, if set.
    level: Option<f64>,
}

const FEED: [&str; 2] = ["/feeds/state-of-solidarity.ics"; 2];
const LARGE: [&str; 2] = ["/feeds/all.ics"; 2];
const ROWS: [Row; 10] = [
    Row::new("feed of 3", 0, FEED, How::Plain, Some(1.00)),
    Row::new("304", 0, FEED, How::Unchanged, Some(1.00)),
    Row::new("page of 17 KB", 1, ["/", "/index.html"], How::Plain, Some(1.00)),
    Row::new("feed of 1,000, gzip", 2, LARGE, How::Gzip, None),
    Row::new("feed of 1,000, raw", 2, LARGE, How::Plain, None),
    Row::new("new connection each", 0, FEED, How::Once, Some(1.10)),
    Row::new("https, feed of 3", 0, FEED, How::Plain, Some(0.82)).by_tls(),
    Row::new("https, handshake each", 0, FEED, How::Once, Some(0.68)).by_tls(),
    Row::new("https, 1,000, gzip", 2, LARGE, How::Gzip, Some(0.50)).by_tls(),
    Row::new("https, 1,000, raw", 2, LARGE, How::Plain, Some(0.48)).by_tls(),
];

impl Row {
    const fn new(
        name: &'static str,
        list: usize,
        paths: [&'static str; 2],
        how: How,
        level: Option<f64>,
    ) -> Self {
        Self { name, list, paths, how, https: false, level }
    }

    const fn by_tls(self) -> Self {
        Self { https: true, ..self }
    }
}

fn main() {
    if let Some(address) = value_of("--bare") {
        // This is the child process that the bench starts.
        let read =
            |name| std::fs::read(value_of(name).unwrap_or_default()).expect("it was written");
        let head = String::from_utf8(read("--head")).expect("it was text");
        return bare::serve(&address, &head, read("--body"));
    }
    if !asked() {
        return;
    }
    let example = include_str!("../../sessions.toml").to_owned();
    let lists = [example, list(PAGE_OF), list(1_000)].map(|toml| Exported::new(&toml));
    if flag("--instructions") {
        return instructions(&lists[0]);
    }
    let rounds = if flag("--long") { 25 } else { 9 };
    pin(CLIENT);
    let only = value_of("--only").unwrap_or_default();
    if only.is_empty() {
        start_to_first_byte(&lists[0], rounds);
    }
    let paced = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_congestion_control");
    println!(
        "server CPU per request, the middle of {rounds} rounds; nginx in its best way; {}",
        paced.unwrap_or_default().trim()
    );
    println!(
        "{:>22} {:>9} {:>11} {:>11} {:>7} {:>7} {:>12}",
        "", "bytes", "convene us", "nginx us", "ratio", "level", "nginx/itself"
    );
    for row in ROWS.iter().filter(|row| row.name.contains(&only)) {
        answer(row, &lists[row.list], rounds);
    }
    if only.is_empty() {
        idle(&lists[0]);
    }
}

/// Runs one row: each round runs every server in turn, so that disturbances affect all of them.
fn answer(row: &Row, exported: &Exported, rounds: usize) {
    let (ours, _) = match row.https {
        true => exported.convene_by_tls(&SERVER),
        false => exported.convene(&SERVER),
    };
    if row.how == How::Gzip {
        exported.compress(&exported.target(&ours, row.https), row.paths[0]);
    }
    let mut servers = vec![ours];
    // The first configuration runs twice, on two servers, to show the noise.
    for (_, way) in NGINX.into_iter().chain([NGINX[0]]) {
        let (theirs, _) = match row.https {
            true => exported.nginx_by_tls(&SERVER, way),
            false => exported.nginx(&SERVER, way, true),
        };
        servers.push(theirs);
    }
    let mut clients: Vec<Client> = servers
        .iter()
        .enumerate()
        .map(|(index, server)| {
            let path = row.paths[usize::from(index > 0)];
            Client::new(&exported.target(server, row.https), path, row.how, CONNECTIONS)
        })
        .collect();
    assert!(clients.iter().all(|client| client.body() == clients[0].body()), "other bytes");
    let before = Instant::now();
    let asked = clients[0].ask(CONNECTIONS * 20);
    let times = (TURN / (before.elapsed().as_secs_f64() / asked as f64)) as usize;
    let mut costs = vec![Vec::new(); servers.len()];
    for round in 0..=rounds {
        for (index, client) in clients.iter_mut().enumerate() {
            let before = cpu(servers[index].pid());
            let asked = client.ask(times);
            let spent = (cpu(servers[index].pid()) - before).as_secs_f64() * 1e6;
            // The first round is a warm-up.
            if round > 0 {
                costs[index].push(spent / asked as f64);
            }
        }
    }
    let ways = 1..=NGINX.len();
    let better = ways
        .min_by(|a, b| middle(costs[*a].clone()).total_cmp(&middle(costs[*b].clone())))
        .expect("there is a way");
    println!(
        "{:>22} {:>9} {:>11.2} {:>11.2} {:>7.2} {:>7} {:>12.2}  ({})",
        row.name,
        clients[0].response_bytes(),
        middle(costs[0].clone()),
        middle(costs[better].clone()),
        middle(ratios(&costs[0], &costs[better])),
        row.level.map_or_else(|| "-".to_owned(), |level| format!("{level:.2}")),
        middle(ratios(&costs[NGINX.len() + 1], &costs[1])),
        NGINX[better - 1].0
    );
}

fn ratios(of: &[f64], to: &[f64]) -> Vec<f64> {
    of.iter().zip(to).map(|(of, to)| of / to).collect()
}

/// Measures the time from the start of the program to the first byte of a response, on the example.
fn start_to_first_byte(example: &Exported, rounds: usize) {
    let (mut ours, mut theirs, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    let milliseconds = |(_, time): (Served, Duration)| time.as_secs_f64() * 1e3;
    for _ in 0..rounds {
        ours.push(milliseconds(example.convene(&SERVER)));
        theirs.push(milliseconds(example.nginx(&SERVER, NGINX[0].1, false)));
        bare.push(milliseconds(example.bare(&SERVER, FEED[0])));
    }
    println!(
        "start to first byte: convene {:.1} ms, nginx {:.1} ms, ratio {:.2} (level: <= 0.8); \
         hyper alone {:.1} ms, ratio {:.2}",
        middle(ours.clone()),
        middle(theirs.clone()),
        middle(ratios(&ours, &theirs)),
        middle(bare.clone()),
        middle(ratios(&bare, &theirs))
    );
}

/// Measures the memory of an idle connection that had one request.
fn idle(example: &Exported) {
    let (served, _) = example.convene(&SERVER);
    let before = memory(served.pid(), "VmRSS");
    let mut client = Client::new(&example.target(&served, false), FEED[0], How::Plain, IDLE);
    client.ask(IDLE);
    let more = memory(served.pid(), "VmRSS").saturating_sub(before);
    println!("KiB per idle connection: {:.1} (level: <= 13)", more as f64 / IDLE as f64);
}

/// Counts user instructions per request, as the difference between many requests and few.
fn instructions(example: &Exported) {
    let log = tempfile::NamedTempFile::new().expect("there is a folder for temporary files");
    let log_file = format!("--log-file={}", log.path().display());
    let valgrind =
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", log_file.as_str()];
    let collected = |start: &dyn Fn() -> Served, how, times| {
        let served = start();
        Client::new(&example.target(&served, false), FEED[0], how, 1).ask(times);
        served.stop();
        let text = std::fs::read_to_string(log.path()).unwrap_or_default();
        let sum = text.lines().find_map(|line| line.split_once("Collected : ")?.1.parse().ok());
        sum.unwrap_or_else(|| panic!("callgrind gave no sum: {text}"))
    };
    let ours = || example.convene(&valgrind).0;
    let counted = || example.convene_with(&valgrind, &["--admin", "127.0.0.1:0"]).0;
    let theirs = || example.nginx(&valgrind, NGINX[0].1, true).0;
    let bare = || example.bare(&valgrind, FEED[0]).0;
    println!(
        "user instructions per request on one connection (level for the feed of 3: <= 1.25 of hyper alone)"
    );
    for (name, how) in [("feed of 3", How::Plain), ("304", How::Unchanged)] {
        let per_request = |start: &dyn Fn() -> Served| -> f64 {
            let (few, many): (f64, f64) =
                (collected(start, how, 500), collected(start, how, 2_500));
            (many - few) / 2_000.0
        };
        println!(
            "{name:>22}: convene {:.0}, with --admin {:.0}, nginx {:.0}",
            per_request(&ours),
            per_request(&counted),
            per_request(&theirs)
        );
    }
    let (few, many): (f64, f64) =
        (collected(&bare, How::Plain, 500), collected(&bare, How::Plain, 2_500));
    println!("{:>22}: {:.0}, with the same answer", "hyper alone", (many - few) / 2_000.0);
}
