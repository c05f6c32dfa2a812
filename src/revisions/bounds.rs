//! Which numbers, instants and dates a revisions file may hold: those that calendars and headers can name, with room
//! for what comes after them.
//!
//! What no checksum vouches for may be somebody's slip and is bounded more closely, so that this program can go on
//! counting from it and read again what it wrote.

use std::ops::RangeInclusive;

use crate::rfc3339;
use chrono::{DateTime, Datelike as _, NaiveDate, TimeDelta, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

/// An HTTP date has four digits for the year and begins with 1970 (RFC 9110 section 5.6.7), a date in
/// a calendar has four too (RFC 5545 section 3.3.4). The last year is left for what comes a second,
/// or a zone, later.
const YEARS: RangeInclusive<i32> = 1970..=9998;
/// A list's years are those of its clocks, and where they are ahead of UTC 1970 begins in 1969.
const PUBLISHED: RangeInclusive<i32> = 1969..=9998;

/// Of what no checksum vouches for: a year is left for what comes a second later.
const GIVEN: RangeInclusive<i32> = 1970..=9997;

/// The highest SEQUENCE that a file may hold.
pub(super) const MAX_SEQUENCE: u32 = i32::MAX.unsigned_abs(); // RFC 5545 section 3.3.8
/// The highest SEQUENCE of an entry that no checksum vouches for.
pub(super) const MAX_GIVEN_SEQUENCE: u32 = 1 << 30;

/// Whether something can be published at an instant.
pub fn is_publishable(instant: DateTime<Utc>) -> bool {
    YEARS.contains(&instant.year())
}

/// The SEQUENCE after another. It ends at the highest one, which no history reaches.
pub(super) fn after_sequence(sequence: u32) -> u32 {
    sequence.saturating_add(1).min(MAX_SEQUENCE)
}

/// A second after an instant, while a file may hold that.
pub(super) fn after_instant(instant: DateTime<Utc>) -> DateTime<Utc> {
    let next = instant + TimeDelta::seconds(1);
    if is_publishable(next) { next } else { instant }
}

/// Whether an instant that no checksum vouches for is one that a file may hold.
pub(super) fn given(instant: DateTime<Utc>) -> Result<(), String> {
    bounded(GIVEN, instant.year(), || rfc3339::utc(instant))
}

/// An instant in UTC, in whole seconds and without leap seconds.
pub(super) fn instant<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    let instant = DateTime::<Utc>::deserialize(from)?;
    bounded(YEARS, instant.year(), || rfc3339::utc(instant)).map_err(D::Error::custom)?;
    Ok(whole(instant))
}

/// An instant in whole seconds and without leap seconds, which instants in headers do not have either.
pub(super) fn whole(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(instant.timestamp(), 0).expect("an instant's second is in its range")
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
