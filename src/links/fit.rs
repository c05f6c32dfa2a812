//! The title, text and location of a session in a deep link, shortened to keep the whole URL short.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::cut;
use crate::l10n::Words;
use crate::markdown;
use crate::model::{Place, Session};
use crate::revisions::Edition;
use crate::urls::SessionRoute;

/// The longest address, in bytes: mail programs break longer ones, and Google responds with 414.
pub(super) const LIMIT: usize = 1800;
/// The most encoded bytes of each text, so that all of them fit.
const TITLE: usize = 480;
const WHEN: usize = 300;
const LOCATION: usize = 300;
/// The most encoded bytes of an address, which cannot be shortened. If the organizer's address is longer, the one on
/// this site replaces it.
const ABOUT: usize = 300;
const OURS: usize = 1000;

/// Only unreserved characters are not encoded (RFC 3986 section 2.3), so trackers and mail programs do not change the
/// address.
const STRICT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An encoded value. A space is `%20`, because Outlook would show a `+`.
pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, STRICT).to_string()
}

/// The values of a deep link, encoded.
pub(super) struct Fitted {
    pub(super) title: String,
    /// Empty if there is none.
    pub(super) location: String,
    /// The time, the place, the description, and last the address of the page.
    pub(super) text: String,
}

/// The values for a session, together at most `room` bytes. `encode` encodes a text for the calendar, character by
/// character.
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
    // Google's app on the iPhone drops the location, so the text contains it too.
    let repeated = take(&place, LOCATION, &encode);
    let description = session.description.as_ref().map(markdown::to_text).unwrap_or_default();
    let description = take(&description, usize::MAX, &encode);
    let blocks = [when, repeated, description, address];
    let blocks: Vec<String> = blocks.into_iter().filter(|block| !block.is_empty()).collect();
    Fitted { title, location, text: blocks.join(&gap) }
}

/// The page of the session, which shows later changes.
fn address(session: &Session, edition: &Edition, encode: impl Fn(&str) -> String) -> String {
    let urls = &edition.urls;
    let about = encode(&urls.about(session));
    if about.len() <= ABOUT {
        return about;
    }
    let ours = encode(&urls.absolute(&urls.session(&session.id, SessionRoute::Page)));
    if ours.len() <= OURS { ours } else { String::new() }
}

/// The time in every zone of the calendar, if that fits.
fn when(session: &Session, edition: &Edition, words: &Words) -> String {
    let calendar = &edition.catalog.calendar;
    let all = words.start_with_utc(&session.when, calendar);
    if encoded(&all).len() <= WHEN {
        all
    } else {
        words.own_start_with_utc(&session.when, calendar)
    }
}

/// As in invites, the place, or else the link to join; if that link is too long, the short address on this site.
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

/// The encoded beginning of a text that fits; never cut inside an escape.
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
