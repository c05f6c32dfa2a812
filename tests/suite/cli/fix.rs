//! `convene check --fix` writes the corrections that are certain, and keeps every other byte.

use super::{FINE, WRONG_FILE, at_before, names, stderr, stdout};
use crate::support::{Fixture, list, session};

fn read(fixture: &Fixture) -> String {
    std::fs::read_to_string(fixture.dir().join("sessions.toml")).unwrap()
}

/// Returns a file whose session has additional lines.
fn with(lines: &str) -> String {
    list(&session("a", "2027-04-30T14:00:00", lines))
}

#[test]
fn quotes_dashes_dates_keys_and_spaces_are_fixed_and_every_other_byte_stays() {
    let before = "# “Notes” — as they are\r\n[calendar]\nid = \"test\"\ntitel = “Our calendar”  \n\
                  url = \"https://cal.example\"\ntimezone = \"America/New_York\"\nduration =\u{a0}\"1h\"\n\n\
                  [[sessions]]\nid = 'a'\n\ttitle = \"It’s “on”\" # – yes\nstart = 2027–04–30T14:00:00\n\
                  Tags = [“tea”, “talk”]\n\n[[sessions]]\nid = \"b\"\ntitle = „Drei“\nstart = \"30.04.2027 16:00\"\n";
    let after = before
        .replace("titel = “Our calendar”", "title = \"Our calendar\"")
        .replace("duration =\u{a0}", "duration = ")
        .replace("2027–04–30T14:00:00", "2027-04-30T14:00:00")
        .replace("Tags = [“tea”, “talk”]", "tags = [\"tea\", \"talk\"]")
        .replace("„Drei“", "\"Drei\"")
        .replace("\"30.04.2027 16:00\"", "2027-04-30T16:00:00");
    let fixture = Fixture::new(before);
    let output = at_before(&fixture, &["check", "--fix"]);
    let said = stdout(&output);
    assert_eq!(read(&fixture), after, "{said}");
    assert_eq!((output.status.code(), stderr(&output)), (FINE, String::new()), "{said}");
    assert!(
        said.contains(
            "sessions.toml:4\n- titel = “Our calendar”  \n+ title = \"Our calendar\"  \n"
        ),
        "{said}"
    );
    assert!(said.contains("\n6 lines are fixed in sessions.toml.\n\n"), "{said}");
    assert!(said.contains("\nsessions.toml: no problems. 2 sessions, Apr 30, 2027; "), "{said}");
    // Nothing is left to fix, so the command writes nothing.
    let modified = |fixture: &Fixture| {
        std::fs::metadata(fixture.dir().join("sessions.toml")).unwrap().modified().unwrap()
    };
    let written = modified(&fixture);
    assert!(stdout(&at_before(&fixture, &["check", "--fix"])).starts_with("Nothing to fix.\n"));
    assert_eq!(modified(&fixture), written);
}

#[test]
fn what_the_author_has_to_decide_stays_as_it_is() {
    for lines in [
        // This could be day and month, or month and day.
        "end = 4/5/2027\n",
        "end = \"tomorrow\"\n",
        // This text continues on a second line.
        "description = “Come\nall”\n",
        // The session already has the right key.
        "tags = [\"a\"]\ntag = [\"b\"]\n",
        "sponsor = \"Ana\"\n",
        "remind = 15\n",
    ] {
        let fixture = Fixture::new(&with(lines));
        let output = at_before(&fixture, &["check", "--fix"]);
        assert_eq!(read(&fixture), with(lines), "{}", stdout(&output));
        assert_eq!(output.status.code(), WRONG_FILE, "{lines}");
    }
}

#[test]
fn each_key_with_one_wrong_letter_is_fixed() {
    // 13 keys with one missing, doubled or swapped letter each give 39 files.
    let values = [
        ("title", "\"A\""),
        ("start", "2027-04-30T14:00:00"),
        ("duration", "\"1h\""),
        ("timezone", "\"Europe/Berlin\""),
        ("description", "\"Text\""),
        ("register", "\"https://sign.example/up\""),
        ("join", "\"https://meet.example/1\""),
        ("page", "\"https://page.example/1\""),
        ("place", "{ name = \"Hall\" }"),
        ("tags", "[\"tea\"]"),
        ("status", "\"tentative\""),
        ("busy", "true"),
        ("remind", "\"15m\""),
    ];
    for (key, value) in values {
        let (first, rest) = key.split_at(key.len() / 2);
        let mut swapped: Vec<char> = key.chars().collect();
        swapped.swap(key.len() / 2 - 1, key.len() / 2);
        let swapped: String = swapped.into_iter().collect();
        let wrong =
            [format!("{first}{}", &rest[1..]), format!("{first}{}{rest}", &rest[..1]), swapped];
        let right = match key {
            "title" => {
                list(&session("a", "2027-04-30T14:00:00", "")).replace("\"Session a\"", value)
            }
            "start" => list(&session("a", value, "")),
            _ => with(&format!("{key} = {value}\n")),
        };
        for word in wrong {
            // Searches for the first key of the session, because the calendar has a title, too.
            let at = right.rfind(&format!("\n{key} = ")).unwrap() + 1;
            let before = format!("{}{word}{}", &right[..at], &right[at + key.len()..]);
            let fixture = Fixture::new(&before);
            let output = at_before(&fixture, &["check", "--fix"]);
            assert_eq!(read(&fixture), right, "{word}: {}", stdout(&output));
        }
    }
}

#[test]
fn the_json_form_is_still_one_array_and_modes_and_links_stay() {
    use std::os::unix::fs::PermissionsExt as _;
    let fixture = Fixture::new("");
    let real = fixture.dir().join("real.toml");
    std::fs::write(&real, with("Busy = true\n")).unwrap();
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).unwrap();
    let file = fixture.dir().join("sessions.toml");
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("real.toml", &file).unwrap();
    let output = at_before(&fixture, &["check", "--fix", "--format", "json"]);
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(rows, Vec::<serde_json::Value>::new());
    assert!(stderr(&output).contains("+ busy = true\n"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(&real).unwrap(), with("busy = true\n"));
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(std::fs::read_link(&file).unwrap(), std::path::Path::new("real.toml"));
    assert!(!names(fixture.dir()).iter().any(|name| name.ends_with(".new")));
}

#[test]
fn a_file_that_is_not_utf8_is_not_cut() {
    let fixture = Fixture::new("");
    let mut bytes = with("Busy = true\n").into_bytes();
    bytes.extend(b"# caf\xe9\n");
    let file = fixture.dir().join("sessions.toml");
    std::fs::write(&file, &bytes).unwrap();
    let output = at_before(&fixture, &["check", "--fix"]);
    assert_eq!(output.status.code(), WRONG_FILE);
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
}
