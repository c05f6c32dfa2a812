//! Writes a value in TOML syntax as the author meant it.

use super::{guess, lengths, quotes};

/// Returns a value of a key in TOML syntax.
pub(super) fn written(key: &str, value: &str) -> String {
    let value = value.trim().trim_end_matches([',', ';']);
    let is_whole = |mark| value.len() > 1 && value.starts_with(mark) && value.ends_with(mark);
    match value {
        "" => "...".to_owned(),
        _ if value.starts_with(['[', '{']) || is_whole('"') || is_whole('\'') => value.to_owned(),
        "true" | "false" => value.to_owned(),
        _ if key == "place" => format!("{{ name = {} }}", quotes::written(quotes::bare(value))),
        _ if guess::is_of_date(key) => {
            guess::written(quotes::bare(value)).unwrap_or_else(|| "2027-04-30T14:00:00".to_owned())
        }
        _ if lengths::is_of_length(key) => quotes::written(
            &lengths::of_text(quotes::bare(value))
                .unwrap_or_else(|| quotes::bare(value).to_owned()),
        ),
        _ => quotes::written(quotes::bare(value)),
    }
}
