//! Makes feeds, which reuse the events of invites. A removed feed ends with a notice.

use std::collections::{HashMap, HashSet};

use icalendar::Property;

use super::calendar::{Draft, body, envelope, file_name};
use super::event::{Event, Text, duration};
use super::{invite, line, removed};
use crate::document::{FileName, Kind};
use crate::l10n::Words;
use crate::markdown;
use crate::model::{Feed, Session};
use crate::revisions::{Contents, Edition, Removed, Retired, of_bytes};
use crate::urls::FeedRoute;

/// Returns every calendar of an edition: the feeds, then the invites.
pub fn calendars(edition: &Edition) -> Vec<Draft> {
    let words = Words::new(&edition.catalog.calendar).in_calendars();
    let sessions = &edition.catalog.sessions;
    let (mut events, mut invites) = (HashMap::with_capacity(sessions.len()), Vec::new());
    for session in sessions {
        let text = Text::new(session, edition, &words);
        let event = Event::new(session, edition, &text);
        invites.push(invite::of(edition, session, &event, &text));
        events.insert(&session.id, event);
    }
    // Every session of a feed is in the catalog.
    let event = |session: &Session| &events[&session.id];
    let feeds = edition.catalog.feeds().map(|feed| self::feed(edition, &feed, event));
    let mut drafts: Vec<Draft> = feeds.collect();
    let mut retired = edition.retired().peekable();
    let known = retired.peek().map(|_| SessionsByUid::new(edition)).unwrap_or_default();
    let retired = retired.map(|feed| self::retired(edition, feed, &known, &words, event));
    let retired: Vec<Draft> = retired.collect();
    drafts.extend(invites);
    drafts.extend(retired);
    drafts.extend(edition.removed().map(|session| invite::of_removed(edition, session, &words)));
    drafts
}

fn feed<'a, 'e: 'a>(
    edition: &'e Edition,
    feed: &Feed<'e>,
    event: impl Fn(&Session) -> &'a Event<'a>,
) -> Draft {
    let path = edition.urls.feed(feed.id, FeedRoute::Calendar);
    let description = feed.description.and_then(markdown::to_some_text);
    let head = feed_head(edition, feed.title.as_str(), description, &path);
    let file_name = file_name(feed.id, feed.title.as_str());
    subscribed(edition, path, file_name, head, edition.contents(feed), "", event)
}

/// Sessions by UID. Records of removed feeds contain UIDs.
#[derive(Default)]
struct SessionsByUid<'e> {
    sessions: HashMap<&'e str, &'e Session>,
    removed: HashMap<&'e str, &'e Removed>,
}

impl<'e> SessionsByUid<'e> {
    fn new(edition: &'e Edition) -> Self {
        let sessions = edition.catalog.sessions.iter();
        let removed = edition.removed();
        Self {
            sessions: sessions.map(|own| (edition.revision(own).uid.as_str(), own)).collect(),
            removed: removed.map(|own| (own.revision.uid.as_str(), own)).collect(),
        }
    }
}

/// Returns a feed that was removed from the file: its last sessions, and a notice that it has ended.
fn retired<'a, 'e: 'a>(
    edition: &'e Edition,
    feed: &Retired,
    known: &SessionsByUid<'e>,
    words: &Words,
    event: impl Fn(&Session) -> &'a Event<'a>,
) -> Draft {
    let path = edition.urls.feed(&feed.id, FeedRoute::Calendar);
    let head = feed_head(edition, &feed.title, None, &path);
    let file_name = file_name(&feed.id, &feed.title);
    // These include sessions that were removed together with the feed, because past sessions stay in readers'
    // calendars.
    let last: HashSet<&String> = feed.sessions.iter().collect();
    let with_it = last.into_iter().filter_map(|uid| known.removed.get(uid.as_str()).copied());
    let mut with_it: Vec<&Removed> = with_it.collect();
    with_it
        .sort_by(|a, b| (a.when.start(), &a.revision.uid).cmp(&(b.when.start(), &b.revision.uid)));
    let mut more: String =
        with_it.into_iter().map(|session| removed::event(edition, session, words)).collect();
    more.push_str(&removed::notice(edition, feed, words));
    let contents = edition.contents_of_retired(feed, &known.sessions);
    subscribed(edition, path, file_name, head, contents, &more, event)
}

/// Returns a calendar to subscribe to; `more` are additional events.
fn subscribed<'a, 'e: 'a>(
    edition: &'e Edition,
    path: String,
    file_name: FileName,
    head: String,
    contents: Contents<'e>,
    more: &str,
    event: impl Fn(&Session) -> &'a Event<'a>,
) -> Draft {
    let Contents { all, here, turned } = contents;
    let write =
        |out: &mut String, session: &Session, format| event(session).write_in_feed(out, format);
    let (whole, unproven) = body(edition, &all, more, write);
    // The digest includes the instants at which sessions will leave the feed. If `keep_past` or the zone of whole days
    // changes, returning sessions count as a change of today, not of the day on which they ended.
    let leaving: String = all
        .iter()
        .filter_map(|session| edition.leaves_feeds(session))
        .map(|instant| format!("{}\n", instant.timestamp()))
        .collect();
    let digest = of_bytes([head.as_bytes(), whole.as_bytes(), leaving.as_bytes()]);
    let (tail, unproven) = match turned {
        None => (whole, unproven),
        Some(_) => body(edition, &here, more, write),
    };
    let parts = (head, tail);
    Draft { path, digest, unproven, kind: Kind::Feed, file_name, parts, turned }
}

fn feed_head(edition: &Edition, title: &str, description: Option<String>, path: &str) -> String {
    let calendar = &edition.catalog.calendar;
    let mut out = envelope();
    let mut text = |name: &str, value: &str| line::write(&mut out, &Property::new(name, value));
    text("NAME", title);
    text("X-WR-CALNAME", title);
    if let Some(plain) = description {
        text("X-WR-CALDESC", &plain);
        text("DESCRIPTION", &plain);
    }
    text("X-WR-TIMEZONE", calendar.zone.tzid());
    let refresh = duration(calendar.refresh);
    // REFRESH-INTERVAL has no default value type (RFC 7986 section 5.7).
    line::write_plain(&mut out, &format!("REFRESH-INTERVAL;VALUE=DURATION:{refresh}"));
    line::write_plain(&mut out, &format!("X-PUBLISHED-TTL:{refresh}"));
    let source =
        Property::new("SOURCE", edition.urls.absolute(path)).add_parameter("VALUE", "URI").done();
    line::write(&mut out, &source);
    if let Some(color) = calendar.color {
        line::write_plain(&mut out, &format!("COLOR:{}", color.name()));
        line::write_plain(&mut out, &format!("X-APPLE-CALENDAR-COLOR:{}", color.hex()));
    }
    out
}
