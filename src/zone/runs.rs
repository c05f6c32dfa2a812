//! The runs of a zone: converts the changes of its offset to the plain pairs that were in force for a while.

use chrono::{DateTime, Datelike, NaiveDateTime};
use jiff::tz::TimeZone;

use super::{Moment, Observance, Pair, YearlyRule};

/// The first and last year whose changes are computed. Sessions are between 1970 and 2100.
const YEARS: (i16, i16) = (1970, 2102);
/// The time in seconds after which an offset without a change counts as fixed.
const LONG: i64 = 370 * 86_400;

/// A change of the offset. Changes of only the abbreviation or the DST flag do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Transition {
    at: i64,
    before: i32,
    after: i32,
    name: String,
}

/// A pair, and the instants between which the zone followed it.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pair: Pair,
    from: i64,
    until: i64,
    law: bool,
}

impl Transition {
    /// Returns the wall-clock time of the change, on the clock before it (RFC 5545 section 3.6.5).
    fn onset(&self) -> NaiveDateTime {
        let local = self.at.saturating_add(i64::from(self.before));
        DateTime::from_timestamp(local, 0).unwrap_or_default().naive_utc()
    }

    fn observance(&self, rule: YearlyRule) -> Observance {
        Observance {
            daylight: self.after > self.before,
            onset: self.onset(),
            from: self.before,
            to: self.after,
            name: self.name.clone(),
            rule: Some(rule),
        }
    }

    /// Returns whether this is the change of another year by the same rule.
    fn repeats(&self, first: &Self, rule: YearlyRule, years: i32) -> bool {
        let (own, earlier) = (self.onset(), first.onset());
        self.before == first.before
            && self.after == first.after
            && own.time() == earlier.time()
            && own.year() == earlier.year() + years
            && rule.date(own.year()) == Some(own.date())
    }
}

/// Returns all changes of the offset from 1970 on. Rules without an end are followed to the last year of sessions.
pub(super) fn transitions(rules: &TimeZone) -> Vec<Transition> {
    let start = jiff::civil::date(YEARS.0, 1, 1).at(0, 0, 0, 0);
    let Ok(start) = jiff::tz::Offset::UTC.to_timestamp(start) else { return Vec::new() };
    let mut before = rules.to_offset(start).seconds();
    let mut found = vec![Transition {
        at: i64::MIN,
        before,
        after: before,
        name: rules.to_offset_info(start).abbreviation().to_string(),
    }];
    for change in rules.following(start) {
        let at = change.timestamp();
        if jiff::tz::Offset::UTC.to_datetime(at).year() >= YEARS.1 {
            break;
        }
        let after = change.offset().seconds();
        if after != before {
            let name = change.abbreviation().to_string();
            found.push(Transition { at: at.as_second(), before, after, name });
        }
        before = after;
    }
    found
}

/// Returns every fixed offset that was in force for more than a year, every pair that a law followed, and pairs of
/// single years as substitutes for the times between.
pub(super) fn candidates(transitions: &[Transition]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for (index, change) in transitions.iter().enumerate() {
        let until = transitions.get(index + 1).map_or(i64::MAX, |next| next.at);
        let from = change.at.max(0);
        // A rule without end continues after the last computed change.
        let endless = until == i64::MAX && change.onset().year() >= i32::from(YEARS.1) - 1;
        if !endless && until.saturating_sub(from) > LONG && change.after % 60 == 0 {
            let pair = Pair::fixed(change.after, change.name.clone());
            found.push(Candidate { pair, from: change.at, until, law: true });
        }
    }
    // The first entry is the state in 1970, not a change.
    found.extend(laws_and_substitutes(runs(transitions.get(1..).unwrap_or_default())));
    found
}

/// Returns the longest runs, which are the laws, and substitutes. Dates often fit another rule for some years, too (the
/// last Sunday of October is the fourth in most). Such a run is inside a longer one and is dropped, or overlaps one and
/// stays as a substitute.
fn laws_and_substitutes(mut runs: Vec<Candidate>) -> Vec<Candidate> {
    runs.sort_by_key(|run| std::cmp::Reverse(run.until.saturating_sub(run.from)));
    let mut kept: Vec<Candidate> = Vec::new();
    for mut run in runs {
        let overlap = |other: &Candidate| {
            run.until.min(other.until).saturating_sub(run.from.max(other.from)).max(0)
        };
        let covered: i64 = kept.iter().filter(|other| other.law).map(overlap).sum();
        let alone = run.until.saturating_sub(run.from).saturating_sub(covered);
        if alone > 0 {
            run.law &= alone > LONG;
            kept.push(run);
        }
    }
    kept
}

