//! Dates of repeating events: those that are left out, changed, further, skipped by a clock or past.

use super::cases::sessions;
use super::series::{own, starts};
use super::{calendar, date, event, imported, imported_with, options};

#[test]
fn a_date_is_left_out_however_it_is_named() {
    for line in [
        "EXDATE;TZID=America/New_York:20270510T180000",
        "EXDATE:20270510T220000Z",
        "EXDATE;TZID=Europe/Berlin:20270511T000000",
        "EXDATE;TZID=America/New_York:20270510T000000",
        "EXDATE:20270510T000000",
        "EXDATE;VALUE=DATE:20270510",
        "EXDATE:20270510",
        "EXDATE:20270510Z",
        "EXDATE:20260101T000000Z,,20270510T220000Z,",
        "EXRULE:FREQ=WEEKLY;INTERVAL=52;COUNT=1;UNTIL=20270511\nEXDATE:20270510",
    ] {
        let text = own("a", "a", "0503T180000", &format!("RRULE:FREQ=WEEKLY;COUNT=3\n{line}\n"));
        let (toml, said) = imported(&calendar(&text));
        let expected: &[&str] = match line.starts_with("EXRULE") {
            true => &["05-17T18:00:00"],
            false => &["05-03T18:00:00", "05-17T18:00:00"],
        };
        assert_eq!(starts(&toml), expected, "{line}: {said}");
        let note = match line.ends_with(":20270510T000000") {
            true => {
                "line 3: \"a\": its left-out date `20270510T000000` is at midnight, when it has no \
                     session; the session of that day was left out; check it"
            }
            false => "",
        };
        assert_eq!(said, note, "{line}");
    }
}

#[test]
fn dates_that_cannot_be_read_are_noted_with_the_first() {
    for (line, note) in [
        ("EXDATE:soon", "its left-out date `soon` cannot be read, and was left out"),
        ("RDATE:20271301T180000Z", "its further date `20271301T180000Z` cannot be read"),
        (
            "RDATE:a,b,20270504T180000Z,c",
            "3 values of its further dates cannot be read, such as `a`, and were left out",
        ),
        ("RDATE;VALUE=PERIOD:a/b", "its further date `a/b` cannot be read"),
        (
            "RDATE;VALUE=PERIOD:20270602/20270603",
            "its further date `20270602/20270603` cannot be read",
        ),
        ("RDATE;VALUE=PERIOD:20270602/PT2H", "its further date `20270602/PT2H` cannot be read"),
        ("RDATE;VALUE=PERIOD:20270602T180000Z/soon", "`20270602T180000Z/soon` cannot be read"),
        ("RDATE;VALUE=PERIOD:20270602T180000Z/PT0S", "`20270602T180000Z/PT0S` cannot be read"),
    ] {
        let (toml, said) = imported(&event(&format!("{line}\n")));
        assert!(said.contains(note), "{line}: {said}");
        let further = usize::from(line.contains(",20270504T180000Z,"));
        assert_eq!(sessions(&toml).len(), 1 + further, "{line}: {toml}");
    }
}

#[test]
fn a_left_out_date_near_the_dates_of_a_series_and_none_of_them_is_noted() {
    let weekly = |lines: &str| own("a", "a", "0503T180000", lines);
    let rule = "RRULE:FREQ=WEEKLY;COUNT=3";
    for (lines, note) in [
        // Another hour, another day, and the days around the first and the last date.
        (format!("{rule}\nEXDATE:20270510T180000Z"), Some("20270510T180000Z")),
        (format!("{rule}\nEXDATE;TZID=Europe/Berlin:20270510T180000"), Some("20270510T180000")),
        (format!("{rule}\nEXDATE;VALUE=DATE:20270511"), Some("20270511")),
        (format!("{rule}\nEXDATE:20270511T000000"), Some("20270511T000000")),
        (format!("{rule}\nEXDATE:20270503T180000Z"), Some("20270503T180000Z")),
        (format!("{rule}\nEXDATE:20270518T180000Z"), Some("20270518T180000Z")),
        (format!("{rule}\nEXDATE:20270510T220000Z\nEXDATE:20270511"), Some("20270511")),
        // A date that the series had once, and dates that are not written anyway.
        (format!("{rule}\nEXDATE:20270524T220000Z"), None),
        (format!("{rule}\nEXDATE:20270426T220000Z"), None),
        ("RRULE:FREQ=WEEKLY\nEXDATE:20300101T000000Z".to_owned(), None),
        ("RRULE:FREQ=SECONDLY\nEXDATE:20270510T220000Z".to_owned(), None),
    ] {
        let (toml, said) = imported(&calendar(&weekly(&format!("{lines}\n"))));
        let note = note.map(|date| {
            format!(
                "line 3: \"a\": its left-out date `{date}` is not one of its dates, so no session was \
                 left out; check its dates"
            )
        });
        match note {
            Some(note) => assert_eq!(said, note, "{lines}"),
            None => assert!(!said.contains("left-out date"), "{lines}: {said}"),
        }
        if lines.starts_with(rule) {
            let left_out = usize::from(lines.contains("20270510T220000Z"));
            assert_eq!(starts(&toml).len(), 3 - left_out, "{lines}");
        }
    }
    let several = format!("{rule}\nEXDATE:20270511,20270512\nEXDATE:20270513\n");
    let (_, said) = imported(&calendar(&weekly(&several)));
    let note = "3 of its left-out dates are not among its dates, such as `20270511`, so no session was \
                left out for them; check its dates";
    assert!(said.contains(note), "{said}");
}

