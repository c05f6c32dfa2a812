//! Which instants and dates a revisions file may hold: those that calendars and headers can name.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
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

/// The text of an instant or of a date.
pub(super) fn time<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    readable(&text).map_err(D::Error::custom)?;
    Ok(text)
}

/// Such texts, a first and a last day as `FIRST/LAST`.
pub(super) fn times<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let texts = Vec::<String>::deserialize(from)?;
    for text in texts.iter().flat_map(|text| text.split('/')) {
        readable(text).map_err(D::Error::custom)?;
    }
    Ok(texts)
}

fn readable(text: &str) -> Result<(), String> {
    let instant = text.parse::<DateTime<Utc>>().map(|instant| instant.year());
    let year = instant.or_else(|_| text.parse::<NaiveDate>().map(|date| date.year()));
    let year = year.map_err(|_| {
        format!(
            "`{text}` is neither an instant like 2024-04-30T21:00:00Z nor a date like 2024-04-30"
        )
    })?;
    bounded(PUBLISHED, year, || text.to_owned())
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
