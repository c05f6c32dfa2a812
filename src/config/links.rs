//! Corrects common mistakes in web addresses, and warns about addresses that are probably not meant.

use std::ops::Range;

use super::invisible::is_invisible;
use crate::diagnostic::{Code, Finding};

/// Returns the address that was probably meant: without the words around it, with its scheme, and with encoded spaces.
pub(super) fn meant(text: &str) -> Option<String> {
    let text = text.trim();
    let start = ["https://", "http://"].iter().filter_map(|scheme| text.find(scheme)).min();
    let Some(start) = start else {
        let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let host = first.split(['/', '?', '#']).next().unwrap_or_default();
        let is_host = host.contains('.') && !host.contains([':', '@']);
        return is_host.then(|| format!("https://{}", joined(first, rest)));
    };
    let text = &text[start..];
    // `<https://...>`, `[Register](https://...)` and `<a href="https://...">` end before these characters.
    let end = text.find(['<', '>', '"', '\'', ']']).unwrap_or(text.len());
    let (first, rest) = text[..end].split_once(char::is_whitespace).unwrap_or((&text[..end], ""));
    let first = match first.contains('(') {
        true => first,
        false => first.split_once(')').map_or(first, |(first, _)| first),
    };
    Some(joined(first, rest).trim_end_matches([',', ';', '.']).to_owned())
}

/// Joins an address and the words after it, if they look like the end of a path; otherwise the words are left out.
fn joined(first: &str, rest: &str) -> String {
    let is_path = first.matches('/').count() > usize::from(first.contains("://")) * 2
        && !rest.is_empty()
        && !rest.contains(['(', ')', ',', '|', ':', '@'])
        && (rest.contains(['/', '.']) || !rest.contains(' '));
    match is_path {
        true => format!("{first} {rest}").replace(' ', "%20"),
        false => first.to_owned(),
    }
}

/// Returns the host of an address, without its port.
pub(super) fn host(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    let authority = after.split(['/', '?', '#']).next().unwrap_or_default();
    authority.split(':').next().unwrap_or_default()
}

/// Returns the beginning of a text, up to the length limit of an address.
pub(super) fn near(text: &str) -> &str {
    &text[..text.floor_char_boundary(2_000.min(text.len()))]
}

/// Returns whether a host is reserved for examples and tests (RFC 2606, RFC 6761).
pub(super) fn is_example(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let is = |name: &str| {
        host.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    ["example.org", "example.com", "example.net", "example", "invalid", "test"].into_iter().any(is)
}

/// Returns a warning about a link without encryption; browsers and mail programs warn about such links, too.
pub(super) fn insecure(key: &str, url: &str, span: Range<usize>) -> Finding {
    let secure = url.replacen("http://", "https://", 1);
    Finding::warning(Code::InsecureLink, span, format!("`{key}` is a link without encryption"))
        .help(format!("write {secure}, if the site supports it"))
}

/// Returns a warning about invisible characters in an address, which make it lead elsewhere.
pub(super) fn invisible(key: &str, url: &str, span: &Range<usize>) -> Option<Finding> {
    let found = url.chars().find(|c| is_invisible(*c))?;
    let message = format!(
        "`{key}` has an invisible character (U+{:04X}), so the link leads elsewhere",
        u32::from(found)
    );
    let right = url.replace(is_invisible, "");
    Some(
        Finding::warning(Code::InvisibleCharacter, span.clone(), message)
            .help(format!("type it again: `{key} = \"{right}\"`")),
    )
}

/// Returns a warning about a link that leads to a host for examples.
pub(super) fn example(key: &str, url: &str, span: Range<usize>) -> Option<Finding> {
    let host = host(url);
    is_example(host).then(|| {
        let message = format!("`{key}` leads to {host}, which exists only for examples");
        Finding::warning(Code::ExampleLink, span, message)
            .help(format!("write the real address, or delete the `{key}` line until you have it"))
    })
}

/// Returns a warning about a link to join that admits everyone without a passcode.
pub(super) fn passcode(key: &str, url: &str, span: Range<usize>) -> Option<Finding> {
    let query = url.split_once('?')?.1.split('#').next().unwrap_or_default();
    let name = query.split('&').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        let lower = name.to_ascii_lowercase();
        let is_secret = ["pwd", "pw", "pass", "passcode", "password"].contains(&lower.as_str());
        (is_secret && !value.is_empty()).then_some(name)
    })?;
    let message =
        format!("`{key}` contains the passcode (`{name}=`), and everything in this file is public");
    Some(Finding::warning(Code::PublicPasscode, span, message).help(
        "if not everybody may join, write `register = \"...\"` with the address of your sign-up page in place \
         of this line, and send the link to those who sign up; if everybody may, no change is needed",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::HttpUrl;

    #[test]
    fn an_address_is_found_among_words() {
        let addresses =
            ["https://a.example/register", "http://a.example/b?c=d&e=f", "https://a.example"];
        // The test puts 3 addresses into 13 contexts.
        for address in addresses {
            for text in [
                format!("{address} (free)"),
                format!("{address} or call us"),
                format!("{address}, password: 123"),
                format!("{address}."),
                format!("Register: {address}"),
                format!("Register at {address} by May 1"),
                format!("<{address}>"),
                format!("[Register]({address})"),
                format!("<a href=\"{address}\">Register</a>"),
                format!("({address})"),
                format!(" {address} "),
                format!("{address} | Zoom"),
                format!("{address};"),
            ] {
                assert_eq!(meant(&text).as_deref(), Some(address), "{text}");
                assert!(HttpUrl::parse(address).is_ok());
            }
        }
    }

    #[test]
    fn a_scheme_is_added_and_spaces_of_a_path_are_encoded() {
        assert_eq!(meant("example.org/a b").as_deref(), Some("https://example.org/a%20b"));
        assert_eq!(meant("www.example.org").as_deref(), Some("https://www.example.org"));
        assert_eq!(
            meant("https://example.org/files/Our flyer.pdf").as_deref(),
            Some("https://example.org/files/Our%20flyer.pdf")
        );
        assert_eq!(meant("mailto:a@b.example"), None);
        assert_eq!(meant("a@b.example"), None);
        assert_eq!(meant("see below"), None);
    }

    #[test]
    fn hosts_for_examples_are_known_with_all_their_subdomains() {
        for host in ["example.org", "www.example.com", "a.b.example", "EXAMPLE.net", "x.test"] {
            assert!(is_example(host), "{host}");
        }
        for host in ["example.org.uk", "myexample.org", "example.de", "contest.org", "latest"] {
            assert!(!is_example(host), "{host}");
        }
    }
}
