//! Reads the links and the place of an event.

use super::content::{Component, Property};
use super::new_session::{Details, NewPlace};
use super::prose::one_line;
use super::values::{LONGEST_LINE, kept, line, shown, text};
use super::weblinks::{is_sign_up, weblinks};
use crate::model::HttpUrl;

/// Properties of Google and Microsoft that have a meeting URL.
const MEETINGS: [&str; 4] = [
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
    "X-MICROSOFT-ONLINEMEETINGCONFLINK",
];

/// Reads the link to join and the page, and adds losses.
pub(super) fn links(details: &mut Details, event: &Component, lost: &mut Vec<String>) {
    let conferences: Vec<String> = event
        .all("CONFERENCE")
        .filter_map(|property| web(property, "the conference", lost))
        .collect();
    let known = || {
        let values = MEETINGS.iter().flat_map(|name| event.all(name));
        values.map(|own| own.value.trim()).find(|own| HttpUrl::parse(own).is_ok())
    };
    let of_text = details.join.take();
    details.join = conferences
        .first()
        .cloned()
        .or_else(|| known().map(ToOwned::to_owned))
        .or_else(|| of_text.clone());
    for further in conferences.into_iter().chain(of_text) {
        join(details, further, lost);
    }
    // convene writes the page of its own sessions again.
    if details.id.is_some() {
        return;
    }
    let address = event.get("URL").and_then(|url| web(url, "its address", lost));
    match address {
        Some(address) if is_sign_up(&address) && !has_other(&details.register, &address) => {
            details.register = Some(address);
        }
        address => details.page = address,
    }
}

/// Returns whether a value exists and differs from the given one.
fn has_other(known: &Option<String>, value: &str) -> bool {
    known.as_ref().is_some_and(|known| known != value)
}

/// Reads the place of an event into `details`, and notes what the file cannot hold.
pub(super) fn place(
    details: &mut Details,
    event: &Component,
    is_ours: bool,
    lost: &mut Vec<String>,
) {
    let location = event.get("LOCATION").map_or("", |property| property.value.as_str());
    let location = match is_ours {
        true => line(location),
        false => without_links(details, &one_line(&text(location)), lost),
    };
    let geo = event.get("GEO").and_then(|property| degrees(property.value.split_once([';', ','])?));
    let said = event.get("GEO").map(|property| property.value.trim());
    if geo.is_none()
        && said.is_some_and(|said| !said.starts_with("0;0") && !said.starts_with("0.0"))
    {
        lost.push("invalid coordinates".to_owned());
    }
    // Apple's property has name, address and coordinates.
    if let Some(own) = event.get("X-APPLE-STRUCTURED-LOCATION") {
        let part = |name: &str| {
            own.parameter(name).map(|own| one_line(&text(own))).filter(|part| !part.is_empty())
        };
        let geo = own.value.trim().strip_prefix("geo:").and_then(|at| degrees(at.split_once(',')?));
        if let Some(name) =
            part("X-TITLE").or_else(|| Some(location.clone()).filter(|l| !l.is_empty()))
        {
            let address = part("X-ADDRESS");
            details.place = Some(NewPlace {
                address: address.map(|own| kept(own, LONGEST_LINE, "place's address", lost)),
                name: kept(name, LONGEST_LINE, "place", lost),
                geo,
            });
            return;
        }
    }
    // Outlook writes the program's name, before a room if there is one, and the link elsewhere.
    let is_program = |part: &&str| is_program(part) && !is_ours;
    let name = match details.join {
        Some(_) if location.split("; ").any(|part| is_program(&part)) => {
            location.split("; ").filter(|part| !is_program(part)).collect::<Vec<_>>().join("; ")
        }
        _ => location,
    };
    if !name.is_empty() {
        let name = kept(name, LONGEST_LINE, "place", lost);
        details.place = Some(NewPlace { name, address: None, geo });
    } else if let Some((latitude, longitude)) = geo {
        let name = format!("{latitude}, {longitude}");
        details.place = Some(NewPlace { name, address: None, geo });
    }
}

/// Removes the web addresses from a location; they are links to join or to sign up. Returns the rest.
fn without_links(details: &mut Details, location: &str, lost: &mut Vec<String>) -> String {
    let (mut rest, mut from) = (String::new(), 0);
    for link in weblinks(location) {
        rest.push_str(&location[from..link.start]);
        from = link.start + link.address.len();
        match is_sign_up(link.address) && !has_other(&details.register, link.address) {
            true => details.register = Some(link.address.to_owned()),
            false => join(details, link.address.to_owned(), lost),
        }
    }
    if from == 0 {
        return location.to_owned();
    }
    rest.push_str(&location[from..]);
    let is_edge = |c: char| c.is_whitespace() || ",;:|-–—()[]<>/.".contains(c);
    let rest = rest.trim_matches(is_edge);
    if is_program(rest) { String::new() } else { rest.to_owned() }
}

/// Returns whether a location is only the name of a meeting program.
fn is_program(name: &str) -> bool {
    const NAMES: [&str; 9] = [
        "google meet",
        "join",
        "join zoom meeting",
        "skype",
        "via zoom",
        "webex",
        "zoom",
        "zoom meeting",
        "zoom webinar",
    ];
    name.starts_with("Microsoft Teams") || NAMES.contains(&name.to_ascii_lowercase().as_str())
}

/// Uses a URL as the link to join, if there is no other.
fn join(details: &mut Details, address: String, lost: &mut Vec<String>) {
    let join = details.join.get_or_insert_with(|| address.clone());
    if HttpUrl::parse(join) != HttpUrl::parse(&address) {
        lost.push(format!("the further link `{}`", shown(&address)));
    }
}

/// Returns a web URL; any other URL is added to `lost`.
fn web(property: &Property, what: &str, lost: &mut Vec<String>) -> Option<String> {
    let address = property.value.trim();
    if HttpUrl::parse(address).is_ok() {
        return Some(address.to_owned());
    }
    let lower = address.to_ascii_lowercase();
    let reason = match lower.starts_with("http://") || lower.starts_with("https://") {
        true => "cannot be read",
        false => "is not a web address",
    };
    if !address.is_empty() {
        lost.push(format!("{what} `{}`, which {reason}", shown(address)));
    }
    None
}

fn degrees((latitude, longitude): (&str, &str)) -> Option<(f64, f64)> {
    let latitude: f64 = latitude.trim().parse().ok()?;
    let longitude: f64 = longitude.trim().split(';').next()?.parse().ok()?;
    let holds = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    // Programs write 0, 0 for unknown coordinates.
    (holds && (latitude, longitude) != (0.0, 0.0)).then_some((latitude, longitude))
}
