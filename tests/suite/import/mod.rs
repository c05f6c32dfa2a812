//! Calendars as other programs write them, and the files that `import` converts them to. `UPDATE=1` rewrites the
//! expected files; review the diff.

mod cases;
mod dates;
mod organizer;
mod repeats;
mod series;
mod texts;
mod zones;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use chrono::NaiveDate;
use convene::config;
use convene::import::{Options, Unreadable, import as read};
use convene::model::Catalog;
use convene::publish::Published;
use convene::source::Source;
use convene::urls::{FeedRoute, SessionRoute};
use convene::zone::Rules;
use proptest::prelude::*;

use crate::nasty;
use crate::support::{Fixture, body, instant, list, quoted, rewrites, session};

/// The values of the events of a feed, by UID.
type Said = BTreeMap<String, Vec<String>>;

/// The time of the import.
const NOW: &str = "2026-11-25T12:00:00Z";

fn date(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

/// Returns the default options, which leave out sessions that ended more than a year ago.
fn options() -> Options<'static> {
    Options { name: "x", now: instant(NOW), until: None, from: None, zone: None, private: false }
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import");
    let files = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|ending| ending == "ics")).collect();
    cases.sort();
    assert!(cases.len() >= 55, "there are cases missing: {cases:?}");
    cases
}

