//! Repeating events: their exceptions, changes of all later events, and events that share a UID.

use convene::model::When;

use super::cases::sessions;
use super::{calendar, catalog, imported, imported_with, options};

/// An event in New York with a start in 2027 and further lines.
pub(super) fn own(uid: &str, title: &str, start: &str, lines: &str) -> String {
    format!(
        "BEGIN:VEVENT\nUID:{uid}\nSUMMARY:{title}\nDTSTART;TZID=America/New_York:2027{start}\n\
         DURATION:PT1H\n{lines}END:VEVENT\n"
    )
}

/// The starts in 2027, without the year.
pub(super) fn starts(toml: &str) -> Vec<String> {
    let starts = catalog(toml).sessions.into_iter().map(|session| match session.when {
        When::AllDay(days) => days.first.to_string(),
        When::Timed(timed) => timed.start.local.format("%Y-%m-%dT%H:%M:%S").to_string(),
    });
    starts.filter_map(|start| Some(start.strip_prefix("2027-")?.to_owned())).collect()
}

#[test]
fn a_change_of_all_that_follow_moves_them_until_the_next_one() {
    let rule = "RRULE:FREQ=WEEKLY;COUNT=6\n";
    let change = |date: &str, title: &str, start: &str, range: &str| {
        let id = format!("RECURRENCE-ID{range};TZID=America/New_York:2027{date}T180000\n");
        own("a", title, start, &id)
    };
    let all = ";RANGE=THISANDFUTURE";
    let text = [
        own("a", "first", "0503T180000", rule),
        change("0510", "later", "0511T190000", all),
        change("0517", "single", "0516T120000", ""),
        change("0531", "last", "0530T100000", all),
    ];
    // The order of the events in the file does not matter.
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        let text: String = order.map(|at| text[at].as_str()).concat();
        let (toml, said) = imported(&calendar(&text));
        let expected = [
            "first 2027-05-03T22:00Z/2027-05-03T23:00Z",
            "last 2027-05-30T14:00Z/2027-05-30T15:00Z",
            "last 2027-06-06T14:00Z/2027-06-06T15:00Z",
            "later 2027-05-11T23:00Z/2027-05-12T00:00Z",
            "later 2027-05-25T23:00Z/2027-05-26T00:00Z",
            "single 2027-05-16T16:00Z/2027-05-16T17:00Z",
        ];
        assert_eq!(sessions(&toml), expected, "{said}");
        for uid in ["a\"", "a/20270510T180000", "a/20270517T180000", "a/20270607T180000"] {
            assert!(toml.contains(&format!("uid = \"{uid}")), "{uid}: {toml}");
        }
    }
}

#[test]
fn events_of_one_uid_without_an_order_are_all_kept_in_any_order() {
    let stamped = |title: &str, start: &str, stamp: &str| {
        own("0", title, start, &format!("DTSTAMP:2026{stamp}Z\n"))
    };
    let same = "0101T000000";
    for (events, kept, older) in [
        // All have the same stamp, so each is a separate event.
        (
            vec![
                ("a", "0301T180000", same),
                ("b", "0302T180000", same),
                ("c", "0303T180000", same),
            ],
            3,
            0,
        ),
        (vec![("a", "0301T180000", same), ("a", "0302T180000", same)], 2, 0),
        (vec![("a", "0301T180000", same), ("b", "0301T180000", same)], 2, 0),
        // Each has its own stamp, and they have nothing else in common.
        (vec![("a", "0301T180000", "0101T000001"), ("b", "0302T180000", "0101T000002")], 2, 0),
        // The second is a newer version of the first.
        (vec![("a", "0301T180000", "0101T000001"), ("a", "0302T180000", "0101T000002")], 1, 1),
        (vec![("a", "0301T180000", "0101T000001"), ("b", "0301T180000", "0101T000002")], 1, 1),
        // Both are the same event.
        (vec![("a", "0301T180000", same), ("a", "0301T180000", same)], 1, 0),
    ] {
        for reversed in [false, true] {
            let mut texts: Vec<String> =
                events.iter().map(|(title, start, stamp)| stamped(title, start, stamp)).collect();
            if reversed {
                texts.reverse();
            }
            let (toml, said) = imported(&calendar(&texts.concat()));
            assert_eq!(sessions(&toml).len(), kept, "{events:?}: {said}");
            assert_eq!(toml.matches("uid = ").count(), 1, "{toml}");
            assert_eq!(
                said.matches("has a newer version with the same UID").count(),
                older,
                "{said}"
            );
            assert_eq!(said.contains("neither is a newer version"), kept > 1, "{said}");
            let doubles = events.len() > kept + older;
            assert_eq!(said.contains("it is in the file more than once"), doubles, "{said}");
        }
    }
}

