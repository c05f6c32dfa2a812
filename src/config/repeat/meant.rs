//! The rule that a value was probably meant for: words such as `every Tuesday until June 29, 2027`, a list, or the RRULE
//! of a calendar.

use chrono::{Datelike as _, NaiveDate, TimeDelta};
use toml::de::{DeTable, DeValue};

use super::super::guess;
use super::every;
use super::from_rrule;
use super::written::Meant;

/// Other words for `every`, and those that say it all.
const EVERY: [&str; 6] = ["every", "frequency", "freq", "interval", "repeats_every", "weekdays"];
const RULES: [&str; 7] =
    ["daily", "weekly", "biweekly", "fortnightly", "monthly", "quarterly", "yearly"];
const TIMES: [&str; 4] = ["times", "count", "occurrences", "repetitions"];
const UNTIL: [&str; 3] = ["until", "last_date", "repeat_until"];
/// Other words for `repeat`.
const REPEAT: [&str; 8] =
    ["repeat", "rrule", "recurrence", "recurring", "recurs", "repeats", "repeating", "rule"];

/// Help for an RRULE whose dates `repeat` does not give.
pub(in super::super) const NO_COUNTERPART: &str = "`repeat` has no such rule: write the nearest one, such as \
     `repeat = { every = \"month\", times = 10 }`, add further dates with `also`, and leave others out with `except`";

/// The rule that a value of `repeat` was meant for; `start` is the first date.
pub(in super::super) fn of_value(value: &DeValue<'_>, start: Option<NaiveDate>) -> Option<Meant> {
    match value {
        DeValue::String(text) => of_text(text, start),
        DeValue::Integer(number) => {
            let times: u32 = number.as_str().parse().ok().filter(|times| *times > 0)?;
            Some(Meant::new("\"week\"", Some(format!("times = {times}"))))
        }
        DeValue::Boolean(true) => Some(Meant::new("\"week\"", None)),
        DeValue::Array(items) if items.iter().all(|item| item.get_ref().is_datetime()) => {
            let dates = items.iter().filter_map(|item| date(item.get_ref())).take(500);
            of_dates(start?, dates.collect())
        }
        DeValue::Array(_) => Some(Meant::new(every::corrected(value)?, None)),
        DeValue::Table(entries) => Some(Meant::new(every_of(entries, start)?, end_of(entries))),
        _ => None,
    }
}

/// The rule of dates that are equally far apart, or else the dates themselves.
fn of_dates(start: NaiveDate, mut dates: Vec<NaiveDate>) -> Option<Meant> {
    dates.push(start);
    dates.sort_unstable();
    dates.dedup();
    let step = *dates.get(1)? - *dates.first()?;
    let is_even = dates.windows(2).all(|pair| pair[1] - pair[0] == step);
    if dates[0] != start || !is_even {
        dates.retain(|date| *date != start);
        return Some(Meant { also: dates, ..Meant::new("\"day\"", Some("times = 1".to_owned())) });
    }
    let (unit, number) = match step.num_days() {
        days if days % 7 == 0 => ("week", days / 7),
        days => ("day", days),
    };
    let every = match number {
        1 => format!("\"{unit}\""),
        _ => format!("\"{number} {unit}s\""),
    };
    Some(Meant::new(every, Some(format!("times = {}", dates.len()))))
}

/// The rule that a text says, with its end.
pub(super) fn of_text(text: &str, start: Option<NaiveDate>) -> Option<Meant> {
    if text.len() > 300 {
        return None;
    }
    if text.to_ascii_uppercase().contains("FREQ=") {
        return from_rrule::read(text, start);
    }
    let lower = text.trim().to_lowercase();
    let ends = [" until ", " till ", " through ", " bis ", " to "];
    let split = ends.iter().find_map(|word| lower.split_once(word));
    let (rule, end) = match split {
        Some((rule, last)) => (rule, Some(format!("until = {}", day(last)?))),
        None => match counted(&lower) {
            Some((rule, times)) => (rule, Some(format!("times = {times}"))),
            None => (lower.as_str(), None),
        },
    };
    let rule = rule.trim().trim_end_matches(',').trim();
    Some(Meant::new(every::meant(rule)?, end))
}

