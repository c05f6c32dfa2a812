//! Finds the dates of a repeating session: those of its rule, without `except`, and with `also`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use chrono::{NaiveDate, NaiveTime};

use super::super::civil::{Civil, civil};
use super::super::context::Located;
use super::super::table::Table;
use super::budget::{Budget, MOST};
use super::rule::{self, End, Rule};
use crate::diagnostic::{Code, Finding};
use crate::model::Every;
use crate::rfc3339;

/// The dates, each with its time of day if `also` gives one.
pub(super) type Dates = BTreeMap<NaiveDate, Option<Located<NaiveTime>>>;

/// Reads `repeat`, `except` and `also` of a session. `start` is the session's start, and `at` its location.
pub(super) fn read(
    table: &Table<'_>,
    start: (NaiveDate, Option<NaiveTime>),
    span: Range<usize>,
    budget: &mut Budget,
) -> Option<Dates> {
    let rule = rule::read(table, start.0);
    let excepted = table.datetimes("except").into_iter();
    let excepted: Vec<Located<NaiveDate>> =
        excepted.filter_map(|at| rule::date(table, "except", at)).collect();
    let also = table.datetimes("also").into_iter();
    let also: Vec<Located<Civil>> = also.filter_map(|at| civil(table, "also", at, None)).collect();
    let rule = rule?;
    starts_by(table, &rule, start, span)?;
    let mut dates = of_rule(table, &rule, start.0, excepted.len())?;
    except(table, &mut dates, &excepted);
    add(table, &mut dates, &also, start.1.is_some());
    if dates.is_empty() {
        let span = table.span("except").unwrap_or_else(|| table.header());
        let finding = Finding::error(Code::BadRepeat, span, "`except` leaves out every date");
        table.context().push(finding.help("leave out fewer dates, or delete the session"));
        return None;
    }
    if dates.len() > MOST {
        too_many(table, &dates, &rule);
        return None;
    }
    budget.spend(table, dates.len()).then_some(dates)
}

/// Returns whether the start is a date of the rule; if not, reports an error.
fn starts_by(
    table: &Table<'_>,
    rule: &Rule,
    (start, time): (NaiveDate, Option<NaiveTime>),
    span: Range<usize>,
) -> Option<()> {
    if rule.every.has(start) {
        return Some(());
    }
    let weekday = start.format("%A");
    let message = format!("the rule has no date on {start}, a {weekday}, where it starts");
    let help = match rule.every.dates(start).next() {
        Some(next) => {
            let next =
                time.map_or_else(|| next.to_string(), |time| rfc3339::local(next.and_time(time)));
            let other = match rule.every {
                Every::Weeks(1, _) => format!("`every = [\"{weekday}\"]`"),
                _ => "another `every`".to_owned(),
            };
            format!("write `start = {next}`, the next date of the rule, or {other}")
        }
        None => "write another `every`".to_owned(),
    };
    table.context().push(Finding::error(Code::StartNotInRule, span, message).help(help));
    None
}

/// Returns the dates of the rule. If there are more than allowed, it also returns some of the excess dates.
fn of_rule(table: &Table<'_>, rule: &Rule, start: NaiveDate, excepted: usize) -> Option<Dates> {
    let all = rule.every.dates(start);
    let (until, times) = match rule.end {
        End::Until(until) => (until, MOST + excepted + 1),
        End::Times(times) => (NaiveDate::MAX, times),
    };
    let dates: Dates =
        all.take_while(|date| *date <= until).take(times).map(|at| (at, None)).collect();
    if matches!(rule.end, End::Times(times) if dates.len() < times) {
        let count = dates.len();
        let message = format!("the rule has only {count} dates up to the year 2100");
        let finding = Finding::error(Code::YearOutOfRange, rule.span.clone(), message);
        table.context().push(finding.help(format!("write `times = {count}`")));
        return None;
    }
    Some(dates)
}

fn except(table: &Table<'_>, dates: &mut Dates, excepted: &[Located<NaiveDate>]) {
    let of_rule: BTreeSet<NaiveDate> = dates.keys().copied().collect();
    for Located { value: date, span } in excepted {
        if table.context().is_full() {
            return;
        }
        if dates.remove(date).is_none() && !of_rule.contains(date) {
            let message = format!("the rule has no date on {date} to leave out");
            let help = match nearest(of_rule.iter().copied(), *date) {
                Some(near) => format!("the nearest is {near}; write that, or delete {date}"),
                None => format!("delete {date}"),
            };
            let finding = Finding::error(Code::NoSuchDate, span.clone(), message);
            table.context().push(finding.help(help));
        }
    }
}

fn add(table: &Table<'_>, dates: &mut Dates, also: &[Located<Civil>], is_timed: bool) {
    for Located { value, span } in also {
        if table.context().is_full() {
            return;
        }
        let (date, time) = match value {
            Civil::Date(date) => (*date, None),
            Civil::DateTime(at) if is_timed => {
                (at.date(), Some(Located { value: at.time(), span: span.clone() }))
            }
            Civil::DateTime(at) => {
                let message = "`also` has a time of day, and the session is on whole days";
                let finding = Finding::error(Code::WrongType, span.clone(), message);
                table.context().push(finding.help(format!("write {}", at.date())));
                continue;
            }
        };
        if dates.insert(date, time).is_some() {
            let message = format!("`also` names {date}, which is a date already");
            let finding = Finding::error(Code::DateTwice, span.clone(), message);
            table.context().push(finding.help(
                "delete it; for another time on that day add a [[sessions]] table that overrides the date, \
                 and for a second session a table with an id of its own",
            ));
        }
    }
}

fn too_many(table: &Table<'_>, dates: &Dates, rule: &Rule) {
    let last = dates.keys().nth(MOST - 1).copied().unwrap_or_default();
    let message = format!("a session may have {MOST} dates; this one has more");
    let finding = Finding::error(Code::TooManyDates, rule.span.clone(), message);
    let help = match rule.end {
        End::Until(_) => format!("write `until = {last}`"),
        End::Times(_) => "write fewer `times`".to_owned(),
    };
    table.context().push(
        finding
            .help(format!("{help}, and another table with an id of its own for the later dates")),
    );
}

/// Returns the date that is nearest to another one; of two such dates it returns the earlier one.
pub(super) fn nearest(dates: impl Iterator<Item = NaiveDate>, to: NaiveDate) -> Option<NaiveDate> {
    dates.min_by_key(|date| (*date - to).num_days().abs())
}
