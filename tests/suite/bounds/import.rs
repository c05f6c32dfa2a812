//! Imported calendars that are expensive: rules without dates, zones with thousands of rules, texts with thousands of
//! tags.

use super::calendars::{calendar, calendars, event, events, zone};
use super::{said, within};
use crate::support::{BEFORE, Fixture};

/// Kinds of calendars that use the whole budget of an import for rules at any length. The test below about events with
/// unfollowed rules uses one of them.
const GIVEN_UP: [&str; 5] =
    ["never in a year", "never in a month", "never on a day", "never in an hour", "seldom"];

/// Imports a calendar of `length` bytes of each kind except those in `but`, and checks the result. Each of the two may take
/// so many seconds of processor time.
fn assert_imported(length: usize, [import_seconds, check_seconds]: [usize; 2], but: &[&str]) {
    let all = calendars(length);
    assert!(but.iter().all(|name| all.iter().any(|(kind, _)| kind == name)), "{but:?}");
    for (name, calendar) in all.into_iter().filter(|(name, _)| !but.contains(name)) {
        let fixture = Fixture::new("");
        std::fs::write(fixture.dir().join("a.ics"), calendar).unwrap();
        let import = within(&fixture, 1_000, import_seconds, &["import", "a.ics", "--at", BEFORE]);
        let code = import.status.code();
        assert!(matches!(code, Some(0 | 1)), "{name}: {code:?} {}", said(&import));
        assert!(import.stderr.len() < 10_000_000, "{name}: {}", import.stderr.len());
        if code == Some(0) {
            std::fs::write(fixture.file(), &import.stdout).unwrap();
            let check = within(&fixture, 1_000, check_seconds, &["check", "--at", BEFORE]);
            assert_eq!(check.status.code(), Some(0), "{name}: {}", said(&check));
        }
    }
}

#[test]
fn a_large_calendar_of_any_kind_is_imported_in_little_time_and_memory_and_the_list_checked() {
    assert_imported(50_000, [12, 4], &GIVEN_UP);
}

#[test]
#[ignore = "long: calendars of 400 kB"]
fn a_larger_calendar_of_any_kind_is_imported_in_little_time_and_memory_and_the_list_checked() {
    assert_imported(400_000, [200, 60], &[]);
}

/// Imports a calendar, and returns the notes and the result.
fn imported(calendar: &str) -> (String, String) {
    let fixture = Fixture::new("");
    std::fs::write(fixture.dir().join("a.ics"), calendar).unwrap();
    let output = fixture.run(&["import", "a.ics", "--at", BEFORE]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    [output.stderr, output.stdout].map(|text| String::from_utf8(text).unwrap()).into()
}

#[test]
fn an_event_whose_rule_was_not_followed_is_named_with_its_first_date() {
    let never = |_| "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\r\n".to_owned();
    let (notes, toml) = imported(&events(3_000, never));
    let says = "the rules of the file give more dates than can be computed; only its first date was written";
    assert!(notes.contains(&format!("\"T2999\": {says}")), "{}", &notes[notes.len() - 500..]);
    assert_eq!(toml.matches("[[sessions]]").count(), 3_000);
}

#[test]
fn a_zone_whose_rules_were_not_followed_is_named() {
    let (notes, _) = imported(&zone(2_000, "RRULE:FREQ=DAILY\r\n"));
    let says = "its time zones have more rules than can be computed; check the times of events";
    assert!(notes.contains(says), "{}", &notes[..notes.len().min(500)]);
}

#[test]
fn words_of_an_item_that_look_like_marks_stay_words() {
    let (_, toml) =
        imported(&calendar(&event(1, "DESCRIPTION:<ul><li>- - a</li><li>2. b</li></ul>\r\n")));
    let fixture = Fixture::new(&toml);
    let published = fixture.publish(BEFORE);
    let feed = crate::support::body(&published, "/feeds/a.ics").replace("\r\n ", "");
    assert!(feed.contains("\\n\\n- - - a\\n- 2. b\\n\\n"), "{feed}");
}
