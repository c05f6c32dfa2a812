//! Files that are not TOML: the program refuses them in little time and memory, with at most a hundred findings.

use std::time::{Duration, Instant};

use convene::diagnostic::MOST;

use super::{said, within};
use crate::support::{BEFORE, Fixture, list, session};

/// Returns texts of a length that editors, exports and accidents leave in place of a file or at its end.
pub(super) fn junk(length: usize) -> Vec<(&'static str, String)> {
    let to = |piece: &str| piece.repeat(length / piece.len());
    let numbered = |piece: &str| -> String {
        let count = length / (piece.len() + 4);
        (0..count).map(|n| piece.replace('#', &format!("{n:05}"))).collect()
    };
    vec![
        ("lines", to("x x\n")),
        ("words", to("x\n")),
        ("equals signs", to("=\n")),
        ("one line of equals signs", to("=")),
        ("brackets", to("[\n")),
        ("one line of brackets", to("[")),
        ("quotation marks", to("\"\n")),
        ("typographic quotes", to("a = “b”\n")),
        ("control characters", to("\u{1}\n")),
        ("prose", to("This is a line of prose, and it has words.\n")),
        ("a log", to("2027-01-01 12:00:00 INFO all is well\n")),
        ("a table of commas", to("a,b,c,1,2,3\n")),
        ("JSON", to("{\"a\": 1, \"b\": [1, 2]},\n")),
        ("JSON in one line", to("{\"a\": 1, \"b\": [1, 2]},")),
        ("dates", to("start = 30.04.2027 2pm\n")),
        ("a key again", to("k = 1\n")),
        ("forgotten lines", to("id = \"a\"\ntitle = \"A\"\nstart = 2027-04-30\n")),
        ("dates without brackets", to("except = 30.04.2027, 7.5.2027\n")),
        ("dates in one line", format!("except = {}", to("30.04.2027, "))),
        ("dates in one text", format!("except = \"{}\"", to("30.04.2027, "))),
        ("rules in words", numbered("[[sessions]]\nid = \"s#\"\nrrule = \"FREQ=DAILY;COUNT=2\"\n")),
        ("a rule in many words", format!("[[sessions]]\nid = \"s\"\nrrule = \"{}\"", to("FREQ=;"))),
        (
            "ids that are nearly those of dates",
            session("s", "2027-01-01T10:00:00", "repeat = { every = \"day\", times = 2 }\n")
                + &numbered("[[sessions]]\nid = \"x#-2027-1-2\"\n"),
        ),
        ("bullets", to("- id = \"a\"\n")),
        ("colons", to("start: 4/30/2027 2-4 pm ET\n")),
        ("a text over lines", to("title = \"a\nb\n")),
        ("quotes within quotes", to("title = \"a \"b\" c\"\n")),
        ("a list over lines", to("tags = [\n\"a\"\n")),
        ("a table again", to("[t]\nk = 1\n")),
        ("other keys", numbered("k# = 1\n")),
        ("other tables", numbered("[t#]\n")),
        ("dotted keys", format!("x{} = 1\n", to(".a"))),
        ("a text without end", format!("x = \"\"\"{}", to("a\n"))),
        ("a list without end", format!("x = [{}", to("1, "))),
        ("bad sessions", numbered("[[sessions]]\nid = \"S#\"\n")),
        ("bad sessions in one line", format!("sessions = [{}]\n", to("{a=1},"))),
        (
            "unknown zones",
            numbered(&session("s#", "2027-01-01T10:00:00", "timezone = \"Nowhere/Place#\"")),
        ),
        ("unknown series", numbered(&session("s#", "2027-01-01T10:00:00", "series = \"g#\""))),
        ("the same id", to(&session("same", "2027-01-01T10:00:00", ""))),
        ("words for keys", numbered(&session("s#", "2027-01-01T10:00:00", "locaton# = \"x\""))),
        ("comments", to("#\n")),
        ("empty lines", to("\n")),
    ]
}

/// Returns only the junk, and a valid file followed by it.
fn lists(junk: &str) -> [String; 2] {
    let series: String =
        (0..2_000).map(|n| format!("[[series]]\nid = \"f{n}\"\ntitle = \"T\"\n")).collect();
    [junk.to_owned(), list("") + &series + junk]
}

