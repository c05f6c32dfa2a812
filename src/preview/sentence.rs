//! Prints the sentences about one change.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::l10n::Words;
use crate::model::{Cancellation, Id, Status, When};
use crate::revisions::{Difference, Edition, LinkChange, What};

/// Returns a sentence for each difference, without the title.
pub(super) fn all(
    edition: &Edition,
    change: &Difference,
    (was, is): (Option<&When>, Option<&When>),
    words: &Words,
    now: DateTime<Utc>,
) -> Vec<String> {
    let calendar = &edition.catalog.calendar;
    let start = |when: Option<&When>| {
        let start = when.map(|when| words.start_with_utc(when, calendar)).unwrap_or_default();
        start + past(when, now)
    };
    let sentence = |what: &What| match what {
        What::Added => format!("is new{}: {}", off(change), start(is)),
        What::Back => format!("is back{}: {}", off(change), start(is)),
        What::Cancelled => format!("is cancelled; it was planned for {}", start(was.or(is))),
        What::Ends => ends(was, is, words, edition),
        What::Feeds => membership(edition, change),
        What::Join(change) => link(*change, "join"),
        What::Moved => moves(was, is, words, edition) + past(is, now),
        What::Other => other(change).to_owned(),
        What::Place => place(change),
        What::Register(change) => link(*change, "register"),
        What::Removed if edition.is_undated(&change.id) => {
            format!(
                "leaves the calendars until it has a date; it was planned for {}",
                start(was.or(is))
            )
        }
        What::Removed => format!("is removed; it was planned for {}", start(was.or(is))),
        What::Renamed { from } => {
            let former = Id::parse(&change.id).map(|id| edition.former(&id).to_vec());
            let leads = former.is_ok_and(|all| all.iter().any(|old| old.as_str() == from));
            let leads = if leads { "; old addresses lead to the new ones" } else { "" };
            format!("has the id `{}` in place of `{from}`{leads}", change.id)
        }
        What::Retitled { from } => {
            format!("has the title \"{}\" in place of \"{from}\"", change.after.title)
        }
        What::Status => status(change).to_owned(),
        What::Zone => {
            let before = change.before.as_ref().map_or("", |before| &before.zone);
            format!("is in the zone {} in place of {before}", change.after.zone)
        }
    };
    let mut said = Vec::new();
    for what in &change.what {
        said.push(sentence(what));
        if *what == What::Cancelled {
            said.push(cancelled(edition, change, words));
        }
    }
    said.retain(|said| !said.is_empty());
    said
}

/// Returns a note if a date is over, because people rarely notice a wrong year.
fn past(when: Option<&When>, now: DateTime<Utc>) -> &'static str {
    if when.is_some_and(|when| when.end() <= now) { ", in the past" } else { "" }
}

/// Returns how calendar apps show a cancelled session, by its value of `cancelled`.
fn cancelled(edition: &Edition, change: &Difference, words: &Words) -> String {
    let mut sessions = edition.catalog.sessions.iter();
    let Some(session) = sessions.find(|own| own.id.as_str() == change.id) else {
        return String::new();
    };
    let title = words.messages().event_cancelled_title(session.title.as_str());
    match session.cancellation {
        Cancellation::Silent => {
            format!("Google Calendar hides it, and other apps show \"{title}\"")
        }
        Cancellation::Announce => format!("all calendar apps show \"{title}\""),
    }
}

/// Returns a phrase such as "moves from Tuesday, April 30, 2 pm PT / 5 pm ET to 3 pm PT / 6 pm ET; 21:00 to 22:00 UTC".
fn moves(was: Option<&When>, is: Option<&When>, words: &Words, edition: &Edition) -> String {
    let (Some(was), Some(is)) = (was, is) else { return "moves".to_owned() };
    let (before, after) = words.change(was, is, &edition.catalog.calendar);
    match words.change_in_utc(was, is) {
        Some(utc) => format!("moves from {before} to {after}; {utc}"),
        None => format!("moves from {before} to {after}"),
    }
}

fn ends(was: Option<&When>, is: Option<&When>, words: &Words, edition: &Edition) -> String {
    let (Some(was), Some(is)) = (was, is) else { return "ends at another time".to_owned() };
    let (before, after) = words.change(&end(was), &end(is), &edition.catalog.calendar);
    match words.change_in_utc(&end(was), &end(is)) {
        Some(utc) => format!("moves its end from {before} to {after}; {utc}"),
        None => format!("moves its last day from {before} to {after}"),
    }
}

/// Returns the end as if it were a start, for [`Words`].
fn end(when: &When) -> When {
    let mut end = when.clone();
    match &mut end {
        When::Timed(timed) => timed.start = timed.end,
        When::AllDay(days) => days.first = days.last,
    }
    end
}

/// Returns the sentence for `other`. Only the texts of a session are recorded; any other difference affects all
/// sessions, or is rare.
fn other(change: &Difference) -> &'static str {
    let before = change.before.as_ref().and_then(|before| before.digests.as_ref());
    match (before, &change.after.digests) {
        (Some(was), Some(is)) if was == is => {
            "has other changes: reminders, zones, links, language or organizer"
        }
        // The links have their own sentences.
        (Some(was), Some(is)) if was.text == is.text => "",
        (Some(_), Some(_)) => "has another text, other links or other tags",
        // An earlier release published the session without recording these values.
        _ => "has other changes",
    }
}

fn link(change: LinkChange, verb: &str) -> String {
    match change {
        LinkChange::Added => format!("now has a link to {verb}"),
        LinkChange::Changed => format!("has a new link to {verb}"),
        LinkChange::Removed => format!("no longer has a link to {verb}"),
    }
}

fn off(change: &Difference) -> &'static str {
    if change.after.status == Status::Cancelled { ", and cancelled" } else { "" }
}

fn status(change: &Difference) -> &'static str {
    let before = change.before.as_ref().map(|before| before.status);
    match (before, change.after.status) {
        (_, Status::Tentative) => "is not certain yet",
        (Some(Status::Cancelled), _) => "takes place after all",
        _ => "is certain now",
    }
}

fn place(change: &Difference) -> String {
    let before = change.before.as_ref().and_then(|before| before.place.as_deref());
    match (before, change.after.place.as_deref()) {
        (Some(before), Some(after)) => format!("is at {after} in place of {before}"),
        (Some(before), None) => format!("is no longer at {before}"),
        (None, Some(after)) => format!("is at {after}"),
        (None, None) => unreachable!("a place that changed is there before or after"),
    }
}

fn membership(edition: &Edition, change: &Difference) -> String {
    let none = Vec::new();
    let (was, is) = (change.before.as_ref().map_or(&none, |old| &old.feeds), &change.after.feeds);
    let title = |id: &String| {
        let feed = Id::parse(id).ok().and_then(|id| edition.feed(&id));
        format!("\"{}\"", feed.map_or(id.as_str(), |feed| feed.title.as_str()))
    };
    let only = |of: &[String], other: &[String]| -> Vec<String> {
        let other: HashSet<&String> = other.iter().collect();
        of.iter().filter(|id| !other.contains(id)).map(title).collect()
    };
    let (left, joined) = (only(was, is), only(is, was));
    let mut said = Vec::new();
    if !joined.is_empty() {
        said.push(format!("joins the feed {}", joined.join(", ")));
    }
    if !left.is_empty() {
        said.push(format!("leaves the feed {}", left.join(", ")));
    }
    said.join("; ")
}
