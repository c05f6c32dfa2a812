//! Writes one session as a VEVENT (RFC 5545 section 3.6.1), in the parts that feeds and invites share.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use icalendar::{EventStatus, Property};
use maud::{PreEscaped, html};

use super::line;
use crate::l10n::{Messages, SLOTS, Segment, Words, segments};
use crate::markdown;
use crate::model::{Cancellation, Dialect, Markdown, Session, Status, When};
use crate::revisions::{Edition, Revision};
use crate::urls::FeedRoute;
use crate::zone::Zone;

/// The format of an event's times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeFormat {
    /// The times are local times with TZID.
    Zoned,
    /// The times are in UTC: `...Z`.
    Utc,
}

/// A session's event: the lines that its invite and the feeds share.
pub(super) struct Event<'a> {
    session: &'a Session,
    /// The lines from BEGIN to SEQUENCE.
    head: String,
    /// The lines from SUMMARY to STATUS.
    body: String,
}

/// The slot of the address in a message.
const SLOT: &str = SLOTS[0];
/// The TRANSP line, and the property that Exchange reads instead (MS-OXCICAL, X-MICROSOFT-CDO-BUSYSTATUS).
pub(super) const FREE: &str = "TRANSP:TRANSPARENT\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n";
const BUSY: &str = "TRANSP:OPAQUE\r\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\n";
const MAYBE: &str = "TRANSP:OPAQUE\r\nX-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE\r\n";

impl<'a> Event<'a> {
    pub(super) fn new(session: &'a Session, edition: &Edition, text: &Text<'_>) -> Self {
        let (mut head, mut body) = (String::with_capacity(256), String::with_capacity(512));
        write_head(&mut head, edition.revision(session).into());
        write_body(&mut body, session, edition, text);
        Self { session, head, body }
    }

    /// Appends the event of a feed.
    pub(super) fn write_in_feed(&self, out: &mut String, format: TimeFormat) {
        self.write_shared(out, format, false);
        line::write_plain(out, "END:VEVENT");
    }

    /// Appends the event of an invite: with rich text, the organizer and alarms.
    pub(super) fn write_in_invite(
        &self,
        out: &mut String,
        format: TimeFormat,
        edition: &Edition,
        text: &Text<'_>,
    ) {
        let session = self.session;
        self.write_shared(out, format, true);
        // Outlook shows this property in place of DESCRIPTION, and accepts no other type (MS-OXCICAL 2.1.3.1.1.20.27).
        let rich =
            Property::new("X-ALT-DESC", text.html()).add_parameter("FMTTYPE", "text/html").done();
        line::write(out, &rich);
        if let Some(organizer) = &edition.catalog.calendar.organizer
            && let Some(email) = &organizer.email
        {
            let property = Property::new("ORGANIZER", format!("mailto:{email}"))
                .add_parameter("CN", organizer.name.as_str())
                .done();
            line::write(out, &property);
        }
        // Outlook ignores properties after an alarm.
        for before in session.remind.iter().filter(|_| session.status != Status::Cancelled) {
            line::write_plain(out, "BEGIN:VALARM");
            line::write_plain(out, "ACTION:DISPLAY");
            line::write(out, &Property::new("DESCRIPTION", session.title.as_str()));
            line::write_plain(out, &format!("TRIGGER:-{}", duration(*before)));
            line::write_plain(out, "END:VALARM");
        }
        line::write_plain(out, "END:VEVENT");
    }

    /// Appends the lines from BEGIN to TRANSP; `busy` is the default if the author does not set it.
    fn write_shared(&self, out: &mut String, format: TimeFormat, busy: bool) {
        out.push_str(&self.head);
        write_times(out, &self.session.when, format);
        out.push_str(&self.body);
        out.push_str(free(self.session, self.session.busy.unwrap_or(busy)));
    }
}

/// Returns the lines after the shared ones, which say whether the session blocks the reader's time.
fn free(session: &Session, busy: bool) -> &'static str {
    match session.status {
        Status::Tentative if busy => MAYBE,
        Status::Confirmed if busy => BUSY,
        _ => FREE,
    }
}

/// The identity and the revision of an event in calendar apps.
pub(super) struct EventHead<'a> {
    pub(super) uid: &'a str,
    pub(super) sequence: u32,
    pub(super) created: DateTime<Utc>,
    pub(super) last_modified: DateTime<Utc>,
}

impl<'a> From<&'a Revision> for EventHead<'a> {
    fn from(revision: &'a Revision) -> Self {
        let Revision { sequence, created, last_modified, .. } = *revision;
        Self { uid: &revision.uid, sequence, created, last_modified }
    }
}

