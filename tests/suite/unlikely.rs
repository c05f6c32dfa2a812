//! Files that are valid and probably not meant: their warnings need the clock, the history or other sessions.

use convene::diagnostic::{Code, Finding};
use convene::publish::CheckReport;

use crate::support::{Fixture, instant};

const NOW: &str = "2027-01-01T12:00:00Z";

/// Returns a file in the zone of New York, with additional keys of the calendar.
fn file(calendar: &str, sessions: &str) -> String {
    format!(
        "[calendar]\nid = \"our-calendar\"\ntitle = \"Our sessions\"\ntimezone = \"America/New_York\"\n\
         duration = \"1h\"\n{calendar}\n{sessions}"
    )
}

fn session(id: &str, title: &str, start: &str) -> String {
    format!("\n[[sessions]]\nid = \"{id}\"\ntitle = \"{title}\"\nstart = {start}\n")
}

/// Returns the findings of a code, each as the text that it underlines.
fn of_code(fixture: &Fixture, code: Code) -> Vec<(String, Finding)> {
    let CheckReport { source, findings, .. } = fixture.publisher().check(instant(NOW)).unwrap();
    let own = findings.into_iter().filter(|finding| finding.code == code);
    own.map(|finding| (source.text()[finding.span.clone()].to_owned(), finding)).collect()
}

#[test]
fn a_start_at_night_is_a_warning_unless_another_printed_zone_has_day() {
    // The test checks 24 hours in 4 calendars.
    for (calendar, at_night) in [
        ("", 0..6),
        // Midnight in New York is nine in the evening in Los Angeles.
        ("also_in = [\"America/Los_Angeles\"]", 1..6),
        ("also_in = [\"Europe/Berlin\"]", 0..2),
        ("also_in = [\"Asia/Tokyo\"]", 0..0),
    ] {
        let start = |hour: i32| format!("2027-06-{:02}T{hour:02}:00:00", hour + 1);
        let sessions = (0..24).map(|hour| session(&format!("s{hour}"), "A", &start(hour)));
        let fixture = Fixture::new(&file(calendar, &sessions.collect::<String>()));
        let found = of_code(&fixture, Code::AtNight);
        let expected: Vec<String> = at_night.map(start).collect();
        let starts: Vec<&str> = found.iter().map(|(text, _)| text.as_str()).collect();
        assert_eq!(starts, expected, "{calendar}");
    }
}

#[test]
fn nobody_is_told_of_the_night_of_whole_days_of_cancelled_past_or_chosen_hours() {
    let more = |start: &str, more: &str| session("a", "A", start) + more + "\n";
    for text in [
        more("2027-06-01", "duration = \"1d\""),
        more("2027-06-01T02:00:00", "status = \"cancelled\""),
        more("2026-06-01T02:00:00", ""),
        more("2027-11-07T01:30:00", "fold = \"later\""),
        more("2027-06-01T03:00:00", "timezone = \"Asia/Tokyo\""),
    ] {
        assert!(of_code(&Fixture::new(&file("", &text)), Code::AtNight).is_empty(), "{text}");
    }
}

#[test]
fn a_year_apart_from_the_sessions_around_it_is_a_warning_with_the_right_start() {
    // In a list of monthly sessions, each of 10 inner ones gets each of 6 wrong years.
    for wrong in 1..11 {
        for year in [2021, 2024, 2025, 2029, 2030, 2072] {
            let start = |month: i32, year: i32| format!("{year}-{:02}-15T18:00:00", month + 1);
            let sessions = (0..12).map(|month| {
                session(
                    &format!("s{month}"),
                    "A",
                    &start(month, if month == wrong { year } else { 2027 }),
                )
            });
            let fixture = Fixture::new(&file("", &sessions.collect::<String>()));
            let found = of_code(&fixture, Code::YearApart);
            let [(text, finding)] = found.as_slice() else { panic!("{wrong} {year}: {found:#?}") };
            assert_eq!(*text, start(wrong, year));
            let right = format!("write `start = {}`", start(wrong, 2027));
            assert!(finding.help.as_ref().unwrap().contains(&right), "{finding:?}");
        }
    }
}

#[test]
fn years_that_follow_one_another_are_as_they_should_be() {
    let yearly = |years: &mut dyn Iterator<Item = i32>| -> String {
        years
            .map(|year| session(&format!("y{year}"), "A", &format!("{year}-05-15T18:00:00")))
            .collect()
    };
    let monthly = |months: &mut dyn Iterator<Item = i32>| -> String {
        let start = |month: i32| format!("{}-{:02}-15T18:00:00", 2027 + month / 12, month % 12 + 1);
        months.map(|month| session(&format!("m{month}"), "A", &start(month))).collect()
    };
    for sessions in [
        yearly(&mut (2020..2040)),
        yearly(&mut (2020..2040).rev()),
        monthly(&mut (0..36)),
        monthly(&mut (0..36).rev()),
        monthly(&mut (0..60).step_by(7)),
        monthly(&mut (0..6)) + &monthly(&mut (30..40)),
        session("a", "A", "2027-04-15T18:00:00")
            + &session("b", "The conference of 2028", "2028-05-15T18:00:00")
            + &session("c", "C", "2027-06-15T18:00:00"),
    ] {
        let found = of_code(&Fixture::new(&file("", &sessions)), Code::YearApart);
        assert!(found.is_empty(), "{sessions}\n{found:#?}");
    }
}

