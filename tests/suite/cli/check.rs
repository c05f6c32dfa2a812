//! `convene check` reports every finding, and changes no files.

use super::{
    FINE, MACHINE, WRONG_FILE, at_before, broken, files, moved, names, stderr, stdout, two,
};
use crate::support::Fixture;

#[test]
fn a_good_file_has_no_findings() {
    let fixture = Fixture::new(&two());
    let output = at_before(&fixture, &["check"]);
    assert_eq!((output.status.code(), stderr(&output)), (FINE, String::new()));
    assert!(stdout(&output).starts_with("sessions.toml: "), "{}", stdout(&output));
}

#[test]
fn it_ends_with_what_was_understood() {
    let session = |id: &str, start: &str, more: &str| {
        format!("[[sessions]]\nid = \"{id}\"\ntitle = \"{id}\"\nstart = {start}\n{more}")
    };
    let calendar = "[calendar]\nid = \"all\"\ntitle = \"All\"\nduration = \"1h\"\n\
        url = \"https://cal.example\"\ntimezone = \"America/New_York\"\nalso_in = [\"Europe/Paris\"]\n\
        [[series]]\nid = \"talks\"\ntitle = \"Talks\"\n";
    let toml = calendar.to_owned()
        + &session("b", "2027-02-03T18:00:00", "series = \"talks\"\n")
        + &session("a", "2027-01-12T18:00:00", "status = \"cancelled\"\n")
        + &session(
            "c",
            "2027-04-17",
            "timezone = \"Europe/Berlin\"\nseries = \"talks\"\nduration = \"1d\"\n",
        );
    let fixture = Fixture::new(&toml);
    let check = |at: &str| fixture.run(&["check", "--at", at]);
    let rest = "Series: \"Talks\" (2), without a series: 1\n\
                Zones: America/New_York (2), Europe/Berlin (1); also printed in Europe/Paris\n";
    assert_eq!(
        stdout(&check("2027-01-01T12:00:00Z")),
        format!(
            "sessions.toml: no problems. 3 sessions, Jan 12 to Apr 17, 2027; \
             next: Wednesday, February 3, 2027, 6 pm ET / Thu, Feb 4, 12 am Paris Time, \"b\"\n{rest}"
        )
    );
    let over = stdout(&check("2027-05-01T12:00:00Z"));
    assert!(over.contains("3 sessions, Jan 12 to Apr 17, 2027; none is upcoming\n"), "{over}");
    // The summary follows the findings. A file with errors has no summary, because the sessions with errors would be
    // missing from its numbers.
    fixture.write(&toml.replace("America/New_York", "US/Eastern"));
    let warned = stdout(&check("2027-01-01T12:00:00Z"));
    let (findings, understood) = warned.split_once("sessions.toml: 0 errors, 1 warning\n").unwrap();
    assert!(findings.contains("warning[") && understood.starts_with("3 sessions, "), "{warned}");
    fixture.write(&toml.replace("2027-04-17", "soon"));
    let wrong = stdout(&check("2027-01-01T12:00:00Z"));
    assert!(!wrong.contains("sessions, "), "{wrong}");
    fixture.write(calendar);
    let empty = stdout(&check("2027-01-01T12:00:00Z"));
    assert!(empty.contains("No session yet: each begins with a line `[[sessions]]`\n"), "{empty}");
}

#[test]
fn an_error_is_shown_at_its_place_on_standard_output() {
    let fixture = Fixture::new(&broken());
    let output = at_before(&fixture, &["check"]);
    assert_eq!((output.status.code(), stderr(&output)), (WRONG_FILE, String::new()));
    let line = broken().lines().position(|line| line.contains("next Friday")).unwrap() + 1;
    let said = stdout(&output);
    assert!(said.contains(&format!("--> sessions.toml:{line}:9\n")), "{said}");
    assert!(said.contains("^^^^^^^^^^^^^"), "{said}");
    assert!(said.ends_with("sessions.toml: 1 error, 0 warnings\n"), "{said}");
    assert!(!said.contains('\u{1b}'), "colours are for terminals");
}

#[test]
fn warnings_alone_are_fine() {
    let toml = two().replace("America/New_York", "US/Eastern");
    let fixture = Fixture::new(&toml);
    let output = at_before(&fixture, &["check"]);
    assert_eq!(output.status.code(), FINE);
    assert!(stdout(&output).contains("warning["), "{}", stdout(&output));
    assert!(stdout(&output).contains("America/New_York"), "{}", stdout(&output));
}

#[test]
fn the_json_form_is_one_array_whose_offsets_are_bytes() {
    let toml = broken().replace("Session first", "Zoë");
    let fixture = Fixture::new(&toml);
    let output = at_before(&fixture, &["check", "--format", "json"]);
    assert_eq!(output.status.code(), WRONG_FILE);
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    let keys: Vec<&String> = row.as_object().unwrap().keys().collect();
    let mut expected =
        ["code", "severity", "message", "help", "file", "line", "column", "start", "end"];
    expected.sort_unstable();
    assert_eq!(keys, expected.iter().collect::<Vec<_>>());
    let offset = |key: &str| usize::try_from(row[key].as_u64().unwrap()).unwrap();
    assert_eq!(&toml[offset("start")..offset("end")], "\"next Friday\"");
    assert_eq!(
        (row["severity"].as_str(), row["file"].as_str()),
        (Some("error"), Some("sessions.toml"))
    );
}

