//! Warnings that need more than the file: the revisions, the printed calendars, or the clock.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Timelike, Utc};

use super::Planned;
use crate::config::Locations;
use crate::diagnostic::{Code, Finding};
use crate::document::Kind;
use crate::model::{Catalog, Id, Status, When};
use crate::revisions::Revisions;
use crate::rfc3339;
use crate::urls::{FeedRoute, Urls};
use crate::zone::Local;

/// The size at which Google stops reading a subscribed calendar, in bytes (JM-Lemmi/ical-relay#212).
const GOOGLE: usize = 1_000_000;

/// Published, upcoming sessions that the file no longer has.
pub(super) fn removed(
    planned: &Revisions,
    before: &Revisions,
    locations: &Locations,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let live = before.sessions.iter().filter(|(_, old)| old.removed.is_none());
    let published: HashMap<&str, &String> = live.map(|(id, old)| (old.uid.as_str(), id)).collect();
    planned
        .sessions
        .values()
        .filter(|entry| entry.removed.is_some() && entry.published.starts_after(now))
        // Subscribers no longer expect a cancelled session.
        .filter(|entry| entry.published.status != Status::Cancelled)
        .filter_map(|entry| Some((published.get(entry.uid.as_str())?, entry)))
        .map(|(id, entry)| {
            let title = &entry.published.title;
            let message = format!("`{id}`, \"{title}\", is a published, upcoming session, but is no longer in the file");
            Finding::warning(Code::RemovedSession, locations.calendar_id.clone(), message).help(
                "to cancel it, keep it with `status = \"cancelled\"`; if it has a new id, add the old \
                 one there as `was`",
            )
        })
        .collect()
}

/// Sessions whose published UID would change.
pub(super) fn another_uid(
    planned: &Revisions,
    before: &Revisions,
    locations: &Locations,
) -> Vec<Finding> {
    let live = planned.sessions.values().filter(|entry| entry.removed.is_none());
    let uids: HashSet<&str> = live.map(|entry| entry.uid.as_str()).collect();
    let changed = planned.sessions.iter().filter_map(|(id, entry)| {
        let old = before.sessions.get(id).filter(|old| old.removed.is_none())?;
        let lost = old.uid != entry.uid && !uids.contains(old.uid.as_str());
        lost.then_some((id, old))
    });
    changed
        .map(|(id, old)| {
            let (uid, title) = (&old.uid, &old.published.title);
            let span = Id::parse(id).ok().and_then(|id| locations.sessions.get(&id).cloned());
            let message = format!(
                "`{id}`, \"{title}\", was published with the UID `{uid}`, but now has another one"
            );
            Finding::warning(Code::RemovedSession, span.unwrap_or_default(), message).help(format!(
                "subscribers lose that entry and get a new one; to keep it, write `uid = \"{uid}\"`"
            ))
        })
        .collect()
}

/// Upcoming sessions that start between midnight and six in the morning, in every zone in which their time is printed:
/// the hour was probably meant for the afternoon. In another zone it may be day. A time that the clocks repeat is chosen by
/// `fold`, so it is meant.
pub(super) fn at_night(
    catalog: &Catalog,
    locations: &Locations,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let upcoming = catalog.sessions.iter().filter(|session| session.when.start() > now);
    let found = upcoming.filter_map(|session| {
        let When::Timed(timed) = &session.when else { return None };
        if timed.start.local.hour() >= 6 {
            return None;
        }
        let (start, local) = (timed.start.instant, timed.start.local);
        let by_day = |zone: &&crate::zone::Zone| (8..22).contains(&zone.local(start).hour());
        let others = catalog.calendar.zones(&timed.zone);
        let is_meant = session.status == Status::Cancelled
            || others.iter().skip(1).any(by_day)
            || matches!(timed.zone.resolve(local), Local::Fold { .. });
        if is_meant {
            return None;
        }
        let span = locations.starts.get(&session.id).cloned()?;
        let later = local + TimeDelta::hours(12);
        let message = format!("`{}` starts at {}, at night", session.id, local.format("%-I:%M %P"));
        let help = match local.hour() {
            0 => format!(
                "for noon write `start = {}`; for the whole day write `start = {}` and `duration = \"1d\"`",
                rfc3339::local(later),
                local.date()
            ),
            _ => format!("for {} write `start = {}`", later.format("%-I:%M %P"), rfc3339::local(later)),
        };
        let help = format!("{help}; if it starts at night, no change is needed");
        Some(Finding::warning(Code::AtNight, span, message).help(help))
    });
    found.collect()
}

