//! Evaluates conditional requests (RFC 9110 section 13.2.2). The order of precedence is:
//!
//! 1. If-Match: 412 unless one of its tags is current, by strong comparison.
//! 2. Without it, If-Unmodified-Since: 412 if the resource changed since.
//! 3. If-None-Match: 304 if one of its tags is current, by weak comparison.
//! 4. Without it, If-Modified-Since: 304 if the resource has not changed since, and if the date is not in the future.
//! 5. Ranges are not offered, so If-Range has no effect.

use std::time::{Duration, SystemTime};

use hyper::header::{
    HeaderMap, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE,
};

use crate::site::Resource;

/// The result of a request's conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Send,
    NotModified,
    PreconditionFailed,
}

/// The largest clock skew that is expected. iPhones send their own clock at the last fetch in place of the server's
/// date. A clock that is ahead by less than this, because of a wrong day, a wrong zone or both, hides no change. A
/// clock that is further ahead hides none while its date is in the future. In return, clients that ask within this time
/// after a change get a full response.
const SKEW: Duration = Duration::from_secs(48 * 3600);

/// Every header that sets a condition.
const CONDITIONS: [HeaderName; 4] =
    [IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_UNMODIFIED_SINCE];

/// Evaluates the conditions of a request, given the instant at which it was received, if known.
pub(super) fn evaluate(
    resource: &Resource,
    headers: &HeaderMap,
    received: Option<SystemTime>,
) -> Verdict {
    // Most requests have no conditions, and one pass over their few headers is shorter than four lookups.
    if !headers.keys().any(|name| CONDITIONS.contains(name)) {
        return Verdict::Send;
    }
    let modified = resource.last_modified().map(SystemTime::from);
    if headers.contains_key(IF_MATCH) {
        if !any_tag(resource, headers, &IF_MATCH, Comparison::Strong) {
            return Verdict::PreconditionFailed;
        }
    } else if let (Some(since), Some(modified)) = (date(headers, &IF_UNMODIFIED_SINCE), modified)
        && modified > since
    {
        return Verdict::PreconditionFailed;
    }
    if headers.contains_key(IF_NONE_MATCH) {
        if any_tag(resource, headers, &IF_NONE_MATCH, Comparison::Weak) {
            return Verdict::NotModified;
        }
    } else if let (Some(since), Some(modified)) = (date(headers, &IF_MODIFIED_SINCE), modified)
        && is_current(since, modified, received)
    {
        return Verdict::NotModified;
    }
    Verdict::Send
}

/// Returns whether a client has the version of an instant, by the date that it sent. The server's own date is always
/// valid. Another date is valid if it is not later than the server's clock (RFC 9110 section 13.1.3), because a client
/// cannot have received anything at a later date (RFC 2616 section 14.25 calls it invalid).
fn is_current(since: SystemTime, modified: SystemTime, received: Option<SystemTime>) -> bool {
    let is_to_come = received.is_some_and(|received| since > received);
    since == modified || (since >= modified + SKEW && !is_to_come)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Strong,
    Weak,
}

/// Returns whether a list of entity tags contains the tag of any current representation of the resource. A client may
/// have a different coding from the one that it would get now; that representation is also current.
fn any_tag(resource: &Resource, headers: &HeaderMap, name: &HeaderName, how: Comparison) -> bool {
    headers.get_all(name).iter().any(|line| {
        let line = line.as_bytes().trim_ascii();
        line == b"*" || tags(line).any(|tag| is_ours(resource, tag, how))
    })
}

fn is_ours(resource: &Resource, tag: &[u8], how: Comparison) -> bool {
    let opaque = match (tag.strip_prefix(b"W/"), how) {
        (Some(_), Comparison::Strong) => return false,
        (Some(opaque), Comparison::Weak) => opaque,
        (None, _) => tag,
    };
    resource.etags().any(|own| own.as_bytes() == opaque)
}

/// Returns the tags of a list. A comma inside the quotes belongs to its tag (RFC 9110 section 8.8.3).
fn tags(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let from = rest.iter().position(|b| !matches!(b, b',' | b' ' | b'\t'))?;
        rest = &rest[from..];
        let quote = rest.iter().position(|b| matches!(b, b'"' | b','));
        let end = match quote {
            Some(open) if rest[open] == b'"' => {
                let close = rest[open + 1..].iter().position(|b| *b == b'"');
                close.map_or(rest.len(), |close| open + close + 2)
            }
            Some(comma) => comma,
            None => rest.len(),
        };
        let (tag, after) = rest.split_at(end);
        rest = after;
        Some(tag.trim_ascii_end())
    })
}

/// Parses a date, so that dates are compared by order and not as text. A date that cannot be parsed, and a header given
/// twice, are ignored (RFC 9110 section 13.1.3).
fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    let mut lines = headers.get_all(name).iter();
    let line = lines.next().filter(|_| lines.next().is_none())?;
    httpdate::parse_http_date(line.to_str().ok()?.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_by_another_clock_counts_only_if_it_is_not_in_the_future() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let (modified, received) = (at(10_000), at(200_000));
        for (since, is_known) in [
            (9_999, false),
            (10_000, true),
            (10_001, false),
            (10_000 + 48 * 3600 - 1, false),
            (10_000 + 48 * 3600, true),
            (200_000, true),
            (200_001, false),
            (u64::from(u32::MAX), false),
        ] {
            assert_eq!(is_current(at(since), modified, Some(received)), is_known, "{since}");
        }
        // The server's clock was set back, and the date that it sent earlier stays valid.
        assert!(is_current(modified, modified, Some(at(5_000))));
    }

    #[test]
    fn a_clock_that_is_up_to_two_days_ahead_hides_no_change_whenever_it_asks() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let (hour, fetched) = (3600, 1_000_000);
        for ahead in (0..=48).map(|hours| hours * hour) {
            let since = at(fetched + ahead);
            // The test skips the second that the client sends, because that would be the server's own date.
            for changed in (1..100).map(|halves| halves * hour / 2 + 1) {
                for asked in (0..200).map(|hours| fetched + changed + hours * hour) {
                    let is_known = is_current(since, at(fetched + changed), Some(at(asked)));
                    assert!(!is_known, "{ahead} ahead, changed {changed} later, asked at {asked}");
                }
            }
        }
    }

    #[test]
    fn a_list_of_tags_is_split_at_commas_outside_of_quotes() {
        let split = |line: &'static str| {
            tags(line.as_bytes())
                .map(|tag| String::from_utf8_lossy(tag).into_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(split("\"a\", W/\"b,c\" ,,\"d\""), ["\"a\"", "W/\"b,c\"", "\"d\""]);
        assert_eq!(split("bare, \"open"), ["bare", "\"open"]);
        assert!(split(" , ").is_empty());
    }
}
