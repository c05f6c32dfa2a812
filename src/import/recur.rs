//! Recurrence rules (RFC 5545 section 3.3.10), expanded on the clock of the wall.
//!
//! The rules are the rrule crate's; times go in and come out as if they were UTC, so that a session
//! at six stays at six when the clocks change.

use chrono::{DateTime, Datelike, NaiveDateTime, NaiveTime, Utc};
use rrule::{RRule, RRuleSet, Tz, Unvalidated};

use super::values::{Stamp, stamp};

/// How many times a rule is followed at most before its end is looked for: daily for fifty years.
const MOST: usize = 20_000;
/// How many times a day may come back at most, by BYHOUR, BYMINUTE and BYSECOND together.
const MOST_A_DAY: usize = 24;

/// The wall-clock times that a rule gives.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Expansion {
    /// In order; the first is the rule's own first, not always the event's start.
    pub(super) starts: Vec<NaiveDateTime>,
    /// Whether there are more after the bound.
    pub(super) more: bool,
}

/// Every time from `start` up to and with `last`. `local` gives the wall-clock time of an UNTIL, which
/// is an instant where the start has a zone.
///
/// # Errors
/// A few words on what about the rule cannot be followed.
pub(super) fn expand(
    rule: &str,
    start: NaiveDateTime,
    last: NaiveDateTime,
    local: impl Fn(DateTime<Utc>) -> NaiveDateTime,
) -> Result<Expansion, &'static str> {
    const STRANGE: &str = "its rule cannot be understood";
    // Rules are words and digits, and the crate cuts days by bytes.
    if !rule.is_ascii() {
        return Err(STRANGE);
    }
    let mut parts = Vec::new();
    let mut a_day = 1_usize;
    for part in rule.trim().trim_end_matches(';').split(';') {
        let (name, value) = part.split_once('=').ok_or(STRANGE)?;
        let (name, value) = (name.trim().to_ascii_uppercase(), value.trim().to_ascii_uppercase());
        match name.as_str() {
            "FREQ" if value == "SECONDLY" || value == "MINUTELY" => {
                return Err("it repeats within the hour");
            }
            // It would come back to the same date without end.
            "INTERVAL" if value.bytes().all(|b| b == b'0') => {
                return Err("its rule repeats every 0 times, which is never");
            }
            "BYHOUR" | "BYMINUTE" | "BYSECOND" => {
                a_day = a_day.saturating_mul(value.split(',').count());
                parts.push(format!("{name}={value}"));
            }
            "UNTIL" => {
                let until = match stamp(&value).ok_or(STRANGE)? {
                    // The whole of the last day.
                    Stamp::Date(date) => {
                        date.and_time(NaiveTime::MIN) + chrono::Days::new(1)
                            - chrono::TimeDelta::seconds(1)
                    }
                    Stamp::Local(until) => until,
                    Stamp::Utc(until) => local(until),
                };
                // The crate refuses it as a mistake; only the start counts then.
                if until < start {
                    return Ok(Expansion { starts: Vec::new(), more: false });
                }
                parts.push(format!("UNTIL={}Z", until.format("%Y%m%dT%H%M%S")));
            }
            "RSCALE" if value != "GREGORIAN" => return Err("it follows another calendar's months"),
            "RSCALE" | "SKIP" => {}
            _ if name.starts_with("X-") => {}
            _ => parts.push(format!("{name}={value}")),
        }
    }
    if a_day > MOST_A_DAY {
        return Err("it repeats many times a day");
    }
    let utc = |local: NaiveDateTime| local.and_utc().with_timezone(&Tz::UTC);
    let rule: RRule<Unvalidated> = parts.join(";").parse().map_err(|_| STRANGE)?;
    let rule = rule.validate(utc(start)).map_err(|_| STRANGE)?;
    let dates = RRuleSet::new(utc(start)).rrule(rule).limit();
    let mut expansion = Expansion { starts: Vec::new(), more: false };
    for at in dates.into_iter().map(|at| at.naive_utc()) {
        if at > last || at.year() > 2100 || expansion.starts.len() == MOST {
            expansion.more = true;
            break;
        }
        expansion.starts.push(at);
    }
    Ok(expansion)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    fn expanded(rule: &str, last: &str) -> Result<(Vec<String>, bool), &'static str> {
        let eastern = |instant: DateTime<Utc>| instant.naive_utc() - chrono::TimeDelta::hours(4);
        expand(rule, at("2027-05-04T18:00:00"), at(last), eastern).map(|expansion| {
            let starts = expansion.starts.iter().map(|at| at.format("%m-%d %H:%M").to_string());
            (starts.collect(), expansion.more)
        })
    }

    #[test]
    fn rules_are_followed_to_their_end_or_to_the_bound() {
        let ok =
            |starts: &[&str], more| Ok((starts.iter().map(ToString::to_string).collect(), more));
        let far = "2030-01-01T00:00:00";
        assert_eq!(
            expanded("FREQ=WEEKLY;COUNT=3;BYDAY=TU", far),
            ok(&["05-04 18:00", "05-11 18:00", "05-18 18:00"], false)
        );
        assert_eq!(
            expanded("freq=monthly;byday=1TU;", "2027-07-30T00:00:00"),
            ok(&["05-04 18:00", "06-01 18:00", "07-06 18:00"], true)
        );
        for until in ["20270511", "20270511T220000Z", "20270511T180000"] {
            assert_eq!(
                expanded(&format!("FREQ=WEEKLY;UNTIL={until}"), far),
                ok(&["05-04 18:00", "05-11 18:00"], false),
                "{until}"
            );
        }
        assert_eq!(
            expanded("FREQ=WEEKLY;UNTIL=20270511T215959Z", far),
            ok(&["05-04 18:00"], false)
        );
    }

    #[test]
    fn a_rule_that_ends_before_it_starts_gives_nothing() {
        for until in ["20270503", "20270504T215959Z", "20270504T175959"] {
            let rule = format!("FREQ=WEEKLY;UNTIL={until}");
            assert_eq!(expanded(&rule, "2030-01-01T00:00:00"), Ok((vec![], false)), "{until}");
        }
    }

    #[test]
    fn what_cannot_be_followed_is_refused_and_never_runs_away() {
        for rule in [
            "FREQ=SECONDLY",
            "FREQ=NEVER",
            "nonsense",
            "",
            "FREQ=DAILY;INTERVAL=-1",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=WEEKLY;BYDAY=\u{26c}",
            "FREQ=DAILY;UNTIL=soon",
            "RSCALE=HEBREW;FREQ=YEARLY",
            "FREQ=YEARLY;BYHOUR=0,1,2,3,4;BYMINUTE=0,1,2,3,4,5,6",
        ] {
            assert!(expanded(rule, "2028-01-01T00:00:00").is_err(), "{rule}");
        }
        let never = expanded("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2028-01-01T00:00:00");
        assert_eq!(never.unwrap().0, [""; 0]);
    }
}
