//! Revisions step by step: the served bytes after each change, and the file that records them.

mod broken;
mod calendars;
mod changes;
mod damage;
mod dialect;
mod files;
mod frozen;
mod history;
mod identity;
mod kills;
mod modes;
mod older;
mod removals;
mod time;
mod writers;

use std::time::SystemTime;

use convene::publish::Published;
use convene::revisions::{Revision, Revisions};

use crate::support::{Fixture, body, instant};

/// Returns an instant on a day of March 2026; each step has its own day.
fn day(step: u32) -> String {
    format!("2026-03-{:02}T08:00:00Z", step + 1)
}

/// Returns an instant in the format of calendars.
fn ics(at: &str) -> String {
    at.replace(['-', ':'], "")
}

/// The revision of one event in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    uid: String,
    sequence: u32,
    created: String,
    modified: String,
}

impl Seen {
    /// Returns the next revision, made at an instant.
    fn changed(&self, at: &str) -> Self {
        Self { sequence: self.sequence + 1, modified: ics(at), ..self.clone() }
    }
}

/// Returns the lines of each event of a calendar, unfolded.
fn events(calendar: &str) -> Vec<Vec<String>> {
    let unfolded = calendar.replace("\r\n ", "");
    let mut parts = unfolded.split("BEGIN:VEVENT\r\n");
    parts.next();
    parts
        .map(|part| part.split_once("END:VEVENT").unwrap().0)
        .map(|part| part.lines().map(ToOwned::to_owned).collect())
        .collect()
}

/// Returns the value of a line that must occur exactly once.
fn value<'a>(lines: &'a [String], name: &str) -> &'a str {
    let prefix = format!("{name}:");
    let mut values = lines.iter().filter_map(|line| line.strip_prefix(&prefix));
    let value = values.next().unwrap_or_else(|| panic!("no {name} in {lines:?}"));
    assert!(values.next().is_none(), "{name} is there twice");
    value
}

fn history(lines: &[String]) -> Seen {
    let modified = value(lines, "LAST-MODIFIED").to_owned();
    assert_eq!(value(lines, "DTSTAMP"), modified, "DTSTAMP and LAST-MODIFIED move together");
    Seen {
        uid: value(lines, "UID").to_owned(),
        sequence: value(lines, "SEQUENCE").parse().unwrap(),
        created: value(lines, "CREATED").to_owned(),
        modified,
    }
}

/// Returns the event of a session in its invite.
fn in_invite(published: &Published, id: &str) -> Vec<String> {
    let mut all = events(&body(published, &format!("/sessions/{id}.ics")));
    assert_eq!(all.len(), 1, "an invite holds one event");
    all.remove(0)
}

/// Returns the event of a session in the calendar's feed.
fn in_feed(published: &Published, id: &str) -> Vec<String> {
    let uid = history(&in_invite(published, id)).uid;
    let mut all = events(&body(published, "/feeds/test.ics"));
    all.retain(|lines| value(lines, "UID") == uid);
    assert_eq!(all.len(), 1, "a feed holds each UID once");
    all.remove(0)
}

/// Returns the revision of a session in the invite, the feed and the revisions file, which must agree.
fn seen(fixture: &Fixture, published: &Published, id: &str) -> Seen {
    let seen = history(&in_invite(published, id));
    assert_eq!(history(&in_feed(published, id)), seen, "invite and feed say the same");
    let kept = entry(fixture, id);
    assert_eq!(kept.removed, None);
    let compact = |at: chrono::DateTime<chrono::Utc>| at.format("%Y%m%dT%H%M%SZ").to_string();
    assert_eq!(
        (kept.uid, kept.sequence, compact(kept.created), compact(kept.last_modified)),
        (seen.uid.clone(), seen.sequence, seen.created.clone(), seen.modified.clone()),
        "the revisions file remembers what is served"
    );
    seen
}

/// Returns the content of a session's events, without the revision.
fn shown(published: &Published, id: &str) -> Vec<String> {
    let own = ["SEQUENCE:", "DTSTAMP:", "LAST-MODIFIED:", "CREATED:", "UID:"];
    let both = [in_invite(published, id), in_feed(published, id)].concat();
    both.into_iter().filter(|line| !own.iter().any(|name| line.starts_with(name))).collect()
}

fn revisions(fixture: &Fixture) -> Revisions {
    fixture.publisher().store.read().unwrap()
}

fn entry(fixture: &Fixture, id: &str) -> Revision {
    let all = revisions(fixture).sessions;
    all.get(id).unwrap_or_else(|| panic!("no entry {id} in {all:?}")).as_ref().clone()
}

/// Returns the earlier starts of a session, oldest first.
fn earlier(fixture: &Fixture, id: &str) -> Vec<String> {
    entry(fixture, id).earlier().iter().map(|times| times.start().to_string()).collect()
}

/// Returns the validators of a calendar: ETag and Last-Modified, which its own LAST-MODIFIED repeats.
fn validators(published: &Published, path: &str) -> (String, String) {
    let resource = published.site.get(path).unwrap();
    let etag = resource.identity().etag.as_ref().unwrap().to_str().unwrap().to_owned();
    let modified = resource.last_modified().unwrap();
    let header = resource.identity().headers.get("last-modified").unwrap().to_str().unwrap();
    assert_eq!(header, modified.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    (etag, modified.format("%Y%m%dT%H%M%SZ").to_string())
}

/// Returns the bytes and the modification time of the revisions file.
fn written(fixture: &Fixture) -> (Vec<u8>, SystemTime) {
    let file = fixture.revisions_file();
    (std::fs::read(&file).unwrap(), std::fs::metadata(&file).unwrap().modified().unwrap())
}

/// Publishes at an instant, and again an hour later. The second time must write nothing and give the same calendars.
fn publish_once(fixture: &Fixture, at: &str) -> Published {
    let first = fixture.publish(at);
    let file = written(fixture);
    let later = (instant(at) + chrono::TimeDelta::hours(1)).to_rfc3339();
    let second = fixture.publish(&later);
    assert_eq!(written(fixture), file, "a second run writes nothing");
    for (path, resource) in first.site.documents() {
        let again = second.site.get(&path).unwrap_or_else(|| panic!("{path} is gone"));
        assert_eq!(again.identity().body, resource.identity().body, "{path} changed by itself");
        assert_eq!(again.last_modified(), resource.last_modified(), "{path}");
    }
    second
}
