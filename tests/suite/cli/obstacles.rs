//! Obstacles to an export: pipes and links at the paths of its files and folders, and foreign lines in its manifest.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use super::{FINE, at_before, files, stderr, stdout, two};
use crate::support::{BEFORE, Fixture};

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

/// Runs an export that must end within a time limit.
fn export(fixture: &Fixture) -> Output {
    let mut command = fixture.command(&["export", "--out", "out", "--prune", "--at", BEFORE]);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(60) {
            child.kill().unwrap();
            panic!("the export waits");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().unwrap()
}

/// Returns a folder with an export, and the files of the export.
fn exported() -> (Fixture, std::collections::BTreeMap<String, Vec<u8>>) {
    let fixture = Fixture::new(&two());
    assert_eq!(at_before(&fixture, &["export", "--out", "out"]).status.code(), FINE);
    let all = files(&fixture.dir().join("out"));
    (fixture, all)
}

#[test]
fn no_export_is_held_up_by_a_pipe_in_the_place_of_one_of_its_files() {
    let (fixture, all) = exported();
    let out = fixture.dir().join("out");
    let some =
        [".convene-export", "index.html", "404.html", "feeds/test.ics", "feeds/.test.ics.new"];
    for name in some {
        let _ = std::fs::remove_file(out.join(name));
        pipe(&out.join(name));
    }
    let output = export(&fixture);
    assert_eq!(output.status.code(), FINE, "{}", stderr(&output));
    assert_eq!(files(&out), all);
}

#[test]
fn nothing_is_written_through_a_link_at_the_path_of_a_file_or_folder() {
    let (fixture, all) = exported();
    let out = fixture.dir().join("out");
    for name in
        ["feeds", "sessions", "sessions/first", "sessions/first.ics", ".convene-export", "assets"]
    {
        if !out.join(name).exists() {
            continue;
        }
        let elsewhere = fixture.dir().join("elsewhere");
        std::fs::rename(out.join(name), &elsewhere).unwrap();
        symlink(&elsewhere, out.join(name)).unwrap();
        // The existing file is older, so an export would replace it.
        let mark = |path: &Path| {
            std::fs::write(path, "mine").unwrap();
            std::fs::metadata(path).unwrap().modified().unwrap()
        };
        let mut mine = Vec::new();
        match elsewhere.is_dir() {
            true => {
                for file in files(&elsewhere).into_keys() {
                    mine.push((elsewhere.join(&file), mark(&elsewhere.join(&file))));
                }
            }
            false => mine.push((elsewhere.clone(), mark(&elsewhere))),
        }
        let output = export(&fixture);
        assert_eq!(output.status.code(), FINE, "{name}: {}", stderr(&output));
        assert_eq!(files(&out), all, "{name}");
        assert!(!out.join(name).is_symlink(), "{name}");
        for (file, modified) in mine {
            assert_eq!(std::fs::read(&file).unwrap(), b"mine", "{name}");
            assert_eq!(std::fs::metadata(&file).unwrap().modified().unwrap(), modified);
        }
        if elsewhere.is_dir() {
            std::fs::remove_dir_all(elsewhere)
        } else {
            std::fs::remove_file(elsewhere)
        }
        .unwrap();
    }
}

#[test]
fn an_export_survives_any_line_of_its_manifest_and_loses_no_file_to_it() {
    let (fixture, all) = exported();
    let out = fixture.dir().join("out");
    std::fs::create_dir(out.join("mine")).unwrap();
    std::fs::write(out.join("mine/notes.txt"), "mine").unwrap();
    let with_mine: std::collections::BTreeMap<_, _> = files(&out);
    let long = "x".repeat(300);
    let deep = "x/".repeat(3000);
    for line in [
        // These are other spellings of the names of current files.
        "feeds//test.ics",
        "feeds/./test.ics",
        "./feeds/test.ics",
        "feeds/test.ics/",
        "feeds/../feeds/test.ics",
        "/feeds/test.ics",
        // These are folders and impossible names.
        "feeds",
        "mine",
        "mine/",
        ".",
        "..",
        "",
        " ",
        "index.html/x",
        "feeds/test.ics/x/y",
        "\0",
        "feeds/te\0st.ics",
        "a\u{1b}[2Jb",
        &long,
        &deep,
        "../sessions.toml",
        "mine/../../sessions.toml",
    ] {
        let manifest = out.join(".convene-export");
        let text = std::fs::read_to_string(&manifest).unwrap();
        std::fs::write(&manifest, format!("{line}\n{text}{line}\n")).unwrap();
        let output = export(&fixture);
        assert_eq!(output.status.code(), FINE, "{line:?}: {}", stderr(&output));
        assert!(stdout(&output).contains(" 0 removed"), "{line:?}: {}", stdout(&output));
        assert_eq!(files(&out), with_mine, "{line:?}");
        assert!(fixture.file().exists(), "{line:?}");
    }
    assert_eq!(all.len() + 1, with_mine.len());
}
