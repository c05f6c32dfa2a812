//! Bounds on numbers, instants and dates in a revisions file: those that calendars and headers can express, with space
//! for later changes.
//!
//! Entries without a checksum may contain typing errors. Their bounds are narrower, so that this program can raise
//! their numbers and still parse its own output.

use std::ops::RangeInclusive;

use crate::rfc3339;
use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// The years of instants. An HTTP date has a year of four digits and begins with 1970 (RFC 9110 section 5.6.7); a date
/// in a calendar has four digits, too (RFC 5545 section 3.3.4). The last year is left for instants that are a second or
/// a zone later.
const YEARS: RangeInclusive<i32> = 1970..=9998;
/// The local years of sessions. In zones ahead of UTC, 1970 begins in 1969.
const PUBLISHED: RangeInclusive<i32> = 1969..=9998;

/// The years in entries without a checksum. One more year is left for instants a second later.
const GIVEN: RangeInclusive<i32> = 1970..=9997;

/// The highest SEQUENCE that a file may hold.
pub(super) const MAX_SEQUENCE: u32 = i32::MAX.unsigned_abs(); // RFC 5545 section 3.3.8
/// The highest SEQUENCE in an entry without a checksum.
pub(super) const MAX_GIVEN_SEQUENCE: u32 = 1 << 30;

/// Returns whether an edition can be published at an instant.
pub fn is_publishable(instant: DateTime<Utc>) -> bool {
    YEARS.contains(&instant.year())
}

/// Returns the next SEQUENCE. The next SEQUENCE does not exceed the highest one, which no history reaches.
pub(super) fn after_sequence(sequence: u32) -> u32 {
    sequence.saturating_add(1).min(MAX_SEQUENCE)
}

/// Returns the instant one second later, or the same one at the upper bound.
pub(super) fn after_instant(instant: DateTime<Utc>) -> DateTime<Utc> {
    let next = instant + TimeDelta::seconds(1);
    if is_publishable(next) { next } else { instant }
}

/// Checks an instant in an entry without a checksum.
pub(super) fn given(instant: DateTime<Utc>) -> Result<(), String> {
    bounded(GIVEN, instant.year(), || rfc3339::utc(instant))
}

/// Parses an instant in UTC, in whole seconds and without leap seconds.
pub(super) fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    let instant = DateTime::<Utc>::deserialize(from)?;
    bounded(YEARS, instant.year(), || rfc3339::utc(instant)).map_err(D::Error::custom)?;
    Ok(whole(instant))
}

/// Returns an instant in whole seconds and without leap seconds, because instants in headers have neither fractions nor
/// leap seconds.
pub(super) fn whole(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(instant.timestamp(), 0).expect("an instant's second is in its range")
}

/// Parses an instant in UTC, or `null`.
pub(super) fn optional<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Bounded(#[serde(deserialize_with = "instant")] DateTime<Utc>);
    Ok(Option::<Bounded>::deserialize(from)?.map(|Bounded(instant)| instant))
}

/// Checks the date in UTC of a published session; the error names `text`.
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
