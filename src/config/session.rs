//! Reads a `[[sessions]]` table.

use std::ops::Range;

use super::advice;
use super::calendar::cancellation;
use super::context::Located;
use super::defaults::Defaults;
use super::feeds::{ids, values};
use super::series_names::SeriesNames;
use super::table::Table;
use super::{around, coordinates, keys, links, when, without_repeat};
use crate::diagnostic::{Code, Finding};
use crate::model::{
    Geo, HttpUrl, Id, Length, Markdown, Place, Session, Status, Tag, Title, Uid, Undated, When,
};

/// A parsed `[[sessions]]` table; values with errors are `None`.
#[derive(Default)]
pub(super) struct ReadSession {
    pub(super) id: Option<Located<Id>>,
    pub(super) uid: Option<Located<Uid>>,
    pub(super) was: Vec<Located<Id>>,
    /// All series that it names. A session belongs to only one; others are errors.
    pub(super) series: Vec<Located<Id>>,
    pub(super) start: Option<Range<usize>>,
    pub(super) session: Option<Session>,
    /// Given for a session without a date; within, none if it has errors.
    pub(super) undated: Option<Option<Undated>>,
}

/// The words of `status`; a planned session has no date.
const STATUSES: [(&str, Option<Status>); 4] = [
    ("confirmed", Some(Status::Confirmed)),
    ("tentative", Some(Status::Tentative)),
    ("cancelled", Some(Status::Cancelled)),
    ("planned", None),
];

/// The values from other tables that every session may use.
#[derive(Clone, Copy)]
pub(super) struct Shared<'a> {
    pub(super) defaults: &'a Defaults,
    pub(super) names: &'a SeriesNames,
}

/// Values that replace or complete those of a table.
#[derive(Default)]
pub(super) struct Given {
    pub(super) id: Option<Located<Id>>,
    pub(super) title: Option<Located<Title>>,
    pub(super) when: Option<When>,
    /// The description for a table that has none. This description is parsed once for all sessions that share it.
    pub(super) description: Option<Markdown>,
    /// Whether its date is to be announced.
    pub(super) is_planned: bool,
}

pub(super) fn read(
    table: &Table<'_>,
    shared: Shared<'_>,
    description: Option<Markdown>,
) -> ReadSession {
    let id = table.require("id", "\"opening-talk\"", table.id("id"));
    let title = title(table);
    let when = when::read(table, shared.defaults);
    without_repeat::refuse(table);
    if let Some(id) = &id {
        let mut locations = table.context().locations();
        locations.sessions.entry(id.value.clone()).or_insert_with(|| id.span.clone());
        if let Some(start) = table.span("start") {
            locations.starts.entry(id.value.clone()).or_insert(start);
        }
    }
    let read = with(table, shared, Given { id, title, when, description, is_planned: false });
    if let Some(session) = &read.session {
        advice::session(table, session, shared.defaults, &[]);
        around::opens_in_time(table, session);
    }
    read
}

pub(super) fn title(table: &Table<'_>) -> Option<Located<Title>> {
    let title = table.line("title");
    table.require("title", "\"Opening talk\"", title)
}

