//! An import from the organizer's view: past sessions, private events, sign-up links, organizers, and the order of
//! notes.

use convene::import::{NoteKind, Options};
use convene::zone::Rules;

use super::cases::sessions;
use super::{calendar, date, event, imported, imported_with, options, read};

fn own(number: usize, start: &str, lines: &str) -> String {
    format!(
        "BEGIN:VEVENT\nUID:{number}\nSUMMARY:T{number}\nDTSTART:{start}\nDURATION:PT1H\n{lines}END:VEVENT\n"
    )
}

#[test]
fn sessions_that_were_over_too_early_are_counted_once_and_their_losses_are_not_told() {
    let lines = "IMAGE:https://a.example/i\nATTENDEE:mailto:a@b.example\n";
    let past: String =
        (0..5).map(|n| own(n, &format!("2024010{}T180000Z", n + 1), lines)).collect();
    // One event ends on the day before the oldest included day, one on that day, and a series continues across it.
    let edge = own(5, "20251124T180000Z", "") + &own(6, "20251125T180000Z", "");
    let series = own(7, "20251001T180000Z", "RRULE:FREQ=MONTHLY;COUNT=4\n");
    let text = calendar(&(past + &edge + &series));
    let (toml, said) = imported(&text);
    assert_eq!(sessions(&toml).len(), 3, "{toml}");
    let note = "8 sessions that were over before 2025-11-25 are left out; `--from` with an earlier day includes more";
    assert!(said.lines().any(|line| line == note), "{said}");
    assert!(!said.contains("picture") && !said.contains("attendees"), "{said}");
    let (toml, said) = imported_with(&text, &Options { from: date("2020-01-01"), ..options() });
    assert_eq!(sessions(&toml).len(), 11, "{toml}");
    assert!(said.contains("5 pictures") || said.matches("1 picture").count() == 1, "{said}");
    assert!(said.contains("the attendees of 5 events are left out"), "{said}");
    assert!(!said.contains("were over before"), "{said}");
}

#[test]
fn a_calendar_of_convene_keeps_its_past_sessions() {
    let foreign = calendar(&(own(0, "20100101T180000Z", "") + &own(1, "20270101T180000Z", "")));
    let ours = foreign
        .replace("VERSION:2.0\n", &format!("VERSION:2.0\nPRODID:{}\n", convene::ics::PRODID));
    assert_eq!(sessions(&imported(&foreign).0).len(), 1);
    assert_eq!(sessions(&imported(&ours).0).len(), 2);
    let (toml, _) = imported_with(&ours, &Options { from: date("2020-01-01"), ..options() });
    assert_eq!(sessions(&toml).len(), 1);
}

#[test]
fn private_events_are_counted_and_come_if_asked_for() {
    for class in ["PRIVATE", "CONFIDENTIAL", "private"] {
        let private: String = (0..3)
            .map(|n| own(n, "20270101T180000Z", &format!("CLASS:{class}\nIMAGE:x\n")))
            .collect();
        let text = calendar(&(private + &own(3, "20270102T180000Z", "CLASS:PUBLIC\n")));
        let (toml, said) = imported(&text);
        assert_eq!(sessions(&toml).len(), 1);
        assert!(
            said.contains("3 events marked private are left out; `--private` includes them"),
            "{said}"
        );
        assert!(!said.contains("T0") && !toml.contains("T0"), "{said}");
        let (toml, said) = imported_with(&text, &Options { private: true, ..options() });
        assert_eq!(sessions(&toml).len(), 4);
        assert!(!said.contains("private"), "{said}");
    }
}

