//! Time zones: converts a zone name and a wall-clock time to an instant, and computes the observances for a VTIMEZONE.
//!
//! Only this module names a library of time-zone rules. Wall-clock time with an IANA name defines every event. Offsets
//! come from jiff with its bundled database or a folder given by the operator, never from the host. chrono-tz is the
//! witness of the older rules that readers' devices may still have.
//!
//! To read: `rules` (databases), `names` and `windows` (zone names), `pair` (one VTIMEZONE), `runs` (the pair for some
//! events).

mod names;
mod pair;
mod rules;
mod runs;
mod windows;

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

pub use names::Naming;
pub use pair::{Observance, Pair, YearlyRule};
pub use rules::{Rules, UnknownZone};

/// A time zone under a name, with its rules.
#[derive(Clone)]
pub struct Zone(Arc<ZoneData>);

struct ZoneData {
    name: String,
    tzid: String,
    naming: Naming,
    rules: TimeZone,
    witness: Option<chrono_tz::Tz>,
    candidates: OnceLock<Vec<runs::Candidate>>,
}

/// The instants of a wall-clock time in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Local {
    /// The time happens once.
    Unique(DateTime<Utc>),
    /// The time happens twice: the clocks are put back over it.
    Fold {
        /// The first time, on the clock before the change.
        earlier: DateTime<Utc>,
        /// The second time, on the clock after it.
        later: DateTime<Utc>,
    },
    /// The time does not happen: the clocks are put forward over it.
    Gap {
        /// The last second of wall-clock time before the change.
        before: NaiveDateTime,
        /// The first wall-clock time after it.
        after: NaiveDateTime,
    },
}

/// A wall-clock time in a zone with its instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The wall-clock time in the zone.
    pub local: NaiveDateTime,
    /// The instant.
    pub instant: DateTime<Utc>,
    /// Whether every reader who knows the zone's name computes this instant: the time happens once, and devices with
    /// the older rules of the witness agree. Otherwise the time is written in UTC.
    pub plain: bool,
}

impl Zone {
    pub(crate) fn new(name: String, tzid: String, naming: Naming, rules: TimeZone) -> Self {
        let witness = tzid.parse().ok();
        Self(Arc::new(ZoneData { name, tzid, naming, rules, witness, candidates: OnceLock::new() }))
    }

    /// Returns the author's name for the zone, spelled as in tzdata.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Returns the name in calendars (RFC 5545 section 3.2.19).
    pub fn tzid(&self) -> &str {
        &self.0.tzid
    }

    /// Returns the kind of name that the author used.
    pub fn naming(&self) -> &Naming {
        &self.0.naming
    }

    /// Returns whether this is UTC, which calendars write as `Z` and never by name.
    pub fn is_utc(&self) -> bool {
        self.0.tzid == "UTC"
    }

    /// Returns the instants of a wall-clock time, or the limits of the gap that contains it.
    pub fn resolve(&self, local: NaiveDateTime) -> Local {
        let Some(civil) = to_civil(local) else {
            return Local::Unique(local.and_utc());
        };
        let at = |offset: Offset| (local - seconds(offset)).and_utc();
        match self.0.rules.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Local::Unique(at(offset)),
            AmbiguousOffset::Fold { before, after } => {
                Local::Fold { earlier: at(before), later: at(after) }
            }
            AmbiguousOffset::Gap { before, after } => {
                // With the offset after the gap, the time is before the change.
                let change = self.next_change(at(after));
                Local::Gap {
                    before: (change + seconds(before)).naive_utc() - TimeDelta::seconds(1),
                    after: (change + seconds(after)).naive_utc(),
                }
            }
        }
    }

    /// Returns the wall-clock time of an instant, and whether readers agree on it.
    pub fn moment(&self, instant: DateTime<Utc>) -> Moment {
        let local = self.local(instant);
        let once = matches!(self.resolve(local), Local::Unique(_));
        Moment { local, instant, plain: once && self.witness(local) == Some(instant) }
    }

    /// Returns the wall-clock time at an instant.
    pub fn local(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        instant.naive_utc() + TimeDelta::seconds(self.offset(instant).into())
    }

    /// Returns the offset from UTC at an instant in seconds, positive east of Greenwich.
    pub fn offset(&self, instant: DateTime<Utc>) -> i32 {
        timestamp(instant).map_or(0, |at| self.0.rules.to_offset(at).seconds())
    }

    /// Returns the instants after `from` and before `until` at which the offset from UTC changes.
    pub fn changes(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let Some(start) = timestamp(from) else { return Vec::new() };
        let mut before = self.offset(from);
        let mut found = Vec::new();
        for change in self.0.rules.following(start) {
            let Some(at) = DateTime::from_timestamp(change.timestamp().as_second(), 0) else {
                break;
            };
            if at >= until {
                break;
            }
            // tzdata also lists changes of only the abbreviation or the DST flag.
            let after = change.offset().seconds();
            if after != before {
                found.push(at);
            }
            before = after;
        }
        found
    }

    /// Returns whether the wall-clock time at an instant happens twice.
    pub fn is_repeated(&self, instant: DateTime<Utc>) -> bool {
        matches!(self.resolve(self.local(instant)), Local::Fold { .. })
    }

    /// Returns the first instant of a date in the zone: midnight, or the end of the gap that contains midnight.
    pub fn start_of_day(&self, date: NaiveDate) -> DateTime<Utc> {
        match self.resolve(date.and_time(chrono::NaiveTime::MIN)) {
            Local::Unique(instant) | Local::Fold { earlier: instant, .. } => instant,
            Local::Gap { after, .. } => match self.resolve(after) {
                Local::Unique(instant) | Local::Fold { earlier: instant, .. } => instant,
                Local::Gap { .. } => after.and_utc(),
            },
        }
    }

    /// Returns the instant that a device with the witness's older rules computes for a wall-clock time, if those rules
    /// have the zone and the time happens once.
    pub fn witness(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        let instant = local.and_local_timezone(self.0.witness?).single()?;
        Some(instant.with_timezone(&Utc))
    }

    /// Returns the VTIMEZONE with one STANDARD, or STANDARD and DAYLIGHT, that is right for the starts and ends of most
    /// events.
    ///
    /// The law in force at the latest event comes first, then earlier laws, then substitutes. The choice with the
    /// fewest wrong events wins, and ties go to the later law. The pair begins when the law did. If an event for which
    /// the pair is exact is not after both onsets, the pair begins earlier by the same rule. Without events, the result
    /// is the pair of the last law.
    pub fn pair_for(&self, events: &[[Moment; 2]]) -> Pair {
        runs::choose(self.candidates(), events)
    }

    fn candidates(&self) -> &[runs::Candidate] {
        self.0.candidates.get_or_init(|| runs::candidates(&runs::transitions(&self.0.rules)))
    }

    fn next_change(&self, after: DateTime<Utc>) -> DateTime<Utc> {
        timestamp(after)
            .and_then(|at| self.0.rules.following(at).next())
            .and_then(|change| DateTime::from_timestamp(change.timestamp().as_second(), 0))
            .unwrap_or(after)
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        // Zones are shared, so names are rarely compared.
        Arc::ptr_eq(&self.0, &other.0) || self.0.tzid == other.0.tzid
    }
}

