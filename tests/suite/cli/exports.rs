//! `convene export` while another export runs, and after an interrupted one.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use super::{FINE, at_before, files, moved, names, stderr, stdout, two};
use crate::support::{BEFORE, Fixture, list, session};

/// Returns a file with ten sessions of its own, and five sessions that every file has with different texts.
fn many(name: &str) -> String {
    let own = (0..10).map(|number| format!("{name}-{number}"));
    let shared = (0..5).map(|number| format!("shared-{number}"));
    let words = format!("description = \"{}\"", name.repeat(2000));
    let sessions: String =
        own.chain(shared).map(|id| session(&id, "2027-04-30T14:00:00", &words)).collect();
    list(&sessions)
}

/// Starts an export of a file at [`BEFORE`], without waiting for it.
fn begin(fixture: &Fixture, arguments: &[&str]) -> Child {
    let mut command = fixture.command(&["--at", BEFORE, "export"]);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn end(child: Child) {
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), FINE, "{}", stderr(&output));
}

/// The number of races between two exports: in each run, and in the long test.
const SAMPLE: u32 = 6;
const MANY: u32 = 48;

fn race_of_two_lists(rounds: u32) {
    let fixture = Fixture::on_disk(&two());
    let mut whole: Vec<BTreeMap<String, Vec<u8>>> = Vec::new();
    for name in ["a", "b"] {
        std::fs::write(fixture.dir().join(format!("{name}.toml")), many(name)).unwrap();
        end(begin(&fixture, &[&format!("{name}.toml"), "--out", name]));
        whole.push(files(&fixture.dir().join(name)));
    }
    assert_ne!(whole[0], whole[1]);
    for round in 0..rounds {
        let both =
            ["a.toml", "b.toml"].map(|list| begin(&fixture, &[list, "--out", "out", "--prune"]));
        both.into_iter().for_each(end);
        let got = files(&fixture.dir().join("out"));
        // `got` includes the manifest.
        let told: Vec<&String> = got.keys().collect();
        assert!(whole.contains(&got), "round {round}: {told:?}");
    }
}

#[test]
fn two_files_exported_at_once_leave_all_of_one_and_nothing_of_the_other() {
    race_of_two_lists(SAMPLE);
}

#[test]
#[ignore = "long: 96 exports"]
fn two_files_exported_at_once_many_times_leave_all_of_one_and_nothing_of_the_other() {
    race_of_two_lists(MANY);
}

fn race_into_a_new_folder(rounds: u32) {
    let fixture = Fixture::on_disk(&many("a"));
    at_before(&fixture, &["export", "--out", "whole"]);
    let whole = files(&fixture.dir().join("whole"));
    // With a shared state, the second export would already wait for the lock of the state.
    let states = ["one", "two"];
    for state in states {
        std::fs::create_dir(fixture.dir().join(state)).unwrap();
    }
    for round in 0..rounds {
        let out = format!("out-{round}");
        let both = states.map(|state| begin(&fixture, &["--out", &out, "--state", state]));
        both.into_iter().for_each(end);
        assert!(files(&fixture.dir().join(&out)) == whole, "round {round}");
    }
}

#[test]
fn one_file_exported_twice_at_once_into_a_new_folder_is_complete() {
    race_into_a_new_folder(SAMPLE);
}

#[test]
#[ignore = "long: 96 exports"]
fn one_file_exported_twice_at_once_into_many_new_folders_is_complete() {
    race_into_a_new_folder(MANY);
}

#[test]
fn an_export_that_waited_for_another_writes_the_current_file() {
    let fixture = Fixture::on_disk(&two());
    at_before(&fixture, &["export", "--out", "out"]);
    let another = File::open(fixture.dir().join("out")).unwrap();
    another.lock().unwrap();
    let mut child = begin(&fixture, &["--out", "out"]);
    let mut said = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    lines.read_line(&mut said).unwrap();
    assert_eq!(
        said,
        "warning: another export writes into `out`; this one waits until the other is done\n"
    );
    fixture.write(&moved());
    drop(another);
    end(child);
    at_before(&fixture, &["export", "--out", "other"]);
    assert_eq!(files(&fixture.dir().join("out")), files(&fixture.dir().join("other")));
}

