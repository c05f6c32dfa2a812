//! Reads the properties of an event except its time.

use std::collections::BTreeSet;

use super::content::Component;
use super::losses::Losses;
use super::new_session::Details;
use super::values::{LONGEST_LINE, duration, kept, line, list, text};
use super::{description, own_export, prose, venue};
use crate::model::{Status, Tag};

/// Traits of an event's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CalendarTraits {
    /// Whether convene wrote the calendar.
    pub(super) is_ours: bool,
    /// Whether the calendar is a feed, and not an invite.
    pub(super) is_feed: bool,
    /// Whether the calendar cancels its events (RFC 5546 section 3.2.5).
    pub(super) is_cancelled: bool,
}

/// The title of an event without one.
const UNTITLED: &str = "Without a title";

/// Reads an event, which is an exception if its `series` has a title. Adds losses and guesses.
pub(super) fn read(
    event: &Component,
    calendar: CalendarTraits,
    series: Option<&str>,
    losses: &mut Losses,
) -> Details {
    let CalendarTraits { is_ours, is_cancelled, .. } = calendar;
    let value = |name: &str| event.get(name).map(|property| property.value.as_str());
    let status = value("STATUS").map(|status| status.trim().to_ascii_uppercase());
    let mut details = Details {
        status: match status.as_deref() {
            _ if is_cancelled => Status::Cancelled,
            Some("CANCELLED" | "CANCELED") => Status::Cancelled,
            Some("TENTATIVE") => Status::Tentative,
            _ => Status::Confirmed,
        },
        ..Details::default()
    };
    let is_marked = match is_ours {
        true => description::read_own(&mut details, event, losses),
        false => {
            description::read(&mut details, event, losses);
            false
        }
    };
    let lost = &mut losses.items;
    title(&mut details, value("SUMMARY"), is_ours.then_some(is_marked), lost);
    venue::links(&mut details, event, lost);
    venue::place(&mut details, event, is_ours, lost);
    tags(&mut details, event, lost);
    details.busy = busy(value("TRANSP"), details.status, calendar);
    losses.has_reminders = reminders(&mut details, event);
    losses.has_attendees = event.get("ATTENDEE").is_some();
    if details.title.is_empty() {
        let series = series.filter(|title| *title != UNTITLED);
        let guess = match series {
            Some(_) => "it has no title; that of its series was written",
            None => "it has no title; write one",
        };
        losses.guesses.push(guess.to_owned());
        details.title = series.unwrap_or(UNTITLED).to_owned();
    }
    put_back(event, losses);
    for (name, one, more) in [
        ("ATTACH", "attachment", "attachments"),
        ("IMAGE", "picture", "pictures"),
        ("CONTACT", "contact", "contacts"),
        ("COMMENT", "comment", "comments"),
        ("RESOURCES", "list of resources", "lists of resources"),
        ("RELATED-TO", "link to another event", "links to other events"),
    ] {
        match event.all(name).count() {
            0 => {}
            number => losses.items.push(super::count(number, one, more)),
        }
    }
    details
}

/// Reads the title; it stays empty if there is none. `ours`: in a calendar of convene, whether the text marks the session as cancelled.
fn title(details: &mut Details, summary: Option<&str>, ours: Option<bool>, lost: &mut Vec<String>) {
    let summary = summary.unwrap_or_default();
    let mut title = match ours {
        // The title does not change, except for line breaks.
        Some(_) => text(summary).replace('\n', " "),
        None => prose::one_line(&text(summary).replace('\n', " ")),
    };
    // Several programs mark cancelled events in the title, in addition to STATUS.
    let own = own_export::cancelled_mark();
    for mark in [own.as_str(), "Cancelled: ", "Canceled: ", "CANCELED: "] {
        let Some(rest) = title.strip_prefix(mark) else { continue };
        if details.status == Status::Cancelled {
            title = rest.to_owned();
        } else if ours == Some(true) && mark == own {
            title = rest.to_owned();
            details.status = Status::Cancelled;
            details.announce = true;
        }
        break;
    }
    if !title.trim().is_empty() {
        details.title = kept(title, LONGEST_LINE, "title", lost);
    }
}

fn tags(details: &mut Details, event: &Component, lost: &mut Vec<String>) {
    let (mut known, mut strange) = (BTreeSet::new(), 0);
    let tags = event.all("CATEGORIES").flat_map(|property| list(&property.value)).map(line);
    for tag in tags.filter(|tag| !tag.is_empty()) {
        if Tag::parse(&tag).is_err() {
            strange += 1;
        } else if known.insert(tag.clone()) {
            details.tags.push(tag);
        }
    }
    if strange > 0 {
        lost.push(super::count(
            strange,
            "category that is too long",
            "categories that are too long",
        ));
    }
}

/// Returns the value of `busy`, if `sessions.toml` needs it. convene's feeds and invites write a default, which is left
/// out, and cancelled events have only one possible value.
fn busy(transparency: Option<&str>, status: Status, calendar: CalendarTraits) -> Option<bool> {
    let is = |value: &str| transparency.is_some_and(|own| own.trim().eq_ignore_ascii_case(value));
    let is_cancelled = status == Status::Cancelled;
    match calendar {
        CalendarTraits { is_ours: true, .. } if is_cancelled => None,
        CalendarTraits { is_ours: true, is_feed: true, .. } => is("OPAQUE").then_some(true),
        _ => is("TRANSPARENT").then_some(false),
    }
}

/// Reads the reminders before the start. Returns whether there are others.
fn reminders(details: &mut Details, event: &Component) -> bool {
    let (mut known, mut others) = (BTreeSet::new(), false);
    // Apple's placeholder for no reminder has no action.
    let has_action = |alarm: &&Component| {
        alarm.get("ACTION").is_none_or(|action| !action.value.trim().eq_ignore_ascii_case("NONE"))
    };
    for alarm in event.within("VALARM").filter(has_action) {
        let trigger = alarm.get("TRIGGER");
        let related = trigger.and_then(|own| own.parameter("RELATED")).unwrap_or("START");
        let before =
            trigger.and_then(|own| duration(&own.value)).map(|length| -length.num_seconds());
        match before.filter(|_| related.eq_ignore_ascii_case("START")) {
            Some(seconds @ 1..2_592_000) => {
                let length = match seconds {
                    _ if seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
                    _ if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
                    _ if seconds % 60 == 0 => format!("{}m", seconds / 60),
                    _ => format!("{seconds}s"),
                };
                if known.insert(seconds) {
                    details.remind.push(length);
                }
            }
            _ => others = true,
        }
    }
    others
}

/// Adds a guess for each text whose line breaks are not escaped.
fn put_back(event: &Component, losses: &mut Losses) {
    for property in event.properties.iter().filter(|property| property.put_back > 0) {
        let what = match property.name.as_str() {
            "SUMMARY" => "title",
            "LOCATION" => "place",
            "DESCRIPTION" | "X-ALT-DESC" => "description",
            _ => continue,
        };
        let lines = super::count(property.put_back, "line was", "lines were");
        losses.guesses.push(format!(
            "the line breaks in its {what} are not escaped; {lines} put back; check it"
        ));
    }
}
