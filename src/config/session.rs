//! The `[[sessions]]` tables.

use std::ops::Range;

use super::advice;
use super::calendar::cancellation;
use super::context::Located;
use super::defaults::Defaults;
use super::feeds::{ids, values};
use super::table::Table;
use super::{keys, when};
use crate::diagnostic::{Code, Finding};
use crate::model::{
    Geo, HttpUrl, Id, Length, Markdown, Place, Session, Status, Tag, Title, Uid, When,
};

/// A parsed `[[sessions]]` table; values with errors are none.
#[derive(Default)]
pub(super) struct ReadSession {
    pub(super) id: Option<Located<Id>>,
    pub(super) uid: Option<Located<Uid>>,
    pub(super) was: Vec<Located<Id>>,
    pub(super) series: Option<Located<Id>>,
    pub(super) start: Option<Range<usize>>,
    pub(super) session: Option<Session>,
}

/// What a table does not give, or gives in another way.
#[derive(Default)]
pub(super) struct Given {
    pub(super) id: Option<Located<Id>>,
    pub(super) title: Option<Located<Title>>,
    pub(super) when: Option<When>,
    /// The description that holds where the table has none. It is parsed once for all sessions that share it.
    pub(super) description: Option<Markdown>,
}

pub(super) fn read(
    table: &Table<'_>,
    defaults: &Defaults,
    description: Option<Markdown>,
) -> ReadSession {
    let id = table.require("id", "\"opening-talk\"", table.id("id"));
    let title = title(table);
    let when = when::read(table, defaults);
    super::repeat::refuse(table);
    if let Some(id) = &id {
        table
            .context()
            .locations()
            .sessions
            .entry(id.value.clone())
            .or_insert_with(|| id.span.clone());
    }
    let read = with(table, defaults, Given { id, title, when, description });
    if let Some(session) = &read.session {
        advice::session(table, session, defaults, &[]);
    }
    read
}

pub(super) fn title(table: &Table<'_>) -> Option<Located<Title>> {
    let title = table.line("title");
    table.require("title", "\"Opening talk\"", title)
}

/// Reads every other value.
pub(super) fn with(table: &Table<'_>, defaults: &Defaults, given: Given) -> ReadSession {
    let Given { id, title, when, description: inherited } = given;
    let description = table.parsed("description", Code::BadValue, Markdown::parse);
    let url = |key| table.parsed(key, Code::BadUrl, HttpUrl::parse).map(|at| at.value);
    let (register, join, page) = (url("register"), url("join"), url("page"));
    let place = table.table("place", "place", keys::PLACE);
    let place = place.as_ref().map(read_place);
    let series = table.id("series");
    let tags = table.parsed_list("tags", Code::BadValue, Tag::parse);
    let status = table.word(
        "status",
        &[
            ("confirmed", Status::Confirmed),
            ("tentative", Status::Tentative),
            ("cancelled", Status::Cancelled),
        ],
    );
    let own = cancellation(table);
    if let Some(at) = own.as_ref().filter(|_| {
        table.is_own("cancelled")
            && table.has("status") == status.is_some()
            && status.as_ref().is_none_or(|status| status.value != Status::Cancelled)
    }) {
        let message = "`cancelled` sets how calendars show a cancelled session, and this one is not cancelled";
        let finding = Finding::warning(Code::NotCancelled, at.span.clone(), message);
        table.context().push(
            finding.help("to cancel it, add `status = \"cancelled\"`; otherwise delete the line"),
        );
    }
    let busy = table.flag("busy");
    let remind = table.parsed_list("remind", Code::BadValue, Length::parse);
    let uid = table.parsed("uid", Code::BadValue, Uid::parse);
    let was = ids(table, "was");
    let again = table.flag("again").unwrap_or(false);
    let session = (|| {
        Some(Session {
            id: id.as_ref()?.value.clone(),
            title: title?.value,
            when: when?,
            description: description.map(|at| at.value).or(inherited),
            register,
            join,
            page,
            place: place.flatten(),
            series: series.as_ref().map(|at| at.value.clone()),
            tags: tags.into_iter().map(|at| at.value).collect(),
            status: status.map(|at| at.value).unwrap_or_default(),
            cancellation: own.map_or(defaults.cancellation, |at| at.value),
            busy,
            remind: remind.into_iter().map(|at| at.value.roughly()).collect(),
            uid: uid.as_ref().map(|at| at.value.clone()),
            was: values(&was),
            again,
            date: None,
        })
    })();
    ReadSession { id, uid, was, series, start: table.span("start"), session }
}

fn read_place(table: &Table<'_>) -> Option<Place> {
    let name = table.line("name");
    let name = table.require("name", "\"Community hall\"", name);
    let address = table.line("address");
    let latitude = table.number("latitude", -90.0..=90.0);
    let longitude = table.number("longitude", -180.0..=180.0);
    let geo = match (latitude, longitude) {
        (Some(latitude), Some(longitude)) => Some(Geo { latitude, longitude }),
        // An error in one of them is an earlier finding.
        _ if table.has("latitude") == table.has("longitude") => None,
        _ => {
            let message = "`latitude` and `longitude` belong together";
            let finding = Finding::error(Code::BadValue, table.header(), message);
            table.context().push(finding.help("give both, or neither"));
            None
        }
    };
    Some(Place { name: name?.value, address: address.map(|at| at.value), geo })
}
