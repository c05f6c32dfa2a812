//! Reads the tables that override a date of a repeating session.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use toml::de::{DeTable, DeValue};

use super::super::context::Located;
use super::super::keys;
use super::super::series_each::bound_lists;
use super::super::table::{LocatedTable, Table};
use super::dates::{Dates, nearest};
use super::layers::OF_ONE_DATE;
use crate::diagnostic::{Code, Finding};
use crate::model::Id;

/// A table that overrides a date.
pub(super) struct Override<'a> {
    pub(super) table: Table<'a>,
    pub(super) entries: &'a DeTable<'a>,
    pub(super) id: Located<Id>,
    pub(super) date: NaiveDate,
    /// Whether its values hold for all later dates, too.
    pub(super) holds_on: bool,
}

/// Reads the tables by their date. If the dates are unknown, which is an earlier finding, every date is accepted.
pub(super) fn read<'a>(
    rule: &Table<'a>,
    id: Option<&Located<Id>>,
    tables: &'a [LocatedTable<'a>],
    dates: Option<&Dates>,
) -> BTreeMap<NaiveDate, Override<'a>> {
    let context = rule.context();
    let mut overrides: BTreeMap<NaiveDate, Override<'a>> = BTreeMap::new();
    for (span, entries) in tables {
        if context.is_full() {
            break;
        }
        let table = Table::new(context, "[[sessions]]", span.clone(), entries, keys::SESSIONS);
        refuse(&table, id);
        let Some(own) = table.id("id") else { continue };
        let Some(date) = date_of(rule, &own, id, dates) else { continue };
        let holds_on = table.flag("from").unwrap_or(false);
        if let Some(earlier) = overrides.get(&date) {
            let message = format!("`{}` is a session's id already", own.value);
            let finding = Finding::error(Code::DuplicateId, own.span, message)
                .earlier(earlier.id.span.clone(), "here");
            context.push(finding.help("write what differs on that date into one table"));
            continue;
        }
        if holds_on {
            bound_lists(&table);
            has_effect(&table, entries, date);
        }
        // A missing key is reported at the table with the rule.
        let table = table.under(rule.header());
        overrides.insert(date, Override { table, entries, id: own, date, holds_on });
    }
    overrides
}

/// Warns about `from = true` in a table whose values all apply to its own date alone.
fn has_effect(table: &Table<'_>, entries: &DeTable<'_>, date: NaiveDate) {
    let holds_on = |key: &str| key == "description" || !OF_ONE_DATE.contains(&key);
    if entries.keys().any(|key| holds_on(key.get_ref())) {
        return;
    }
    let own = ["status", "reason", "recording", "slides"].into_iter().find(|key| table.is_own(key));
    let message = match own {
        Some(key) => format!("`from = true` has no effect, because `{key}` is for this date alone"),
        None => "`from = true` has no effect, because the table has no other values".to_owned(),
    };
    let help = match own {
        Some("status") if table.text_of("status") == Some("cancelled") => format!(
            "delete the line; to cancel later dates, write a table for each, or end `repeat` with `until = {date}`"
        ),
        Some(_) => "delete the line, and write a table for each other date".to_owned(),
        None => "add the values that change from this date on, or delete the line".to_owned(),
    };
    let span = table.span("from").unwrap_or_else(|| table.header());
    table.context().push(Finding::warning(Code::NeedlessFrom, span, message).help(help));
}

/// Returns the date that a table overrides, if the session has it.
fn date_of(
    rule: &Table<'_>,
    own: &Located<Id>,
    id: Option<&Located<Id>>,
    dates: Option<&Dates>,
) -> Option<NaiveDate> {
    let (repeat, text) = split_id(own.value.as_str())?;
    let date: Option<NaiveDate> = text.parse().ok();
    let is_known = |date: &NaiveDate| dates.is_none_or(|dates| dates.contains_key(date));
    if let Some(date) = date.filter(is_known) {
        return Some(date);
    }
    let message = format!("`{repeat}` has no date {text} to override");
    let near = date.and_then(|date| nearest(dates?.keys().copied(), date));
    let help = match (date, near) {
        (Some(date), _) if is_excepted(rule, date) => {
            format!("delete {date} from `except`, or delete this table")
        }
        (Some(date), Some(near)) => format!(
            "write `id = \"{repeat}-{near}\"` for the nearest date, or add this one with `also = [{date}]`"
        ),
        _ => "write a date that the session has".to_owned(),
    };
    let mut finding = Finding::error(Code::NoSuchDate, own.span.clone(), message).help(help);
    if let Some(id) = id {
        finding = finding.earlier(id.span.clone(), "the session with `repeat`");
    }
    rule.context().push(finding);
    None
}

/// Returns whether `except` leaves out a date.
fn is_excepted(rule: &Table<'_>, date: NaiveDate) -> bool {
    let Some(value) = rule.get("except") else { return false };
    let items = match value.get_ref() {
        DeValue::Array(items) => items.iter().collect(),
        _ => vec![value],
    };
    let mut dates = items.into_iter().filter_map(|item| item.get_ref().as_datetime()?.date);
    dates.any(|excepted| excepted.to_string() == date.to_string())
}

fn refuse(table: &Table<'_>, id: Option<&Located<Id>>) {
    for key in ["except", "also"] {
        let Some(span) = table.span(key) else { continue };
        let message = format!("`{key}` belongs to a session with `repeat`");
        let finding = Finding::error(Code::WithoutRepeat, span, message);
        let help = match id {
            Some(id) => format!("move the line to the table of `{}`", id.value),
            None => "move the line to the table with `repeat`".to_owned(),
        };
        table.context().push(finding.help(help));
    }
}

/// Splits the id of a date into the id of the repeating session and the date. The date may be one that no year has.
pub(in crate::config) fn split_id(text: &str) -> Option<(&str, &str)> {
    let (id, date) = text.split_at_checked(text.len().checked_sub(11)?)?;
    let date = date.strip_prefix('-')?;
    let is_date = date.bytes().enumerate().all(|(at, b)| match at {
        4 | 7 => b == b'-',
        _ => b.is_ascii_digit(),
    });
    is_date.then_some((id, date))
}
