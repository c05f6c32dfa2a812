//! Warnings that need more than the file: the revisions, the printed calendars, or the clock.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::Planned;
use crate::config::Locations;
use crate::diagnostic::{Code, Finding};
use crate::document::Kind;
use crate::model::{Catalog, Id, Repeat, Status};
use crate::revisions::Revisions;
use crate::urls::{FeedRoute, Urls};

/// The size at which Google stops reading a subscribed calendar, in bytes (JM-Lemmi/ical-relay#212).
const GOOGLE: usize = 1_000_000;

/// Upcoming sessions that were published and that the file no longer has; of a repeating session that is still there,
/// all dates in one finding.
pub(super) fn removed(
    plan: &Planned,
    before: &Revisions,
    locations: &Locations,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let live = before.sessions.iter().filter(|(_, old)| old.removed.is_none());
    let published: HashMap<&str, &String> = live.map(|(id, old)| (old.uid.as_str(), id)).collect();
    let removed = plan
        .revisions
        .sessions
        .values()
        .filter(|entry| entry.removed.is_some() && entry.published.starts_after(now))
        // Subscribers expect nothing more of a cancelled session.
        .filter(|entry| entry.published.status != Status::Cancelled)
        .filter_map(|entry| Some((published.get(entry.uid.as_str())?, entry)));
    let repeats = &plan.edition.catalog.repeats;
    let of_repeat = |id: &str| {
        let (of, _) = Id::split_date(id)?;
        repeats.iter().position(|own| own.was.iter().chain([&own.id]).any(|id| id.as_str() == of))
    };
    let (mut findings, mut dates) = (Vec::new(), BTreeMap::<usize, Vec<&str>>::new());
    for (id, entry) in removed {
        if let Some(repeat) = of_repeat(id) {
            dates.entry(repeat).or_default().push(id);
            continue;
        }
        let title = &entry.published.title;
        let message = format!(
            "`{id}`, \"{title}\", is a published upcoming session, and was removed from the file"
        );
        findings.push(Finding::warning(Code::RemovedSession, locations.calendar_id.clone(), message).help(
            "to cancel it, keep it with `status = \"cancelled\"`; if it has a new id, add the old \
             one there as `was`",
        ));
    }
    findings.extend(dates.into_iter().map(|(repeat, mut ids)| {
        ids.sort_unstable();
        removed_dates(&repeats[repeat], &ids, locations)
    }));
    findings
}

fn removed_dates(repeat: &Repeat, ids: &[&str], locations: &Locations) -> Finding {
    let (id, first) = (&repeat.id, ids.first().copied().unwrap_or_default());
    let message = match ids {
        [_] => format!("`{first}` is a published upcoming date of `{id}`, and was removed"),
        _ => format!(
            "`{first}` and {} more published upcoming dates of `{id}` were removed",
            ids.len() - 1
        ),
    };
    let span = locations.sessions.get(id).cloned().unwrap_or_default();
    Finding::warning(Code::RemovedSession, span, message).help(format!(
        "to cancel a date, keep it in the rule, and add a [[sessions]] table with `id = \"{first}\"` and \
         `status = \"cancelled\"`; if dates moved to other days, `convene preview` prints the lines to add"
    ))
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
                "`{id}`, \"{title}\", was published with the UID `{uid}`, and has another now"
            );
            Finding::warning(Code::RemovedSession, span.unwrap_or_default(), message).help(format!(
                "subscribers lose that entry and get a new one; to keep it write `uid = \"{uid}\"`"
            ))
        })
        .collect()
}

/// Feeds that were published and that the file no longer has.
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
            let message = format!("the feed `{id}` has {size} kB; Google Calendar stops reading at 1,000");
            Some(Finding::warning(Code::FeedTooLarge, span, message).help(
                "let readers subscribe to series or [[feeds]] instead, or let past sessions go with \
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
