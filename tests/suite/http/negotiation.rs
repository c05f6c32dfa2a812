//! Content codings, checked against RFC 9110 section 12.5.3 rule by rule.

use std::io::Read as _;

use super::{FEED, INVITE, PAGE, PATHS, ROBOTS, Served};
use crate::support::Answer;

/// Returns the coding of the response, after a comparison of the decoded body with the uncompressed one.
fn coding(served: &Served, path: &str, headers: &[(&str, &str)]) -> String {
    let plain = served.get(path, &[]);
    assert_eq!((plain.status, plain.header("content-encoding")), (200, None), "{path}");
    let answer = served.get(path, headers);
    assert_eq!(answer.status, 200, "{path} {headers:?}");
    assert_eq!(decoded(&answer), plain.body, "{path} {headers:?}");
    assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
    answer.header("content-encoding").unwrap_or("identity").to_owned()
}

fn decoded(answer: &Answer) -> Vec<u8> {
    let mut plain = Vec::new();
    match answer.header("content-encoding") {
        None => plain.clone_from(&answer.body),
        Some("gzip") => {
            // The test decodes the whole stream, because clients that stop after the first gzip member would lose a
            // second one.
            let mut decoder = flate2::bufread::GzDecoder::new(answer.body.as_slice());
            decoder.read_to_end(&mut plain).unwrap();
            assert!(decoder.into_inner().is_empty());
        }
        Some("br") => brotli::BrotliDecompress(&mut answer.body.as_slice(), &mut plain).unwrap(),
        Some(other) => panic!("{other} was not offered"),
    }
    plain
}

/// Requests the feed, which has all codings.
fn of_feed(served: &Served, accept: &str) -> String {
    coding(served, FEED, &[("Accept-Encoding", accept)])
}

#[test]
fn a_client_without_accept_encoding_gets_no_coding() {
    let served = Served::example();
    assert_eq!(coding(&served, FEED, &[]), "identity");
    assert_eq!(of_feed(&served, ""), "identity");
}

#[test]
fn a_coding_that_is_asked_for_is_sent() {
    let served = Served::example();
    for accept in ["identity", "gzip", "br"] {
        assert_eq!(of_feed(&served, accept), accept);
    }
}

#[test]
fn the_smallest_of_equally_welcome_codings_is_sent() {
    let served = Served::example();
    for accept in ["gzip, br", "br, gzip", "gzip, deflate, br, zstd", "gzip;q=0.5,br;q=0.5"] {
        assert_eq!(of_feed(&served, accept), "br", "{accept}");
    }
    let length = |coding| served.get(FEED, &[("Accept-Encoding", coding)]).body.len();
    assert!(length("br") < length("gzip") && length("gzip") < length("identity"));
}

#[test]
fn only_feeds_have_brotli() {
    let served = Served::example();
    for path in [INVITE, PAGE] {
        assert_eq!(coding(&served, path, &[("Accept-Encoding", "br")]), "identity", "{path}");
        assert_eq!(coding(&served, path, &[("Accept-Encoding", "br, gzip")]), "gzip", "{path}");
    }
}

#[test]
fn incompressible_documents_have_no_coding() {
    let served = Served::example();
    assert_eq!(coding(&served, ROBOTS, &[("Accept-Encoding", "gzip, br")]), "identity");
}

#[test]
fn the_weight_decides() {
    let served = Served::example();
    for (accept, expected) in [
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0.8, gzip;q=0.5", "br"),
        ("gzip, br;q=0.999", "gzip"),
        ("gzip;q=1.000, br;q=0.9", "gzip"),
        ("gzip;q=0.001", "gzip"),
        ("gzip;q=0.5, identity", "identity"),
        ("gzip;q=0.5, identity;q=0.4", "gzip"),
        ("br ; q=0.2 , gzip ; q=0.3", "gzip"),
        ("br;q=0.2,gzip;Q=0.3", "gzip"),
    ] {
        assert_eq!(of_feed(&served, accept), expected, "{accept}");
    }
}

#[test]
fn a_weight_of_zero_forbids() {
    let served = Served::example();
    for (accept, expected) in [
        ("gzip;q=0", "identity"),
        ("gzip;q=0.000, br;q=0.0", "identity"),
        ("br;q=0, gzip", "gzip"),
        ("gzip;q=0, *", "br"),
        ("br;q=0, *;q=0.5", "gzip"),
    ] {
        assert_eq!(of_feed(&served, accept), expected, "{accept}");
    }
}

#[test]
fn a_star_means_every_coding_that_is_not_named() {
    let served = Served::example();
    for (accept, expected) in
        [("*", "br"), ("*;q=0.1", "br"), ("gzip, *;q=0.1", "gzip"), ("gzip;q=0.1, *", "br")]
    {
        assert_eq!(of_feed(&served, accept), expected, "{accept}");
    }
    assert_eq!(coding(&served, PAGE, &[("Accept-Encoding", "*")]), "gzip");
    // The same rule applies to the uncompressed body, which has no Content-Encoding.
    assert_eq!(of_feed(&served, "br;q=0, gzip;q=0.1, *;q=0.5"), "identity");
}

