//! Dates, times and zone names in a calendar's language, by CLDR.

mod words;

pub(crate) use words::Words;
