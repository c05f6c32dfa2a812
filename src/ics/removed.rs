//! Events of what was removed from the file: a cancelled session, and the notice of a feed that has ended.

use icalendar::{EventStatus, Property};

use super::event::{
    ABOUT, ALL, CALLED_OFF, CANCELLED, EventHead, FREE, Form, write_head, write_times,
};
use super::line;
use crate::l10n::Words;
use crate::model::{AllDay, When};
use crate::revisions::{Edition, Removed, Retired};
use crate::urls::{FeedRoute, SessionRoute};

/// The event of a session that is gone: called off, unless it was over before. Its time is in UTC: the
/// zone that it had may be one that the list does not have any more.
pub(super) fn event(edition: &Edition, session: &Removed, words: &Words) -> String {
    let published = &session.revision.published;
    let (calendar, urls) = (&edition.catalog.calendar, &edition.urls);
    let when = words.start_with_utc(&session.when, calendar);
    let feed = urls.absolute(&urls.feed(&calendar.id, FeedRoute::Page));
    let page = urls.absolute(&urls.session(&session.id, SessionRoute::Page));
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
    let (calendar, urls) = (&edition.catalog.calendar, &edition.urls);
    let day = calendar.zone.local(feed.gone).date();
    let when = When::AllDay(AllDay { zone: calendar.zone.clone(), first: day, last: day });
    let all = urls.absolute(&urls.feed(&calendar.id, FeedRoute::Page));
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
    property("URL", &urls.absolute(&urls.feed(&feed.id, FeedRoute::Page)));
    line::write(&mut out, &Property::from(EventStatus::Confirmed));
    out.push_str(FREE);
    line::write_plain(&mut out, "END:VEVENT");
    out
}
