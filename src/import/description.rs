//! Reads the description of an event, and the links in it.

use super::content::{Component, Property};
use super::html::{html, is_html};
use super::losses::Losses;
use super::new_session::Details;
use super::values::text;
use super::weblinks::weblinks;
use super::{dial_in, own_export, prose, sign_up};
use crate::model::HttpUrl;

/// Reads the description of an event that convene wrote. Returns whether the description marks the session as
/// cancelled.
pub(super) fn read_own(details: &mut Details, event: &Component, losses: &mut Losses) -> bool {
    let Some(property) = event.get("DESCRIPTION") else { return false };
    let own = own_export::text(&text(&property.value));
    let valid = |address: Option<String>| address.filter(|own| HttpUrl::parse(own).is_ok());
    let id = |page: Option<&str>, folder| {
        page.and_then(|page| own_export::id(page, folder)).map(ToOwned::to_owned)
    };
    details.register = valid(own.register);
    details.join = valid(own.join);
    details.recording = valid(own.recording);
    details.slides = valid(own.slides);
    (details.speakers, details.access) = (own.speakers, own.access);
    details.feed = id(own.all.as_deref(), "feeds");
    details.id = id(own.about.as_deref(), "sessions");
    details.description = prose::markdown(&own.rest, true, &mut losses.items);
    own.is_cancelled
}

/// Reads the description of an event of another program.
pub(super) fn read(details: &mut Details, event: &Component, losses: &mut Losses) {
    let Some(said) = source(event) else { return };
    let (said, google) = own_export::without_google(&said);
    let (said, is_markdown) = prose::foreign(&said);
    let found = sign_up::find(&said);
    let cleaned = dial_in::without(&found.text, is_markdown);
    details.register = found.register;
    details.join = found.join.or(google.meeting).or(cleaned.meeting);
    match (cleaned.had_block || google.has_phones, cleaned.had_passcode) {
        (true, _) => losses.items.push("the dial-in details of its meeting".to_owned()),
        (false, true) => losses.items.push("the passcode of its meeting".to_owned()),
        (false, false) => {}
    }
    details.description = prose::finished(&cleaned.text, is_markdown, &mut losses.items);
}

/// Returns the text of an event: DESCRIPTION, or the HTML of X-ALT-DESC if that has a link that DESCRIPTION lacks.
fn source(event: &Component) -> Option<String> {
    let is_rich = |property: &&Property| {
        property.parameter("FMTTYPE").is_some_and(|form| form.eq_ignore_ascii_case("text/html"))
    };
    let is_given = |property: &&Property| !property.value.trim().is_empty();
    let plain = event.get("DESCRIPTION").filter(is_given).map(|own| text(&own.value));
    let rich = event.all("X-ALT-DESC").find(is_rich).map(|own| text(&own.value));
    let (Some(plain), Some(rich)) = (&plain, &rich) else { return plain.or(rich) };
    let known: std::collections::HashSet<&str> =
        plain.lines().flat_map(weblinks).map(|link| link.address).collect();
    let has_more = is_html(rich)
        && html(rich).lines().flat_map(weblinks).any(|link| !known.contains(link.address));
    Some(if has_more { rich.clone() } else { plain.clone() })
}