fn import(fixture: &Fixture, file: &str, bytes: &[u8], more: &[&str]) -> Output {
    std::fs::write(fixture.dir().join(file), bytes).unwrap();
    fixture.run(&[&["--at", NOW, "import", file], more].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn calendars_of_known_programs_become_the_lists_that_were_looked_at() {
    let rewrite = rewrites();
    let mut wrong = Vec::new();
    for case in cases() {
        let name = case.file_name().unwrap().to_str().unwrap();
        let fixture = Fixture::new("");
        let output = import(&fixture, name, &std::fs::read(&case).unwrap(), &[]);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", text(&output.stderr));
        for (ending, got) in [("toml", text(&output.stdout)), ("txt", text(&output.stderr))] {
            let expected = case.with_extension(ending);
            if rewrite {
                std::fs::write(&expected, &got).unwrap();
            }
            let expected = std::fs::read_to_string(&expected).unwrap_or_default();
            if got != expected {
                wrong.push(format!("{name}: {ending}\n--- expected\n{expected}\n--- got\n{got}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\nif that is meant: UPDATE=1", wrong.join("\n"));
}

#[test]
fn every_list_can_be_published_as_it_is() {
    for case in cases() {
        let list = std::fs::read_to_string(case.with_extension("toml")).unwrap();
        let fixture = Fixture::new(&list);
        let check = fixture.run(&["--at", NOW, "check"]);
        assert_eq!(check.status.code(), Some(0), "{}: {}", case.display(), text(&check.stderr));
        fixture.publish(NOW);
    }
}

/// Returns the title, start and end, status and text of every event of the feed of all sessions. The text lacks its
/// first block, which gives the time in the zones of the file.
fn said(published: &Published) -> Said {
    let edition = published.site.edition();
    let feed =
        body(published, &edition.urls.feed(&edition.catalog.calendar.id, FeedRoute::Calendar));
    let unfolded = feed.replace("\r\n ", "");
    let events = unfolded.split("BEGIN:VEVENT\r\n").skip(1);
    events
        .map(|event| {
            let value = |name: &str| {
                let line = event.lines().find_map(|line| line.strip_prefix(name));
                line.map(|line| line.trim_start_matches(':').to_owned()).unwrap_or_default()
            };
            let uid = value("UID:");
            let session = edition
                .catalog
                .sessions
                .iter()
                .find(|session| edition.revision(session).uid.as_str() == uid)
                .unwrap_or_else(|| panic!("{uid} is of no session"));
            let text = value("DESCRIPTION:");
            let (_, text) = text.split_once("\\n\\n").unwrap_or_default();
            let said = vec![
                value("SUMMARY:"),
                session.when.start().to_rfc3339(),
                session.when.end().to_rfc3339(),
                value("STATUS:"),
                value("CATEGORIES:"),
                value("LOCATION:"),
                value("TRANSP:"),
                text.to_owned(),
            ];
            (uid, said)
        })
        .collect()
}

/// Publishes a file, imports its feed of all sessions, and publishes the result.
fn there_and_back(toml: &str) -> (Said, Said, String) {
    let fixture = Fixture::new(toml);
    let published = fixture.publish(NOW);
    let edition = published.site.edition();
    let feed =
        body(&published, &edition.urls.feed(&edition.catalog.calendar.id, FeedRoute::Calendar));
    let imported = read(feed.as_bytes(), &options(), &Rules::bundled()).unwrap();
    assert_eq!(imported.notes, [], "{}", imported.toml);
    let again = Fixture::new(&imported.toml).publish(NOW);
    (said(&published), said(&again), imported.toml)
}

#[test]
fn our_own_feeds_come_back_with_the_same_instants_uids_titles_and_texts() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut events = 0;
    for entry in std::fs::read_dir(root).unwrap() {
        let Ok(toml) = std::fs::read_to_string(entry.unwrap().path().join("sessions.toml")) else {
            continue;
        };
        // `import` finds no sessions in an empty feed.
        if !toml.contains("[[sessions]]") {
            continue;
        }
        let (before, after, list) = there_and_back(&toml);
        assert_eq!(before, after, "{toml}\n\nbecame\n\n{list}");
        events += before.len();
    }
    assert!(events > 20, "{events}");
}

#[test]
fn texts_that_are_full_of_marks_come_back_too() {
    for text in nasty::texts() {
        let description = format!("description = {}", quoted(&text));
        let toml = list(&session("a", "2027-05-04T18:00:00", &description));
        let fixture = Fixture::new(&toml);
        if fixture.publisher().publish(instant(NOW)).is_err() {
            continue;
        }
        let (before, after, list) = there_and_back(&toml);
        assert_eq!(before, after, "{text:?}\n\nbecame\n\n{list}");
    }
}

#[test]
fn an_id_and_a_series_of_ours_are_known_again() {
    let toml = std::fs::read_to_string("sessions.toml").unwrap();
    let (_, _, list) = there_and_back(&toml);
    for line in [
        "id = \"state-of-solidarity\"",
        "url = \"http://127.0.0.1:8080\"",
        "timezone = \"America/Los_Angeles\"",
        "id = \"2024-series\"",
        "id = \"era-of-silos\"\nseries = \"2024-series\"",
        "start = 2024-04-30T14:00:00",
        "register = \"https://solidarityis.example/register/era-of-silos\"",
    ] {
        assert!(list.contains(line), "{line}\n\n{list}");
    }
}

#[test]
fn a_calendar_may_come_from_standard_input() {
    use std::io::Write as _;
    let calendar = std::fs::read(cases()[0].as_path()).unwrap();
    let mut child = Fixture::new("")
        .command(&["--at", NOW, "import", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(&calendar).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("[[sessions]]"));
}

#[test]
fn what_is_no_calendar_is_said_in_a_sentence_with_the_way_out() {
    let fixture = Fixture::new("");
    for (bytes, said) in [
        (&b"<!DOCTYPE html><title>Sign in</title>"[..], "this is a web page, not a calendar\n  "),
        (b"", "the file is empty\n  "),
        (b"PK\x03\x04", "this is an archive, not a calendar\n  "),
        (b"a,b,c\n1,2,3\n", "this is not a calendar: it has no line BEGIN:VCALENDAR\n  "),
        (b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "no event in it can become a session"),
    ] {
        let output = import(&fixture, "x.ics", bytes, &[]);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn an_address_a_wrong_zone_or_day_and_a_missing_file_are_said_with_the_way_out() {
    let fixture = Fixture::new("");
    std::fs::write(fixture.dir().join("x.ics"), "BEGIN:VCALENDAR\nEND:VCALENDAR\n").unwrap();
    for (arguments, code, said) in [
        (&["webcal://a.example/x.ics"][..], 2, "is a URL, and import reads files"),
        (&["x.ics", "--timezone", "Lonodn"], 2, "did you mean `Europe/London`?"),
        (&["x.ics", "--until", "2028"], 2, "a day such as 2028-12-31"),
        (&["nowhere.ics"], 3, "there is no file `nowhere.ics`"),
        (&["."], 3, "`.` is a folder"),
    ] {
        let output = fixture.run(&[&["import"], arguments].concat());
        let stderr = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {stderr}");
        assert!(stderr.contains(said), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("convene init"), "{stderr}");
    }
}

#[test]
fn times_without_a_zone_are_read_in_the_one_that_is_named() {
    let floating = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nSUMMARY:a\nDTSTART:20270601T180000\n\
                    DTEND:20270601T190000\nEND:VEVENT\nEND:VCALENDAR\n";
    let fixture = Fixture::new("");
    let output = import(&fixture, "x.ics", floating.as_bytes(), &["--timezone", "Nairobi"]);
    let toml = text(&output.stdout);
    assert!(toml.contains("timezone = \"Africa/Nairobi\""), "{toml}");
    assert!(toml.contains("start = 2027-06-01T18:00:00\nend = 2027-06-01T19:00:00"), "{toml}");
}

#[test]
fn lengths_beyond_all_calendars_are_no_danger() {
    for length in ["P99999999D", "P99999999W", "PT999999999S"] {
        for start in
            [":20270101T100000Z", ";TZID=Europe/Berlin:20270101T100000", ";VALUE=DATE:20270101"]
        {
            let calendar = format!(
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nSUMMARY:a\nDTSTART{start}\nDURATION:{length}\n\
                 RRULE:FREQ=DAILY;COUNT=2\nEND:VEVENT\nEND:VCALENDAR\n"
            );
            let output = import(&Fixture::new(""), "x.ics", calendar.as_bytes(), &[]);
            let said = text(&output.stderr);
            assert!(matches!(output.status.code(), Some(0 | 1)), "{start} {length}: {said}");
        }
    }
}

#[test]
fn what_repeats_for_ever_ends_where_it_is_told_to_and_never_has_too_many_dates() {
    let calendar = |rule: &str| {
        format!(
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nSUMMARY:a\nDTSTART:20000101T180000Z\n\
             DTEND:20000101T190000Z\nRRULE:{rule}\nEND:VEVENT\nEND:VCALENDAR\n"
        )
    };
    let fixture = Fixture::new("");
    let of = |rule: &str, until: &str| {
        let arguments = ["--from", "1970-01-01", "--until", until];
        let output = import(&fixture, "x.ics", calendar(rule).as_bytes(), &arguments);
        let (toml, said) = (text(&output.stdout), text(&output.stderr));
        let starts = catalog(&toml).sessions.into_iter().map(|session| session.when.start());
        (starts.collect::<Vec<_>>(), said)
    };
    let (sessions, said) = of("FREQ=MONTHLY", "2000-12-31");
    assert_eq!(sessions.len(), 12);
    assert!(said.contains("it repeats beyond 2000-12-31; later dates were left out"), "{said}");
    let (sessions, said) = of("FREQ=DAILY", "2020-12-31");
    assert_eq!(sessions.len(), 1000);
    assert_eq!(sessions.last(), Some(&instant("2020-12-31T18:00:00Z")), "the latest are written");
    assert!(said.contains("only the latest 1000 were written"), "{said}");
}

/// Returns a calendar with the given lines.
fn calendar(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\nVERSION:2.0\n{lines}END:VCALENDAR\n")
}

/// Returns a calendar with one event in an afternoon, which has additional lines.
fn event(lines: &str) -> String {
    let when = "DTSTART:20270601T180000Z\nDTEND:20270601T190000Z";
    calendar(&format!("BEGIN:VEVENT\nUID:a\nSUMMARY:a\n{when}\n{lines}END:VEVENT\n"))
}

/// Returns the catalog of a file without errors.
fn catalog(toml: &str) -> Catalog {
    let source = Source::from_bytes("sessions.toml", toml.as_bytes().to_vec());
    let checked = config::load(&source, &Rules::bundled());
    assert!(!checked.findings.has_errors(), "{:?}\n{toml}", checked.findings);
    checked.catalog.unwrap()
}

/// Imports a calendar, and returns the file and the notes.
fn imported(calendar: &str) -> (String, String) {
    imported_with(calendar, &options())
}

fn imported_with(calendar: &str, options: &Options<'_>) -> (String, String) {
    let imported = read(calendar.as_bytes(), options, &Rules::bundled()).unwrap();
    catalog(&imported.toml);
    let notes: Vec<String> = imported.notes.iter().map(ToString::to_string).collect();
    (imported.toml, notes.join("\n"))
}

#[test]
fn a_file_that_is_cut_off_is_said_to_be() {
    let whole = event("DESCRIPTION:Please come to our meeting\n");
    let (end, next) = ("END:VEVENT\nEND:VCALENDAR\n", "END:VCALENDAR\n");
    let of = |cut: &str| imported(whole.strip_suffix(cut).unwrap()).1;
    assert!(!imported(&whole).1.contains("the file ends"));
    let in_event = "line 8: the file ends within the entry that begins on line 3; export the calendar \
                    again, or check that entry";
    assert!(of(&format!("ing\n{end}")).contains(in_event), "{}", of(&format!("ing\n{end}")));
    let after = "line 9: the file ends before its calendar does, so entries may be missing; export";
    assert!(of(next).contains(after), "{}", of(next));
    let (list, said) = imported(&[whole.strip_suffix(end).unwrap(), &whole].concat());
    assert!(said.contains("line 3: the entry that begins here has no END of its own"), "{said}");
    assert_eq!(list.matches("[[sessions]]").count(), 1, "they have one UID\n{list}");
}

#[test]
fn the_link_in_the_section_of_google_is_the_one_to_join_by() {
    let section = "DESCRIPTION:Come.\\n\\n-::~:~::~:~::-\\nJoin with Google Meet: \
                   https://meet.google.com/abc-defg-hij\\n-::~:~::~:~::-\n";
    let (list, said) = imported(&event(section));
    assert!(list.contains("join = \"https://meet.google.com/abc-defg-hij\""), "{list}");
    assert!(list.contains("description = \"Come.\""), "{list}");
    assert!(!said.contains("left out"), "{said}");
}

#[test]
fn what_no_list_can_carry_is_said_of_each_event() {
    let long = |letters: usize| "é".repeat(letters);
    for (lines, expected) in [
        (
            "URL:javascript:alert(1)\n".to_owned(),
            "its address `javascript:alert(1)`, which is not a web address",
        ),
        ("URL:https://\n".to_owned(), "its address `https://`, which cannot be read"),
        (
            "CONFERENCE;VALUE=URI:tel:+1-555-0100\n".to_owned(),
            "the conference `tel:+1-555-0100`, which is not a web address",
        ),
        (
            "CONFERENCE:https://a.example/1\nLOCATION:https://b.example/2\n".to_owned(),
            "the further link `https://b.example/2`",
        ),
        (format!("CATEGORIES:a,{}\n", long(101)), "1 category that is too long"),
        (format!("LOCATION:{}\n", long(1_001)), "the end of its place, after 1,000 characters"),
        (
            format!("DESCRIPTION:{}\n", long(200_001)),
            "the end of its description, after 200,000 characters",
        ),
    ] {
        let (list, said) = imported(&event(&lines));
        let expected = format!("line 3: \"a\": left out: {expected}");
        assert!(said.lines().any(|line| line == expected), "{expected}\n{said}");
        assert!(list.contains("[[sessions]]"));
    }
    let (list, said) =
        imported(&event("").replace("SUMMARY:a", &format!("SUMMARY:{}", long(1_001))));
    assert!(list.contains(&long(1_000)) && !list.contains(&long(1_001)));
    assert!(said.contains("left out: the end of its title, after 1,000 characters"), "{said}");
    let about = format!("X-WR-CALDESC:{}\nX-WR-CALNAME:{}\n", long(200_001), long(1_001));
    let (_, said) = imported(&event("").replace("VERSION:2.0\n", &about));
    let both = "line 1: left out of the calendar: the end of its title, after 1,000 characters, \
                the end of its description, after 200,000 characters";
    assert!(said.contains(both), "{said}");
}

#[test]
fn control_characters_are_left_out_and_counted() {
    for (text, note) in [
        ("a\u{7}b", Some("line 8: 1 control character was left out")),
        ("a\u{1b}[2Jb\u{85}c\u{7f}d", Some("line 8: 3 control characters were left out")),
        ("a\tb\u{202e}c", None),
    ] {
        let (toml, said) = imported(&event(&format!("DESCRIPTION:{text}\n")));
        match note {
            Some(note) => assert!(said.contains(note), "{said}"),
            None => assert!(!said.contains("control"), "{said}"),
        }
        assert!(!toml.contains("\\u001") && !toml.contains("\\u008"), "{toml}");
    }
}

#[test]
fn a_leap_second_is_noted_and_read_as_the_second_before() {
    for (lines, is_noted) in [
        ("DTSTART:20270630T235960Z\nDTEND:20270701T005900Z", true),
        ("DTSTART;TZID=Europe/Berlin:20270630T235961\nDURATION:PT1H", true),
        ("DTSTART:2027-06-30T23:59:60Z\nDURATION:PT1H", true),
        ("DTSTART:20270630T235900Z\nDTEND:20270630T235960Z", true),
        ("DTSTART:20270630T100000Z\nDURATION:PT1H\nRDATE:20270701T100000Z,20270702T235960Z", true),
        ("DTSTART:20270630T235959Z\nDTEND:20270701T006000Z", false),
        ("DTSTART:20270630T235900Z\nDURATION:PT60M", false),
        ("DTSTART;VALUE=DATE:20270630", false),
    ] {
        let (toml, said) =
            imported(&calendar(&format!("BEGIN:VEVENT\nUID:a\nSUMMARY:a\n{lines}\nEND:VEVENT\n")));
        let note = "one of its times has a second above 59, which is read as 59";
        assert_eq!(said.contains(note), is_noted, "{lines}: {said}");
        assert!(toml.contains("start = 2027-"), "{lines}: {said}");
        assert!(
            !is_noted || lines.contains("DTSTART:20270630T1") || toml.contains(":59:59"),
            "{toml}"
        );
    }
}

#[test]
fn a_rule_that_never_goes_on_is_said() {
    let (list, said) = imported(&event("RRULE:FREQ=DAILY;INTERVAL=0\n"));
    assert_eq!(list.matches("[[sessions]]").count(), 1);
    let expected =
        "its rule repeats every 0 times, which is never; only its first date was written";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn the_name_of_a_program_is_no_place_and_the_room_beside_it_is() {
    let link = "X-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.example/1\n";
    let place = |location: &str| {
        let (list, _) = imported(&event(&format!("{link}LOCATION:{location}\n")));
        list.lines().find(|line| line.starts_with("place")).map(ToOwned::to_owned)
    };
    assert_eq!(place("Microsoft Teams Meeting"), None);
    let room = Some("place = { name = \"Room 5\" }".to_owned());
    assert_eq!(place("Microsoft Teams Meeting\\; Room 5"), room);
}

#[test]
fn our_own_titles_and_whether_a_session_is_busy_come_back() {
    let sessions = [
        ("a", "CANCELLED: not really", ""),
        ("b", "Cancelled: a play", "status = \"cancelled\"\ncancelled = \"announce\""),
        ("c", "CANCELLED: twice", "status = \"cancelled\""),
        ("d", "Q &amp; A,  with  spaces", "busy = true"),
        ("e", "Maybe", "status = \"tentative\"\nbusy = true"),
        ("f", "Free", "status = \"tentative\"\nbusy = false"),
    ];
    let sessions = sessions.map(|(id, title, more)| {
        session(id, "2027-05-04T18:00:00", more).replace(&format!("Session {id}"), title)
    });
    let (before, after, list) = there_and_back(&list(&sessions.concat()));
    assert_eq!(before, after, "{list}");
    assert!(list.contains("\"CANCELLED: not really\""), "{list}");
    assert_eq!(list.matches("busy = true").count(), 2, "{list}");
}

#[test]
fn an_invite_of_ours_says_only_what_is_not_the_rule_there() {
    for (more, expected) in [("busy = false", 1), ("busy = true", 0), ("", 0)] {
        let toml = list(&session("a", "2027-05-04T18:00:00", more));
        let published = Fixture::new(&toml).publish(NOW);
        let edition = published.site.edition();
        let invite = body(
            &published,
            &edition.urls.session(&edition.catalog.sessions[0].id, SessionRoute::Invite),
        );
        let (list, _) = imported(&invite);
        assert_eq!(list.matches("busy = false").count(), expected, "{list}");
        assert!(!list.contains("busy = true"), "{list}");
    }
}

#[test]
fn a_list_has_the_sessions_to_come_that_fit_and_says_so() {
    let event = |number: u32, start: &str| {
        format!(
            "BEGIN:VEVENT\nUID:{number}\nSUMMARY:a\nDTSTART:{start}\nDURATION:PT1H\n\
             RRULE:FREQ=DAILY;COUNT=900\nEND:VEVENT\n"
        )
    };
    let past: String = (0..20).map(|number| event(number, "20200101T180000Z")).collect();
    let coming: String = (20..40).map(|number| event(number, "20270101T180000Z")).collect();
    let options = Options { until: date("2030-01-01"), from: date("1970-01-01"), ..options() };
    let text = calendar(&[past, coming].concat());
    let imported = read(text.as_bytes(), &options, &Rules::bundled()).unwrap();
    assert_eq!(imported.sessions, 20_000);
    let catalog = catalog(&imported.toml);
    let starts = catalog.sessions.iter().map(|session| session.when.start().to_rfc3339());
    let starts: Vec<String> = starts.collect();
    let of = |year: &str| starts.iter().filter(|start| start.starts_with(year)).count();
    assert_eq!(of("2027") + of("2028") + of("2029"), 18_000, "all that are to come");
    assert_eq!(of("2020"), 0, "and of those that were the latest");
    assert_eq!(of("2022-06"), 20 * 18);
    let said = imported.notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>().join("\n");
    assert!(said.contains("it has 36000 sessions, and only 20000 fit into a file"), "{said}");
}

#[test]
fn a_list_never_grows_beyond_what_can_be_read() {
    let text = "word ".repeat(30_000);
    let rule = format!("RRULE:FREQ=DAILY;COUNT=900\nDESCRIPTION:{text}\n");
    let imported = read(event(&rule).as_bytes(), &options(), &Rules::bundled()).unwrap();
    assert!(imported.toml.len() < convene::source::MAX_BYTES && imported.sessions > 50);
    assert!(imported.notes.iter().any(|note| note.text.contains("fit into a file")));
}

#[test]
fn many_events_with_one_long_title_have_ids_of_their_own() {
    let title = "An evening about neighbours who work on letters";
    let one = |number: u32| {
        format!(
            "BEGIN:VEVENT\nUID:{number}\nSUMMARY:{title}\nDTSTART:20270101T180000Z\n\
             DURATION:PT1H\nEND:VEVENT\n"
        )
    };
    let (list, _) = imported(&calendar(&(0..12).map(one).collect::<String>()));
    let ids: std::collections::BTreeSet<&str> =
        list.lines().filter(|line| line.starts_with("id = \"an-evening")).collect();
    assert_eq!(ids.len(), 12, "{list}");
}

#[test]
fn a_rule_that_ends_before_it_starts_is_its_first_date_alone() {
    let (list, said) = imported(&event("RRULE:FREQ=DAILY;UNTIL=20270501T000000Z\n"));
    assert_eq!(list.matches("[[sessions]]").count(), 1);
    assert!(!said.contains("understood"), "{said}");
    assert!(said.contains("gives no date after its first, and only that was written"), "{said}");
    let (_, said) = imported(&event("RRULE:FREQ=DAILY;UNTIL=20270602T000000Z\n"));
    assert!(!said.contains("first"), "{said}");
}

#[test]
fn no_two_sessions_get_one_uid() {
    let one = |uid: &str, title: &str, more: &str| {
        format!(
            "BEGIN:VEVENT\nUID:{uid}\nSUMMARY:{title}\nDTSTART:20270602T180000Z\nDURATION:PT1H\n\
             {more}\nEND:VEVENT\n"
        )
    };
    let moved = |title: &str, sequence: u8| {
        one("a", title, &format!("RECURRENCE-ID:20270601T180000Z\nSEQUENCE:{sequence}"))
    };
    let (list, _) = imported(&calendar(&[moved("old", 1), moved("new", 2)].concat()));
    assert_eq!(list.matches("[[sessions]]").count(), 1, "{list}");
    assert!(list.contains("title = \"new\""), "{list}");
    let both = [moved("moved", 1), one("a/20270601T180000", "other", "STATUS:CONFIRMED")].concat();
    let (list, said) = imported(&calendar(&both));
    assert_eq!(list.matches("[[sessions]]").count(), 2, "{list}");
    assert_eq!(list.matches("uid = ").count(), 1, "{list}");
    assert!(said.contains("line 1: 1 session has the UID of another; a new one is made"), "{said}");
}

#[test]
fn the_years_are_those_that_the_list_says() {
    let at = |zone: &str, start: &str, end: &str| {
        let event =
            format!("BEGIN:VEVENT\nUID:a\nSUMMARY:a\nDTSTART:{start}\nDTEND:{end}\nEND:VEVENT\n");
        let text = calendar(&format!("X-WR-TIMEZONE:{zone}\n{event}"));
        let (list, said) = imported_with(&text, &Options { from: date("1900-01-01"), ..options() });
        if list.contains("[[sessions]]") {
            Fixture::new(&list).publish(NOW);
        }
        (list.contains("[[sessions]]"), said.contains("not between 1970 and 2100"))
    };
    let (kept, left_out) = ((true, false), (false, true));
    for (zone, start, end, expected) in [
        ("UTC", "19700101T000000Z", "19700101T010000Z", kept),
        ("UTC", "19691231T235959Z", "19700101T010000Z", left_out),
        ("America/New_York", "19700101T000000Z", "19700101T010000Z", left_out),
        ("Asia/Tokyo", "19691231T150000Z", "19691231T160000Z", kept),
        ("UTC", "19700101", "19700102", kept),
        ("UTC", "21001231", "21010101", kept),
        ("UTC", "21001231T220000Z", "21001231T235959Z", kept),
        ("UTC", "21001231T230000Z", "21010101T000000Z", left_out),
        ("America/New_York", "21010101T010000Z", "21010101T020000Z", kept),
    ] {
        assert_eq!(at(zone, start, end), expected, "{zone} {start} {end}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_cut_off_or_mixed_up_gives_a_list_that_can_be_read(
        case in 0_usize..55,
        from in 0.0_f64..1.0,
        length in 0_usize..400,
        with in "(BEGIN|END|:|;|=|\r\n |VEVENT|RRULE:FREQ=|TZID=|\\PC){0,8}",
    ) {
        let bytes = std::fs::read(&cases()[case]).unwrap();
        let from = (bytes.len() as f64 * from) as usize;
        let end = (from + length).min(bytes.len());
        let mixed = [&bytes[..from], with.as_bytes(), &bytes[end..]].concat();
        let imported = match read(&mixed, &options(), &Rules::bundled()) {
            Ok(imported) => imported,
            Err(reason) => {
                prop_assert!(reason != Unreadable::Page);
                return Ok(());
            }
        };
        let fixture = Fixture::new(&imported.toml);
        let findings = fixture.publisher().check(instant(NOW)).unwrap().findings;
        prop_assert!(!findings.has_errors(), "{findings:?}\n{}", imported.toml);
    }
}
