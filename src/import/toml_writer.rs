//! Writes a `sessions.toml` in the style of a person.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};

use super::calendar::{CalendarTable, id_of};
use super::count;
use super::new_session::NewSession;
use super::timing::SessionTimes;
use crate::model::Status;
use crate::rfc3339;
use crate::visible::is_hidden;
use crate::zone::{Local, Naming, Rules, Zone};

/// Returns the text of a `sessions.toml`.
pub(super) fn write(calendar: &CalendarTable, sessions: Vec<NewSession>, rules: &Rules) -> String {
    let mut ids = UsedIds::default();
    ids.feeds.ids.insert(calendar.id.clone());
    let series = series(calendar, &sessions, &mut ids);
    let mut out = String::new();
    write_calendar(&mut out, calendar, sessions.len(), rules);
    for (id, title) in &series.all {
        let _ = write!(out, "\n[[series]]\nid = {}\ntitle = {}\n", quoted(id), quoted(title));
    }
    for session in &sessions {
        write_session(&mut out, session, calendar, &series, &mut ids, rules);
    }
    out
}

/// Ids in use.
#[derive(Default)]
struct UsedIds {
    feeds: UsedNames,
    sessions: UsedNames,
}

#[derive(Default)]
struct UsedNames {
    ids: HashSet<String>,
    /// The next number to try after each id.
    next: HashMap<String, u32>,
}

