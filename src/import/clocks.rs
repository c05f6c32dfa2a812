//! Finds the clock of a TZID: a zone, or the file's own VTIMEZONE.
//!
//! A name of tzdata or Windows counts, unless the VTIMEZONE of that name contradicts it. A VTIMEZONE contradicts a zone
//! if it has another offset at the event, and has all offsets that the zone has in that year (RFC 5545 section 3.6.5).
//! A VTIMEZONE without a known name is compared with the zones of tzdata.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::content::Component;
use super::definition::Definition;
use super::display_names;
use super::recur::Budget;
use super::similar_zone::zone_like;
use super::values::text;
use crate::zone::{Local, Naming, Rules, Zone};

/// Converts between wall-clock times of the file and instants.
#[derive(Debug, Clone)]
pub(super) enum EventClock {
    /// A zone that tzdata has.
    Zone(Zone),
    /// The file's own rules, which match no zone.
    Own(Rc<Definition>),
}

impl EventClock {
    /// Returns the instant of a wall-clock time. If the time is repeated, the instant is the first; a skipped time has
    /// the offset before the gap (RFC 5545 section 3.3.5).
    pub(super) fn instant(&self, local: NaiveDateTime) -> DateTime<Utc> {
        match self {
            Self::Own(own) => (local - TimeDelta::seconds(own.offset(local))).and_utc(),
            Self::Zone(zone) => match zone.resolve(local) {
                Local::Unique(instant) | Local::Fold { earlier: instant, .. } => instant,
                Local::Gap { before, .. } => match zone.resolve(before) {
                    Local::Unique(instant) | Local::Fold { later: instant, .. } => {
                        instant + (local - before)
                    }
                    Local::Gap { .. } => local.and_utc(),
                },
            },
        }
    }

    /// Returns the wall-clock time at an instant.
    pub(super) fn local(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Self::Zone(zone) => zone.local(instant),
            Self::Own(own) => own.local(instant),
        }
    }
}

/// The clock of a TZID, and the method by which the clock was found.
#[derive(Debug, Clone)]
pub(super) struct Understood {
    pub(super) clock: EventClock,
    pub(super) by: FoundBy,
}

/// The method by which a clock was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FoundBy {
    /// A name of tzdata or Windows identifies the zone.
    Name,
    /// The name that Windows shows to people identifies the zone.
    DisplayName,
    /// The rules of the VTIMEZONE identify the zone, because its name is unknown.
    Rules,
    /// The rules of the VTIMEZONE identify the zone, because they contradict its name.
    Contradiction,
}

/// The known facts about a TZID.
#[derive(Debug)]
struct Known {
    understood: Understood,
    /// The VTIMEZONE, if the clock was found by a name.
    definition: Option<Rc<Definition>>,
    /// The clock of the VTIMEZONE, after it was first needed.
    contradiction: Option<Understood>,
}

/// The longest TZID that is looked up, in bytes; Outlook's descriptions have less than a hundred.
const LONGEST: usize = 255;
/// The number of segments of the longest name in tzdata, such as `America/Argentina/Ushuaia`.
const MOST_SEGMENTS: usize = 3;

/// The clocks of a file, by TZID.
#[derive(Debug)]
pub(super) struct Clocks<'a> {
    rules: &'a Rules,
    /// The last VTIMEZONE of each TZID.
    definitions: HashMap<String, &'a Component>,
    /// The years of the file's times.
    years: (i32, i32),
    known: HashMap<String, Option<Known>>,
    /// The budgets for rules of zones and of events.
    zones: Budget,
    pub(super) events: Budget,
}