/// Reads the values of a table that `given` does not contain.
pub(super) fn with(table: &Table<'_>, shared: Shared<'_>, given: Given) -> ReadSession {
    let Shared { defaults, names } = shared;
    let Given { id, title, when, description: inherited, is_planned } = given;
    let description = table.markdown("description");
    let url = |key| table.parsed(key, Code::BadUrl, HttpUrl::parse).map(|at| at.value);
    let (register, join, page) = (url("register"), url("join"), url("page"));
    let place = table.table("place", "place", keys::PLACE);
    let place = place.as_ref().map(|place| read_place(place, table.has("join")));
    let registration = around::registration(table, when.as_ref().map(When::zone));
    let speakers = around::speakers(table);
    let access = table.line("access").map(|at| at.value);
    let (recording, slides) = (url("recording"), url("slides"));
    let reason = table.line("reason").map(|at| at.value);
    let series = names.read(table, "series");
    if let [first, second, ..] = series.as_slice() {
        let finding =
            Finding::error(Code::WrongType, second.span.clone(), "a session belongs to one series");
        let (one, other) = (&first.value, &second.value);
        table.context().push(finding.help(format!(
            "write `series = \"{one}\"` and, on the next line, `tags = [\"{other}\"]`; for a feed of that tag, write \
             [[feeds]] in place of the line [[series]] above `id = \"{other}\"`, and below it `tags = [\"{other}\"]`"
        )));
    }
    let tags = table.parsed_list("tags", Code::BadValue, Tag::parse);
    advice::tags(table, &tags);
    let status = table.word("status", &STATUSES);
    let is_refused = !is_planned && !table.is_each();
    if is_refused && status.as_ref().is_some_and(|status| status.value.is_none()) {
        let span = table.span("status").unwrap_or_else(|| table.header());
        let message = "the dates of a repeating session are known, so none can be `planned`";
        let help = "write `status = \"tentative\"`, or leave the date out with `except`";
        table.context().push(Finding::error(Code::BadValue, span, message).help(help));
    }
    let status = status.and_then(|at| Some(Located { value: at.value?, span: at.span }));
    let own = cancellation(table);
    if let Some(at) = own.as_ref().filter(|_| {
        table.is_own("cancelled")
            && !table.is_shared()
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
            registration,
            page,
            place: place.flatten(),
            speakers,
            access,
            recording,
            slides,
            series: series.first().map(|at| at.value.clone()),
            tags: tags.into_iter().map(|at| at.value).collect(),
            status: status.map(|at| at.value).unwrap_or_default(),
            reason,
            cancellation: own.map_or(defaults.cancellation, |at| at.value),
            busy,
            remind: remind.into_iter().map(|at| at.value.roughly()).collect(),
            uid: uid.as_ref().map(|at| at.value.clone()),
            was: values(&was),
            again,
            date: None,
        })
    })();
    ReadSession { id, uid, was, series, start: table.span("start"), session, undated: None }
}

pub(super) fn read_place(table: &Table<'_>, has_join: bool) -> Option<Place> {
    let name = table.line("name");
    let name = table.require("name", "\"Community hall\"", name);
    let address = table.line("address");
    for (key, line) in [("name", &name), ("address", &address)] {
        let text = line.as_ref().map(|at| at.value.as_str()).unwrap_or_default();
        let is_link = text.contains("://") || text.starts_with("www.");
        if let Some(url) = links::meant(text).filter(|_| is_link) {
            let message = format!(
                "the `{key}` of the place is a link, which calendars show as an address on a map"
            );
            table.context().push(
                Finding::warning(
                    Code::PlaceIsLink,
                    line.as_ref().map_or_else(|| table.header(), |at| at.span.clone()),
                    message,
                )
                .help(match (has_join, key, table.has("address")) {
                    (_, "address", _) => format!("delete `address` here, and write `join = \"{url}\"` on a line of its own"),
                    (true, _, false) => "delete the `place` line: `join` has the link already".to_owned(),
                    (false, _, false) => format!("write `join = \"{url}\"` in place of the `place` line"),
                    (_, _, true) => format!("write the name of the room or building here, and `join = \"{url}\"` on a line of its own"),
                }),
            );
        }
    }
    if coordinates_beyond(table) {
        return name.map(|name| Place { name: name.value, address: None, geo: None });
    }
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

/// Reports a latitude that can only be the longitude.
fn coordinates_beyond(table: &Table<'_>) -> bool {
    let raw = |key: &str| {
        let value = table.get(key)?.get_ref();
        let text = value.as_str().map(ToOwned::to_owned);
        let text = text.or_else(|| Some(value.as_float()?.as_str().to_owned()));
        coordinates::degrees(&text.or_else(|| Some(value.as_integer()?.as_str().to_owned()))?)
    };
    let (Some(latitude), Some(longitude)) = (raw("latitude"), raw("longitude")) else {
        return false;
    };
    let is_beyond = (90.0..=180.0).contains(&latitude.abs()) && longitude.abs() <= 90.0;
    if is_beyond {
        let span = table.span("latitude").unwrap_or_else(|| table.header());
        let message = "`latitude` must be between -90 and 90; this is probably the longitude";
        let help = format!("write `latitude = {longitude}, longitude = {latitude}`");
        table.context().push(Finding::error(Code::BadValue, span, message).help(help));
    }
    is_beyond
}