#[test]
fn a_star_of_zero_forbids_all_that_is_not_named() {
    let served = Served::example();
    assert_eq!(of_feed(&served, "gzip, *;q=0"), "gzip");
    assert_eq!(of_feed(&served, "identity, *;q=0"), "identity");
}

#[test]
fn the_uncompressed_body_is_sent_if_nothing_is_acceptable() {
    let served = Served::example();
    for accept in ["*;q=0", "identity;q=0", "identity;q=0, gzip;q=0, br;q=0", "zstd, *;q=0"] {
        assert_eq!(of_feed(&served, accept), "identity", "{accept}");
    }
    assert_eq!(coding(&served, ROBOTS, &[("Accept-Encoding", "identity;q=0, gzip")]), "identity");
}

#[test]
fn a_named_coding_is_used_if_identity_is_forbidden() {
    let served = Served::example();
    for (accept, expected) in [
        ("identity;q=0, gzip;q=0.1", "gzip"),
        ("gzip;q=0.1, *;q=0", "gzip"),
        ("identity;q=0, *", "br"),
    ] {
        assert_eq!(of_feed(&served, accept), expected, "{accept}");
    }
}

#[test]
fn x_gzip_is_gzip_and_names_have_no_case() {
    let served = Served::example();
    for accept in ["x-gzip", "GZIP", "X-GZip", "GZip;Q=0.5"] {
        assert_eq!(of_feed(&served, accept), "gzip", "{accept}");
    }
    assert_eq!(of_feed(&served, "BR"), "br");
    assert_eq!(of_feed(&served, "IDENTITY;q=1, gzip;q=0.5"), "identity");
}

#[test]
fn codings_that_we_do_not_have_are_passed_over() {
    let served = Served::example();
    for accept in ["deflate", "zstd", "compress, deflate;q=0.5", "gzipped", "brotli", "exi, dcb"] {
        assert_eq!(of_feed(&served, accept), "identity", "{accept}");
    }
    assert_eq!(of_feed(&served, "zstd, gzip;q=0.1"), "gzip");
}

#[test]
fn an_invalid_accept_encoding_gets_the_uncompressed_body() {
    let served = Served::example();
    for accept in [
        ",,;;==,",
        ";q=1",
        "gzip;q=",
        "gzip;q=2",
        "gzip;q=-1",
        "gzip;q=0.1234",
        "gzip;q=high",
        "gzip br",
        "\"gzip\"",
        "gz\u{ed}p",
    ] {
        assert_eq!(of_feed(&served, accept), "identity", "{accept}");
    }
    assert_eq!(of_feed(&served, "br;q=oops, gzip, ,"), "gzip");
}

#[test]
fn several_lines_are_one_list() {
    let served = Served::example();
    let lines = |first, second| {
        coding(&served, FEED, &[("Accept-Encoding", first), ("Accept-Encoding", second)])
    };
    assert_eq!(lines("gzip;q=0.5", "br;q=0.6"), "br");
    assert_eq!(lines("br;q=0", "gzip"), "gzip");
    assert_eq!(lines("", "gzip"), "gzip");
}

#[test]
fn accept_and_accept_language_change_nothing() {
    let served = Served::example();
    let plain = served.get(FEED, &[]);
    for header in [
        ("Accept", "text/html"),
        ("Accept", "text/calendar;q=0"),
        ("Accept-Language", "de"),
        ("Accept-Charset", "iso-8859-1"),
        ("User-Agent", "Google-Calendar-Importer"),
    ] {
        let answer = served.get(FEED, &[header]);
        assert_eq!((answer.status, &answer.body), (200, &plain.body), "{header:?}");
    }
}

#[test]
fn a_tag_names_its_coding_inside_the_quotes() {
    let served = Served::example();
    for path in [FEED, INVITE, PAGE] {
        let plain = served.tag(path, "identity");
        let hash = plain.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')).unwrap();
        assert!(hash.len() >= 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()), "{plain}");
        assert_eq!(served.tag(path, "gzip"), format!("\"{hash}-gzip\""));
        if path == FEED {
            assert_eq!(served.tag(path, "br"), format!("\"{hash}-br\""));
        }
    }
}

#[test]
fn a_resource_with_codings_has_vary_in_every_coding_and_one_without_has_none() {
    let served = Served::example();
    for path in PATHS {
        let codings: &[&str] = if path == FEED { &["", "gzip", "br"] } else { &["", "gzip"] };
        let has = path != ROBOTS;
        for accept in codings {
            for condition in [("If-None-Match", "\"other\""), ("If-None-Match", "*")] {
                let answer = served.get(path, &[("Accept-Encoding", accept), condition]);
                let expected = has.then_some("Accept-Encoding");
                assert_eq!(answer.header("vary"), expected, "{path} {accept} {condition:?}");
            }
        }
    }
}
