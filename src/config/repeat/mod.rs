//! Repeating sessions: from one `[[sessions]]` table with `repeat` to a session for each date.
//!
//! The values of a date come from these tables, the first that gives one:
//!
//! ```text
//! the table that overrides the date
//! tables with `from = true` that override earlier dates, the latest first; `status` and the like only on their date
//! the table with `repeat`
//! `[series.each]` of its series
//! ```
//!
//! To read: this file, `rule`, `every` and `dates` (which dates), `meant` and `from_rrule` (help for other rules), `times` (their times), `overrides`, `wrong_ids`, `segment` (dates that
//! share their values), `expansion` (from dates to sessions), `gaps`.

mod dates;
mod every;
mod expansion;
mod from_rrule;
mod gaps;
pub(super) mod meant;
mod overrides;
mod rule;
mod segment;
mod times;
pub(super) mod wrong_ids;

use toml::de::DeTable;

use super::context::Located;
use super::feeds::{ids, values};
use super::series_each::{EachTables, bound_lists};
use super::session::{self, Given, ReadSession, Shared};
use super::sessions;
use super::table::{Below, Table};
use super::when;
use crate::diagnostic::{Code, Finding};
use crate::model::{Id, Repeat, Uid};
use expansion::Expansion;
use gaps::Gaps;
use segment::Segment;
use times::Times;

/// The most dates of one repeating session.
const MOST: usize = 500;
/// The most dates of all repeating sessions of a file, which is more than can be published.
const MOST_OF_ALL: usize = 60_000;
/// The longest UID of a repeating session: those of its dates are up to 20 characters longer.
const LONGEST_UID: usize = 191 - 20;
/// Keys of the table with the rule that are not those of its dates.
const OF_RULE: &[&str] = &["id", "uid", "was", "repeat", "except", "also", "from", "description"];
/// Keys of a table with `from = true` that are for its own date alone.
const OF_ONE_DATE: &[&str] = &[
    "id",
    "uid",
    "was",
    "again",
    "from",
    "status",
    "reason",
    "recording",
    "slides",
    "description",
];

/// A parsed table with `repeat`; values with errors are none.
#[derive(Default)]
pub(super) struct ReadRepeat {
    pub(super) id: Option<Located<Id>>,
    pub(super) uid: Option<Located<Uid>>,
    pub(super) was: Vec<Located<Id>>,
    /// All series that it names; it belongs to one.
    pub(super) series: Vec<Located<Id>>,
    pub(super) repeat: Option<Repeat>,
}

/// The dates that the repeating sessions of a file may still have.
pub(super) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(MOST_OF_ALL)
    }
}

impl Budget {
    /// Whether there are so many left; reported otherwise.
    fn spend(&mut self, table: &Table<'_>, dates: usize) -> bool {
        let left = self.0.checked_sub(dates);
        self.0 = left.unwrap_or_default();
        if left.is_none() {
            let span = table.span("repeat").unwrap_or_else(|| table.header());
            let message =
                "the repeating sessions of this file have more than 60,000 dates together";
            let finding = Finding::error(Code::TooManyDates, span, message);
            let help = "split the sessions over several files, each with a service of its own";
            table.context().push(finding.help(help));
        }
        left.is_some()
    }
}

/// Reads a table with `repeat`, and the tables that override its dates.
pub(super) fn read<'a>(
    table: &Table<'a>,
    entries: &'a DeTable<'a>,
    overrides: &'a [sessions::Located<'a>],
    each: &'a EachTables<'a>,
    shared: Shared<'a>,
    budget: &mut Budget,
) -> (ReadRepeat, Vec<ReadSession>) {
    let (each, description) = table.text_of("series").and_then(|id| each.of(id)).unzip();
    let rule = Below { entries, hidden: OF_RULE };
    let below: Vec<Below<'_>> = std::iter::once(rule).chain(each).collect();
    let layered = table.over(each);
    let mut read = read_own(table);
    read.series = shared.names.read(table, "series");
    bound_lists(table);
    let zone = when::zone(&layered, shared.defaults);
    when::require_length(&layered, shared.defaults);
    let own = table.markdown("description").map(|at| at.value);
    let description = own.or_else(|| description.flatten());
    let title = session::title(&layered);
    let times = Times::of_rule(table, &layered, zone.as_ref());
    let dates = times.as_ref().and_then(|(times, start)| {
        dates::read(table, times::split(*start), times.span.clone(), budget)
    });
    let overrides = overrides::read(table, read.id.as_ref(), overrides, dates.as_ref());
    let (Some(id), Some((times, _)), Some(dates)) = (&read.id, times, dates) else {
        // The other values are read all the same.
        let tables = std::iter::once(table.emptied().over(below.clone()));
        for table in tables.chain(overrides.values().map(|own| own.table.over(below.clone()))) {
            session::with(&table, shared, Given::default());
        }
        return (read, Vec::new());
    };
    read.repeat = title.map(|title| Repeat {
        id: id.value.clone(),
        title: title.value,
        description: description.clone(),
        uid: read.uid.as_ref().map(|at| at.value.clone()),
        was: values(&read.was),
    });
    let first = Segment::new(table, below, times, description, shared);
    let (context, gaps) = (table.context(), Gaps::default());
    let mut expansion = Expansion { context, id, was: &read.was, shared, gaps };
    let (sessions, has_used_fold) = expansion.sessions(first, &dates, overrides);
    expansion.gaps.report(table, id);
    if !has_used_fold {
        when::needless_fold(table);
    }
    (read, sessions)
}

/// The keys that are not those of the dates.
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
        needless_from(table);
    }
    ReadRepeat { id, uid, was: ids(table, "was"), ..ReadRepeat::default() }
}

/// Reports keys of repeating sessions in the table of a single one.
pub(super) fn refuse(table: &Table<'_>) {
    for key in ["except", "also"].into_iter().filter(|key| table.has(key) && !table.has("repeat")) {
        let span = table.span(key).unwrap_or_else(|| table.header());
        let finding = Finding::error(
            Code::WithoutRepeat,
            span,
            format!("`{key}` belongs to a session with `repeat`"),
        );
        table.context().push(finding.help(
            "add `repeat = { every = \"week\", times = 10 }`, with your rule, or delete the line",
        ));
    }
    if table.has("from") {
        needless_from(table);
    }
}

fn needless_from(table: &Table<'_>) {
    let Some(value) = table.get("from") else { return };
    let message = "`from` belongs to a table that overrides one date of a repeating session";
    let help = match value.get_ref().as_datetime() {
        Some(start) => format!("write `start = {start}`"),
        None => "delete the line".to_owned(),
    };
    table.context().push(Finding::error(Code::WithoutRepeat, value.span(), message).help(help));
}

/// The id of the repeating session and the date, if a text is the id of a date, which may be one that no year has.
pub(super) fn split_id(text: &str) -> Option<(&str, &str)> {
    let (id, date) = text.split_at_checked(text.len().checked_sub(11)?)?;
    let date = date.strip_prefix('-')?;
    let is_date = date.bytes().enumerate().all(|(at, b)| match at {
        4 | 7 => b == b'-',
        _ => b.is_ascii_digit(),
    });
    is_date.then_some((id, date))
}
