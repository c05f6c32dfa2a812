//! Groups events by UID.

use std::collections::HashMap;

use super::content::Component;
use super::event;
use crate::ics::PRODID;

/// An event, with traits of its calendar.
pub(super) struct SourceEvent<'a> {
    pub(super) event: &'a Component,
    pub(super) calendar: event::CalendarTraits,
}

/// Returns the events of each UID, in the order of the file. An event without a UID is a group of its own.
pub(super) fn groups<'a>(calendars: &[&'a Component]) -> Vec<Vec<SourceEvent<'a>>> {
    let mut groups: Vec<Vec<SourceEvent<'a>>> = Vec::new();
    let mut of_uid: HashMap<&str, usize> = HashMap::new();
    for calendar in calendars {
        let is = |name: &str, value: &str| {
            calendar.get(name).is_some_and(|own| own.value.trim().eq_ignore_ascii_case(value))
        };
        let traits = event::CalendarTraits {
            is_ours: is("PRODID", PRODID),
            // convene's invites have neither property, because Outlook would open a new calendar.
            is_feed: ["SOURCE", "X-WR-CALNAME"].iter().any(|name| calendar.get(name).is_some()),
            is_cancelled: is("METHOD", "CANCEL"),
        };
        for event in calendar.within("VEVENT") {
            let source = SourceEvent { event, calendar: traits };
            let uid = event.get("UID").map_or("", |uid| uid.value.trim());
            match of_uid.get(uid) {
                Some(group) if !uid.is_empty() => groups[*group].push(source),
                _ => {
                    of_uid.insert(uid, groups.len());
                    groups.push(vec![source]);
                }
            }
        }
    }
    groups
}
