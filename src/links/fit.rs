//! Shortens the title, text and location of a session in a deep link, so that the whole URL is short.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::cut;
use crate::l10n::Words;
use crate::markdown;
use crate::model::{Place, Session};
use crate::revisions::Edition;
use crate::urls::SessionRoute;

/// The longest address, in bytes. Mail programs break longer ones, and Google responds with 414.
pub(super) const LIMIT: usize = 1800;
/// The largest number of encoded bytes of each text, so that all texts fit.
const TITLE: usize = 480;
const WHEN: usize = 300;
const LOCATION: usize = 300;
/// The largest number of encoded bytes of an address, which cannot be shortened. If the organizer's address is longer,
/// the address on this site replaces it.
const ABOUT: usize = 300;
const OURS: usize = 1000;

/// The characters to encode. All except unreserved characters are encoded (RFC 3986 section 2.3), so that trackers and
/// mail programs do not change the address.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes a value. A space becomes `%20`, because Outlook would show a `+`.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, STRICT).to_string()
}

/// The encoded values of a deep link.
pub(super) struct Fitted {
    pub(super) title: String,
    /// The location; empty if there is none.
    pub(super) location: String,
    /// The time, the place, the description, and finally the address of the page.
    pub(super) text: String,
}

/// Returns the values for a session, which have at most `room` bytes together. `encode` encodes a text for the
/// calendar, character by character.
pub(super) fn fit(
    session: &Session,
    edition: &Edition,
    words: &Words,
    room: usize,
    encode: impl Fn(&str) -> String,
) -> Fitted {
    let gap = encode("\n\n");
    // The four paragraphs of the text have three gaps.
    let mut left = room.saturating_sub(3 * gap.len());
    let address = address(session, edition, &encode);
    left = left.saturating_sub(address.len());
    let mut take = |text: &str, most: usize, encode: &dyn Fn(&str) -> String| {
        let taken = fitted(text, most.min(left), encode);
        left -= taken.len();
        taken
    };
    let title = take(session.title.as_str(), TITLE, &encoded);
    let when = take(&when(session, edition, words), WHEN, &encode);
    let place = location(session, edition);
    let location = take(&place, LOCATION, &encoded);
    // Google's app on the iPhone drops the location, so the text contains it, too.
    let repeated = take(&place, LOCATION, &encode);
    let description = session.description.as_ref().map(markdown::to_text).unwrap_or_default();
    let description = take(&description, usize::MAX, &encode);
    let blocks = [when, repeated, description, address];
    let blocks: Vec<String> = blocks.into_iter().filter(|block| !block.is_empty()).collect();
    Fitted { title, location, text: blocks.join(&gap) }
}

/// Returns the page of the session, which shows later changes.
fn address(session: &Session, edition: &Edition, encode: impl Fn(&str) -> String) -> String {
    let urls = &edition.urls;
    let about = encode(&urls.about(session));
    if about.len() <= ABOUT {
        return about;
    }
    let ours = encode(&urls.absolute(&urls.session(&session.id, SessionRoute::Page)));
    if ours.len() <= OURS { ours } else { String::new() }
}

/// Returns the time in every zone of the calendar, if that fits.
fn when(session: &Session, edition: &Edition, words: &Words) -> String {
    let calendar = &edition.catalog.calendar;
    let all = words.start_with_utc(&session.when, calendar);
    if encoded(&all).len() <= WHEN {
        all
    } else {
        words.own_start_with_utc(&session.when, calendar)
    }
}

/// Returns the place, or else the link to join, as in invites. If that link is too long, returns the short address on
/// this site.
fn location(session: &Session, edition: &Edition) -> String {
    match (&session.place, &session.join) {
        (Some(place), _) => Place::line(place),
        (None, Some(join)) if encoded(join.as_str()).len() <= LOCATION => join.to_string(),
        (None, Some(_)) => {
            let ours =
                edition.urls.absolute(&edition.urls.session(&session.id, SessionRoute::Join));
            if encoded(&ours).len() <= LOCATION { ours } else { String::new() }
        }
        (None, None) => String::new(),
    }
}

/// Returns the encoded beginning of a text that fits; it is never cut inside an escape.
pub(super) fn fitted(text: &str, most: usize, encode: impl Fn(&str) -> String) -> String {
    // Encoding never shortens a text.
    if text.len() <= most {
        let whole = encode(text);
        if whole.len() <= most {
            return whole;
        }
    }
    let dots = encode(cut::DOTS);
    let Some(room) = most.checked_sub(dots.len()) else { return String::new() };
    let kept = cut::words(text, room, |piece| encode(piece).len());
    if kept.is_empty() { String::new() } else { encode(kept) + &dots }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_unreserved_characters_is_encoded() {
        assert_eq!(encoded("aZ09-._~"), "aZ09-._~");
        assert_eq!(encoded(" &#+%?='\"\n/é"), "%20%26%23%2B%25%3F%3D%27%22%0A%2F%C3%A9");
    }

    #[test]
    fn a_text_is_cut_between_graphemes() {
        let family = "👩‍👩‍👧‍👦";
        let one = encoded(family).len();
        let dots = encoded("…");
        let text = family.repeat(3);
        assert_eq!(fitted(&text, 3 * one, encoded), encoded(&text));
        assert_eq!(fitted(&text, 3 * one - 1, encoded), encoded(&family.repeat(2)) + &dots);
    }

    #[test]
    fn a_text_is_cut_between_words_if_one_ends_near() {
        let cut = |text| fitted(text, 36, encoded);
        assert_eq!(cut("solidarity beyond elections now"), "solidarity%20beyond%E2%80%A6");
        assert_eq!(
            cut("a solidaritybeyondtheelections here"),
            "a%20solidaritybeyondtheelec%E2%80%A6"
        );
    }

    #[test]
    fn nothing_remains_if_nothing_fits() {
        assert_eq!(fitted("abc", 2, encoded), "");
        assert_eq!(fitted("", 0, encoded), "");
    }

    #[test]
    fn a_character_with_a_thousand_accents_is_cut() {
        let text = format!("e{}", "\u{301}".repeat(1000));
        let cut = fitted(&text, 100, encoded);
        assert!(cut.len() <= 100 && cut.starts_with("e%CC%81"), "{cut}");
    }
}