/// Appends the lines from BEGIN to SEQUENCE.
pub(super) fn write_head(out: &mut String, head: EventHead<'_>) {
    let modified = utc(head.last_modified);
    line::write_plain(out, "BEGIN:VEVENT");
    line::write(out, &Property::new("UID", head.uid));
    // Without METHOD, DTSTAMP is the instant of the last revision (RFC 5545 section 3.8.7.2). Invites use the same
    // instant, so that no byte depends on the time of a request.
    for (name, value) in
        [("DTSTAMP", &modified), ("LAST-MODIFIED", &modified), ("CREATED", &utc(head.created))]
    {
        line::write_plain(out, &format!("{name}:{value}"));
    }
    line::write_plain(out, &format!("SEQUENCE:{}", head.sequence));
}

/// Appends DTSTART and DTEND, which have the same type and zone. The end of whole days is the day after the last.
pub(super) fn write_times(out: &mut String, when: &When, format: TimeFormat) {
    let mut both = |parameter: &str, start: &str, end: &str| {
        line::write_plain(out, &format!("DTSTART{parameter}:{start}"));
        line::write_plain(out, &format!("DTEND{parameter}:{end}"));
    };
    match (when, format) {
        (When::AllDay(days), _) => both(";VALUE=DATE", &date(days.first), &date(days.day_after())),
        (When::Timed(timed), TimeFormat::Utc) => {
            both("", &utc(timed.start.instant), &utc(timed.end.instant));
        }
        (When::Timed(timed), TimeFormat::Zoned) => both(
            &format!(";TZID={}", timed.zone.tzid()),
            &basic(timed.start.local),
            &basic(timed.end.local),
        ),
    }
}

/// Appends the lines from SUMMARY to STATUS.
fn write_body(out: &mut String, session: &Session, edition: &Edition, text: &Text<'_>) {
    let title = session.title.as_str();
    let summary = match session.status {
        // Outlook shows no other sign of a cancellation.
        Status::Cancelled => text.messages.event_cancelled_title(title),
        Status::Confirmed | Status::Tentative => title.to_owned(),
    };
    line::write(out, &Property::new("SUMMARY", summary));
    line::write(out, &Property::new("DESCRIPTION", text.plain()));
    // Without a place, phones turn a link to join into a button.
    let place = session.place.as_ref().map(crate::model::Place::line);
    if let Some(location) = place.or_else(|| session.join.as_ref().map(ToString::to_string)) {
        line::write(out, &Property::new("LOCATION", location));
    }
    if let Some(geo) = session.place.as_ref().and_then(|place| place.geo) {
        let (latitude, longitude) = (degrees(geo.latitude), degrees(geo.longitude));
        line::write_plain(out, &format!("GEO:{latitude};{longitude}"));
    }
    line::write(out, &Property::new("URL", edition.urls.about(session)));
    if let Some(join) = &session.join {
        let conference = Property::new("CONFERENCE", join.as_str())
            .add_parameter("VALUE", "URI")
            .add_parameter("FEATURE", "AUDIO,VIDEO")
            .add_parameter("LABEL", text.messages.event_join_label())
            .done();
        line::write(out, &conference);
    }
    if !session.tags.is_empty() {
        line::write_list(out, "CATEGORIES", session.tags.iter().map(|tag| tag.as_str()));
    }
    let status = match (session.status, session.cancellation) {
        (Status::Cancelled, Cancellation::Silent) => EventStatus::Cancelled,
        // Google Calendar hides events with this status, so its users would not see the cancellation.
        (Status::Cancelled, Cancellation::Announce) => EventStatus::Confirmed,
        (Status::Confirmed, _) => EventStatus::Confirmed,
        (Status::Tentative, _) => EventStatus::Tentative,
    };
    line::write(out, &Property::from(status));
}

/// Rounds an angle to six decimals, which are accurate to within a meter (RFC 5545 section 3.8.1.6). More decimals have
/// no meaning, and all digits of a tiny number would not fit into the line.
fn degrees(value: f64) -> f64 {
    // Adding zero turns -0 into 0.
    (value * 1e6).round() / 1e6 + 0.0
}

/// The text that apps show. The text begins with the time in words and in UTC, so that a reader notices a wrong time in
/// a calendar app. The text ends with the addresses, which many apps show nowhere else.
pub(super) struct Text<'a> {
    messages: &'a Messages,
    first: Vec<String>,
    description: Option<&'a Markdown>,
    dialect: Dialect,
    /// The lines about speakers and access.
    around: Vec<String>,
    links: Vec<Link>,
}

/// A message that contains an address.
struct Link {
    /// A message with a slot for the address.
    words: String,
    url: String,
}

