//! Converts calendar properties to a `[calendar]` table.

use super::content::Component;
use super::prose::markdown;
use super::values::{LONGEST_LINE, duration, kept, line, text};
use super::{Options, own_export};
use crate::ics::PRODID;
use crate::model::{Color, Email, HttpUrl, Id};
use crate::zone::Zone;

/// A `[calendar]` table.
#[derive(Debug)]
pub(super) struct CalendarTable {
    pub(super) id: String,
    pub(super) title: String,
    /// The description in Markdown.
    pub(super) description: Option<String>,
    /// The public URL, if convene wrote the calendar.
    pub(super) url: Option<String>,
    pub(super) zone: Zone,
    pub(super) color: Option<String>,
    /// The refresh interval, such as `2h`.
    pub(super) refresh: Option<String>,
    /// Name and mailbox, if all events have the same organizer.
    pub(super) organizer: Option<(String, Option<String>)>,
}

/// Reads the properties of calendars, and adds their losses.
pub(super) fn read(
    calendars: &[&Component],
    options: &Options<'_>,
    zone: &Zone,
    lost: &mut Vec<String>,
) -> CalendarTable {
    let value = |names: &[&str]| {
        let all = names.iter().flat_map(|name| calendars.iter().filter_map(|own| own.get(name)));
        all.map(|property| property.value.as_str()).find(|value| !value.trim().is_empty())
    };
    let title = value(&["NAME", "X-WR-CALNAME"]).map(line).filter(|title| !title.is_empty());
    let title = title.unwrap_or_else(|| options.name.to_owned());
    let title = kept(title, LONGEST_LINE, "title", lost);
    let is_ours = value(&["PRODID"]).is_some_and(|own| own.trim() == PRODID);
    // convene's calendars contain their own URL: `URL/feeds/ID.ics`.
    let source =
        value(&["SOURCE"]).filter(|_| is_ours).and_then(|own| own.trim().strip_suffix(".ics"));
    let own_id = source.and_then(|source| own_export::id(source, "feeds"));
    let url =
        source.zip(own_id).and_then(|(source, id)| source.strip_suffix(&format!("/feeds/{id}")));
    let refresh = value(&["REFRESH-INTERVAL", "X-PUBLISHED-TTL"]).and_then(duration);
    let color = value(&["COLOR", "X-APPLE-CALENDAR-COLOR"]).map(|color| {
        // Apple appends the opacity to the color.
        let color = color.trim();
        if color.len() == 9 && color.is_char_boundary(7) { &color[..7] } else { color }
    });
    CalendarTable {
        id: own_id.map_or_else(|| id_of(&title, "calendar"), ToOwned::to_owned),
        description: value(&["DESCRIPTION", "X-WR-CALDESC"])
            .and_then(|own| markdown(&text(own), is_ours, lost)),
        title: if title.trim().is_empty() { "Our sessions".to_owned() } else { title },
        url: url.map(ToOwned::to_owned),
        zone: zone.clone(),
        color: color.filter(|color| Color::parse(color).is_ok()).map(str::to_lowercase),
        refresh: refresh
            .map(|length| length.num_minutes())
            .filter(|minutes| (15..=10_080).contains(minutes) && *minutes != 60)
            .map(|minutes| format!("{minutes}m")),
        organizer: organizer(calendars, lost),
    }
}

/// Returns an id from a title in any script, or else from `otherwise`.
pub(super) fn id_of(title: &str, otherwise: &str) -> String {
    // Symbols and emoji only separate words.
    let words: String =
        title.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).take(200).collect();
    let latin = deunicode::deunicode(&words);
    let id = Id::suggest(&latin).map(|id| id.as_str().to_owned()).unwrap_or_default();
    // The id has at most 48 characters, so that a date still fits, and is cut between words.
    let cut = match id.get(..48) {
        Some(start) => start.rsplit_once('-').map_or(start, |(words, _)| words),
        None => &id,
    };
    match cut.trim_matches('-') {
        "" => otherwise.to_owned(),
        cut => cut.to_owned(),
    }
}

/// Returns the organizer of all events, unless the organizer is a program.
fn organizer(calendars: &[&Component], lost: &mut Vec<String>) -> Option<(String, Option<String>)> {
    let events = calendars.iter().flat_map(|calendar| calendar.within("VEVENT"));
    let mut all = events.filter_map(|event| {
        let own = event.get("ORGANIZER")?;
        let address = own.value.trim();
        let email = match address.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &address[7..],
            _ => "",
        };
        if is_machine(email) {
            return None;
        }
        let email = Some(email).filter(|email| Email::parse(email).is_ok()).map(ToOwned::to_owned);
        let name = own.parameter("CN").map(line).filter(|name| !name.is_empty());
        // Some programs write the mailbox or a placeholder as the name.
        let is_name = |name: &String| !name.contains('@') && HttpUrl::parse(name).is_err();
        Some((name.filter(is_name), email))
    });
    let first = all.next()?;
    let (name, email) = all.all(|other| other == first).then_some(first)?;
    Some((kept(name?, LONGEST_LINE, "organizer's name", lost), email))
}

/// Returns whether nobody reads a mailbox: it belongs to a calendar, or only sends.
fn is_machine(email: &str) -> bool {
    const NAMES: [&str; 6] = [
        "calendar-invite",
        "calendar-notification",
        "mailer-daemon",
        "notification",
        "notifications",
        "postmaster",
    ];
    const SENDERS: [&str; 3] = ["noreply", "donotreply", "nepasrepondre"];
    let email = email.trim().to_ascii_lowercase();
    let Some((name, host)) = email.split_once('@') else { return false };
    let joined = name.replace(['-', '_', '.', '+'], "");
    let is_calendar = host == "calendar.google.com" || host.ends_with(".calendar.google.com");
    is_calendar
        || NAMES.contains(&name)
        || SENDERS.iter().any(|own| joined.starts_with(own) || joined.ends_with(own))
}

#[cfg(test)]
mod tests {
    use super::is_machine;

    #[test]
    fn machines_are_known_by_their_mailbox() {
        for (email, expected) in [
            ("noreply@a.example", true),
            ("No-Reply@a.example", true),
            ("do_not_reply@a.example", true),
            ("events-noreply@a.example", true),
            ("noreply+1@a.example", true),
            ("c_1@group.calendar.google.com", true),
            ("c_1@resource.calendar.google.com", true),
            ("unknownorganizer@calendar.google.com", true),
            ("calendar-invite@lu.ma", true),
            ("office@a.example", false),
            ("replies@a.example", false),
            ("a@calendar.google.com.example", false),
            ("", false),
        ] {
            assert_eq!(is_machine(email), expected, "{email}");
        }
    }
}
