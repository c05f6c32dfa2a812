//! Feeds, and what they share with invites: envelope, zones and events put together, and proved before they
//! leave.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use icalendar::Property;

use super::event::{Event, Form, duration, utc, zoned};
use super::words::Words;
use super::{Document, FileName, Kind, Printed, gone, invite, line, markdown, proof, vtimezone};
use crate::model::{Feed, Id, Session, When};
use crate::revisions::{Contents, Edition, Removed, Retired, Stamp, of_bytes};
use crate::zone::{Moment, Pair, Zone};

/// Names no build, so that a release does not change every feed (RFC 5545 section 3.7.3).
pub(crate) const PRODID: &str = "-//convene//convene//EN";

/// A calendar that is finished but for the moment of its own publication.
#[derive(Debug)]
pub struct Draft {
    /// The path that it will be published under.
    pub path: String,
    /// Of its bytes without their own LAST-MODIFIED, and as if time had taken nothing from it.
    pub digest: String,
    /// Sessions that its own VTIMEZONE would have moved; they are written in UTC.
    pub unproven: Vec<Id>,
    pub(super) kind: Kind,
    pub(super) file_name: FileName,
    /// Before LAST-MODIFIED, and after it.
    pub(super) parts: (String, String),
    /// When time last took a session from it.
    pub(super) turned: Option<DateTime<Utc>>,
    /// What an invite follows from, where it may stand for a later one.
    pub(super) origin: Option<String>,
}

impl Draft {
    /// The document, first published when its stamp says, or when time last changed it.
    #[must_use]
    pub fn finish(self, stamp: &Stamp) -> Document {
        let published = self.turned.map_or(stamp.last_modified, |at| at.max(stamp.last_modified));
        let (mut head, mut body) = self.parts;
        if self.kind == Kind::Feed {
            line::write_plain(&mut head, &format!("LAST-MODIFIED:{}", utc(published)));
        }
        // Into the room that a large feed has: fresh memory costs more than moving it.
        body.insert_str(0, &head);
        Document {
            path: self.path,
            kind: self.kind,
            file_name: Some(self.file_name),
            body: body.into_bytes(),
            last_modified: Some(published),
            location: None,
            digest: (self.kind == Kind::Invite).then_some(self.digest),
            origin: self.origin,
        }
    }
}

/// Every calendar of an edition: the feeds, then the invites. `earlier` gives the invite that stood at a
/// path if it was made from the same origin: that is not printed again.
pub fn calendars<'p>(
    edition: &Edition,
    earlier: impl Fn(&str, &str) -> Option<Printed<'p>>,
) -> Vec<Draft> {
    let words = Words::new(&edition.catalog.calendar.language);
    let sessions = &edition.catalog.sessions;
    let invites: Vec<Draft> =
        sessions.iter().map(|session| invite::of(edition, session, &words, &earlier)).collect();
    let events: HashMap<&Id, Event<'_>> = sessions
        .iter()
        .zip(&invites)
        .filter_map(|(session, invite)| Some((&session.id, invite::event(session, invite)?)))
        .collect();
    // Every invite holds its event.
    let event = |session: &Session| &events[&session.id];
    let feeds = edition.catalog.feeds().map(|feed| self::feed(edition, &feed, event));
    let mut drafts: Vec<Draft> = feeds.collect();
    let retired = edition.retired().map(|feed| retired(edition, feed, &words, event));
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
    let path = edition.paths.feed_calendar(feed.id);
    let description = feed.description.and_then(markdown::to_some_text);
    let head = feed_head(edition, feed.title.as_str(), description, &path);
    let file_name = file_name(feed.id, feed.title.as_str());
    subscribed(edition, path, file_name, head, edition.contents(feed), "", event)
}

/// A feed that is gone from the file: what it had last, and a notice that it has ended.
fn retired<'a, 'e: 'a>(
    edition: &'e Edition,
    feed: &Retired,
    words: &Words,
    event: impl Fn(&Session) -> &'a Event<'a>,
) -> Draft {
    let path = edition.paths.feed_calendar(&feed.id);
    let head = feed_head(edition, &feed.title, None, &path);
    let file_name = file_name(&feed.id, &feed.title);
    // Those that went with it too: what took place stays in its readers' calendars.
    let mut with_it: Vec<&Removed> =
        edition.removed().filter(|gone| feed.sessions.contains(&gone.revision.uid)).collect();
    with_it
        .sort_by(|a, b| (a.when.start(), &a.revision.uid).cmp(&(b.when.start(), &b.revision.uid)));
    let mut more: String =
        with_it.into_iter().map(|session| gone::event(edition, session, words)).collect();
    more.push_str(&gone::notice(edition, feed));
    subscribed(edition, path, file_name, head, edition.contents_of_retired(feed), &more, event)
}

/// A calendar to subscribe to; `more` are events that no session stands behind.
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
    let write = |out: &mut String, session: &Session, form| event(session).write_in_feed(out, form);
    let (whole, unproven) = body(edition, &all, more, write);
    // When time will take what is part of it: sessions that come back, because `keep_past` or the
    // zone of whole days is another, are a change of today and not of the day they ended.
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
    Draft { path, digest, unproven, kind: Kind::Feed, file_name, parts, turned, origin: None }
}

