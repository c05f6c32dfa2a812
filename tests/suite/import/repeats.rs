//! Recurring events that become one table with `repeat`.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, TimeDelta};
use convene::import::Options;
use convene::model::{Session, When};
use convene::zone::Rules;
use rrule::RRuleSet;

use super::{NOW, calendar, catalog, date, imported_with, options};
use crate::support::{Fixture, Random};

/// Members of the kind of events that recur.
const MEMBERS: u64 = 200;

/// A recurring event, and the events that it stands for.
struct Recurring {
    /// The event, with the changes of its dates.
    calendar: String,
    /// An event of its own for each date.
    singles: String,
    dates: usize,
    /// The UIDs of its dates.
    uids: BTreeSet<String>,
}

/// An event with a start.
fn event(uid: &str, zone: &str, start: NaiveDateTime, lines: &str) -> String {
    format!("BEGIN:VEVENT\nUID:{uid}\nDTSTART{}\n{lines}END:VEVENT\n", stamp(zone, start))
}

/// A wall-clock time as the value of a property, with its parameters. The zone of whole days is empty.
fn stamp(zone: &str, at: NaiveDateTime) -> String {
    match zone {
        "" => format!(";VALUE=DATE:{}", at.format("%Y%m%d")),
        "UTC" => format!(":{}Z", at.format("%Y%m%dT%H%M%S")),
        _ => format!(";TZID={zone}:{}", at.format("%Y%m%dT%H%M%S")),
    }
}

/// Returns a rule that has the start.
fn rule(random: &mut Random, start: NaiveDateTime) -> String {
    const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let weekday = WEEKDAYS[start.weekday().num_days_from_monday() as usize];
    let interval = 1 + random.below(3);
    let rule = match random.below(7) {
        0 => format!("DAILY;INTERVAL={interval}"),
        1 => format!("WEEKLY;INTERVAL={interval}"),
        2 | 3 => {
            let other = WEEKDAYS[random.below(7) as usize];
            format!("WEEKLY;INTERVAL={interval};BYDAY={weekday},{other}")
        }
        4 => format!("MONTHLY;INTERVAL={interval}"),
        5 if start.day() > 24 => format!("MONTHLY;BYDAY=-1{weekday}"),
        5 => format!("MONTHLY;BYDAY={}{weekday}", (start.day() - 1) / 7 + 1),
        _ => format!("YEARLY;INTERVAL={interval}"),
    };
    let most = if rule.starts_with("YEARLY") { 12 } else { 25 };
    format!("FREQ={rule};COUNT={}", 6 + random.below(most))
}

impl Recurring {
    fn member(random: &mut Random) -> Self {
        let zones = ["America/New_York", "Europe/Berlin", "Asia/Tokyo", "UTC", ""];
        let zone = zones[random.below(5) as usize];
        let day = NaiveDate::from_ymd_opt(2027, 1, 1).unwrap()
            + TimeDelta::days(random.below(365) as i64);
        let minutes = match zone {
            "" => 0,
            _ => [0, 150, 570, 1080, 1395][random.below(5) as usize],
        };
        let start = day.and_hms_opt(0, 0, 0).unwrap() + TimeDelta::minutes(minutes);
        let length = if zone.is_empty() { "DURATION:P1D\n" } else { "DURATION:PT90M\n" };
        let texts = |title: &str| format!("{length}SUMMARY:{title}\nDESCRIPTION:About tea.\n");
        let rule = rule(random, start);
        let set = format!("DTSTART:{}Z\nRRULE:{rule}", start.format("%Y%m%dT%H%M%S"));
        let of_rule = set.parse::<RRuleSet>().unwrap().all(100).dates;
        let of_rule: BTreeSet<NaiveDateTime> = of_rule.iter().map(|at| at.naive_utc()).collect();
        let mut lines = format!("{}RRULE:{rule}\n", texts("Tea"));
        let (mut changes, mut singles) = (String::new(), String::new());
        let mut planned = Vec::new();
        let mut left_out = of_rule.len() / 4;
        let mut changed = of_rule.len() / 5;
        for at in &of_rule {
            let (mut own, mut title, mut status) = (*at, "Tea", "");
            match random.below(12) {
                0 if left_out > 0 => {
                    left_out -= 1;
                    lines += &format!("EXDATE{}\n", stamp(zone, *at));
                    continue;
                }
                1 if changed > 0 => own += TimeDelta::days(1),
                2 if changed > 0 && !zone.is_empty() => own += TimeDelta::minutes(45),
                3 if changed > 0 => status = "STATUS:CANCELLED\n",
                4 if changed > 0 => title = "Coffee",
                _ => {}
            }
            let more = format!("{}{status}", texts(title));
            if (own, title, status) != (*at, "Tea", "") {
                changed -= 1;
                let id = format!("RECURRENCE-ID{}\n{more}", stamp(zone, *at));
                changes += &event("a", zone, own, &id);
            }
            singles += &event(&planned.len().to_string(), zone, own, &more);
            planned.push(*at);
        }
        if random.below(4) == 0 {
            let at = of_rule.last().copied().unwrap() - TimeDelta::days(1);
            if !of_rule.contains(&at) {
                lines += &format!("RDATE{}\n", stamp(zone, at));
                singles += &event(&planned.len().to_string(), zone, at, &texts("Tea"));
                planned.push(at);
            }
        }
        planned.sort_unstable();
        let form = if zone.is_empty() { "%Y%m%d" } else { "%Y%m%dT%H%M%S" };
        let uids = planned.iter().enumerate().map(|(index, at)| match index {
            0 => "a".to_owned(),
            _ => format!("a/{}", at.format(form)),
        });
        Self {
            calendar: calendar(&(event("a", zone, start, &lines) + &changes)),
            singles: calendar(&singles),
            dates: planned.len(),
            uids: uids.collect(),
        }
    }
}

