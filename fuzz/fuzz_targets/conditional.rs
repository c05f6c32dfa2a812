//! Fuzzes conditional requests for a calendar: any header values give 200, 304 or 412, and 304 and 412 only for a
//! reason.
//!
//! Each line of the input has one value: If-None-Match, If-Modified-Since, If-Match, If-Unmodified-Since,
//! Accept-Encoding; `@` means the current entity tag.
#![no_main]

use std::sync::LazyLock;

use convene::http::respond;
use convene::site::Site;
use convene_fuzz::example;
use hyper::Request;
use hyper::body::Body as _;
use hyper::header::{
    ACCEPT_ENCODING, ETAG, HOST, HeaderValue, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    IF_UNMODIFIED_SINCE, LAST_MODIFIED,
};
use libfuzzer_sys::fuzz_target;

static SITE: LazyLock<Site> = LazyLock::new(example);
const FEED: &str = "/feeds/state-of-solidarity.ics";

fuzz_target!(|bytes: &[u8]| {
    let resource = SITE.get(FEED).expect("the example has it");
    let identity = resource.identity();
    let tag = identity.etag.as_ref().expect("a feed has one").to_str().unwrap();
    let mut request = Request::builder().uri(FEED).header(HOST, "x");
    let names =
        [IF_NONE_MATCH, IF_MODIFIED_SINCE, IF_MATCH, IF_UNMODIFIED_SINCE, ACCEPT_ENCODING];
    let mut given = [const { None }; 5];
    for (index, line) in bytes.split(|byte| *byte == b'\n').take(5).enumerate() {
        let line = String::from_utf8_lossy(line).replace('@', tag);
        if let (false, Ok(value)) = (line.is_empty(), HeaderValue::from_bytes(line.as_bytes())) {
            request = request.header(&names[index], value);
            given[index] = Some(line);
        }
    }
    let Ok(request) = request.body(()) else { return };
    let answer = respond(&SITE, &request);
    assert!(answer.headers().contains_key(ETAG) || answer.status() == 412, "{}", answer.status());
    match answer.status().as_u16() {
        200 => {
            assert!(answer.headers().contains_key(LAST_MODIFIED));
            // The client already has this version, so the server must not send it again.
            let alone = given[2].is_none() && given[3].is_none();
            assert!(!(alone && given[0].as_deref() == Some(tag)), "{given:?}");
        }
        304 => {
            assert!(given[0].is_some() || given[1].is_some(), "{given:?}");
            assert_eq!(answer.body().size_hint().exact(), Some(0));
        }
        412 => assert!(given[2].is_some() || given[3].is_some(), "{given:?}"),
        other => panic!("{other}"),
    }
});
