//! Prints dates, times and zone names in a calendar's language by CLDR, and the messages of `locales/`.
//!
//! To read: start with `words`, which other modules call. `formatters` loads ICU4X's formatters for it. `messages` is
//! the catalog, `overrides` reads the author's own messages, and `sentence` inserts the author's texts and markup into
//! a message. `line` prints several zones in one line, `zone_names` names a zone on a day, and `golden` is the CLDR
//! table for `zone_names`.

mod formatters;
mod golden;
mod line;
mod messages;
mod overrides;
mod sentence;
mod words;
mod zone_names;

pub use messages::{ENGLISH, Messages, SLOTS, ids};
pub use overrides::{OverrideError, messages as messages_of, parse as parse_override};
pub use sentence::{Segment, Sentence, segments};
pub use words::Words;
pub use zone_names::ZoneNames;

/// Replaces CLDR's narrow and no-break spaces, because mail and calendars lose them.
fn plain(text: &str) -> String {
    text.replace(['\u{202f}', '\u{a0}'], " ")
}