impl<'a> Text<'a> {
    pub(super) fn new(session: &'a Session, edition: &Edition, words: &'a Words) -> Self {
        let messages = words.messages();
        let mut first = Vec::new();
        if session.status == Status::Cancelled {
            first.push(messages.event_cancelled().to_owned());
        }
        first.push(words.start_with_utc(&session.when, &edition.catalog.calendar));
        let urls = &edition.urls;
        let feed = urls.absolute(&urls.feed(edition.catalog.home_feed(session), FeedRoute::Page));
        let links = [
            (messages.event_register(SLOT), session.register.as_ref().map(ToString::to_string)),
            (messages.event_join(SLOT), session.join.as_ref().map(ToString::to_string)),
            (messages.event_recording(SLOT), session.recording.as_ref().map(ToString::to_string)),
            (messages.event_slides(SLOT), session.slides.as_ref().map(ToString::to_string)),
            (messages.event_about(SLOT), Some(urls.about(session))),
            (messages.event_all(SLOT), Some(feed)),
        ];
        let links =
            links.into_iter().filter_map(|(words, url)| Some(Link { words, url: url? })).collect();
        let speakers = session.speakers.iter();
        let speakers = speakers.map(|one| messages.event_speaker(words.speaker(one)));
        let access = session.access.as_ref();
        let access = access.map(|access| messages.event_access(access.as_str()));
        let around = speakers.chain(access).collect();
        let description = session.description.as_ref();
        let dialect = edition.revision(session).dialect;
        Self { messages, first, description, dialect, around, links }
    }

    fn plain(&self) -> String {
        let mut blocks = vec![self.first.join("\n")];
        let description = self.description;
        blocks.extend(description.and_then(|text| markdown::to_some_text_in(text, self.dialect)));
        if !self.around.is_empty() {
            blocks.push(self.around.join("\n"));
        }
        let links: Vec<String> =
            self.links.iter().map(|link| link.words.replace(SLOT, &link.url)).collect();
        blocks.push(links.join("\n"));
        blocks.join("\n\n")
    }

    fn html(&self) -> String {
        let html = |text| markdown::to_html_in(text, self.dialect);
        let description = self.description.map(html).unwrap_or_default();
        let page = html! {
            html {
                body {
                    @for line in &self.first { p { (line) } }
                    (PreEscaped(description.trim_end()))
                    @for line in &self.around { p { (line) } }
                    @for link in &self.links {
                        p {
                            @for segment in segments(&link.words) {
                                @match segment {
                                    Segment::Words(words) => (words),
                                    Segment::Slot(_) => a href=(link.url) { (link.url) },
                                }
                            }
                        }
                    }
                }
            }
        };
        page.into_string()
    }
}

/// Returns the start and end of a session's event, with its zone, or `None` for whole days and for UTC.
pub(super) fn zoned(session: &Session) -> Option<(&Zone, [crate::zone::Moment; 2])> {
    match &session.when {
        When::Timed(timed) if !timed.zone.is_utc() => Some((&timed.zone, [timed.start, timed.end])),
        _ => None,
    }
}

/// Formats an instant as `20240430T210000Z`.
pub fn utc(instant: DateTime<Utc>) -> String {
    basic(instant.naive_utc()) + "Z"
}

/// Formats a local time as `20240430T140000`. The function writes digits itself, because chrono parses its format
/// string on each call.
pub(super) fn basic(local: NaiveDateTime) -> String {
    let mut text = date(local.date());
    text.push('T');
    push_digits(&mut text, local.hour(), 2);
    push_digits(&mut text, local.minute(), 2);
    push_digits(&mut text, local.second(), 2);
    text
}

/// Formats a date as `20240430`.
fn date(date: NaiveDate) -> String {
    let mut text = String::with_capacity(16);
    // All years are between 1970 and 2101.
    push_digits(&mut text, date.year().unsigned_abs(), 4);
    push_digits(&mut text, date.month(), 2);
    push_digits(&mut text, date.day(), 2);
    text
}

fn push_digits(text: &mut String, value: u32, digits: u32) {
    for place in (0..digits).rev() {
        let digit = char::from_digit(value / 10_u32.pow(place) % 10, 10);
        text.extend(digit);
    }
}

/// Formats a length as `P1D`, `PT1H30M` or `PT45S` (RFC 5545 section 3.3.6).
pub fn duration(length: TimeDelta) -> String {
    let seconds = length.num_seconds();
    if seconds % 86_400 == 0 && seconds > 0 {
        return format!("P{}D", seconds / 86_400);
    }
    let mut text = "PT".to_owned();
    for (size, unit) in [(3600, 'H'), (60, 'M'), (1, 'S')] {
        let count = match size {
            3600 => seconds / 3600,
            60 => seconds / 60 % 60,
            _ => seconds % 60,
        };
        if count > 0 {
            text.push_str(&format!("{count}{unit}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_their_shortest_spelling() {
        let of = |seconds| duration(TimeDelta::seconds(seconds));
        assert_eq!(
            [of(3600), of(5400), of(86_400), of(45), of(90_061)],
            ["PT1H", "PT1H30M", "P1D", "PT45S", "PT25H1M1S"]
        );
    }
}
