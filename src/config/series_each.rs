//! Reads `[series.each]`, which has defaults for the sessions of a series.

use std::collections::HashMap;

use toml::Spanned;
use toml::de::DeValue;

use super::context::Context;
use super::session::{self, Given, Shared};
use super::table::{Below, Table};
use super::{keys, when};
use crate::diagnostic::{Code, Finding};
use crate::model::Markdown;

/// The largest number of items in a list that several sessions share, because each session has a copy of it.
const MOST_SHARED: usize = 50;

/// The `[series.each]` tables by the id of their series.
#[derive(Default)]
pub(super) struct EachTables<'t>(HashMap<String, (Spanned<DeValue<'t>>, Option<Markdown>)>);

impl<'t> EachTables<'t> {
    /// Takes the tables out of the `[[series]]` tables.
    pub(super) fn take(series: Option<&mut Spanned<DeValue<'t>>>) -> Self {
        let mut tables = HashMap::new();
        if let Some(DeValue::Array(items)) = series.map(Spanned::get_mut) {
            for item in items.iter_mut() {
                let DeValue::Table(series) = item.get_mut() else { continue };
                let Some(each) = series.remove("each") else { continue };
                let id = series.get("id").and_then(|id| id.get_ref().as_str());
                tables.entry(id.unwrap_or_default().to_owned()).or_insert((each, None));
            }
        }
        Self(tables)
    }

    /// Reports the mistakes in the tables, and reads the descriptions once, because they are long.
    pub(super) fn read(&mut self, context: &Context<'_>, shared: Shared<'_>) {
        for (value, description) in self.0.values_mut() {
            let DeValue::Table(entries) = value.get_ref() else {
                let message = "`each` is a table of values for all sessions of the series";
                let finding = Finding::error(Code::WrongType, value.span(), message);
                context.push(finding.help(match value.get_ref() {
                    DeValue::Array(_) => "write [series.each], with single brackets",
                    _ => "write the values below a line [series.each]",
                }));
                continue;
            };
            let table = Table::new(context, "[series.each]", value.span(), entries, keys::EACH);
            bound_lists(&table);
            table.line("title");
            drop((
                when::zone(&table, shared.defaults),
                when::fold(&table),
                when::duration(&table, false),
            ));
            session::with(&table, shared, Given::default());
            let parsed = entries.get("description").and_then(|text| text.get_ref().as_str());
            *description = parsed.and_then(|text| Markdown::parse(text).ok());
        }
    }

    /// Returns the table of the series that a session belongs to, and its description.
    pub(super) fn of(&self, session: &Table<'_>) -> Option<(Below<'_>, Option<Markdown>)> {
        let (value, description) = self.0.get(session.first_text_of("series")?)?;
        let entries = value.get_ref().as_table()?;
        Some((Below { entries, hidden: &["description"] }, description.clone()))
    }
}

/// Reports lists that are too long to be shared.
pub(super) fn bound_lists(table: &Table<'_>) {
    for key in ["tags", "remind"] {
        let items = table.get(key).and_then(|value| value.get_ref().as_array());
        let Some(count) = items.map(|items| items.len()).filter(|count| *count > MOST_SHARED)
        else {
            continue;
        };
        let message = format!(
            "`{key}` has {count} items; at most {MOST_SHARED} are allowed for several sessions"
        );
        let span = table.span(key).unwrap_or_else(|| table.header());
        table.context().push(Finding::error(Code::TooLong, span, message).help("shorten the list"));
    }
}
