//! Makes links into Google Calendar. They use `/render`, because on Android `/r/eventedit` only opens the app.

use super::fit::{self, LIMIT, encoded};
use crate::ics::utc;
use crate::l10n::Words;
use crate::model::{Feed, Session, When};
use crate::revisions::Edition;
use crate::urls::FeedRoute;
use crate::zone::Zone;

const RENDER: &str = "https://calendar.google.com/calendar/render";

pub(super) fn add(session: &Session, edition: &Edition, words: &Words) -> String {
    let link = |title: &str, text: &str, location: &str| {
        let mut link = format!("{RENDER}?action=TEMPLATE&text={title}{}", dates(&session.when));
        link.push_str(&format!("&details={text}"));
        if !location.is_empty() {
            link.push_str(&format!("&location={location}"));
        }
        link
    };
    let frame = link("", "", "").len() + "&location=".len();
    let values = fit::fit(session, edition, words, LIMIT - frame, encoded);
    link(&values.title, &values.text, &values.location)
}

/// Returns the link to subscribe. The address in `cid` must begin with `webcal:`. With `https:`, Google searches for an
/// account of that name (calagator#556).
pub(super) fn subscribe(feed: &Feed<'_>, edition: &Edition) -> String {
    let address = edition.urls.subscribe(&edition.urls.feed(feed.id, FeedRoute::Calendar));
    format!("{RENDER}?cid={}", encoded(&address))
}

fn dates(when: &When) -> String {
    match when {
        When::AllDay(days) => {
            let (first, after) = (days.first.format("%Y%m%d"), days.day_after().format("%Y%m%d"));
            format!("&dates={first}%2F{after}")
        }
        When::Timed(timed) => {
            let (start, end) = (utc(timed.start.instant), utc(timed.end.instant));
            let zone = shown_in(&timed.zone).map(|zone| format!("&ctz={}", encoded(zone)));
            format!("&dates={start}%2F{end}{}", zone.unwrap_or_default())
        }
    }
}

/// Returns a zone's name if it has a city. Google does not know abbreviations, and reverses the sign of `Etc/` zones.
fn shown_in(zone: &Zone) -> Option<&str> {
    let name = zone.tzid();
    (name.contains('/') && !name.starts_with("Etc/")).then_some(name)
}
