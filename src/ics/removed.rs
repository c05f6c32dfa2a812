//! Makes the events of removed sessions and feeds: a cancelled session, and the notice of a feed that has ended.

use icalendar::{EventStatus, Property};

use super::event::{EventHead, FREE, TimeFormat, write_head, write_times};
use super::line;
use crate::l10n::Words;
use crate::model::{AllDay, When};
use crate::revisions::{Edition, Removed, Retired};
use crate::urls::{FeedRoute, SessionRoute};

/// Returns the event of a removed session. The event is cancelled, unless the session was over before its removal. Its
/// time is in UTC, because the file may no longer contain its zone.
pub(super) fn event(edition: &Edition, session: &Removed, words: &Words) -> String {
    let published = &session.revision.published;
    let (calendar, urls) = (&edition.catalog.calendar, &edition.urls);
    let when = words.start_with_utc(&session.when, calendar);
    let feed = urls.absolute(&urls.feed(&calendar.id, FeedRoute::Page));
    let page = urls.absolute(&urls.session(&session.id, SessionRoute::Page));
    let messages = words.messages();
    let (about, all) = (messages.event_about(&page), messages.event_all(&feed));
    let (cancelled, title) = (session.is_cancelled(), published.title.as_str());
    let (summary, first) = match cancelled {
        true => (
            messages.event_cancelled_title(title),
            format!("{}\n{when}", messages.event_cancelled()),
        ),
        false => (title.to_owned(), when),
    };
    let text = format!("{first}\n\n{about}\n{all}");
    let mut out = String::with_capacity(1024);
    write_head(&mut out, session.revision.as_ref().into());
    write_times(&mut out, &session.when, TimeFormat::Utc);
    let mut property = |name: &str, value: &str| line::write(&mut out, &Property::new(name, value));
    property("SUMMARY", &summary);
    property("DESCRIPTION", &text);
    if let Some(place) = &published.place {
        property("LOCATION", place);
    }
    property("URL", &page);
    let status = if cancelled { EventStatus::Cancelled } else { EventStatus::Confirmed };
    line::write(&mut out, &Property::from(status));
    out.push_str(FREE);
    line::write_plain(&mut out, "END:VEVENT");
    out
}

/// Returns the event that tells subscribers that a feed has ended, on the day of its removal in the calendar's zone.
pub(super) fn notice(edition: &Edition, feed: &Retired, words: &Words) -> String {
    let (calendar, urls) = (&edition.catalog.calendar, &edition.urls);
    let day = calendar.zone.local(feed.gone).date();
    let when = When::AllDay(AllDay { zone: calendar.zone.clone(), first: day, last: day });
    let all = urls.absolute(&urls.feed(&calendar.id, FeedRoute::Page));
    let uid = edition.uid_of_notice(feed);
    let head = EventHead { uid: &uid, sequence: 0, created: feed.gone, last_modified: feed.gone };
    let mut out = String::with_capacity(1024);
    write_head(&mut out, head);
    write_times(&mut out, &when, TimeFormat::Utc);
    let mut property = |name: &str, value: &str| line::write(&mut out, &Property::new(name, value));
    let messages = words.messages();
    property("SUMMARY", &messages.ended_title(feed.title.as_str()));
    let all = messages.ended_all(calendar.title.as_str(), &all);
    property("DESCRIPTION", &format!("{}\n\n{all}", messages.ended_text()));
    property("URL", &urls.absolute(&urls.feed(&feed.id, FeedRoute::Page)));
    line::write(&mut out, &Property::from(EventStatus::Confirmed));
    out.push_str(FREE);
    line::write_plain(&mut out, "END:VEVENT");
    out
}
