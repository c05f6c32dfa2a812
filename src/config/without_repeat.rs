//! Reports keys of repeating sessions in the table of a single one.

use super::table::Table;
use crate::diagnostic::{Code, Finding};

/// Reports the keys of repeating sessions in the table of a single one.
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

/// Reports a `from` outside of a table that overrides a date.
pub(super) fn needless_from(table: &Table<'_>) {
    let Some(value) = table.get("from") else { return };
    let message = "`from` belongs to a table that overrides one date of a repeating session";
    let help = match value.get_ref().as_datetime() {
        Some(start) => format!("write `start = {start}`"),
        None => "delete the line".to_owned(),
    };
    table.context().push(Finding::error(Code::WithoutRepeat, value.span(), message).help(help));
}
