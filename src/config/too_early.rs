//! Reports an end that is not after the start, with the end that was probably meant.

use std::ops::Range;

use chrono::{NaiveDateTime, TimeDelta};

use super::context::Located;
use super::table::Table;
use crate::diagnostic::{Code, Finding};
use crate::rfc3339;

/// Reports an end that is not after the start. The help suggests an end in the other half of the day or on the next
/// day.
pub(super) fn ends_too_early(
    table: &Table<'_>,
    start: &Located<NaiveDateTime>,
    end: NaiveDateTime,
    span: Range<usize>,
) {
    let (date, from, to) = (start.value.date(), start.value.time(), end.time());
    let on = |days| rfc3339::local((date + TimeDelta::days(days)).and_time(to));
    let afternoon = end + TimeDelta::hours(12);
    let help = match () {
        () if end.date() < date && to > from => {
            format!("write `end = {}`, on the day of the start", on(0))
        }
        () if end == start.value => {
            "write an `end` after `start`; a session may end on the next day".to_owned()
        }
        () if end.date() == date && afternoon > start.value && afternoon.date() == date => format!(
            "write `end = {}` for {}, or `end = {}` if it ends on the next day",
            rfc3339::local(afternoon),
            afternoon.format("%-I:%M %P"),
            on(1)
        ),
        () if to < from => {
            format!("correct `end`; if the session ends on the next day, write `end = {}`", on(1))
        }
        () => "write an `end` after `start`; a session may end on the next day".to_owned(),
    };
    table.context().push(
        Finding::error(Code::EndNotAfterStart, span, "the session does not end after it starts")
            .earlier(start.span.clone(), "the start")
            .help(help),
    );
}
