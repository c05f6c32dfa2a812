//! Faults of real calendars, each a file in `tests/import/`, with the sessions and notes that an organizer expects.

use convene::model::When;
use convene::zone::Rules;

use super::{NOW, catalog, options, read};
use crate::support::instant;

/// The name of a calendar, its sessions, and texts that the file or the notes contain.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

const CASES: [Case; 37] = [
    ("a-day-and-two-hours", &["Vigil 2027-03-13T17:00Z/2027-03-14T18:00Z"], &[]),
    (
        "apple-place-with-semicolon",
        &["Office hour 2027-05-22T08:30Z/2027-05-22T08:40Z"],
        &["place = { name = \"Rathausplatz 1; 1010 Wien\", latitude = 48.21, longitude = 16.35 }"],
    ),
    (
        "born-in-1930",
        &[
            "Birthday of our founder 2026-05-10/2026-05-10",
            "Birthday of our founder 2027-05-10/2027-05-10",
            "Birthday of our founder 2028-05-10/2028-05-10",
        ],
        &["96 sessions that were over before 2025-11-25 are left out"],
    ),
    (
        "change-of-a-removed-date",
        &["Series 2027-01-04/2027-01-04", "Series 2027-01-11/2027-01-11"],
        &["\"Old change\": it was left out, as a newer version of its series leaves this date out"],
    ),
    (
        "change-without-a-title",
        &[
            "Queen 2027-01-04/2027-01-04",
            "Queen 2027-01-12/2027-01-12",
            "Queen 2027-01-18/2027-01-18",
        ],
        &["it has no title; that of its series was written"],
    ),
    (
        "changed-and-then-deleted",
        &["Duty week 2027-05-03/2027-05-07", "Duty week 2027-05-17/2027-05-21"],
        &["a newer version of its series leaves this date out"],
    ),
    (
        "count-of-minus-one",
        &[
            "Shift 2027-04-06T22:00Z/2027-04-06T23:00Z",
            "Shift 2027-04-13T22:00Z/2027-04-13T23:00Z",
            "Shift 2027-04-20T22:00Z/2027-04-20T23:00Z",
            "Shift 2027-04-27T22:00Z/2027-04-27T23:00Z",
        ],
        &[],
    ),
    (
        "date-left-out-and-changed",
        &[
            "Moved 2027-01-12/2027-01-12",
            "Series 2027-01-04/2027-01-04",
            "Series 2027-01-18/2027-01-18",
        ],
        &["\"Moved\": its series leaves this date out; it was written all the same; check it"],
    ),
    ("date-with-z", &["Camp 2027-02-04/2027-02-05", "Camp two 2027-03-04/2027-03-05"], &[]),
    (
        "entities-in-a-description",
        &["Soup & talk 2027-04-15T15:00Z/2027-04-15T17:30Z"],
        &["description = \"Soup & bread – Würzburg style\"", "place = { name = \"Café Nord\" }"],
    ),
    (
        "event-in-an-unknown-component",
        &[
            "Inner 2027-01-05T09:00Z/2027-01-05T09:30Z",
            "Last 2027-01-06T09:00Z/2027-01-06T09:30Z",
            "Outer 2027-01-04T09:00Z/2027-01-04T09:30Z",
        ],
        &[],
    ),
    (
        "every-90-minutes",
        &[
            "Every 90 minutes 2027-01-04T09:00Z/2027-01-04T09:30Z",
            "Every 90 minutes 2027-01-04T10:30Z/2027-01-04T11:00Z",
            "Every 90 minutes 2027-01-04T12:00Z/2027-01-04T12:30Z",
            "Every 90 minutes 2027-01-04T13:30Z/2027-01-04T14:00Z",
        ],
        &[],
    ),
    (
        "exception-date-at-midnight",
        &[
            "Circle 2027-05-03T22:00Z/2027-05-03T23:00Z",
            "Circle 2027-05-17T22:00Z/2027-05-17T23:00Z",
            "Circle 2027-05-24T22:00Z/2027-05-24T23:00Z",
        ],
        &["its left-out date `20270510T000000` is at midnight, when it has no session"],
    ),
    (
        "exception-of-an-event-left-out",
        &[
            "Circle, moved 2027-05-11T18:00Z/2027-05-11T19:00Z",
            "Open day 2027-06-01T10:00Z/2027-06-01T11:00Z",
        ],
        &["\"Circle\": its time has no zone, and it was left out"],
    ),
    (
        "gmt-with-summer-time",
        &["Opening talk 2027-07-23T09:20Z/2027-07-23T09:50Z"],
        &["the file has its own rules for `GMT`; its time was read as `Europe/London`"],
    ),
    (
        "hourly-over-a-skipped-hour",
        &[
            "Hourly 2027-03-27T23:00Z/2027-03-27T23:30Z",
            "Hourly 2027-03-28T00:00Z/2027-03-28T00:30Z",
            "Hourly 2027-03-28T01:00Z/2027-03-28T01:30Z",
            "Hourly 2027-03-28T02:00Z/2027-03-28T02:30Z",
            "Hourly 2027-03-28T03:00Z/2027-03-28T03:30Z",
        ],
        &[],
    ),
    (
        "left-out-date-of-no-session",
        &[
            "Series 2027-01-04T09:00Z/2027-01-04T10:00Z",
            "Series 2027-01-11T09:00Z/2027-01-11T10:00Z",
            "Series 2027-01-18T09:00Z/2027-01-18T10:00Z",
        ],
        &["its left-out date `20270111T100000Z` is not one of its dates"],
    ),
    (
        "line-breaks-that-are-not-escaped",
        &["Workshop 2027-04-15T15:00Z/2027-04-15T17:30Z"],
        &[
            "We meet in the hall.\n\nBring a friend, and something to eat!\\\nThe door is open from ten.",
            "\"Workshop\": the line breaks in its description are not escaped; 2 lines were put back",
        ],
    ),
    (
        "link-and-room",
        &["Talk 2027-04-15T15:00Z/2027-04-15T17:30Z"],
        &["join = \"https://us02web.zoom.us/j/123?pwd=a\"\nplace = { name = \"Room 4\" }"],
    ),
    (
        "link-only-in-the-html",
        &["Talk 2027-04-15T15:00Z/2027-04-15T17:30Z"],
        &["register = \"https://x.example/register\""],
    ),
    (
        "one-byte-that-is-not-utf-8",
        &[
            "Café des amis 2027-01-01T10:00Z/2027-01-01T11:00Z",
            "Fête à Genève – déjà vu 2027-01-02T10:00Z/2027-01-02T11:00Z",
        ],
        &["line 8: 1 line is not UTF-8"],
    ),
    (
        "one-uid-for-several-events",
        &[
            "Choir 2027-03-16T22:00Z/2027-03-16T23:00Z",
            "Film night 2027-03-02T23:00Z/2027-03-03T00:00Z",
            "Garden day 2027-03-09T23:00Z/2027-03-10T00:00Z",
        ],
        &[
            "uid = \"0@site.example\"",
            "\"Garden day\", \"Choir\": its UID is also that of \"Film night\", and neither is a newer",
        ],
    ),
    (
        "quoted-printable",
        &["Workshop 2027-04-15T15:00Z/2027-04-15T17:30Z"],
        &["Come to the café\\\nBring a friend"],
    ),
    (
        "rdate-of-days-in-a-timed-series",
        &["Bad period 2027-01-04T09:00Z/2027-01-04T09:30Z"],
        &["its further date `20270104/20270105` cannot be read, and was left out"],
    ),
    (
        "rdate-that-is-a-date-with-z",
        &[
            "Anniversary 2026-12-10/2026-12-10",
            "Anniversary 2027-12-10/2027-12-10",
            "Anniversary 2028-12-10/2028-12-10",
        ],
        &[],
    ),
    (
        "rule-of-exceptions",
        &[
            "Circle 2027-05-10T22:00Z/2027-05-10T23:00Z",
            "Circle 2027-05-24T22:00Z/2027-05-24T23:00Z",
        ],
        &[],
    ),
    (
        "series-marked-as-exception",
        &[
            "Reading group 2027-04-06T22:00Z/2027-04-06T23:00Z",
            "Reading group 2027-04-13T22:00Z/2027-04-13T23:00Z",
            "Reading group 2027-04-20T22:00Z/2027-04-20T23:00Z",
            "Reading group 2027-04-27T22:00Z/2027-04-27T23:00Z",
        ],
        &["its RECURRENCE-ID was ignored, as it has a rule of its own"],
    ),
    (
        "this-and-all-that-follow",
        &[
            "Circle 2027-05-03T22:00Z/2027-05-03T23:00Z",
            "Circle 2027-05-10T22:00Z/2027-05-10T23:00Z",
            "Circle 2027-05-17T23:30Z/2027-05-18T00:30Z",
            "Circle 2027-05-24T23:30Z/2027-05-25T00:30Z",
        ],
        &[],
    ),
    (
        "times-without-zone-beside-one-vtimezone",
        &["Assembly 2027-04-15T09:00Z/2027-04-15T11:30Z"],
        &["its time has no zone; it was read as `Europe/Berlin`, the only zone of the file"],
    ),
    (
        "title-with-a-comma-at-its-end",
        &["Reading, writing, 2027-01-01T10:00Z/2027-01-01T11:00Z"],
        &[],
    ),
    (
        "uid-with-blanks",
        &["Workshop 2027-04-15T15:00Z/2027-04-15T17:30Z"],
        &["uid = \"2027-04-15 11:00:00_160@site.example\""],
    ),
    (
        "whole-day-moved-by-exchange",
        &[
            "Stall in the market 2027-05-06/2027-05-06",
            "Stall in the market 2027-05-14/2027-05-14",
            "Stall in the market 2027-05-20/2027-05-20",
        ],
        &[],
    ),
    (
        "whole-day-until-by-exchange",
        &[
            "Clean-up day 2027-04-06/2027-04-06",
            "Clean-up day 2027-04-13/2027-04-13",
            "Clean-up day 2027-04-20/2027-04-20",
            "Clean-up day 2027-04-27/2027-04-27",
            "Planning 2027-04-01T16:00Z/2027-04-01T17:00Z",
        ],
        &[],
    ),
    ("whole-days-ending-at-midnight", &["Camp 2027-07-24/2027-07-26"], &[]),
    ("zone-by-display-name", &["Town hall 2027-07-15T14:00Z/2027-07-15T15:00Z"], &[]),
    (
        "zone-by-display-name-with-and",
        &["Eastern 2027-07-06T16:00Z/2027-07-06T17:00Z"],
        &["was read as `America/New_York`"],
    ),
    ("zone-name-with-commas", &["Garden meeting 2027-06-15T08:00Z/2027-06-15T09:00Z"], &[]),
];