/// Checks `length` bytes of each kind, each within `seconds` of processor time. `forms` selects the formats of findings for the
/// kinds in turn: JSON and text, for the bytes alone and for a valid file followed by them.
fn assert_answered(length: usize, seconds: usize, forms: &[[[bool; 2]; 2]]) {
    for ((name, junk), forms) in junk(length).into_iter().zip(forms.iter().cycle()) {
        for (toml, [json, human]) in lists(&junk).into_iter().zip(*forms) {
            if !json && !human {
                continue;
            }
            let fixture = Fixture::new(&toml);
            let check = |more: &[&str]| {
                let command = [&["check", "--at", BEFORE], more].concat();
                let output = within(&fixture, 1_000, seconds, &command);
                let code = output.status.code();
                assert!(matches!(code, Some(0 | 1)), "{name}: {code:?} {}", said(&output));
                output
            };
            if json {
                let output = check(&["--format", "json"]);
                let rows: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
                assert!(rows.len() <= MOST + 1, "{name}: {}", rows.len());
            }
            if human {
                let output = check(&[]);
                assert!(output.stdout.len() < 1_000_000, "{name}: {}", output.stdout.len());
            }
        }
    }
}

#[test]
fn a_quarter_of_a_megabyte_of_junk_is_checked_fast_with_at_most_a_hundred_findings() {
    let alone = [[true, false], [false, false]];
    let in_a_file = [[false, false], [false, true]];
    assert_answered(250_000, 4, &[alone, in_a_file]);
}

#[test]
#[ignore = "long: 120 files of 2 MB"]
fn two_megabytes_of_junk_are_checked_fast_with_at_most_a_hundred_findings() {
    assert_answered(2_000_000, 60, &[[[true; 2]; 2]]);
}

#[test]
#[ignore = "long: files of 64 MiB, each parsed in gigabytes by the second"]
fn no_file_of_the_largest_size_takes_the_machine_down() {
    let length = (64 << 20) - 400_000;
    let good = session("s", "2027-01-01T10:00:00", "").repeat(length / 4 / 80);
    let mut all: Vec<(&str, String)> = junk(length);
    // The junk follows 16 MiB of a valid file, which is more than the first check reads.
    all.extend(junk(length / 2).into_iter().map(|(name, junk)| (name, list(&good) + &junk)));
    for (name, toml) in all {
        let output = within(&Fixture::on_disk(&toml), 6_000, 600, &["check", "--at", BEFORE]);
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1)), "{name}: {code:?} {}", said(&output));
        assert!(output.stdout.len() < 1_000_000, "{name}: {}", output.stdout.len());
    }
}

#[test]
fn an_error_far_behind_a_thousand_warnings_is_named() {
    let titled = |n: usize| {
        session(&format!("s{n}"), "2027-01-01T10:00:00", "description = \"on a Monday\"")
    };
    let warnings: String = (0..1_000).map(titled).collect();
    let fixture = Fixture::new(&list(&(warnings + &session("Last", "2027-01-01T10:00:00", ""))));
    let output = fixture.run(&["check", "--at", BEFORE]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("`id` must be lower-case letters"), "{text}");
    assert!(text.contains("there are more findings than these 100"), "{text}");
}

#[test]
fn a_file_that_is_repaired_while_junk_is_checked_is_live_soon() {
    let good = list(&session("talk", "2027-01-01T10:00:00", ""));
    let fixture = Fixture::new(&good);
    let running = fixture.serve(&["--at", BEFORE]);
    for (name, junk) in junk(2_000_000).into_iter().take(4) {
        fixture.write(&junk);
        std::thread::sleep(Duration::from_secs(2));
        assert!(running.get("/feeds/test.ics", &[]).text().contains("SUMMARY:"), "{name}");
        fixture.write(&good.replace("Session talk", name));
        let start = Instant::now();
        while !running.get("/feeds/test.ics", &[]).text().contains(&format!("SUMMARY:{name}")) {
            assert!(start.elapsed() < Duration::from_secs(20), "not published after {name}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    let mut running = running;
    running.signal("TERM");
    assert!(running.child.wait().unwrap().success());
}
