//! Time zones: names as TEXT, names that Windows shows, and definitions that contradict their names.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use convene::zone::{Local, Rules};

use super::{calendar, imported};

/// The rules of the changes in spring and in autumn.
type Changes = Option<(&'static str, &'static str)>;

/// Zones whose rules a VTIMEZONE can express: the standard and the daylight offset, and the rules of the changes.
const RULES: [(&str, &str, &str, Changes); 6] = [
    ("America/New_York", "-0500", "-0400", US),
    ("America/Los_Angeles", "-0800", "-0700", US),
    ("Europe/Berlin", "+0100", "+0200", EUROPE),
    ("Europe/Athens", "+0200", "+0300", EUROPE),
    ("Asia/Kolkata", "+0530", "+0530", None),
    ("America/Phoenix", "-0700", "-0700", None),
];
const US: Changes = Some(("BYDAY=2SU;BYMONTH=3", "BYDAY=1SU;BYMONTH=11"));
const EUROPE: Changes = Some(("BYDAY=-1SU;BYMONTH=3", "BYDAY=-1SU;BYMONTH=10"));

/// Returns a VTIMEZONE with a TZID and the rules of a zone; without `whole`, it has only the standard half.
fn definition(tzid: &str, rules: usize, whole: bool) -> String {
    let (_, standard, daylight, changes) = RULES[rules];
    let half = |name: &str, from: &str, to: &str, rule: Option<&str>| {
        let rule = rule.map(|rule| format!("RRULE:FREQ=YEARLY;{rule}\n")).unwrap_or_default();
        format!(
            "BEGIN:{name}\nDTSTART:19700101T020000\nTZOFFSETFROM:{from}\nTZOFFSETTO:{to}\n{rule}END:{name}\n"
        )
    };
    let winter = half("STANDARD", daylight, standard, changes.filter(|_| whole).map(|own| own.1));
    let summer = changes.map(|own| half("DAYLIGHT", standard, daylight, Some(own.0)));
    let summer = summer.filter(|_| whole).unwrap_or_default();
    format!("BEGIN:VTIMEZONE\nTZID:{tzid}\n{winter}{summer}END:VTIMEZONE\n")
}

fn event(tzid: &str, start: NaiveDateTime) -> String {
    let start = start.format("%Y%m%dT%H%M%S");
    format!(
        "BEGIN:VEVENT\nUID:a\nSUMMARY:a\nDTSTART;TZID={tzid}:{start}\nDURATION:PT1H\nEND:VEVENT\n"
    )
}

fn instant(zone: &str, local: NaiveDateTime) -> DateTime<Utc> {
    match Rules::bundled().zone(zone).unwrap().resolve(local) {
        Local::Unique(instant) => instant,
        other => panic!("{other:?}"),
    }
}

/// Returns the middle of every second month.
fn months() -> impl Iterator<Item = NaiveDateTime> {
    (1..=12).step_by(2).map(|month| {
        NaiveDate::from_ymd_opt(2027, month, 15).unwrap().and_hms_opt(18, 0, 0).unwrap()
    })
}

fn assert_start(toml: &str, start: DateTime<Utc>, what: &str) {
    let expected = format!("a {}", start.format("%Y-%m-%dT%H:%MZ"));
    let sessions = super::cases::sessions(toml);
    assert!(sessions.len() == 1 && sessions[0].starts_with(&expected), "{what}: {sessions:?}");
}

#[test]
fn a_name_that_is_a_text_is_the_same_however_it_is_escaped_or_quoted() {
    let name = ["(UTC+01:00) Here; there, and \\everywhere", "Ours, and yours", "a\\b"];
    for name in name {
        let escaped = name.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;");
        for defined in [name, &escaped] {
            let quoted = [format!("\"{name}\""), format!("\"{escaped}\""), escaped.clone()];
            for used in quoted {
                let start = months().nth(3).unwrap();
                let text = calendar(&(definition(defined, 2, true) + &event(&used, start)));
                let (toml, said) = imported(&text);
                assert!(!said.contains("left out"), "{defined} {used}: {said}");
                assert_start(&toml, instant("Europe/Berlin", start), &format!("{defined} {used}"));
            }
        }
    }
}

#[test]
fn a_definition_that_contradicts_its_name_counts_if_it_lacks_no_half_of_the_year() {
    let mut contradictions = 0;
    for (named, (name, ..)) in RULES.iter().enumerate() {
        for (defined, (other, _, _, changes)) in RULES.iter().enumerate() {
            for whole in [true, false] {
                let lacks_a_half = !whole || changes.is_none();
                let has_halves = RULES[named].3.is_some();
                for start in months() {
                    let text = definition(name, defined, whole) + &event(name, start);
                    let (toml, said) = imported(&calendar(&text));
                    let what = format!("{name} with the rules of {other}, {whole}, {start}");
                    if lacks_a_half && has_halves {
                        assert_start(&toml, instant(name, start), &what);
                        assert!(!said.contains("own rules"), "{what}: {said}");
                        continue;
                    }
                    // A definition without its summer half has winter all year.
                    let hours = match (whole, changes) {
                        (false, Some(_)) => {
                            let winter = NaiveDate::from_ymd_opt(2027, 1, 15).unwrap();
                            let winter = winter.and_time(start.time());
                            start.and_utc() + (instant(other, winter) - winter.and_utc())
                        }
                        _ => instant(other, start),
                    };
                    assert_start(&toml, hours, &what);
                    let is_other = hours != instant(name, start);
                    contradictions += usize::from(is_other);
                    let note = format!("the file has its own rules for `{name}`");
                    assert_eq!(said.contains(&note), is_other, "{what}: {said}");
                }
            }
        }
    }
    assert!(contradictions > 100, "{contradictions}");
}

