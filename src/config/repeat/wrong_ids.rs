//! Tables that were meant to override a date of a repeating session, and that have another id.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::NaiveDate;

use super::super::date_lists::{self, Order};
use super::super::table::Table;
use super::super::wording::quoted;
use super::split_id;
use crate::diagnostic::{Code, Finding};
use crate::suggest;

/// The ids of the repeating sessions, with their locations.
pub(in super::super) type RepeatIds<'t> = BTreeMap<&'t str, Range<usize>>;

/// The former ids of the repeating sessions, with the present ones.
pub(in super::super) type FormerIds<'t> = BTreeMap<&'t str, &'t str>;

/// Reports a table that has the id of a repeating session, or nearly the id of one of its dates.
pub(in super::super) fn report(
    table: &Table<'_>,
    ids: &RepeatIds<'_>,
    former: &FormerIds<'_>,
) -> bool {
    let (Some(text), Some(span)) = (table.text_of("id"), table.span("id")) else { return false };
    if ids.is_empty() {
        return false;
    }
    let finding = match ids.get(text) {
        Some(earlier) => {
            let message = format!("`{}` is the id of a session that repeats", quoted(text));
            let date = table.day().map_or_else(|| "2027-04-30".to_owned(), |day| day.to_string());
            Finding::error(Code::DuplicateId, span, message)
                .earlier(earlier.clone(), "here")
                .help(format!(
                    "to change one date, write the id with that date, such as `id = \"{text}-{date}\"`; for another session write an id of its own"
                ))
        }
        None if table.has("title") && table.has("start") => return false,
        None => {
            let renamed =
                split_id(text).and_then(|(old, date)| Some((*former.get(old)?, date.to_owned())));
            let meant = || meant(text, ids).map(|(id, date)| (id, date.to_string()));
            let Some((id, date)) = renamed.or_else(meant) else { return false };
            let message =
                format!("`{}` is not the id of a date of a repeating session", quoted(text));
            Finding::error(Code::NoSuchDate, span, message)
                .earlier(ids.get(id).cloned().unwrap_or_default(), "the session with `repeat`")
                .help(format!(
                    "to change that date of `{id}`, write `id = \"{id}-{date}\"`; a session of its own needs a `title` and a `start`"
                ))
        }
    };
    table.context().push(finding);
    true
}

/// The repeating session and the date that an id was probably meant for.
fn meant<'t>(text: &str, ids: &RepeatIds<'t>) -> Option<(&'t str, NaiveDate)> {
    let text = text.get(..text.len().min(100))?;
    let is_digit = |c: char| c.is_ascii_digit();
    let starts =
        text.char_indices().filter(|(at, c)| is_digit(*c) && !text[..*at].ends_with(is_digit));
    starts.take(5).find_map(|(at, _)| {
        let date = text[at..].replace(['_', '/', ' '], "-");
        let [date] = date_lists::several(&date, Order::MonthFirst)?.try_into().ok()?;
        let name = text[..at].trim_end_matches(|c: char| !c.is_alphanumeric());
        let name = name.to_lowercase().replace(['_', ' ', '/'], "-");
        let id = ids.keys().find(|id| **id == name).copied();
        let id = id.or_else(|| suggest::nearest(&name, ids.keys().copied()))?;
        Some((id, date.parse().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_dates_are_known_in_other_forms() {
        let ids: RepeatIds<'_> =
            [("circle", 0..1), ("book-club", 0..1), ("studio-54", 0..1)].into();
        // 3 ids in 4 spellings, with 5 separators and 7 forms of the date.
        for (id, words) in [
            ("circle", ["circle", "Circle", "cirlce", "circles"]),
            ("book-club", ["book-club", "book_club", "Book Club", "bookclub"]),
            ("studio-54", ["studio-54", "studio 54", "Studio-54", "studio_54"]),
        ] {
            for word in words {
                for separator in ["-", "_", " ", "/", "--"] {
                    for date in [
                        "2027-05-25",
                        "2027-5-25",
                        "20270525",
                        "05-25-2027",
                        "25.05.2027",
                        "2027/05/25",
                        "2027_05_25",
                    ] {
                        let text = format!("{word}{separator}{date}");
                        assert_eq!(
                            meant(&text, &ids),
                            Some((id, "2027-05-25".parse().unwrap())),
                            "{text}"
                        );
                    }
                }
            }
        }
        for text in ["circle", "circle-2", "garden-2027-05-25", "circle-2027-05", "circle-special"]
        {
            assert_eq!(meant(text, &ids), None, "{text}");
        }
    }
}
