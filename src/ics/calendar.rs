//! A calendar: plans its header lines, zones and events together, writes them, and proves the times before publication.

use chrono::{DateTime, Utc};
use hyper::body::Bytes;

use super::event::{TimeFormat, utc, zoned};
use super::{line, proof, vtimezone};
use crate::document::{Document, FileName, Kind};
use crate::model::{Id, Session, When};
use crate::revisions::{Edition, Stamp};
use crate::zone::{Moment, Pair, Zone};

/// PRODID without a build number, so that a release does not change every feed (RFC 5545 section 3.7.3).
pub const PRODID: &str = "-//convene//convene//EN";

/// A calendar that is complete except for the instant of its publication.
#[derive(Debug)]
pub struct Draft {
    /// The path of its URL.
    pub path: String,
    /// The digest of its bytes without LAST-MODIFIED. The digest includes the sessions that left the feed with time.
    pub digest: String,
    /// Sessions that the calendar's own VTIMEZONE would have moved; they are written in UTC.
    pub unproven: Vec<Id>,
    pub(super) kind: Kind,
    pub(super) file_name: FileName,
    /// The bytes before LAST-MODIFIED, and those after it.
    pub(super) parts: (String, String),
    /// The instant at which a session last left the feed because of time.
    pub(super) turned: Option<DateTime<Utc>>,
}

impl Draft {
    /// Returns the document. The document was first published at the instant of its stamp, or when time last changed
    /// it, whichever is later.
    #[must_use]
    pub fn finish(self, stamp: &Stamp) -> Document {
        let published = self.turned.map_or(stamp.last_modified, |at| at.max(stamp.last_modified));
        let (mut head, mut body) = self.parts;
        if self.kind == Kind::Feed {
            line::write_plain(&mut head, &format!("LAST-MODIFIED:{}", utc(published)));
        }
        // The larger part keeps its memory, because new memory costs more than moving the bytes.
        body.insert_str(0, &head);
        Document {
            path: self.path,
            kind: self.kind,
            file_name: Some(self.file_name),
            body: Bytes::from(body.into_bytes().into_boxed_slice()),
            last_modified: Some(published),
            location: None,
            digest: (self.kind == Kind::Invite).then_some(self.digest),
        }
    }
}

pub(super) fn envelope() -> String {
    let mut out = String::with_capacity(1024);
    line::write_plain(&mut out, "BEGIN:VCALENDAR");
    line::write_plain(&mut out, "VERSION:2.0");
    line::write_plain(&mut out, &format!("PRODID:{PRODID}"));
    line::write_plain(&mut out, "CALSCALE:GREGORIAN");
    out
}

/// Returns the zones, events and end of a calendar, and the ids of unproven sessions.
pub(super) fn body(
    edition: &Edition,
    sessions: &[&Session],
    more: &str,
    write: impl Fn(&mut String, &Session, TimeFormat),
) -> (String, Vec<Id>) {
    let mut plan = Plan::new(sessions);
    let mut unproven = Vec::new();
    loop {
        let mut out = String::with_capacity(1024 * (sessions.len() + 1));
        plan.write_zones(&mut out, &edition.catalog.calendar.zone);
        for (session, format) in sessions.iter().zip(&plan.formats) {
            write(&mut out, session, *format);
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
            .filter(|index| plan.formats[*index] == TimeFormat::Zoned && wrong(*index))
            .collect();
        if failed.is_empty() {
            return (out, unproven);
        }
        for index in failed {
            plan.formats[index] = TimeFormat::Utc;
            unproven.push(sessions[index].id.clone());
        }
        // Without this call, an unused zone could stay.
        plan.drop_unused(sessions);
    }
}

/// The pair of each zone of a calendar, and the events for which the pair is exact.
struct Plan<'a> {
    zones: Vec<(&'a Zone, Pair)>,
    formats: Vec<TimeFormat>,
}

impl<'a> Plan<'a> {
    fn new(sessions: &[&'a Session]) -> Self {
        let mut uses: Vec<(&Zone, Vec<[Moment; 2]>)> = Vec::new();
        for (zone, event) in sessions.iter().filter_map(|session| zoned(session)) {
            match uses.iter_mut().find(|(other, _)| *other == zone) {
                Some((_, all)) => all.push(event),
                None => uses.push((zone, vec![event])),
            }
        }
        let mut zones: Vec<(&Zone, Pair)> =
            uses.into_iter().map(|(zone, events)| (zone, zone.pair_for(&events))).collect();
        zones.sort_by(|(a, _), (b, _)| a.tzid().cmp(b.tzid()));
        let format = |session: &&Session| {
            let Some((zone, moments)) = zoned(session) else { return TimeFormat::Utc };
            let pair = zones.iter().find(|(other, _)| *other == zone).map(|(_, pair)| pair);
            let exact = |m: &Moment| {
                m.plain && pair.is_some_and(|pair| pair.instant(m.local) == Some(m.instant))
            };
            if moments.iter().all(exact) { TimeFormat::Zoned } else { TimeFormat::Utc }
        };
        let formats = sessions.iter().map(format).collect();
        let mut plan = Self { zones, formats };
        plan.drop_unused(sessions);
        plan
    }

    fn drop_unused(&mut self, sessions: &[&Session]) {
        let used = |zone: &Zone| {
            sessions.iter().zip(&self.formats).any(|(session, format)| {
                *format == TimeFormat::Zoned && zoned(session).is_some_and(|(own, _)| own == zone)
            })
        };
        let kept: Vec<bool> = self.zones.iter().map(|(zone, _)| used(zone)).collect();
        let mut kept = kept.iter();
        self.zones.retain(|_| *kept.next().expect("there is one for each zone"));
    }

    /// Writes the zones. A calendar must have at least one component (RFC 5545 section 3.6), so without events it has
    /// its own zone.
    fn write_zones(&self, out: &mut String, own: &Zone) {
        if self.formats.is_empty() {
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