/// Returns the values of each session that calendars show.
fn shown(toml: &str) -> Vec<String> {
    let shown = |session: Session| {
        let times = match session.when {
            When::AllDay(days) => format!("{} {}", days.first, days.last),
            When::Timed(timed) => {
                format!("{} {} {:?}", timed.start.instant, timed.end.instant, timed.zone.name())
            }
        };
        let texts = (session.title, session.description, session.status, session.place);
        format!("{times} {texts:?}")
    };
    let mut all: Vec<String> = catalog(toml).sessions.into_iter().map(shown).collect();
    all.sort_unstable();
    all
}

/// Returns the UIDs that a first publication gives.
fn uids(toml: &str) -> BTreeSet<String> {
    let published = Fixture::new(toml).publish(NOW);
    let edition = published.site.edition();
    let sessions = edition.catalog.sessions.iter();
    sessions.map(|session| edition.revision(session).uid.clone()).collect()
}

/// Returns options that include every date.
fn until_2099() -> Options<'static> {
    Options { until: date("2099-12-31"), from: date("1970-01-01"), ..options() }
}

#[test]
fn recurring_events_give_the_sessions_that_an_event_for_each_date_gives() {
    let mut random = Random(20);
    let zone = Some(Rules::bundled().zone("America/New_York").unwrap());
    let options = Options { zone, ..until_2099() };
    let (mut repeats, mut lines, mut lines_of_singles) = (0, Vec::new(), 0);
    for member in 0..MEMBERS {
        let Recurring { calendar, singles, dates, uids: expected } = Recurring::member(&mut random);
        let (toml, said) = imported_with(&calendar, &options);
        let (single, _) = imported_with(&singles, &options);
        assert_eq!(shown(&toml), shown(&single), "{member}: {said}\n{calendar}\n{toml}");
        assert_eq!(shown(&toml).len(), dates, "{member}: {calendar}");
        lines_of_singles += single.lines().count();
        if toml.contains("\nrepeat = ") {
            repeats += 1;
            lines.push(toml.lines().count());
            if member % 8 == 0 && !calendar.contains("Z\nDURATION") {
                assert_eq!(uids(&toml), expected, "{member}: {calendar}\n{toml}");
            }
        }
    }
    lines.sort_unstable();
    let median = lines[lines.len() / 2];
    assert!(repeats > 150, "{repeats}");
    assert!(median < 30, "{median} lines of {lines_of_singles}");
}

/// A weekly event of two years, with a date that is left out, one that is moved and one that is cancelled.
fn weekly(more: &str) -> String {
    let at = |day: &str| stamp("Europe/Berlin", format!("{day}T18:00:00").parse().unwrap());
    let on = |day: &str, lines: &str| {
        format!(
            "BEGIN:VEVENT\nUID:a\nDTSTART{}\nDURATION:PT1H\nSUMMARY:Tea\n{lines}END:VEVENT\n",
            at(day)
        )
    };
    let id = |day: &str| format!("RECURRENCE-ID{}\n", at(day));
    let rule = format!("RRULE:FREQ=WEEKLY;COUNT=104\nEXDATE{}\n{more}", at("2027-05-18"));
    let moved = on("2027-05-26", &(id("2027-05-25") + more));
    let cancelled = on("2027-06-01", &format!("{}STATUS:CANCELLED\n{more}", id("2027-06-01")));
    calendar(&[on("2027-05-04", &rule), moved, cancelled].concat())
}

#[test]
fn a_weekly_event_of_two_years_is_one_table_with_its_text_once() {
    let (toml, _) = imported_with(&weekly("DESCRIPTION:Bring a cup.\n"), &until_2099());
    let (_, tables) = toml.split_once("\n\n[[sessions]]\n").unwrap();
    assert_eq!(
        tables,
        "id = \"tea\"\ntitle = \"Tea\"\nstart = 2027-05-04T18:00:00\nend = 2027-05-04T19:00:00\n\
         repeat = { every = \"week\", until = 2029-04-24 }\nexcept = [2027-05-18]\nuid = \"a\"\n\
         description = \"Bring a cup.\"\n\n\
         [[sessions]]\nid = \"tea-2027-05-25\"\nstart = 2027-05-26T18:00:00\nend = 2027-05-26T19:00:00\n\n\
         [[sessions]]\nid = \"tea-2027-06-01\"\nstatus = \"cancelled\"\n"
    );
}