#[test]
fn losses_come_before_guesses_and_rules_come_last() {
    let text = own(0, "20270101T180000Z", "ATTENDEE:mailto:a@b.example\n")
        + &own(1, "20270101T180000Z", "").replace("DURATION:PT1H\n", "")
        + &own(2, "20270101T180000Z", "IMAGE:https://a.example/i\n")
        + &own(3, "20270101T180000Z", "BEGIN:VALARM\nTRIGGER:PT5M\nEND:VALARM\n")
        + &own(4, "tomorrow", "")
        + &own(5, "20240101T180000Z", "")
        + &own(6, "20270101T180000Z", "IMAGE:https://a.example/j\n");
    let imported = read(calendar(&text).as_bytes(), &options(), &Rules::bundled()).unwrap();
    let kinds: Vec<NoteKind> = imported.notes.iter().map(|note| note.kind).collect();
    let mut sorted = kinds.clone();
    sorted.sort();
    assert_eq!(kinds, sorted);
    let printed: Vec<String> = imported.notes.iter().map(ToString::to_string).collect();
    assert_eq!(printed[0], "lines 15, 43: \"T2\", \"T6\": left out: 1 picture");
    let last = &printed[printed.len() - 3..];
    assert!(last[0].starts_with("1 session that was over before"), "{printed:?}");
    assert!(last[1].starts_with("the attendees of 1 event are left out"), "{printed:?}");
    assert!(last[2].starts_with("reminders of 1 event are left out"), "{printed:?}");
}

#[test]
fn links_to_sign_up_become_register_wherever_they_are() {
    let hosts = [
        "https://www.eventbrite.com/e/1",
        "https://www.mobilize.us/org/event/1/",
        "https://actionnetwork.org/events/a",
        "https://lu.ma/abc",
        "https://luma.com/abc",
        "https://www.meetup.com/a/events/1/",
    ];
    for host in hosts {
        for lines in [
            format!("URL:{host}\n"),
            format!("LOCATION:{host}\n"),
            format!("DESCRIPTION:Details: {host} and more.\n"),
            format!("DESCRIPTION:<p>See <a href=\"{host}\">this</a></p>\n"),
        ] {
            let (toml, said) = imported(&event(&lines));
            assert!(toml.contains(&format!("register = \"{host}\"")), "{lines}: {toml}\n{said}");
            assert!(!toml.contains("page = ") && !toml.contains("join = "), "{toml}");
        }
    }
    let link = "https://a.example/form";
    for word in ["Register", "RSVP", "Sign up", "Tickets", "Registration", "Sign up here"] {
        for lines in [
            format!("DESCRIPTION:Come.\\n{word}: {link}\n"),
            format!("DESCRIPTION:<p>Come.</p><p><a href=\"{link}\">{word}</a></p>\n"),
            format!("DESCRIPTION:Come.\\n{word} at {link}!\n"),
        ] {
            let (toml, _) = imported(&event(&format!("{lines}URL:https://a.example/page\n")));
            assert!(toml.contains(&format!("register = \"{link}\"")), "{lines}: {toml}");
            assert!(toml.contains("page = \"https://a.example/page\""), "{toml}");
            assert!(toml.contains("description = \"Come.\""), "{lines}: {toml}");
        }
    }
}

#[test]
fn a_machine_is_no_organizer_and_people_beside_it_are() {
    let organized = |organizers: &[&str]| {
        let one = |(number, own_organizer): (usize, &&str)| {
            own(number, "20270101T180000Z", &format!("ORGANIZER{own_organizer}\n"))
        };
        let (toml, _) =
            imported(&calendar(&organizers.iter().enumerate().map(one).collect::<String>()));
        toml.lines().find(|line| line.starts_with("organizer")).map(ToOwned::to_owned)
    };
    let person = ";CN=Ana:mailto:ana@a.example";
    let ana = Some("organizer = { name = \"Ana\", email = \"ana@a.example\" }".to_owned());
    for machine in [
        ";CN=Events:mailto:noreply@a.example",
        ";CN=Events:MAILTO:abc@group.calendar.google.com",
        ";CN=Ana:mailto:unknownorganizer@calendar.google.com",
    ] {
        assert_eq!(organized(&[machine]), None);
        assert_eq!(organized(&[machine, person]), ana);
        assert_eq!(organized(&[person, machine, person]), ana);
    }
    assert_eq!(organized(&[person, ";CN=Bo:mailto:bo@a.example"]), None);
}
