//! Makes the report of `convene preview`: the changes that readers will see after a file is published.
//!
//! To read: this file (the report), `sentence` (one change in words), `repeats` (dates of rules), `text` and `json` (formats).

mod json;
mod repeats;
mod sentence;
mod text;

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::l10n::Words;
use crate::model::{Id, Session, Status, When};
use crate::revisions::{Difference, Edition, Revisions, What, differences};
use crate::urls::{FeedRoute, SessionRoute};
use crate::zone::Zone;
use repeats::DatesChange;

/// The time within which the organizer should announce changes by mail, too, because calendar apps check only every few
/// hours.
const SOON: TimeDelta = TimeDelta::hours(24);

/// A city for which the report shows times.
#[derive(Debug, Clone)]
pub struct City {
    /// The name as typed.
    pub name: String,
    /// The zone.
    pub zone: Zone,
}

/// The changes in calendars, ready to print. The state records no values that only pages and blocks show, such as
/// registration, so they are not compared; planned sessions are listed without a comparison.
#[derive(Debug)]
pub struct Report {
    items: Vec<ChangedSession>,
    /// The times of all upcoming sessions in the given cities, which are printed only if nothing changes.
    to_come: Vec<(String, Vec<There>)>,
    repeats: Vec<DatesChange>,
    /// The id and the title of each session whose date is to be announced.
    planned: Vec<(String, String)>,
    feeds: Vec<FeedChange>,
    refresh: TimeDelta,
}

/// One session that changes.
#[derive(Debug)]
struct ChangedSession {
    change: Difference,
    said: Vec<String>,
    cities: Vec<There>,
    /// Whether the session begins so soon that calendar apps may check too late.
    soon: bool,
    /// Whether the session is removed although readers expect it.
    better_cancelled: bool,
    /// The address of the block *What changed*.
    newsletter: Option<String>,
}

/// The start of a session in the time of a city.
#[derive(Debug)]
struct There {
    city: String,
    zone: String,
    before: Option<String>,
    after: Option<String>,
    line: String,
}

/// A calendar that changes for its subscribers.
#[derive(Debug)]
struct FeedChange {
    id: String,
    title: String,
    url: String,
    what: &'static str,
}

/// Returns the changes from one state to another; `after` is the state of the edition. Instants are compared with
/// `now`, and dates in its year have no year.
pub fn preview(
    edition: &Edition,
    before: &Revisions,
    after: &Revisions,
    cities: &[City],
    now: DateTime<Utc>,
) -> Report {
    let words = Words::new(&edition.catalog.calendar).near(now.date_naive()).in_terminals();
    let known = EditionIndex::new(edition);
    let items: Vec<ChangedSession> = differences(before, after)
        .into_iter()
        .map(|change| item(&known, change, &words, cities, now))
        .collect();
    let to_come = match items.is_empty() {
        false => Vec::new(),
        true => to_come(edition, &words, cities, now),
    };
    let (repeats, feeds) =
        (repeats::changes(edition, before, after, now), feeds(edition, before, after));
    let planned = edition.catalog.undated.iter();
    let planned = planned.map(|own| (own.id.to_string(), own.title.to_string())).collect();
    Report { items, to_come, repeats, planned, feeds, refresh: edition.catalog.calendar.refresh }
}

impl Report {
    /// Returns the report for people.
    pub fn text(&self) -> String {
        text::print(self)
    }

    /// Returns the report for programs. docs/json.md describes it.
    pub fn json(&self) -> String {
        json::print(self)
    }
}

/// The parts of the edition that the report finds by name.
struct EditionIndex<'a> {
    edition: &'a Edition,
    zones: HashMap<&'a str, &'a Zone>,
    sessions: HashMap<&'a str, &'a Session>,
}

impl<'a> EditionIndex<'a> {
    fn new(edition: &'a Edition) -> Self {
        let sessions = edition.catalog.sessions.iter();
        let sessions = sessions.map(|session| (session.id.as_str(), session)).collect();
        Self { edition, zones: edition.zones(), sessions }
    }

    /// Returns the zone with a published name if the file still has it, or else the calendar's.
    fn zone(&self, tzid: &str) -> &'a Zone {
        self.zones.get(tzid).copied().unwrap_or(&self.edition.catalog.calendar.zone)
    }
}

