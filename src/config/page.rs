//! Reads the `[page]` table.

use super::context::Located;
use super::table::Table;
use crate::diagnostic::{Code, Finding};
use crate::model::{Color, Logo, Page};

pub(super) fn read(table: &Table<'_>) -> Page {
    let accent = table.parsed("accent", Code::BadValue, Color::parse).map(|at| at.value);
    let footer = table.markdown("footer").map(|at| at.value);
    let endings: Vec<&str> = Logo::TYPES.iter().map(|(ending, _)| *ending).collect();
    let logo = file(table, "logo", &endings);
    let css = file(table, "css", &["css"]);
    let mut locations = table.context().locations();
    locations.logo = table.span("logo");
    locations.css = table.span("css");
    Page { accent, logo, footer, css }
}

/// Returns the path of a file in the folder of `sessions.toml` or below it, so that no other file is published by
/// mistake.
fn file(table: &Table<'_>, key: &str, endings: &[&str]) -> Option<String> {
    let Located { value, span } = table.text(key)?;
    let path = std::path::Path::new(value);
    let below = path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    let ending =
        path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    let (message, help) = if value.is_empty() || !below {
        let message = format!("`{key}` must be a file in the folder of this file or below it");
        (
            message,
            format!(
                "write its path relative to this file, such as `{key} = \"files/{key}.{}\"`",
                endings[0]
            ),
        )
    } else if !endings.contains(&ending.as_str()) {
        (
            format!("`{key}` must be a file that ends in .{}", endings.join(", .")),
            "name another file".to_owned(),
        )
    } else {
        return Some(value.to_owned());
    };
    table.context().push(Finding::error(Code::BadValue, span, message).help(help));
    None
}
