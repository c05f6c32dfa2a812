//! `convene record`, and the state after every command.

use super::{
    FINE, MACHINE, WRONG_FILE, at_before, broken, files, moved, names, stderr, stdout, two,
};
use crate::support::{BEFORE, Fixture};

const STATE: [&str; 4] = [
    ".sessions.last-good.json",
    ".sessions.last-good.toml",
    ".sessions.lock",
    "sessions.revisions.json",
];

/// Every command that writes state.
const WRITERS: [&[&str]; 3] =
    [&["record"], &["export", "--out", "out"], &["serve", "--listen", "127.0.0.1:0"]];

#[test]
fn record_writes_only_the_state() {
    let fixture = Fixture::new(&two());
    let output = at_before(&fixture, &["record"]);
    assert_eq!((output.status.code(), stderr(&output)), (FINE, String::new()));
    assert!(
        stdout(&output).contains("sessions.revisions.json is up to date"),
        "{}",
        stdout(&output)
    );
    assert_eq!(names(fixture.dir()), [&STATE[..], &["sessions.toml"]].concat());
    assert_eq!(files(fixture.dir())["sessions.toml"], two().as_bytes());
    assert_eq!(files(fixture.dir())[".sessions.last-good.toml"], two().as_bytes());
}

#[test]
fn a_second_record_writes_nothing() {
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["record"]);
    let file = fixture.revisions_file();
    let before = (files(fixture.dir()), identity(&file));
    let output = fixture.run(&["record", "--at", "2024-03-01T00:00:00Z"]);
    assert_eq!(output.status.code(), FINE);
    assert_eq!((files(fixture.dir()), identity(&file)), before);
}

/// Returns the inode of a file. A replaced file has a new one, even with the same bytes.
fn identity(file: &std::path::Path) -> u64 {
    std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(file).unwrap())
}

#[test]
fn record_serve_and_export_write_the_same_state() {
    let recorded: Vec<Vec<u8>> = WRITERS
        .iter()
        .map(|command| {
            let fixture = Fixture::new(&two());
            if command[0] == "serve" {
                drop(fixture.serve(&["--at", BEFORE]));
            } else {
                assert_eq!(at_before(&fixture, command).status.code(), FINE);
            }
            std::fs::read(fixture.revisions_file()).unwrap()
        })
        .collect();
    assert_eq!(recorded[0], recorded[1]);
    assert_eq!(recorded[0], recorded[2]);
}

#[test]
fn the_file_may_be_an_argument() {
    let fixture = Fixture::new(&broken());
    std::fs::write(fixture.dir().join("talks.toml"), two()).unwrap();
    assert_eq!(at_before(&fixture, &["record", "talks.toml"]).status.code(), FINE);
    assert!(fixture.dir().join("talks.revisions.json").exists());
    assert!(!fixture.revisions_file().exists());
}

#[test]
fn a_file_with_errors_records_nothing() {
    let fixture = Fixture::new(&broken());
    let output = at_before(&fixture, &["record"]);
    assert_eq!(output.status.code(), WRONG_FILE);
    assert!(stderr(&output).contains("--> sessions.toml:"), "{}", stderr(&output));
    assert!(!fixture.revisions_file().exists());
    assert!(!fixture.dir().join(".sessions.last-good.toml").exists());
}

#[test]
fn frozen_record_changes_nothing() {
    let fixture = Fixture::new(&two());
    assert_eq!(at_before(&fixture, &["record", "--frozen"]).status.code(), WRONG_FILE);
    assert!(!fixture.revisions_file().exists());
    at_before(&fixture, &["record"]);
    let before = std::fs::read(fixture.revisions_file()).unwrap();
    fixture.write(&moved());
    let output = at_before(&fixture, &["record", "--frozen"]);
    assert_eq!((output.status.code(), stdout(&output)), (WRONG_FILE, String::new()));
    assert_eq!(std::fs::read(fixture.revisions_file()).unwrap(), before);
}

#[test]
fn state_is_kept_in_the_folder_that_is_named() {
    let fixture = Fixture::new(&two());
    std::fs::create_dir(fixture.dir().join("state")).unwrap();
    for command in WRITERS {
        let arguments = [&["--state", "state"], command].concat();
        if command[0] == "serve" {
            drop(fixture.serve(&["--at", BEFORE, "--state", "state"]));
        } else {
            assert_eq!(at_before(&fixture, &arguments).status.code(), FINE, "{command:?}");
        }
        assert_eq!(names(&fixture.dir().join("state")), STATE, "{command:?}");
        assert!(!fixture.revisions_file().exists(), "{command:?}");
    }
    let arguments = ["check", "--frozen", "--state", "state"];
    assert_eq!(at_before(&fixture, &arguments).status.code(), FINE);
    assert_eq!(at_before(&fixture, &["check", "--frozen"]).status.code(), WRONG_FILE);
}

