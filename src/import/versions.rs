//! Versions of an event: decides which of several events with one UID count (RFC 5546 section 2.1.5).

use std::collections::{HashMap, HashSet};

use chrono::{NaiveDateTime, NaiveTime};

use super::by_uid::SourceEvent;
use super::content::Component;
use super::values::{DateValue, date_value, line};

/// The version of an event; the higher one is newer.
pub(super) type Version = (u64, Option<NaiveDateTime>);

/// Events with one UID and without a RECURRENCE-ID.
#[derive(Default)]
pub(super) struct Versions<'a, 'b> {
    /// The events that have no newer version, in the order of the file.
    pub(super) current: Vec<&'a SourceEvent<'b>>,
    /// The older versions.
    pub(super) older: Vec<&'a SourceEvent<'b>>,
    /// The events with the title and the start of another.
    pub(super) doubles: Vec<&'a SourceEvent<'b>>,
}

/// Returns the version of an event.
pub(super) fn version(event: &Component) -> Version {
    let stamped = event.get("LAST-MODIFIED").or_else(|| event.get("DTSTAMP"));
    let at = stamped.and_then(|own| match date_value(&own.value)? {
        DateValue::Utc(instant) => Some(instant.naive_utc()),
        DateValue::Local(local) => Some(local),
        DateValue::Date(date) => Some(date.and_time(NaiveTime::MIN)),
    });
    (sequence(event), at)
}

/// Returns the SEQUENCE of an event; 0 if it has none.
pub(super) fn sequence(event: &Component) -> u64 {
    event.get("SEQUENCE").and_then(|own| own.value.trim().parse().ok()).unwrap_or(0)
}

impl<'a, 'b> Versions<'a, 'b> {
    /// Sorts events by whether they count. A lower SEQUENCE is older. A stamp alone makes an event older only if the
    /// event has the title or the start of the newer one, because some programs give one UID to all their events and
    /// stamp them one by one.
    pub(super) fn new(events: Vec<&'a SourceEvent<'b>>) -> Self {
        let mut all = Self::default();
        if events.len() < 2 {
            return Self { current: events, ..all };
        }
        let highest = events.iter().map(|own| sequence(own.event)).max();
        let mut order: Vec<(usize, &SourceEvent<'_>)> = events.into_iter().enumerate().collect();
        order.sort_by_key(|(_, own)| std::cmp::Reverse(version(own.event)));
        let (mut titles, mut starts, mut both) = (HashMap::new(), HashMap::new(), HashSet::new());
        let mut current = Vec::new();
        for (index, own) in order {
            let value = |name| own.event.get(name).map_or("", |property| property.value.trim());
            let (title, start) = (line(value("SUMMARY")), value("DTSTART"));
            let (own_sequence, at) = version(own.event);
            let newest_title = *titles.entry(title.clone()).or_insert(at);
            let newest_start = *starts.entry(start).or_insert(at);
            if Some(own_sequence) < highest || newest_title > at || newest_start > at {
                all.older.push(own);
            } else if !both.insert((title, start)) {
                all.doubles.push(own);
            } else {
                current.push((index, own));
            }
        }
        current.sort_unstable_by_key(|(index, _)| *index);
        all.current = current.into_iter().map(|(_, own)| own).collect();
        all
    }
}