/// The rule and the number of dates of `weekly, 12 times` or `every week for 12 weeks`.
fn counted(text: &str) -> Option<(&str, u32)> {
    let (rule, last) = text.rsplit_once(' ')?;
    let is_times =
        ["times", "x", "sessions", "dates", "meetings", "occurrences", "mal"].contains(&last);
    // Of a rule for every week, twelve weeks are twelve dates.
    let is_weeks = ["weeks", "wochen"].contains(&last);
    let (rule, number) = match last.strip_suffix('x').filter(|number| !number.is_empty()) {
        Some(number) => (rule, number),
        None => rule.rsplit_once(' ')?,
    };
    let (rule, is_for) = match rule.trim().strip_suffix(" for") {
        Some(rule) => (rule, true),
        None => (rule, false),
    };
    let of_weeks = || {
        let every = every::meant(rule.trim().trim_end_matches(','));
        every.is_some_and(|every| {
            every == "\"week\"" || (every.starts_with('[') && !every.contains(','))
        })
    };
    let is_counted = is_times || last.ends_with('x') || (is_weeks && is_for && of_weeks());
    Some((rule, number.parse().ok().filter(|times| is_counted && *times > 0)?))
}

/// The rule whose keys are beside `repeat`, or in place of it, with the keys that say it.
pub(in super::super) fn beside<'a>(
    entries: &'a DeTable<'_>,
    start: Option<NaiveDate>,
) -> Option<(Meant, Vec<&'a str>)> {
    let mut keys: Vec<_> = entries.keys().filter(|key| is_of_rule(key.get_ref())).collect();
    keys.sort_by_key(|key| key.span().start);
    let names: Vec<&str> = keys.iter().map(|key| key.get_ref().as_ref()).collect();
    let is_ruled = |name: &&str| !TIMES.contains(name) && !UNTIL.contains(name) && *name != "weeks";
    if !names.iter().any(is_ruled) || names == ["repeat"] {
        return None;
    }
    let of_repeat = names
        .iter()
        .filter(|name| REPEAT.contains(*name))
        .find_map(|name| of_value(entries.get(*name)?.get_ref(), start));
    let every = every_of(entries, start)
        .or_else(|| of_repeat.as_ref().map(|meant| meant.every.clone()))
        .or_else(|| every::meant(names.iter().find(|name| RULES.contains(*name))?))?;
    let weeks = entries.get("weeks").and_then(|weeks| number(weeks.get_ref()));
    let every = match weeks {
        Some(weeks) if every.starts_with('[') && !every.contains("weeks") => {
            format!("{every}, weeks = {weeks}")
        }
        _ => every,
    };
    let end = end_of(entries).or_else(|| of_repeat.and_then(|meant| meant.end));
    Some((Meant::new(every, end), names))
}

fn is_of_rule(key: &str) -> bool {
    key == "weeks"
        || [&EVERY[..], &RULES, &TIMES, &UNTIL, &REPEAT].iter().any(|words| words.contains(&key))
}

/// The value of `every` that a table has under some word.
fn every_of(entries: &DeTable<'_>, start: Option<NaiveDate>) -> Option<String> {
    EVERY.iter().filter_map(|word| entries.get(*word)).find_map(|value| match value.get_ref() {
        DeValue::String(text) => of_text(text, start).map(|meant| meant.every),
        value => every::corrected(value),
    })
}

/// The end that a table has under some word.
fn end_of(entries: &DeTable<'_>) -> Option<String> {
    let of = |words: &[&str]| words.iter().find_map(|word| entries.get(*word));
    let until = || Some(format!("until = {}", date(of(&UNTIL)?.get_ref())?));
    of(&TIMES)
        .and_then(|times| number(times.get_ref()))
        .map(|times| format!("times = {times}"))
        .or_else(until)
}

