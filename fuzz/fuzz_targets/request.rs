//! Fuzzes requests: any method, target and headers give one of the known responses, and the same headers for HEAD.
//!
//! The first line has the method and the target; the others are header lines.
#![no_main]

use std::sync::LazyLock;

use convene::http::respond;
use convene::site::Site;
use convene_fuzz::example;
use http_body_util::Full;
use hyper::body::{Body as _, Bytes};
use hyper::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use hyper::{Method, Request, Response};
use libfuzzer_sys::fuzz_target;

static SITE: LazyLock<Site> = LazyLock::new(example);

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let mut first = lines.next().unwrap_or_default().splitn(2, |byte| *byte == b' ');
    let (method, target) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let mut request = Request::builder();
    let Ok(method) = Method::from_bytes(method) else { return };
    request = request.method(method).uri(target);
    for line in lines {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let (name, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            request = request.header(name, value);
        }
    }
    let Ok(mut request) = request.body(()) else { return };
    let answer = respond(&SITE, &request);
    check(&answer, request.method());
    if request.method() == Method::GET {
        *request.method_mut() = Method::HEAD;
        let head = respond(&SITE, &request);
        assert_eq!((head.status(), head.headers()), (answer.status(), answer.headers()));
    }
});

fn check(answer: &Response<Full<Bytes>>, method: &Method) {
    let status = answer.status().as_u16();
    assert!([200, 301, 302, 304, 400, 404, 405, 412, 414].contains(&status), "{status}");
    let length = answer.body().size_hint().exact();
    match answer.headers().get(CONTENT_LENGTH) {
        // A response to HEAD has the headers of GET (RFC 9110 section 9.3.2).
        Some(_) if *method == Method::HEAD => assert_eq!(length, Some(0)),
        Some(said) => assert_eq!(said.to_str().unwrap().parse().ok(), length),
        None => assert_eq!(status, 304),
    }
}
