//! Makes links into Outlook on the web, which has the same form on two hosts: one for personal accounts, and one for
//! work and school accounts. The wrong host shows a reader only its front page.

use chrono::{DateTime, Utc};

use super::fit::{self, LIMIT, encoded, fitted};
use crate::l10n::Words;
use crate::model::{Feed, Session, When};
use crate::revisions::Edition;
use crate::rfc3339;
use crate::urls::FeedRoute;

pub(super) const PERSONAL: &str = "https://outlook.live.com";
pub(super) const WORK: &str = "https://outlook.office.com";

pub(super) fn add(host: &str, session: &Session, edition: &Edition, words: &Words) -> String {
    let times = times(&session.when);
    let link = |title: &str, text: &str, location: &str| {
        // Phones follow only this format of the address.
        let mut link = format!(
            "{host}/calendar/0/deeplink/compose?path=%2Fcalendar%2Faction%2Fcompose\
             &rru=addevent&subject={title}{times}"
        );
        if !location.is_empty() {
            link.push_str(&format!("&location={location}"));
        }
        link + "&body=" + text
    };
    let frame = link("", "", "").len() + "&location=".len();
    let values = fit::fit(session, edition, words, LIMIT - frame, rich);
    link(&values.title, &values.text, &values.location)
}

/// Returns the link to subscribe, with an `https:` address. With `webcal:`, Outlook created an empty calendar
/// (sportstimes/f1#449).
pub(super) fn subscribe(host: &str, feed: &Feed<'_>, edition: &Edition) -> String {
    let address = edition.urls.absolute(&edition.urls.feed(feed.id, FeedRoute::Calendar));
    let link = format!("{host}/calendar/0/addfromweb?url={}&name=", encoded(&address));
    let name = fitted(feed.title.as_str(), LIMIT.saturating_sub(link.len()), encoded);
    link + &name
}

/// Returns the parameters for the times. There is no parameter for the zone: without `Z`, Outlook would use the
/// reader's own.
fn times(when: &When) -> String {
    match when {
        When::AllDay(days) => {
            format!("&startdt={}&enddt={}&allday=true", days.first, days.day_after())
        }
        When::Timed(timed) => {
            let (start, end) = (instant(timed.start.instant), instant(timed.end.instant));
            format!("&startdt={start}&enddt={end}")
        }
    }
}

fn instant(instant: DateTime<Utc>) -> String {
    encoded(&rfc3339::utc(instant))
}

/// Escapes a text, because Outlook reads the body as HTML.
fn rich(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '\n' => html.push_str("<br>"),
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            c => html.push(c),
        }
    }
    encoded(&html)
}
