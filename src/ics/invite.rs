//! Makes invites, which are calendars of one session each.

use super::calendar::{Draft, body, envelope, file_name};
use super::event::{Event, Text};
use super::{line, removed};
use crate::document::Kind;
use crate::l10n::Words;
use crate::model::{Id, Session};
use crate::revisions::{Edition, Removed, of_bytes};
use crate::urls::SessionRoute;

/// Returns a session's invite.
pub(super) fn of(
    edition: &Edition,
    session: &Session,
    event: &Event<'_>,
    text: &Text<'_>,
) -> Draft {
    let (tail, unproven) = body(edition, &[session], "", |out, _, format| {
        event.write_in_invite(out, format, edition, text);
    });
    Draft { unproven, ..draft(edition, &session.id, session.title.as_str(), &tail) }
}

/// Returns the invite of a session that was removed, for calendars that still show it.
pub(super) fn of_removed(edition: &Edition, session: &Removed, words: &Words) -> Draft {
    let mut tail = removed::event(edition, session, words);
    line::write_plain(&mut tail, "END:VCALENDAR");
    draft(edition, &session.id, &session.revision.published.title, &tail)
}

fn draft(edition: &Edition, id: &Id, title: &str, tail: &str) -> Draft {
    let mut head = envelope();
    // With METHOD, the Content-Type has it, too (RFC 5545 section 8.1). An invite has none of the calendar's names,
    // because Outlook would open a new calendar for a name (MS-OXCICAL 2.1.3).
    line::write_plain(&mut head, "METHOD:PUBLISH");
    // Each session has an invite, so unused memory would add up.
    let whole = [head.as_str(), tail].concat();
    Draft {
        path: edition.urls.session(id, SessionRoute::Invite),
        digest: of_bytes([whole.as_bytes()]),
        unproven: Vec::new(),
        kind: Kind::Invite,
        file_name: file_name(id, title),
        parts: (String::new(), whole),
        turned: None,
    }
}
