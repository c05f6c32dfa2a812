//! Calendars as apps read them: they have the announced times, one UID per session, and valid lines.

use convene::document::Kind;
use convene::publish::Published;

use crate::golden::cases;
use crate::readers::{At, Event, by_both, lines};
use crate::subscriber::Subscriber;
use crate::support::{BEFORE, EXAMPLE, Fixture, body, instant, list, session};

/// The example's sessions with their announced starts.
const ANNOUNCED: [(&str, &str, &str); 3] = [
    ("era-of-silos", "Building Solidarity in an Era of Silos", "2024-04-30T21:00:00Z"),
    (
        "countering-attacks",
        "Protecting Cross-Racial Solidarity: Countering Attacks on Each Other",
        "2024-09-26T19:00:00Z",
    ),
    ("beyond-elections", "Solidarity Beyond the Elections", "2024-11-14T17:00:00Z"),
];

/// Returns every calendar of a site: feeds and invites.
pub(crate) fn calendars(published: &Published) -> Vec<(String, Kind, String)> {
    let all = published.site.documents().filter_map(|(path, resource)| {
        let kind = resource.kind().filter(|kind| matches!(kind, Kind::Feed | Kind::Invite))?;
        let body = body(published, &path);
        Some((path, kind, body))
    });
    all.collect()
}

pub(crate) fn publish(toml: &str) -> Published {
    Fixture::new(toml).publish(BEFORE)
}

pub(crate) fn one(published: &Published, path: &str) -> Event {
    let mut events = by_both(&body(published, path)).events;
    assert_eq!(events.len(), 1, "{path}");
    events.remove(0)
}

#[test]
fn the_example_starts_when_it_was_announced_in_every_calendar_and_year() {
    let minutes = chrono::TimeDelta::minutes(90);
    for at in [BEFORE, "2024-10-01T00:00:00Z", "2026-11-23T00:00:00Z"] {
        let published = Fixture::new(EXAMPLE).publish(at);
        let announced: Vec<(String, At, At)> = ANNOUNCED
            .iter()
            .map(|(_, title, start)| {
                let start = instant(start);
                ((*title).to_owned(), At::Instant(start), At::Instant(start + minutes))
            })
            .collect();
        let seen = |event: Event| (event.summary, event.start, event.end);
        for path in ["/feeds/state-of-solidarity.ics", "/feeds/2024-series.ics"] {
            let read: Vec<_> =
                by_both(&body(&published, path)).events.into_iter().map(seen).collect();
            assert_eq!(read, announced, "{path} at {at}");
        }
        for ((id, ..), expected) in ANNOUNCED.iter().zip(&announced) {
            let read = seen(one(&published, &format!("/sessions/{id}.ics")));
            assert_eq!(read, *expected, "{id} at {at}");
        }
        assert_eq!(calendars(&published).len(), 5);
    }
}

#[test]
fn the_first_description_has_the_announced_time() {
    let published = publish(EXAMPLE);
    let expected = "Tuesday, April 30, 2024, 2 pm PT / 5 pm ET (21:00 UTC)\n\n";
    let feed = by_both(&body(&published, "/feeds/state-of-solidarity.ics"));
    assert!(feed.events[0].description.starts_with(expected), "{}", feed.events[0].description);
    let invite = one(&published, "/sessions/era-of-silos.ics");
    assert!(invite.description.starts_with(expected), "{}", invite.description);
    assert!(invite.rich.unwrap().contains("2 pm PT / 5 pm ET"));
}

#[test]
fn events_stand_by_start_and_uid() {
    let starts =
        ["2027-05-02T10:00:00", "2027-05-01T10:00:00", "2027-05-01T10:00:00", "2027-05-01"];
    let sessions: String = (0..12)
        .map(|index| {
            let start = starts[index % 4];
            session(
                &format!("s{index}"),
                start,
                if index % 4 == 3 { "duration = \"1d\"" } else { "" },
            )
        })
        .collect();
    let feed = by_both(&body(&publish(&list(&sessions)), "/feeds/test.ics"));
    let midnight = |at: At| match at {
        // This is midnight in New York in May.
        At::Day(day) => day.and_hms_opt(4, 0, 0).unwrap().and_utc(),
        At::Instant(instant) => instant,
    };
    let order: Vec<_> = feed.events.iter().map(|e| (midnight(e.start), e.uid.clone())).collect();
    assert_eq!(order.len(), 12);
    assert!(order.is_sorted(), "{order:#?}");
}

