//! Foreign text that would control a terminal, reverse a line or look like another message: all output shows it as
//! escapes, and programs that parse the JSON get the original text.
//!
//! Each test puts every hidden character into one source of foreign text.

use std::process::Output;

use convene::publish::CheckReport;
use serde_json::Value;

use crate::support::{BEFORE, Fixture, instant, list, quoted, session};
use crate::telemetry::Watched;

/// Returns the control characters (Unicode's category Cc), except tabs, line feeds, and NUL, which arguments and file
/// names cannot contain; then direction marks, embeddings, overrides and isolates, separators, and zero-width
/// characters.
fn hidden() -> Vec<char> {
    let ranges: [std::ops::RangeInclusive<u32>; 12] = [
        0x1..=0x8,
        0xb..=0x1f,
        0x7f..=0x9f,
        0xad..=0xad,
        0x61c..=0x61c,
        0x200b..=0x200b,
        0x200e..=0x200f,
        0x2028..=0x202e,
        0x2061..=0x2064,
        0x2066..=0x206f,
        0xfeff..=0xfeff,
        0xe0041..=0xe0042,
    ];
    ranges.into_iter().flatten().map(|code| char::from_u32(code).unwrap()).collect()
}

/// Returns the hidden characters that a title may contain.
fn allowed() -> Vec<char> {
    let is_allowed = |c: &char| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}');
    hidden().into_iter().filter(is_allowed).collect()
}

/// Returns a text with each of the characters between letters.
fn spelled(all: &[char]) -> String {
    all.iter().fold("x".to_owned(), |text, c| format!("{text}{c}x"))
}

/// Checks that a text contains no hidden character.
#[track_caller]
fn assert_seen(printed: &str) {
    let found = printed.chars().find(|c| hidden().contains(c));
    assert_eq!(found, None, "{printed:?}");
}

/// Checks output for people: it contains no hidden character, and each of its lines begins like the program's own.
#[track_caller]
fn assert_plain(printed: &str) {
    assert_seen(printed);
    assert!(!printed.lines().any(|line| line.starts_with("forged")), "{printed}");
}

#[track_caller]
fn assert_escaped(printed: &str, all: &[char]) {
    assert_plain(printed);
    for c in all {
        assert!(printed.contains(&format!("x{}x", c.escape_unicode())), "{c:?}: {printed}");
    }
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn talk(title: &str) -> String {
    list(&session("talk", "2024-04-30T14:00:00", "")).replace("\"Session talk\"", &quoted(title))
}

/// Returns the findings about a file in both formats of `check`.
fn findings(toml: &str) -> (String, String) {
    let fixture = Fixture::new(toml);
    let CheckReport { source, findings, .. } = fixture.publisher().check(instant(BEFORE)).unwrap();
    (findings.human(&source, false), findings.json(&source))
}

#[test]
fn findings_show_what_a_value_and_its_line_hold() {
    for c in hidden() {
        // The file contains the character itself where TOML allows that, and otherwise its escape.
        let bare = list(&format!("[page]\nlogo = \"x{c}x\"\n"));
        let escaped = list(&format!("[page]\nlogo = \"x\\U{:08X}x\\nforged\"\n", u32::from(c)));
        for toml in [bare, escaped] {
            let (human, json) = findings(&toml);
            assert_plain(&human);
            let shown = [format!("x{}x", c.escape_unicode()), format!("x\\U{:08X}x", u32::from(c))];
            assert!(shown.iter().any(|own| human.contains(own)), "{human}");
            assert_plain(&json);
            let rows: Value = serde_json::from_str(&json).unwrap();
            assert!(rows.as_array().is_some_and(|rows| !rows.is_empty()));
        }
    }
    let all = allowed();
    let fixture = Fixture::new(&list("").replace("America/New_York", &spelled(&all[..9])));
    // The program prints both unchanged.
    let human = out(&fixture.run(&["check"]));
    assert_plain(&human);
    let json = out(&fixture.run(&["check", "--format", "json"]));
    assert_plain(&json);
    let rows: Vec<Value> = serde_json::from_str(&json).unwrap();
    let said = |row: &Value| row["message"].as_str().unwrap().contains("x\u{200b}x");
    assert!(rows.iter().any(said), "a parser gets the text itself: {json}");
}

#[test]
fn the_underline_is_below_the_value() {
    for c in hidden().into_iter().filter(|c| !c.is_control()) {
        let (human, _) = findings(&list(&format!("words = {{ a = \"{c}{c}\", b = 1 }} # {c}\n")));
        let lines: Vec<&str> = human.lines().collect();
        let at = lines.iter().position(|line| line.contains("words = ")).unwrap();
        let (from, to) = (lines[at].find("words").unwrap(), lines[at].len());
        let under = lines[at + 1];
        assert_eq!(under.find('^'), Some(from), "{human}");
        assert!(under.len() <= to, "{human}");
        // The value contains the character twice.
        let (human, _) = findings(&list(&format!("[page]\nlogo = {{ a = \"{c}{c}\", a = 1 }}\n")));
        let lines: Vec<&str> = human.lines().collect();
        let at = lines.iter().position(|line| line.contains("logo = ")).unwrap();
        let second = lines[at].rfind("a = 1").unwrap();
        assert!(lines[at + 1..].iter().any(|line| line.find('^') == Some(second)), "{human}");
    }
}

#[test]
fn an_import_notes_them_as_escapes_and_writes_them_so_that_they_last() {
    let (all, wanted) = (hidden(), spelled(&allowed()));
    let ics = format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:{0}\r\nBEGIN:VEVENT\r\nUID:{0}\r\nSUMMARY:{0}\\nforged\r\n\
         DESCRIPTION:{0}\\nforged \"said\"\r\nLOCATION:{0}\r\nCATEGORIES:{0}\r\n\
         DTSTART;TZID={0}:20240430T140000\r\nRRULE:{0}\r\n{0}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        // A carriage return may end a line of the calendar.
        spelled(&all).replace('\r', "")
    );
    let fixture = Fixture::new("");
    let name = format!("{}.ics", spelled(&all[..20]));
    std::fs::write(fixture.dir().join(&name), ics).unwrap();
    let output = fixture.run(&["import", &name, "--timezone", "Europe/Berlin", "--at", BEFORE]);
    let (notes, toml) = (err(&output), out(&output));
    assert_escaped(&notes, &allowed());
    assert!(
        notes.lines().all(|line| line.starts_with("note: ") || line.contains(".ics: ")),
        "{notes}"
    );
    assert_seen(&toml);
    let read: toml::Table = toml.parse().unwrap();
    let session = &read["sessions"][0];
    for text in [&read["calendar"]["title"], &session["title"], &session["description"]] {
        // A single line cannot contain line separators, so the program writes spaces there.
        let text = text.as_str().unwrap().replace("\u{2028}x\u{2029}x", "").replace(" x x", "");
        assert!(text.contains(&wanted), "{text:?}: {toml}");
    }
}