#[test]
fn a_session_written_over_one_that_took_place_gets_an_id_of_its_own() {
    let past = session("monthly", "December talk", "2026-12-15T18:00:00");
    let fixture = Fixture::new(&file("", &past));
    fixture.publish("2026-12-01T12:00:00Z");
    let over = |title: &str, start: &str| session("monthly", title, start);
    for (sessions, new_id) in [
        (over("January talk", "2027-01-20T18:00:00"), Some("january-talk")),
        (over("講演", "2027-01-20T18:00:00"), Some("monthly-2027-01")),
        (
            over("January talk", "2027-01-20T18:00:00")
                + &session("january-talk", "Another", "2027-02-20T18:00:00"),
            Some("monthly-2027-01"),
        ),
        // Only the title or only the time of the session has changed.
        (over("The talk of December", "2026-12-15T18:00:00"), None),
        (over("December talk", "2027-01-20T18:00:00"), None),
        // The file still has the old session.
        (past + &session("january-talk", "January talk", "2027-01-20T18:00:00"), None),
    ] {
        fixture.write(&file("", &sessions));
        let found = of_code(&fixture, Code::OverwrittenSession);
        let helps: Vec<bool> = found
            .iter()
            .map(|(_, finding)| {
                let id = format!("write `id = \"{}\"`", new_id.unwrap_or_default());
                finding.help.as_ref().unwrap().starts_with(&id)
            })
            .collect();
        assert_eq!(helps, new_id.map_or_else(Vec::new, |_| vec![true]), "{sessions}\n{found:#?}");
        // Its help corrects the file.
        if let (Some(id), [(_, finding)]) = (new_id, found.as_slice()) {
            let (_, old) = finding.help.as_deref().unwrap().split_once('\n').unwrap();
            let new = sessions.replacen("id = \"monthly\"", &format!("id = \"{id}\""), 1);
            fixture.write(&file("", &format!("{new}\n{old}\n")));
            assert!(of_code(&fixture, Code::OverwrittenSession).is_empty(), "{old}");
        }
    }
    // An author may move and rename an upcoming session.
    let fixture = Fixture::new(&file("", &session("monthly", "A", "2027-02-15T18:00:00")));
    fixture.publish("2026-12-01T12:00:00Z");
    fixture.write(&file("", &over("B", "2027-03-15T18:00:00")));
    assert!(of_code(&fixture, Code::OverwrittenSession).is_empty());
}

#[test]
fn a_new_session_in_the_past_is_a_warning_in_a_file_that_was_published() {
    let first = session("a", "A", "2027-04-30T18:00:00");
    let past = session("b", "B", "2026-06-30T18:00:00");
    let unpublished = Fixture::new(&file("", &(first.clone() + &past)));
    assert!(of_code(&unpublished, Code::NewInThePast).is_empty());
    let fixture = Fixture::new(&file("", &first));
    fixture.publish("2026-12-01T12:00:00Z");
    fixture.write(&file("", &(first + &past)));
    let found = of_code(&fixture, Code::NewInThePast);
    let [(text, finding)] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(text, "2026-06-30T18:00:00");
    assert!(finding.help.as_ref().unwrap().contains("`start = 2027-06-30T18:00:00`"));
    // After its publication, the session is no longer new.
    fixture.publish("2026-12-02T12:00:00Z");
    assert!(of_code(&fixture, Code::NewInThePast).is_empty());
}

#[test]
fn links_to_example_hosts_count_only_where_the_calendar_has_a_real_address() {
    // The test checks 5 calendars with 4 links and 2 keys.
    let links = [
        "https://example.org/a",
        "https://www.example.com",
        "https://zoom.example/j/1",
        "https://x.test",
    ];
    for (url, is_real) in [
        ("", false),
        ("url = \"http://127.0.0.1:8080\"", false),
        ("url = \"http://localhost/x\"", false),
        ("url = \"https://calendar.example.org\"", false),
        ("url = \"https://calendar.solidarity.net\"", true),
    ] {
        for link in links {
            for key in ["register", "join"] {
                let sessions =
                    session("a", "A", "2027-04-30T18:00:00") + &format!("{key} = \"{link}\"\n");
                let found = of_code(&Fixture::new(&file(url, &sessions)), Code::ExampleLink);
                assert_eq!(found.len(), usize::from(is_real), "{url} {link} {key}");
            }
        }
    }
}
