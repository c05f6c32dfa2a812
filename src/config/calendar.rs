//! Reads the `[calendar]` table.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::context::Located;
use super::defaults::{AlsoIn, Defaults};
use super::table::Table;
use super::{keys, languages, links, long};
use crate::diagnostic::{Code, Finding};
use crate::l10n::Words;
use crate::model::{
    BaseUrl, Calendar, Cancellation, Color, Email, HttpUrl, Id, Language, Length, Organizer,
    OtherZone,
};

/// A parsed `[calendar]` table; values with errors are `None`.
pub(super) struct ReadCalendar {
    pub(super) id: Option<Located<Id>>,
    pub(super) calendar: Option<Calendar>,
}

/// Reads the table. `words` are the author's own messages.
pub(super) fn read(table: &Table<'_>, words: BTreeMap<String, String>) -> (ReadCalendar, Defaults) {
    let id = table.require("id", "\"my-calendar\"", table.id("id"));
    let title = table.line("title");
    let title = table.require("title", "\"Our sessions\"", title);
    let zone = table.require("timezone", "\"America/New_York\"", table.zone("timezone"));
    if let Some(id) = &id {
        let mut locations = table.context().locations();
        locations.calendar_id = id.span.clone();
        locations.feeds.insert(id.value.clone(), id.span.clone());
    }
    let duration = table.parsed("duration", Code::BadValue, Length::parse);
    if let Some(duration) = &duration {
        long::duration(table, duration);
    }
    let duration = duration.map(|at| at.value);
    let description = table.markdown("description");
    let url = table.parsed("url", Code::BadUrl, BaseUrl::parse);
    if let Some(url) = &url {
        table.context().locations().calendar_url = Some(url.span.clone());
        if url.value.as_str().starts_with("http://") && !url.value.is_loopback() {
            let finding = links::insecure("url", url.value.as_str(), url.span.clone());
            table.context().push(finding);
        }
    }
    let also_in = also_in(table);
    let language = language(table);
    let organizer = table.table("organizer", "organizer", keys::ORGANIZER);
    let organizer = organizer.as_ref().map(read_organizer);
    let refresh = table.parsed("refresh", Code::BadValue, Length::parse);
    let color = table.parsed("color", Code::BadValue, Color::parse);
    let length =
        |key| table.parsed(key, Code::BadValue, Length::parse).map(|at| at.value.roughly());
    let (keep_past, keep_cancelled) = (length("keep_past"), length("keep_cancelled"));
    let keep_gone = length("keep_gone");
    let cancellation = cancellation(table).map(|at| at.value).unwrap_or_default();
    let zone = zone.map(|at| at.value);
    let host = url.as_ref().map(|url| links::host(url.value.as_str()));
    let is_real = url.as_ref().is_some_and(|url| !url.value.is_loopback())
        && host.is_some_and(|host| !links::is_example(host));
    let defaults = Defaults {
        is_real,
        has_no_duration: table.lacks("duration"),
        zone: zone.clone(),
        duration,
        also_in,
        language: language.clone(),
        cancellation,
    };
    let also_in = defaults.also_in.iter().map(|also| OtherZone {
        zone: also.zone.clone(),
        label: also.label.as_ref().map(|label| label.value.clone()),
    });
    let calendar = (|| {
        Some(Calendar {
            id: id.as_ref()?.value.clone(),
            title: title?.value,
            description: description.map(|at| at.value),
            url: url.map(|at| at.value),
            zone: zone?,
            also_in: also_in.collect(),
            language,
            organizer: organizer.flatten(),
            refresh: refresh.map_or(TimeDelta::hours(1), |at| at.value.roughly()),
            color: color.map(|at| at.value),
            keep_past,
            keep_cancelled: keep_cancelled.unwrap_or(Calendar::KEEP_CANCELLED),
            keep_gone: keep_gone.unwrap_or(Calendar::KEEP_GONE),
            rules: table.context().rules().clone(),
            words,
        })
    })();
    (ReadCalendar { id, calendar }, defaults)
}

fn also_in(table: &Table<'_>) -> Vec<AlsoIn> {
    let labelled = |table: &Table<'_>| {
        let zone = table.require("zone", "\"Europe/London\"", table.zone("zone"));
        let label = table.line("label");
        Some(AlsoIn { zone: zone?.value, label })
    };
    let item = ("an item of `also_in`", keys::ALSO_IN);
    table.zones("also_in", item, |zone| AlsoIn { zone, label: None }, labelled)
}

/// Returns the language, or American English if CLDR has no dates in the language.
fn language(table: &Table<'_>) -> Language {
    let Some(read) = table.parsed("language", Code::BadValue, Language::parse) else {
        return Language::default();
    };
    if Words::has(&read.value) {
        return read.value;
    }
    let message =
        format!("the language `{}` has no date formats; dates are printed in English", read.value);
    let help = match languages::meant(read.value.as_str()) {
        Some(meant) => format!("did you mean `language = \"{meant}\"`?"),
        None => "write a language code, such as \"en-US\", \"es\" or \"pt-BR\"".to_owned(),
    };
    table.context().push(Finding::warning(Code::UnknownLanguage, read.span, message).help(help));
    Language::default()
}

fn read_organizer(table: &Table<'_>) -> Option<Organizer> {
    let name = table.line("name");
    let name = table.require("name", "\"Our organization\"", name);
    let email = table.parsed("email", Code::BadValue, Email::parse);
    let url = table.parsed("url", Code::BadUrl, HttpUrl::parse);
    if let Some(url) = url.as_ref().filter(|url| url.value.as_str().starts_with("http://")) {
        let finding = links::insecure("url", url.value.as_str(), url.span.clone());
        table.context().push(finding);
    }
    Some(Organizer {
        name: name?.value,
        email: email.map(|at| at.value),
        url: url.map(|at| at.value),
    })
}

/// Reads the key that decides how calendars show cancelled sessions; `[calendar]` and sessions have it.
pub(super) fn cancellation(table: &Table<'_>) -> Option<Located<Cancellation>> {
    table.word(
        "cancelled",
        &[("silent", Cancellation::Silent), ("announce", Cancellation::Announce)],
    )
}
