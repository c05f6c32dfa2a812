//! Renamed sessions and feeds keep every published address through their former ids.

use crate::support::{BEFORE, Fixture, list, session};

fn renamed(base: &str) -> String {
    let sessions = session(
        "new",
        "2024-04-30T14:00:00",
        "was = [\"first\", \"second\"]\nseries = \"autumn\"\nregister = \"https://example.org/\"",
    );
    let series = "[[series]]\nid = \"autumn\"\ntitle = \"Autumn\"\nwas = \"fall\"\n";
    list(&format!("{series}{sessions}")).replace("https://cal.example", base)
}

#[test]
fn former_pages_redirect_permanently_and_former_calendars_are_served() {
    for base in ["https://cal.example", "https://cal.example/under"] {
        let path = base.trim_start_matches("https://cal.example");
        let fixture = Fixture::new(&renamed(base));
        let running = fixture.serve(&["--at", BEFORE]);
        for (old, new) in [
            ("/sessions/first", "/sessions/new"),
            ("/sessions/second", "/sessions/new"),
            ("/feeds/fall", "/feeds/autumn"),
        ] {
            for part in ["", "/google", "/outlook", "/office365", "/newsletter", "/qr.svg"] {
                let answer = running.get(&format!("{path}{old}{part}"), &[]);
                let expected = format!("{path}{new}{part}");
                assert_eq!(
                    (answer.status, answer.header("location")),
                    (301, Some(expected.as_str()))
                );
                assert!(answer.text().contains(&format!("url={expected}")), "{}", answer.text());
            }
            let answer = running.get(&format!("{path}{old}.ics"), &[]);
            let present = running.get(&format!("{path}{new}.ics"), &[]);
            assert_eq!((answer.status, &answer.body), (200, &present.body));
            assert_eq!(answer.headers, present.headers);
        }
        assert_eq!(running.get(&format!("{path}/sessions/first/register"), &[]).status, 301);
        assert_eq!(running.get(&format!("{path}/sessions/first/join"), &[]).status, 404);
        assert_eq!(running.get(&format!("{path}/feeds/fall.atom"), &[]).status, 200);
        assert_eq!(running.get(&format!("{path}/sessions/third"), &[]).status, 404);
    }
}

#[test]
fn former_addresses_are_exported_as_files() {
    let fixture = Fixture::new(&renamed("https://cal.example"));
    let output = fixture.run(&["export", "--out", "out", "--at", BEFORE]);
    assert_eq!(output.status.code(), Some(0));
    let read = |file: &str| std::fs::read_to_string(fixture.dir().join("out").join(file)).unwrap();
    assert_eq!(read("sessions/first.ics"), read("sessions/new.ics"));
    assert!(read("sessions/second/google/index.html").contains("url=/sessions/new/google"));
    assert!(read("feeds/fall/index.html").contains("url=/feeds/autumn"));
}

#[test]
fn a_calendar_at_a_former_address_is_never_older_than_the_previous_one() {
    let text = |title: &str, id: &str, was: &str| {
        list(&session(id, "2027-04-30T14:00:00", was)).replace(&format!("Session {id}"), title)
    };
    let fixture = Fixture::new(&text("One", "first", ""));
    let modified = || {
        let published = fixture.publish("2026-03-01T00:00:00Z");
        published.site.get("/sessions/first.ics").unwrap().last_modified().unwrap()
    };
    // All saves happen within one second.
    let one = modified();
    fixture.write(&text("Two", "first", ""));
    let two = modified();
    fixture.write(&text("Two", "second", "was = [\"first\"]"));
    let three = modified();
    assert!(one < two && two < three, "{one}, {two}, {three}");
}