#[test]
fn a_series_follows_a_definition_that_contradicts_its_name_only_in_summer() {
    let start = months().next().unwrap();
    let daily =
        event("Europe/Lisbon", start).replace("DURATION", "RRULE:FREQ=MONTHLY;COUNT=7\nDURATION");
    // The offset is that of Lisbon in winter, and an hour more than in Lisbon in summer.
    let rules = definition("Europe/Lisbon", 2, true).replace("+0100", "+0000");
    let (toml, said) = imported(&calendar(&(rules + &daily)));
    assert!(said.contains("the file has its own rules for `Europe/Lisbon`"), "{said}");
    let summer = NaiveDate::from_ymd_opt(2027, 7, 15).unwrap().and_hms_opt(16, 0, 0).unwrap();
    let sessions = super::cases::sessions(&toml);
    let expected = format!("a {}", summer.format("%Y-%m-%dT%H:%MZ"));
    assert!(sessions.last().unwrap().starts_with(&expected), "{sessions:?}");
}

#[test]
fn whole_days_of_exchange_are_named_by_any_midnight() {
    for zone in ["Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kolkata", "UTC"] {
        for month in [1, 7] {
            let day = |day| NaiveDate::from_ymd_opt(2027, month, day).unwrap();
            let local = |date: NaiveDate| date.and_hms_opt(0, 0, 0).unwrap();
            let forms: [&dyn Fn(NaiveDate) -> (String, String); 5] = [
                &|date| (";VALUE=DATE".to_owned(), date.format("%Y%m%d").to_string()),
                &|date| (String::new(), date.format("%Y%m%dZ").to_string()),
                &|date| (format!(";TZID={zone}"), date.format("%Y%m%dT000000").to_string()),
                &|date| {
                    (String::new(), instant(zone, local(date)).format("%Y%m%dT%H%M%SZ").to_string())
                },
                &|date| (String::new(), date.format("%Y%m%dT000000Z").to_string()),
            ];
            for (number, form) in forms.iter().enumerate() {
                let (parameter, excluded) = form(day(12));
                let (_, until) = form(day(26));
                let (_, moved) = form(day(19));
                let text = format!(
                    "X-WR-TIMEZONE:{zone}\nBEGIN:VEVENT\nUID:a\nSUMMARY:a\nDTSTART;VALUE=DATE:{}\n\
                     RRULE:FREQ=WEEKLY;UNTIL={until}\nEXDATE{parameter}:{excluded}\nEND:VEVENT\n\
                     BEGIN:VEVENT\nUID:a\nSUMMARY:b\nDTSTART;VALUE=DATE:{}\n\
                     RECURRENCE-ID{parameter}:{moved}\nEND:VEVENT\n",
                    day(5).format("%Y%m%d"),
                    day(20).format("%Y%m%d")
                );
                let (toml, said) = imported(&calendar(&text));
                let expected = [("a", 5), ("a", 26), ("b", 20)]
                    .map(|(title, number)| format!("{title} {0}/{0}", day(number)));
                assert_eq!(super::cases::sessions(&toml), expected, "{zone} {number}: {said}");
                assert!(!said.contains("left out"), "{said}");
            }
        }
    }
}

#[test]
fn a_day_of_a_duration_is_one_of_the_calendar_and_an_hour_is_elapsed_time() {
    // Clocks go forward on March 14 and back on November 7.
    for (start, duration, hours) in [
        ("20270313T120000", "P1D", 23),
        ("20270313T120000", "PT24H", 24),
        ("20270313T120000", "P1DT2H", 25),
        ("20270313T120000", "P1W", 167),
        ("20271106T120000", "P1D", 25),
        ("20271106T120000", "P1DT30M", 25),
        ("20271106T120000", "PT24H", 24),
        ("20270601T120000", "P2DT1H", 49),
    ] {
        let text = format!(
            "BEGIN:VEVENT\nUID:a\nSUMMARY:a\nDTSTART;TZID=America/New_York:{start}\nDURATION:{duration}\nEND:VEVENT\n"
        );
        let (toml, _) = imported(&calendar(&text));
        let sessions = super::cases::sessions(&toml);
        let (begins, ends) = sessions[0].trim_start_matches("a ").split_once('/').unwrap();
        let at = |text: &str| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%MZ").unwrap();
        let length = at(ends) - at(begins);
        assert_eq!(length.num_hours(), hours, "{start} {duration}");
        let half = if duration.ends_with("30M") { 30 } else { 0 };
        assert_eq!(length - TimeDelta::hours(hours), TimeDelta::minutes(half));
    }
}
