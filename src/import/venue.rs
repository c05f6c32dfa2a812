//! Links and place of an event.

use super::content::{Component, Property};
use super::new_session::{Details, NewPlace};
use super::values::{LONGEST_LINE, kept, line, shown};
use crate::model::HttpUrl;

/// Properties of Google and Microsoft with a meeting URL.
const MEETINGS: [&str; 4] = [
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
    "X-MICROSOFT-ONLINEMEETINGCONFLINK",
];

/// Reads the link to join and the page. Adds what is lost.
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
    // convene writes the page of a session itself.
    if details.id.is_none() {
        details.page = event.get("URL").and_then(|url| web(url, "its address", lost));
    }
}

/// Reads the place. Adds what is lost.
pub(super) fn place(
    details: &mut Details,
    event: &Component,
    is_ours: bool,
    lost: &mut Vec<String>,
) {
    let location = line(event.get("LOCATION").map_or("", |property| property.value.as_str()));
    let geo = event.get("GEO").and_then(|property| degrees(property.value.split_once([';', ','])?));
    let said = event.get("GEO").map(|property| property.value.trim());
    if geo.is_none()
        && said.is_some_and(|said| !said.starts_with("0;0") && !said.starts_with("0.0"))
    {
        lost.push("invalid coordinates".to_owned());
    }
    // Apple's property has name, address and coordinates.
    if let Some(own) = event.get("X-APPLE-STRUCTURED-LOCATION") {
        let part = |name: &str| own.parameter(name).map(line).filter(|part| !part.is_empty());
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
    if HttpUrl::parse(&location).is_ok() {
        join(details, location, lost);
        return;
    }
    // Outlook writes the program's name, before a room if there is one, and the link elsewhere.
    let is_program = |part: &&str| part.starts_with("Microsoft Teams") && !is_ours;
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

/// Uses a URL as the link to join, if there is no other.
fn join(details: &mut Details, address: String, lost: &mut Vec<String>) {
    let join = details.join.get_or_insert_with(|| address.clone());
    if HttpUrl::parse(join) != HttpUrl::parse(&address) {
        lost.push(format!("the further link `{}`", shown(&address)));
    }
}

/// A web URL; any other is added to `lost`.
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
