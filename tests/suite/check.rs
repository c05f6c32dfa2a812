//! Every file of `tests/invalid/` gets exactly the findings beside it, in both forms.
//!
//! A first line `# test: ...` may say `pad=N` (PADDING stands for N letters), `outside=NAME` (a link of that
//! name to a file in another folder), `pipe=NAME`, further arguments of `check`, or `export` in its place. `UPDATE=1` rewrites what is expected; read it aloud.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use convene::diagnostic::Code;

/// The clock of all these files.
const NOW: &str = "2027-01-01T12:00:00Z";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid")
}

fn cases() -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> =
        files.filter(|file| file.extension().is_some_and(|ending| ending == "toml")).collect();
    cases.sort();
    cases
}

/// What the program prints about a case, in one of its forms.
fn printed(case: &Path, format: &str) -> String {
    let bytes = std::fs::read(case).unwrap();
    let first = bytes.split(|b| *b == b'\n').next().unwrap();
    let directives = String::from_utf8_lossy(first.strip_prefix(b"# test: ").unwrap_or_default());
    // The program runs beside a copy, so that the repository stays as it is.
    let dir = tempfile::tempdir().unwrap();
    let name = case.file_name().unwrap().to_str().unwrap();
    let copy = dir.path().join(name);
    let mut arguments = vec!["check"];
    let mut content = bytes.clone();
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    for directive in directives.split(' ').filter(|word| !word.is_empty()) {
        match directive.split_once('=') {
            Some(("pad", count)) => {
                let padding = "x".repeat(count.parse().unwrap());
                let text = String::from_utf8(content).unwrap();
                content = text.replace("PADDING", &padding).into_bytes();
            }
            Some(("outside", link)) => {
                std::os::unix::fs::symlink(elsewhere.path(), dir.path().join(link)).unwrap();
            }
            Some(("pipe", name)) => {
                let made = Command::new("mkfifo").arg(dir.path().join(name)).status();
                assert!(made.unwrap().success());
            }
            _ if directive == "export" => arguments = vec!["export", "--out", "out"],
            _ => arguments.push(directive),
        }
    }
    std::fs::write(&copy, content).unwrap();
    let state = case.with_extension("revisions.json");
    if state.exists() {
        std::fs::copy(&state, copy.with_extension("revisions.json")).unwrap();
    }
    if arguments[0] == "check" {
        arguments.extend(["--format", format]);
    }
    let output = Command::new(env!("CARGO_BIN_EXE_convene"))
        .current_dir(dir.path())
        .args(&arguments)
        .args([name, "--at", NOW])
        .output()
        .unwrap();
    let status = output.status.code().unwrap();
    let findings = if arguments[0] == "check" { &output.stdout } else { &output.stderr };
    let text = String::from_utf8(findings.clone()).unwrap();
    let errors = text
        .lines()
        .any(|line| line.starts_with("error[") || line.contains("\"severity\": \"error\""));
    assert_eq!(status, i32::from(errors), "{name}: {text}");
    text
}

fn compare(case: &Path, ending: &str, actual: &str) -> Result<(), String> {
    let expected_file = case.with_extension(ending);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&expected_file, actual).unwrap();
        return Ok(());
    }
    let expected = std::fs::read_to_string(&expected_file).unwrap_or_default();
    if expected == actual {
        return Ok(());
    }
    Err(format!("{}\n--- expected\n{expected}\n--- printed\n{actual}", expected_file.display()))
}

#[test]
fn every_wrong_file_gets_exactly_its_findings() {
    let mut wrong = Vec::new();
    for case in cases() {
        wrong.extend(compare(&case, "txt", &printed(&case, "human")).err());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_wrong_file_gets_the_same_findings_as_json() {
    let mut wrong = Vec::new();
    for case in cases() {
        let json = printed(&case, "json");
        // An export says its findings to people only.
        if json.starts_with('[') {
            wrong.extend(compare(&case, "json", &json).err());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_has_a_file_and_there_are_at_least_eighty() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        let json = std::fs::read_to_string(case.with_extension("json")).unwrap_or_default();
        let rows: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap_or_default();
        seen.extend(rows.iter().filter_map(|row| row["code"].as_str().map(ToOwned::to_owned)));
    }
    // The export's own warning has a human form only; a zone that cannot be proved is a fault of
    // ours that no file is known to cause.
    let elsewhere = [Code::LoopbackUrl, Code::ZoneNotProven];
    for code in Code::ALL.iter().filter(|code| !elsewhere.contains(code)) {
        assert!(seen.contains(code.as_str()), "no file shows {}", code.as_str());
    }
    assert!(cases().len() >= 80, "{} files", cases().len());
}