#[test]
fn changes_are_shown_in_both_formats() {
    let (before, after) = (spelled(&allowed()), format!("y{}", spelled(&allowed())));
    let fixture = Fixture::new(&talk(&before));
    fixture.publish(BEFORE);
    fixture.write(&talk(&after));
    let human = out(&fixture.run(&["preview", "--at", BEFORE]));
    assert_escaped(&human, &allowed());
    let json = out(&fixture.run(&["preview", "--format", "json", "--at", BEFORE]));
    assert_plain(&json);
    let text = serde_json::from_str::<Value>(&json).unwrap().to_string();
    assert!(text.contains(&after), "{json}");
    // The newsletter block has the original title, with or without hidden characters.
    let json = out(&fixture.run(&["links", "--format", "json", "--at", BEFORE]));
    assert_plain(&json);
    assert!(serde_json::from_str::<Value>(&json).unwrap().to_string().contains(&after));
    let text = out(&fixture.run(&["links", "--format", "text", "--at", BEFORE]));
    assert!(text.contains(&after));
}

#[test]
fn names_of_files_and_mistyped_words_are_escaped_by_every_command() {
    let all = hidden();
    // A file name has at most 255 bytes.
    for part in all.chunks(40) {
        let word = spelled(part);
        let line = format!("{word}\nforged");
        for arguments in [
            vec!["check", &line],
            vec!["record", &line],
            vec!["preview", &line],
            vec!["export", &line, "--out", "out"],
            vec!["serve", "--config", &line, "--listen", "127.0.0.1:0"],
            vec!["links", "--config", &line],
            vec!["links", &line],
            vec!["import", &line],
            vec!["preview", "--cities", &line],
            vec!["check", "--zoneinfo", &line],
            vec!["serve", "--tls-cert", &line, "--tls-key", &line],
            vec!["init", "--config", "none", &line],
        ] {
            let fixture = Fixture::new(&talk("a"));
            let output = fixture.run(&arguments);
            let printed = out(&output) + &err(&output);
            assert_plain(&printed);
            let first = format!("x{}x", part[0].escape_unicode());
            assert!(printed.contains(&first), "{arguments:?}: {printed}");
        }
        for arguments in [vec!["check", "--format", &word], vec![&word], vec!["--at", &word]] {
            let output = Fixture::new("").run(&arguments);
            assert_escaped(&err(&output), part);
        }
    }
}

#[test]
fn a_revisions_file_is_quoted_with_escapes() {
    for c in hidden() {
        let fixture = Fixture::new(&talk("a"));
        fixture.publish(BEFORE);
        let state = std::fs::read_to_string(fixture.revisions_file()).unwrap();
        let name = quoted(&format!("x{c}x\nforged"));
        let state = state.replacen("\"schema\"", &format!("{name}: 1, \"schema\""), 1);
        std::fs::write(fixture.revisions_file(), state).unwrap();
        for command in [&["check", "--at", BEFORE][..], &["record", "--at", BEFORE]] {
            let output = fixture.run(command);
            let printed = out(&output) + &err(&output);
            assert_escaped(&printed, &[c]);
        }
    }
}

#[test]
fn the_log_the_greeting_and_the_health_of_a_server_show_no_foreign_character() {
    for form in ["text", "json"] {
        let all = hidden();
        let fixture = Fixture::new(&talk(&spelled(&allowed())));
        let arguments = ["--access-log", "--log-format", form];
        let watched = Watched::on(fixture, &arguments);
        for c in &all {
            let request = format!(
                "GET /x{c}x?via=x{c}x HTTP/1.1\r\nHost: x{c}x\r\nUser-Agent: x{c}x\r\n\r\n"
            );
            // The server closes the connection after a refusal.
            watched
                .running
                .raw(request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").as_bytes());
        }
        let broken =
            list("").replace("America/New_York", &format!("{}\\nforged", spelled(&allowed()[..9])));
        watched.fixture.write(&broken);
        watched.wait("convene_reloads_total{outcome=\"refused\"}", 1.0);
        let ready = watched.get("/readyz");
        assert!(ready.contains("degraded"), "{ready}");
        assert_plain(&ready);
        assert_plain(&watched.running.greeting);
        let log = watched.running.last_words();
        assert_plain(&log);
        assert!(log.contains("x\\u{200b}x") || form == "json", "{log}");
        if form == "json" {
            let rows: Vec<Value> =
                log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            assert!(rows.iter().any(|row| row.to_string().contains("x\u{200b}x")), "{log}");
        }
    }
}