/// Sessions that are over and were never published, in a file of which others were.
pub(super) fn new_in_the_past(
    plan: &Planned,
    before: &Revisions,
    locations: &Locations,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    if before.sessions.is_empty() {
        return Vec::new();
    }
    let known: HashSet<&str> = before.sessions.values().map(|entry| entry.uid.as_str()).collect();
    let over = plan.edition.catalog.sessions.iter().filter(|session| session.when.end() <= now);
    let new = over.filter(|session| !known.contains(plan.edition.revision(session).uid.as_str()));
    new.map(|session| {
        let span = locations.starts.get(&session.id).cloned().unwrap_or_default();
        let message = format!("`{}` is a new session, and it is over already", session.id);
        let help = match next_year(&session.when, now) {
            Some(start) => format!("if the year is wrong, write `start = {start}`; if it is for the record, no change is needed"),
            None => "correct `start`; if it is for the record, no change is needed".to_owned(),
        };
        Finding::warning(Code::NewInThePast, span, message).help(help)
    })
    .collect()
}

/// The start in the first year in which it is not over, if there is such a day.
fn next_year(when: &When, now: DateTime<Utc>) -> Option<String> {
    let days = (now - when.start()).num_days();
    let years = u32::try_from(days / 365 + 1).unwrap_or(1);
    let later = chrono::Months::new(12 * years);
    match when {
        When::AllDay(days) => days.first.checked_add_months(later).map(|date| date.to_string()),
        When::Timed(timed) => timed.start.local.checked_add_months(later).map(rfc3339::local),
    }
}

/// Published feeds that the file no longer has.
pub(super) fn retired(
    planned: &Revisions,
    before: &Revisions,
    locations: &Locations,
) -> Vec<Finding> {
    let known = |id: &String| before.feeds.get(id).is_some_and(|feed| feed.gone.is_none());
    planned
        .feeds
        .iter()
        .filter(|(id, feed)| feed.gone.is_some() && known(id))
        // Another id of the calendar is an error of its own.
        .filter(|(id, _)| before.calendar.as_ref() != Some(id))
        .map(|(id, feed)| {
            let title = &feed.title;
            let message = format!("the published feed `{id}`, \"{title}\", was removed from the file");
            Finding::warning(Code::RemovedFeed, locations.calendar_id.clone(), message).help(
                "its subscribers get a notice that it has ended; if it has a new id, add the old one \
                 there as `was`",
            )
        })
        .collect()
}

/// Feeds that Google does not read to their end.
pub(super) fn too_large(plan: &Planned, locations: &Locations) -> Vec<Finding> {
    let urls = &plan.edition.urls;
    let large: HashMap<&str, usize> = plan
        .calendars
        .iter()
        .filter(|document| document.kind == Kind::Feed && document.body.len() > GOOGLE)
        .map(|document| (document.path.as_str(), document.body.len()))
        .collect();
    plan.edition
        .catalog
        .feeds()
        .filter_map(|feed| {
            let size = *large.get(urls.feed(feed.id, FeedRoute::Calendar).as_str())?;
            let span = locations.feeds.get(feed.id).cloned().unwrap_or_default();
            let (id, size) = (feed.id, size / 1000);
            let message =
                format!("the feed `{id}` has {size} kB; Google Calendar stops reading at 1,000");
            Some(Finding::warning(Code::FeedTooLarge, span, message).help(
                "let readers subscribe to series or [[feeds]] instead, or drop past sessions with \
                 `keep_past`",
            ))
        })
        .collect()
}

/// A file without upcoming sessions.
pub(super) fn nothing_to_come(
    catalog: &Catalog,
    locations: &Locations,
    now: DateTime<Utc>,
) -> Option<Finding> {
    if catalog.sessions.iter().any(|session| session.when.end() > now) {
        return None;
    }
    let message = match catalog.sessions.is_empty() {
        true => "there is no session in this file",
        false => "every session of this file is over",
    };
    Some(
        Finding::warning(Code::NothingToCome, locations.calendar_id.clone(), message)
            .help("add a [[sessions]] table for the next one"),
    )
}

/// Exported links that lead to a loopback address.
pub(super) fn loopback(urls: &Urls, locations: &Locations) -> Option<Finding> {
    let base = urls.base();
    base.is_loopback().then(|| {
        let span = locations.calendar_url.clone().unwrap_or_else(|| locations.calendar_id.clone());
        let message = format!(
            "the exported links lead to {}, which only this machine reaches",
            base.as_str()
        );
        Finding::warning(Code::LoopbackUrl, span, message)
            .help("write the public address as `url` in [calendar], or give it with `--url`")
    })
}
