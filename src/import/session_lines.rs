//! The values of a session as keys of its table.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::calendar::CalendarTable;
use super::new_session::{Details, NewSession};
use super::timing::SessionTimes;
use super::toml_text::{block, quoted};
use crate::model::Status;
use crate::rfc3339;
use crate::zone::{Local, Naming, Rules, Zone};

/// A key with its value as TOML.
pub(super) type Line = (&'static str, String);

/// Returns the zone of a session's wall-clock times.
pub(super) fn zone<'a>(times: &'a SessionTimes, calendar: &'a CalendarTable) -> &'a Zone {
    match times {
        SessionTimes::Timed(Some(zone), ..) => zone,
        _ => &calendar.zone,
    }
}

/// Returns the start in wall-clock time; midnight for whole days.
pub(super) fn start(times: &SessionTimes, calendar: &CalendarTable) -> NaiveDateTime {
    match times {
        SessionTimes::Days(first, _) => first.and_time(NaiveTime::MIN),
        SessionTimes::Timed(_, start, _) => zone(times, calendar).local(*start),
    }
}

/// Returns the lines of a single session after its id and series: the title, the times, and the others.
pub(super) fn lines(session: &NewSession, calendar: &CalendarTable, rules: &Rules) -> Vec<Line> {
    let details = &session.details;
    let mut lines = vec![("title", quoted(&details.title))];
    lines.extend(times(&session.times, calendar));
    lines.extend(timezone(&session.times, calendar, rules));
    lines.extend(others(details));
    lines.extend(session.uid.as_ref().map(|uid| ("uid", quoted(uid))));
    lines.extend(description(details));
    lines
}

/// Returns the line with the description.
pub(super) fn description(details: &Details) -> Option<Line> {
    details.description.as_ref().map(|text| ("description", block(text)))
}

/// Returns the line with the zone, unless it is the calendar's.
pub(super) fn timezone(
    times: &SessionTimes,
    calendar: &CalendarTable,
    rules: &Rules,
) -> Option<Line> {
    let zone = zone(times, calendar);
    (zone.name() != calendar.zone.name()).then(|| ("timezone", quoted(&named(zone, rules))))
}

/// Returns the lines between the times and the UID.
pub(super) fn others(details: &Details) -> Vec<Line> {
    let mut lines = Vec::new();
    match details.status {
        Status::Confirmed => {}
        status => lines.push(("status", quoted(&status.as_str().to_lowercase()))),
    }
    if details.announce {
        lines.push(("cancelled", quoted("announce")));
    }
    for (key, value) in [
        ("register", &details.register),
        ("join", &details.join),
        ("page", &details.page),
        ("recording", &details.recording),
        ("slides", &details.slides),
        ("access", &details.access),
    ] {
        lines.extend(value.as_ref().map(|value| (key, quoted(value))));
    }
    if let Some(place) = &details.place {
        let mut text = format!("{{ name = {}", quoted(&place.name));
        if let Some(address) = &place.address {
            let _ = write!(text, ", address = {}", quoted(address));
        }
        if let Some((latitude, longitude)) = place.geo {
            let _ = write!(text, ", latitude = {latitude:?}, longitude = {longitude:?}");
        }
        lines.push(("place", format!("{text} }}")));
    }
    if !details.speakers.is_empty() {
        let speakers = details.speakers.iter().map(|(name, about)| match about {
            Some(about) => format!("{{ name = {}, about = {} }}", quoted(name), quoted(about)),
            None => format!("{{ name = {} }}", quoted(name)),
        });
        lines.push(("speakers", format!("[{}]", speakers.collect::<Vec<_>>().join(", "))));
    }
    let list = |items: &[String]| {
        let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
        format!("[{}]", items.join(", "))
    };
    if !details.tags.is_empty() {
        lines.push(("tags", list(&details.tags)));
    }
    lines.extend(details.busy.map(|busy| ("busy", busy.to_string())));
    if !details.remind.is_empty() {
        lines.push(("remind", list(&details.remind)));
    }
    lines
}

/// Returns `start` and `end`, or `duration` if one of them happens twice.
pub(super) fn times(times: &SessionTimes, calendar: &CalendarTable) -> Vec<Line> {
    let (start, end) = match times {
        SessionTimes::Days(first, last) => {
            return vec![("start", first.to_string()), ("end", last.to_string())];
        }
        SessionTimes::Timed(_, start, end) => (*start, *end),
    };
    let zone = zone(times, calendar);
    let mut lines = vec![("start", rfc3339::local(zone.local(start)))];
    if twice(zone, start).is_some() || twice(zone, end).is_some() {
        lines.push(("duration", quoted(&elapsed(end - start))));
    } else {
        lines.push(("end", rfc3339::local(zone.local(end))));
    }
    lines.extend(twice(zone, start).map(|fold| ("fold", quoted(fold))));
    lines
}

/// Returns which one an instant is, if its wall-clock time happens twice.
pub(super) fn twice(zone: &Zone, instant: DateTime<Utc>) -> Option<&'static str> {
    match zone.resolve(zone.local(instant)) {
        Local::Fold { earlier, .. } => Some(if instant == earlier { "earlier" } else { "later" }),
        _ => None,
    }
}

/// Returns a length as `duration` has it.
pub(super) fn elapsed(length: TimeDelta) -> String {
    match length.num_seconds() {
        seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
        seconds => format!("{seconds}s"),
    }
}

/// Returns the current name of a zone.
pub(super) fn named(zone: &Zone, rules: &Rules) -> String {
    match zone.naming() {
        Naming::Legacy(today) if rules.zone(today).is_ok() => today.clone(),
        _ => zone.name().to_owned(),
    }
}
