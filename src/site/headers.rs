//! Makes the response headers of each document kind.

use hyper::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::document::{Document, FileName, Kind};

/// The Cache-Control of calendars. Calendars may be served stale while they are revalidated, and for a week while the
/// server is unreachable.
const CALENDAR_CACHE: &str =
    "public, max-age=300, stale-while-revalidate=3600, stale-if-error=604800";
pub(super) const PAGE_CACHE: &str = "public, max-age=60";
const DAY_CACHE: &str = "public, max-age=86400";
/// The Cache-Control of assets. Their file names contain a digest of the content, so the content never changes.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const NEVER: &str = "no-store";
/// The policy of pages, which contain text and links, and load a style sheet, a script and a picture of their own site.
const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                           base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The policy of the embed page, which other sites may frame.
const EMBED_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                            base-uri 'none'; form-action 'none'; frame-ancestors *";
/// The policy of SVG files: a file that is opened on its own runs no script.
const SVG_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
/// The characters allowed unescaped in `filename*` (RFC 8187 section 3.2.1, attr-char).
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
/// The largest number of characters of a title in a file name.
const READABLE: usize = 80;

/// Returns the media type. The media type of a calendar includes METHOD exactly when the calendar does (RFC 5545
/// section 8.1).
pub(super) fn content_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Atom => "application/atom+xml; charset=utf-8",
        Kind::Feed => "text/calendar; charset=utf-8",
        Kind::Image(media_type) => media_type,
        Kind::Invite => "text/calendar; charset=utf-8; method=PUBLISH",
        Kind::Json => "application/json",
        Kind::Embed | Kind::Kit | Kind::Moved | Kind::Page | Kind::Redirect => {
            "text/html; charset=utf-8"
        }
        Kind::Robots => "text/plain; charset=utf-8",
        Kind::Script => "text/javascript; charset=utf-8",
        Kind::Style => "text/css; charset=utf-8",
        Kind::Svg => "image/svg+xml",
    }
}

/// Returns the headers of every response.
pub(super) fn everywhere() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
}

/// Returns the headers of a document, except those of a single representation.
pub(super) fn of(document: &Document) -> HeaderMap {
    let mut headers = everywhere();
    // Only calendars have a file name; a redirect may have one as its body.
    let is_calendar = document.kind == Kind::Redirect && document.file_name.is_some();
    let body = if is_calendar { Kind::Invite } else { document.kind };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(body)));
    let cache = match document.kind {
        Kind::Feed | Kind::Invite => CALENDAR_CACHE,
        Kind::Atom | Kind::Embed | Kind::Json | Kind::Kit | Kind::Moved | Kind::Page => PAGE_CACHE,
        Kind::Robots | Kind::Svg => DAY_CACHE,
        Kind::Image(_) | Kind::Script | Kind::Style => FOR_EVER,
        Kind::Redirect => NEVER,
    };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    if matches!(document.kind, Kind::Atom | Kind::Feed | Kind::Invite | Kind::Json) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    if matches!(document.kind, Kind::Feed | Kind::Invite | Kind::Kit | Kind::Redirect) {
        // Search engines should find the pages, because calendars are for calendar apps.
        headers
            .insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
    }
    let policy = match document.kind {
        Kind::Kit | Kind::Moved | Kind::Page | Kind::Redirect => Some(PAGE_POLICY),
        Kind::Embed => Some(EMBED_POLICY),
        Kind::Svg | Kind::Image(_) => Some(SVG_POLICY),
        _ => None,
    };
    if let Some(policy) = policy {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
    if let Some(name) = &document.file_name {
        headers.insert(CONTENT_DISPOSITION, value(&disposition(name)));
    }
    if let Some(instant) = document.last_modified {
        headers.insert(LAST_MODIFIED, value(&httpdate::fmt_http_date(instant.into())));
    }
    headers
}

/// Returns a header value from the site's own ASCII text, or from percent-encoded text.
pub(super) fn value(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).expect("it is printable ASCII")
}

/// Returns the Content-Disposition. The disposition is inline, so that iOS offers to add the events (RFC 6266), and the
/// ASCII name comes first.
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
