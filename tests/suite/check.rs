//! Every file of `tests/invalid/` must have exactly the findings in the `.txt` file with the same name. The tests
//! compare the findings in the format for people. The tests also check the JSON format of every file against its
//! schema, and compare it byte for byte for the files that have a `.json` file.
//!
//! A first line `# test: ...` may contain `pad=N` (PADDING stands for N letters), `outside=NAME` (a link of that name
//! to a file in another folder), `pipe=NAME`, `--frozen`, or `export` (the findings are those of an export). `UPDATE=1`
//! rewrites the expected files; read the changes aloud.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use convene::diagnostic::{Code, Finding, Findings, Severity};
use convene::publish::{CheckReport, Publisher};
use convene::source::Source;
use serde_json::Value;

use crate::support::{instant, rewrites};

/// The current time in all these tests.
const NOW: &str = "2027-01-01T12:00:00Z";

/// The findings of `check` in one file.
struct Case {
    file: PathBuf,
    name: String,
    source: Source,
    findings: Findings,
    human: String,
    json: String,
}

/// Every file, checked once for all tests.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        files.filter(|file| file.extension().is_some_and(|ending| ending == "toml")).collect();
    files.sort();
    files.into_iter().map(check).collect()
});

/// Checks a copy of a file in a temporary folder, so that the repository does not change.
fn check(file: PathBuf) -> Case {
    let mut content = std::fs::read(&file).unwrap();
    let first = content.split(|b| *b == b'\n').next().unwrap();
    let directives = first.strip_prefix(b"# test: ").unwrap_or_default();
    let directives = String::from_utf8_lossy(directives).into_owned();
    let dir = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::NamedTempFile::new().unwrap();
    let (mut frozen, mut exporting) = (false, false);
    for directive in directives.split_whitespace() {
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
            None if directive == "--frozen" => frozen = true,
            None if directive == "export" => exporting = true,
            _ => panic!("{}: unknown directive {directive}", file.display()),
        }
    }
    let name = file.file_name().unwrap().to_str().unwrap().to_owned();
    let copy = dir.path().join(&name);
    std::fs::write(&copy, content).unwrap();
    let state = file.with_extension("revisions.json");
    if state.exists() {
        std::fs::copy(&state, copy.with_extension("revisions.json")).unwrap();
    }
    let publisher = Publisher { frozen, exporting, ..Publisher::new(&copy, dir.path()).unwrap() };
    let CheckReport { source, findings, .. } = publisher.check(instant(NOW)).unwrap();
    // The program runs in the folder of the file, so its messages do not name the folder.
    let folder = format!("{}/", dir.path().display());
    let human = findings.human(&source, false).replace(&folder, "");
    let json = findings.json(&source).replace(&folder, "");
    Case { file, name, source, findings, human, json }
}

/// Compares the printed text with the expected file of a case that has the given ending.
fn compare(case: &Case, ending: &str, printed: &str) -> Result<(), String> {
    let expected_file = case.file.with_extension(ending);
    if rewrites() {
        std::fs::write(&expected_file, printed).unwrap();
        return Ok(());
    }
    let expected = std::fs::read_to_string(&expected_file).unwrap_or_default();
    if expected == printed {
        return Ok(());
    }
    Err(format!("{}\n--- expected\n{expected}\n--- printed\n{printed}", expected_file.display()))
}

#[test]
fn every_wrong_file_gets_exactly_its_findings() {
    let wrong: Vec<String> =
        CASES.iter().filter_map(|case| compare(case, "txt", &case.human).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_files_with_a_json_form_get_exactly_that() {
    let with_json: Vec<&Case> =
        CASES.iter().filter(|case| case.file.with_extension("json").exists()).collect();
    assert_eq!(with_json.len(), 10, "one for each thing that the form has to say is enough");
    let wrong: Vec<String> =
        with_json.iter().filter_map(|case| compare(case, "json", &case.json).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks the schema of one finding: it has nine keys of these types, with the values of the finding.
fn assert_schema(case: &Case, row: &Value, finding: &Finding) {
    let name = &case.name;
    let keys: BTreeSet<&str> = row.as_object().unwrap().keys().map(String::as_str).collect();
    let expected =
        ["code", "column", "end", "file", "help", "line", "message", "severity", "start"];
    assert_eq!(keys, expected.into(), "{name}");
    assert_eq!(row["code"], finding.code.as_str(), "{name}");
    let severity = if finding.severity == Severity::Error { "error" } else { "warning" };
    assert_eq!(row["severity"], severity, "{name}");
    // The text of the JSON escapes both for terminals, and a JSON parser returns the original texts.
    assert_eq!(row["message"], finding.message, "{name}");
    assert_eq!(row["help"].as_str(), finding.help.as_deref(), "{name}");
    assert_eq!(row["file"], *name, "{name}");
    let number = |key: &str| usize::try_from(row[key].as_u64().unwrap()).unwrap();
    assert_eq!(number("start")..number("end"), finding.span, "{name}");
    // The test counts the location independently: lines end with LF, columns are characters, and both start at 1.
    let before = &case.source.text()[..number("start").min(case.source.text().len())];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    assert_eq!((number("line"), number("column")), (line, column), "{name}");
}

#[test]
fn the_json_form_of_every_wrong_file_has_its_schema_and_the_same_findings() {
    for case in CASES.iter() {
        let rows: Vec<Value> = serde_json::from_str(&case.json).unwrap();
        assert_eq!(rows.len(), case.findings.iter().count(), "{}", case.name);
        for (row, finding) in rows.iter().zip(case.findings.iter()) {
            assert_schema(case, row, finding);
        }
    }
}

#[test]
fn every_code_has_a_file_and_there_are_at_least_eighty() {
    let seen: BTreeSet<Code> =
        CASES.iter().flat_map(|case| case.findings.iter()).map(|finding| finding.code).collect();
    // `ZoneNotProven` reports a bug of the program, and no file is known to cause it.
    for code in Code::ALL.iter().filter(|code| **code != Code::ZoneNotProven) {
        assert!(seen.contains(code), "no file shows {}", code.as_str());
    }
    assert!(CASES.len() >= 80, "{} files", CASES.len());
}
