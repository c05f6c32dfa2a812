//! `convene init` writes a file to start with.

use std::collections::BTreeSet;

use chrono::{Days, TimeDelta};
use convene::model::When;
use convene::template::Template;

use super::{FINE, MACHINE, WRONG_USAGE, files, names, stderr, stdout};
use crate::support::{Fixture, instant};

const NOW: &str = "2026-11-25T12:00:00Z";

/// Returns a folder without a `sessions.toml`.
fn empty() -> Fixture {
    let fixture = Fixture::new("");
    std::fs::remove_file(fixture.file()).unwrap();
    fixture
}

/// Checks templates on every `step`th day in four years: those that `of_day` selects by the number of the check.
fn assert_without_findings(step: usize, of_day: impl Fn(usize) -> Vec<Template>) {
    let fixture = Fixture::new("");
    let publisher = fixture.publisher();
    let first = instant("2026-01-01T23:30:00Z");
    for (check, day) in (0..4 * 366).step_by(step).enumerate() {
        let now = first + Days::new(day);
        for template in of_day(check) {
            fixture.write(&template.text(None, now));
            let plan = publisher.check(now).unwrap();
            assert!(plan.findings.is_empty(), "{template:?} {now}: {:?}", plan.findings);
        }
    }
}

#[test]
fn the_templates_have_no_findings_and_upcoming_sessions_on_sample_days_of_four_years() {
    // One of six templates on each third day includes every day of the week and of the month for each.
    assert_without_findings(3, |check| vec![Template::ALL[check % Template::ALL.len()]]);
}

#[test]
#[ignore = "long: every day of four years"]
fn the_templates_have_no_findings_and_upcoming_sessions_on_every_day_of_four_years() {
    assert_without_findings(1, |_| Template::ALL.to_vec());
}

#[test]
fn the_template_can_be_checked_and_served_at_once() {
    let fixture = empty();
    let output = fixture.run(&["--at", NOW, "init"]);
    assert_eq!(output.status.code(), FINE, "{}", stderr(&output));
    assert_eq!(names(fixture.dir()), ["sessions.schema.json", "sessions.toml"]);
    assert_eq!(
        stdout(&output),
        "sessions.toml: written, with three upcoming sessions\n\
         sessions.schema.json: written, for completion in editors\n\
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
    assert_eq!(names(fixture.dir()), ["sessions.schema.json", "talks.toml"]);
}

#[test]
fn every_setting_that_is_switched_off_is_right_when_it_is_switched_on() {
    let is_off = |line: &&str| {
        line.strip_prefix('#').is_some_and(|rest| rest.starts_with(char::is_alphabetic))
    };
    for template in Template::ALL {
        let list = template.text(None, instant(NOW));
        let settings: Vec<&str> = list.lines().filter(is_off).collect();
        assert!(settings.len() > 1, "{template:?}: {settings:?}");
        for setting in settings {
            let fixture = Fixture::new(&list.replace(setting, &setting[1..]));
            let output = fixture.run(&["--at", NOW, "check"]);
            let said = stderr(&output);
            assert_eq!((output.status.code(), said.as_str()), (FINE, ""), "{template:?} {setting}");
        }
    }
}

#[test]
fn each_example_is_written_by_its_name() {
    let url = "https://cal.example/our";
    let names = ["series", "weekly", "conference", "hybrid", "gatherings"];
    for (name, template) in names.iter().zip(&Template::ALL[1..]) {
        let fixture = empty();
        let output = fixture.run(&["init", "--example", name, "--url", url, "--at", NOW]);
        assert_eq!((output.status.code(), stderr(&output)), (FINE, String::new()), "{name}");
        let written = std::fs::read_to_string(fixture.file()).unwrap();
        assert_eq!(written, template.text(Some(url), instant(NOW)), "{name}");
        assert!(written.starts_with("#:schema ./sessions.schema.json\n"), "{name}");
        assert!(!written.contains('<'), "{name}");
        assert!(stdout(&output).starts_with("sessions.toml: written, with upcoming sessions\n"));
    }
    let fixture = empty();
    let output = fixture.run(&["init", "--example", "week"]);
    assert_eq!(output.status.code(), WRONG_USAGE);
    assert!(stderr(&output).contains(&names.join(", ")), "{}", stderr(&output));
    assert!(super::names(fixture.dir()).is_empty());
}

#[test]
fn the_examples_show_what_their_names_promise() {
    let published = |template: Template| {
        Fixture::new(&template.text(None, instant(NOW))).publish(NOW).site.edition().catalog.clone()
    };
    let weekly = published(Template::Weekly);
    assert_eq!(weekly.repeats.len(), 2);
    // 25 Tuesdays without one, and 20 dates.
    assert_eq!(weekly.sessions.len(), 44);
    let conference = published(Template::Conference);
    let days: BTreeSet<_> =
        conference.sessions.iter().map(|session| session.when.start().date_naive()).collect();
    assert_eq!((days.len(), conference.sessions.len()), (2, 5));
    let hybrid = published(Template::Hybrid);
    assert!(
        hybrid.sessions.iter().any(|session| session.place.is_some() && session.join.is_some())
    );
    let gatherings = published(Template::Gatherings);
    assert!(gatherings.sessions.iter().all(|session| matches!(session.when, When::AllDay(_))));
    let series = published(Template::Series);
    assert!(series.sessions.iter().all(|session| session.series.is_some()));
}

#[test]
fn a_schema_of_an_earlier_release_is_replaced_and_no_other_file() {
    let fixture = empty();
    let schema = fixture.dir().join("sessions.schema.json");
    let run = |name: &str| fixture.run(&["init", name, "--at", NOW]);
    assert_eq!(run("first.toml").status.code(), FINE);
    let current = std::fs::read_to_string(&schema).unwrap();
    assert_eq!(current, convene::config::schema());
    std::fs::write(&schema, current.replace("again", "once more")).unwrap();
    assert_eq!(
        (run("second.toml").status.code(), stderr(&run("third.toml"))),
        (FINE, String::new())
    );
    assert_eq!(std::fs::read_to_string(&schema).unwrap(), current);
    for own in ["{}", "", "[", "{\"$comment\": \"by hand\"}"] {
        std::fs::write(&schema, own).unwrap();
        let name = format!("with-{}.toml", own.len());
        let output = run(&name);
        assert_eq!(output.status.code(), FINE, "{own}");
        assert_eq!(
            stderr(&output),
            "warning: `sessions.schema.json` was not written by convene, and was not changed\n  \
             For completion in editors, run `convene schema > FILE`, and name that file in the \
             first line, after `#:schema`.\n"
        );
        assert!(!stdout(&output).contains("sessions.schema.json"), "{own}");
        assert_eq!(std::fs::read_to_string(&schema).unwrap(), own);
    }
    std::fs::remove_file(&schema).unwrap();
    std::os::unix::fs::symlink("elsewhere.json", &schema).unwrap();
    assert_eq!(run("with-a-link.toml").status.code(), FINE);
    assert!(!fixture.dir().join("elsewhere.json").exists());
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
    assert_eq!(names(fixture.dir()), ["sessions.schema.json", "talks.toml"]);
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