#[test]
fn a_session_has_one_uid_in_all_calendars_and_no_other_has_it() {
    for case in cases() {
        let published = publish(&std::fs::read_to_string(case.join("sessions.toml")).unwrap());
        // All dates of a repeating session have the same title.
        let mut by_title = std::collections::BTreeMap::new();
        for (path, _, calendar) in calendars(&published) {
            let events = by_both(&calendar).events;
            let uids: std::collections::BTreeSet<_> = events.iter().map(|e| &e.uid).collect();
            assert_eq!(uids.len(), events.len(), "{path}");
            for event in events {
                let title = (event.summary, event.start);
                let known = by_title.entry(title).or_insert_with(|| event.uid.clone());
                assert_eq!(*known, event.uid, "{path}");
            }
        }
        let sessions = published.site.edition().catalog.sessions.len();
        let uids: std::collections::BTreeSet<_> = by_title.values().collect();
        assert_eq!((by_title.len(), uids.len()), (sessions, sessions), "{case:?}");
    }
}

#[test]
fn every_calendar_keeps_the_rules_of_bytes_and_declares_its_zones_once() {
    for case in cases() {
        let published = publish(&std::fs::read_to_string(case.join("sessions.toml")).unwrap());
        for (path, _, calendar) in calendars(&published) {
            // `lines` checks CR LF, 75 octets, and the absence of control characters.
            let own = lines(&calendar);
            assert_eq!(calendar.matches('\n').count(), calendar.matches("\r\n").count(), "{path}");
            assert_eq!(calendar.matches('\r').count(), calendar.matches("\r\n").count(), "{path}");
            let mut open = Vec::new();
            for line in &own {
                if let Some(name) = line.strip_prefix("BEGIN:") {
                    open.push(name);
                } else if let Some(name) = line.strip_prefix("END:") {
                    assert_eq!(open.pop(), Some(name), "{path}");
                }
            }
            assert!(open.is_empty(), "{path}: {open:?}");
            let mut declared: Vec<&str> =
                own.iter().filter_map(|line| line.strip_prefix("TZID:")).collect();
            let mut used: Vec<&str> = own
                .iter()
                .filter_map(|line| line.split_once(";TZID=")?.1.split_once(':'))
                .map(|(tzid, _)| tzid)
                .collect();
            used.sort_unstable();
            used.dedup();
            declared.sort_unstable();
            let events = own.iter().any(|line| line == "BEGIN:VEVENT");
            assert!(declared == used || !events && declared.len() == 1, "{path}: {declared:?}");
            let floating = |line: &&String| {
                (line.starts_with("DTSTART:2") || line.starts_with("DTEND:2"))
                    && !line.ends_with('Z')
            };
            let first_event = own.iter().position(|l| l == "BEGIN:VEVENT").unwrap_or(own.len());
            assert_eq!(own[first_event..].iter().find(floating), None, "{path}");
        }
    }
}

#[test]
#[ignore = "needs vdirsyncer and khal"]
fn a_reader_in_berlin_who_syncs_with_vdirsyncer_sees_the_hours_in_khal() {
    let fixture = Fixture::new(EXAMPLE);
    let running = fixture.serve(&["--at", BEFORE]);
    for feed in ["state-of-solidarity", "2024-series"] {
        let reader = Subscriber::in_berlin(&fixture.dir().join(feed));
        reader.sync(&format!("http://{}/feeds/{feed}.ics", running.address));
        assert_eq!(reader.entries(), 3, "{feed}");
        assert_eq!(
            reader.listed("2024-01-01", 366),
            [
                "2024-04-30 23:00 2024-05-01 00:30 Building Solidarity in an Era of Silos CONFIRMED",
                "2024-09-26 21:00 2024-09-26 22:30 \
                 Protecting Cross-Racial Solidarity: Countering Attacks on Each Other CONFIRMED",
                "2024-11-14 18:00 2024-11-14 19:30 Solidarity Beyond the Elections CONFIRMED",
            ],
            "{feed}"
        );
    }
}
