//! Exports that are compared as bytes: a release that prints anything differently shows here, and
//! raises FORMAT if it is an event. `UPDATE=1` writes what is printed now.

use std::path::{Path, PathBuf};

use crate::support::{BEFORE, Fixture, tree};

/// Every case: a folder with a list of sessions.
pub(crate) fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 6, "there are cases missing: {cases:?}");
    cases
}

/// What the program exports for a case.
fn exported(case: &Path) -> Fixture {
    let fixture = Fixture::new(&std::fs::read_to_string(case.join("sessions.toml")).unwrap());
    let output = fixture.run(&["export", "--out", "out", "--at", BEFORE]);
    assert!(output.status.success(), "{case:?}: {}", String::from_utf8_lossy(&output.stderr));
    fixture
}

fn update(expected: &Path, files: &std::collections::BTreeMap<String, Vec<u8>>) {
    let _ = std::fs::remove_dir_all(expected);
    for (name, bytes) in files {
        let file = expected.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
}

/// The first line in which two files differ, readable: CR stays to be seen.
fn first_difference(expected: &[u8], got: &[u8]) -> String {
    let lines = |bytes: &[u8]| -> Vec<String> {
        bytes.split_inclusive(|b| *b == b'\n').map(|l| l.escape_ascii().to_string()).collect()
    };
    let (expected, got) = (lines(expected), lines(got));
    let at = (0..).find(|at| expected.get(*at) != got.get(*at)).unwrap();
    format!("line {}\n  expected {:?}\n  got      {:?}", at + 1, expected.get(at), got.get(at))
}

#[test]
fn every_export_has_the_bytes_that_were_looked_at() {
    let rewrite = std::env::vars_os().any(|(name, value)| name == "UPDATE" && value == "1");
    let mut wrong = Vec::new();
    for case in cases() {
        let fixture = exported(&case);
        let got = tree(&fixture.dir().join("out"));
        let folder = case.join("expected");
        if rewrite {
            update(&folder, &got);
        }
        let expected = tree(&folder);
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        for file in expected.keys().chain(got.keys()).collect::<std::collections::BTreeSet<_>>() {
            match (expected.get(file), got.get(file)) {
                (Some(old), Some(new)) if old == new => {}
                (Some(old), Some(new)) => {
                    wrong.push(format!("{name}/{file}: {}", first_difference(old, new)));
                }
                (None, _) => wrong.push(format!("{name}/{file} is new")),
                (_, None) => wrong.push(format!("{name}/{file} is not exported any more")),
            }
        }
    }
    assert!(wrong.is_empty(), "{}\nif that is meant: UPDATE=1", wrong.join("\n"));
}
