//! The same input gives the same bytes on every machine, at every time and under every locale.

use std::path::Path;
use std::process::Command;

use crate::golden::cases;
use crate::support::{EXAMPLE, Fixture, tree};

/// Runs an export as on another machine: in another folder, with another locale and time zone.
fn export(from: &Path, fixture: &Fixture, at: &str, machine: &[(&str, &str)]) {
    let output = Command::new(env!("CARGO_BIN_EXE_convene"))
        .current_dir(from)
        .arg("export")
        .args(["--config".as_ref(), fixture.file().as_os_str()])
        .args(["--out".as_ref(), fixture.dir().join("out").as_os_str()])
        .args(["--at", at])
        .envs(machine.iter().copied())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Returns a second machine with the same file and the same revisions.
fn replica(fixture: &Fixture) -> Fixture {
    let other = Fixture::new(&std::fs::read_to_string(fixture.file()).unwrap());
    std::fs::copy(fixture.revisions_file(), other.revisions_file()).unwrap();
    other
}

const FIRST: &str = "2024-05-02T08:00:00Z";
/// An instant after the first session and before the second, like [`FIRST`].
const LATER: &str = "2024-09-20T23:59:59Z";

#[test]
fn an_export_is_the_same_on_every_machine_and_day() {
    let machines: [&[(&str, &str)]; 3] = [
        &[("TZ", "Pacific/Apia"), ("LANG", "de_DE.UTF-8"), ("LC_ALL", "de_DE.UTF-8")],
        &[("TZ", "America/St_Johns"), ("LANG", "C"), ("LC_ALL", "C"), ("LANGUAGE", "ar")],
        &[("TZ", ":/nowhere"), ("LC_TIME", "ja_JP.UTF-8"), ("TZDIR", "/nowhere")],
    ];
    let mut lists: Vec<String> = cases()
        .iter()
        .map(|case| std::fs::read_to_string(case.join("sessions.toml")).unwrap())
        .collect();
    lists.push(EXAMPLE.to_owned());
    for list in lists {
        let first = Fixture::new(&list);
        export(first.dir(), &first, FIRST, &[("TZ", "UTC"), ("LANG", "en_US.UTF-8")]);
        let expected = tree(&first.dir().join("out"));
        assert!(expected.keys().any(|name| name.ends_with(".ics")), "{:?}", expected.keys());
        let revisions = std::fs::read(first.revisions_file()).unwrap();
        for (index, machine) in machines.iter().enumerate() {
            let other = replica(&first);
            let at = if index == 0 { FIRST } else { LATER };
            export(Path::new("/"), &other, at, machine);
            let got = tree(&other.dir().join("out"));
            assert_eq!(got.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
            for (name, bytes) in &expected {
                assert_eq!(
                    String::from_utf8_lossy(&got[name]),
                    String::from_utf8_lossy(bytes),
                    "{name} on {machine:?} at {at}"
                );
            }
            assert_eq!(std::fs::read(other.revisions_file()).unwrap(), revisions, "{machine:?}");
        }
    }
}

#[test]
fn the_first_export_does_not_depend_on_the_machine_either() {
    let one = Fixture::new(EXAMPLE);
    let two = Fixture::new(EXAMPLE);
    export(one.dir(), &one, FIRST, &[("TZ", "Pacific/Apia"), ("LC_ALL", "de_DE.UTF-8")]);
    export(Path::new("/"), &two, FIRST, &[("TZ", "UTC"), ("LC_ALL", "C")]);
    assert_eq!(tree(&one.dir().join("out")), tree(&two.dir().join("out")));
    let state = |fixture: &Fixture| std::fs::read(fixture.revisions_file()).unwrap();
    assert_eq!(state(&one), state(&two));
}

#[test]
fn a_turning_instant_does_change_an_export() {
    // Otherwise the test above might compare only documents that time does not change.
    let fixture = Fixture::new(EXAMPLE);
    export(fixture.dir(), &fixture, FIRST, &[]);
    let before = tree(&fixture.dir().join("out"));
    export(fixture.dir(), &fixture, "2024-09-27T00:00:00Z", &[]);
    let after = tree(&fixture.dir().join("out"));
    assert_ne!(before["index.html"], after["index.html"]);
}

/// Returns the path of an exported file, and whether it is below the base.
fn path_of(file: &str) -> String {
    match file.strip_suffix("index.html") {
        Some(folder) => format!("/{}", folder.trim_end_matches('/')),
        None => format!("/{file}"),
    }
}

fn leads_on(published: &convene::publish::Published, path: &str) -> bool {
    published.site.get(path).unwrap().kind() == Some(convene::document::Kind::Redirect)
}

#[test]
fn serve_sends_the_bytes_that_export_writes() {
    for case in cases() {
        let list = std::fs::read_to_string(case.join("sessions.toml")).unwrap();
        let fixture = Fixture::new(&list);
        export(fixture.dir(), &fixture, FIRST, &[]);
        let mut files = tree(&fixture.dir().join("out"));
        // Hosts send this file for missing paths; it has no address of its own.
        assert!(files.remove("404.html").is_some());
        let published = fixture.publish(LATER);
        let base = published.site.edition().urls.base().path().to_owned();
        let running = fixture.serve(&["--at", LATER]);
        let mut answered = Vec::new();
        for (file, bytes) in &files {
            let path = match (path_of(file), file.as_str()) {
                (path, _) if path == "/" && !base.is_empty() => base.clone(),
                (path, _) => format!("{base}{path}"),
            };
            let answer = running.get(&path, &[]);
            // A redirect has the same body in the export, where the file itself redirects.
            let status = match published.site.get(&path).and_then(|resource| resource.kind()) {
                Some(convene::document::Kind::Moved) => 301,
                Some(convene::document::Kind::Redirect) => 302,
                _ => 200,
            };
            assert_eq!(answer.status, status, "{path}");
            assert_eq!(answer.text(), String::from_utf8_lossy(bytes), "{path}");
            assert_eq!(answer.header("content-length"), Some(bytes.len().to_string().as_str()));
            answered.push(path);
        }
        answered.sort();
        let all: Vec<String> = published.site.documents().map(|(path, _)| path).collect();
        assert_eq!(answered, all, "{case:?}");
    }
}

#[test]
fn two_servers_give_the_same_validators_and_codings() {
    let one = Fixture::new(EXAMPLE);
    export(one.dir(), &one, FIRST, &[]);
    let two = replica(&one);
    let published = one.publish(FIRST);
    let paths: Vec<String> = published.site.documents().map(|(path, _)| path).collect();
    let (left, right) = (one.serve(&["--at", FIRST]), two.serve(&["--at", LATER]));
    for path in &paths {
        for coding in ["identity", "gzip", "br"] {
            let ask = |running: &crate::support::Running| {
                let mut answer = running.get(path, &[("Accept-Encoding", coding)]);
                // Only this header may contain the current time.
                answer.headers.retain(|(name, _)| name != "date");
                answer
            };
            let (a, b) = (ask(&left), ask(&right));
            assert_eq!(a.header("etag").is_none(), leads_on(&published, path), "{path}");
            assert_eq!((a.status, &a.headers, &a.body), (b.status, &b.headers, &b.body), "{path}");
        }
    }
}

#[test]
fn every_coding_makes_its_document_smaller() {
    let (mut forms, mut both) = (0, 0);
    for case in cases() {
        let site = Fixture::new(&std::fs::read_to_string(case.join("sessions.toml")).unwrap())
            .publish(FIRST)
            .site;
        for (path, resource) in site.documents() {
            let whole = resource.identity().body.len();
            for coding in resource.codings() {
                let form = resource.form(coding);
                assert_eq!(form.coding, coding);
                assert!(form.body.len() < whole, "{path} in {coding:?}");
                forms += 1;
            }
            both += usize::from(resource.codings().count() == 2);
        }
    }
    assert!(forms > 200 && both > 10, "{forms} forms, {both} resources in both codings");
}
