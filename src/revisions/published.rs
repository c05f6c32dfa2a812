//! What readers were told about a session, as it is remembered.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Revision, bounds, digest};
use crate::model::{AllDay, Session, Timed, When};
use crate::zone::Zone;

/// What readers were told about a session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// Its title.
    pub title: String,
    /// An instant such as `2024-04-30T21:00:00Z`, or a date for whole days.
    #[serde(deserialize_with = "bounds::time")]
    pub start: String,
    /// An instant, or the last day.
    #[serde(deserialize_with = "bounds::time")]
    pub end: String,
    /// Its zone, as it is written into calendars.
    pub zone: String,
    /// `confirmed`, `tentative` or `cancelled`.
    pub status: String,
    /// Where it is in the world.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// The ids of the feeds that it was in.
    pub feeds: Vec<String>,
    /// Starts that it had before, oldest first; of several whole days `FIRST/LAST`.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "bounds::times")]
    pub earlier: Vec<String>,
    /// Ids that it had before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<String>,
    /// The digest of its text, links and tags.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Which addresses of its links were given out, `join` and `register`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub links: BTreeSet<String>,
}

impl Published {
    /// Its time, in a zone.
    pub fn when(&self, zone: &Zone) -> Option<When> {
        when(&self.start, &self.end, zone)
    }

    /// When it began before, oldest first, in a zone: timed ones without length, days as they were.
    pub fn earlier(&self, zone: &Zone) -> Vec<When> {
        let then = |text: &String| match text.split_once('/') {
            Some((first, last)) => when(first, last, zone),
            None => when(text, text, zone),
        };
        self.earlier.iter().filter_map(then).collect()
    }

    /// Whether it begins after an instant; whole days count by their date in UTC.
    pub fn starts_after(&self, now: DateTime<Utc>) -> bool {
        match self.start.parse::<DateTime<Utc>>() {
            Ok(start) => start > now,
            Err(_) => self.start.as_str() > now.date_naive().to_string().as_str(),
        }
    }
}

/// What is published, but for what was given out before; `feeds` are the ids of those that it is in.
pub(super) fn published(
    session: &Session,
    feeds: Vec<String>,
    entry: Option<&Revision>,
) -> Published {
    let (start, end) = times(session);
    let mut earlier = entry.map(|entry| entry.published.earlier.clone()).unwrap_or_default();
    if let Some(Published { start: first, end: last, .. }) = entry.map(|entry| &entry.published)
        && *first != start
    {
        // Of whole days the last one too: that is how they are told.
        let days = !first.contains('T') && first != last;
        earlier.push(if days { format!("{first}/{last}") } else { first.clone() });
    }
    Published {
        title: session.title.to_string(),
        start,
        end,
        zone: session.when.zone().tzid().to_owned(),
        status: session.status.as_str().to_owned(),
        place: session.place.as_ref().map(crate::model::Place::line),
        feeds,
        earlier,
        was: Vec::new(),
        text: Some(digest::of_text(session)),
        links: BTreeSet::new(),
    }
}

/// Those that it has, and those that it had.
pub(super) fn links<'a>(
    session: &Session,
    given: impl Iterator<Item = &'a Published>,
) -> BTreeSet<String> {
    let own = [("register", &session.register), ("join", &session.join)];
    let own = own.into_iter().filter(|(_, link)| link.is_some()).map(|(name, _)| name.to_owned());
    own.chain(given.flat_map(|known| known.links.iter().cloned())).collect()
}

/// What [`times`] wrote.
fn when(start: &str, end: &str, zone: &Zone) -> Option<When> {
    let zone = zone.clone();
    if let (Ok(start), Ok(end)) = (start.parse(), end.parse()) {
        let (start, end) = (zone.moment(start), zone.moment(end));
        return Some(When::Timed(Timed { zone, start, end }));
    }
    let (first, last) = (start.parse().ok()?, end.parse().ok()?);
    Some(When::AllDay(AllDay { zone, first, last }))
}

/// Start and end as [`Published`] has them.
pub(super) fn times(session: &Session) -> (String, String) {
    match &session.when {
        When::Timed(timed) => (rfc3339(timed.start.instant), rfc3339(timed.end.instant)),
        When::AllDay(days) => (days.first.to_string(), days.last.to_string()),
    }
}

fn rfc3339(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
