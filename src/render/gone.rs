//! What is gone from the file: events that say so, pages that say so, and what leads there.

use icalendar::{EventStatus, Property};
use maud::html;

use super::event::{
    ABOUT, ALL, CALLED_OFF, CANCELLED, EventHead, FREE, Form, write_head, write_times,
};
use super::page::shell::{self, Head};
use super::{Document, Kind, line, links};
use crate::l10n::Words;
use crate::model::{AllDay, Id, When};
use crate::revisions::{Edition, Removed, Retired};

/// The event of a session that is gone: called off, unless it was over before. Its time is in UTC: the
/// zone that it had may be one that the list does not have any more.
pub(super) fn event(edition: &Edition, session: &Removed, words: &Words) -> String {
    let published = &session.revision.published;
    let (calendar, paths) = (&edition.catalog.calendar, &edition.paths);
    let when = words.start_with_utc(&session.when, calendar);
    let feed = paths.absolute(&paths.feed_page(&calendar.id));
    let page = paths.absolute(&paths.session_page(&session.id));
    let called_off = session.is_called_off();
    let first = if called_off { format!("{CALLED_OFF}\n{when}") } else { when };
    let text = format!("{first}\n\n{ABOUT}: {page}\n{ALL}: {feed}");
    let mut out = String::with_capacity(1024);
    write_head(&mut out, session.revision.as_ref().into());
    write_times(&mut out, &session.when, Form::Utc);
    let mut property = |name: &str, value: &str| line::write(&mut out, &Property::new(name, value));
    let prefix = if called_off { CANCELLED } else { "" };
    property("SUMMARY", &format!("{prefix}{}", published.title));
    property("DESCRIPTION", &text);
    if let Some(place) = &published.place {
        property("LOCATION", place);
    }
    property("URL", &page);
    let status = if called_off { EventStatus::Cancelled } else { EventStatus::Confirmed };
    line::write(&mut out, &Property::from(status));
    out.push_str(FREE);
    line::write_plain(&mut out, "END:VEVENT");
    out
}

/// The event that tells subscribers that a feed has ended: on the day it did, in the calendar's zone.
pub(super) fn notice(edition: &Edition, feed: &Retired) -> String {
    let (calendar, paths) = (&edition.catalog.calendar, &edition.paths);
    let day = calendar.zone.local(feed.gone).date();
    let when = When::AllDay(AllDay { zone: calendar.zone.clone(), first: day, last: day });
    let all = paths.absolute(&paths.feed_page(&calendar.id));
    let uid = edition.uid_of_notice(feed);
    let head = EventHead { uid: &uid, sequence: 0, created: feed.gone, last_modified: feed.gone };
    let mut out = String::with_capacity(1024);
    write_head(&mut out, head);
    write_times(&mut out, &when, Form::Utc);
    let mut property = |name: &str, value: &str| line::write(&mut out, &Property::new(name, value));
    property("SUMMARY", &format!("This calendar has ended: {}", feed.title));
    let text = format!(
        "Nothing new will appear in this calendar, and it will be gone after a while. You can \
         remove it.\n\nAll sessions of {}: {all}",
        calendar.title
    );
    property("DESCRIPTION", &text);
    property("URL", &paths.absolute(&paths.feed_page(&feed.id)));
    line::write(&mut out, &Property::from(EventStatus::Confirmed));
    out.push_str(FREE);
    line::write_plain(&mut out, "END:VEVENT");
    out
}

/// The pages of what is gone, and what leads to them from every address that there was.
pub(super) fn documents(edition: &Edition, words: &Words) -> Vec<Document> {
    let paths = &edition.paths;
    let mut all = Vec::new();
    for session in edition.removed() {
        let title = session.revision.published.title.as_str();
        let when = words.start_with_utc(&session.when, &edition.catalog.calendar);
        let said = match session.is_called_off() {
            true => "This session is no longer planned.",
            false => "This session is over.",
        };
        let page = paths.session_page(&session.id);
        all.push(self::page(edition, page.clone(), title, said, Some(&when)));
        let pages = |id: &Id| paths.session_pages(id);
        all.extend(leading(&page, title, &session.id, &session.was, pages));
    }
    for feed in edition.retired() {
        let page = paths.feed_page(&feed.id);
        let said = "This calendar has ended. Nothing new will appear in it.";
        all.push(self::page(edition, page.clone(), &feed.title, said, None));
        all.extend(leading(&page, &feed.title, &feed.id, &feed.was, |id| paths.feed_pages(id)));
    }
    all
}

/// The paths where something was that is gone for good.
pub fn ended(edition: &Edition) -> Vec<String> {
    let paths = &edition.paths;
    let mut all = Vec::new();
    for session in edition.removed_for_good() {
        for id in std::iter::once(&session.id).chain(&session.was) {
            all.push(paths.invite(id));
            all.extend(paths.session_pages(id));
        }
    }
    for feed in edition.retired() {
        for id in std::iter::once(&feed.id).chain(&feed.was) {
            all.extend([paths.feed_atom(id), paths.feed_json(id)]);
        }
    }
    for feed in edition.retired_for_good() {
        for id in std::iter::once(&feed.id).chain(&feed.was) {
            all.extend(paths.feed_data(id));
            all.extend(paths.feed_pages(id));
        }
    }
    all
}

fn page(edition: &Edition, path: String, title: &str, said: &str, when: Option<&str>) -> Document {
    let calendar = &edition.catalog.calendar;
    let feed = edition.paths.feed_page(&calendar.id);
    let body = html! {
        p.say { (said) }
        h1 dir="auto" { (title) }
        @if let Some(when) = when { p.when { s { (when) } } }
        ul.buttons { li { a.first href=(feed) { "All sessions of " (calendar.title) } } }
    };
    let head = Head { title, path: path.clone(), hidden: true, ..Head::default() };
    Document::new(path, Kind::Page, shell::page(edition, &head, &body).into_string())
}

/// From every other address to the page. Not for good: what is gone may come back.
fn leading(
    page: &str,
    title: &str,
    id: &Id,
    was: &[Id],
    pages: impl Fn(&Id) -> Vec<String>,
) -> Vec<Document> {
    let below = pages(id).into_iter().skip(1);
    let former = was.iter().flat_map(&pages);
    below
        .chain(former)
        .map(|path| links::lead(path, page.to_owned(), Kind::Redirect, title))
        .collect()
}
