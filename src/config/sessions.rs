//! Reads all `[[sessions]]` tables: single sessions, repeating sessions, and tables that override one of their dates.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::context::Context;
use super::repeat::wrong_ids::{FormerIds, RepeatIds};
use super::repeat::{self, ReadRepeat};
use super::series_each::EachTables;
use super::session::{self, Given, ReadSession, Shared};
use super::table::{LocatedTable, Table};
use super::wording::quoted;
use super::{each, keys, undated};
use crate::diagnostic::{Code, Finding};
use crate::model::Markdown;

const NAME: &str = "[[sessions]]";

/// All parsed `[[sessions]]` tables.
#[derive(Default)]
pub(super) struct ReadSessions {
    /// The sessions, in the order of the file, including each date of the repeating ones.
    pub(super) sessions: Vec<ReadSession>,
    /// The repeating sessions.
    pub(super) repeats: Vec<ReadRepeat>,
}

pub(super) fn read<'t>(
    context: &Context<'_>,
    list: Option<Spanned<DeValue<'t>>>,
    series_each: &EachTables<'t>,
    shared: Shared<'_>,
) -> ReadSessions {
    let (list, repeating) = split(list);
    let ids: RepeatIds<'_> = repeating
        .iter()
        .filter_map(|own| Some((id(&own.table.1)?, own.table.1.get("id")?.span())))
        .rev()
        .collect();
    let former: FormerIds<'_> = repeating.iter().flat_map(|own| former(&own.table.1)).collect();
    let sessions = each::each(context, NAME, list, keys::SESSIONS, |table| {
        if repeat::wrong_ids::report(table, &ids, &former) {
            // The other values are read all the same.
            return ReadSession {
                id: None,
                session: None,
                ..session::with(table, shared, Given::default())
            };
        }
        match series_each.of(table) {
            None => read_one(table, shared, None),
            Some((below, description)) => {
                context.shared(|| read_one(&table.over([below]), shared, description))
            }
        }
    });
    let mut all = ReadSessions { sessions, repeats: Vec::new() };
    if repeating.is_empty() {
        return all;
    }
    let mut budget = repeat::Budget::default();
    let mut known: HashMap<&str, Range<usize>> = HashMap::new();
    for Repeating { table: (span, entries), overrides } in &repeating {
        if context.is_full() {
            break;
        }
        let place = entries.get("id").map(Spanned::span).unwrap_or_default();
        let id = id(entries).unwrap_or_default();
        if let Some(earlier) = known.get(id) {
            context.push(second_rule(id, place, earlier.clone()));
            continue;
        }
        known.insert(id, place);
        let read = || {
            let table = Table::new(context, NAME, span.clone(), entries, keys::SESSIONS);
            repeat::read(&table, entries, overrides, series_each, shared, &mut budget)
        };
        let (repeat, dates) = context.shared(read);
        all.repeats.push(repeat);
        all.sessions.extend(dates);
    }
    all.sessions.sort_by_key(|read| read.id.as_ref().map(|id| id.span.start));
    all
}

/// Reads a table that is none of a repeating session.
fn read_one(table: &Table<'_>, shared: Shared<'_>, description: Option<Markdown>) -> ReadSession {
    let read = if undated::is_planned(table) { undated::read } else { session::read };
    read(table, shared, description)
}

/// Returns the error for a second table with `repeat` and the same id.
fn second_rule(id: &str, span: Range<usize>, earlier: Range<usize>) -> Finding {
    let message = format!("`{}` is the id of another session that repeats", quoted(id));
    Finding::error(Code::DuplicateId, span, message).earlier(earlier, "here").help(
        "for more weekdays write `every = [\"Tuesday\", \"Thursday\"]`, for more dates `also`; or give \
         each rule an id of its own, and both the same `series`",
    )
}

/// A repeating session with the tables that override its dates.
struct Repeating<'t> {
    table: LocatedTable<'t>,
    overrides: Vec<LocatedTable<'t>>,
}

/// Takes repeating sessions and overrides out of the list. Most files have none.
fn split<'t>(
    list: Option<Spanned<DeValue<'t>>>,
) -> (Option<Spanned<DeValue<'t>>>, Vec<Repeating<'t>>) {
    let repeats = |entries: &DeTable<'_>| entries.contains_key("repeat");
    let ids: HashSet<String> = match list.as_ref().map(Spanned::get_ref) {
        Some(DeValue::Array(items)) => {
            let tables = items.iter().filter_map(|item| item.get_ref().as_table());
            tables.filter(|own| repeats(own)).filter_map(id).map(ToOwned::to_owned).collect()
        }
        _ => HashSet::new(),
    };
    if ids.is_empty() {
        return (list, Vec::new());
    }
    let span = list.as_ref().map(Spanned::span).unwrap_or_default();
    let Some(DeValue::Array(items)) = list.map(Spanned::into_inner) else {
        return (None, Vec::new());
    };
    let (mut rest, mut repeating) = (DeArray::new(), Vec::new());
    let mut overrides: HashMap<String, Vec<LocatedTable<'t>>> = HashMap::new();
    for item in items {
        let span = item.span();
        let of = |entries: &DeTable<'_>| {
            let (repeat, _) = repeat::split_id(id(entries)?)?;
            ids.contains(repeat).then(|| repeat.to_owned())
        };
        match item.into_inner() {
            DeValue::Table(own) if repeats(&own) && id(&own).is_some() => {
                repeating.push(Repeating { table: (span, own), overrides: Vec::new() });
            }
            DeValue::Table(own) => match of(&own) {
                Some(repeat) => overrides.entry(repeat).or_default().push((span, own)),
                None => rest.push(Spanned::new(span, DeValue::Table(own))),
            },
            other => rest.push(Spanned::new(span, other)),
        }
    }
    for one in &mut repeating {
        // If two tables have the same id, which is an error, the overrides belong to the first.
        let id = id(&one.table.1).unwrap_or_default();
        one.overrides = overrides.remove(id).unwrap_or_default();
    }
    (Some(Spanned::new(span, DeValue::Array(rest))), repeating)
}

fn id<'a>(entries: &'a DeTable<'_>) -> Option<&'a str> {
    entries.get("id")?.get_ref().as_str()
}

/// Returns the former ids of a repeating session, each with its present one.
fn former<'a>(entries: &'a DeTable<'_>) -> Vec<(&'a str, &'a str)> {
    let (Some(id), Some(was)) = (id(entries), entries.get("was")) else { return Vec::new() };
    let all = match was.get_ref() {
        DeValue::Array(items) => items.iter().collect(),
        _ => vec![was],
    };
    all.into_iter().filter_map(|was| Some((was.get_ref().as_str()?, id))).collect()
}
