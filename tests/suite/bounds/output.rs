//! The output of a file is bounded: feeds times sessions, pages times the footer, times of day times zones, former ids
//! times their documents.

use convene::diagnostic::Code;
use convene::publish::{Publisher, Refusal};

use super::{said, within};
use crate::support::{BEFORE, Fixture, body, instant, list, session};

fn sessions(count: usize, more: &str) -> String {
    (0..count).map(|n| session(&format!("talk-{n}"), "2024-04-30T14:00:00", more)).collect()
}

fn feeds(count: usize, more: &str) -> String {
    (0..count)
        .map(|n| format!("\n[[feeds]]\nid = \"feed-{n}\"\ntitle = \"Feed {n}\"\n{more}\n"))
        .collect()
}

fn was(count: usize) -> String {
    let ids: Vec<String> = (0..count).map(|n| format!("\"old-{n}\"")).collect();
    format!("was = [{}]\n", ids.join(", "))
}

fn text(length: usize) -> String {
    format!("description = \"{}\"\n", "word ".repeat(length / 5))
}

/// Returns files of a few hundred kilobytes whose output would be gigabytes, each with the reported cause.
fn multiplied() -> Vec<(&'static str, String)> {
    let zones = "also_in = [".to_owned() + &"\"Europe/Berlin\", ".repeat(2_000) + "]\n";
    let footer = format!("\n[page]\nfooter = \"{}\"\n", "word ".repeat(38_000));
    let series = (0..60_000).map(|n| format!("\n[[series]]\nid = \"s{n}\"\ntitle = \"S\"\n"));
    let tagged = "tags = [\"a\", \"b\", \"c\"]\n";
    let renamed = feeds(1, &was(2_000)) + &sessions(1_000, "");
    vec![
        (
            "[[feeds]] together have too many sessions",
            list(&(feeds(800, "") + &sessions(1_000, ""))),
        ),
        (
            "[[feeds]] together have too many sessions",
            list(&(feeds(800, tagged) + &sessions(1_000, tagged))),
        ),
        (
            "[[feeds]] together have too many sessions",
            list(&(feeds(40, "") + &sessions(40, &text(190_000)))),
        ),
        ("footer", list(&(footer + &sessions(2_500, "")))),
        ("`also_in` names too many zones", list(&(zones + &sessions(1_000, "")))),
        ("`was` names too many", list(&session("talk", "2024-04-30T14:00:00", &was(150_000)))),
        ("`was` names too many", list(&sessions(1, &(was(3_000) + &text(190_000))))),
        ("`was` names too many", list(&renamed)),
        ("too many sessions", list(&sessions(100_000, ""))),
        ("too many series", list(&series.collect::<String>())),
    ]
}

/// Checks that each of the given commands refuses the file.
fn assert_refused(cause: &str, toml: &str, commands: &[&str]) {
    let fixture = Fixture::new(toml);
    for command in commands {
        let output = within(&fixture, 1_500, 60, &[*command, "--at", BEFORE]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{cause}: {command}: {said}");
        assert!(
            said.contains(cause)
                && said.contains("the calendars and pages of this file would take more than"),
            "{cause}: {said}"
        );
    }
}

#[test]
fn a_file_that_would_be_gigabytes_is_refused_with_its_cause_before_it_is_made() {
    for (cause, toml) in multiplied() {
        assert_refused(cause, &toml, &["record"]);
    }
    let (cause, toml) = multiplied().swap_remove(0);
    assert_refused(cause, &toml, &["check", "preview"]);
}

#[test]
#[ignore = "long: large files, each by three commands"]
fn every_command_refuses_a_file_that_would_be_gigabytes() {
    for (cause, toml) in multiplied() {
        assert_refused(cause, &toml, &["check", "preview", "record"]);
    }
}

#[test]
fn what_real_calendars_have_is_far_below_the_bound() {
    let languages =
        ["Berlin", "Paris", "Madrid", "London", "Rome"].map(|c| format!("\"Europe/{c}\""));
    let real = format!(
        "also_in = [{}]\n[page]\nfooter = \"{}\"\n",
        languages.join(", "),
        "word ".repeat(400)
    ) + &feeds(20, "tags = \"a\"\n")
        + &sessions(300, &("tags = \"a\"\n".to_owned() + &text(2_000)));
    Fixture::new(&list(&real)).publish(BEFORE);
}

#[test]
fn the_last_good_edition_stays_where_a_file_would_be_too_large() {
    let good = list(&session("talk", "2024-04-30T14:00:00", ""));
    let fixture = Fixture::new(&good);
    let before = fixture.publish(BEFORE);
    fixture.write(&list(&(feeds(800, "") + &sessions(1_000, ""))));
    let publisher = Publisher { fall_back: true, ..fixture.publisher() };
    let after = publisher.publish(instant(BEFORE)).unwrap();
    assert!(after.last_good);
    assert_eq!(body(&after, "/feeds/test.ics"), body(&before, "/feeds/test.ics"));
    let refused = fixture.publisher().publish(instant(BEFORE));
    let Err(Refusal::File(_, findings)) = refused else { panic!("it was published") };
    assert!(findings.iter().any(|finding| finding.code == Code::OutputTooLarge));
}
