//! Links: a separate parser reads the deep links, and the tests follow permanent addresses over time.

mod deep;
mod lasting;

use chrono::{DateTime, Utc};
use convene::publish::Published;

use crate::support::taken_apart;

const TARGETS: [&str; 3] = ["google", "outlook", "office365"];

/// Returns the target of an address of a site.
fn location(published: &Published, path: &str) -> String {
    let resource = published.site.get(path).unwrap_or_else(|| panic!("there is no {path}"));
    let answer = resource.identity();
    assert_eq!(answer.status.as_u16(), 302, "{path}");
    assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
    answer.headers["location"].to_str().unwrap().to_owned()
}

/// Checks that a link is short and contains nothing that a mail program or a tracker would change.
fn assert_sound(link: &str) {
    assert!(link.len() <= 1800, "{} bytes: {link}", link.len());
    let (_, query) = link.split_once('?').unwrap();
    assert!(!query.contains('+'), "{link}");
    let bare = |b: u8| b.is_ascii_alphanumeric() || b"-._~%&=".contains(&b);
    assert!(query.bytes().all(bare), "{link}");
    for (at, _) in query.match_indices('%') {
        let digits = query.get(at + 1..at + 3).unwrap_or_default();
        assert!(digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_hexdigit()), "{link}");
    }
}

/// The values that a calendar gets from a link: title, start, end, place and text.
#[derive(Debug, PartialEq, Eq)]
struct Understood {
    title: String,
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    place: Option<String>,
    text: String,
}

fn understood(target: &str, link: &str) -> Understood {
    assert_sound(link);
    let (place, mut values) = taken_apart(link);
    let mut take = |name: &str| values.remove(name);
    if target == "google" {
        assert_eq!(place, "https://calendar.google.com/calendar/render");
        assert_eq!(take("action").as_deref(), Some("TEMPLATE"));
        let dates = take("dates").unwrap();
        let (start, end) = dates.split_once('/').unwrap();
        let read = |text: &str| {
            chrono::NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").unwrap().and_utc()
        };
        return Understood {
            title: take("text").unwrap(),
            start: read(start),
            end: read(end),
            place: take("location"),
            text: take("details").unwrap(),
        };
    }
    let host = if target == "outlook" { "live" } else { "office" };
    assert_eq!(place, format!("https://outlook.{host}.com/calendar/0/deeplink/compose"));
    assert_eq!(take("path").as_deref(), Some("/calendar/action/compose"));
    assert_eq!(take("rru").as_deref(), Some("addevent"));
    let html = take("body").unwrap();
    let text = html.replace("<br>", "\n");
    assert!(!text.contains(['<', '>', '\u{b}']), "{text}");
    Understood {
        title: take("subject").unwrap(),
        start: take("startdt").unwrap().parse().unwrap(),
        end: take("enddt").unwrap().parse().unwrap(),
        place: take("location"),
        text: text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"),
    }
}
