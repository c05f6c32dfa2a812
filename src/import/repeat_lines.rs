//! The lines of a table with `repeat`, and of the tables of dates that differ.

use chrono::{Datelike as _, NaiveDate, NaiveDateTime, NaiveTime};

use super::calendar::CalendarTable;
use super::new_session::{Details, NewSession};
use super::repeat_rule::DateRule;
use super::session_lines::{self, Line, elapsed};
use super::timing::SessionTimes;
use super::toml_text::quoted;
use super::usual::{Length, Usual};
use crate::model::{Every, Nth, weekday_name};
use crate::rfc3339;
use crate::zone::Rules;

/// The number of left-out dates in a line.
const IN_A_LINE: usize = 8;

/// What lines are derived from: how most sessions are, and one of them.
pub(super) struct SessionLines<'a> {
    pub(super) usual: &'a Usual<'a>,
    pub(super) model: &'a NewSession,
    pub(super) calendar: &'a CalendarTable,
    pub(super) rules: &'a Rules,
}

impl SessionLines<'_> {
    /// Returns the lines of the table with the rule, which starts at a time.
    pub(super) fn table(
        &self,
        rule: &DateRule,
        start: NaiveDateTime,
        also: Vec<String>,
        uid: Option<&str>,
    ) -> Vec<Line> {
        let Self { usual, model, calendar, rules } = self;
        let details = usual.details;
        let mut lines = vec![("title", quoted(&details.title))];
        lines.extend(match usual.length {
            Length::Days(more) => {
                let last = rule.start + more;
                [("start", rule.start.to_string()), ("end", last.to_string())]
            }
            Length::Until(length) => {
                [("start", rfc3339::local(start)), ("end", rfc3339::local(start + length))]
            }
            Length::Elapsed(length) => {
                [("start", rfc3339::local(start)), ("duration", quoted(&elapsed(length)))]
            }
        });
        lines.extend(session_lines::timezone(&model.times, calendar, rules));
        lines.push(("repeat", repeat(rule)));
        let except: Vec<String> = rule.except.iter().map(ToString::to_string).collect();
        for (key, dates) in [("except", except), ("also", also)] {
            if !dates.is_empty() {
                lines.push((key, list(&dates)));
            }
        }
        lines.extend(session_lines::others(details));
        lines.extend(uid.map(|uid| ("uid", quoted(uid))));
        lines.extend(session_lines::description(details));
        lines
    }

    /// Returns the lines that a date does not inherit; none if it lacks a value that it would inherit.
    pub(super) fn differing(
        &self,
        session: &NewSession,
        date: NaiveDate,
        start: NaiveDateTime,
        is_elapsed: bool,
    ) -> Option<Vec<Line>> {
        let Self { usual, model, calendar, rules } = self;
        let own = Usual::of(date, session, calendar, is_elapsed);
        let begins = start - date.and_time(NaiveTime::MIN);
        let has_times = own.is_some_and(|own| {
            (own.start, own.length, own.zone) == (begins, usual.length, usual.zone)
        });
        let with_times = |times: &SessionTimes| {
            let mut lines = session_lines::times(times, calendar);
            let zone = session_lines::zone(times, calendar);
            lines.push(("timezone", quoted(&session_lines::named(zone, rules))));
            lines
        };
        let mut lines = Vec::new();
        let differs = |line: &Line, inherited: &[Line]| !inherited.contains(line);
        if session.details.title != usual.details.title {
            lines.push(("title", quoted(&session.details.title)));
        }
        if !has_times {
            let inherited = with_times(&model.times);
            let own = with_times(&session.times).into_iter();
            lines.extend(own.filter(|line| line.0 != "timezone" || differs(line, &inherited)));
        }
        if std::ptr::eq(usual.details, &raw const *session.details) {
            return Some(lines);
        }
        let all = |details: &Details| -> Vec<Line> {
            let description = session_lines::description(details);
            session_lines::others(details).into_iter().chain(description).collect()
        };
        let (inherited, own) = (all(usual.details), all(&session.details));
        for (key, _) in &inherited {
            if own.iter().all(|(own, _)| own != key) {
                let empty = match *key {
                    "status" => "\"confirmed\"",
                    "tags" | "remind" | "speakers" => "[]",
                    _ => return None,
                };
                lines.push((key, empty.to_owned()));
            }
        }
        lines.extend(own.into_iter().filter(|line| differs(line, &inherited)));
        Some(lines)
    }
}

/// Returns the value of `repeat`.
fn repeat(rule: &DateRule) -> String {
    let unit = |number: u32, unit: &str| match number {
        1 => quoted(unit),
        _ => quoted(&format!("{number} {unit}s")),
    };
    let every = match &rule.every {
        Every::Days(days) => unit(*days, "day"),
        Every::Weeks(weeks, weekdays) if *weekdays == [rule.start.weekday()] => {
            unit(*weeks, "week")
        }
        Every::Weeks(weeks, weekdays) => {
            let weekdays: Vec<String> =
                weekdays.iter().map(|weekday| quoted(weekday_name(*weekday))).collect();
            let weeks = match weeks {
                1 => String::new(),
                _ => format!(", weeks = {weeks}"),
            };
            format!("[{}]{weeks}", weekdays.join(", "))
        }
        Every::Months(months) => unit(*months, "month"),
        Every::Years(years) => unit(*years, "year"),
        Every::NthWeekday(nth, weekday) => {
            let nth = match nth {
                Nth::From(1) => "first",
                Nth::From(2) => "second",
                Nth::From(3) => "third",
                Nth::From(4) => "fourth",
                Nth::From(_) => "fifth",
                Nth::Last => "last",
            };
            quoted(&format!("{nth} {}", weekday_name(*weekday)))
        }
    };
    format!("{{ every = {every}, until = {} }}", rule.until)
}

/// Returns a list of dates, over several lines if it is long.
fn list(dates: &[String]) -> String {
    if dates.len() <= IN_A_LINE {
        return format!("[{}]", dates.join(", "));
    }
    let lines = dates.chunks(IN_A_LINE).map(|dates| format!("    {},\n", dates.join(", ")));
    format!("[\n{}]", lines.collect::<String>())
}