impl<'a> Clocks<'a> {
    /// Creates the clocks of a file whose times are in these years.
    pub(super) fn new(rules: &'a Rules, calendars: &[&'a Component], years: (i32, i32)) -> Self {
        let zones = calendars.iter().flat_map(|calendar| calendar.within("VTIMEZONE"));
        let definitions =
            zones.filter_map(|zone| Some((named(&zone.get("TZID")?.value)?, zone))).collect();
        let (zones, events) = (Budget::ZONES, Budget::EVENTS);
        Self { rules, definitions, years, known: HashMap::new(), zones, events }
    }

    /// Returns whether the rules of zones exceed their budget.
    pub(super) fn is_cut(&self) -> bool {
        self.zones.is_spent()
    }

    /// Returns the zone of the file's VTIMEZONE, if the file has only one.
    pub(super) fn only(&mut self) -> Option<Zone> {
        let mut all = self.definitions.keys();
        let (only, None) = (all.next()?.clone(), all.next()) else { return None };
        match self.of(&only)?.clock {
            EventClock::Zone(zone) => Some(zone),
            EventClock::Own(_) => None,
        }
    }

    /// Returns the clock of a TZID, or `None` if neither its name nor the file defines it.
    pub(super) fn of(&mut self, tzid: &str) -> Option<Understood> {
        self.known(&named(tzid)?).map(|known| known.understood.clone())
    }

    /// Returns the clock of a TZID at a wall-clock time. If the event `repeats`, the same time a year later counts,
    /// too.
    pub(super) fn at(
        &mut self,
        tzid: &str,
        local: NaiveDateTime,
        repeats: bool,
    ) -> Option<Understood> {
        let tzid = named(tzid)?;
        let known = self.known(&tzid)?;
        let (Some(definition), EventClock::Zone(zone)) =
            (&known.definition, &known.understood.clock)
        else {
            return Some(known.understood.clone());
        };
        let times =
            (0..if repeats { 13 } else { 1 }).map(|month| local + TimeDelta::days(28 * month));
        if !times.into_iter().any(|at| contradicts(definition, zone, at)) {
            return Some(known.understood.clone());
        }
        if let Some(contradiction) = &known.contradiction {
            return Some(contradiction.clone());
        }
        let definition = Rc::clone(definition);
        let clock = self.clock_of(&definition, &tzid);
        let contradiction = Understood { clock, by: FoundBy::Contradiction };
        if let Some(Some(known)) = self.known.get_mut(&tzid) {
            known.contradiction = Some(contradiction.clone());
        }
        Some(contradiction)
    }

    fn known(&mut self, tzid: &str) -> Option<&Known> {
        if !self.known.contains_key(tzid) {
            let known = self.understand(tzid);
            self.known.insert(tzid.to_owned(), known);
        }
        self.known.get(tzid)?.as_ref()
    }

    fn understand(&mut self, tzid: &str) -> Option<Known> {
        let defined = self.definitions.get(tzid).copied();
        let location = defined.and_then(|zone| zone.get("X-LIC-LOCATION"));
        let zone = self
            .zone_named(tzid, defined.is_some())
            .or_else(|| self.zone_named(location?.value.trim(), true));
        let definition = defined.map(|zone| Definition::read(zone, self.years.1, &mut self.zones));
        let definition = definition.filter(|own| !own.is_empty()).map(Rc::new);
        let known = |clock, by, definition| {
            Some(Known { understood: Understood { clock, by }, definition, contradiction: None })
        };
        match (zone, definition) {
            (Some(zone), definition) => known(EventClock::Zone(zone), FoundBy::Name, definition),
            (None, Some(definition)) => {
                known(self.clock_of(&definition, tzid), FoundBy::Rules, None)
            }
            (None, None) => {
                // An abbreviation is better than no zone.
                let zone = self.zone_named(tzid, false).map(|zone| (zone, FoundBy::Name));
                let shown = || display_names::zone(tzid, self.rules, self.years.1);
                let (zone, by) = zone.or_else(|| Some((shown()?, FoundBy::DisplayName)))?;
                known(EventClock::Zone(zone), by, None)
            }
        }
    }

    /// Returns the clock of a VTIMEZONE: a zone with the same rules, or the rules themselves.
    fn clock_of(&self, definition: &Rc<Definition>, tzid: &str) -> EventClock {
        match zone_like(definition, tzid, self.rules, self.years) {
            Some(zone) => EventClock::Zone(zone),
            None => EventClock::Own(Rc::clone(definition)),
        }
    }

    /// Looks up an IANA name, with the prefixes of libical, Evolution and others, or a Windows name. An abbreviation
    /// counts only if the file does not define it.
    fn zone_named(&self, name: &str, is_defined: bool) -> Option<Zone> {
        if ["Z", "GMT", "Etc/UTC", "tzone://Microsoft/Utc"]
            .iter()
            .any(|utc| utc.eq_ignore_ascii_case(name))
        {
            return self.rules.known("UTC");
        }
        let segments: Vec<&str> = name.split('/').collect();
        let longest = segments.len().saturating_sub(MOST_SEGMENTS);
        let tails = longest..segments.len().saturating_sub(1);
        std::iter::once(name.to_owned())
            .chain(tails.map(|from| segments[from..].join("/")))
            .filter_map(|tail| self.rules.known(&tail))
            .find(|zone| !is_defined || !matches!(zone.naming(), Naming::Abbreviation(_)))
            .or_else(|| self.rules.of_windows(name))
    }
}

/// Returns whether a VTIMEZONE has another offset than a zone at a wall-clock time, and lacks no offset that the zone
/// has in that year.
fn contradicts(definition: &Rc<Definition>, zone: &Zone, local: NaiveDateTime) -> bool {
    let own = definition.offset(local);
    let instant = (local - TimeDelta::seconds(own)).and_utc();
    if zone.local(instant) == local || matches!(zone.resolve(local), Local::Gap { .. }) {
        return false;
    }
    let (start, end) = (instant - TimeDelta::days(183), instant + TimeDelta::days(183));
    let changes = zone.changes(start, end);
    let offsets: BTreeSet<i32> =
        std::iter::once(start).chain(changes).map(|at| zone.offset(at)).collect();
    let days = TimeDelta::days(183);
    definition.is_known_from(local)
        && definition.offsets(local - days, local + days) >= offsets.len()
}