fn runs(changes: &[Transition]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for start in 0..changes.len().saturating_sub(1) {
        let (one, two) = (&changes[start], &changes[start + 1]);
        let whole_minutes = one.before % 60 == 0 && one.after % 60 == 0;
        if one.before != two.after || one.after != two.before || !whole_minutes {
            continue;
        }
        for first in YearlyRule::of(one.onset().date()) {
            for second in YearlyRule::of(two.onset().date()) {
                found.extend(run(changes, start, first, second));
            }
        }
    }
    found
}

/// Returns the time during which one pair of rules is in force, from its first change on; `None` if it began earlier.
fn run(
    changes: &[Transition],
    start: usize,
    first: YearlyRule,
    second: YearlyRule,
) -> Option<Candidate> {
    let (one, two) = (&changes[start], &changes[start + 1]);
    let began_earlier = start.checked_sub(1).map(|index| &changes[index]).is_some_and(|previous| {
        let date = previous.onset().date();
        two.repeats(previous, second, 1) && second.date(date.year()) == Some(date)
    });
    if began_earlier {
        return None;
    }
    let mut end = start + 2;
    while let Some(change) = changes.get(end) {
        let years = ((end - start) / 2) as i32;
        let (origin, rule) =
            if (end - start).is_multiple_of(2) { (one, first) } else { (two, second) };
        if !change.repeats(origin, rule, years) {
            break;
        }
        end += 1;
    }
    let mut observances = vec![one.observance(first), two.observance(second)];
    observances.sort_by_key(|observance| observance.onset);
    let until = changes.get(end).map_or(i64::MAX, |next| next.at);
    Some(Candidate { pair: Pair { observances }, from: one.at, until, law: end - start >= 4 })
}

