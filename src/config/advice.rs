//! What is no error, but probably not meant.

use std::ops::Range;

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta, Timelike, Weekday};

use super::guess;
use super::table::Table;
use crate::diagnostic::{Code, Finding};
use crate::model::{Session, Timed, When};
use crate::zone::{Rules, Zone};

/// Where Proton cuts titles and texts off, in characters.
const TITLE: usize = 255;
const TEXT: usize = 3000;

/// What readers call zones, and a place that has each.
const ZONES: [(&str, &str); 22] = [
    ("PT", "America/Los_Angeles"),
    ("PST", "America/Los_Angeles"),
    ("PDT", "America/Los_Angeles"),
    ("MT", "America/Denver"),
    ("MST", "America/Denver"),
    ("MDT", "America/Denver"),
    ("CT", "America/Chicago"),
    ("CST", "America/Chicago"),
    ("CDT", "America/Chicago"),
    ("ET", "America/New_York"),
    ("EST", "America/New_York"),
    ("EDT", "America/New_York"),
    ("AT", "America/Halifax"),
    ("ADT", "America/Halifax"),
    ("UTC", "UTC"),
    ("GMT", "UTC"),
    ("BST", "Europe/London"),
    ("WEST", "Europe/Lisbon"),
    ("CET", "Europe/Paris"),
    ("CEST", "Europe/Paris"),
    ("EET", "Europe/Athens"),
    ("EEST", "Europe/Athens"),
];

/// What there is to say about one session.
pub(super) fn session(table: &Table<'_>, session: &Session, also_in: &[Zone], rules: &Rules) {
    let push = |finding| table.context().push(finding);
    let span = |key: &str| table.span(key).unwrap_or_else(|| table.header());
    let texts = [
        ("title", Some(session.title.as_str()), TITLE, Code::TitleCut),
        (
            "description",
            session.description.as_ref().map(|text| text.as_str()),
            TEXT,
            Code::TextCut,
        ),
    ];
    for (key, text, limit, code) in texts {
        let Some(text) = text else { continue };
        let length = text.chars().count();
        if length > limit {
            let message =
                format!("the {key} has {length} characters; Proton Calendar cuts it at {limit}");
            push(
                Finding::warning(code, span(key), message)
                    .help("put what matters first, or shorten it"),
            );
        }
        if let Some(finding) = weekday(key, text, session, also_in, span(key)) {
            push(finding);
        }
        if let When::Timed(timed) = &session.when {
            for finding in times(key, text, timed, rules, &span(key)) {
                push(finding);
            }
        }
    }
    if let When::Timed(timed) = &session.when
        && let Some(finding) = older_rules(timed, span("start"))
    {
        push(finding);
    }
    for (key, url) in
        [("register", &session.register), ("join", &session.join), ("page", &session.page)]
    {
        if let Some(url) = url.as_ref().filter(|url| url.as_str().starts_with("http://")) {
            push(insecure(key, url.as_str(), span(key)));
        }
    }
}

/// An address without encryption, which browsers and mail programs warn about.
pub(super) fn insecure(key: &str, url: &str, span: Range<usize>) -> Finding {
    let secure = url.replacen("http://", "https://", 1);
    Finding::warning(Code::InsecureLink, span, format!("`{key}` is an address without encryption"))
        .help(format!("write {secure}, if the site answers there"))
}

/// A weekday that is neither the start's nor the end's, in any zone that is spelled out.
fn weekday(
    key: &str,
    text: &str,
    session: &Session,
    also_in: &[Zone],
    span: Range<usize>,
) -> Option<Finding> {
    let mut named: Vec<Weekday> = Vec::new();
    for day in words(text).filter_map(full_weekday) {
        if !named.contains(&day) {
            named.push(day);
        }
    }
    let first = *named.first()?;
    let days = match &session.when {
        When::AllDay(days) => vec![days.first, days.last],
        When::Timed(timed) => std::iter::once(&timed.zone)
            .chain(also_in)
            .flat_map(|zone| [zone.local(timed.start.instant), zone.local(timed.end.instant)])
            .map(|local| local.date())
            .collect(),
    };
    if days.iter().any(|day| named.contains(&day.weekday())) {
        return None;
    }
    let day: NaiveDate = *days.first()?;
    let message =
        format!("the {key} names a {}, but {day} is a {}", name(first), name(day.weekday()));
    Some(Finding::warning(Code::WrongWeekday, span, message).help("mend the date or the text"))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("Monday", Weekday::Mon),
    ("Tuesday", Weekday::Tue),
    ("Wednesday", Weekday::Wed),
    ("Thursday", Weekday::Thu),
    ("Friday", Weekday::Fri),
    ("Saturday", Weekday::Sat),
    ("Sunday", Weekday::Sun),
];

fn full_weekday(word: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(name, _)| *name == word).map(|(_, day)| *day)
}

fn name(day: Weekday) -> &'static str {
    WEEKDAYS.iter().find(|(_, own)| *own == day).map_or("", |(name, _)| name)
}

/// Times with a zone, such as "5 pm ET", that are neither the start nor the end there.
fn times(key: &str, text: &str, timed: &Timed, rules: &Rules, span: &Range<usize>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, word) in text
        .match_indices(|c: char| c.is_ascii_uppercase())
        .filter_map(|(at, _)| Some((at, word_at(text, at)?)))
    {
        let Some((_, place)) = ZONES.iter().find(|(zone, _)| *zone == word) else { continue };
        let Some(said) = time_before(&text[..at]) else { continue };
        let Ok(zone) = rules.zone(place) else { continue };
        let there = |instant| zone.local(instant).time();
        let (start, end) = (there(timed.start.instant), there(timed.end.instant));
        if said.iter().any(|said| *said == start || *said == end) {
            continue;
        }
        let shown = said.first().copied().map(clock).unwrap_or_default();
        let message = format!(
            "the {key} says {shown} {word}, but the session starts at {} there",
            clock(start)
        );
        found.push(Finding::warning(Code::WrongTime, span.clone(), message).help(
            "mend `start` or the text; better, leave the time out: it is spelled out by itself",
        ));
    }
    found
}

