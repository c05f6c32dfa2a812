//! Reads arrays of tables, one table at a time.

use toml::Spanned;
use toml::de::DeValue;

use super::context::Context;
use super::table::Table;
use super::wording::{self, Wanted};
use crate::diagnostic::{Code, Finding};

/// Reads each table of an array of tables, in order. Each is dropped once it is read.
pub(super) fn each<T>(
    context: &Context<'_>,
    name: &'static str,
    list: Option<Spanned<DeValue<'_>>>,
    known: &[&'static str],
    mut read: impl FnMut(&Table<'_>) -> T,
) -> Vec<T> {
    let Some(list) = list else { return Vec::new() };
    let (span, key) = (list.span(), name.trim_matches(['[', ']']));
    let items = match list.into_inner() {
        DeValue::Array(items) => items,
        DeValue::Table(own) if key == "series" && own.len() == 1 && own.contains_key("each") => {
            // A [[series]] table below it is a duplicate key, with the same help.
            if !context.has_above("[[series]]", usize::MAX) {
                let message =
                    "[series.each] belongs to the [[series]] table above it, and there is none";
                let finding = Finding::error(Code::WrongType, span, message);
                context.push(
                    finding.help(
                        "write a line [[series]] above it, with `id` and `title` of the series",
                    ),
                );
            }
            return Vec::new();
        }
        DeValue::Table(_) => {
            let message = format!("[{key}] needs double brackets, as there may be several");
            let finding = Finding::error(Code::WrongType, span, message);
            context.push(finding.help(format!("write {name} in place of [{key}]")));
            return Vec::new();
        }
        _ => {
            let message = format!("`{key}` must be a list of tables");
            let finding = Finding::error(Code::WrongType, span, message);
            context.push(finding.help(format!("write each one below a line {name}")));
            return Vec::new();
        }
    };
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        if context.is_full() {
            break;
        }
        let span = item.span();
        match item.into_inner() {
            DeValue::Table(entries) if entries.is_empty() && context.is_whole_at(span.start) => {
                let finding =
                    Finding::error(Code::MissingKey, span, format!("this {name} table is empty"));
                context.push(finding.help("delete the line, or write the keys below it"));
            }
            DeValue::Table(entries) => {
                all.push(read(&Table::new(context, name, span, &entries, known)));
            }
            other => context.push(wording::wrong_type(key, span, &other, Wanted::Table)),
        }
    }
    all
}
