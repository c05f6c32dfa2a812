//! The headers of each kind of document.

use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::render::{Document, FileName, Kind};

/// Calendars may be served stale while they are asked for again, and for a week while we are away.
const CALENDAR_CACHE: &str =
    "public, max-age=300, stale-while-revalidate=3600, stale-if-error=604800";
pub(super) const PAGE_CACHE: &str = "public, max-age=60";
const DAY_CACHE: &str = "public, max-age=86400";
/// Pages hold nothing but text and links.
const PAGE_POLICY: &str =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// What may stand bare in `filename*` (RFC 8187 section 3.2.1, attr-char).
const ATTR_CHAR: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');
/// How much of a title goes into a file name, in characters.
const READABLE: usize = 80;

/// The media type; a calendar names its METHOD exactly when its body has one (RFC 5545 section 8.1).
pub(super) fn content_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Feed => "text/calendar; charset=utf-8",
        Kind::Invite => "text/calendar; charset=utf-8; method=PUBLISH",
        Kind::Page => "text/html; charset=utf-8",
        Kind::Robots => "text/plain; charset=utf-8",
    }
}

/// What every answer has.
pub(super) fn everywhere() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
}

/// The headers of a document, but for those of a single representation.
pub(super) fn of(document: &Document) -> HeaderMap {
    let mut headers = everywhere();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(document.kind)));
    let cache = match document.kind {
        Kind::Feed | Kind::Invite => CALENDAR_CACHE,
        Kind::Page => PAGE_CACHE,
        Kind::Robots => DAY_CACHE,
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    match document.kind {
        Kind::Feed | Kind::Invite => {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            // Calendars are for calendar apps; the pages are what a search should find.
            let robots = HeaderName::from_static("x-robots-tag");
            headers.insert(robots, HeaderValue::from_static("noindex"));
        }
        Kind::Page => {
            headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
            headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        }
        Kind::Robots => {}
    }
    if let Some(name) = &document.file_name {
        headers.insert(CONTENT_DISPOSITION, value(&disposition(name)));
    }
    if let Some(instant) = document.last_modified {
        headers.insert(LAST_MODIFIED, value(&httpdate::fmt_http_date(instant.into())));
    }
    headers
}

/// A value made of our own ASCII, or of what was percent-encoded.
pub(super) fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// Inline, so that iOS offers to add the events (RFC 6266); the plain name first.
fn disposition(name: &FileName) -> String {
    let (stem, ending) = name.readable.rsplit_once('.').unwrap_or((&name.readable, ""));
    let stem: String = stem
        .chars()
        .take(READABLE)
        .map(|c| if c.is_control() || "/\\:*?\"<>|".contains(c) { '-' } else { c })
        .collect();
    let readable = format!("{}.{ending}", stem.trim_end_matches(['.', ' ']));
    let encoded = utf8_percent_encode(&readable, ATTR_CHAR);
    format!("inline; filename=\"{}\"; filename*=UTF-8''{encoded}", name.ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_given_plainly_and_readably() {
        let name = FileName { ascii: "era.ics".into(), readable: "Zoë: a/b \"c\".ics".into() };
        assert_eq!(
            disposition(&name),
            "inline; filename=\"era.ics\"; filename*=UTF-8''Zo%C3%AB-%20a-b%20-c-.ics"
        );
    }

    #[test]
    fn a_long_title_is_cut_between_characters() {
        let name =
            FileName { ascii: "a.ics".into(), readable: format!("{}.ics", "é".repeat(1000)) };
        assert!(disposition(&name).ends_with(&format!("{}.ics", "%C3%A9".repeat(READABLE))));
    }
}
