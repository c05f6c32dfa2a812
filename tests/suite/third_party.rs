//! `THIRD-PARTY.md` has the licenses of all linked code, with the texts that packages must include. `UPDATE=1` rewrites
//! it after a change of Cargo.lock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::rewrites;

/// The target of the shipped binary.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";
/// Crates without a license text in their package, each with a crate of the same authors that has it.
const BORROWED: [(&str, &str); 1] = [("alloc-stdlib", "alloc-no-stdlib")];
/// Linked code that is not a crate, and its copyright holders.
const OTHERS: [(&str, &str); 2] = [
    ("musl", "2005-2020 Rich Felker, et al."),
    ("the standard library of Rust", "The Rust Project Contributors"),
];
const HEAD: &str = "# What convene is made of

The program is linked with the libraries below, each under its own licence. Among them are data: the names, dates and
zones of the Unicode CLDR (the `icu_*` crates, Unicode-3.0), and the tz database, which is in the public domain. Every
program in Rust holds parts of Rust's standard library, and a static one holds musl.

";

struct Crate {
    name: String,
    version: String,
    licence: String,
    authors: Vec<String>,
    folder: PathBuf,
}

/// Returns every crate in the program, by name and version, without those that only builds and tests use.
fn crates() -> Vec<Crate> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--locked", "--offline"])
        .args(["--filter-platform", PLATFORM])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let resolve = &metadata["resolve"];
    let node = |id: &str| {
        let nodes = resolve["nodes"].as_array().unwrap();
        nodes.iter().find(|node| node["id"] == id).unwrap()
    };
    let root = resolve["root"].as_str().unwrap();
    let mut linked = BTreeSet::new();
    let mut next = vec![root];
    while let Some(id) = next.pop() {
        for dependency in node(id)["deps"].as_array().unwrap() {
            let kinds = dependency["dep_kinds"].as_array().unwrap();
            let id = dependency["pkg"].as_str().unwrap();
            if kinds.iter().any(|kind| kind["kind"].is_null()) && linked.insert(id) {
                next.push(id);
            }
        }
    }
    let packages = metadata["packages"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut all: Vec<Crate> = packages
        .filter(|package| linked.contains(package["id"].as_str().unwrap()))
        .map(|package| Crate {
            name: text(&package["name"]),
            version: text(&package["version"]),
            licence: text(&package["license"]),
            authors: package["authors"].as_array().unwrap().iter().map(text).collect(),
            folder: Path::new(&text(&package["manifest_path"])).parent().unwrap().to_owned(),
        })
        .collect();
    all.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    all
}

/// Returns the license texts in a crate's package. If the license is a choice, it returns only MIT's, with any notice.
fn texts(one: &Crate) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(&one.folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| {
            let upper = name.to_uppercase();
            let starts = ["LICENSE", "LICENCE", "COPYING", "UNLICENSE", "NOTICE", "COPYRIGHT"];
            starts.iter().any(|start| upper.starts_with(start))
        })
        .collect();
    names.sort();
    let choice = !one.licence.contains(" AND ");
    let (mit, notice) = (
        |name: &String| name.to_uppercase().contains("MIT"),
        |name: &String| name.to_uppercase().starts_with("NOTICE"),
    );
    if choice && names.iter().any(mit) {
        names.retain(|name| mit(name) || notice(name));
    }
    names
        .iter()
        .map(|name| plain(&std::fs::read_to_string(one.folder.join(name)).unwrap()))
        .collect()
}

/// Returns the text without differences between editors, such as spaces at line ends.
fn plain(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

/// Returns the MIT license for code without a license text.
fn mit(holders: &str) -> String {
    let (_, permission) = include_str!("../../LICENSE-MIT").split_once("Permission").unwrap();
    plain(&format!("MIT License\n\nCopyright (c) {holders}\n\nPermission{permission}"))
}

fn written() -> String {
    let crates = crates();
    let mut of_text: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut page = HEAD.to_owned();
    for one in &crates {
        let name = format!("{} {}", one.name, one.version);
        assert!(!one.licence.is_empty(), "{name} names no licence");
        page.push_str(&format!("- {name}: {}\n", one.licence.replace('/', " OR ")));
        let lender = BORROWED.iter().find(|(borrower, _)| *borrower == one.name);
        let source = match lender {
            Some((_, lender)) => crates.iter().find(|other| other.name == *lender).unwrap(),
            None => one,
        };
        let mut found = texts(source);
        if found.is_empty() {
            assert!(source.licence.contains("MIT"), "{name}: no text of {}", source.licence);
            found.push(mit(&source.authors.join(", ")));
        }
        for text in found {
            of_text.entry(text).or_default().push(name.clone());
        }
    }
    for (name, holders) in OTHERS {
        of_text.entry(mit(holders)).or_default().push(name.to_owned());
    }
    let mut texts: Vec<(String, Vec<String>)> = of_text.into_iter().collect();
    texts.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
    for (text, names) in texts {
        // No text has four backquotes in a row.
        assert!(!text.contains("````"), "{names:?}");
        page.push_str(&format!("\n## {}\n\n````text\n{text}\n````\n", names.join(", ")));
    }
    page
}

#[test]
fn the_licences_of_everything_linked_are_in_the_file_that_packages_carry() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("THIRD-PARTY.md");
    let expected = written();
    let rewrite = rewrites();
    if rewrite {
        std::fs::write(&file, &expected).unwrap();
    }
    assert!(expected.contains("UNICODE LICENSE V3"), "the licence of the Unicode data is missing");
    let got = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        got == expected,
        "THIRD-PARTY.md is of other dependencies: UPDATE=1 cargo test third_party"
    );
}
