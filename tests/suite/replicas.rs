//! Three processes with the same inputs, arranged as in docs/operate/replicas.md, send the same responses, and
//! validators never go back.

use std::collections::BTreeSet;

use crate::support::{Answer, Fixture, Running};

const RICH: &str = include_str!("../golden/rich/sessions.toml");
/// Three instants between the first session and the second.
const AT: [&str; 3] = ["2027-02-20T08:00:00Z", "2027-02-20T19:30:00Z", "2027-02-21T00:00:01Z"];
const FEED: &str = "/feeds/rich.ics";

/// Returns status, headers without Date, and body.
fn comparable(mut answer: Answer) -> (u16, Vec<(String, String)>, Vec<u8>) {
    answer.headers.retain(|(name, _)| name != "date");
    answer.headers.sort();
    (answer.status, answer.headers, answer.body)
}

/// Returns every path of the file, and some that do not exist.
fn paths(fixture: &Fixture) -> Vec<String> {
    let published = fixture.publish(AT[0]);
    let documents = published.site.documents().map(|(path, _)| path);
    documents.chain(["/none".into(), "/none.ics".into(), format!("{FEED}/")]).collect()
}

/// Sends each replica the same requests, in every coding and with the entity tag of the first.
fn assert_alike(replicas: &[Running], paths: &[String]) {
    assert!(paths.len() > 60, "{}", paths.len());
    for path in paths {
        for accept in ["identity", "gzip", "br", "gzip, br"] {
            let tag = replicas[0].get(path, &[("Accept-Encoding", accept)]);
            let tag = tag.header("etag").unwrap_or("\"none\"").to_owned();
            let plain = vec![("Accept-Encoding", accept)];
            let mut conditional = plain.clone();
            conditional.push(("If-None-Match", tag.as_str()));
            for headers in [plain, conditional] {
                let mut answers = replicas.iter().map(|one| comparable(one.get(path, &headers)));
                let first = answers.next().unwrap();
                for other in answers {
                    assert_eq!((first.0, &first.1), (other.0, &other.1), "{path} {headers:?}");
                    assert!(first.2 == other.2, "{path} {headers:?}: other bytes");
                }
            }
        }
    }
}

/// Returns a client's view of a feed: its Last-Modified, and the sum of every SEQUENCE in it.
fn validators(replica: &Running) -> (String, u64) {
    let answer = replica.get(FEED, &[]);
    let modified = httpdate::parse_http_date(answer.header("last-modified").unwrap()).unwrap();
    let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap();
    let sequences = answer.text().lines().filter_map(|line| line.strip_prefix("SEQUENCE:"));
    (format!("{:020}", since.as_secs()), sequences.map(|n| n.parse::<u64>().unwrap()).sum())
}

#[test]
fn replicas_of_recorded_revisions_send_the_same_responses() {
    let first = Fixture::new(RICH);
    let paths = paths(&first);
    let revisions = std::fs::read(first.revisions_file()).unwrap();
    let copies: Vec<Fixture> = AT.iter().map(|_| Fixture::new(RICH)).collect();
    let machines = [("UTC", "C"), ("Asia/Tokyo", "de_DE.UTF-8"), ("America/Havana", "ar")];
    let mut replicas = Vec::new();
    for ((copy, at), (zone, language)) in copies.iter().zip(AT).zip(machines) {
        std::fs::write(copy.revisions_file(), &revisions).unwrap();
        let mut command = copy.command(&["--frozen", "--at", at, "--listen", "127.0.0.1:0"]);
        command.env("TZ", zone).env("LC_ALL", language);
        replicas.push(Running::start(command));
    }
    assert_alike(&replicas, &paths);
    for copy in &copies {
        assert_eq!(std::fs::read(copy.revisions_file()).unwrap(), revisions, "it was written");
    }
}

#[test]
fn replicas_on_one_folder_take_a_change_once_and_agree_again() {
    let fixture = Fixture::new(RICH);
    let paths = paths(&fixture);
    let replicas: Vec<Running> = AT.iter().map(|_| fixture.serve(&["--at", AT[0]])).collect();
    assert_alike(&replicas, &paths);
    let before = validators(&replicas[0]);

    fixture.write(&RICH.replacen("19:00:00", "18:30:00", 1));
    // One process gets a signal, and the others only poll, so it has the new edition earlier.
    replicas[1].signal("HUP");
    let mut last = vec![before.clone(); 3];
    let mut seen = BTreeSet::new();
    let begun = std::time::Instant::now();
    while last.contains(&before) {
        assert!(begun.elapsed().as_secs() < 30, "not all have it: {last:?}");
        for (replica, last) in replicas.iter().zip(&mut last) {
            let now = validators(replica);
            assert!(now >= *last && now.1 >= last.1, "{last:?} went back to {now:?}");
            seen.insert(now.clone());
            *last = now;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    // The first process assigned the number, and no other has changed it.
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert_eq!(last[0].1, before.1 + 1);
    assert_alike(&replicas, &paths);
    let settled = std::fs::read(fixture.revisions_file()).unwrap();
    drop(replicas);
    let again = fixture.serve(&["--frozen", "--at", AT[2]]);
    assert_eq!(validators(&again), last[0]);
    assert_eq!(std::fs::read(fixture.revisions_file()).unwrap(), settled);
}
