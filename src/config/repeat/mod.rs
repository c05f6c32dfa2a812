//! Repeating sessions: from one `[[sessions]]` table with `repeat` to a session for each date.
//!
//! The values of a date come from these tables, the first that gives one:
//!
//! ```text
//! the table that overrides the date
//! tables with `from = true` that override earlier dates, the latest first; `status` and the like only on their date
//! the table with `repeat`
//! `[series.each]` of the series that the date then has
//! ```
//!
//! To read: this file, `rule`, `every` and `dates` (which dates), `meant`, `from_rrule` and `written` (help for other rules),
//! `times` (their times), `overrides`, `wrong_ids`, `layers` and `segment` (dates that share their values), `expansion` (from dates to
//! sessions), `gaps`, `budget` (how many dates).

mod budget;
mod dates;
mod every;
mod expansion;
mod from_rrule;
mod gaps;
mod layers;
pub(super) mod meant;
mod overrides;
mod rule;
mod segment;
mod times;
mod written;
pub(super) mod wrong_ids;

use toml::de::DeTable;

use super::context::Located;
use super::feeds::{ids, values};
use super::series_each::{EachTables, bound_lists};
use super::session::{self, Given, ReadSession, Shared};
use super::table::{LocatedTable, Table};
use super::{when, without_repeat};
use crate::diagnostic::{Code, Finding};
use crate::model::{Id, Repeat, Uid};
pub(super) use budget::Budget;
use expansion::Expansion;
use gaps::Gaps;
use layers::Layers;
pub(super) use overrides::split_id;
use segment::Segment;
use times::Times;

/// The longest UID of a repeating session. The UIDs of its dates are up to 20 characters longer.
const LONGEST_UID: usize = 191 - 20;
/// A parsed table with `repeat`; values with errors are `None`.
#[derive(Default)]
pub(super) struct ReadRepeat {
    pub(super) id: Option<Located<Id>>,
    pub(super) uid: Option<Located<Uid>>,
    pub(super) was: Vec<Located<Id>>,
    /// All series that it names. A session belongs to only one; others are errors.
    pub(super) series: Vec<Located<Id>>,
    pub(super) repeat: Option<Repeat>,
}

/// Reads a table with `repeat`, and the tables that override its dates.
pub(super) fn read<'a>(
    table: &Table<'a>,
    entries: &'a DeTable<'a>,
    overrides: &'a [LocatedTable<'a>],
    each: &'a EachTables<'a>,
    shared: Shared<'a>,
    budget: &mut Budget,
) -> (ReadRepeat, Vec<ReadSession>) {
    let layers = Layers::new(entries, each);
    let (each, description) = each.of(table).unzip();
    let layered = table.over(each);
    let mut read = read_own(table);
    read.series = shared.names.read(table, "series");
    bound_lists(table);
    let zone = when::zone(&layered, shared.defaults);
    when::require_length(&layered, shared.defaults);
    let own = table.markdown("description").map(|at| at.value);
    let title = session::title(&layered);
    let times = Times::of_rule(table, zone.as_ref());
    let dates = times.as_ref().and_then(|(times, start)| {
        dates::read(table, times::split(*start), times.span.clone(), budget)
    });
    let overrides = overrides::read(table, read.id.as_ref(), overrides, dates.as_ref());
    let (Some(id), Some((times, _)), Some(dates)) = (&read.id, times, dates) else {
        // The other values are read anyway, so that their errors are reported.
        let plain = table.emptied();
        for table in std::iter::once(&plain).chain(overrides.values().map(|own| &own.table)) {
            session::with(&layers.below(table).0, shared, Given::default());
        }
        return (read, Vec::new());
    };
    read.repeat = title.map(|title| Repeat {
        id: id.value.clone(),
        title: title.value,
        description: own.clone().or_else(|| description.flatten()),
        uid: read.uid.as_ref().map(|at| at.value.clone()),
        was: values(&read.was),
    });
    let first = Segment::new(table, layers, times, own, shared);
    let (context, gaps) = (table.context(), Gaps::default());
    let mut expansion = Expansion { context, id, was: &read.was, shared, gaps };
    let (sessions, has_used_fold) = expansion.sessions(first, &dates, overrides);
    expansion.gaps.report(table, id);
    if !has_used_fold {
        when::needless_fold(table);
    }
    (read, sessions)
}

/// Reads the keys that the dates do not inherit.
fn read_own(table: &Table<'_>) -> ReadRepeat {
    let id = table.require("id", "\"weekly-talk\"", table.id("id"));
    let id = id.filter(|id| {
        let (most, length) = (Id::LONGEST_OF_REPEAT, id.value.as_str().len());
        if length > most {
            let message = format!(
                "`id` has {length} characters; at most {most} are allowed for a session that repeats"
            );
            let finding = Finding::error(Code::TooLong, id.span.clone(), message);
            table.context().push(finding.help("shorten it; the date of each session is added to it"));
        }
        length <= most
    });
    if let Some(id) = &id {
        let mut locations = table.context().locations();
        locations.sessions.entry(id.value.clone()).or_insert_with(|| id.span.clone());
        locations.feeds.entry(id.value.clone()).or_insert_with(|| id.span.clone());
    }
    let uid = table.parsed("uid", Code::BadValue, Uid::parse).filter(|uid| {
        let length = uid.value.as_str().len();
        if length > LONGEST_UID {
            let message = format!(
                "`uid` has {length} characters; at most {LONGEST_UID} are allowed for a session that repeats"
            );
            let finding = Finding::error(Code::TooLong, uid.span.clone(), message);
            table.context().push(finding.help("delete the line; each date gets a UID of its own"));
        }
        length <= LONGEST_UID
    });
    if table.has("from") {
        without_repeat::needless_from(table);
    }
    ReadRepeat { id, uid, was: ids(table, "was"), ..ReadRepeat::default() }
}
