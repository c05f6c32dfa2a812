//! Which instants and dates a revisions file may hold: those that calendars and headers can name.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// An HTTP date has four digits for the year and begins with 1970 (RFC 9110 section 5.6.7), a date in
/// a calendar has four too (RFC 5545 section 3.3.4). The last year is left for what comes a second,
/// or a zone, later.
const YEARS: RangeInclusive<i32> = 1970..=9998;
/// A list's years are those of its clocks, and where they are ahead of UTC 1970 begins in 1969.
const PUBLISHED: RangeInclusive<i32> = 1969..=9998;

/// Whether something can be published at an instant.
pub fn is_publishable(instant: DateTime<Utc>) -> bool {
    YEARS.contains(&instant.year())
}

/// An instant in UTC.
pub(super) fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    let instant = DateTime::deserialize(from)?;
    bounded(YEARS, instant.year(), || instant.to_rfc3339()).map_err(D::Error::custom)?;
    Ok(instant)
}

/// An instant in UTC, or none.
pub(super) fn optional<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Bounded(#[serde(deserialize_with = "instant")] DateTime<Utc>);
    Ok(Option::<Bounded>::deserialize(from)?.map(|Bounded(instant)| instant))
}

/// Whether a date in UTC is one that a session can have been published for; the sentence names `text`.
pub(super) fn published(date: NaiveDate, text: &str) -> Result<(), String> {
    bounded(PUBLISHED, date.year(), || text.to_owned())
}

fn bounded(
    years: RangeInclusive<i32>,
    year: i32,
    text: impl FnOnce() -> String,
) -> Result<(), String> {
    if years.contains(&year) {
        return Ok(());
    }
    let (first, last) = (years.start(), years.end());
    Err(format!("`{}` is not in the years {first} to {last}", text()))
}