#[test]
fn the_next_export_removes_temporary_files_of_an_interrupted_one() {
    let fixture = Fixture::on_disk(&two());
    at_before(&fixture, &["export", "--out", "out"]);
    let out = fixture.dir().join("out");
    let before = files(&out);
    // The manifest lists a file that this export no longer writes, one that it writes, and itself.
    let manifest = out.join(".convene-export");
    let known = std::fs::read_to_string(&manifest).unwrap() + "sessions/gone/index.html\n";
    std::fs::write(&manifest, known).unwrap();
    std::fs::create_dir(out.join("sessions/gone")).unwrap();
    let left = ["sessions/gone/.index.html.new", "feeds/.test.ics.new", "..convene-export.new"];
    for name in left {
        std::fs::write(out.join(name), "half").unwrap();
    }
    let output = at_before(&fixture, &["export", "--out", "out", "--prune"]);
    assert!(stdout(&output).contains(" 0 written"), "{}", stdout(&output));
    assert_eq!(files(&out), before);
    assert!(!out.join("sessions/gone").exists());
}

#[test]
fn a_failed_write_leaves_no_partial_file() {
    let fixture = Fixture::on_disk(&two());
    let out = fixture.dir().join("out");
    std::fs::create_dir_all(out.join("index.html/folder")).unwrap();
    let output = at_before(&fixture, &["export", "--out", "out"]);
    assert!(stderr(&output).contains("cannot write `out/index.html`"), "{}", stderr(&output));
    let hidden: Vec<String> =
        names(&out).into_iter().filter(|name| name.contains(".new")).collect();
    assert!(hidden.is_empty(), "{hidden:?}");
}

#[test]
fn hidden_files_folders_and_links_that_no_export_made_stay() {
    let fixture = Fixture::on_disk(&two());
    at_before(&fixture, &["export", "--out", "out"]);
    let out = fixture.dir().join("out");
    let mine =
        [".htaccess", ".notes.html.new", "feeds/.draft.ics.new", ".new", "feeds/test.ics.new"];
    for name in mine {
        std::fs::write(out.join(name), "mine").unwrap();
    }
    std::fs::create_dir(out.join(".404.html.new")).unwrap();
    std::os::unix::fs::symlink("mine", out.join("feeds/.test.ics.new")).unwrap();
    // The link leads to another user's folder.
    std::fs::rename(out.join("sessions/second"), fixture.dir().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink("../../elsewhere", out.join("sessions/second")).unwrap();
    std::fs::write(fixture.dir().join("elsewhere/.index.html.new"), "mine").unwrap();
    let output = at_before(&fixture, &["export", "--out", "out", "--prune"]);
    assert_eq!(output.status.code(), FINE, "{}", stderr(&output));
    for name in mine.iter().chain(&["../elsewhere/.index.html.new"]) {
        assert_eq!(std::fs::read(out.join(name)).unwrap(), b"mine", "{name}");
    }
    assert!(out.join(".404.html.new").is_dir());
    assert!(out.join("feeds/.test.ics.new").is_symlink());
}

#[test]
fn a_folder_that_cannot_be_created_gives_the_same_error_for_every_obstacle() {
    let fixture = Fixture::on_disk(&two());
    let made = std::process::Command::new("mkfifo").arg(fixture.dir().join("pipe")).status();
    assert!(made.unwrap().success());
    for out in ["sessions.toml", "sessions.toml/x", "pipe"] {
        let output = at_before(&fixture, &["export", "--out", out]);
        assert_eq!(output.status.code(), super::MACHINE, "{out}");
        let said = stderr(&output);
        assert!(said.starts_with(&format!("error: cannot create `{out}`: ")), "{said}");
    }
}
