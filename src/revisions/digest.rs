//! The digest of everything that a session publishes.
//!
//! It covers the meaning, not the printed bytes: otherwise a new release would raise the SEQUENCE of every session.

use sha2::{Digest, Sha256};

use crate::model::{Cancellation, Catalog, HttpUrl, Session, Status, When};
use crate::rfc3339;
use crate::urls::{FeedRoute, Urls};

/// The version of the print format. A release raises the version if it prints the same session differently, so that
/// subscribers get the new format.
pub const FORMAT: u32 = 2;

/// A hash of labelled values, each with its length.
struct Canonical(Sha256);

impl Canonical {
    fn field(&mut self, label: &str, value: &str) {
        for part in [label, value] {
            self.0.update(
                u64::try_from(part.len()).expect("lengths have at most 64 bits").to_be_bytes(),
            );
            self.0.update(part);
        }
    }

    fn optional(&mut self, label: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.field(label, &value.to_string());
        }
    }

    fn all(&mut self, label: &str, values: impl IntoIterator<Item = impl ToString>) {
        for value in values {
            self.field(label, &value.to_string());
        }
    }
}

/// Returns the first half of a SHA-256 in hex, which is enough to distinguish contents.
fn hex(hash: Sha256) -> String {
    let digits = b"0123456789abcdef";
    let digit = |value: u8| char::from(digits[usize::from(value)]);
    hash.finalize().iter().take(16).flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Returns the digest of the parts of a body, as if they were one text.
pub fn of_bytes<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hex(hash)
}

/// Returns the digest of a session's event in any calendar. The digest includes the instants, but not their format
/// (with a zone or in UTC).
pub(super) fn of_session(catalog: &Catalog, session: &Session, urls: &Urls, uid: &str) -> String {
    let calendar = &catalog.calendar;
    let mut form = Canonical(Sha256::new());
    form.field("format", &FORMAT.to_string());
    form.field("uid", uid);
    form.field("title", session.title.as_str());
    match &session.when {
        When::Timed(timed) => {
            form.field("start", &rfc3339::with_offset(timed.start.instant, 0));
            form.field("end", &rfc3339::with_offset(timed.end.instant, 0));
            // The description names the local time in each zone, which changes with the rules of that zone.
            for zone in calendar.zones(&timed.zone) {
                form.field("zone", zone.tzid());
                form.optional("label", calendar.label(zone));
                form.field("start-there", &zone.local(timed.start.instant).to_string());
            }
        }
        When::AllDay(days) => {
            form.field("first-day", &days.first.to_string());
            form.field("last-day", &days.last.to_string());
        }
    }
    form.field("language", calendar.language.as_str());
    form.optional("description", session.description.as_ref());
    form.optional("register", session.register.as_ref());
    form.optional("join", session.join.as_ref());
    form.field("about", &urls.about(session));
    form.field("feed", &urls.absolute(&urls.feed(catalog.home_feed(session), FeedRoute::Page)));
    if let Some(place) = &session.place {
        form.field("place", place.name.as_str());
        form.optional("address", place.address.as_ref());
        form.optional("latitude", place.geo.map(|geo| geo.latitude));
        form.optional("longitude", place.geo.map(|geo| geo.longitude));
    }
    around(&mut form, session);
    form.all("tag", &session.tags);
    form.field("status", session.status.as_str());
    if session.status == Status::Cancelled && session.cancellation == Cancellation::Announce {
        form.field("cancelled", "announce");
    }
    form.optional("busy", session.busy);
    form.all("remind", session.remind.iter().map(chrono::TimeDelta::num_seconds));
    for id in messages_of(session) {
        form.optional(id, calendar.words.get(id));
    }
    // ORGANIZER needs a mailbox; without one only pages name the organizer.
    if let Some(organizer) = &calendar.organizer
        && let Some(email) = &organizer.email
    {
        form.field("organizer", organizer.name.as_str());
        form.field("email", &email.to_string());
    }
    hex(form.0)
}

/// Adds the speakers, access and recordings, which events print. Only pages have registration and reasons.
fn around(form: &mut Canonical, session: &Session) {
    for speaker in &session.speakers {
        form.field("speaker", speaker.name.as_str());
        form.optional("speaker-about", speaker.about.as_ref());
    }
    form.optional("access", session.access.as_ref());
    form.optional("recording", session.recording.as_ref());
    form.optional("slides", session.slides.as_ref());
}

/// Returns the messages that a session's event prints. Only overrides of these messages are part of its digest.
fn messages_of(session: &Session) -> impl Iterator<Item = &'static str> {
    let cancelled = session.status == Status::Cancelled;
    let all = [
        ("event_cancelled_title", cancelled),
        ("event_cancelled", cancelled),
        ("event_register", session.register.is_some()),
        ("event_join", session.join.is_some()),
        ("event_join_label", session.join.is_some()),
        ("event_speaker", !session.speakers.is_empty()),
        ("speaker_about", session.speakers.iter().any(|speaker| speaker.about.is_some())),
        ("event_access", session.access.is_some()),
        ("event_recording", session.recording.is_some()),
        ("event_slides", session.slides.is_some()),
        ("event_about", true),
        ("event_all", true),
    ];
    all.into_iter().filter(|(_, printed)| *printed).map(|(id, _)| id)
}

/// Returns the digest of a session's description, own page and tags.
pub(super) fn of_text(session: &Session) -> String {
    let mut form = Canonical(Sha256::new());
    form.optional("description", session.description.as_ref());
    form.optional("page", session.page.as_ref());
    around(&mut form, session);
    form.all("tag", &session.tags);
    short(form)
}

/// Returns the digest of a link, recorded in place of the link.
pub(super) fn of_link(url: &HttpUrl) -> String {
    let mut form = Canonical(Sha256::new());
    form.field("link", url.as_str());
    short(form)
}

fn short(form: Canonical) -> String {
    let mut digest = hex(form.0);
    digest.truncate(16);
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_run_into_each_other() {
        let digest = |fields: &[(&str, &str)]| {
            let mut form = Canonical(Sha256::new());
            for (label, value) in fields {
                form.field(label, value);
            }
            hex(form.0)
        };
        assert_ne!(digest(&[("a", "bc")]), digest(&[("ab", "c")]));
        assert_ne!(digest(&[("a", "b"), ("c", "d")]), digest(&[("a", "bcd")]));
    }

    #[test]
    fn a_digest_is_half_a_sha256_in_hex() {
        assert_eq!(of_bytes([b"ab".as_slice(), b"c"]), "ba7816bf8f01cfea414140de5dae2223");
    }
}
