//! Findings about a file that contradicts earlier publications, or that the revisions file does not record.

use std::collections::HashMap;

use super::Planned;
use crate::config::Locations;
use crate::diagnostic::{Code, Finding};
use crate::model::{Catalog, Id, Session};
use crate::revisions::Revisions;

/// Errors for a file that contradicts earlier publications.
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
            let message = format!("`{id}` was the id of another session, \"{title}\", which was removed");
            Finding::error(Code::ReusedId, span, message).help("choose a new id; if it is that session again, moved and retitled, add `again = true`")
        }))
        .collect()
}

/// An error for another calendar id: UIDs derive from it, so every subscriber would get every session twice.
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

/// Errors for a given UID that another session already has: calendars would show only one of both.
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
