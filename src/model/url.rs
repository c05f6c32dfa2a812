//! Absolute web addresses.

use std::fmt;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::TextError;

/// The error for an address that is not complete.
pub const NOT_WHOLE: TextError =
    TextError::Form("a whole address such as `https://example.org/page`");
/// Characters that RFC 3986 allows only escaped. A percent sign stays, because it may belong to an escape.
const BARE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// An absolute http or https address in ASCII (RFC 3986), of at most 2,000 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HttpUrl(String);

/// The public URL, without a query, a fragment and a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    url: String,
    origin: usize,
}

impl HttpUrl {
    /// Parses a URL; non-ASCII characters after the host are percent-encoded.
    ///
    /// # Errors
    /// [`TextError`] with the reason.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let length = text.chars().count();
        if length > 2000 {
            return Err(TextError::TooLong { limit: 2000, length });
        }
        let (scheme, rest) = text.split_once("://").ok_or(NOT_WHOLE)?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return Err(TextError::Form("an address that begins with `https://` or `http://`"));
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, tail) = rest.split_at(end);
        if !host.is_ascii() {
            return Err(TextError::Form(
                "a host in ASCII; write an international name as its `xn--` form",
            ));
        }
        if !host_is_good(host) || tail.contains(char::is_whitespace) {
            return Err(NOT_WHOLE);
        }
        let host = host.to_ascii_lowercase();
        Ok(Self(format!("{scheme}://{host}{}", utf8_percent_encode(tail, BARE))))
    }

    /// Returns the URL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HttpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn host_is_good(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host_good = match address {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host.len() <= 253
                && host.split('.').filter(|label| !label.is_empty()).count() > 0
                && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
        }
    };
    host_good && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

impl BaseUrl {
    /// Parses a public URL.
    ///
    /// # Errors
    /// [`TextError`] with the reason.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let url = HttpUrl::parse(text)?.0;
        if url.contains(['?', '#']) {
            return Err(TextError::Form("an address without `?` and `#`"));
        }
        let url = url.trim_end_matches('/').to_owned();
        // The checks above guarantee the scheme and `://`.
        let host = url.find("://").map_or(0, |at| at + 3);
        let origin = url[host..].find('/').map_or(url.len(), |at| host + at);
        Ok(Self { url, origin })
    }

    /// Returns the whole URL, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.url
    }

    /// Returns its path without a trailing slash, such as `/calendar`; empty for the root.
    pub fn path(&self) -> &str {
        &self.url[self.origin..]
    }

    /// Returns whether the host is a loopback address or `localhost`.
    pub fn is_loopback(&self) -> bool {
        let host = self.authority();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        host == "localhost"
            || host.ends_with(".localhost")
            || host == "[::1]"
            || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
    }

    /// Returns the port, or the scheme's default (RFC 9110 section 4.2).
    pub fn port(&self) -> u16 {
        let named = self.authority().rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        named.unwrap_or_else(|| if self.url.starts_with("https:") { 443 } else { 80 })
    }

    /// Returns host and port, as written in the URL.
    pub fn authority(&self) -> &str {
        let host = self.url.find("://").map_or(0, |at| at + 3);
        &self.url[host..self.origin]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_port_has_that_of_its_scheme() {
        for (text, port) in [
            ("http://127.0.0.1:8080/a", 8080),
            ("https://a.example", 443),
            ("http://[::1]", 80),
            ("http://[::1]:81", 81),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().port(), port, "{text}");
        }
    }

    #[test]
    fn only_absolute_web_addresses_are_taken() {
        for good in [
            "https://example.org",
            "HTTP://Example.org:8080/a?b=c#d",
            "http://[::1]:80/",
            "http://127.0.0.1:8080",
        ] {
            assert!(HttpUrl::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "example.org",
            "ftp://a.b",
            "https://",
            "https:///x",
            "https://a b/",
            "javascript://a",
            "https://a@b/",
            "https://a:x/",
            "mailto:a@b.c",
            "https://bücher.example",
        ] {
            assert!(HttpUrl::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn reserved_characters_are_encoded() {
        let url = HttpUrl::parse("https://example.org/zoë?q=\"a\"&b=%20").unwrap();
        assert_eq!(url.as_str(), "https://example.org/zo%C3%AB?q=%22a%22&b=%20");
    }

    #[test]
    fn a_base_has_no_slash_at_the_end() {
        let base = BaseUrl::parse("https://org.example/calendar/").unwrap();
        assert_eq!(
            (base.as_str(), base.path(), base.authority()),
            ("https://org.example/calendar", "/calendar", "org.example")
        );
        assert_eq!(BaseUrl::parse("https://org.example/").unwrap().path(), "");
        assert!(BaseUrl::parse("https://org.example/?a").is_err());
    }

    #[test]
    fn loopback_is_known_by_name_and_by_number() {
        for (url, loopback) in [
            ("http://127.0.0.1:8080", true),
            ("http://localhost/x", true),
            ("http://[::1]:80", true),
            ("https://org.example", false),
            ("http://192.0.2.1", false),
        ] {
            assert_eq!(BaseUrl::parse(url).unwrap().is_loopback(), loopback, "{url}");
        }
    }
}