#[test]
fn exceptions_of_an_event_that_is_left_out_are_kept_or_named() {
    let exception = |start: &str| {
        format!(
            "BEGIN:VEVENT\nUID:a\nSUMMARY:moved\nRECURRENCE-ID:20270510T180000\nDTSTART{start}\n\
             DURATION:PT1H\nEND:VEVENT\n"
        )
    };
    let good = own("b", "other", "0601T100000", "").replace(";TZID=America/New_York:2027", ":2027");
    let good = good.replace("T100000\n", "T100000Z\n");
    for main in [":20270503T180000", ";TZID=Nowhere:20270503T180000", ":soon", ""] {
        let main = match main {
            "" => String::new(),
            start => format!("DTSTART{start}\n"),
        };
        let main = format!(
            "BEGIN:VEVENT\nUID:a\nSUMMARY:main\n{main}RRULE:FREQ=WEEKLY;COUNT=4\nEND:VEVENT\n"
        );
        for (start, is_kept) in [(":20270511T180000Z", true), (":20270511T180000", false)] {
            let (toml, said) = imported(&calendar(&(main.clone() + &exception(start) + &good)));
            assert_eq!(toml.contains("title = \"moved\""), is_kept, "{toml}\n{said}");
            let is_named = said.contains("\"moved\": its time has no zone, and it was left out")
                || said.contains("\"main\", \"moved\": its time has no zone, and it was left out");
            assert_eq!(is_named, !is_kept, "{said}");
            assert!(said.contains("\"main\""), "{said}");
        }
    }
    let private = own("a", "main", "0503T180000", "CLASS:PRIVATE\nRRULE:FREQ=WEEKLY;COUNT=4\n")
        + &exception(":20270511T180000Z")
        + &good;
    let (toml, said) = imported(&calendar(&private));
    assert!(
        !toml.contains("moved") && said.contains("2 events marked private are left out"),
        "{said}"
    );
    let (toml, _) = imported_with(
        &calendar(&private),
        &convene::import::Options { private: true, ..options() },
    );
    assert_eq!(sessions(&toml).len(), 5, "{toml}");
}

#[test]
fn a_series_whose_events_are_all_exceptions_is_followed_if_one_has_a_rule() {
    for id in ["19700101T000000Z", "20270406T220000Z", "20270406", "soon"] {
        let lines = format!("RECURRENCE-ID:{id}\nRRULE:FREQ=WEEKLY;COUNT=4\n");
        let moved = own("a", "moved", "0414T180000", "RECURRENCE-ID:20270413T220000Z\n");
        for more in ["", &moved] {
            let text = own("a", "a", "0406T180000", &lines) + more;
            let (toml, said) = imported(&calendar(&text));
            assert_eq!(sessions(&toml).len(), 4, "{id}: {said}");
            assert!(said.contains("its RECURRENCE-ID was ignored"), "{said}");
        }
    }
}

#[test]
fn a_rule_of_an_exception_is_followed_after_the_series_and_noted_within_it() {
    // A program that splits a series also gives its first half a newer version.
    let lines = "SEQUENCE:1\nRRULE:FREQ=WEEKLY;UNTIL=20270511T000000Z\n";
    let main = own("a", "a", "0503T180000", lines);
    for (id, start, dates, note) in [
        ("20270517T220000Z", "0517T190000", 5, "was read as a series of its own with new UIDs"),
        ("20270510T220000Z", "0510T190000", 2, "its rule was not followed, as it changes a date"),
    ] {
        let lines = format!("RECURRENCE-ID:{id}\nRRULE:FREQ=WEEKLY;COUNT=3\n");
        let (toml, said) = imported(&calendar(&(main.clone() + &own("a", "b", start, &lines))));
        assert_eq!(sessions(&toml).len(), dates, "{toml}");
        assert!(said.contains(note), "{said}");
    }
}

#[test]
fn only_the_dates_outside_the_years_of_a_file_are_left_out() {
    let text = "BEGIN:VEVENT\nUID:a\nSUMMARY:a\nDTSTART;VALUE=DATE:19300510\nRRULE:FREQ=YEARLY\nEND:VEVENT\n";
    let with = |from: &str| {
        let options = convene::import::Options { from: super::date(from), ..options() };
        imported_with(&calendar(text), &options)
    };
    let (toml, said) = with("1900-01-01");
    assert_eq!(sessions(&toml).len(), 59);
    assert!(
        said.contains("40 of its dates are not between 1970 and 2100; these were left out"),
        "{said}"
    );
    let (toml, said) = with("1970-01-01");
    assert_eq!(sessions(&toml).len(), 59);
    assert!(said.contains("40 sessions that were over before 1970-01-01 are left out"), "{said}");
}

#[test]
fn a_change_without_a_title_has_that_of_its_series() {
    let series = |title: &str| own("a", title, "0503T180000", "RRULE:FREQ=WEEKLY;COUNT=2\n");
    let change = own("a", "x", "0511T190000", "RECURRENCE-ID:20270510T220000Z\n");
    const NONE: &str = "it has no title; write one";
    const OF_SERIES: &str = "it has no title; that of its series was written";
    for (title, change_title, expected, note) in [
        ("Choir", None, "Choir", Some(OF_SERIES)),
        ("Choir", Some(""), "Choir", Some(OF_SERIES)),
        ("Choir", Some(" \\n "), "Choir", Some(OF_SERIES)),
        ("Choir", Some("\\,"), "Choir", Some(OF_SERIES)),
        ("Choir", Some("Concert"), "Concert", None),
        ("", None, "Without a title", Some(NONE)),
        ("", Some("Concert"), "Concert", Some(NONE)),
    ] {
        let line = change_title.map_or_else(String::new, |title| format!("SUMMARY:{title}\n"));
        let text = series(title) + &change.replace("SUMMARY:x\n", &line);
        let (toml, said) = imported(&calendar(&text));
        let all = sessions(&toml);
        let moved = format!("{expected} 2027-05-11T23:00Z/2027-05-12T00:00Z");
        assert!(all.contains(&moved), "{title} {change_title:?}: {all:?}");
        assert_eq!(said.lines().count(), usize::from(note.is_some()), "{said}");
        assert!(note.is_none_or(|note| said.ends_with(note)), "{title} {change_title:?}: {said}");
    }
}
