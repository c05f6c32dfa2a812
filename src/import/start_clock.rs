//! Finds the clock of an event's start, with notes on guesses.

use chrono::NaiveDateTime;

use super::clocks::{Clocks, EventClock, FoundBy};
use super::content::Property;
use crate::zone::Zone;

/// The reading of times without a zone.
#[derive(Debug, Clone)]
pub(super) enum Floating {
    /// The calendar or the organizer gives this zone.
    Given(Zone),
    /// Most other events are in this zone.
    Guessed(Zone),
    /// This is the zone of the file's only VTIMEZONE.
    Only(Zone),
    /// Such times cannot be read.
    Unknown,
}

impl Floating {
    /// Returns the zone, if there is one.
    pub(super) fn zone(&self) -> Option<&Zone> {
        match self {
            Self::Given(zone) | Self::Guessed(zone) | Self::Only(zone) => Some(zone),
            Self::Unknown => None,
        }
    }
}

/// A start in wall-clock time.
pub(super) struct Start<'a> {
    pub(super) property: &'a Property,
    pub(super) local: NaiveDateTime,
    pub(super) repeats: bool,
}

/// Returns the clock of a start. Adds guesses.
///
/// # Errors
/// A sentence with the reason why there is none.
pub(super) fn clock_of(
    start: Start<'_>,
    clocks: &mut Clocks<'_>,
    floating: &Floating,
    guesses: &mut Vec<String>,
) -> Result<EventClock, String> {
    let tzid = start.property.parameter("TZID").filter(|tzid| !tzid.trim().is_empty());
    if let Some(tzid) = tzid {
        if let Some(understood) = clocks.at(tzid, start.local, start.repeats) {
            let own = format!("the file has its own rules for `{tzid}`");
            match (&understood.clock, understood.by) {
                (_, FoundBy::Name) => {}
                (EventClock::Zone(zone), FoundBy::DisplayName) => {
                    guesses.push(format!("its time zone `{tzid}` was read as `{}`", zone.name()));
                }
                (EventClock::Zone(zone), FoundBy::Rules) => guesses.push(format!(
                    "its time zone `{tzid}` was read as `{}`, which has the same rules",
                    zone.name()
                )),
                (EventClock::Zone(zone), FoundBy::Contradiction) => guesses.push(format!(
                    "{own}; its time was read as `{}`, which has the same rules; check it",
                    zone.name()
                )),
                (EventClock::Own(_), FoundBy::Contradiction) => {
                    guesses.push(format!("{own}; its time was converted by them; check it"));
                }
                (EventClock::Own(_), _) => guesses.push(format!(
                    "its time zone `{tzid}` has rules of its own; its time was converted"
                )),
            }
            return Ok(understood.clock);
        }
        return match floating {
            Floating::Given(zone) => {
                guesses.push(format!(
                    "its time zone `{tzid}` is unknown; it was read as `{}`",
                    zone.name()
                ));
                Ok(EventClock::Zone(zone.clone()))
            }
            _ => Err(format!(
                "its time zone `{tzid}` is unknown, and it was left out; \
                 to include it, add `--timezone Europe/Berlin`"
            )),
        };
    }
    let (zone, reason) = match floating {
        Floating::Given(zone) => return Ok(EventClock::Zone(zone.clone())),
        Floating::Guessed(zone) => (zone, "like most others"),
        Floating::Only(zone) => (zone, "the only zone of the file"),
        Floating::Unknown => {
            return Err("its time has no zone, and it was left out; \
                        to include it, add `--timezone Europe/Berlin`"
                .to_owned());
        }
    };
    guesses.push(format!(
        "its time has no zone; it was read as `{}`, {reason}; check it",
        zone.name()
    ));
    Ok(EventClock::Zone(zone.clone()))
}
