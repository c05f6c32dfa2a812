//! Warns about valid values that are probably not meant.

use std::collections::HashMap;
use std::ops::Range;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};

use super::context::Located;
use super::defaults::Defaults;
use super::table::Table;
use super::{coordinates, links, long, named_times, texts};
use crate::diagnostic::{Code, Finding};
use crate::model::{HttpUrl, Id, Session, Status, Tag, Timed, When, named_weekday, weekday_name};
use crate::rfc3339;

/// The length at which Proton Calendar cuts titles and texts, in characters.
const TITLE: usize = 255;
const TEXT: usize = 3000;

/// Adds warnings about one session. If the session repeats, its texts may also name the weekdays of other dates.
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
    let urls = [
        ("register", &session.register),
        ("join", &session.join),
        ("page", &session.page),
        ("recording", &session.recording),
        ("slides", &session.slides),
    ];
    links(table, urls, defaults);
    if let (Some(text), Some(at)) = (&session.description, table.span("description")) {
        texts::passcode(table.context(), "description", text.as_str(), &at);
    }
    if let Some(finding) = cancelled_in_title(session, span("title")) {
        push(finding);
    }
    long::session(table, session);
    if let Some(place) = &session.place
        && let Some(geo) = place.geo
        && coordinates::are_swapped(geo, session.when.zone(), session.when.start())
    {
        let message =
            "latitude and longitude are probably swapped: this is far from the session's time zone";
        let help = format!("write `latitude = {}, longitude = {}`", geo.longitude, geo.latitude);
        push(Finding::warning(Code::SwappedCoordinates, span("place"), message).help(help));
    }
}

/// Warns about links without encryption, to hosts for examples, and with a passcode.
pub(super) fn links<const N: usize>(
    table: &Table<'_>,
    urls: [(&str, &Option<HttpUrl>); N],
    defaults: &Defaults,
) {
    for (key, url) in urls {
        let Some(url) = url.as_ref().map(|url| url.as_str()) else { continue };
        let span = table.span(key).unwrap_or_else(|| table.header());
        let insecure = url.starts_with("http://").then(|| links::insecure(key, url, span.clone()));
        let example = if defaults.is_real { links::example(key, url, span.clone()) } else { None };
        let is_join = key == "join";
        let passcode = if is_join { links::passcode(key, url, span) } else { None };
        for finding in [insecure, example, passcode].into_iter().flatten() {
            table.context().push(finding);
        }
    }
}

/// Returns a warning about a session that is cancelled only by its title.
fn cancelled_in_title(session: &Session, span: Range<usize>) -> Option<Finding> {
    const WORDS: [&str; 6] =
        ["cancelled", "canceled", "abgesagt", "annulé", "cancelado", "cancelada"];
    if session.status == Status::Cancelled {
        return None;
    }
    let title = session.title.as_str();
    let word = words(title).find(|word| WORDS.iter().any(|own| own.eq_ignore_ascii_case(word)))?;
    let at = title.find(word)?;
    let (before, after) = (title[..at].trim_end(), &title[at + word.len()..]);
    let is_capital = word.chars().all(char::is_uppercase);
    let is_marked = before.ends_with(['(', '[', '*', '-', '–', ':'])
        || (before.is_empty() && after.trim_start().starts_with([':', '-', '–', '!', '*', '|']));
    if !is_capital && !is_marked {
        return None;
    }
    let marks = |c: char| c.is_whitespace() || "()[]*:-–!|".contains(c);
    let rest = format!("{} {}", before.trim_matches(marks), after.trim_matches(marks));
    let message =
        format!("the title says `{word}`, but calendars show the session as taking place");
    let help = match rest.trim() {
        "" => "add `status = \"cancelled\"`".to_owned(),
        rest => format!("add `status = \"cancelled\"`, and write `title = \"{rest}\"`"),
    };
    Some(Finding::warning(Code::CancelledInTitle, span, message).help(help))
}

/// Adds a warning about a tag that is probably several tags.
pub(super) fn tags(table: &Table<'_>, tags: &[Located<Tag>]) {
    let Some(first) = tags.iter().find(|tag| tag.value.as_str().contains(',')) else { return };
    let all = tags.iter().take(20).flat_map(|tag| tag.value.as_str().split(','));
    let all: Vec<String> =
        all.map(str::trim).filter(|tag| !tag.is_empty()).map(|tag| format!("\"{tag}\"")).collect();
    let message = format!(
        "`{}` is one tag, with a comma in it",
        super::wording::quoted(first.value.as_str())
    );
    let finding = Finding::warning(Code::TagWithComma, first.span.clone(), message);
    table.context().push(finding.help(format!("write `tags = [{}]`", all.join(", "))));
}