/// Decodes a TZID, which is a TEXT, for a lookup. Returns `None` if it is too long for a name.
fn named(tzid: &str) -> Option<String> {
    let name = tzid.trim().trim_matches('"').trim();
    (name.len() <= LONGEST).then(|| text(name).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::content::parse;
    use super::*;

    fn clock(tzid: &str, definition: &str) -> Option<(String, bool)> {
        let rules = Rules::bundled();
        let text = format!("BEGIN:VCALENDAR\n{definition}END:VCALENDAR\n");
        let file = parse(text.as_bytes()).file;
        let calendars: Vec<&Component> = file.children.iter().collect();
        let mut clocks = Clocks::new(&rules, &calendars, (2024, 2028));
        let understood = clocks.at(tzid, at("2027-07-01T12:00:00"), false)?;
        let by_rules = matches!(understood.by, FoundBy::Rules | FoundBy::Contradiction);
        Some(match understood.clock {
            EventClock::Zone(zone) => (zone.name().to_owned(), by_rules),
            EventClock::Own(own) => (format!("{:?}", own.offset(at("2027-07-01T12:00:00"))), true),
        })
    }

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    fn defined(tzid: &str, standard: &str, daylight: &str, months: (u8, &str, u8, &str)) -> String {
        let (to_daylight, spring, to_standard, autumn) = months;
        format!(
            "BEGIN:VTIMEZONE\nTZID:{tzid}\nBEGIN:STANDARD\nDTSTART:16010101T020000\n\
             TZOFFSETFROM:{daylight}\nTZOFFSETTO:{standard}\n\
             RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY={autumn};BYMONTH={to_standard}\nEND:STANDARD\n\
             BEGIN:DAYLIGHT\nDTSTART:16010101T020000\nTZOFFSETFROM:{standard}\n\
             TZOFFSETTO:{daylight}\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY={spring};BYMONTH={to_daylight}\n\
             END:DAYLIGHT\nEND:VTIMEZONE\n"
        )
    }

    #[test]
    fn names_of_every_maker_are_known() {
        for (tzid, expected) in [
            ("America/New_York", "America/New_York"),
            ("/mozilla.org/20050126_1/Europe/Berlin", "Europe/Berlin"),
            (
                "/freeassociation.sourceforge.net/Tzfile/America/Argentina/Ushuaia",
                "America/Argentina/Ushuaia",
            ),
            (
                "/citadel.org/20210210_1/America/Indiana/Indianapolis",
                "America/Indiana/Indianapolis",
            ),
            ("\"Eastern Standard Time\"", "America/New_York"),
            ("W. Europe Standard Time", "Europe/Berlin"),
            ("tzone://Microsoft/Utc", "UTC"),
            ("GMT", "UTC"),
        ] {
            assert_eq!(clock(tzid, ""), Some((expected.to_owned(), false)), "{tzid}");
        }
        for nothing in ["Customized Time Zone", "Eastern", "", "//"] {
            assert_eq!(clock(nothing, ""), None, "{nothing}");
        }
    }

    #[test]
    fn a_name_that_says_nothing_is_found_by_the_rules_of_the_file() {
        let us = (3, "2SU", 11, "1SU");
        let eu = (3, "-1SU", 10, "-1SU");
        for (tzid, standard, daylight, months, expected) in [
            ("Eastern", "-0500", "-0400", us, "America/New_York"),
            ("(UTC-06:00) Central Time (US & Canada)", "-0600", "-0500", us, "America/Chicago"),
            ("(UTC+01:00) Amsterdam\\, Berlin\\, Rome", "+0100", "+0200", eu, "Europe/Amsterdam"),
            ("Customized Time Zone", "+0200", "+0300", eu, "Europe/Athens"),
        ] {
            let definition = defined(tzid, standard, daylight, months);
            assert_eq!(clock(tzid, &definition), Some((expected.to_owned(), true)), "{tzid}");
        }
    }

    #[test]
    fn rules_that_no_zone_follows_are_followed_all_the_same() {
        let definition = defined("Mine", "-0500", "-0330", (6, "1MO", 9, "1MO"));
        assert_eq!(clock("Mine", &definition), Some(("-12600".to_owned(), true)));
    }

    #[test]
    fn an_abbreviation_means_what_the_file_says() {
        let definition = defined("EST", "-0500", "-0400", (3, "2SU", 11, "1SU"));
        assert_eq!(clock("EST", &definition), Some(("America/New_York".to_owned(), true)));
        assert_eq!(clock("EST", ""), Some(("EST".to_owned(), false)));
    }

    #[test]
    fn a_time_in_a_gap_is_counted_with_the_offset_before_it() {
        let clock = EventClock::Zone(Rules::bundled().zone("America/New_York").unwrap());
        let rfc = |local: &str| clock.instant(at(local)).format("%d %H:%M").to_string();
        assert_eq!(rfc("2027-03-14T02:30:00"), "14 07:30");
        assert_eq!(rfc("2027-11-07T01:30:00"), "07 05:30");
        assert_eq!(rfc("2027-07-01T12:00:00"), "01 16:00");
    }
}
