//! Prints a session as schema.org's Event, for search engines (clients of JSON-LD 1.1).

use serde_json::{Value, json};

use super::parts::with_offset;
use crate::markdown;
use crate::model::{Registration, RegistrationState, Session, Speaker, Status, When};
use crate::revisions::Edition;

/// Returns the event in a format for a script element: no character in it can end the element.
pub(super) fn event(edition: &Edition, session: &Session) -> String {
    let about = edition.urls.about(session);
    let end = match &session.when {
        When::Timed(timed) => with_offset(&timed.zone, timed.end.instant),
        When::AllDay(days) => days.last.to_string(),
    };
    // A session that moved back has its current time among the earlier ones.
    let now = start(&session.when);
    let earlier = edition.earlier(session);
    let earlier: Vec<String> = earlier.iter().map(start).filter(|then| *then != now).collect();
    // schema.org has no status for "not certain yet".
    let status = match session.status {
        Status::Cancelled => "https://schema.org/EventCancelled",
        _ if !earlier.is_empty() => "https://schema.org/EventRescheduled",
        Status::Confirmed | Status::Tentative => "https://schema.org/EventScheduled",
    };
    let (mode, location) = location(session, &about);
    let mut event = json!({
        "@context": "https://schema.org",
        "@type": "Event",
        "name": session.title.as_str(),
        "startDate": start(&session.when),
        "endDate": end,
        "eventStatus": status,
        "eventAttendanceMode": mode,
        "location": location,
        "url": about,
    });
    match earlier.as_slice() {
        [] => {}
        [one] => event["previousStartDate"] = one.as_str().into(),
        several => event["previousStartDate"] = json!(several),
    }
    if let Some(text) = session.description.as_ref().and_then(markdown::to_some_text) {
        event["description"] = text.into();
    }
    if let Some(organizer) = &edition.catalog.calendar.organizer {
        let mut who = json!({ "@type": "Organization", "name": organizer.name.as_str() });
        if let Some(url) = &organizer.url {
            who["url"] = url.as_str().into();
        }
        event["organizer"] = who;
    }
    if !session.speakers.is_empty() {
        event["performer"] = session.speakers.iter().map(person).collect();
    }
    if let Some(offer) = offer(edition, session) {
        event["offers"] = offer;
    }
    fit(&event)
}

fn person(speaker: &Speaker) -> Value {
    let mut person = json!({ "@type": "Person", "name": speaker.name.as_str() });
    if let Some(about) = &speaker.about {
        person["description"] = about.as_str().into();
    }
    if let Some(url) = &speaker.url {
        person["url"] = url.as_str().into();
    }
    person
}

/// Returns the places of a session with `registration`, as far as readers can have one.
fn offer(edition: &Edition, session: &Session) -> Option<Value> {
    let is_ahead = session.status != Status::Cancelled && !edition.is_past(session);
    if !is_ahead || session.registration == Registration::default() {
        return None;
    }
    let mut offer = json!({ "@type": "Offer", "url": edition.urls.about(session) });
    if let Some(url) = edition.register(session) {
        offer["url"] = url.as_str().into();
    }
    match edition.registration(session) {
        RegistrationState::Full => offer["availability"] = "https://schema.org/SoldOut".into(),
        RegistrationState::Closed => {
            offer["availability"] = "https://schema.org/OutOfStock".into();
        }
        RegistrationState::OpensLater(opens) => {
            offer["validFrom"] = with_offset(opens.zone(), opens.start()).into();
        }
        RegistrationState::Open(closes) => {
            offer["availability"] = "https://schema.org/InStock".into();
            if let Some(closes) = closes {
                offer["validThrough"] = with_offset(closes.zone(), closes.end()).into();
            }
        }
    }
    Some(offer)
}

fn start(when: &When) -> String {
    match when {
        When::Timed(timed) => with_offset(&timed.zone, timed.start.instant),
        When::AllDay(days) => days.first.to_string(),
    }
}

/// Returns the attendance mode (online, at a place, or both) and the location.
fn location(session: &Session, about: &str) -> (&'static str, Value) {
    let url = session.join.as_ref().or(session.register.as_ref());
    let online = json!({
        "@type": "VirtualLocation",
        "url": url.map_or(about, |url| url.as_str()),
    });
    let Some(place) = &session.place else {
        return ("https://schema.org/OnlineEventAttendanceMode", online);
    };
    let address = place.address.as_ref().unwrap_or(&place.name);
    let mut there = json!({
        "@type": "Place",
        "name": place.name.as_str(),
        "address": address.as_str(),
    });
    if let Some(geo) = place.geo {
        there["geo"] = json!({
            "@type": "GeoCoordinates",
            "latitude": geo.latitude,
            "longitude": geo.longitude,
        });
    }
    match session.join {
        Some(_) => ("https://schema.org/MixedEventAttendanceMode", json!([there, online])),
        None => ("https://schema.org/OfflineEventAttendanceMode", there),
    }
}

fn fit(value: &Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_it_can_end_the_element() {
        let text = fit(&json!({ "a": "</script><!-- & \u{2028}" }));
        assert!(!text.contains(['<', '>', '&', '\u{2028}']), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["a"], "</script><!-- & \u{2028}");
    }
}
