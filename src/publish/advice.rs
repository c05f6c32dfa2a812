//! Warns about problems that need more data than the file: the revisions, the printed calendars, or the clock.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use chrono::{DateTime, TimeDelta, Timelike, Utc};

use super::Planned;
use crate::config::Locations;
use crate::diagnostic::{Code, Finding};
use crate::document::Kind;
use crate::model::{Catalog, Id, Repeat, Session, Status, When};
use crate::revisions::Revisions;
use crate::rfc3339;
use crate::urls::{FeedRoute, Urls};
use crate::zone::Local;

/// The size at which Google stops reading a subscribed calendar, in bytes (JM-Lemmi/ical-relay#212).
const GOOGLE: usize = 1_000_000;

/// Returns warnings about published, upcoming sessions that the file no longer has. If a repeating session is still in
/// the file, all its removed dates are one finding.
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
        // A session without a date is in the file.
        .filter(|entry| {
            let id = published.get(entry.uid.as_str()).map(|id| id.as_str());
            !id.is_some_and(|id| plan.edition.is_undated(id))
        })
        // Subscribers no longer expect a cancelled session.
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
            "`{id}`, \"{title}\", is a published, upcoming session, but is no longer in the file"
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
        [_] => format!(
            "`{first}` is a published, upcoming date of `{id}`, but is no longer in the file"
        ),
        _ => format!(
            "`{first}` and {} more published, upcoming dates of `{id}` are no longer in the file",
            ids.len() - 1
        ),
    };
    let span = locations.sessions.get(id).cloned().unwrap_or_default();
    Finding::warning(Code::RemovedSession, span, message).help(format!(
        "to cancel a date, keep it in the rule, and add a [[sessions]] table with `id = \"{first}\"` and \
         `status = \"cancelled\"`; if dates moved to other days, `convene preview` prints the lines to add"
    ))
}

/// Returns errors about sessions whose published UID would change.
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

/// Returns warnings about upcoming sessions that start between midnight and six in the morning in every zone in which
/// their time is printed, because the author probably meant the afternoon. A time that the clocks repeat needs `fold`,
/// so the author means it. Dates that share their start are one finding.
pub(super) fn at_night(
    catalog: &Catalog,
    locations: &Locations,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let is_at_night = |session: &Session| {
        let When::Timed(timed) = &session.when else { return false };
        let (start, local) = (timed.start.instant, timed.start.local);
        let by_day = |zone: &&crate::zone::Zone| (8..22).contains(&zone.local(start).hour());
        let others = catalog.calendar.zones(&timed.zone);
        start > now
            && local.hour() < 6
            && session.status != Status::Cancelled
            && !others.iter().skip(1).any(by_day)
            && !matches!(timed.zone.resolve(local), Local::Fold { .. })
    };
    let by_start = by_start(&catalog.sessions, locations).into_values();
    let found =
        by_start.filter(|(_, sessions)| sessions.iter().any(|session| is_at_night(session)));
    let finding = |(span, sessions): (Range<usize>, Vec<&Session>)| {
        let session = sessions.first()?;
        let When::Timed(timed) = &session.when else { return None };
        let local = timed.start.local;
        let later = local + TimeDelta::hours(12);
        let message =
            format!("`{}` starts at {}, at night", name(session), local.format("%-I:%M %P"));
        let help = match local.hour() {
            0 => format!(
                "for noon write `start = {}`; for the whole day write `start = {}` and `duration = \"1d\"`",
                rfc3339::local(later),
                local.date()
            ),
            _ => format!(
                "for {} write `start = {}`",
                later.format("%-I:%M %P"),
                rfc3339::local(later)
            ),
        };
        let help = format!("{help}; if it starts at night, no change is needed");
        Some(Finding::warning(Code::AtNight, span, message).help(help))
    };
    found.filter_map(finding).collect()
}