#[test]
fn several_left_out_midnights_are_one_note() {
    let lines = "RRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20270503T000000,20270510T000000\n";
    let (toml, said) = imported(&calendar(&own("a", "a", "0503T180000", lines)));
    assert_eq!(starts(&toml), ["05-17T18:00:00"]);
    let note = "2 of its left-out dates are at midnight, when it has no session, such as \
                `20270503T000000`; the sessions of those days were left out; check them";
    assert!(said.contains(note), "{said}");
}

#[test]
fn a_change_of_a_date_that_is_left_out_or_missing_is_left_out_if_older_and_noted() {
    const OLDER: &str = "it was left out, as a newer version of its series leaves this date out";
    const LEFT_OUT: &str = "its series leaves this date out; it was written all the same; check it";
    const MISSING: &str =
        "its series does not have the date that it changes; it was written all the same; check it";
    for (id, is_older, note) in [
        // A date of the series, one that it leaves out, one of another day or hour, one after its end.
        ("20270503T220000Z", true, None),
        ("20270503T220000Z", false, None),
        ("20270510T220000Z", true, Some(OLDER)),
        ("20270510T220000Z", false, Some(LEFT_OUT)),
        ("20270511T220000Z", true, Some(OLDER)),
        ("20270511T220000Z", false, Some(MISSING)),
        ("20270503T180000Z", true, Some(OLDER)),
        ("20270503T180000Z", false, Some(MISSING)),
        ("20270531T220000Z", true, Some(OLDER)),
        ("20270531T220000Z", false, Some(MISSING)),
    ] {
        let lines = "SEQUENCE:2\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20270510T220000Z\n";
        let series = own("a", "a", "0503T180000", lines);
        for sequence in if is_older { [0, 1] } else { [2, 3] } {
            let lines = format!("SEQUENCE:{sequence}\nRECURRENCE-ID:{id}\n");
            let change = own("a", "change", "0601T120000", &lines);
            let (toml, said) = imported(&calendar(&(series.clone() + &change)));
            let note = note.map(|note| format!("line 12: \"change\": {note}")).unwrap_or_default();
            assert_eq!(said, note, "{id} {sequence}");
            let is_written = !note.ends_with(OLDER);
            assert_eq!(toml.contains("title = \"change\""), is_written, "{id} {sequence}: {toml}");
        }
    }
}

#[test]
fn a_change_of_a_date_that_was_not_computed_is_written_without_a_note() {
    let change = |lines: &str, id: &str, start: &str| {
        let series = own("a", "a", "0503T180000", &format!("SEQUENCE:2\n{lines}\n"));
        let change = own("a", "change", start, &format!("SEQUENCE:1\nRECURRENCE-ID:{id}\n"));
        imported(&calendar(&(series + &change)))
    };
    for (lines, id) in
        [("RRULE:FREQ=WEEKLY", "20300506T220000Z"), ("RRULE:FREQ=SECONDLY", "20270510T220000Z")]
    {
        let (toml, said) = change(lines, id, "0601T120000");
        assert!(toml.contains("title = \"change\""), "{lines}: {toml}");
        assert!(!said.contains("\"change\""), "{lines}: {said}");
    }
    // A change of the past is one of the sessions that were over, and says nothing.
    for sequence in [0, 1] {
        let series = own("a", "a", "0503T180000", "SEQUENCE:1\nRRULE:FREQ=WEEKLY;COUNT=1\n");
        let lines = format!("SEQUENCE:{sequence}\nRECURRENCE-ID:20200511T220000Z\n");
        let change = own("a", "change", "0511T120000", &lines).replace(":20270511", ":20200511");
        let (_, said) = imported(&calendar(&(series + &change)));
        let note = "1 session that was over before 2025-11-25 is left out; `--from` with an earlier \
                    day includes more";
        assert_eq!(said, note, "{sequence}");
    }
}

