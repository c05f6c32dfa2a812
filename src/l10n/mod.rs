//! Dates, times and zone names in a calendar's language, by CLDR.
//!
//! Read `words` first: it is what others call. `line` puts several clocks into one line, `zone_names`
//! says what a zone is called on a day, and `golden` is CLDR's table behind that.

mod golden;
mod line;
mod words;
mod zone_names;

pub use words::Words;
pub use zone_names::ZoneNames;

/// CLDR's narrow and no-break spaces are lost on the way through mail and calendars.
fn plain(text: &str) -> String {
    text.replace(['\u{202f}', '\u{a0}'], " ")
}
