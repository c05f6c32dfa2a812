//! Invites: one session each, printed only where an earlier edition has not printed the same.

use super::calendar::{Draft, body, envelope, file_name};
use super::event::{Event, Text, write_in_invite};
use super::{Kind, Printed, gone, line};
use crate::l10n::Words;
use crate::model::{Id, Session};
use crate::revisions::{Edition, Removed, Revision, of_bytes};

/// A session's invite; the earlier one of the same origin, if there is one.
pub(super) fn of<'p>(
    edition: &Edition,
    session: &Session,
    words: &Words,
    earlier: impl Fn(&str, &str) -> Option<Printed<'p>>,
) -> Draft {
    let (id, title) = (&session.id, session.title.as_str());
    let revision = edition.revision(session);
    let origin = origin(edition, session, revision);
    if let Some(known) = earlier(&edition.paths.invite(id), &origin) {
        let (whole, digest) = (known.body.to_owned(), known.digest.to_owned());
        return Draft { origin: Some(origin), ..draft(edition, id, title, whole, digest) };
    }
    let text = Text::new(session, edition, words);
    let write = |out: &mut String, session: &Session, form| {
        write_in_invite(out, (session, revision), form, edition, &text);
    };
    let (tail, unproven) = body(edition, &[session], "", write);
    // What could not be proved is said anew each time.
    let origin = Some(origin).filter(|_| unproven.is_empty());
    Draft { unproven, origin, ..fresh(edition, id, title, &tail) }
}

/// The event of a session out of its invite.
pub(super) fn event<'a>(session: &'a Session, invite: &'a Draft) -> Option<Event<'a>> {
    Event::in_invite(session, &invite.parts.1)
}

/// The invite of a session that is gone from the file, for whoever still has it.
pub(super) fn of_removed(edition: &Edition, session: &Removed, words: &Words) -> Draft {
    let mut tail = gone::event(edition, session, words);
    line::write_plain(&mut tail, "END:VCALENDAR");
    fresh(edition, &session.id, &session.revision.published.title, &tail)
}

/// A digest of all that an invite's bytes follow from, under the rules of zones of one process: what the
/// session says in any calendar, its revision, and the names that its zones were loaded by.
fn origin(edition: &Edition, session: &Session, revision: &Revision) -> String {
    let instants =
        [revision.created, revision.last_modified].map(|at| at.timestamp().to_be_bytes());
    let zones = edition.catalog.calendar.zones(session.when.zone());
    // None of the texts holds a line feed.
    let texts = [revision.digest.as_str(), revision.uid.as_str()];
    let texts = texts.into_iter().chain(zones.into_iter().map(crate::zone::Zone::name));
    let texts = texts.flat_map(|text| [text.as_bytes(), b"\n"]);
    let numbers = [&instants[0][..], &instants[1], &revision.sequence.to_be_bytes()];
    of_bytes(numbers.into_iter().chain(texts))
}

fn fresh(edition: &Edition, id: &Id, title: &str, tail: &str) -> Draft {
    let mut head = envelope();
    // With METHOD the Content-Type names it too (RFC 5545 section 8.1); none of the calendar's
    // names, which would make Outlook open a new calendar (MS-OXCICAL 2.1.3).
    line::write_plain(&mut head, "METHOD:PUBLISH");
    // There are as many as sessions: each in no more room than it needs.
    let whole = [head.as_str(), tail].concat();
    let digest = of_bytes([whole.as_bytes()]);
    draft(edition, id, title, whole, digest)
}

fn draft(edition: &Edition, id: &Id, title: &str, whole: String, digest: String) -> Draft {
    Draft {
        path: edition.paths.invite(id),
        digest,
        unproven: Vec::new(),
        kind: Kind::Invite,
        file_name: file_name(id, title),
        parts: (String::new(), whole),
        turned: None,
        origin: None,
    }
}