/// The whole word that begins at an offset, if one does.
fn word_at(text: &str, at: usize) -> Option<&str> {
    // First, as a word of capitals would be measured anew from each of them.
    if text[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
        return None;
    }
    let rest = &text[at..];
    let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    Some(&rest[..end])
}

/// The time that a text ends in: both readings where the half of the day is not said.
fn time_before(text: &str) -> Option<Vec<NaiveTime>> {
    /// More than any time has, in bytes.
    const LONGEST: usize = 32;
    let text = text.trim_end();
    let text = &text[text.ceil_char_boundary(text.len().saturating_sub(LONGEST))..];
    let lower = text.to_ascii_lowercase();
    let half = ["a.m.", "p.m.", "am", "pm"].into_iter().find(|half| lower.ends_with(half));
    let clock = text[..text.len() - half.map_or(0, str::len)].trim_end();
    let from = clock
        .rfind(|c: char| !c.is_ascii_digit() && c != ':')
        .map_or(0, |at| at + clock[at..].chars().next().map_or(0, char::len_utf8));
    let digits = &clock[from..];
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(half) = half {
        return guess::time(&format!("{digits}{half}")).map(|time| vec![time]);
    }
    let with_minutes =
        if digits.contains(':') { digits.to_owned() } else { format!("{digits}:00") };
    let time = guess::time(&with_minutes)?;
    let later = (time.hour() < 12).then(|| time + TimeDelta::hours(12));
    Some(std::iter::once(time).chain(later).collect())
}

fn clock(time: NaiveTime) -> String {
    let text = time.format("%-I:%M %P").to_string();
    text.replace(":00 ", " ")
}

/// A start or end that devices with the older rules would show at another hour.
fn older_rules(timed: &Timed, span: Range<usize>) -> Option<Finding> {
    let zone = &timed.zone;
    let (which, moment) =
        [("start", timed.start), ("end", timed.end)].into_iter().find(|(_, moment)| {
            zone.witness(moment.local).is_some_and(|instant| instant != moment.instant)
        })?;
    let off = zone.witness(moment.local)? - moment.instant;
    let size = match (off.num_minutes().abs() / 60, off.num_minutes().abs() % 60) {
        (1, 0) => "an hour".to_owned(),
        (hours, 0) => format!("{hours} hours"),
        (0, minutes) => format!("{minutes} minutes"),
        (hours, minutes) => format!("{hours} hours and {minutes} minutes"),
    };
    let way = if off > TimeDelta::zero() { "late" } else { "early" };
    let message = format!(
        "the clocks of {} changed their rules lately: devices that have not heard of it would put the {which} {size} too {way}",
        zone.name()
    );
    Some(Finding::warning(Code::OlderRules, span, message).help(
        "nothing to do: it is published in UTC, which every device shows at the right moment; \
         name the time in your newsletter too",
    ))
}

/// Sessions of one series at the same time: the later in the file, with the earlier.
pub(super) fn overlaps<'a>(
    sessions: impl Iterator<Item = (&'a Session, Range<usize>)>,
) -> Vec<Finding> {
    let mut by_series: std::collections::BTreeMap<&str, Vec<(&Session, Range<usize>)>> =
        Default::default();
    for (session, span) in sessions {
        if let Some(series) = &session.series
            && session.status != crate::model::Status::Cancelled
        {
            by_series.entry(series.as_str()).or_default().push((session, span));
        }
    }
    let mut found = Vec::new();
    for sessions in by_series.values_mut() {
        sessions.sort_by_key(|(session, _)| session.when.start());
        let mut last: Option<&(&Session, Range<usize>)> = None;
        for entry in sessions.iter() {
            if let Some(before) = last
                && before.0.when.end() > entry.0.when.start()
            {
                let (earlier, later) =
                    if before.1.start < entry.1.start { (before, entry) } else { (entry, before) };
                let message =
                    format!("`{}` and `{}` of one series overlap", earlier.0.id, later.0.id);
                found.push(
                    Finding::warning(Code::Overlap, later.1.clone(), message)
                        .earlier(earlier.1.clone(), "the other one")
                        .help("readers of the series can attend only one of them; check the dates"),
                );
            }
            if last.is_none_or(|before| before.0.when.end() < entry.0.when.end()) {
                last = Some(entry);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
    }

    #[test]
    fn the_time_before_a_zone_is_read_as_people_write_it() {
        assert_eq!(time_before("we meet at 5 pm "), Some(vec![at(17, 0)]));
        assert_eq!(time_before("2–3:30 p.m."), Some(vec![at(15, 30)]));
        assert_eq!(time_before("at 5"), Some(vec![at(5, 0), at(17, 0)]));
        assert_eq!(time_before("17:00"), Some(vec![at(17, 0)]));
        assert_eq!(time_before("the"), None);
        assert_eq!(time_before(""), None);
        let far = "é".repeat(1000);
        assert_eq!(time_before(&format!("{far} 5 pm{}", " ".repeat(1000))), Some(vec![at(17, 0)]));
    }

    #[test]
    fn words_are_whole() {
        assert_eq!(word_at("5 pm ET.", 5), Some("ET"));
        assert_eq!(word_at("MEET", 2), None);
        assert_eq!(clock(at(17, 0)), "5 pm");
        assert_eq!(clock(at(9, 5)), "9:05 am");
    }
}
