//! `convene preview` reports on a file after an earlier publication, in both formats. `UPDATE=1` rewrites the expected
//! output; read it aloud. A first line `# test: ...` of the later file has additional arguments.

use std::path::{Path, PathBuf};

use crate::support::{Fixture, list, rewrites, session};

/// The instants of the earlier publication and of the preview.
const PUBLISHED: &str = "2024-01-15T12:00:00Z";
const NOW: &str = "2024-04-02T12:00:00Z";

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/preview");
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 35, "there are cases missing: {cases:?}");
    cases
}

fn read(case: &Path, name: &str) -> String {
    std::fs::read_to_string(case.join(name)).unwrap_or_default()
}

/// Returns the program's output for a case, in a format.
fn printed(case: &Path, format: &str) -> String {
    let fixture = Fixture::new(&read(case, "before.toml"));
    fixture.publish(PUBLISHED);
    let after = read(case, "after.toml");
    fixture.write(&after);
    let state = std::fs::read(fixture.revisions_file()).unwrap();
    let more = after.lines().next().and_then(|line| line.strip_prefix("# test: "));
    let mut arguments = vec!["preview", "--at", NOW, "--format", format];
    arguments.extend(more.into_iter().flat_map(|more| more.split(' ')));
    let output = fixture.run(&arguments);
    assert!(output.status.success(), "{case:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read(fixture.revisions_file()).unwrap(), state, "something was written");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_preview_matches_its_expected_file() {
    let rewrite = rewrites();
    let mut wrong = Vec::new();
    for case in cases() {
        for (format, name) in [("human", "expected.txt"), ("json", "expected.json")] {
            let got = printed(&case, format);
            if rewrite {
                std::fs::write(case.join(name), &got).unwrap();
            }
            let expected = read(&case, name);
            if got != expected {
                wrong.push(format!(
                    "{}: {name}\n--- expected\n{expected}\n--- got\n{got}",
                    case.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\nif that is meant: UPDATE=1", wrong.join("\n"));
}

#[test]
fn a_broken_file_is_refused_with_its_findings_and_an_unknown_city_with_the_nearest() {
    let fixture = Fixture::new(&list(&session("a", "2024-04-30T14:00:00", "")));
    let output = fixture.run(&["preview", "--cities", "Lonodn"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("no time zone has a city `Lonodn`; did you mean `Europe/London`?"),
        "{said}"
    );
    fixture.write("broken");
    let output = fixture.run(&["preview"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--> sessions.toml:1"));
    assert!(output.stdout.is_empty());
}

#[test]
fn the_file_may_be_an_argument() {
    let fixture = Fixture::new(&list(&session("a", "2024-04-30T14:00:00", "")));
    let output = fixture.run(&["preview", "sessions.toml", "--at", NOW]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("is new: Tuesday, April 30, 2 pm ET"));
    assert!(!fixture.revisions_file().exists());
}

#[test]
fn a_place_or_link_that_is_taken_back_changes_and_is_no_matter_for_a_newsletter() {
    let with = |place: &str, link: &str| {
        let more =
            format!("place = {{ name = \"{place}\" }}\njoin = \"https://j.example/{link}\"\n");
        list(&session("a", "2024-04-30T14:00:00", &more))
    };
    let fixture = Fixture::new(&with("Hall", "1"));
    fixture.publish(PUBLISHED);
    fixture.write(&with("Room", "2"));
    fixture.publish("2024-02-01T12:00:00Z");
    let previewed = |place: &str, link: &str| -> serde_json::Value {
        fixture.write(&with(place, link));
        let output = fixture.run(&["preview", "--at", NOW, "--format", "json"]);
        let mut whole: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        whole["sessions"][0].take()
    };
    let all = serde_json::json!(["place", "join", "other"]);
    let on = previewed("Yard", "3");
    assert_eq!((&on["what"], on["newsletter"].is_string()), (&all, true));
    let back = previewed("Hall", "1");
    assert_eq!((&back["what"], back["newsletter"].is_null()), (&all, true));
}

#[test]
fn times_in_arabic_have_no_escapes_for_people() {
    let arabic = list("")
        .replace("[calendar]\n", "[calendar]\nlanguage = \"ar\"\nalso_in = [\"Asia/Beirut\"]\n");
    let fixture = Fixture::new(&(arabic + &session("one", "2024-05-01T10:00:00", "")));
    let output = fixture.run(&["preview", "--at", NOW, "--cities", "Cairo,London"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Cairo: ") && !text.contains("\\u{"), "{text}");
}

/// Runs `preview` on `draft.toml`, and returns its output without the calendars.
fn of_draft(fixture: &Fixture, more: &[&str]) -> String {
    let draft = fixture.dir().join("draft.toml");
    let arguments = [&["preview", draft.to_str().unwrap(), "--at", NOW], more].concat();
    let output = fixture.run(&arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_draft_is_compared_with_what_is_published_of_the_file() {
    let fixture = Fixture::new(&list(&session("talk", "2024-05-01T14:00:00", "")));
    fixture.publish(PUBLISHED);
    let draft = list(&session("talk", "2024-05-02T14:00:00", ""));
    std::fs::write(fixture.dir().join("draft.toml"), draft).unwrap();
    let before = crate::support::tree(fixture.dir());
    let said = of_draft(&fixture, &[]);
    assert!(
        said.starts_with(
            "One session changes:\n\nSession talk (talk)\n  moves from Wednesday, May 1"
        ),
        "{said}"
    );
    assert_eq!(crate::support::tree(fixture.dir()), before, "something was written");
}

#[test]
fn a_revisions_file_with_the_name_of_the_draft_counts_first() {
    let fixture = Fixture::new(&list(&session("talk", "2024-05-01T14:00:00", "")));
    fixture.publish(PUBLISHED);
    let draft = list(&session("talk", "2024-05-02T14:00:00", ""));
    std::fs::write(fixture.dir().join("draft.toml"), draft).unwrap();
    // With --state, nothing is published of a draft without revisions there.
    std::fs::create_dir(fixture.dir().join("state")).unwrap();
    let state = fixture.dir().join("state");
    let said = of_draft(&fixture, &["--state", state.to_str().unwrap()]);
    assert!(said.contains("is new: Thursday, May 2"), "{said}");
    // Next to the draft.
    let draft = fixture.dir().join("draft.toml");
    let draft = draft.to_str().unwrap();
    assert!(fixture.run(&["record", draft, "--at", PUBLISHED]).status.success());
    assert!(of_draft(&fixture, &[]).starts_with("Nothing changes in calendars."));
}

#[test]
fn a_draft_in_another_folder_has_the_files_of_the_folder_of_the_list() {
    let toml =
        |start: &str| list(&format!("[page]\nlogo = \"logo.svg\"\n{}", session("talk", start, "")));
    let fixture = Fixture::new(&toml("2024-05-01T14:00:00"));
    std::fs::write(fixture.dir().join("logo.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"/>")
        .unwrap();
    fixture.publish(PUBLISHED);
    let elsewhere = tempfile::tempdir().unwrap();
    let draft = elsewhere.path().join("next.toml");
    std::fs::write(&draft, toml("2024-05-02T14:00:00")).unwrap();
    let output = fixture.run(&["preview", draft.to_str().unwrap(), "--at", NOW]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
