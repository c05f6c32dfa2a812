//! A calendar: envelope, zones and events, planned together, written, and proven before it is published.

use chrono::{DateTime, Utc};
use hyper::body::Bytes;

use super::event::{Form, utc, zoned};
use super::{line, proof, vtimezone};
use crate::document::{Document, FileName, Kind};
use crate::model::{Id, Session, When};
use crate::revisions::{Edition, Stamp};
use crate::zone::{Moment, Pair, Zone};

/// Names no build, so that a release does not change every feed (RFC 5545 section 3.7.3).
pub const PRODID: &str = "-//convene//convene//EN";

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
        self.zones.retain(|_| *kept.next().expect("there is one for each zone"));
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
