//! What an event says beside its time.

use super::content::{Component, Property};
use super::own;
use super::prose::markdown;
use super::values::{duration, line, list, text};
use crate::model::{HttpUrl, Status, Tag};
use crate::render::event::CANCELLED;

/// The words, links and settings of a session.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Content {
    /// The id that it had in a list of ours.
    pub(super) id: Option<String>,
    pub(super) title: String,
    /// Markdown.
    pub(super) description: Option<String>,
    pub(super) register: Option<String>,
    pub(super) join: Option<String>,
    pub(super) page: Option<String>,
    pub(super) place: Option<Place>,
    /// The id of the feed of ours that it belonged to.
    pub(super) feed: Option<String>,
    pub(super) tags: Vec<String>,
    pub(super) status: Status,
    /// Cancelled, and yet to be seen in Google Calendar.
    pub(super) announce: bool,
    pub(super) busy: Option<bool>,
    /// Such as `15m`.
    pub(super) remind: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) address: Option<String>,
    /// Latitude and longitude in degrees.
    pub(super) geo: Option<(f64, f64)>,
}

/// Reads an event of a calendar that we wrote, or another did. Adds what could not come along.
pub(super) fn read(
    event: &Component,
    is_ours: bool,
    is_cancelled: bool,
    lost: &mut Vec<String>,
) -> Content {
    let value = |name: &str| event.get(name).map(|property| property.value.as_str());
    let status = value("STATUS").map(|status| status.trim().to_ascii_uppercase());
    let mut content = Content {
        status: match status.as_deref() {
            _ if is_cancelled => Status::Cancelled,
            Some("CANCELLED" | "CANCELED") => Status::Cancelled,
            Some("TENTATIVE") => Status::Tentative,
            _ => Status::Confirmed,
        },
        ..Content::default()
    };
    title(&mut content, value("SUMMARY"), is_ours);
    description(&mut content, event, is_ours);
    links(&mut content, event);
    place(&mut content, event);
    let tags = event.all("CATEGORIES").flat_map(|property| list(&property.value)).map(line);
    for tag in tags.filter(|tag| Tag::parse(tag).is_ok()) {
        if !content.tags.contains(&tag) {
            content.tags.push(tag);
        }
    }
    // Ours say it of all that do not say otherwise.
    if value("TRANSP").is_some_and(|own| own.trim().eq_ignore_ascii_case("TRANSPARENT")) && !is_ours
    {
        content.busy = Some(false);
    }
    reminders(&mut content, event, lost);
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
    content
}

fn title(content: &mut Content, summary: Option<&str>, is_ours: bool) {
    let mut title = unescaped(&line(summary.unwrap_or_default()));
    // As several programs mark what is called off, beside its status.
    for mark in [CANCELLED, "Cancelled: ", "Canceled: ", "CANCELED: "] {
        let Some(rest) = title.strip_prefix(mark) else { continue };
        if content.status == Status::Cancelled {
            title = rest.to_owned();
        } else if is_ours && mark == CANCELLED {
            title = rest.to_owned();
            content.status = Status::Cancelled;
            content.announce = true;
        }
        break;
    }
    content.title = title.chars().take(1_000).collect();
    if content.title.trim().is_empty() {
        content.title = "Without a title".to_owned();
    }
}

/// Entities of HTML in a title, which makers of sites forget there.
fn unescaped(title: &str) -> String {
    let mut out = String::with_capacity(title.len());
    let mut rest = title;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.find(';').filter(|end| *end < 10);
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

fn description(content: &mut Content, event: &Component, is_ours: bool) {
    let is_rich = |property: &&Property| {
        property.parameter("FMTTYPE").is_some_and(|form| form.eq_ignore_ascii_case("text/html"))
    };
    let said = event
        .get("DESCRIPTION")
        .filter(|property| !property.value.trim().is_empty())
        .or_else(|| event.all("X-ALT-DESC").find(is_rich));
    let Some(said) = said else { return };
    let said = own::without_google(&text(&said.value));
    let parts = if is_ours { own::text(&said) } else { own::links(&said) };
    let valid = |address: Option<String>| address.filter(|address| HttpUrl::parse(address).is_ok());
    content.register = valid(parts.register);
    content.join = valid(parts.join);
    content.feed =
        parts.all.as_deref().and_then(|page| own::id(page, "feeds")).map(ToOwned::to_owned);
    if is_ours {
        let about = parts.about.as_deref();
        content.id = about.and_then(|page| own::id(page, "sessions")).map(ToOwned::to_owned);
    }
    content.description =
        markdown(&parts.rest, is_ours).filter(|text| text.chars().count() < 200_000);
}

fn links(content: &mut Content, event: &Component) {
    let address = |property: &Property| {
        let address = property.value.trim();
        HttpUrl::parse(address).is_ok().then(|| address.to_owned())
    };
    let meetings = [
        "CONFERENCE",
        "X-GOOGLE-CONFERENCE",
        "X-MICROSOFT-SKYPETEAMSMEETINGURL",
        "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
        "X-MICROSOFT-ONLINEMEETINGCONFLINK",
    ];
    let join = meetings.iter().flat_map(|name| event.all(name)).find_map(address);
    content.join = join.or_else(|| content.join.take());
    // The page of a session in a list of ours is made anew.
    if content.id.is_none() {
        content.page = event.get("URL").and_then(address);
    }
}

fn place(content: &mut Content, event: &Component) {
    let location = line(event.get("LOCATION").map_or("", |property| property.value.as_str()));
    let geo = event.get("GEO").and_then(|property| degrees(property.value.split_once([';', ','])?));
    // Apple's says name, address and place apart.
    if let Some(own) = event.get("X-APPLE-STRUCTURED-LOCATION") {
        let part = |name: &str| own.parameter(name).map(line).filter(|part| !part.is_empty());
        let geo = own.value.trim().strip_prefix("geo:").and_then(|at| degrees(at.split_once(',')?));
        if let Some(name) =
            part("X-TITLE").or_else(|| Some(location.clone()).filter(|l| !l.is_empty()))
        {
            content.place = Some(Place { address: part("X-ADDRESS"), name, geo });
            return;
        }
    }
    if HttpUrl::parse(&location).is_ok() {
        content.join.get_or_insert(location);
    } else if location.starts_with("Microsoft Teams") && content.join.is_some() {
        // Outlook writes it where the link is.
    } else if !location.is_empty() {
        content.place =
            Some(Place { name: location.chars().take(1_000).collect(), address: None, geo });
    } else if let Some((latitude, longitude)) = geo {
        let name = format!("{latitude}, {longitude}");
        content.place = Some(Place { name, address: None, geo });
    }
}

fn degrees((latitude, longitude): (&str, &str)) -> Option<(f64, f64)> {
    let latitude: f64 = latitude.trim().parse().ok()?;
    let longitude: f64 = longitude.trim().split(';').next()?.parse().ok()?;
    let holds = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    // The middle of the sea is where programs put what they do not know.
    (holds && (latitude, longitude) != (0.0, 0.0)).then_some((latitude, longitude))
}

fn reminders(content: &mut Content, event: &Component, lost: &mut Vec<String>) {
    let mut strange = 0;
    // Apple's stand-in for none has no action.
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
                if !content.remind.contains(&length) {
                    content.remind.push(length);
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
