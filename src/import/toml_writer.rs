//! Writes a `sessions.toml` in the style of a person.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use super::calendar::{CalendarTable, id_of};
use super::count;
use super::new_session::NewSession;
use super::repeat_table::{RepeatTables, table};
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
    let number = |session: &NewSession| session.occurrence.as_ref().map(|own| own.event.number);
    let is_single =
        |session: &&NewSession| number(session).is_none_or(|number| !repeats.contains_key(&number));
    let singles: Vec<&NewSession> = sessions.iter().filter(is_single).collect();
    let series = series(calendar, &singles, &mut ids);
    let mut out = String::new();
    write_calendar(&mut out, calendar, sessions.len(), rules);
    for (id, title) in &series.all {
        let _ = write!(out, "\n[[series]]\nid = {}\ntitle = {}\n", quoted(id), quoted(title));
    }
    for session in &sessions {
        match number(session).and_then(|number| repeats.get_mut(&number)) {
            // The tables of the event are at its first date.
            Some(tables) => out.push_str(&std::mem::take(tables)),
            None => write_session(&mut out, session, calendar, &series, &mut ids, rules),
        }
    }
    out
}

/// Returns the tables of each recurring event that `repeat` can give, by its number.
fn repeats(
    calendar: &CalendarTable,
    sessions: &[NewSession],
    ids: &mut UsedIds,
    rules: &Rules,
) -> HashMap<usize, String> {
    let mut events: BTreeMap<usize, Vec<&NewSession>> = BTreeMap::new();
    for session in sessions {
        if let Some(own) = &session.occurrence {
            events.entry(own.event.number).or_default().push(session);
        }
    }
    let tables = events.into_iter().filter_map(|(number, sessions)| {
        let tables = RepeatTables::new(&sessions, calendar, rules)?;
        let title = &sessions.first()?.occurrence.as_ref()?.event.title;
        let id = ids.repeat(&id_of(title, "series"), &tables.dates)?;
        Some((number, tables.text(&id)))
    });
    tables.collect()
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
