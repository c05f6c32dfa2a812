//! Finds days and months, by number and by name.

use chrono::{Datelike as _, NaiveDate, TimeDelta};

use super::moment::Day;

/// Returns a day, or `None` if there is no such day.
pub(super) fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

/// Returns the finding for a month that lacks the day.
pub(super) fn too_late(year: u32, month: u32) -> Option<Day> {
    let first = date(year, month, 1)?;
    let next = first.checked_add_months(chrono::Months::new(1))?;
    let last = (next - TimeDelta::days(1)).day();
    Some(Day::TooLate { year: first.year(), month, last })
}

/// English and German names of months, each with its abbreviations.
const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "januar", "jänner"],
    &["february", "feb", "februar"],
    &["march", "mar", "märz", "mrz"],
    &["april", "apr"],
    &["may", "mai"],
    &["june", "jun", "juni"],
    &["july", "jul", "juli"],
    &["august", "aug"],
    &["september", "sep", "sept"],
    &["october", "oct", "oktober", "okt"],
    &["november", "nov"],
    &["december", "dec", "dezember", "dez"],
];

pub(super) fn month(word: &str) -> Option<u32> {
    let at = MONTHS.iter().position(|names| names.contains(&word))?;
    u32::try_from(at + 1).ok()
}

pub(super) const WEEKDAYS: [&str; 37] = [
    "monday",
    "mon",
    "montag",
    "mo",
    "tuesday",
    "tue",
    "tues",
    "dienstag",
    "di",
    "wednesday",
    "wed",
    "mittwoch",
    "mi",
    "thursday",
    "thu",
    "thur",
    "thurs",
    "donnerstag",
    "do",
    "friday",
    "fri",
    "freitag",
    "fr",
    "saturday",
    "sat",
    "samstag",
    "sonnabend",
    "sa",
    "sunday",
    "sun",
    "sonntag",
    "so",
    "am",
    "den",
    "the",
    "on",
    "from",
];
