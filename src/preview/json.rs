//! Prints the report of `convene preview` as JSON, for programs.

use serde_json::{Value, json};

use super::repeats::DatesChange;
use super::{ChangedSession, FeedChange, Report, There};
use crate::revisions::{PublishedSession, What};

pub(super) fn print(report: &Report) -> String {
    let sessions: Vec<Value> = report.items.iter().map(item).collect();
    let feeds: Vec<Value> = report.feeds.iter().map(feed).collect();
    let to_come = report.to_come.iter().map(|(title, seen)| {
        json!({ "title": title, "cities": seen.iter().map(city).collect::<Vec<_>>() })
    });
    let to_come: Vec<Value> = to_come.collect();
    let mut whole = json!({ "sessions": sessions, "feeds": feeds, "to_come": to_come });
    if !report.repeats.is_empty() {
        whole["repeats"] = report.repeats.iter().map(DatesChange::json).collect();
    }
    if !report.planned.is_empty() {
        let planned = report.planned.iter();
        whole["planned"] = planned.map(|(id, title)| json!({ "id": id, "title": title })).collect();
    }
    serde_json::to_string_pretty(&whole).expect("its keys are texts") + "\n"
}

fn item(item: &ChangedSession) -> Value {
    let change = &item.change;
    json!({
        "id": change.id,
        "title": change.after.title,
        "what": change.what.iter().map(word).collect::<Vec<_>>(),
        "said": item.said,
        "before": change.before.as_ref().map(published),
        "after": published(&change.after),
        "cities": item.cities.iter().map(city).collect::<Vec<_>>(),
        "tell_by_mail": item.soon,
        "newsletter": item.newsletter,
    })
}

fn published(published: &PublishedSession) -> Value {
    json!({
        "title": published.title,
        "start": published.when.start(),
        "end": published.when.end(),
        "zone": published.zone,
        "status": published.status.as_str(),
        "place": published.place,
        "feeds": published.feeds,
    })
}

fn city(there: &There) -> Value {
    json!({
        "city": there.city,
        "zone": there.zone,
        "before": there.before,
        "after": there.after,
    })
}

fn feed(feed: &FeedChange) -> Value {
    json!({ "id": feed.id, "title": feed.title, "url": feed.url, "what": feed.what })
}

fn word(what: &What) -> &'static str {
    match what {
        What::Added => "added",
        What::Back => "back",
        What::Cancelled => "cancelled",
        What::Ends => "ends",
        What::Feeds => "feeds",
        What::Join(_) => "join",
        What::Moved => "moved",
        What::Other => "other",
        What::Place => "place",
        What::Register(_) => "register",
        What::Removed => "removed",
        What::Renamed { .. } => "renamed",
        What::Retitled { .. } => "retitled",
        What::Status => "status",
        What::Zone => "zone",
    }
}
