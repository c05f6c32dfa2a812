//! Warns about sessions that last so long that the author probably meant minutes or another date.

use chrono::TimeDelta;

use super::context::Located;
use super::table::Table;
use crate::diagnostic::{Code, Finding};
use crate::model::{Length, Session, When};
use crate::rfc3339;

/// Warnings about a session that lasts improbably long.
pub(super) fn session(table: &Table<'_>, session: &Session) {
    if let Some(span) = table.span("duration")
        && let Some(text) = table.get("duration").and_then(|value| value.get_ref().as_str())
        && let Ok(value) = Length::parse(text)
    {
        duration(table, &Located { value, span });
    }
    let Some(end) = table.span("end") else { return };
    let (days, last) = match &session.when {
        When::Timed(timed) => ((timed.end.instant - timed.start.instant).num_days(), 31),
        When::AllDay(days) => ((days.last - days.first).num_days(), 300),
    };
    if days > last {
        let message = format!("the session lasts {days} days");
        let right = match &session.when {
            When::Timed(timed) => {
                let (from, to) = (timed.start.local, timed.end.local);
                let day = from.date() + TimeDelta::days(i64::from(to.time() <= from.time()));
                rfc3339::local(day.and_time(to.time()))
            }
            When::AllDay(days) => days.first.to_string(),
        };
        let help = match table.has("repeat") {
            true => format!(
                "`end` is when each date ends: write `end = {right}`, and the last day of the rule into `repeat`, as `until`"
            ),
            false => format!(
                "if the date is wrong, write `end = {right}`; otherwise no change is needed"
            ),
        };
        table.context().push(Finding::warning(Code::LongSession, end, message).help(help));
    }
}

/// Adds a warning about a duration in hours that was probably meant in minutes.
pub(super) fn duration(table: &Table<'_>, duration: &Located<Length>) {
    let Length::Elapsed(time) = duration.value else { return };
    let hours = time.num_hours();
    // Some people write two days and nights in hours, but nobody means ninety hours.
    if hours <= 24 || [36, 48, 72].contains(&hours) {
        return;
    }
    let message = format!("a session of {hours} hours lasts more than {} days", hours / 24);
    let help = match time == TimeDelta::hours(hours) {
        true => format!(
            "write `duration = \"{hours}m\"` for {hours} minutes; for whole days write `duration = \"{}d\"`",
            hours / 24
        ),
        false => format!("write `duration = \"{}d\"` for whole days, or `end`", hours / 24),
    };
    let finding = Finding::warning(Code::LongSession, duration.span.clone(), message);
    table.context().push(finding.help(help));
}