impl Eq for Zone {}

impl std::fmt::Debug for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Zone").field(&self.0.tzid).finish()
    }
}

fn timestamp(instant: DateTime<Utc>) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_second(instant.timestamp()).ok()
}

fn seconds(offset: Offset) -> TimeDelta {
    TimeDelta::seconds(offset.seconds().into())
}

/// Converts from chrono to jiff. Returns `None` for a year that jiff does not have.
fn to_civil(local: NaiveDateTime) -> Option<jiff::civil::DateTime> {
    use chrono::{Datelike, Timelike};
    jiff::civil::DateTime::new(
        local.year().try_into().ok()?,
        local.month().try_into().ok()?,
        local.day().try_into().ok()?,
        local.hour().try_into().ok()?,
        local.minute().try_into().ok()?,
        local.second().try_into().ok()?,
        0,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap()
    }

    fn utc(text: &str) -> DateTime<Utc> {
        local(text).and_utc()
    }

    #[test]
    fn golden_instants_of_today_s_rules() {
        let rules = Rules::bundled();
        for (name, at, expected) in [
            ("America/Vancouver", "2026-11-22T12:00", "2026-11-22T19:00"),
            ("America/Havana", "2026-12-25T12:00", "2026-12-25T16:00"),
            ("America/Havana", "2027-12-25T12:00", "2027-12-25T17:00"),
            ("America/Edmonton", "2026-12-25T12:00", "2026-12-25T18:00"),
            ("America/Winnipeg", "2026-12-25T12:00", "2026-12-25T17:00"),
            ("Africa/Casablanca", "2026-12-25T12:00", "2026-12-25T12:00"),
            ("Europe/Chisinau", "2027-03-28T02:30", "2027-03-28T00:30"),
            ("Europe/Berlin", "2027-10-25T12:00", "2027-10-25T10:00"),
            ("America/Nuuk", "2029-03-26T12:00", "2029-03-26T13:00"),
            ("Africa/Cairo", "2030-10-31T12:00", "2030-10-31T09:00"),
            ("Europe/Dublin", "2027-07-01T12:00", "2027-07-01T11:00"),
            ("Australia/Lord_Howe", "2027-01-15T12:00", "2027-01-15T01:00"),
            ("Antarctica/Troll", "2027-07-01T12:00", "2027-07-01T10:00"),
        ] {
            let zone = rules.zone(name).unwrap();
            assert_eq!(zone.resolve(local(at)), Local::Unique(utc(expected)), "{name} {at}");
        }
    }

    #[test]
    fn a_fold_has_both_instants_and_a_gap_both_neighbours() {
        let berlin = Rules::bundled().zone("Europe/Berlin").unwrap();
        assert_eq!(
            berlin.resolve(local("2027-10-31T02:30")),
            Local::Fold { earlier: utc("2027-10-31T00:30"), later: utc("2027-10-31T01:30") }
        );
        assert_eq!(
            berlin.resolve(local("2027-03-28T02:30")),
            Local::Gap {
                before: local("2027-03-28T02:00") - TimeDelta::seconds(1),
                after: local("2027-03-28T03:00")
            }
        );
    }

    #[test]
    fn a_day_that_a_country_skipped_is_a_gap_between_its_neighbors() {
        let apia = Rules::bundled().zone("Pacific/Apia").unwrap();
        assert_eq!(
            apia.resolve(local("2011-12-30T10:00")),
            Local::Gap {
                before: local("2011-12-30T00:00") - TimeDelta::seconds(1),
                after: local("2011-12-31T00:00")
            }
        );
    }

    #[test]
    fn a_time_that_older_rules_put_elsewhere_is_not_plain() {
        let rules = Rules::bundled();
        let vancouver = rules.zone("America/Vancouver").unwrap();
        assert!(!vancouver.moment(utc("2026-12-07T18:00")).plain);
        assert!(vancouver.moment(utc("2027-07-07T18:00")).plain);
        let berlin = rules.zone("Europe/Berlin").unwrap();
        assert!(!berlin.moment(utc("2027-10-31T00:30")).plain);
        assert!(berlin.moment(utc("2027-10-31T03:30")).plain);
    }
}
