//! Sessions with `status = "planned"`, which have no date yet.

use super::context::Located;
use super::feeds::values;
use super::session::{self, Given, ReadSession, Shared};
use super::table::Table;
use super::{advice, around, keys, when, without_repeat};
use crate::diagnostic::{Code, Finding};
use crate::model::{HttpUrl, Markdown, Tag, Title, Undated};

/// Keys that give a date.
const DATES: [&str; 5] = ["start", "end", "repeat", "except", "also"];

/// Whether a table says that its date is to be announced.
pub(super) fn is_planned(table: &Table<'_>) -> bool {
    table.text_of("status") == Some("planned")
}

/// Reads the table of a session without a date. Values that are for a later date, such as `remind`, are checked, too.
pub(super) fn read(
    table: &Table<'_>,
    shared: Shared<'_>,
    description: Option<Markdown>,
) -> ReadSession {
    for key in DATES.into_iter().filter(|key| table.is_own(key)) {
        let span = table.span(key).unwrap_or_else(|| table.header());
        let message = format!("a planned session has no date yet, and this one has `{key}`");
        let help = "delete the line `status = \"planned\"` once the date is fixed";
        table.context().push(Finding::error(Code::BadValue, span, message).help(help));
    }
    let id = table.require("id", "\"opening-talk\"", table.id("id"));
    if let Some(id) = &id {
        let mut locations = table.context().locations();
        locations.sessions.entry(id.value.clone()).or_insert_with(|| id.span.clone());
    }
    let title = session::title(table);
    when::duration(table, false);
    when::fold(table);
    if table.has("from") {
        without_repeat::needless_from(table);
    }
    let given = Given { id, is_planned: true, ..Given::default() };
    let read = session::with(table, shared, given);
    // Their findings are there already.
    let undated = table.context().shared(|| undated(table, shared, title, description, &read));
    ReadSession { undated: Some(undated), ..read }
}

fn undated(
    table: &Table<'_>,
    shared: Shared<'_>,
    title: Option<Located<Title>>,
    description: Option<Markdown>,
    read: &ReadSession,
) -> Option<Undated> {
    let own = table.markdown("description").map(|at| at.value);
    let url = |key| table.parsed(key, Code::BadUrl, HttpUrl::parse).map(|at| at.value);
    let (register, join, page) = (url("register"), url("join"), url("page"));
    let urls = [("register", &register), ("join", &join), ("page", &page)];
    advice::links(table, urls, shared.defaults);
    let place = table.table("place", "place", keys::PLACE);
    let place = place.as_ref().map(|place| session::read_place(place, table.has("join")));
    let zone = when::zone(table, shared.defaults);
    let tags = table.parsed_list("tags", Code::BadValue, Tag::parse);
    Some(Undated {
        id: read.id.as_ref()?.value.clone(),
        title: title?.value,
        description: own.or(description),
        register,
        registration: around::registration(table, zone.as_ref()),
        join,
        page,
        place: place.flatten(),
        speakers: around::speakers(table),
        access: table.line("access").map(|at| at.value),
        series: read.series.first().map(|at| at.value.clone()),
        tags: tags.into_iter().map(|at| at.value).collect(),
        reason: table.line("reason").map(|at| at.value),
        was: values(&read.was),
    })
}