/// Returns the sessions of a file in the order of their titles: title, start and end in UTC, or the first and the last
/// day.
pub(super) fn sessions(toml: &str) -> Vec<String> {
    let mut all: Vec<String> = catalog(toml)
        .sessions
        .iter()
        .map(|session| {
            let times = match &session.when {
                When::AllDay(days) => format!("{}/{}", days.first, days.last),
                When::Timed(_) => {
                    let [start, end] = [session.when.start(), session.when.end()]
                        .map(|at| at.format("%Y-%m-%dT%H:%MZ").to_string());
                    format!("{start}/{end}")
                }
            };
            format!("{} {times}", session.title)
        })
        .collect();
    all.sort();
    all
}

#[test]
fn faults_of_real_calendars_cost_no_session_and_no_hour() {
    let mut wrong = Vec::new();
    for (name, expected, contained) in CASES {
        let bytes = std::fs::read(format!("tests/import/{name}.ics")).unwrap();
        let imported = read(&bytes, &options(), &Rules::bundled()).unwrap();
        let got = sessions(&imported.toml);
        let notes: Vec<String> = imported.notes.iter().map(ToString::to_string).collect();
        let notes = notes.join("\n");
        let said = format!("{}\n{notes}", imported.toml);
        let missing: Vec<_> = contained.iter().filter(|text| !said.contains(**text)).collect();
        if got != expected || !missing.is_empty() {
            wrong.push(format!("{name}: {got:#?}\nmissing: {missing:#?}\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n\n"));
}

#[test]
fn a_session_in_a_zone_with_the_rules_of_another_is_at_the_hour_of_the_file() {
    let bytes = std::fs::read("tests/import/zone-with-rules-of-another.ics").unwrap();
    let imported = read(&bytes, &options(), &Rules::bundled()).unwrap();
    let expected = [
        "Book club 2027-04-13T18:00Z/2027-04-13T19:00Z",
        "Book club 2027-06-13T18:00Z/2027-06-13T19:00Z",
        "Book club, later 2027-05-21T18:00Z/2027-05-21T19:00Z",
    ];
    assert_eq!(sessions(&imported.toml), expected);
    let note = "the file has its own rules for `Europe/lisbon`";
    assert!(imported.notes.iter().any(|own| own.text.contains(note)), "{:?}", imported.notes);
}

#[test]
fn a_daily_event_of_fifty_years_has_its_latest_dates() {
    let bytes = std::fs::read("tests/import/every-day-since-1972.ics").unwrap();
    let imported = read(&bytes, &options(), &Rules::bundled()).unwrap();
    let got = sessions(&imported.toml);
    assert_eq!(got.len(), 1_000);
    assert!(got.iter().any(|own| own.contains("2028-11-25T23:00Z")), "{:?}", got.last());
    assert!(instant("2026-02-01T00:00:00Z") < instant(NOW), "the first is later than a year ago");
}
