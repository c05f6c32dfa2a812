//! Sessions with `status = "planned"`, which have no date yet.

use super::around;
use super::context::Located;
use super::session::{self, ReadSession, Shared};
use super::table::Table;
use super::{keys, when};
use crate::diagnostic::{Code, Finding};
use crate::model::{HttpUrl, Id, Markdown, Tag, Undated};

/// Keys that give a date.
const DATES: [&str; 5] = ["start", "end", "repeat", "except", "also"];

/// Whether a table says that its date is to be announced.
pub(super) fn is_planned(table: &Table<'_>) -> bool {
    table.text_of("status") == Some("planned")
}

/// Reads the table of a session without a date.
pub(super) fn read(
    table: &Table<'_>,
    id: Option<Located<Id>>,
    shared: Shared<'_>,
    description: Option<Markdown>,
) -> ReadSession {
    for key in DATES.into_iter().filter(|key| table.is_own(key)) {
        let span = table.span(key).unwrap_or_else(|| table.header());
        let message = format!("a planned session has no date yet, and this one has `{key}`");
        let help = "delete the line `status = \"planned\"` once the date is fixed";
        table.context().push(Finding::error(Code::BadValue, span, message).help(help));
    }
    let title = session::title(table);
    let own = table.markdown("description").map(|at| at.value);
    let url = |key| table.parsed(key, Code::BadUrl, HttpUrl::parse).map(|at| at.value);
    let (register, join, page) = (url("register"), url("join"), url("page"));
    let place = table.table("place", "place", keys::PLACE);
    let place = place.as_ref().map(|place| session::read_place(place, table.has("join")));
    let zone = when::zone(table, shared.defaults);
    let registration = around::registration(table, zone.as_ref());
    let speakers = around::speakers(table);
    let access = table.line("access").map(|at| at.value);
    let reason = table.line("reason").map(|at| at.value);
    let series = shared.names.read(table, "series");
    let tags = table.parsed_list("tags", Code::BadValue, Tag::parse);
    let undated = (|| {
        Some(Undated {
            id: id.as_ref()?.value.clone(),
            title: title?.value,
            description: own.or(description),
            register,
            registration,
            join,
            page,
            place: place.flatten(),
            speakers,
            access,
            series: series.first().map(|at| at.value.clone()),
            tags: tags.into_iter().map(|at| at.value).collect(),
            reason,
        })
    })();
    ReadSession { id, series, undated: Some(undated), ..ReadSession::default() }
}