#[test]
fn a_start_that_a_clock_skips_is_no_session_beside_another_at_the_same_instant() {
    for (zone, day, skipped, rules) in [
        ("Europe/Berlin", "0328", "02:00", 23),
        ("America/New_York", "0314", "02:00", 23),
        ("Australia/Lord_Howe", "1003", "02:00", 24),
        ("Africa/Nairobi", "0328", "", 24),
    ] {
        let event = |rule: &str| {
            let text = own("a", "a", &format!("{day}T000000"), &format!("RRULE:{rule}\n"));
            text.replace("America/New_York", zone).replace("PT1H", "PT10M")
        };
        let (toml, said) = imported(&calendar(&event("FREQ=HOURLY;COUNT=24")));
        let mut all = sessions(&toml);
        all.dedup();
        assert_eq!(all.len(), rules, "{zone}: {all:?}");
        assert_eq!(starts(&toml).len(), rules, "{zone}: {said}");
        let half = "FREQ=DAILY;COUNT=8;BYHOUR=1,2,3,4;BYMINUTE=0,30";
        let (toml, _) = imported(&calendar(&event(half)));
        let mut all = sessions(&toml);
        let written = all.len();
        all.dedup();
        assert_eq!(all.len(), written, "{zone}: {all:?}");
        // Alone it is a session, by the offset before the gap.
        if !skipped.is_empty() {
            let (toml, _) = imported(&calendar(&event("FREQ=DAILY;COUNT=2;BYHOUR=2")));
            assert_eq!(sessions(&toml).len(), 3, "{zone}: {toml}");
        }
    }
}

#[test]
fn sessions_that_were_over_are_counted_exactly() {
    // The first day, the days before `--from`, the days of the rule, and the hours between two dates.
    for (start, from, hours) in [
        ("20250101", "2026-01-01", 1),
        ("20250101", "2025-01-01", 1),
        ("20070409", "2026-01-01", 4),
        ("20070409", "1970-01-01", 4),
        ("20240229", "2026-11-24", 24),
        ("19900101", "2026-11-24", 12),
    ] {
        let first = date(&format!("{}-{}-{}", &start[..4], &start[4..6], &start[6..])).unwrap();
        let (day, last) = (date(from).unwrap(), date("2028-11-25").unwrap());
        let a_day = 24 / hours;
        let past = (day - first).num_days().max(0) * a_day;
        let all = ((last - first).num_days() + 1) * a_day;
        for (zone, length) in [("UTC", "PT30M"), ("America/Phoenix", "PT59M"), ("UTC", "PT1H")] {
            let lines = format!("RRULE:FREQ=HOURLY;INTERVAL={hours}\n");
            let text = own("a", "a", "", &lines)
                .replace("America/New_York:2027", &format!("{zone}:{start}T000000"))
                .replace("DURATION:PT1H", &format!("DURATION:{length}"));
            let options = convene::import::Options { from: Some(day), ..options() };
            let (toml, said) = imported_with(&calendar(&text), &options);
            // A session of an hour before midnight ends on the next day.
            let past = if length == "PT1H" && hours == 1 { (past - 1).max(0) } else { past };
            let written = (all - past).min(1_000);
            assert_eq!(sessions(&toml).len(), usize::try_from(written).unwrap(), "{said}");
            let over = format!("{past} sessions that were over before {from} are left out");
            assert_eq!(said.contains(&over), past > 0, "{past} {start} {from} {hours}: {said}");
            assert_eq!(said.contains("that were over"), past > 0, "{said}");
            let most = format!("it has {} dates; only the latest 1000 were written", all - past);
            assert_eq!(said.contains(&most), all - past > 1_000, "{all} {past}: {said}");
        }
    }
}

#[test]
fn a_changed_session_that_was_over_is_counted_once() {
    let series = own("a", "a", "", "RRULE:FREQ=DAILY;COUNT=10\n");
    let series = series.replace("New_York:2027", "New_York:20200101T180000");
    let (_, said) = imported(&calendar(&(series.clone() + &event_on("20270601"))));
    assert!(said.contains("10 sessions that were over"), "{said}");
    let change = own("a", "a", "", "RECURRENCE-ID;TZID=America/New_York:20200103T180000\n");
    let change = change.replace("New_York:2027", "New_York:20200104T120000");
    let (_, said) = imported(&calendar(&(series + &change + &event_on("20270601"))));
    assert!(said.contains("10 sessions that were over"), "{said}");
}

/// A single event on a day.
fn event_on(day: &str) -> String {
    format!("BEGIN:VEVENT\nUID:b\nSUMMARY:b\nDTSTART;VALUE=DATE:{day}\nEND:VEVENT\n")
}
