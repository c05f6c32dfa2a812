//! Finds a series by the names that people use for it: its id, its title, or an id made from its title.

use std::collections::HashMap;

use super::context::Located;
use super::table::Table;
use super::wording;
use crate::diagnostic::{Code, Finding};
use crate::model::{Id, Series, TextError};

/// The largest number of ids that help lists.
const LISTED: usize = 5;

/// A parsed `[[series]]` table; values with errors are `None`.
pub(super) struct ReadSeries {
    pub(super) id: Option<Located<Id>>,
    pub(super) was: Vec<Located<Id>>,
    pub(super) series: Option<Series>,
}

/// The series of the file, by every name.
pub(super) struct SeriesNames {
    ids: Vec<Id>,
    by_name: HashMap<String, Id>,
}

impl SeriesNames {
    pub(super) fn new(series: &[ReadSeries]) -> Self {
        let mut by_name = HashMap::new();
        for read in series {
            let Some(id) = read.id.as_ref().map(|at| &at.value) else { continue };
            let title =
                read.series.as_ref().map(|series| series.title.as_str()).unwrap_or_default();
            let from_title = Id::suggest(title).map(|id| id.to_string());
            for name in [Some(title.to_lowercase()), from_title].into_iter().flatten() {
                by_name.entry(name).or_insert_with(|| id.clone());
            }
        }
        let ids: Vec<Id> =
            series.iter().filter_map(|read| Some(read.id.as_ref()?.value.clone())).collect();
        by_name.extend(ids.iter().map(|id| (id.to_string(), id.clone())));
        Self { ids, by_name }
    }

    /// Returns the series that a text refers to.
    pub(super) fn meant(&self, text: &str) -> Option<&Id> {
        let of_name = |name: &str| self.by_name.get(name);
        of_name(&text.trim().to_lowercase()).or_else(|| of_name(Id::suggest(text)?.as_str()))
    }

    /// Returns the ids to choose from, if they are few.
    pub(super) fn listed(&self) -> Option<String> {
        let ids: Vec<String> = self.ids.iter().map(|id| format!("\"{id}\"")).collect();
        (1..=LISTED).contains(&ids.len()).then(|| ids.join(" or "))
    }

    /// Returns the ids of series that a key gives. A title in place of an id is a finding, and counts as the id.
    pub(super) fn read(&self, table: &Table<'_>, key: &str) -> Vec<Located<Id>> {
        let texts = table.texts(key);
        texts.into_iter().filter_map(|text| self.read_one(table, key, text)).collect()
    }

    fn read_one(&self, table: &Table<'_>, key: &str, text: Located<&str>) -> Option<Located<Id>> {
        let error = match Id::parse(text.value) {
            Ok(value) => return Some(Located { value, span: text.span }),
            Err(error) => error,
        };
        let meant = self.meant(text.value);
        let span = text.span.clone();
        let finding = match (&error, meant, self.listed()) {
            (TextError::Form(_) | TextError::TooLong { .. }, Some(id), _) => {
                let message =
                    format!("`{key}` takes the `id` of a series, and this is another name of it");
                let whole = if table.is_list(key) {
                    format!("\"{id}\"")
                } else {
                    format!("`{key} = \"{id}\"`")
                };
                Finding::error(Code::BadId, span, message).help(format!("write {whole}"))
            }
            (_, None, Some(ids)) => wording::problem(key, Code::BadId, &error, span)
                .help(format!("write the id of a series: {ids}")),
            _ => wording::problem(key, Code::BadId, &error, span)
                .help("write the `id` of a [[series]] table"),
        };
        table.context().push(finding);
        meant.map(|id| Located { value: id.clone(), span: text.span })
    }
}
