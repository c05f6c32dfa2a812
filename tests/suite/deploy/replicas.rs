//! Replicas behind nginx, arranged as in docs/operate/replicas.md: while a change has reached only some of them, no
//! client gets an older feed than before.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::nginx::Nginx;
use super::origin::Origin;
use crate::support::{Fixture, Running, list, session};

const FEEDS: [&str; 6] = ["test", "one", "two", "three", "four", "five"];

/// Returns a file whose start affects every feed.
fn listed(start: &str) -> String {
    let mut text = list("");
    for id in &FEEDS[1..] {
        text.push_str(&format!("\n[[series]]\nid = \"{id}\"\ntitle = \"{id}\"\n"));
        let series = format!("series = \"{id}\"");
        text.push_str(&session(&format!("of-{id}"), &format!("2090-04-30T{start}"), &series));
    }
    text
}

/// A replica with a copy of the file and the revisions, and a relay that ages its responses.
struct Replica {
    // This field is dropped before the folder, so that the program ends first.
    running: Running,
    origin: Origin,
    fixture: Fixture,
}

impl Replica {
    fn start(recorder: &Fixture) -> Self {
        let fixture = Fixture::new(&listed("14:00:00"));
        std::fs::copy(recorder.revisions_file(), fixture.revisions_file()).unwrap();
        let running = fixture.serve(&["--frozen"]);
        let origin = Origin::before(running.address, 0);
        Self { running, origin, fixture }
    }

    /// Copies both files, like a pull of the repository.
    fn pull(&self, recorder: &Fixture) {
        std::fs::copy(recorder.file(), self.fixture.file()).unwrap();
        std::fs::copy(recorder.revisions_file(), self.fixture.revisions_file()).unwrap();
    }
}

#[test]
#[ignore = "needs nginx"]
fn no_feed_goes_back_while_a_change_is_on_its_way_to_the_last_replica() {
    let recorder = Fixture::new(&listed("14:00:00"));
    recorder.publish("2027-01-01T00:00:00Z");
    let replicas: Vec<Replica> = (0..3).map(|_| Replica::start(&recorder)).collect();
    let servers: String =
        replicas.iter().map(|one| format!("    server {};\n", one.origin.address)).collect();
    // docs/operate/replicas.md gives these lines in place of one address.
    let upstream = format!("    hash $uri consistent;\n{servers}");
    assert!(
        include_str!("../../../docs/operate/replicas.md").contains("    hash $uri consistent;\n")
    );
    let nginx = Nginx::start("nginx.conf", &[("    server 127.0.0.1:8080;\n", &upstream)]);

    recorder.write(&listed("15:00:00"));
    recorder.publish("2027-01-02T00:00:00Z");
    let mut last: BTreeMap<&str, (String, String)> = BTreeMap::new();
    let mut mixed = false;
    let begun = Instant::now();
    for (round, pulls) in [0, 1, 2].into_iter().enumerate() {
        replicas[pulls].pull(&recorder);
        // Each round is long enough for a replica to find the change and for the cache to revalidate.
        let until = begun + Duration::from_secs(5 * (round as u64 + 1));
        while Instant::now() < until {
            for feed in FEEDS {
                let answer = nginx.get(&format!("/feeds/{feed}.ics"), &[]);
                let modified = answer.header("last-modified").unwrap().to_owned();
                let sequence = answer.text().lines().find(|line| line.starts_with("SEQUENCE:"));
                // Both days are in one month, so the texts sort by time.
                let now = (modified[5..].to_owned(), sequence.unwrap().to_owned());
                if let Some(before) = last.get(feed) {
                    assert!(now >= *before, "{feed} went back from {before:?} to {now:?}");
                }
                last.insert(feed, now);
            }
            let new = last.values().filter(|(modified, _)| modified.starts_with("02")).count();
            mixed |= (1..FEEDS.len()).contains(&new);
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    assert!(mixed, "the replicas were never apart, so nothing was tried");
    assert!(last.values().all(|(modified, _)| modified.starts_with("02")), "{last:?}");
    assert!(last.values().all(|(_, sequence)| sequence.trim_end() == "SEQUENCE:1"), "{last:?}");
    assert!(replicas.iter().all(|one| one.running.get("/feeds/test.ics", &[]).status == 200));
}