/// Chooses a pair; see [`super::Zone::pair_for`].
pub(super) fn choose(candidates: &[Candidate], events: &[[Moment; 2]]) -> Pair {
    let plain: Vec<&[Moment; 2]> =
        events.iter().filter(|event| event.iter().all(|moment| moment.plain)).collect();
    let latest = plain.iter().map(|[_, end]| end.instant.timestamp()).max();
    let latest = latest.unwrap_or(i64::MAX - 1);
    // One matching reading is enough. If a law's rule repeats an hour that the zone does not, an older law or a
    // substitute is no better, and such an event is written in UTC.
    let fits = |candidate: &Candidate, event: &[Moment; 2]| {
        event.iter().all(|m| candidate.pair.readings(m.local).contains(&m.instant))
    };
    let count = |candidate: &Candidate| plain.iter().filter(|e| fits(candidate, e)).count();
    let in_force = |candidate: &Candidate| candidate.from <= latest && latest < candidate.until;
    let laws = candidates.iter().filter(|candidate| candidate.law && in_force(candidate));
    let first = laws.map(|law| (count(law), law)).max_by_key(|(count, law)| (*count, law.from));
    let score = |candidate: &Candidate| {
        (count(candidate), candidate.law, in_force(candidate), candidate.from)
    };
    let any = || {
        let known = candidates.iter().filter(|candidate| candidate.from <= latest);
        known.max_by_key(|candidate| score(candidate))
    };
    let best = first.filter(|(count, _)| *count == plain.len()).map(|(_, law)| law).or_else(any);
    let Some(Candidate { pair, .. }) = best else { return Pair::fixed(0, "UTC".to_owned()) };
    let exact = |m: &Moment| pair.readings(m.local) == [m.instant; 2];
    let written = plain.into_iter().filter(|event| event.iter().all(exact));
    match written.map(|[start, _]| start.local).min() {
        Some(earliest) => pair.clone().begun_before(earliest),
        None => pair.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Rules, Zone};
    use super::*;

    fn zone(name: &str) -> Zone {
        Rules::bundled().zone(name).unwrap()
    }

    /// Returns events without a length.
    fn events(zone: &Zone, instants: &[&str]) -> Vec<[Moment; 2]> {
        instants.iter().map(|at| [zone.moment(at.parse().unwrap()); 2]).collect()
    }

    fn shape(pair: &Pair) -> Vec<String> {
        let rule = |o: &Observance| {
            o.rule.map_or_else(
                || "-".to_owned(),
                |r| format!("{}/{}{}", r.month, r.ordinal, r.weekday),
            )
        };
        pair.observances
            .iter()
            .map(|o| format!("{} {} {} {}", o.onset, o.from, o.to, rule(o)))
            .collect()
    }

    #[test]
    fn new_york_is_its_law_of_2007() {
        let zone = zone("America/New_York");
        let pair = zone.pair_for(&events(&zone, &["2024-04-30T21:00:00Z"]));
        assert_eq!(
            shape(&pair),
            [
                "2007-03-11 02:00:00 -18000 -14400 3/2Sun",
                "2007-11-04 02:00:00 -14400 -18000 11/1Sun"
            ]
        );
    }

    #[test]
    fn an_older_law_is_taken_where_it_is_exact_for_more() {
        let zone = zone("America/New_York");
        let pair = zone.pair_for(&events(&zone, &["2006-03-20T12:00:00Z", "2006-07-01T12:00:00Z"]));
        assert_eq!(
            shape(&pair),
            [
                "1986-10-26 02:00:00 -14400 -18000 10/-1Sun",
                "1987-04-05 02:00:00 -18000 -14400 4/1Sun"
            ]
        );
    }

    #[test]
    fn a_zone_that_gave_up_its_changes_is_one_fixed_offset() {
        let zone = zone("America/Vancouver");
        let pair = zone.pair_for(&events(&zone, &["2027-07-01T19:00:00Z"]));
        assert_eq!(shape(&pair), ["1970-01-01 00:00:00 -25200 -25200 -"]);
        assert!(!pair.observances[0].daylight);
    }

    #[test]
    fn a_zone_that_never_changed_is_one_fixed_offset() {
        for name in ["EST", "Etc/GMT+5", "Africa/Abidjan"] {
            assert_eq!(zone(name).pair_for(&[]).observances.len(), 1, "{name}");
        }
    }

    #[test]
    fn winter_in_a_zone_with_changes_is_still_the_pair() {
        let zone = zone("Europe/Berlin");
        let pair = zone.pair_for(&events(&zone, &["2027-01-15T12:00:00Z"]));
        assert_eq!(pair.observances.len(), 2);
    }

    #[test]
    fn jerusalem_is_a_substitute_that_is_exact_outside_its_odd_week() {
        let zone = zone("Asia/Jerusalem");
        for at in ["2027-07-01T12:00:00Z", "2029-03-25T12:00:00Z", "2030-01-01T12:00:00Z"] {
            let all = events(&zone, &[at]);
            let start = all[0][0];
            assert_eq!(zone.pair_for(&all).instant(start.local), Some(start.instant), "{at}");
        }
    }

    /// The law's first fitting DAYLIGHT is in April 2025, and its first fitting STANDARD is in October.
    #[test]
    fn cairo_s_standard_begins_a_year_earlier_for_an_event_between_the_halves() {
        let zone = zone("Africa/Cairo");
        let onsets = |at: &str| {
            let pair = zone.pair_for(&events(&zone, &[at]));
            pair.observances.iter().map(|o| o.onset.to_string()).collect::<Vec<_>>()
        };
        let between = onsets("2025-10-14T19:30:00Z");
        assert_eq!(between, ["2024-10-25 00:00:00", "2025-04-25 00:00:00"]);
        let after = onsets("2025-11-14T19:30:00Z");
        assert_eq!(after, ["2025-04-25 00:00:00", "2025-10-31 00:00:00"]);
    }

    #[test]
    fn dublin_s_summer_is_daylight_although_tzdata_calls_it_standard() {
        let zone = zone("Europe/Dublin");
        let pair = zone.pair_for(&events(&zone, &["2027-07-01T12:00:00Z"]));
        let halves: Vec<_> = pair.observances.iter().map(|o| (o.daylight, o.to)).collect();
        assert_eq!(halves, [(true, 3600), (false, 0)]);
    }

    #[test]
    fn without_any_time_the_rule_that_holds_last_is_taken() {
        assert_eq!(zone("Africa/Casablanca").pair_for(&[]).observances.len(), 1);
        assert_eq!(zone("America/New_York").pair_for(&[]).observances.len(), 2);
    }
}
