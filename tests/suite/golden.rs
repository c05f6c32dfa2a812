//! Exports, compared byte by byte: every calendar of every case, one page of each kind, and the names of all files. The
//! comparison shows when a release prints a calendar differently. If the change is in an event, raise FORMAT.
//! `UPDATE=1` writes the current output.
//!
//! The golden files contain neither the style sheet nor the script, and their names have no hash, so an edit of the
//! style sheet or the script changes no golden file.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::discriminant;
use std::path::{Path, PathBuf};

use convene::document::Kind;

use crate::support::{BEFORE, Fixture, rewrites, tree};

/// The case with golden pages. Its file has every key.
const PAGES_OF: &str = "rich";
/// The beginnings of its golden files other than calendars: all files of one feed and one session, and every file that
/// exists once.
const PAGES: [&str; 9] = [
    "404.html",
    "favicon.svg",
    "feeds/lectures/index.html",
    "feeds/talks",
    "index.html",
    "next/",
    "robots.txt",
    "sessions/opening/",
    "years/2027/",
];
/// The golden file with the names of all files of an export.
const NAMES: &str = "files.txt";

/// Returns every case: a folder with a `sessions.toml`.
pub(crate) fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 6, "there are cases missing: {cases:?}");
    cases
}

/// Returns the program's export of a case.
fn exported(case: &Path) -> BTreeMap<String, Vec<u8>> {
    let fixture = Fixture::new(&std::fs::read_to_string(case.join("sessions.toml")).unwrap());
    let output = fixture.run(&["export", "--out", "out", "--at", BEFORE]);
    assert!(output.status.success(), "{case:?}: {}", String::from_utf8_lossy(&output.stderr));
    tree(&fixture.dir().join("out"))
}

/// Returns whether a case has a golden copy of a file.
fn is_kept(case: &Path, file: &str) -> bool {
    file.ends_with(".ics")
        || case.ends_with(PAGES_OF) && PAGES.iter().any(|page| file.starts_with(page))
}

/// Returns a text in which the names of the style sheet and the script have no hash.
fn without_hashes(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = ["/style-", "/script-"]
        .iter()
        .filter_map(|name| rest.find(name).map(|at| at + name.len()))
        .min()
    {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let hash = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
        if hash == 12 {
            out.push_str("HASH");
            rest = &rest[hash..];
        }
    }
    out + rest
}

/// Returns the compared parts of an export: the files with a golden copy, and the names of all files.
fn compared(case: &Path, files: &BTreeMap<String, Vec<u8>>) -> BTreeMap<String, Vec<u8>> {
    let names: String = files.keys().map(|name| without_hashes(&format!("/{name}\n"))).collect();
    let kept = files.iter().filter(|(name, _)| is_kept(case, name)).map(|(name, bytes)| {
        let is_page = name.ends_with(".html");
        let page = || without_hashes(std::str::from_utf8(bytes).unwrap()).into_bytes();
        (name.clone(), if is_page { page() } else { bytes.clone() })
    });
    kept.chain([(NAMES.to_owned(), names.into_bytes())]).collect()
}

fn update(expected: &Path, files: &BTreeMap<String, Vec<u8>>) {
    let _ = std::fs::remove_dir_all(expected);
    for (name, bytes) in files {
        let file = expected.join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
}

/// Returns the first different line of two files, with CR visible.
fn first_difference(expected: &[u8], got: &[u8]) -> String {
    let lines = |bytes: &[u8]| -> Vec<String> {
        bytes.split_inclusive(|b| *b == b'\n').map(|l| l.escape_ascii().to_string()).collect()
    };
    let (expected, got) = (lines(expected), lines(got));
    let at = (0..).find(|at| expected.get(*at) != got.get(*at)).unwrap();
    format!("line {}\n  expected {:?}\n  got      {:?}", at + 1, expected.get(at), got.get(at))
}

#[test]
fn every_export_matches_its_golden_files() {
    let rewrite = rewrites();
    let mut wrong = Vec::new();
    for case in cases() {
        let got = compared(&case, &exported(&case));
        let folder = case.join("expected");
        if rewrite {
            update(&folder, &got);
        }
        let expected = tree(&folder);
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        for file in expected.keys().chain(got.keys()).collect::<BTreeSet<_>>() {
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

#[test]
fn every_kind_of_document_has_a_golden_file() {
    let case = cases().into_iter().find(|case| case.ends_with(PAGES_OF)).unwrap();
    let published =
        Fixture::new(&std::fs::read_to_string(case.join("sessions.toml")).unwrap()).publish(BEFORE);
    let expected = case.join("expected");
    let mut without: BTreeMap<String, Kind> = BTreeMap::new();
    let mut with = Vec::new();
    for (path, resource) in published.site.documents() {
        let kind = resource.kind().unwrap();
        let file = expected.join(path.trim_start_matches('/'));
        if file.is_file() || file.join("index.html").is_file() {
            with.push(discriminant(&kind));
        } else {
            without.insert(path, kind);
        }
    }
    without.retain(|_, kind| {
        !matches!(kind, Kind::Style | Kind::Script) && !with.contains(&discriminant(kind))
    });
    assert!(without.is_empty(), "{without:?}");
}

#[test]
fn hashes_are_blanked_in_names_only() {
    let page = "<link href=\"/r/style-992bc08f2af0.css\"><script src=/script-403043e50479.js> a-style-x /style-guide";
    let blanked =
        "<link href=\"/r/style-HASH.css\"><script src=/script-HASH.js> a-style-x /style-guide";
    assert_eq!(without_hashes(page), blanked);
}
