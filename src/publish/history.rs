//! Reports a file that contradicts earlier publications, or that the revisions file does not record.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::Planned;
use crate::config::Locations;
use crate::diagnostic::{Code, Finding};
use crate::model::{Catalog, Id, Session, When};
use crate::revisions::{PublishedSession, Revisions};
use crate::rfc3339;
use crate::zone::Zone;

/// Returns errors for a file that contradicts earlier publications.
pub(super) fn against_history(
    catalog: &Catalog,
    before: &Revisions,
    locations: &Locations,
) -> Vec<Finding> {
    another_calendar(catalog, before, locations)
        .into_iter()
        .chain(before.reused(catalog).into_iter().map(|(session, entry)| {
            let span = locations.sessions.get(&session.id).cloned().unwrap_or_default();
            let (id, title) = (&session.id, &entry.published.title);
            let message = format!("`{id}` was \"{title}\", which left the calendars; its title and its start are different now");
            Finding::error(Code::ReusedId, span, message).help("if it is that session, such as a postponed one with a new title, add `again = true`; otherwise choose a new id")
        }))
        .collect()
}

/// Returns an error for another calendar id. UIDs derive from that id, so every subscriber would get every session
/// twice.
fn another_calendar(
    catalog: &Catalog,
    before: &Revisions,
    locations: &Locations,
) -> Option<Finding> {
    let published = before.calendar.as_deref()?;
    let id = catalog.calendar.id.as_str();
    (published != id).then(|| {
        let message =
            format!("this calendar was published as `{published}`, and its id is permanent");
        Finding::error(Code::CalendarIdChanged, locations.calendar_id.clone(), message).help(
            format!(
                "write `id = \"{published}\"`; for a new calendar start with another file and state"
            ),
        )
    })
}

/// Returns findings about sessions that replace one that is over: they have its id, but another title and another
/// start. Calendars would lose the earlier session.
pub(super) fn overwritten(
    plan: &Planned,
    before: &Revisions,
    locations: &Locations,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let catalog = &plan.edition.catalog;
    // This set is needed only for such a session, and is as large as the catalog.
    let taken = LazyCell::new(|| {
        let ids = catalog.sessions.iter().flat_map(|own| std::iter::once(&own.id).chain(&own.was));
        ids.map(Id::as_str)
            .chain(before.sessions.keys().map(String::as_str))
            .collect::<HashSet<_>>()
    });
    let found = catalog.sessions.iter().filter_map(|session| {
        let old = before.sessions.get(session.id.as_str()).filter(|old| old.removed.is_none())?;
        let (was, is) = (&old.published, &plan.edition.revision(session).published);
        let is_same = was.title == is.title || was.when.start() == is.when.start();
        if is_same || was.ends_after(now) || old.uid != plan.edition.revision(session).uid {
            return None;
        }
        let (id, title) = (&session.id, &was.title);
        let lines = lines(was, session.when.zone(), id);
        let when = was.when.when(session.when.zone());
        let date = match &when {
            When::AllDay(days) => days.first,
            When::Timed(timed) => timed.start.local.date(),
        };
        let message = format!("`{id}` was \"{title}\" on {date}, which is over; another session has its id now");
        let year = session.when.start().format("%Y-%m");
        let candidates = [Id::suggest(session.title.as_str()), Id::suggest(&format!("{id}-{year}"))];
        let new = candidates.into_iter().flatten().find(|new| !taken.contains(new.as_str()));
        let new = new.map_or_else(|| "...".to_owned(), |new| new.to_string());
        let span = locations.sessions.get(id).cloned().unwrap_or_default();
        Some(Finding::warning(Code::OverwrittenSession, span, message).help(format!(
            "write `id = \"{new}\"` for the new session, and add the old one again, with its other lines; otherwise calendars \
             turn it into the new one:\n{lines}"
        )))
    });
    found.collect()
}

/// The table of a published session, as far as the revisions file records it.
fn lines(was: &PublishedSession, zone: &Zone, id: &Id) -> String {
    let (start, end) = match was.when.when(zone) {
        When::AllDay(days) => (days.first.to_string(), days.last.to_string()),
        When::Timed(timed) => (rfc3339::local(timed.start.local), rfc3339::local(timed.end.local)),
    };
    let title = was.title.replace('\\', "\\\\").replace('"', "\\\"");
    format!("[[sessions]]\nid = \"{id}\"\ntitle = \"{title}\"\nstart = {start}\nend = {end}")
}

/// Returns errors for a given UID that another session already has, because calendars would show only one of the two.
pub(super) fn same_uid(plan: &Planned, locations: &Locations) -> Vec<Finding> {
    let edition = &plan.edition;
    let uid = |session: &Session| edition.revision(session).uid.as_str();
    let mut owners: HashMap<&str, &Id> = HashMap::new();
    let (given, kept): (Vec<&Session>, Vec<&Session>) =
        edition.catalog.sessions.iter().partition(|session| session.uid.is_some());
    owners.extend(kept.into_iter().map(|session| (uid(session), &session.id)));
    let clash = |session: &Session| {
        let owner = owners.get(uid(session))?;
        let span = locations.sessions.get(&session.id).cloned().unwrap_or_default();
        let message = format!("`{owner}` was published with the `uid` of `{}`", session.id);
        Some(Finding::error(Code::DuplicateId, span, message).help(format!(
            "delete the `uid` line; if this is that session, delete the other and add `was = [\"{owner}\"]`"
        )))
    };
    given.into_iter().filter_map(clash).collect()
}

pub(super) fn unproven(plan: &Planned, locations: &Locations) -> Vec<Finding> {
    let finding = |id: &Id| {
        let span = locations.sessions.get(id).cloned().unwrap_or_default();
        let message =
            format!("no time-zone definition shows `{id}` at the right hour in every calendar app");
        Finding::error(Code::ZoneNotProven, span, message)
            .help("it is published in UTC; please report this zone and time")
    };
    plan.unproven.iter().map(finding).collect()
}

pub(super) fn not_recorded(
    planned: &Revisions,
    before: &Revisions,
    locations: &Locations,
) -> Vec<Finding> {
    let mut changed: Vec<&str> = planned
        .sessions
        .iter()
        .filter(|(id, revision)| before.sessions.get(*id) != Some(*revision))
        .map(|(id, _)| id.as_str())
        .collect();
    let same = planned.feeds == before.feeds && planned.resources == before.resources;
    if changed.is_empty() && !same {
        changed.push("the calendar");
    }
    let location = |id: &str| {
        let of_session = Id::parse(id).ok().and_then(|id| locations.sessions.get(&id).cloned());
        of_session.unwrap_or_else(|| locations.calendar_id.clone())
    };
    changed
        .into_iter()
        .map(|id| {
            let message = format!("the revisions file does not record this state of `{id}`");
            Finding::error(Code::NotRecorded, location(id), message)
                .help("run `convene record` where the folder can be written, and keep both files together")
        })
        .collect()
}