#[test]
fn the_json_form_of_a_good_list_is_an_empty_array() {
    let fixture = Fixture::new(&two());
    let output = at_before(&fixture, &["check", "--format", "json"]);
    assert_eq!((output.status.code(), stdout(&output)), (FINE, "[]\n".to_owned()));
}

#[test]
fn the_file_may_be_an_argument_or_given_by_config() {
    let fixture = Fixture::new(&broken());
    std::fs::write(fixture.dir().join("talks.toml"), two()).unwrap();
    for arguments in [
        &["check", "talks.toml"][..],
        &["check", "--config", "talks.toml"],
        &["--config", "talks.toml", "check"],
        &["--config", "sessions.toml", "check", "talks.toml"],
    ] {
        let output = at_before(&fixture, arguments);
        assert_eq!(output.status.code(), FINE, "{arguments:?}");
        assert!(stdout(&output).starts_with("talks.toml: "), "{arguments:?}");
    }
    assert_eq!(at_before(&fixture, &["check"]).status.code(), WRONG_FILE);
}

#[test]
fn frozen_makes_unrecorded_changes_errors() {
    let fixture = Fixture::new(&two());
    let unrecorded = at_before(&fixture, &["check", "--frozen"]);
    assert_eq!(unrecorded.status.code(), WRONG_FILE);
    let said = stdout(&unrecorded);
    assert!(said.contains("`first`") && said.contains("`second`"), "{said}");
    assert!(said.contains("convene record"), "{said}");

    assert_eq!(at_before(&fixture, &["record"]).status.code(), FINE);
    assert_eq!(at_before(&fixture, &["check", "--frozen"]).status.code(), FINE);

    fixture.write(&moved());
    let changed = at_before(&fixture, &["check", "--frozen"]);
    assert_eq!(changed.status.code(), WRONG_FILE);
    let said = stdout(&changed);
    assert!(said.contains("`second`") && !said.contains("`first`"), "{said}");
    assert_eq!(at_before(&fixture, &["check"]).status.code(), FINE);
}

#[test]
fn frozen_notices_a_removed_session() {
    let fixture = Fixture::new(&two());
    assert_eq!(at_before(&fixture, &["record"]).status.code(), FINE);
    let first = two();
    fixture.write(first.split("\n[[sessions]]\nid = \"second\"").next().unwrap());
    let output = at_before(&fixture, &["check", "--frozen"]);
    assert_eq!(output.status.code(), WRONG_FILE);
    assert!(stdout(&output).contains("`second`"), "{}", stdout(&output));
}

#[test]
fn another_calendar_id_is_an_error_that_names_the_permanent_one() {
    let fixture = Fixture::new(&two());
    assert_eq!(at_before(&fixture, &["record"]).status.code(), FINE);
    let recorded = files(fixture.dir());
    fixture.write(&two().replace("id = \"test\"", "id = \"another\""));
    for command in [
        &["check"][..],
        &["record"],
        &["export", "--out", "out"],
        &["--strict", "--listen", "127.0.0.1:0"],
    ] {
        let output = at_before(&fixture, command);
        assert_eq!(output.status.code(), WRONG_FILE, "{command:?}");
        let said = stdout(&output) + &stderr(&output);
        assert!(said.contains("write `id = \"test\"`"), "{command:?}: {said}");
    }
    fixture.write(&two());
    assert_eq!(files(fixture.dir()), recorded);
}

#[test]
fn check_writes_nothing_for_any_findings() {
    for toml in [two(), broken(), "not TOML at all [".to_owned(), String::new()] {
        let fixture = Fixture::new(&toml);
        for arguments in [&["check"][..], &["check", "--frozen"], &["check", "--format", "json"]] {
            at_before(&fixture, arguments);
            assert_eq!(names(fixture.dir()), ["sessions.toml"], "{arguments:?}");
        }
    }
    let fixture = Fixture::new(&two());
    at_before(&fixture, &["record"]);
    fixture.write(&moved());
    let before = files(fixture.dir());
    assert_eq!(at_before(&fixture, &["check"]).status.code(), FINE);
    assert_eq!(files(fixture.dir()), before);
}

#[test]
fn check_reports_an_unusable_state_too() {
    let fixture = Fixture::new(&two());
    std::fs::write(fixture.revisions_file(), "{").unwrap();
    let output = at_before(&fixture, &["check"]);
    assert_eq!(output.status.code(), MACHINE);
    assert!(stderr(&output).contains("sessions.revisions.json"), "{}", stderr(&output));
}