/// Returns a warning about a weekday in a text that is neither the start's nor the end's, in any zone whose time is
/// printed.
fn weekday(
    key: &str,
    text: &str,
    session: &Session,
    (defaults, weekdays): (&Defaults, &[Weekday]),
    span: Range<usize>,
) -> Option<Finding> {
    let mut named: Vec<Weekday> = Vec::new();
    for day in words(text).filter_map(named_weekday) {
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
    let message = format!(
        "the {key} names a {}, but {day} is a {}",
        weekday_name(first),
        weekday_name(day.weekday())
    );
    let near = [-1, 1, -2, 2, -3, 3].map(|days| day + TimeDelta::days(days));
    let other = near.into_iter().find(|day| day.weekday() == first)?;
    let start = match &session.when {
        When::AllDay(_) => other.to_string(),
        When::Timed(timed) => rfc3339::local(other.and_time(timed.start.local.time())),
    };
    let help = format!(
        "write {} in the {key}, or `start = {start}`, which is a {}",
        weekday_name(day.weekday()),
        weekday_name(first)
    );
    Some(Finding::warning(Code::WrongWeekday, span, message).help(help))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Returns a warning about a start or end that devices with older rules would show at another hour.
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

/// Warnings about single sessions with the title of a repeating session, on one of its dates: both are published.
pub(super) fn beside_repeat<'a>(
    sessions: impl Iterator<Item = (&'a Session, Range<usize>)> + Clone,
) -> Vec<Finding> {
    let day = |session: &Session| match &session.when {
        When::AllDay(days) => days.first,
        When::Timed(timed) => timed.start.local.date(),
    };
    let is_on = |session: &&Session| session.status != Status::Cancelled;
    let dates = sessions.clone().filter(|(session, _)| session.date.is_some());
    let dates: HashMap<(&str, NaiveDate), &Id> = dates
        .filter(|(session, _)| is_on(session))
        .map(|(session, _)| ((session.title.as_str(), day(session)), &session.id))
        .collect();
    if dates.is_empty() {
        return Vec::new();
    }
    let single = sessions.filter(|(session, _)| session.date.is_none() && is_on(session));
    let finding = |(session, span): (&Session, Range<usize>)| {
        let date = *dates.get(&(session.title.as_str(), day(session)))?;
        let message = format!(
            "`{}` is on the day of `{date}`, with the same title: calendars show both",
            session.id
        );
        Some(Finding::warning(Code::BesideRepeat, span, message).help(format!(
            "to change that date, write `id = \"{date}\"`, and only what differs; if both take place, no change is needed"
        )))
    };
    single.filter_map(finding).collect()
}

/// Returns warnings about overlapping sessions of one series, and about overlapping dates of repeating sessions with one
/// title and no series. Each warning is at the later session in the file, and refers to the earlier one.
pub(super) fn overlaps<'a>(
    sessions: impl Iterator<Item = (&'a Session, Range<usize>)>,
) -> Vec<Finding> {
    // The series or the title that the sessions of a group share.
    let mut groups: std::collections::BTreeMap<_, Vec<(&Session, Range<usize>)>> =
        Default::default();
    for (session, span) in sessions.filter(|(session, _)| session.status != Status::Cancelled) {
        let title = session.date.as_ref().map(|_| session.title.as_str());
        let group = match (&session.series, title) {
            (Some(series), _) => (Some(series.as_str()), None),
            (None, Some(title)) => (None, Some(title)),
            (None, None) => continue,
        };
        groups.entry(group).or_default().push((session, span));
    }
    let mut found = Vec::new();
    // Dates of a repeating session share the location of their rule, and several may overlap.
    let mut reported = std::collections::BTreeSet::new();
    for ((series, _), sessions) in &mut groups {
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
                let ids = format!("`{}` and `{}`", earlier.0.id, later.0.id);
                let (message, help) = match series {
                    Some(_) => (
                        format!("{ids} of one series overlap"),
                        "readers of the series can attend only one of them; check the dates",
                    ),
                    None => (
                        format!("{ids} overlap and have the same title: calendars show both"),
                        "if only one of them takes place, leave the other date out with `except`; otherwise no change is needed",
                    ),
                };
                found.push(
                    Finding::warning(Code::Overlap, later.1.clone(), message)
                        .earlier(earlier.1.clone(), "the other one")
                        .help(help),
                );
            }
            if last.is_none_or(|before| before.0.when.end() < entry.0.when.end()) {
                last = Some(entry);
            }
        }
    }
    found
}
