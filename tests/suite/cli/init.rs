//! `convene init`: a file to start from.

use chrono::{Days, TimeDelta};
use convene::model::When;
use convene::template;

use super::{FINE, MACHINE, WRONG_USAGE, files, names, stderr, stdout};
use crate::support::{Fixture, instant};

const NOW: &str = "2026-11-25T12:00:00Z";

/// A folder without a `sessions.toml`.
fn empty() -> Fixture {
    let fixture = Fixture::new("");
    std::fs::remove_file(fixture.file()).unwrap();
    fixture
}

/// Checks the template of every so many days in four years.
fn assert_without_findings(step: usize) {
    let fixture = Fixture::new("");
    let publisher = fixture.publisher();
    let first = instant("2026-01-01T23:30:00Z");
    for day in (0..4 * 366).step_by(step) {
        let now = first + Days::new(day);
        fixture.write(&template::list(None, now));
        let plan = publisher.check(now).unwrap();
        assert!(plan.findings.is_empty(), "{now}: {:?}", plan.findings);
    }
}

#[test]
fn the_template_has_no_findings_and_upcoming_sessions_on_sample_days_of_four_years() {
    // A third of the days includes every day of the week, of the month and of the year, and February 29.
    assert_without_findings(3);
}

#[test]
#[ignore = "long: every day of four years"]
fn the_template_has_no_findings_and_upcoming_sessions_on_every_day_of_four_years() {
    assert_without_findings(1);
}

#[test]
fn the_template_can_be_checked_and_served_at_once() {
    let fixture = empty();
    let output = fixture.run(&["--at", NOW, "init"]);
    assert_eq!(output.status.code(), FINE, "{}", stderr(&output));
    assert_eq!(names(fixture.dir()), ["sessions.toml"]);
    assert_eq!(
        stdout(&output),
        "sessions.toml: written, with three upcoming sessions\n\
         \n\
         1. Edit it, first the calendar's `id`, which is permanent once it is served.\n\
         2. convene check   lists every mistake, with suggested fixes\n\
         3. convene         serves it: open http://127.0.0.1:8080/\n\
         4. Commit sessions.toml together with sessions.revisions.json, which records every \
         publication.\n"
    );
    let check = fixture.run(&["--at", NOW, "check"]);
    assert_eq!((check.status.code(), stderr(&check)), (FINE, String::new()));
    let published = fixture.publish(NOW);
    let sessions = &published.site.edition().catalog.sessions;
    assert_eq!(sessions.len(), 3);
    for session in sessions {
        let ahead = session.when.start() - instant(NOW);
        assert!(ahead > TimeDelta::days(13) && ahead < TimeDelta::days(80), "{ahead}");
    }
    assert!(matches!(sessions[2].when, When::AllDay(_)), "{:?}", sessions[2].when);
}

#[test]
fn the_file_names_the_url_that_was_given() {
    let fixture = empty();
    let output = fixture.run(&["init", "--url", "https://cal.example/our/", "--at", NOW]);
    assert_eq!((output.status.code(), stderr(&output)), (FINE, String::new()));
    let written = std::fs::read_to_string(fixture.file()).unwrap();
    assert!(
        written.contains("\nurl = \"https://cal.example/our\"    # the public address\n"),
        "{written}"
    );
    let check = fixture.run(&["--at", NOW, "check"]);
    assert_eq!((check.status.code(), stderr(&check)), (FINE, String::new()));
}

#[test]
fn options_without_effect_are_warnings() {
    let fixture = empty();
    let output = fixture.run(&[
        "--strict",
        "--max-headers",
        "50",
        "init",
        "talks.toml",
        "--frozen",
        "--zoneinfo",
        "/usr/share/zoneinfo",
        "--at",
        NOW,
    ]);
    assert_eq!(output.status.code(), FINE);
    let warnings = ["--zoneinfo", "--frozen", "--strict", "--max-headers"];
    let expected: String = warnings
        .iter()
        .map(|option| format!("warning: `{option}` has no effect on `convene init`\n"))
        .collect();
    assert_eq!(stderr(&output), expected);
    assert_eq!(names(fixture.dir()), ["talks.toml"]);
}

#[test]
fn every_setting_that_is_switched_off_is_right_when_it_is_switched_on() {
    let list = template::list(None, instant(NOW));
    let off = |line: &&str| line.starts_with('#') && !line.starts_with("# ") && *line != "#";
    let settings: Vec<&str> = list.lines().filter(off).collect();
    assert!(settings.len() > 5, "{settings:?}");
    for setting in settings {
        let fixture = Fixture::new(&list.replace(setting, &setting[1..]));
        let output = fixture.run(&["--at", NOW, "check"]);
        assert_eq!((output.status.code(), stderr(&output)), (FINE, String::new()), "{setting}");
    }
}

#[test]
fn a_file_that_is_there_is_never_written_over() {
    let fixture = Fixture::new("# mine\n");
    let before = files(fixture.dir());
    let output = fixture.run(&["init"]);
    assert_eq!(output.status.code(), WRONG_USAGE);
    assert_eq!(
        stderr(&output),
        "error: the file `sessions.toml` already exists, and was not changed\n  \
         Edit it and run `convene check`, or create another: `convene init FILE`.\n"
    );
    assert_eq!(files(fixture.dir()), before);
}

#[test]
fn a_link_that_leads_nowhere_is_not_followed() {
    let fixture = empty();
    std::os::unix::fs::symlink("elsewhere.toml", fixture.file()).unwrap();
    assert_eq!(fixture.run(&["init"]).status.code(), WRONG_USAGE);
    assert!(!fixture.dir().join("elsewhere.toml").exists());
}

#[test]
fn the_next_steps_name_the_chosen_file() {
    let fixture = empty();
    let output = fixture.run(&["--at", NOW, "init", "talks.toml"]);
    assert_eq!(output.status.code(), FINE, "{}", stderr(&output));
    let said = stdout(&output);
    for line in [
        "talks.toml: written",
        "2. convene check talks.toml ",
        "3. convene --config talks.toml ",
        "Commit talks.toml together with talks.revisions.json",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert_eq!(names(fixture.dir()), ["talks.toml"]);
    assert_eq!(fixture.run(&["--at", NOW, "check", "talks.toml"]).status.code(), FINE);
}

#[test]
fn a_lost_file_is_not_replaced_while_its_revisions_exist() {
    let fixture = empty();
    std::fs::write(fixture.revisions_file(), "{}").unwrap();
    let output = fixture.run(&["init"]);
    assert_eq!(output.status.code(), WRONG_USAGE);
    assert_eq!(
        stderr(&output),
        "error: there is no `sessions.toml`, but `sessions.revisions.json` records what it \
         published\n  \
         Restore the file from your last commit or backup, or create another: `convene init \
         FILE`.\n"
    );
    assert_eq!(names(fixture.dir()), ["sessions.revisions.json"]);
}

#[test]
fn an_unwritable_path_gives_a_plain_error() {
    let fixture = empty();
    std::fs::create_dir(fixture.dir().join("talks")).unwrap();
    for (file, said) in [
        (
            "nowhere/talks.toml",
            "error: there is no folder for `nowhere/talks.toml`\n  \
             Create the folder first, or name a file in another.\n",
        ),
        (
            "talks",
            "error: `talks` is a folder\n  Name a file in it, such as `talks/sessions.toml`.\n",
        ),
    ] {
        let output = fixture.run(&["init", file]);
        assert_eq!(output.status.code(), MACHINE, "{file}");
        assert_eq!(stderr(&output), said);
    }
}
