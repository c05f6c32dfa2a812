//! Renders feeds as JSON, for programs. docs/json.md describes the format.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::document::{Document, Kind};
use crate::l10n::Words;
use crate::markdown;
use crate::model::{AllDay, Feed, Session, Speaker, Timed, When};
use crate::revisions::Edition;
use crate::rfc3339;
use crate::urls::{FeedRoute, SessionRoute};
use crate::zone::Moment;

#[derive(Serialize)]
struct Listing<'a> {
    feed: About<'a>,
    sessions: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct About<'a> {
    id: &'a str,
    title: &'a str,
    description: Option<String>,
    url: String,
    ics: String,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    uid: &'a str,
    title: &'a str,
    status: &'static str,
    all_day: bool,
    start: At,
    end: At,
    description: Option<String>,
    url: String,
    page: String,
    register: Option<&'a str>,
    registration: &'static str,
    join: Option<&'a str>,
    ics: String,
    place: Option<PlaceJson<'a>>,
    speakers: Vec<SpeakerJson<'a>>,
    access: Option<&'a str>,
    recording: Option<&'a str>,
    slides: Option<&'a str>,
    tags: Vec<&'a str>,
    series: Option<&'a str>,
    sequence: u32,
    last_modified: String,
}

#[derive(Serialize)]
struct At {
    local: String,
    zone: String,
    utc: String,
    words: String,
}

#[derive(Serialize)]
struct PlaceJson<'a> {
    name: &'a str,
    address: Option<&'a str>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

#[derive(Serialize)]
struct SpeakerJson<'a> {
    name: &'a str,
    about: Option<&'a str>,
    url: Option<&'a str>,
}

/// Renders a feed as JSON.
pub fn json(edition: &Edition, feed: &Feed<'_>, words: &Words) -> Document {
    let mut body = serde_json::to_string_pretty(&listing(edition, feed, words))
        .expect("a listing has texts and numbers alone, and its keys are texts");
    body.push('\n');
    Document::new(edition.urls.feed(feed.id, FeedRoute::Json), Kind::Json, body)
}

fn listing<'a>(edition: &'a Edition, feed: &Feed<'a>, words: &Words) -> Listing<'a> {
    let urls = &edition.urls;
    let here = edition.contents(feed).here.into_iter();
    Listing {
        feed: About {
            id: feed.id.as_str(),
            title: feed.title.as_str(),
            description: feed.description.map(markdown::to_text),
            url: urls.absolute(&urls.feed(feed.id, FeedRoute::Page)),
            ics: urls.absolute(&urls.feed(feed.id, FeedRoute::Calendar)),
        },
        sessions: here.map(|session| entry(edition, session, words)).collect(),
    }
}

fn entry<'a>(edition: &'a Edition, session: &'a Session, words: &Words) -> Entry<'a> {
    let (urls, revision) = (&edition.urls, edition.revision(session));
    let [start, end] = times(&session.when, edition, words);
    Entry {
        id: session.id.as_str(),
        uid: &revision.uid,
        title: session.title.as_str(),
        status: session.status.as_str(),
        all_day: matches!(session.when, When::AllDay(_)),
        start,
        end,
        description: session.description.as_ref().map(markdown::to_text),
        url: urls.absolute(&urls.session(&session.id, SessionRoute::Page)),
        page: urls.about(session),
        register: edition.register(session).map(|url| url.as_str()),
        registration: edition.registration(session).as_str(),
        join: session.join.as_ref().map(|url| url.as_str()),
        ics: urls.absolute(&urls.session(&session.id, SessionRoute::Invite)),
        place: session.place.as_ref().map(|place| PlaceJson {
            name: place.name.as_str(),
            address: place.address.as_ref().map(|address| address.as_str()),
            latitude: place.geo.map(|geo| geo.latitude),
            longitude: place.geo.map(|geo| geo.longitude),
        }),
        speakers: session.speakers.iter().map(speaker).collect(),
        access: session.access.as_ref().map(|access| access.as_str()),
        recording: session.recording.as_ref().map(|url| url.as_str()),
        slides: session.slides.as_ref().map(|url| url.as_str()),
        tags: session.tags.iter().map(|tag| tag.as_str()).collect(),
        series: session.series.as_ref().map(|id| id.as_str()),
        sequence: revision.sequence,
        last_modified: rfc3339::utc(revision.last_modified),
    }
}

fn speaker(speaker: &Speaker) -> SpeakerJson<'_> {
    SpeakerJson {
        name: speaker.name.as_str(),
        about: speaker.about.as_ref().map(|about| about.as_str()),
        url: speaker.url.as_ref().map(|url| url.as_str()),
    }
}

/// Returns start and end. For whole days, these are the first and the last day, and the instants at which they begin
/// and end in the session's zone.
fn times(when: &When, edition: &Edition, words: &Words) -> [At; 2] {
    let at = |local: String, utc: DateTime<Utc>, alone: &When| At {
        local,
        zone: when.zone().tzid().to_owned(),
        utc: rfc3339::utc(utc),
        words: words.start(alone, &edition.catalog.calendar),
    };
    match when {
        When::AllDay(days) => {
            [(days.first, when.start()), (days.last, when.end())].map(|(day, utc)| {
                let alone = AllDay { first: day, last: day, zone: days.zone.clone() };
                at(day.to_string(), utc, &When::AllDay(alone))
            })
        }
        When::Timed(timed) => [timed.start, timed.end].map(|moment: Moment| {
            let alone = Timed { start: moment, end: moment, zone: timed.zone.clone() };
            at(rfc3339::local(moment.local), moment.instant, &When::Timed(alone))
        }),
    }
}
