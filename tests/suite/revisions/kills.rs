//! Killed processes leave the old state or the new one, and never block the next process.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use convene::revisions::Revisions;

use super::{revisions, seen};
use crate::support::{Fixture, Random, list, session};

/// Returns a file with so many sessions that writing it takes more than one system call.
fn titled(title: &str) -> String {
    let all = (1..=40).map(|n| {
        session(&format!("s{n}"), &format!("2027-04-30T14:{n:02}:00"), "duration = \"30m\"\n")
            .replace(&format!("Session s{n}"), title)
    });
    list(&all.collect::<String>())
}

#[derive(Debug, Default)]
struct Count {
    old: u32,
    new: u32,
    /// The number of kills that left a partial file next to the complete one.
    halves: u32,
}

fn record(fixture: &Fixture, step: u32) -> Command {
    let at = format!("2026-03-01T{:02}:{:02}:{:02}Z", step / 3600, step / 60 % 60, step % 60);
    let mut command = fixture.command(&["record", "--at", &at]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Waits until a file exists or the process has ended.
fn until_there(file: &std::path::Path, child: &mut Child) {
    while !file.exists() && child.try_wait().unwrap().is_none() {
        std::hint::spin_loop();
    }
}

/// Returns whether the revisions have the new title and the next SEQUENCE; otherwise they must be the earlier ones.
fn is_new(before: &Revisions, after: &Revisions, title: &str) -> bool {
    if before == after {
        return false;
    }
    assert_eq!(after.sessions.len(), before.sessions.len());
    for (id, entry) in after.sessions.iter() {
        assert_eq!(entry.sequence, before.sessions[id].sequence + 1, "{id}");
        assert_eq!(entry.published.title, title, "{id}");
        assert_eq!(entry.uid, before.sessions[id].uid, "{id}");
    }
    true
}

/// Kills `times` processes, each of which changes every session.
fn kill(times: u32) -> Count {
    let fixture = Fixture::on_disk(&titled("Start"));
    let began = Instant::now();
    assert!(record(&fixture, 0).status().unwrap().success());
    let whole_run = began.elapsed().as_micros() as u64;
    let half = fixture.dir().join(".sessions.revisions.json.new");
    let last_good = fixture.dir().join(".sessions.last-good.toml");
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut count = Count::default();
    for step in 1..=times {
        let (before, good_before) = (revisions(&fixture), std::fs::read(&last_good).unwrap());
        let text = titled(&format!("Title {step}"));
        fixture.write(&text);
        let mut child = record(&fixture, step).spawn().unwrap();
        // Every other kill is at a random time of the whole run; the others are while the file is written.
        if step % 2 == 0 {
            std::thread::sleep(Duration::from_micros(random.below(whole_run)));
        } else {
            until_there(&half, &mut child);
            std::thread::sleep(Duration::from_micros(random.below(whole_run / 8 + 1)));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        match is_new(&before, &revisions(&fixture), &format!("Title {step}")) {
            true => count.new += 1,
            false => count.old += 1,
        }
        count.halves += u32::from(half.exists());
        let good = std::fs::read(&last_good).unwrap();
        assert!(good == good_before || good == text.as_bytes(), "the last good source is torn");
    }
    // The next process succeeds in spite of leftovers.
    let before = revisions(&fixture);
    fixture.write(&titled("End"));
    assert!(record(&fixture, times + 1).status().unwrap().success());
    assert!(is_new(&before, &revisions(&fixture), "End"));
    assert!(!half.exists());
    let published = fixture.publish("2026-03-02T00:00:00Z");
    assert_eq!(seen(&fixture, &published, "s1").sequence, before.sessions["s1"].sequence + 1);
    count
}

#[test]
fn a_writer_killed_at_any_moment_leaves_the_old_file_or_the_new_one() {
    println!("{:?}", kill(40));
}

#[test]
#[ignore = "long: 600 processes"]
fn six_hundred_killed_writers_leave_a_complete_file() {
    println!("{:?}", kill(600));
}
