//! Writes a `sessions.toml` in the style of a person.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Write as _;

use chrono::NaiveDateTime;

use super::calendar::{CalendarTable, id_of};
use super::count;
use super::new_session::NewSession;
use super::repeat_table::{MOST, RepeatTables, table};
use super::session_lines;
use super::toml_text::{block, quoted};
use super::used_ids::UsedIds;
use crate::zone::Rules;

/// Returns the text of a `sessions.toml`.
pub(super) fn write(calendar: &CalendarTable, sessions: Vec<NewSession>, rules: &Rules) -> String {
    let mut ids = UsedIds::default();
    ids.feeds.ids.insert(calendar.id.clone());
    let details = || sessions.iter().map(|session| &session.details);
    ids.own = details().filter_map(|details| details.id.clone()).collect();
    let own_feeds = details().filter_map(|details| details.feed.clone());
    let own_feeds: BTreeSet<String> = own_feeds.filter(|feed| *feed != calendar.id).collect();
    ids.feeds.ids.extend(own_feeds);
    let mut repeats = repeats(calendar, &sessions, &mut ids, rules);
    let indexed = sessions.iter().enumerate();
    let singles = indexed.filter(|(index, _)| !repeats.sessions.contains(index));
    let singles: Vec<&NewSession> = singles.map(|(_, session)| session).collect();
    let series = series(calendar, &singles, &mut ids);
    let mut out = String::new();
    write_calendar(&mut out, calendar, sessions.len(), rules);
    for (id, title) in &series.all {
        let _ = write!(out, "\n[[series]]\nid = {}\ntitle = {}\n", quoted(id), quoted(title));
    }
    for (index, session) in sessions.iter().enumerate() {
        out.extend(repeats.tables.remove(&index));
        if !repeats.sessions.contains(&index) {
            write_session(&mut out, session, calendar, &series, &mut ids, rules);
        }
    }
    out
}

/// Tables with `repeat`.
#[derive(Default)]
struct Repeats {
    /// The text of each, by the index of its first session.
    tables: HashMap<usize, String>,
    /// The indexes of their sessions.
    sessions: HashSet<usize>,
}

/// Writes the recurring events that `repeat` can give.
fn repeats(
    calendar: &CalendarTable,
    sessions: &[NewSession],
    ids: &mut UsedIds,
    rules: &Rules,
) -> Repeats {
    let mut events: BTreeMap<usize, Vec<(NaiveDateTime, usize)>> = BTreeMap::new();
    for (index, session) in sessions.iter().enumerate() {
        if let Some(own) = &session.occurrence {
            events.entry(own.event.number).or_default().push((own.planned.order(), index));
        }
    }
    let mut repeats = Repeats::default();
    for mut dates in events.into_values() {
        dates.sort_unstable();
        for (number, dates) in dates.chunks(MOST).enumerate() {
            let own: Vec<&NewSession> = dates.iter().map(|(_, index)| &sessions[*index]).collect();
            let Some(event) = own[0].occurrence.as_ref().map(|own| &own.event) else { continue };
            let uid = if number == 0 { &event.uid } else { &own[0].uid };
            let tables = RepeatTables::new(&own, uid.as_deref(), calendar, rules);
            let written = tables.and_then(|tables| {
                let id = ids.repeat(&id_of(&event.title, "series"), &tables.dates)?;
                Some(tables.text(&id))
            });
            let Some(text) = written else { continue };
            repeats.sessions.extend(dates.iter().map(|(_, index)| *index));
            repeats.tables.extend(dates.iter().map(|(_, index)| *index).min().map(|at| (at, text)));
        }
    }
    repeats
}

/// The series, and the series of each recurring event.
struct SeriesTables {
    all: Vec<(String, String)>,
    of_event: HashMap<usize, String>,
}

/// Creates a series for each recurring event, and for each series of a convene calendar.
fn series(calendar: &CalendarTable, sessions: &[&NewSession], ids: &mut UsedIds) -> SeriesTables {
    let mut series = SeriesTables { all: Vec::new(), of_event: HashMap::new() };
    let event = |session: &NewSession| session.occurrence.as_ref().map(|own| own.event.clone());
    let events: BTreeSet<Option<usize>> =
        sessions.iter().map(|session| event(session).map(|event| event.group)).collect();
    let mut own_feeds = BTreeSet::new();
    for session in sessions {
        match (&session.details.feed, event(session)) {
            (Some(feed), _) if *feed != calendar.id => {
                let is_new = own_feeds.insert(feed.clone());
                series.all.extend(is_new.then(|| (feed.clone(), feed.clone())));
            }
            // A series of all sessions would duplicate the calendar's feed.
            (_, Some(event)) if events.len() > 1 && !series.of_event.contains_key(&event.group) => {
                let id = ids.feeds.free(&id_of(&event.title, "series"), &[]);
                series.all.push((id.clone(), event.title.clone()));
                series.of_event.insert(event.group, id);
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
    let _ = writeln!(out, "timezone = {}", quoted(&session_lines::named(&calendar.zone, rules)));
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
    let day = session_lines::start(&session.times, calendar);
    let endings = [day.format("%Y-%m-%d").to_string(), day.format("%Y-%m-%d-%H%M").to_string()];
    let id = match (&details.id, &session.occurrence) {
        (Some(own), _) if !ids.sessions.has(own) => ids.sessions.free(own, &[]),
        (_, Some(_)) => {
            let base = format!("{}-{}", id_of(&details.title, "session"), endings[0]);
            ids.sessions.free(&base, &[day.format("%H%M").to_string()])
        }
        _ => ids.sessions.free(&id_of(&details.title, "session"), &endings),
    };
    let of_event =
        session.occurrence.as_ref().and_then(|own| series.of_event.get(&own.event.group));
    let feed = details.feed.as_ref().filter(|feed| **feed != calendar.id);
    let mut lines = session_lines::lines(session, calendar, rules);
    if let Some(series) = feed.or(of_event) {
        lines.insert(0, ("series", quoted(series)));
    }
    out.push_str(&table(&id, &lines));
}