/// A whole number, or the first one of a text.
pub(super) fn number(value: &DeValue<'_>) -> Option<u32> {
    let text = match value {
        DeValue::Integer(number) => number.as_str(),
        DeValue::String(text) => text.as_ref(),
        _ => return None,
    };
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok().filter(|number| *number > 0)
}

fn date(value: &DeValue<'_>) -> Option<NaiveDate> {
    match value {
        DeValue::Datetime(at) => day(&at.to_string()),
        DeValue::String(text) => day(text),
        _ => None,
    }
}

/// A date without its time of day.
fn day(text: &str) -> Option<NaiveDate> {
    guess::written(text)?.get(..10)?.parse().ok()
}

/// A day a year after another one.
pub(super) fn in_a_year(start: NaiveDate) -> NaiveDate {
    start.with_year(start.year() + 1).unwrap_or(start + TimeDelta::days(365))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> String {
        let start = "2027-05-04".parse().ok();
        of_text(text, start).map_or_else(|| "none".to_owned(), |meant| meant.help())
    }

    #[test]
    fn rules_in_words_are_read_with_their_end() {
        // 7 rules by 10 ends.
        let rules = [
            ("weekly", "\"week\""),
            ("every week", "\"week\""),
            ("every Tuesday", "[\"Tuesday\"]"),
            ("Tuesdays", "[\"Tuesday\"]"),
            ("every other week", "\"2 weeks\""),
            ("2nd Tuesday of the month", "\"second Tuesday\""),
            ("Tuesday and Thursday", "[\"Tuesday\", \"Thursday\"]"),
        ];
        let ends = [
            (" until June 29, 2027", "until = 2027-06-29"),
            (" until 2027-06-29", "until = 2027-06-29"),
            (", till 29.06.2027", "until = 2027-06-29"),
            (" through 6/29/2027", "until = 2027-06-29"),
            (", 12 times", "times = 12"),
            (" 12 times", "times = 12"),
            (" for 12 dates", "times = 12"),
            (", 12x", "times = 12"),
            (" 12 x", "times = 12"),
            (" (12 times", "none"),
        ];
        for (rule, every) in rules {
            for (end, expected) in ends {
                let text = format!("{rule}{end}");
                let line = format!("write `repeat = {{ every = {every}, {expected} }}`");
                let expected = if expected == "none" { "none" } else { &line };
                assert_eq!(said(&text), expected, "{text}");
            }
            let line =
                format!("write `repeat = {{ every = {every}, times = 10 }}` with your number");
            assert!(said(rule).starts_with(&line), "{rule}: {}", said(rule));
        }
        assert_eq!(said("weekly for 6 weeks"), "write `repeat = { every = \"week\", times = 6 }`");
        assert_eq!(said("every other week for 6 weeks"), "none");
        assert_eq!(said("whenever we like"), "none");
    }

    #[test]
    fn dates_are_a_rule_if_they_are_equally_far_apart() {
        let start: NaiveDate = "2027-05-04".parse().unwrap();
        // 30 steps by 5 numbers of dates.
        for step in 1..=30 {
            for count in 1..=5 {
                let dates = (1..=count).map(|nth| start + TimeDelta::days(step * nth)).collect();
                let meant = of_dates(start, dates).unwrap();
                let value = format!("every = {}", meant.every);
                let table = DeTable::parse(&value).unwrap();
                let every = every::every(table.get_ref()["every"].get_ref(), start).ok().unwrap();
                let last = start + TimeDelta::days(step * count);
                assert_eq!(every.dates(start).nth(usize::try_from(count).unwrap()), Some(last));
                assert_eq!(meant.end, Some(format!("times = {}", count + 1)));
            }
        }
        let dates = ["2027-05-11", "2027-05-20"].map(|date| date.parse().unwrap()).to_vec();
        let help = of_dates(start, dates).unwrap().help();
        assert!(help.ends_with("on the next line, `also = [2027-05-11, 2027-05-20]`"), "{help}");
    }
}
