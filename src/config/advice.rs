//! Warnings about valid values that are probably not meant.

use std::ops::Range;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};

use super::defaults::Defaults;
use super::named_times;
use super::table::Table;
use crate::diagnostic::{Code, Finding};
use crate::model::{Session, Timed, When};

/// Where Proton Calendar cuts titles and texts, in characters.
const TITLE: usize = 255;
const TEXT: usize = 3000;

/// Warnings about one session. Its texts may also name the weekdays of other dates if it repeats.
pub(super) fn session(
    table: &Table<'_>,
    session: &Session,
    defaults: &Defaults,
    weekdays: &[Weekday],
) {
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
        if let Some(finding) = weekday(key, text, session, (defaults, weekdays), span(key)) {
            push(finding);
        }
        if let When::Timed(timed) = &session.when {
            let meanings = || table.context().meanings(&defaults.language);
            for finding in named_times::in_text(key, text, timed, meanings, &span(key)) {
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

/// A warning about a link without encryption, which browsers and mail programs warn about too.
pub(super) fn insecure(key: &str, url: &str, span: Range<usize>) -> Finding {
    let secure = url.replacen("http://", "https://", 1);
    Finding::warning(Code::InsecureLink, span, format!("`{key}` is a link without encryption"))
        .help(format!("write {secure}, if the site supports it"))
}

/// A warning about a weekday in a text that is neither the start's nor the end's, in any zone whose time is printed.
fn weekday(
    key: &str,
    text: &str,
    session: &Session,
    (defaults, weekdays): (&Defaults, &[Weekday]),
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
            .chain(defaults.zones())
            .flat_map(|zone| [zone.local(timed.start.instant), zone.local(timed.end.instant)])
            .map(|local| local.date())
            .collect(),
    };
    let weekdays = weekdays.iter().copied().chain(days.iter().map(|day| day.weekday()));
    if weekdays.into_iter().any(|weekday| named.contains(&weekday)) {
        return None;
    }
    let day: NaiveDate = *days.first()?;
    let message =
        format!("the {key} names a {}, but {day} is a {}", name(first), name(day.weekday()));
    Some(Finding::warning(Code::WrongWeekday, span, message).help("correct the date or the text"))
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
    WEEKDAYS
        .iter()
        .find(|(_, own)| *own == day)
        .map(|(name, _)| *name)
        .expect("all seven have names")
}

/// A warning about a start or end that devices with older rules would show at another hour.
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
        "the time-zone rules of {} changed recently: devices without the update would show the {which} {size} too {way}",
        zone.name()
    );
    Some(Finding::warning(Code::OlderRules, span, message).help(
        "nothing to do: it is published in UTC, which every device shows at the right time; \
         name the time in your newsletter too",
    ))
}

/// Warnings about overlapping sessions of one series, each at the later one in the file, with the earlier.
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
    // Dates of repeating sessions have the location of their rule, and overlap more than once.
    let mut reported = std::collections::BTreeSet::new();
    for sessions in by_series.values_mut() {
        sessions.sort_by_key(|(session, _)| session.when.start());
        let mut last: Option<&(&Session, Range<usize>)> = None;
        for entry in sessions.iter() {
            if let Some(before) = last
                && before.0.when.end() > entry.0.when.start()
                && reported
                    .insert((before.1.start.min(entry.1.start), before.1.start.max(entry.1.start)))
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