/// Returns warnings about sessions that are over and were never published, in a file whose other sessions were. Dates
/// that share their start are one finding.
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
    let finding = |(span, sessions): (Range<usize>, Vec<&Session>)| {
        let session = sessions.first()?;
        let message = match sessions.len() {
            1 => format!("`{}` is a new session, and it is over already", session.id),
            count => {
                format!("{count} dates of `{}` are new, and they are over already", name(session))
            }
        };
        let help = match next_year(&session.when, now) {
            Some(start) => format!(
                "if the year is wrong, write `start = {start}`; if it is for the record, no change is needed"
            ),
            None => "correct `start`; if it is for the record, no change is needed".to_owned(),
        };
        Some(Finding::warning(Code::NewInThePast, span, message).help(help))
    };
    by_start(new, locations).into_values().filter_map(finding).collect()
}

/// Returns warnings about reasons for sessions that are neither cancelled nor moved, in a file whose sessions were
/// published. The dates that share the table of their rule are one finding.
pub(super) fn reason_not_shown(
    plan: &Planned,
    before: &Revisions,
    locations: &Locations,
) -> Vec<Finding> {
    if before.sessions.is_empty() {
        return Vec::new();
    }
    let edition = &plan.edition;
    let hidden = edition.catalog.sessions.iter().filter(|session| {
        session.reason.is_some() && edition.reason(session).is_none() && !edition.is_past(session)
    });
    let mut by_table: BTreeMap<usize, (Range<usize>, Vec<&Session>)> = BTreeMap::new();
    for session in hidden {
        let span = locations.sessions.get(&session.id).cloned().unwrap_or_default();
        by_table.entry(span.start).or_insert_with(|| (span, Vec::new())).1.push(session);
    }
    let finding = |(span, sessions): (Range<usize>, Vec<&Session>)| {
        let session = sessions.first()?;
        let (message, help) = match sessions.len() {
            1 => (
                format!(
                    "the `reason` of `{}` is not shown: the session is not cancelled, and has no new time or place",
                    session.id
                ),
                "delete the line, or write `status = \"cancelled\"`",
            ),
            count => (
                format!(
                    "the `reason` of `{}` is not shown on {count} dates: they are not cancelled, and have no new \
                     time or place",
                    name(session)
                ),
                "write the line in the [[sessions]] table of the date that it explains",
            ),
        };
        Some(Finding::warning(Code::ReasonNotShown, span, message).help(help))
    };
    by_table.into_values().filter_map(finding).collect()
}

/// Returns the sessions by the location of their `start`, which the dates of a repeating session share.
fn by_start<'a>(
    sessions: impl IntoIterator<Item = &'a Session>,
    locations: &Locations,
) -> BTreeMap<usize, (Range<usize>, Vec<&'a Session>)> {
    let mut by_start = BTreeMap::new();
    for session in sessions {
        let span = locations.starts.get(&session.id).cloned().unwrap_or_default();
        by_start.entry(span.start).or_insert_with(|| (span, Vec::new())).1.push(session);
    }
    by_start
}

/// Returns the id for a message about a session's `start`: for the dates of a rule, the id of the repeating session.
fn name(session: &Session) -> &Id {
    session.date.as_ref().map_or(&session.id, |date| &date.of)
}

/// Returns the start in the first year in which it is not over, if that year has such a day.
fn next_year(when: &When, now: DateTime<Utc>) -> Option<String> {
    let days = (now - when.start()).num_days();
    let years = u32::try_from(days / 365 + 1).unwrap_or(1);
    let later = chrono::Months::new(12 * years);
    match when {
        When::AllDay(days) => days.first.checked_add_months(later).map(|date| date.to_string()),
        When::Timed(timed) => timed.start.local.checked_add_months(later).map(rfc3339::local),
    }
}

/// Returns warnings about published feeds that the file no longer has.
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
        // Another id of the calendar is reported as a separate error.
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

/// Returns warnings about feeds that Google does not read to their end.
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

/// Returns a warning about a file without upcoming sessions.
pub(super) fn nothing_to_come(
    catalog: &Catalog,
    locations: &Locations,
    now: DateTime<Utc>,
) -> Option<Finding> {
    let is_ahead = |session: &Session| session.when.end() > now;
    if !catalog.undated.is_empty() || catalog.sessions.iter().any(is_ahead) {
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

/// Returns an error about exported links that lead to a loopback address.
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