#[test]
fn a_state_folder_that_is_none_is_refused_by_record_in_a_sentence() {
    let fixture = Fixture::new(&two());
    for state in ["nowhere", "sessions.toml/x"] {
        let output = at_before(&fixture, &["record", "--state", state]);
        assert_eq!(output.status.code(), MACHINE, "{state}");
        let said = stderr(&output);
        assert!(said.contains(&format!("cannot write into the folder `{state}`")), "{said}");
        assert!(said.contains("Nothing was recorded"), "{said}");
        assert_eq!(names(fixture.dir()), ["sessions.toml"], "{state}");
    }
}

#[test]
fn advice_about_a_state_that_is_no_file_is_about_the_state() {
    for (make, wanted) in [
        ("mkdir", "is a folder, but must be the revisions file"),
        ("mkfifo", "is not a regular file\n  Remove it, and restore the file"),
    ] {
        let fixture = Fixture::new(&two());
        let made = std::process::Command::new(make).arg(fixture.revisions_file()).status();
        assert!(made.unwrap().success());
        let output = at_before(&fixture, &["record"]);
        let said = stderr(&output);
        assert_eq!(output.status.code(), MACHINE, "{said}");
        assert!(said.contains("sessions.revisions.json`") && said.contains(wanted), "{said}");
        assert!(!said.contains("file of sessions"), "{said}");
    }
}

#[test]
fn an_export_without_its_state_folder_gives_an_error_with_help() {
    let fixture = Fixture::new(&two());
    let output = at_before(&fixture, &["export", "--out", "out", "--state", "nowhere"]);
    let said = stderr(&output);
    assert!(said.contains("The exported files are correct"), "{said}");
    assert!(said.contains("Create the folder if it does not exist."), "{said}");
}

#[test]
fn a_folder_at_the_path_of_the_revisions_file_gives_a_help_text() {
    let fixture = Fixture::new(&two());
    std::fs::create_dir(fixture.revisions_file()).unwrap();
    for command in WRITERS {
        let output = at_before(&fixture, command);
        let said = stderr(&output);
        assert_eq!(output.status.code(), MACHINE, "{said}");
        assert!(said.contains("Remove it if it is empty"), "{said}");
    }
}

fn assert_refused(revisions: &str, parts: &[&str]) {
    let fixture = Fixture::new(&two());
    std::fs::write(fixture.revisions_file(), revisions).unwrap();
    for command in WRITERS.into_iter().chain([&["check"][..]]) {
        for frozen in [&[][..], &["--frozen"]] {
            let output = at_before(&fixture, &[frozen, command].concat());
            let said = stderr(&output);
            assert_eq!(output.status.code(), MACHINE, "{command:?}: {said}");
            for part in parts {
                assert!(said.contains(part), "{command:?}: {part}: {said}");
            }
            assert!(said.contains("The file was not changed"), "{said}");
            let after = std::fs::read_to_string(fixture.revisions_file()).unwrap();
            assert_eq!(after, revisions, "{command:?}");
            assert!(!fixture.dir().join("out").exists(), "{command:?}");
        }
    }
}

/// Returns a revisions file in the current format.
fn recorded() -> String {
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["record"]);
    std::fs::read_to_string(fixture.revisions_file()).unwrap()
}

#[test]
fn a_newer_revisions_file_is_left_alone() {
    let now = recorded();
    let newer = now.replacen("\"schema\": 3", "\"schema\": 4", 1).replace("\"uid\"", "\"urn\"");
    assert_ne!(newer, now);
    assert_refused(&newer, &["sessions.revisions.json", "a newer release wrote it", "schema 4"]);
}

#[test]
fn a_revisions_file_that_cannot_be_read_is_left_alone_and_its_line_is_named() {
    let now = recorded();
    let line = now.lines().position(|line| line.starts_with("\"second\"")).unwrap() + 1;
    let number = format!("line {line}: ");
    let damaged = |from: &str, to: &str| {
        let (head, tail) = now.split_at(now.find("\"second\": {").unwrap());
        let damaged = head.to_owned() + &tail.replacen(from, to, 1);
        assert_ne!(damaged, now, "{from}");
        damaged
    };
    assert_refused(&damaged("\"sequence\":0", "\"sequence\":\"none\""), &[&number]);
    assert_refused(&damaged("\"sequence\":0", "\"sequence\":-1"), &[&number]);
    assert_refused(&damaged("\"sequence\":0,", ""), &[&number, "sequence"]);
    assert_refused(&damaged("\"uid\"", "\"uid"), &[&number]);
    assert_refused(&damaged("\"last_modified\":\"2024", "\"last_modified\":\"someday"), &[&number]);
    assert_refused(&now.replacen("\"sequence\":0", "\"sequence\":1", 1), &["checksum", "delete"]);
    assert_refused("<<<<<<< HEAD\n", &["line 1: "]);
    assert_refused(&now[..now.len() / 2], &["line "]);
}

#[test]
fn a_revisions_file_without_a_schema_is_left_alone() {
    assert_refused("{}", &["schema"]);
    assert_refused("[]", &["line 1: "]);
}
