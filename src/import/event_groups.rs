//! Reads the events of a file, one UID after another.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::by_uid::{SourceEvent, groups};
use super::content::Component;
use super::events::EventParser;
use super::nearest::Nearest;
use super::new_session::NewSession;
use super::notes::NoteKind::{Guessed, Lost};
use super::timing::SessionTimes;
use super::values::shown;
use super::versions::Versions;
use super::{Note, count, series};

/// Returns every session, by start, up to the limit of a file.
pub(super) fn read(
    parser: &mut EventParser<'_>,
    calendars: &[&Component],
    now: DateTime<Utc>,
) -> Vec<NewSession> {
    let mut sessions = Nearest::new(now);
    for group in groups(calendars) {
        parser.groups += 1;
        read_group(parser, &group, &mut sessions);
        parser.end_group();
    }
    let (mut sessions, left_out) = sessions.finish();
    let doubles = without_doubles(&mut sessions);
    if doubles > 0 {
        let sessions = count(doubles, "session has", "sessions have");
        let text = format!(
            "{sessions} the UID of another; a new one is made, so subscribers will see a new entry"
        );
        parser.notes.push(Note::new(Guessed, 1, text));
    }
    if left_out > 0 {
        let text = format!(
            "it has {} sessions, and only {} fit into a file: the next upcoming ones, then the latest \
             past ones; to write fewer, use `--until` with an earlier day",
            sessions.len() + left_out,
            sessions.len()
        );
        parser.notes.push(Note::new(Lost, 1, text));
    }
    if parser.clocks.is_cut() {
        let text = "its time zones have more rules than can be computed; check the times of events";
        parser.notes.push(Note::new(Guessed, 1, text));
    }
    let is_timed = |session: &NewSession| matches!(session.times, SessionTimes::Timed(None, ..));
    if parser.zone.is_utc() && !parser.has_zone && sessions.iter().any(is_timed) {
        let text = "its times are in UTC, and pages will show UTC; for local times add \
                    `--timezone Europe/Berlin`";
        parser.notes.push(Note::new(Guessed, 1, text));
    }
    parser.notes.extend(parser.ruled.notes(parser.from));
    sessions
}

/// Reads the events of one UID.
fn read_group(parser: &mut EventParser<'_>, group: &[SourceEvent<'_>], sessions: &mut Nearest) {
    let (mut exceptions, mut whole): (Vec<&SourceEvent<'_>>, Vec<&SourceEvent<'_>>) =
        group.iter().partition(|source| source.event.get("RECURRENCE-ID").is_some());
    let recurs = |source: &SourceEvent<'_>| {
        ["RRULE", "RDATE"].iter().any(|name| source.event.get(name).is_some())
    };
    if whole.is_empty()
        && let Some(main) = exceptions.iter().position(|source| recurs(source))
    {
        let main = exceptions.remove(main);
        let text = "its RECURRENCE-ID was ignored, as it has a rule of its own";
        parser.note(Guessed, main.event, text.to_owned());
        whole.push(main);
    }
    let Versions { current, older, doubles } = Versions::new(whole);
    let Some(first) = current.first() else {
        return series::alone(parser, &exceptions, sessions);
    };
    let title = shown(first.event.get("SUMMARY").map_or("", |title| title.value.as_str()));
    for source in older {
        let text = "it was left out, as the file has a newer version with the same UID";
        parser.note(Lost, source.event, text.to_owned());
    }
    for source in doubles {
        parser.note(Guessed, source.event, "it is in the file more than once".to_owned());
    }
    let main = current.iter().position(|source| recurs(source)).unwrap_or(0);
    for (index, source) in current.iter().enumerate() {
        if index > 0 {
            let text = format!(
                "its UID is also that of \"{title}\", and neither is a newer version; it gets a new \
                 one, so subscribers will see a new entry"
            );
            parser.note(Guessed, source.event, text);
        }
        let own: &[&SourceEvent<'_>] = if index == main { &exceptions } else { &[] };
        series::read(parser, source, own, index == 0, sessions);
    }
}

/// Removes UIDs that an earlier session has. Returns the number of removed UIDs.
fn without_doubles(sessions: &mut [NewSession]) -> usize {
    let mut used: HashSet<String> = HashSet::new();
    let mut doubles = 0;
    for session in sessions {
        if session.uid.as_ref().is_some_and(|uid| !used.insert(uid.clone())) {
            session.uid = None;
            doubles += 1;
        }
    }
    doubles
}
