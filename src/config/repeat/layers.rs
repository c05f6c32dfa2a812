//! The tables that give the values of a date, below the table that overrides it.

use toml::de::DeTable;

use super::super::series_each::EachTables;
use super::super::table::{Below, Table};
use crate::model::Markdown;

/// The keys of the table with the rule that its dates do not inherit.
const OF_RULE: &[&str] = &["id", "uid", "was", "repeat", "except", "also", "from", "description"];
/// Keys of a table with `from = true` that apply to its own date alone.
pub(super) const OF_ONE_DATE: &[&str] = &[
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

/// The table with the rule below the tables with `from = true`. Under all of them is `[series.each]` of the series that
/// a date then has.
#[derive(Clone)]
pub(super) struct Layers<'a> {
    tables: Vec<Below<'a>>,
    each: &'a EachTables<'a>,
}

impl<'a> Layers<'a> {
    pub(super) fn new(rule: &'a DeTable<'a>, each: &'a EachTables<'a>) -> Self {
        Self { tables: vec![Below { entries: rule, hidden: OF_RULE }], each }
    }

    /// Puts a table with `from = true` above the others.
    pub(super) fn push(&mut self, entries: &'a DeTable<'a>) {
        self.tables.insert(0, Below { entries, hidden: OF_ONE_DATE });
    }

    /// Returns a table over these, and the description of its series.
    pub(super) fn below(&self, table: &Table<'a>) -> (Table<'a>, Option<Markdown>) {
        self.over(table, self.tables.clone())
    }

    /// Returns a table over these, with the locations of all values, even of those that dates do not inherit.
    pub(super) fn shown_below(&self, table: &Table<'a>) -> Table<'a> {
        let all = self.tables.iter().map(|below| Below { hidden: &[], ..*below });
        self.over(table, all.collect()).0
    }

    fn over(&self, table: &Table<'a>, tables: Vec<Below<'a>>) -> (Table<'a>, Option<Markdown>) {
        let own = table.over(tables.iter().copied());
        let (each, description) = self.each.of(&own).unzip();
        (table.over(tables.into_iter().chain(each)), description.flatten())
    }
}
