//! Checks times with a zone's name in texts, such as "5 pm ET", and the organizer's labels of zones.
//!
//! A name has the same meaning as in printed times (`l10n`), so a correct time is never a finding.

use std::ops::Range;

use chrono::{DateTime, NaiveTime, TimeDelta, Timelike, Utc};

use super::context::Located;
use super::defaults::AlsoIn;
use super::guess;
use super::meanings::Meanings;
use crate::diagnostic::{Code, Finding};
use crate::model::{Session, Timed, When};

/// The longest zone name in a text, in bytes; CLDR's abbreviations are shorter ("HADT", "ACWST").
const LONGEST_NAME: usize = 8;
/// The longest time before a name, in bytes, such as "at 10:30:00 p.m. ".
const LONGEST_TIME: usize = 24;

/// Returns warnings about times in a text, such as "5 pm ET", that are neither the start nor the end.
pub(super) fn in_text<'m>(
    key: &str,
    text: &str,
    timed: &Timed,
    meanings: impl Fn() -> &'m Meanings,
    span: &Range<usize>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, word) in names(text) {
        let Some(said) = time_before(&text[..at]) else { continue };
        if !stands_alone(&text[at + word.len()..]) {
            continue;
        }
        let there = |at: DateTime<Utc>, offset: TimeDelta| (at.naive_utc() + offset).time();
        // The offset may change between start and end.
        let is_right = |at: DateTime<Utc>| {
            let times = meanings().of(word, at).into_iter().map(|offset| there(at, offset));
            times.into_iter().any(|time| said.contains(&time))
        };
        let offsets = meanings().of(word, timed.start.instant);
        let Some(first) = offsets.first() else { continue };
        if is_right(timed.start.instant) || is_right(timed.end.instant) {
            continue;
        }
        let shown = said.first().copied().map(clock).unwrap_or_default();
        let start = clock(there(timed.start.instant, *first));
        let message =
            format!("the {key} says {shown} {word}, but the session starts at {start} {word}");
        found.push(Finding::warning(Code::WrongTime, span.clone(), message).help(
            "correct `start` or the text; better, delete the time from the text: pages and calendars \
             print it in every zone",
        ));
    }
    found
}

/// Returns a warning about a label whose offset differs from that of its zone, at the first session for which it
/// does.
pub(super) fn label<'a, 'm>(
    also: &AlsoIn,
    sessions: impl Iterator<Item = &'a Session>,
    meanings: impl Fn() -> &'m Meanings,
) -> Option<Finding> {
    let Located { value: label, span } = also.label.as_ref()?;
    let words: Vec<&str> = names(label.as_str()).map(|(_, word)| word).collect();
    let wrong = |session: &&Session| {
        let When::Timed(timed) = &session.when else { return None };
        let at = timed.start.instant;
        let own = TimeDelta::seconds(also.zone.offset(at).into());
        let is_other = |word: &&&str| {
            let offsets = meanings().of(word, at);
            !offsets.is_empty() && !offsets.contains(&own)
        };
        words.iter().find(is_other).map(|word| (*word, timed.start.local.date()))
    };
    let (session, (word, day)) =
        sessions.filter(|_| !words.is_empty()).find_map(|s| Some((s, wrong(&s)?)))?;
    let message = format!(
        "the label \"{label}\" names another hour than {} has: on {day} (`{}`) {word} is not the time there",
        also.zone.name(),
        session.id
    );
    Some(
        Finding::warning(Code::WrongTime, span.clone(), message)
            .help("write the name of the place, such as \"London time\", or delete the label"),
    )
}

/// Returns the words of a text that may be zone abbreviations, each with its offset in bytes.
fn names(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(char::is_alphanumeric)?;
        let length = text[start..].find(|c: char| !c.is_alphanumeric());
        rest = length.map_or(text.len(), |length| start + length);
        Some((start, &text[start..rest]))
    })
    .filter(|(_, word)| {
        (2..=LONGEST_NAME).contains(&word.len()) && word.starts_with(char::is_uppercase)
    })
}

/// Returns whether a word before `after` can be a zone name. A word in "GMT+1" cannot be one, and neither can a word in
/// "10 AM AT CITY HALL", where every word is in capitals.
fn stands_alone(after: &str) -> bool {
    let mut rest = after.chars();
    match (rest.next(), rest.next()) {
        (Some('+' | '-' | '\u{2212}'), Some(digit)) => !digit.is_ascii_digit(),
        (Some(' '), Some(first)) => {
            !(first.is_uppercase() && rest.next().is_some_and(char::is_uppercase))
        }
        _ => true,
    }
}

/// Returns the time at the end of a text: both readings if it has neither am nor pm.
fn time_before(text: &str) -> Option<Vec<NaiveTime>> {
    let mut from = text.len().saturating_sub(LONGEST_TIME);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let text = text[from..].trim_end();
    let lower = text.to_ascii_lowercase();
    let half = ["a.m.", "p.m.", "am", "pm"].into_iter().find(|half| lower.ends_with(half));
    let clock = text[..text.len() - half.map_or(0, str::len)].trim_end();
    let from = clock
        .rfind(|c: char| !c.is_ascii_digit() && c != ':')
        .map_or(0, |at| at + clock[at..].chars().next().map_or(0, char::len_utf8));
    let digits = &clock[from..];
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(half) = half {
        return guess::time(&format!("{digits}{half}")).map(|time| vec![time]);
    }
    let with_minutes =
        if digits.contains(':') { digits.to_owned() } else { format!("{digits}:00") };
    let time = guess::time(&with_minutes)?;
    let later = (time.hour() < 12).then(|| time + TimeDelta::hours(12));
    Some(std::iter::once(time).chain(later).collect())
}

fn clock(time: NaiveTime) -> String {
    let text = time.format("%-I:%M %P").to_string();
    text.replace(":00 ", " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: u32, minute: u32) -> NaiveTime {
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap()
    }

    #[test]
    fn the_time_before_a_zone_is_read_as_people_write_it() {
        assert_eq!(time_before("we meet at 5 pm "), Some(vec![at(17, 0)]));
        assert_eq!(time_before("2–3:30 p.m."), Some(vec![at(15, 30)]));
        assert_eq!(time_before("at 5"), Some(vec![at(5, 0), at(17, 0)]));
        assert_eq!(time_before("17:00"), Some(vec![at(17, 0)]));
        assert_eq!(time_before("the"), None);
        assert_eq!(time_before(""), None);
        assert_eq!(time_before("ééééééééééééééééééééééééé"), None);
    }

    #[test]
    fn names_are_whole_words() {
        let all = |text| names(text).map(|(_, word)| word).collect::<Vec<_>>();
        assert_eq!(all("5 pm ET. MEET at 6"), ["ET", "MEET"]);
        assert_eq!(all("X UK-time"), ["UK"]);
        assert_eq!(clock(at(17, 0)), "5 pm");
        assert_eq!(clock(at(9, 5)), "9:05 am");
    }
}
