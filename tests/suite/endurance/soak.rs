//! Mixed load on persistent connections, while the file changes every second.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use super::client::{Client, plain};
use super::edits::Author;
use super::folder::{Folder, Way};
use super::{SHORT, given};
use crate::support::{Random, tree};

/// Returns the paths that every edition has.
fn paths(folder: &Folder) -> Vec<String> {
    let fixture = &folder.fixture;
    assert!(fixture.run(&["export", "--state", "state", "--out", "out"]).status.success());
    let files = tree(&fixture.dir().join("out")).into_keys();
    // Hosts send this file for missing paths; it has no address of its own.
    let files = files.filter(|file| file != "404.html");
    let path = |file: String| {
        let file = file.strip_suffix("index.html").unwrap_or(&file);
        format!("/{}", file.trim_end_matches('/'))
    };
    let mut paths: Vec<String> = files.map(path).collect();
    // A trailing slash redirects to the path without it.
    paths.push("/feeds/test/".to_owned());
    paths
}

/// Sends random requests until the end. Returns the number of responses by status.
fn load(port: u16, paths: &[String], seed: u64, ended: &AtomicBool) -> BTreeMap<u16, u64> {
    let mut random = Random(seed);
    let mut client = Client::connect(port).unwrap();
    let mut statuses = BTreeMap::new();
    let mut tags: BTreeMap<&str, String> = BTreeMap::new();
    while !ended.load(SeqCst) {
        let path = paths[random.below(paths.len() as u64) as usize].as_str();
        let method = if random.below(5) == 0 { "HEAD" } else { "GET" };
        let coding = ["identity", "gzip", "br", "gzip, br"][random.below(4) as usize];
        let mut headers = vec![("Accept-Encoding", coding)];
        let held = tags.get(path).filter(|_| random.below(2) == 0).cloned();
        headers.extend(held.as_deref().map(|tag| ("If-None-Match", tag)));
        let about = format!("{method} {path} {headers:?}");
        let answer =
            client.ask(method, path, &headers).unwrap_or_else(|error| panic!("{about}: {error}"));
        *statuses.entry(answer.status).or_default() += 1;
        match answer.status {
            200 if method == "GET" => {
                assert!(
                    coding.contains(answer.header("content-encoding").unwrap_or("")),
                    "{about}"
                );
                assert!(!plain(&answer, &about).is_empty(), "{about}");
                tags.insert(path, answer.header("etag").unwrap().to_owned());
            }
            200 => assert!(answer.header("content-length").is_some(), "{about}"),
            301 | 302 => assert!(answer.header("location").is_some(), "{about}"),
            304 => {
                let tag = |tag: &str| tag.replace("-gzip", "").replace("-br", "");
                assert_eq!(answer.header("etag").map(tag), held.as_deref().map(tag), "{about}");
            }
            status => panic!("{about}: {status}"),
        }
    }
    statuses
}

/// Saves a new edition every second. Returns the number of editions, and the resident set in KiB early and at the end.
fn edit(folder: &mut Folder, author: &mut Author, lasting: Duration) -> (u64, u64, u64) {
    let began = Instant::now();
    let (mut number, mut warm) = (0, 0);
    while began.elapsed() < lasting {
        number += 1;
        author.retitle(number);
        folder.save(author.text(number).as_bytes(), Way::Rename);
        folder.hang_up();
        std::thread::sleep(Duration::from_secs(1));
        // By then every path was requested, so the heap has its final size even on a slow machine.
        if warm == 0 && began.elapsed() > lasting / 3 {
            warm = folder.resident();
        }
    }
    (number, warm, folder.resident())
}

/// Ends the clients even if the author's thread has failed.
struct Ending<'a>(&'a AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

#[test]
#[ignore = "long: a minute, or CONVENE_SOAK_SECONDS"]
fn no_response_under_load_has_a_wrong_byte_while_the_file_changes_every_second() {
    let lasting = given("CONVENE_SOAK_SECONDS").map_or(SHORT, Duration::from_secs);
    let mut random = Random(0x50a7);
    let mut author = Author::new(&mut random);
    // This text makes the bodies of feeds large in every coding.
    author.more = (0..4_000).map(|_| format!(" {:x}", random.below(u64::MAX))).collect();
    let mut folder = Folder::new(&author.text(0), false);
    let port = folder.start();
    let paths = paths(&folder);
    let ended = AtomicBool::new(false);
    let (editions, warm, last) = std::thread::scope(|scope| {
        let ending = Ending(&ended);
        let clients: Vec<_> = (1..=4)
            .map(|seed| {
                let (paths, ended) = (&paths, &ended);
                scope.spawn(move || load(port, paths, seed * 0x9e37_79b9, ended))
            })
            .collect();
        let edited = edit(&mut folder, &mut author, lasting);
        drop(ending);
        for client in clients {
            println!("answers by status: {:?}", client.join().unwrap());
        }
        edited
    });
    let published = folder.said("published sessions=") as u64;
    println!("{} paths, {editions} editions saved, {published} published", paths.len());
    println!("resident: {warm} KiB after a third of the time, {last} KiB at the end");
    assert!(published * 2 > editions, "{published} of {editions} were published");
    assert!(last < warm + 32 * 1024, "{warm} KiB became {last} KiB");
}
