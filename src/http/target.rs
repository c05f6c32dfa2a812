//! Checks the target and Host of a request (RFC 9112 section 3), and normalizes its path for the lookup (RFC 3986
//! section 6.2.2).

use std::borrow::Cow;

use hyper::header::{HOST, HeaderMap};
use hyper::{Method, Uri, Version};

/// The longest accepted target in bytes. RFC 9110 section 4.1 requires no more.
const LONGEST: usize = 8000;

/// The reason for refusing a request, which does not depend on the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadTarget {
    /// The target does not fit the method, or Host is missing or invalid; the response is 400.
    Malformed,
    /// The target is too long; the response is 414.
    TooLong,
}

/// Checks target and Host, without a lookup.
pub(super) fn check(
    method: &Method,
    uri: &Uri,
    version: Version,
    headers: &HeaderMap,
) -> Result<(), BadTarget> {
    let length = uri.path_and_query().map_or(0, |target| target.as_str().len());
    if length > LONGEST {
        return Err(BadTarget::TooLong);
    }
    // Only OPTIONS has `*`, and only CONNECT has an authority alone (RFC 9112 sections 3.2.3, 3.2.4).
    let about_a_resource = method != Method::OPTIONS && method != Method::CONNECT;
    if about_a_resource && !uri.path().starts_with('/') {
        return Err(BadTarget::Malformed);
    }
    let mut hosts = headers.get_all(HOST).iter();
    let right = match (hosts.next(), hosts.next()) {
        // From HTTP/2 on, the authority is part of the target (RFC 9113 section 8.3.1).
        (None, _) => version != Version::HTTP_11,
        (Some(host), None) => is_host(host.as_bytes()),
        (Some(_), Some(_)) => false,
    };
    if right { Ok(()) } else { Err(BadTarget::Malformed) }
}

/// Returns whether a value is `uri-host [ ":" port ]`, or empty, which stands for a target without an authority (RFC
/// 9112 section 3.2).
fn is_host(value: &[u8]) -> bool {
    let name_end = match value.first() {
        Some(b'[') => value.iter().position(|b| *b == b']').map(|at| at + 1),
        _ => Some(value.iter().position(|b| *b == b':').unwrap_or(value.len())),
    };
    let Some((name, port)) = name_end.and_then(|end| value.split_at_checked(end)) else {
        return false;
    };
    let name_good = match name {
        [b'[', address @ .., b']'] => {
            address.iter().all(|b| b.is_ascii_alphanumeric() || b":.%-_~".contains(b))
        }
        _ => name.iter().all(|b| b.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(b)),
    };
    let port_good = match port {
        [] => true,
        [b':', digits @ ..] => digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    name_good && port_good
}

/// Normalizes a path: unreserved characters are not encoded, other escapes have capitals, and dot segments are removed
/// (RFC 3986 sections 6.2.2.1 to 6.2.2.3). Invalid escapes and all slashes stay.
pub(super) fn normalize(path: &str) -> Cow<'_, str> {
    if !path.contains('%') && !path.contains("/.") {
        return Cow::Borrowed(path);
    }
    Cow::Owned(without_dots(&decoded(path)))
}

fn decoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let escape = rest.get(..2).filter(|two| two.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(escape) = escape else {
            out.push('%');
            continue;
        };
        rest = &rest[2..];
        match u8::from_str_radix(escape, 16) {
            Ok(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                out.push(char::from(byte));
            }
            _ => {
                out.push('%');
                out.push_str(&escape.to_ascii_uppercase());
            }
        }
    }
    out.push_str(rest);
    out
}

/// Removes dot segments (RFC 3986 section 5.2.4) from a path that begins with a slash.
fn without_dots(path: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match segment {
            "." => {}
            ".." => {
                out.pop();
            }
            _ => {
                out.push(segment);
                continue;
            }
        }
        if is_last {
            out.push("");
        }
    }
    format!("/{}", out.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equivalent_paths_have_one_normal_form() {
        for (path, form) in [
            ("/", "/"),
            ("/feeds/a.ics", "/feeds/a.ics"),
            ("/feeds/%61%2Eics", "/feeds/a.ics"),
            ("/caf%c3%a9", "/caf%C3%A9"),
            ("/a%2fb", "/a%2Fb"),
            ("/a/./b", "/a/b"),
            ("/a/../b", "/b"),
            ("/../../b", "/b"),
            ("/a/b/..", "/a/"),
            ("/a/.", "/a/"),
            ("/.", "/"),
            ("/..", "/"),
            ("/%2e%2E/b", "/b"),
            ("/a//../b", "/a/b"),
            ("//a", "//a"),
            ("/.a/..b/...", "/.a/..b/..."),
            ("/a%", "/a%"),
            ("/a%6", "/a%6"),
            ("/a%zz%61", "/a%zza"),
            ("/a%00", "/a%00"),
            ("/%25%36%31", "/%2561"),
            ("/%é", "/%é"),
        ] {
            assert_eq!(normalize(path), form, "{path}");
        }
    }

    #[test]
    fn a_host_is_a_name_or_an_address_with_perhaps_a_port() {
        for good in ["", "a", "a.example:80", "127.0.0.1", "[::1]", "[::1]:8080", "a:", "a_b%20"] {
            assert!(is_host(good.as_bytes()), "{good}");
        }
        for bad in
            ["a b", "a/b", "u@a", "a:b", "a:123456", "[::1", "[::1]x", "a,b c", "a?b", "\u{e9}"]
        {
            assert!(!is_host(bad.as_bytes()), "{bad}");
        }
    }
}
