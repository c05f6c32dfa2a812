//! The printed language of a calendar: dates, times and zone names by CLDR, and the messages of `locales/`.
//!
//! Read `words` first: it is what others call. `messages` is the catalogue, `overrides` reads the author's own messages,
//! and `sentence` puts texts of the author and markup into one. `line` puts several clocks into one line, `zone_names`
//! says what a zone is called on a day, and `golden` is CLDR's table behind that.

mod golden;
mod line;
mod messages;
mod overrides;
mod sentence;
mod words;
mod zone_names;

pub use messages::{ENGLISH, Messages, SLOTS, ids};
pub use overrides::{OverrideError, messages as messages_of, parse as parse_override};
pub use sentence::{Piece, Sentence, pieces};
pub use words::Words;
pub use zone_names::ZoneNames;

/// CLDR's narrow and no-break spaces are lost on the way through mail and calendars.
fn plain(text: &str) -> String {
    text.replace(['\u{202f}', '\u{a0}'], " ")
}