pub(super) fn envelope() -> String {
    let mut out = String::with_capacity(1024);
    line::write_plain(&mut out, "BEGIN:VCALENDAR");
    line::write_plain(&mut out, "VERSION:2.0");
    line::write_plain(&mut out, &format!("PRODID:{PRODID}"));
    line::write_plain(&mut out, "CALSCALE:GREGORIAN");
    out
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
    // The type has no default (RFC 7986 section 5.7).
    line::write_plain(&mut out, &format!("REFRESH-INTERVAL;VALUE=DURATION:{refresh}"));
    line::write_plain(&mut out, &format!("X-PUBLISHED-TTL:{refresh}"));
    let source =
        Property::new("SOURCE", edition.paths.absolute(path)).add_parameter("VALUE", "URI").done();
    line::write(&mut out, &source);
    if let Some(color) = calendar.color {
        line::write_plain(&mut out, &format!("COLOR:{}", color.name()));
        line::write_plain(&mut out, &format!("X-APPLE-CALENDAR-COLOR:{}", color.hex()));
    }
    out
}

/// Zones, events and the end, and what could not be proved.
pub(super) fn body(
    edition: &Edition,
    sessions: &[&Session],
    more: &str,
    write: impl Fn(&mut String, &Session, Form),
) -> (String, Vec<Id>) {
    let mut plan = Plan::new(sessions);
    let mut unproven = Vec::new();
    loop {
        let mut out = String::with_capacity(1024 * (sessions.len() + 1));
        plan.write_zones(&mut out, &edition.catalog.calendar.zone);
        for (session, form) in sessions.iter().zip(&plan.forms) {
            write(&mut out, session, *form);
        }
        out.push_str(more);
        line::write_plain(&mut out, "END:VCALENDAR");
        let read = proof::instants(&out);
        let wrong = |index: usize| match &sessions[index].when {
            When::AllDay(_) => false,
            When::Timed(timed) => {
                read.get(index) != Some(&(Some(timed.start.instant), Some(timed.end.instant)))
            }
        };
        let failed: Vec<usize> = (0..sessions.len())
            .filter(|index| plan.forms[*index] == Form::Zoned && wrong(*index))
            .collect();
        if failed.is_empty() {
            return (out, unproven);
        }
        for index in failed {
            plan.forms[index] = Form::Utc;
            unproven.push(sessions[index].id.clone());
        }
        // A zone that now no event uses would be left behind.
        plan.drop_unused(sessions);
    }
}

/// Which pair says each zone of a calendar, and which events it says exactly.
struct Plan<'a> {
    zones: Vec<(&'a Zone, Pair)>,
    forms: Vec<Form>,
}

impl<'a> Plan<'a> {
    fn new(sessions: &[&'a Session]) -> Self {
        let mut uses: Vec<(&Zone, Vec<Moment>)> = Vec::new();
        for (zone, moments) in sessions.iter().filter_map(|session| zoned(session)) {
            match uses.iter_mut().find(|(other, _)| *other == zone) {
                Some((_, all)) => all.extend(moments),
                None => uses.push((zone, moments.to_vec())),
            }
        }
        let mut zones: Vec<(&Zone, Pair)> =
            uses.into_iter().map(|(zone, moments)| (zone, zone.pair_for(&moments))).collect();
        zones.sort_by(|(a, _), (b, _)| a.tzid().cmp(b.tzid()));
        let form = |session: &&Session| {
            let Some((zone, moments)) = zoned(session) else { return Form::Utc };
            let pair = zones.iter().find(|(other, _)| *other == zone).map(|(_, pair)| pair);
            let exact = |m: &Moment| {
                m.plain && pair.is_some_and(|pair| pair.instant(m.local) == Some(m.instant))
            };
            if moments.iter().all(exact) { Form::Zoned } else { Form::Utc }
        };
        let forms = sessions.iter().map(form).collect();
        let mut plan = Self { zones, forms };
        plan.drop_unused(sessions);
        plan
    }

    fn drop_unused(&mut self, sessions: &[&Session]) {
        let used = |zone: &Zone| {
            sessions.iter().zip(&self.forms).any(|(session, form)| {
                *form == Form::Zoned && zoned(session).is_some_and(|(own, _)| own == zone)
            })
        };
        let kept: Vec<bool> = self.zones.iter().map(|(zone, _)| used(zone)).collect();
        let mut kept = kept.iter();
        self.zones.retain(|_| kept.next().copied().unwrap_or(false));
    }

    /// A calendar must hold something (RFC 5545 section 3.6): without events, its zone.
    fn write_zones(&self, out: &mut String, own: &Zone) {
        if self.forms.is_empty() {
            vtimezone::write(out, own.tzid(), &own.pair_for(&[]));
        }
        for (zone, pair) in &self.zones {
            vtimezone::write(out, zone.tzid(), pair);
        }
    }
}

pub(super) fn file_name(id: &Id, title: &str) -> FileName {
    FileName { ascii: format!("{id}.ics"), readable: format!("{title}.ics") }
}
