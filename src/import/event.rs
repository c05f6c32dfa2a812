//! Properties of an event other than its time.

use std::collections::BTreeSet;

use super::content::{Component, Property};
use super::new_session::Details;
use super::prose::markdown;
use super::values::{LONGEST_LINE, duration, kept, line, list, text};
use super::{own_export, venue};
use crate::model::{HttpUrl, Status, Tag};

/// Traits of an event's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CalendarTraits {
    /// Whether convene wrote it.
    pub(super) is_ours: bool,
    /// Whether it is a feed, and not an invite.
    pub(super) is_feed: bool,
    /// Whether it cancels its events (RFC 5546 section 3.2.5).
    pub(super) is_cancelled: bool,
}

/// Reads an event. Adds what is lost.
pub(super) fn read(event: &Component, calendar: CalendarTraits, lost: &mut Vec<String>) -> Details {
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
    let is_called_off = description(&mut details, event, is_ours, lost);
    title(&mut details, value("SUMMARY"), is_ours.then_some(is_called_off), lost);
    venue::links(&mut details, event, lost);
    venue::place(&mut details, event, is_ours, lost);
    tags(&mut details, event, lost);
    details.busy = busy(value("TRANSP"), details.status, calendar);
    reminders(&mut details, event, lost);
    for (name, one, more) in [
        ("ATTENDEE", "attendee", "attendees"),
        ("ATTACH", "attachment", "attachments"),
        ("IMAGE", "picture", "pictures"),
        ("CONTACT", "contact", "contacts"),
        ("COMMENT", "comment", "comments"),
        ("RESOURCES", "list of resources", "lists of resources"),
        ("RELATED-TO", "link to another event", "links to other events"),
        ("EXRULE", "rule of exceptions", "rules of exceptions"),
    ] {
        match event.all(name).count() {
            0 => {}
            number => lost.push(super::count(number, one, more)),
        }
    }
    details
}

/// `ours`: in a calendar of convene, whether the text marks the session as cancelled.
fn title(details: &mut Details, summary: Option<&str>, ours: Option<bool>, lost: &mut Vec<String>) {
    let summary = summary.unwrap_or_default();
    let mut title = match ours {
        // Unchanged, except for line breaks.
        Some(_) => text(summary).replace('\n', " "),
        None => unescaped(&line(summary)),
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
    details.title = kept(title, LONGEST_LINE, "title", lost);
    if details.title.trim().is_empty() {
        details.title = "Without a title".to_owned();
    }
}

/// Replaces HTML entities in a title, which some sites leave there.
fn unescaped(title: &str) -> String {
    let mut out = String::with_capacity(title.len());
    let mut rest = title;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // A semicolon farther away ends no entity, and a longer search would be quadratic.
        let end = rest.bytes().take(10).position(|b| b == b';');
        let entity = end.map_or("", |end| &rest[1..end]);
        let c = match entity {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            "nbsp" => Some(' '),
            _ => {
                let number = entity.strip_prefix('#').and_then(|number| {
                    match number.strip_prefix(['x', 'X']) {
                        Some(hex) => u32::from_str_radix(hex, 16).ok(),
                        None => number.parse().ok(),
                    }
                });
                number.and_then(char::from_u32).filter(|c| !c.is_control())
            }
        };
        match (c, end) {
            (Some(c), Some(end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// Reads the description and the links in it. Returns whether convene wrote it and marked the session as cancelled.
fn description(
    details: &mut Details,
    event: &Component,
    is_ours: bool,
    lost: &mut Vec<String>,
) -> bool {
    let is_rich = |property: &&Property| {
        property.parameter("FMTTYPE").is_some_and(|form| form.eq_ignore_ascii_case("text/html"))
    };
    let said = event
        .get("DESCRIPTION")
        .filter(|property| !property.value.trim().is_empty())
        .or_else(|| event.all("X-ALT-DESC").find(is_rich));
    let Some(said) = said else { return false };
    let (said, meeting) = own_export::without_google(&text(&said.value));
    let parts = if is_ours { own_export::text(&said) } else { own_export::links(&said) };
    let valid = |address: Option<String>| address.filter(|address| HttpUrl::parse(address).is_ok());
    details.register = valid(parts.register);
    details.join = valid(parts.join).or_else(|| valid(meeting));
    details.feed =
        parts.all.as_deref().and_then(|page| own_export::id(page, "feeds")).map(ToOwned::to_owned);
    if is_ours {
        let about = parts.about.as_deref();
        details.id = about.and_then(|page| own_export::id(page, "sessions")).map(ToOwned::to_owned);
    }
    details.description = markdown(&parts.rest, is_ours, lost);
    parts.is_called_off
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

/// The value of `busy`, if `sessions.toml` needs it. convene's feeds and invites write a default, which is left out,
/// and cancelled events have no other value.
fn busy(transparency: Option<&str>, status: Status, calendar: CalendarTraits) -> Option<bool> {
    let is = |value: &str| transparency.is_some_and(|own| own.trim().eq_ignore_ascii_case(value));
    let is_cancelled = status == Status::Cancelled;
    match calendar {
        CalendarTraits { is_ours: true, .. } if is_cancelled => None,
        CalendarTraits { is_ours: true, is_feed: true, .. } => is("OPAQUE").then_some(true),
        _ => is("TRANSPARENT").then_some(false),
    }
}

fn reminders(details: &mut Details, event: &Component, lost: &mut Vec<String>) {
    let (mut known, mut strange) = (BTreeSet::new(), 0);
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
            _ => strange += 1,
        }
    }
    if strange > 0 {
        lost.push(super::count(strange, "reminder", "reminders"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entities_in_titles_are_characters() {
        assert_eq!(
            unescaped("Tenants&#8217; &amp; owners&#x27; &bogus; & é&é;"),
            "Tenants’ & owners' &bogus; & é&é;"
        );
        assert_eq!(unescaped("a&#0;b&#1114112;c&"), "a&#0;b&#1114112;c&");
    }
}
