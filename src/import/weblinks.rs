//! Web addresses in a line of text, and the services that they belong to.

use crate::model::HttpUrl;

/// The hosts of meetings, with the beginnings of their paths.
const MEETINGS: [(&str, &[&str]); 8] = [
    ("zoom.us", &["/j/", "/w/", "/s/", "/my/"]),
    ("zoom.com", &["/j/", "/w/", "/s/", "/my/"]),
    ("teams.microsoft.com", &["/l/meetup-join/", "/meet/"]),
    ("teams.live.com", &["/meet/"]),
    ("meet.google.com", &["/"]),
    ("webex.com", &["/meet/", "/join/", "/wbxmjs/"]),
    ("meet.jit.si", &["/"]),
    ("whereby.com", &["/"]),
];

/// The hosts of services where people sign up.
const SIGN_UPS: [&str; 10] = [
    "actionnetwork.org",
    "eventbrite.",
    "lu.ma",
    "luma.com",
    "meetup.com",
    "mobilize.us",
    "ticketsource.",
    "tickettailor.com",
    "tickets.",
    "events.teams.microsoft.com",
];

/// A web address in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weblink<'a> {
    /// Where it is in the line, in bytes.
    pub(super) start: usize,
    pub(super) address: &'a str,
}

/// The web addresses of a line of plain text or Markdown. The linkify crate finds no address after a letter, as in a text
/// that lost its line breaks, and takes the backslash of a line break in Markdown into an address.
pub(super) fn weblinks(line: &str) -> impl Iterator<Item = Weblink<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + line[at..].find("http")?;
            let rest = &line[start..];
            at = start + "http".len();
            if !rest.starts_with("https://") && !rest.starts_with("http://") {
                continue;
            }
            let end = rest.find(|c: char| c.is_whitespace() || "<>\"`\\|[]".contains(c));
            let address = &rest[..end.unwrap_or(rest.len())];
            // In Markdown the address ends with the parenthesis that it begins with.
            let is_target = line[..start].ends_with("](");
            let address = match address.find(')') {
                Some(end) if is_target => &address[..end],
                _ => address.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '*', '_']),
            };
            at = start + address.len().max("http".len());
            if HttpUrl::parse(address).is_ok() {
                return Some(Weblink { start, address });
            }
        }
    })
}

/// Whether an address leads into a meeting.
pub(super) fn is_meeting(address: &str) -> bool {
    let (host, path) = parts(address);
    MEETINGS.iter().any(|(own, paths)| {
        let is_host = host == *own || host.ends_with(&format!(".{own}"));
        is_host && paths.iter().any(|start| path.len() > start.len() && path.starts_with(start))
    })
}

/// Whether people sign up for an event at an address.
pub(super) fn is_sign_up(address: &str) -> bool {
    let (host, path) = parts(address);
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let is_host = SIGN_UPS.iter().any(|own| match own.ends_with('.') {
        true => host.starts_with(own),
        false => host == *own || host.ends_with(&format!(".{own}")),
    });
    let is_zoom = host.ends_with("zoom.us") || host.ends_with("zoom.com");
    is_host || (is_zoom && path.contains("/register/"))
}

/// The host in lower case, and the path with what follows it.
fn parts(address: &str) -> (String, &str) {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = host.rsplit('@').next().unwrap_or_default();
    (host.split(':').next().unwrap_or_default().to_ascii_lowercase(), path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_plain_text_and_in_markdown() {
        for (line, expected) in [
            (
                "See https://a.example/x_y, and (http://b.example/).",
                &["https://a.example/x_y", "http://b.example/"][..],
            ),
            (
                "[a](https://a.example/b) <https://c.example>\\",
                &["https://a.example/b", "https://c.example"],
            ),
            ("[a](https://a.example/b)(c)", &["https://a.example/b"]),
            ("here<https://a.example/b>", &["https://a.example/b"]),
            ("http https:// http://", &[]),
            ("linkhttps://a.example/b?pwd=c", &["https://a.example/b?pwd=c"]),
            ("https://a.example/b\\", &["https://a.example/b"]),
            ("_https://a.example/b_", &["https://a.example/b"]),
            ("é https://a.example/é", &["https://a.example/é"]),
        ] {
            let found: Vec<&str> = weblinks(line).map(|link| link.address).collect();
            assert_eq!(found, expected, "{line}");
        }
    }

    #[test]
    fn meetings_and_sign_ups_are_told_apart() {
        for (address, meeting, sign_up) in [
            ("https://us02web.zoom.us/j/123?pwd=a", true, false),
            ("https://zoom.us/webinar/register/WN_1", false, true),
            ("https://zoom.us/meeting/register/abc", false, true),
            ("https://zoom.us/", false, false),
            ("https://teams.microsoft.com/l/meetup-join/19%3a", true, false),
            ("https://events.teams.microsoft.com/event/1", false, true),
            ("https://meet.google.com/abc-defg-hij", true, false),
            ("https://meet.google.com/", false, false),
            ("https://www.eventbrite.com/e/1", false, true),
            ("https://www.eventbrite.co.uk/e/1", false, true),
            ("https://www.mobilize.us/org/event/1/", false, true),
            ("https://actionnetwork.org/events/a", false, true),
            ("https://lu.ma/abc", false, true),
            ("https://LUMA.com/abc", false, true),
            ("https://www.meetup.com/a/events/1", false, true),
            ("https://notmeetup.com/a", false, false),
            ("https://meetup.com.a.example/", false, false),
            ("https://a.example/j/1", false, false),
        ] {
            assert_eq!((is_meeting(address), is_sign_up(address)), (meeting, sign_up), "{address}");
        }
    }
}
