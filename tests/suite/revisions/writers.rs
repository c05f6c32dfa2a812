//! Several processes write one state, and none undoes the changes of another.

use std::collections::BTreeSet;
use std::process::{Child, Stdio};
use std::time::Duration;

use super::{day, entry, revisions};
use crate::support::{Fixture, instant, list, session};

const WRITERS: u32 = 16;

fn titled(title: &str) -> String {
    list(&session("a", "2027-04-30T14:00:00", "").replace("Session a", title))
}

fn start(fixture: &Fixture, arguments: &[&str], at: &str) -> Child {
    fixture
        .command(arguments)
        .args(["--at", at])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn finish(children: Vec<Child>) {
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// Writes a file for every writer in the fixture's folder; all use the state of the fixture.
fn lists(fixture: &Fixture, toml: impl Fn(u32) -> String) -> Vec<String> {
    let own = |number: u32| {
        let folder = format!("writer-{number}");
        std::fs::create_dir(fixture.dir().join(&folder)).unwrap();
        let file = format!("{folder}/sessions.toml");
        std::fs::write(fixture.dir().join(&file), toml(number)).unwrap();
        file
    };
    (0..WRITERS).map(own).collect()
}

#[test]
fn writers_of_the_same_file_agree_on_the_first() {
    let sessions: String = (1..=20)
        .map(|day| session(&format!("s{day}"), &format!("2027-04-{day:02}T14:00:00"), ""))
        .collect();
    let fixture = Fixture::on_disk(&list(&sessions));
    finish((0..WRITERS).map(|writer| start(&fixture, &["record"], &day(writer))).collect());
    let all = revisions(&fixture);
    assert_eq!(all.sessions.len(), 20);
    let first = all.sessions["s1"].created;
    assert!((0..WRITERS).any(|writer| first == instant(&day(writer))));
    for (id, entry) in all.sessions.iter() {
        assert_eq!((entry.sequence, entry.created, entry.last_modified), (0, first, first), "{id}");
    }
    for (path, stamp) in &all.resources {
        assert_eq!(stamp.last_modified, first, "{path}");
    }
}

#[test]
fn no_change_of_a_writer_is_lost() {
    let fixture = Fixture::on_disk(&titled("At first"));
    let files = lists(&fixture, |writer| titled(&format!("By writer {writer}")));
    fixture.publish(&day(0));
    let children =
        files.iter().map(|file| start(&fixture, &["record", "--state", ".", file], &day(1)));
    finish(children.collect());
    let entry = entry(&fixture, "a");
    assert_eq!(entry.sequence, WRITERS);
    // All publish at the same instant, so each gets a LAST-MODIFIED one second after the previous one.
    let expected = instant(&day(1)) + chrono::TimeDelta::seconds(i64::from(WRITERS) - 1);
    assert_eq!((entry.created, entry.last_modified), (instant(&day(0)), expected));
    assert!(entry.published.title.starts_with("By writer "));
}

#[test]
fn no_entry_of_a_writer_is_lost() {
    let fixture = Fixture::on_disk("");
    let one = |writer: u32| list(&session(&format!("w{writer}"), "2027-04-30T14:00:00", ""));
    let files = lists(&fixture, one);
    let children = files
        .iter()
        .zip(0..)
        .map(|(file, writer)| start(&fixture, &["record", "--state", ".", file], &day(writer)));
    finish(children.collect());
    let all = revisions(&fixture).sessions;
    let uids: BTreeSet<&String> = all.values().map(|entry| &entry.uid).collect();
    assert_eq!((all.len(), uids.len()), (WRITERS as usize, WRITERS as usize));
    let present: Vec<&String> =
        all.iter().filter(|(_, entry)| entry.removed.is_none()).map(|(id, _)| id).collect();
    assert_eq!(present.len(), 1, "only the last writer's session is in its list: {present:?}");
    for (id, entry) in all.iter() {
        assert_eq!(entry.sequence, u32::from(entry.removed.is_some()), "{id}");
    }
}

/// Returns whether the system reports that a process waits for a lock.
fn waits(child: &Child) -> bool {
    let locks = std::fs::read_to_string("/proc/locks").unwrap_or_default();
    let pid = child.id().to_string();
    locks.lines().any(|line| line.contains("->") && line.split_whitespace().any(|word| word == pid))
}

#[test]
fn a_writer_that_waited_publishes_the_file_as_it_is_by_then() {
    let fixture = Fixture::on_disk(&titled("One"));
    fixture.publish(&day(0));
    fixture.write(&titled("Older"));
    let store = fixture.publisher().store;
    let lock = store.lock().unwrap();
    let mut child = start(&fixture, &["record"], &day(1));
    for _ in 0..50 {
        if waits(&child) {
            break;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(child.try_wait().unwrap().is_none(), "it does not wait for the lock");
    fixture.write(&titled("Newer"));
    drop(lock);
    finish(vec![child]);
    let entry = entry(&fixture, "a");
    assert_eq!((entry.published.title.as_str(), entry.sequence), ("Newer", 1));
}