impl UsedNames {
    /// Returns the first unused id: the base, the base with each ending, or the base with a number.
    fn free(&mut self, base: &str, endings: &[String]) -> String {
        let ended = endings.iter().map(|ending| format!("{base}-{ending}"));
        let mut tried = std::iter::once(base.to_owned()).chain(ended);
        if let Some(id) = tried.find(|id| !self.ids.contains(id)) {
            self.ids.insert(id.clone());
            return id;
        }
        // An id has at most 64 characters, and a number takes up to seven of them.
        let ending = endings.last().map(|ending| format!("-{ending}")).unwrap_or_default();
        let start = base.get(..57_usize.saturating_sub(ending.len())).unwrap_or(base);
        let last = format!("{}{ending}", start.trim_end_matches('-'));
        let next = self.next.entry(last.clone()).or_insert(2);
        loop {
            let id = format!("{last}-{next}");
            *next += 1;
            if self.ids.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// The series, and the series of each recurring event.
struct SeriesTables {
    all: Vec<(String, String)>,
    of_event: HashMap<usize, String>,
}

/// Creates a series for each recurring event, and for each series of a convene calendar.
fn series(calendar: &CalendarTable, sessions: &[NewSession], ids: &mut UsedIds) -> SeriesTables {
    let mut series = SeriesTables { all: Vec::new(), of_event: HashMap::new() };
    let events: BTreeSet<Option<usize>> =
        sessions.iter().map(|session| session.repeats.as_ref().map(|(event, _)| *event)).collect();
    for session in sessions {
        match (&session.details.feed, &session.repeats) {
            (Some(feed), _) if *feed != calendar.id => {
                let is_new = ids.feeds.ids.insert(feed.clone());
                series.all.extend(is_new.then(|| (feed.clone(), feed.clone())));
            }
            // A series of all sessions would duplicate the calendar's feed.
            (_, Some((event, title)))
                if events.len() > 1 && !series.of_event.contains_key(event) =>
            {
                let id = ids.feeds.free(&id_of(title, "series"), &[]);
                series.all.push((id.clone(), title.to_string()));
                series.of_event.insert(*event, id);
            }
            _ => {}
        }
    }
    series
}

fn write_calendar(out: &mut String, calendar: &CalendarTable, sessions: usize, rules: &Rules) {
    let _ = writeln!(
        out,
        "# {} from another calendar. Look through them, then run `convene check`.\n\n[calendar]",
        count(sessions, "session", "sessions")
    );
    let _ = writeln!(out, "id = {}    # permanent once it is served", quoted(&calendar.id));
    let _ = writeln!(out, "title = {}", quoted(&calendar.title));
    if let Some(description) = &calendar.description {
        let _ = writeln!(out, "description = {}", block(description));
    }
    match &calendar.url {
        Some(url) => {
            let _ = writeln!(out, "url = {}", quoted(url));
        }
        None => out.push_str(
            "#url = \"https://calendar.example.org\"    # the public address, before this goes online\n",
        ),
    }
    let _ = writeln!(out, "timezone = {}", quoted(&named(&calendar.zone, rules)));
    if let Some((name, email)) = &calendar.organizer {
        let email = email.as_ref().map(|email| format!(", email = {}", quoted(email)));
        let _ =
            writeln!(out, "organizer = {{ name = {}{} }}", quoted(name), email.unwrap_or_default());
    }
    for (key, value) in [("refresh", &calendar.refresh), ("color", &calendar.color)] {
        if let Some(value) = value {
            let _ = writeln!(out, "{key} = {}", quoted(value));
        }
    }
}

fn write_session(
    out: &mut String,
    session: &NewSession,
    calendar: &CalendarTable,
    series: &SeriesTables,
    ids: &mut UsedIds,
    rules: &Rules,
) {
    let details = &session.details;
    let zone = match &session.times {
        SessionTimes::Timed(Some(zone), ..) => zone,
        _ => &calendar.zone,
    };
    let day = match &session.times {
        SessionTimes::Days(first, _) => first.and_time(chrono::NaiveTime::MIN),
        SessionTimes::Timed(_, start, _) => zone.local(*start),
    };
    let endings = [day.format("%Y-%m-%d").to_string(), day.format("%Y-%m-%d-%H%M").to_string()];
    let id = match (&details.id, &session.repeats) {
        (Some(own), _) if !ids.sessions.ids.contains(own) => ids.sessions.free(own, &[]),
        (_, Some(_)) => {
            let base = format!("{}-{}", id_of(&details.title, "session"), endings[0]);
            ids.sessions.free(&base, &[day.format("%H%M").to_string()])
        }
        _ => ids.sessions.free(&id_of(&details.title, "session"), &endings),
    };
    let mut line = |key: &str, value: &str| {
        let _ = writeln!(out, "{key} = {value}");
    };
    line("\n[[sessions]]\nid", &quoted(&id));
    let of_event = session.repeats.as_ref().and_then(|(event, _)| series.of_event.get(event));
    let feed = details.feed.as_ref().filter(|feed| **feed != calendar.id);
    if let Some(series) = feed.or(of_event) {
        line("series", &quoted(series));
    }
    line("title", &quoted(&details.title));
    match &session.times {
        SessionTimes::Days(first, last) => {
            line("start", &first.to_string());
            line("end", &last.to_string());
        }
        SessionTimes::Timed(_, start, end) => {
            for (key, value) in times(zone, *start, *end) {
                line(key, &value);
            }
            if zone.name() != calendar.zone.name() {
                line("timezone", &quoted(&named(zone, rules)));
            }
        }
    }
    match details.status {
        Status::Confirmed => {}
        status => line("status", &quoted(&status.as_str().to_lowercase())),
    }
    if details.announce {
        line("cancelled", &quoted("announce"));
    }
    for (key, value) in [
        ("register", &details.register),
        ("join", &details.join),
        ("page", &details.page),
        ("recording", &details.recording),
        ("slides", &details.slides),
        ("access", &details.access),
    ] {
        if let Some(value) = value {
            line(key, &quoted(value));
        }
    }
    if let Some(place) = &details.place {
        let mut text = format!("{{ name = {}", quoted(&place.name));
        if let Some(address) = &place.address {
            let _ = write!(text, ", address = {}", quoted(address));
        }
        if let Some((latitude, longitude)) = place.geo {
            let _ = write!(text, ", latitude = {latitude:?}, longitude = {longitude:?}");
        }
        line("place", &format!("{text} }}"));
    }
    if !details.speakers.is_empty() {
        let speakers = details.speakers.iter().map(|(name, about)| match about {
            Some(about) => format!("{{ name = {}, about = {} }}", quoted(name), quoted(about)),
            None => format!("{{ name = {} }}", quoted(name)),
        });
        line("speakers", &format!("[{}]", speakers.collect::<Vec<_>>().join(", ")));
    }
    let list = |items: &[String]| {
        let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
        format!("[{}]", items.join(", "))
    };
    if !details.tags.is_empty() {
        line("tags", &list(&details.tags));
    }
    if let Some(busy) = details.busy {
        line("busy", &busy.to_string());
    }
    if !details.remind.is_empty() {
        line("remind", &list(&details.remind));
    }
    if let Some(uid) = &session.uid {
        line("uid", &quoted(uid));
    }
    if let Some(description) = &details.description {
        line("description", &block(description));
    }
}

/// Returns `start` and `end` in wall-clock time, or `duration` if the end happens twice.
fn times(zone: &Zone, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<(&'static str, String)> {
    let twice = |instant: DateTime<Utc>| match zone.resolve(zone.local(instant)) {
        Local::Fold { earlier, .. } => Some(if instant == earlier { "earlier" } else { "later" }),
        _ => None,
    };
    let mut lines = vec![("start", rfc3339::local(zone.local(start)))];
    if twice(start).is_some() || twice(end).is_some() {
        lines.push(("duration", quoted(&elapsed(end - start))));
    } else {
        lines.push(("end", rfc3339::local(zone.local(end))));
    }
    lines.extend(twice(start).map(|fold| ("fold", quoted(fold))));
    lines
}

fn elapsed(length: TimeDelta) -> String {
    match length.num_seconds() {
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

/// Returns the current name of a zone.
fn named(zone: &Zone, rules: &Rules) -> String {
    match zone.naming() {
        Naming::Legacy(today) if rules.zone(today).is_ok() => today.clone(),
        _ => zone.name().to_owned(),
    }
}

/// Returns a basic string of TOML, on one line.
fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// Returns a multi-line string of TOML, which is a literal one if a basic one would need escapes.
fn block(text: &str) -> String {
    if !text.contains(['\n', '\\', '"']) && text.chars().count() < 90 {
        return quoted(text);
    }
    let has_marks = text.contains(['\\', '"']) && !text.contains("'''") && !text.ends_with('\'');
    match has_marks && !text.contains(is_hidden) {
        true => format!("'''\n{text}'''"),
        false => {
            let lines: Vec<String> = text.split('\n').map(escaped).collect();
            format!("\"\"\"\n{}\"\"\"", lines.join("\n"))
        }
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' | '\t' => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c if is_hidden(c) && c <= '\u{ffff}' => {
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c if is_hidden(c) => {
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