#[test]
fn published_dates_keep_their_uids_when_the_calendar_is_imported_again() {
    let (toml, _) = imported_with(&weekly(""), &until_2099());
    // The tables that the release before wrote.
    let dates = ["2027-05-04", "2027-05-11", "2027-05-25"];
    let single = |(index, day): (usize, &&str)| {
        let uid = match index {
            0 => "a".to_owned(),
            _ => format!("a/{}T180000", day.replace('-', "")),
        };
        format!(
            "\n[[sessions]]\nid = \"tea-{day}\"\ntitle = \"Tea\"\nstart = {day}T18:00:00\n\
             duration = \"1h\"\nuid = \"{uid}\"\n"
        )
    };
    let (head, _) = toml.split_once("\n[[sessions]]").unwrap();
    let singles: String = dates.iter().enumerate().map(single).collect();
    let fixture = Fixture::new(&format!("{head}\n{singles}"));
    fixture.publish(NOW);
    fixture.write(&toml);
    let uids = |at: &str, days: [&str; 4]| {
        let published = fixture.publish(at);
        let edition = published.site.edition();
        days.map(|day| {
            let id = format!("tea-{day}");
            let sessions = &edition.catalog.sessions;
            let session = sessions.iter().find(|session| session.id.as_str() == id).unwrap();
            edition.revision(session).uid.clone()
        })
    };
    let expected = ["a", "a/20270511T180000", "a/20270525T180000", "a/20270608T180000"];
    let days = ["2027-05-04", "2027-05-11", "2027-05-25", "2027-06-08"];
    assert_eq!(uids("2026-11-26T12:00:00Z", days), expected);
    // The same calendar a year later, without its first dates.
    let later = Options { from: date("2028-05-01"), ..until_2099() };
    let (toml, _) = imported_with(&weekly(""), &later);
    fixture.write(&toml);
    let expected =
        ["a/20280502T180000", "a/20280509T180000", "a/20290417T180000", "a/20290424T180000"];
    let days = ["2028-05-02", "2028-05-09", "2029-04-17", "2029-04-24"];
    assert_eq!(uids("2028-05-01T12:00:00Z", days), expected);
}

#[test]
fn ids_of_repeating_sessions_are_of_no_other_session_or_feed() {
    // A single event, one of two dates, and two that repeat, all with one title; the calendar has it as well.
    let one = |uid: &str, day: u32, rule: &str| {
        format!(
            "BEGIN:VEVENT\nUID:{uid}\nDTSTART:202705{day:02}T180000Z\nDURATION:PT1H\nSUMMARY:Tea\n{rule}END:VEVENT\n"
        )
    };
    let weekly = |count: u32| format!("RRULE:FREQ=WEEKLY;COUNT={count}\n");
    let events = [
        one("a", 4, ""),
        one("b", 4, &weekly(2)),
        one("c", 4, &weekly(4)),
        one("d", 4, &weekly(5)),
    ];
    for turn in 0..events.len() {
        let mut events = events.clone();
        events.rotate_left(turn);
        let text = calendar(&format!("X-WR-CALNAME:Tea\n{}", events.concat()));
        let (toml, _) = imported_with(&text, &until_2099());
        assert_eq!(toml.matches("\nrepeat = ").count(), 2, "{toml}");
        assert_eq!(catalog(&toml).sessions.len(), 12, "{toml}");
    }
}

#[test]
fn an_event_that_no_rule_gives_or_that_would_lose_a_value_has_a_table_for_each_date() {
    let on = |day: u32, lines: &str| {
        format!(
            "BEGIN:VEVENT\nUID:a\nDTSTART:202705{day:02}T180000Z\nDURATION:PT1H\nSUMMARY:Tea\n{lines}END:VEVENT\n"
        )
    };
    for (text, dates) in [
        (on(4, "RRULE:FREQ=MONTHLY;INTERVAL=2;BYDAY=1TU;COUNT=6\n"), 6),
        (on(4, "RDATE:20270509T180000Z,20270601T180000Z,20270630T180000Z,20270702T180000Z\n"), 5),
        (on(4, "RRULE:FREQ=HOURLY;INTERVAL=8;COUNT=9\n"), 9),
        (on(4, "RRULE:FREQ=WEEKLY;COUNT=2\n"), 2),
        // The changed date has no text, and a table that overrides cannot delete one.
        (
            on(4, "RRULE:FREQ=WEEKLY;COUNT=9\nDESCRIPTION:Bring a cup.\n")
                + &on(12, "RECURRENCE-ID:20270511T180000Z\n"),
            9,
        ),
    ] {
        let (toml, _) = imported_with(&calendar(&text), &until_2099());
        assert_eq!(toml.matches("[[sessions]]").count(), dates, "{toml}");
        assert!(!toml.contains("\nrepeat = "), "{toml}");
    }
}
