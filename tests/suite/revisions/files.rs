//! The files of the state: links, files of other releases, broken files, and files that cannot be written.

use std::path::PathBuf;

use convene::publish::Refusal;

use super::{day, entry, publish_once, seen, written};
use crate::support::{Fixture, instant, list, session};

fn titled(title: &str) -> String {
    list(&session("a", "2027-04-30T14:00:00", "").replace("Session a", title))
}

fn last_good(fixture: &Fixture) -> PathBuf {
    fixture.dir().join(".sessions.last-good.toml")
}

#[test]
fn a_link_to_the_revisions_file_stays_a_link() {
    for relative in [true, false] {
        let fixture = Fixture::on_disk(&titled("One"));
        let folder = fixture.dir().join("kept");
        std::fs::create_dir(&folder).unwrap();
        let target = folder.join("state.json");
        let to = if relative { PathBuf::from("kept/state.json") } else { target.clone() };
        std::os::unix::fs::symlink(&to, fixture.revisions_file()).unwrap();
        // At first the target does not exist; then it is a file, which the program replaces.
        for (step, title) in [(0, "One"), (1, "Two"), (2, "Three")] {
            fixture.write(&titled(title));
            let published = publish_once(&fixture, &day(step));
            assert_eq!(seen(&fixture, &published, "a").sequence, step);
            assert_eq!(std::fs::read_link(fixture.revisions_file()).unwrap(), to);
            assert!(std::fs::read_to_string(&target).unwrap().contains(title));
            assert!(!target.is_symlink());
        }
        let left: Vec<_> = std::fs::read_dir(&folder).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }
}

#[test]
fn a_file_of_a_newer_release_or_a_broken_one_is_never_overwritten() {
    let fixture = Fixture::on_disk(&titled("One"));
    fixture.publish(&day(0));
    let good = String::from_utf8(written(&fixture).0).unwrap();
    fixture.write(&titled("Two"));
    for (bad, line, reason) in [
        (good.replace("\"schema\": 3", "\"schema\": 4"), 2, "schema 4"),
        (good.replace("\"schema\": 3", "\"schema\": 4, \"more\": []"), 2, "schema 4"),
        (good.replace("\"sequence\":0", "\"sequence\":\"none\""), 5, "invalid type"),
        (good.replace("\"sequence\":0", "\"sequence\":0,\"unknown\":1"), 5, "unknown field"),
        (good.replace("\"a\": {", "<<<<<<< HEAD\n\"a\": {"), 5, "key must be a string"),
        (good.replace("\"sequence\":0", "\"sequence\":1"), 5, "checksum"),
        (good[..good.len() / 2].to_owned(), 5, "EOF"),
    ] {
        assert_ne!(bad, good);
        std::fs::write(fixture.revisions_file(), &bad).unwrap();
        let before = written(&fixture);
        for command in
            [&["record"][..], &["check"], &["export", "--out", "out"], &["record", "--frozen"]]
        {
            let output = fixture.run(&[command, &["--at", &day(1)]].concat());
            let text = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(3), "{command:?}: {text}");
            assert!(text.contains(&format!("line {line}: ")) && text.contains(reason), "{text}");
        }
        assert_eq!(written(&fixture), before);
        assert!(!fixture.dir().join("out").exists());
    }
}

#[test]
fn leftovers_of_a_crash_do_not_block_the_next_writer() {
    let fixture = Fixture::on_disk(&titled("One"));
    fixture.publish(&day(0));
    let temporary = fixture.dir().join(".sessions.revisions.json.new");
    std::fs::write(&temporary, "half of something longer than the whole file".repeat(1000))
        .unwrap();
    std::fs::write(fixture.dir().join("..sessions.last-good.toml.new"), "half").unwrap();
    std::fs::write(fixture.dir().join(".sessions.lock"), "of a process that is gone").unwrap();
    fixture.write(&titled("Two"));
    let published = publish_once(&fixture, &day(1));
    assert_eq!(seen(&fixture, &published, "a").sequence, 1);
    assert!(!temporary.exists());
    assert_eq!(std::fs::read_to_string(last_good(&fixture)).unwrap(), titled("Two"));
}

#[test]
fn an_unwritable_state_is_served_from_memory_and_reported() {
    let fixture = Fixture::on_disk(&titled("One"));
    fixture.publish(&day(0));
    let file = written(&fixture);
    // A folder at the path of the temporary file stops every account from writing there, even root.
    let obstacle = fixture.dir().join(".sessions.revisions.json.new");
    std::fs::create_dir(&obstacle).unwrap();
    fixture.write(&titled("Two"));
    let published = fixture.publish(&day(1));
    assert!(published.degraded.is_some());
    let event = super::in_invite(&published, "a");
    assert_eq!((super::history(&event).sequence, super::value(&event, "SUMMARY")), (1, "Two"));
    assert_eq!(written(&fixture), file);
    assert_eq!(std::fs::read_to_string(last_good(&fixture)).unwrap(), titled("One"));
    let output = fixture.run(&["record", "--at", &day(1)]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3));
    assert!(text.contains("Nothing was recorded"), "{text}");
    std::fs::remove_dir(&obstacle).unwrap();
    assert_eq!(seen(&fixture, &publish_once(&fixture, &day(2)), "a").sequence, 1);
}

#[test]
fn a_state_folder_that_is_not_there_is_not_made() {
    let fixture = Fixture::on_disk(&titled("One"));
    let output = fixture.run(&["record", "--state", "missing", "--at", &day(0)]);
    assert_eq!(output.status.code(), Some(3));
    assert!(!fixture.dir().join("missing").exists());
}

#[test]
fn a_folder_without_a_file_stays_empty() {
    let fixture = Fixture::on_disk("");
    std::fs::remove_file(fixture.file()).unwrap();
    assert_eq!(fixture.run(&["record"]).status.code(), Some(3));
    assert_eq!(std::fs::read_dir(fixture.dir()).unwrap().count(), 0);
}

#[test]
fn the_last_good_source_is_the_last_published_one() {
    let fixture = Fixture::on_disk(&titled("One"));
    fixture.publish(&day(0));
    let kept = || std::fs::read_to_string(last_good(&fixture)).unwrap();
    assert_eq!(kept(), titled("One"));
    fixture.write("[calendar]\nid = ");
    assert!(matches!(fixture.publisher().publish(instant(&day(1))), Err(Refusal::File(..))));
    assert_eq!(kept(), titled("One"));
    // A comment is part of the source, although no output changes.
    let commented = titled("One") + "# a comment\n";
    fixture.write(&commented);
    let file = written(&fixture);
    fixture.publish(&day(1));
    assert_eq!((kept(), written(&fixture)), (commented, file));
    assert_eq!(entry(&fixture, "a").sequence, 0);
}
