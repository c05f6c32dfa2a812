//! Reads the `[[series]]` and `[[feeds]]` tables.

use super::advice;
use super::context::Located;
use super::series_names::{ReadSeries, SeriesNames};
use super::table::Table;
use crate::diagnostic::Code;
use crate::model::{Id, Selection, Series, Tag, TextError};

/// A parsed `[[feeds]]` table; values with errors are `None`.
pub(super) struct ReadSelection {
    pub(super) id: Option<Located<Id>>,
    pub(super) was: Vec<Located<Id>>,
    pub(super) series: Vec<Located<Id>>,
    pub(super) selection: Option<Selection>,
}

pub(super) fn series(table: &Table<'_>) -> ReadSeries {
    let id = table.require("id", "\"spring-series\"", table.id("id"));
    let title = table.line("title");
    let title = table.require("title", "\"Our spring series\"", title);
    let description = table.markdown("description");
    let was = ids(table, "was");
    remember(table, &id);
    let series = (|| {
        Some(Series {
            id: id.as_ref()?.value.clone(),
            title: title?.value,
            description: description.map(|at| at.value),
            was: values(&was),
        })
    })();
    ReadSeries { id, was, series }
}

pub(super) fn selection(table: &Table<'_>, names: &SeriesNames) -> ReadSelection {
    let id = table.require("id", "\"workshops\"", table.id("id"));
    let title = table.line("title");
    let title = table.require("title", "\"All workshops\"", title);
    let description = table.markdown("description");
    let series = names.read(table, "series");
    let tags = table.parsed_list("tags", Code::BadValue, Tag::parse);
    advice::tags(table, &tags);
    let was = ids(table, "was");
    remember(table, &id);
    let selection = (|| {
        Some(Selection {
            id: id.as_ref()?.value.clone(),
            title: title?.value,
            description: description.map(|at| at.value),
            series: values(&series),
            tags: tags.into_iter().map(|at| at.value).collect(),
            was: values(&was),
        })
    })();
    ReadSelection { id, was, series, selection }
}

fn remember(table: &Table<'_>, id: &Option<Located<Id>>) {
    if let Some(id) = id {
        table
            .context()
            .locations()
            .feeds
            .entry(id.value.clone())
            .or_insert_with(|| id.span.clone());
    }
}

/// Reads an id or a list of ids.
pub(super) fn ids(table: &Table<'_>, key: &str) -> Vec<Located<Id>> {
    table.parsed_list(key, Code::BadId, |text| {
        Id::parse(text).map_err(|error| match error {
            TextError::Form(_) => TextError::Form(
                "an id, or a list of ids: lower-case letters a-z, digits, and hyphens between them",
            ),
            other => other,
        })
    })
}

pub(super) fn values(ids: &[Located<Id>]) -> Vec<Id> {
    ids.iter().map(|at| at.value.clone()).collect()
}