fn item(
    known: &EditionIndex<'_>,
    change: Difference,
    words: &Words,
    cities: &[City],
    now: DateTime<Utc>,
) -> ChangedSession {
    let edition = known.edition;
    // Both times are printed in the current zone, so that they differ only by the move.
    let zone = known.zone(&change.after.zone);
    let is = Some(change.after.when.when(zone));
    let was = change.before.as_ref().map(|before| before.when.when(zone));
    let said = sentence::all(edition, &change, (was.as_ref(), is.as_ref()), words, now);
    let near = |when: &When| when.start() > now && when.start() <= now + SOON;
    let heavy = change.what.iter().any(|what| !matches!(what, What::Other | What::Feeds));
    let gone = change.what.contains(&What::Removed);
    let ahead = is.as_ref().is_some_and(|when| when.end() > now);
    let urls = &edition.urls;
    let session = known.sessions.get(change.id.as_str()).copied();
    let newsletter = session.filter(|own| ahead && is_told(edition, own, &change.what));
    let expected = change.before.as_ref().is_some_and(|before| before.status != Status::Cancelled);
    ChangedSession {
        said,
        better_cancelled: gone && ahead && expected && !edition.is_undated(&change.id),
        soon: heavy && was.iter().chain(&is).any(near),
        cities: cities
            .iter()
            .filter_map(|city| {
                let shown = is.as_ref().filter(|_| !gone);
                let moved = was.as_ref().filter(|was| Some(was.start()) != shown.map(When::start));
                there(city, moved, shown, words)
            })
            .collect(),
        newsletter: newsletter
            .map(|own| urls.absolute(&urls.session(&own.id, SessionRoute::Newsletter))),
        change,
    }
}

/// Returns whether the block *What changed* announces any of these differences.
fn is_told(edition: &Edition, session: &Session, what: &[What]) -> bool {
    let news = edition.news(session);
    what.iter().any(|what| match what {
        What::Moved | What::Cancelled => true,
        What::Place => news.place.is_some(),
        What::Register(_) => news.register.is_some(),
        What::Join(_) => news.join.is_some(),
        _ => false,
    })
}

/// Returns the times in a city. Whole days are the same everywhere.
fn there(city: &City, was: Option<&When>, is: Option<&When>, words: &Words) -> Option<There> {
    let instant = |when: &&When| matches!(when, When::Timed(_)).then(|| when.start());
    let start = |when: Option<&When>| when.as_ref().and_then(instant);
    let (was, is) = (start(was), start(is));
    let say = |instant| words.there(instant, &city.zone);
    let line = match (was, is) {
        (Some(was), Some(is)) => {
            let day = |instant| city.zone.local(instant).date();
            let to = match day(was) == day(is) {
                true => words.hour_there(is, &city.zone),
                false => say(is),
            };
            format!("{} to {to}", say(was))
        }
        (None, Some(is)) => say(is),
        (Some(was), None) => format!("was {}", say(was)),
        (None, None) => return None,
    };
    Some(There {
        city: city.name.clone(),
        zone: city.zone.name().to_owned(),
        before: was.map(say),
        after: is.map(say),
        line,
    })
}

fn to_come(
    edition: &Edition,
    words: &Words,
    cities: &[City],
    now: DateTime<Utc>,
) -> Vec<(String, Vec<There>)> {
    let ahead = edition.catalog.sessions.iter().filter(|session| session.when.end() > now);
    let of = |city: &City, when: &When| there(city, None, Some(when), words);
    ahead
        .filter(|_| !cities.is_empty())
        .map(|session| {
            let seen = cities.iter().filter_map(|city| of(city, &session.when)).collect();
            (session.title.to_string(), seen)
        })
        .collect()
}

/// Returns the calendars whose bytes differ.
fn feeds(edition: &Edition, before: &Revisions, after: &Revisions) -> Vec<FeedChange> {
    let urls = &edition.urls;
    let live = edition.catalog.feeds().map(|feed| (feed.id, feed.title.to_string(), false));
    // These are feeds whose address now has the calendar of another feed, which existed before.
    let known = |id: &Id| before.feeds.get(id.as_str()).filter(|feed| feed.gone.is_none());
    let taken_over =
        edition.catalog.feeds().filter(|feed| known(feed.id).is_some()).flat_map(|feed| {
            edition.former_of_feed(feed.id).iter().filter_map(|old| {
                let (id, title) = (old.to_string(), known(old)?.title.clone());
                Some(FeedChange {
                    id,
                    title,
                    url: urls.absolute(&urls.feed(old, FeedRoute::Calendar)),
                    what: "taken-over",
                })
            })
        });
    let taken_over: Vec<FeedChange> = taken_over.collect();
    let ended = edition.retired().map(|feed| (&feed.id, feed.title.clone(), true));
    live.chain(ended)
        .filter_map(|(id, title, ended)| {
            let path = urls.feed(id, FeedRoute::Calendar);
            let key = urls.relative(&path);
            let digest = |state: &Revisions| state.resources.get(key).map(|own| own.digest.clone());
            let (old, new) = (digest(before), digest(after));
            let had = |id: &Id| known(id).is_some();
            let is_renamed = !had(id) && edition.former_of_feed(id).iter().any(had);
            let what = match (old == new, old.is_some(), ended) {
                (true, _, _) => return None,
                (_, false, _) if is_renamed => "renamed",
                (_, false, _) => "new",
                (_, _, true) => "ended",
                (_, _, false) => "changed",
            };
            Some(FeedChange { id: id.to_string(), title, url: urls.absolute(&path), what })
        })
        .chain(taken_over)
        .collect()
}
