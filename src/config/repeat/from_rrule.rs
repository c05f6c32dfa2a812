//! RRULE of iCalendar (RFC 5545 section 3.3.10), as the rule of a session where that gives the same dates.

use chrono::{Datelike as _, NaiveDate};

use super::written::Meant;
use crate::model::WEEKDAYS;

/// Reads an RRULE of a session that starts on a date; none if `repeat` has no such rule.
pub(super) fn read(text: &str, start: Option<NaiveDate>) -> Option<Meant> {
    let upper = text.trim().to_ascii_uppercase();
    let rule = upper.strip_prefix("RRULE:").unwrap_or(&upper);
    let parts: Vec<(&str, &str)> = rule
        .split(';')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('='))
        .collect::<Option<_>>()?;
    let of = |name: &str| parts.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
    let step: u32 =
        of("INTERVAL").unwrap_or("1").parse().ok().filter(|step| (1..=999).contains(step))?;
    let days: Vec<&str> = of("BYDAY").into_iter().flat_map(|days| days.split(',')).collect();
    let is_of_start =
        |name: &str, own: Option<u32>| of(name).is_none_or(|value| value.parse().ok() == own);
    let (day, month) = (start.map(|date| date.day()), start.map(|date| date.month()));
    let known: &[&str] = match of("FREQ")? {
        "DAILY" => &[],
        "WEEKLY" => &["BYDAY", "WKST"],
        "MONTHLY" if days.is_empty() && is_of_start("BYMONTHDAY", day) => &["BYMONTHDAY", "WKST"],
        "MONTHLY" => &["BYDAY", "BYSETPOS", "WKST"],
        "YEARLY" if is_of_start("BYMONTHDAY", day) && is_of_start("BYMONTH", month) => {
            &["BYMONTHDAY", "BYMONTH", "WKST"]
        }
        _ => return None,
    };
    let is_known = |name: &str| {
        ["FREQ", "INTERVAL", "COUNT", "UNTIL"].contains(&name) || known.contains(&name)
    };
    if !parts.iter().all(|(name, _)| is_known(name)) {
        return None;
    }
    let unit = |unit: &str| match step {
        1 => format!("\"{unit}\""),
        _ => format!("\"{step} {unit}s\""),
    };
    let every = match of("FREQ")? {
        "DAILY" => unit("day"),
        "WEEKLY" if days.is_empty() => unit("week"),
        // Where weeks begin on another day, every second one has other dates.
        "WEEKLY" if step > 1 && days.len() > 1 && of("WKST").is_some_and(|day| day != "MO") => {
            return None;
        }
        "WEEKLY" => {
            let names: Vec<String> = days
                .iter()
                .map(|day| Some(format!("\"{}\"", weekday(day)?)))
                .collect::<Option<_>>()?;
            let weeks = if step > 1 { format!(", weeks = {step}") } else { String::new() };
            format!("[{}]{weeks}", names.join(", "))
        }
        "MONTHLY" if !days.is_empty() => {
            let [day] = days[..] else { return None };
            let (number, day) = match of("BYSETPOS") {
                Some(number) => (number, day),
                None => day.split_at_checked(day.len().checked_sub(2)?)?,
            };
            format!("\"{} {}\"", ordinal(number).filter(|_| step == 1)?, weekday(day)?)
        }
        "MONTHLY" => unit("month"),
        _ => unit("year"),
    };
    let end = match (of("COUNT"), of("UNTIL")) {
        (Some(count), _) => Some(format!("times = {}", count.parse::<u32>().ok()?)),
        (None, Some(until)) => Some(format!("until = {}", last_day(until)?)),
        (None, None) => None,
    };
    Some(Meant::new(every, end))
}

/// The last day of UNTIL. In UTC the end of a day in America is the next morning.
fn last_day(until: &str) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(until.get(..8)?, "%Y%m%d").ok()?;
    let time = until.get(8..).and_then(|rest| rest.strip_prefix('T')).unwrap_or_default();
    let is_next_morning = time.ends_with("5959Z") && time < "12";
    if is_next_morning { date.pred_opt() } else { Some(date) }
}

/// Returns the weekday of an RRULE, such as `TU`: the first two letters of its name.
fn weekday(short: &str) -> Option<&'static str> {
    WEEKDAYS.into_iter().find(|name| name[..2].eq_ignore_ascii_case(short))
}

fn ordinal(number: &str) -> Option<&'static str> {
    Some(match number.trim_start_matches('+') {
        "1" => "first",
        "2" => "second",
        "3" => "third",
        "4" => "fourth",
        "5" => "fifth",
        "-1" => "last",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use toml::de::DeTable;

    use super::super::every::every;
    use super::*;

    #[test]
    fn an_rrule_becomes_a_rule_with_the_same_dates() {
        let start: NaiveDate = "2027-05-04".parse().unwrap();
        // The second date by the rule.
        for (text, second, end) in [
            ("FREQ=WEEKLY;COUNT=12", "2027-05-11", Some("times = 12")),
            ("RRULE:FREQ=WEEKLY;COUNT=12", "2027-05-11", Some("times = 12")),
            ("freq=weekly;interval=2", "2027-05-18", None),
            ("FREQ=DAILY;UNTIL=20270629", "2027-05-05", Some("until = 2027-06-29")),
            ("FREQ=DAILY;UNTIL=20270630T035959Z", "2027-05-05", Some("until = 2027-06-29")),
            ("FREQ=DAILY;UNTIL=20270629T220000Z", "2027-05-05", Some("until = 2027-06-29")),
            ("FREQ=WEEKLY;BYDAY=TU,TH", "2027-05-06", None),
            ("FREQ=WEEKLY;WKST=SU;BYDAY=TU", "2027-05-11", None),
            ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;WKST=MO", "2027-05-06", None),
            ("FREQ=MONTHLY;BYDAY=1TU", "2027-06-01", None),
            ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1", "2027-06-01", None),
            ("FREQ=MONTHLY", "2027-06-04", None),
            ("FREQ=MONTHLY;BYMONTHDAY=4;INTERVAL=3", "2027-08-04", None),
            ("FREQ=YEARLY;BYMONTH=5;BYMONTHDAY=4", "2028-05-04", None),
        ] {
            let meant = read(text, Some(start)).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(meant.end.as_deref(), end, "{text}");
            let document = format!("every = {}", meant.every.split(", weeks").next().unwrap());
            let table = DeTable::parse(&document).unwrap();
            let every = every(table.get_ref()["every"].get_ref(), start).ok().unwrap();
            assert_eq!(every.dates(start).nth(1), second.parse().ok(), "{text}");
        }
    }

    #[test]
    fn an_rrule_that_repeat_cannot_express_has_no_counterpart() {
        let start = "2027-05-04".parse().ok();
        for text in [
            "FREQ=MONTHLY;BYMONTHDAY=1,15",
            "FREQ=MONTHLY;BYMONTHDAY=-1",
            "FREQ=MONTHLY;BYDAY=1TU,3TU",
            "FREQ=MONTHLY;BYDAY=TU",
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=1TU",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU",
            "FREQ=YEARLY;BYDAY=1TU;BYMONTH=5",
            "FREQ=YEARLY;BYMONTH=6",
            "FREQ=HOURLY",
            "FREQ=DAILY;BYHOUR=9",
            "FREQ=DAILY;INTERVAL=0",
            "weekly",
        ] {
            assert_eq!(read(text, start), None, "{text}");
        }
    }
}
