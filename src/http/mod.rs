//! From a request to its answer: one look-up and a few comparisons, without a socket and without fail.
//!
//! ```text
//! GET, HEAD  a path of the site     200, 304, 412, or 301 to the path without a slash at the end
//! GET, HEAD  a path of what is gone  410
//! GET, HEAD  any other path         404
//! any other method                  405 with Allow
//! no right Host or target           400, 414
//! ```
//!
//! A query takes no part in the look-up, and what the client says it accepts decides only the
//! content coding.

mod conditional;
mod negotiate;
mod redirect;
mod target;

pub use redirect::redirect;

use std::time::SystemTime;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{HeaderMap, IF_MODIFIED_SINCE};
use hyper::{Method, Request, Response, StatusCode};

use crate::site::{Representation, Resource, Site};
pub use target::normalize;

use conditional::Verdict;
use target::Refusal;

/// Answers a request; for HEAD with the headers that GET would have (RFC 9110 section 9.3.2). It takes each date
/// of the client's for past: [`respond_at`] knows better.
pub fn respond<B>(site: &Site, request: &Request<B>) -> Response<Full<Bytes>> {
    respond_at(site, request, None)
}

/// The same for a request that was received at an instant, in UTC. It matters where [`has_date`] says so.
pub fn respond_at<B>(
    site: &Site,
    request: &Request<B>,
    received: Option<SystemTime>,
) -> Response<Full<Bytes>> {
    let answer = whole(site, request, received);
    match *request.method() {
        // On HTTP/2 hyper would send what it is given.
        Method::HEAD => answer.map(|_| Full::default()),
        _ => answer,
    }
}

/// Whether the response to a request depends on when it was received.
pub fn has_date(headers: &HeaderMap) -> bool {
    headers.contains_key(IF_MODIFIED_SINCE)
}

fn whole<B>(
    site: &Site,
    request: &Request<B>,
    received: Option<SystemTime>,
) -> Response<Full<Bytes>> {
    if let Some(refused) = refusal(site, request) {
        return refused;
    }
    let (method, path, headers) = (request.method(), request.uri().path(), request.headers());
    if method != Method::GET && method != Method::HEAD {
        return send(site.not_allowed(path).identity());
    }
    if let Some(answer) = found(site, path, headers, received) {
        return answer;
    }
    // Hardly anybody writes a path in another form than ours.
    let path = normalize(path);
    found(site, &path, headers, received).unwrap_or_else(|| send(site.missing(&path).identity()))
}

/// The answer to a path in the form that the site has it in, if something is there.
fn found(
    site: &Site,
    path: &str,
    headers: &HeaderMap,
    received: Option<SystemTime>,
) -> Option<Response<Full<Bytes>>> {
    match site.get(path) {
        Some(resource) => Some(give(site, resource, path, headers, received)),
        None => site.without_slash(path).map(|redirect| send(redirect.identity())),
    }
}

/// The answer to what is no right request, whatever the site holds.
fn refusal<B>(site: &Site, request: &Request<B>) -> Option<Response<Full<Bytes>>> {
    let (uri, path) = (request.uri(), request.uri().path());
    match target::check(request.method(), uri, request.version(), request.headers()) {
        Ok(()) => None,
        Err(Refusal::Bad) => Some(send(site.bad_request(path).identity())),
        Err(Refusal::TooLong) => Some(send(site.too_long(path).identity())),
    }
}

fn give(
    site: &Site,
    resource: &Resource,
    path: &str,
    headers: &HeaderMap,
    received: Option<SystemTime>,
) -> Response<Full<Bytes>> {
    let chosen = negotiate::choose(resource, headers);
    match verdict(resource, chosen, headers, received) {
        Verdict::Send => send(chosen),
        Verdict::NotModified => {
            let mut response = Response::new(Full::new(Bytes::new()));
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.headers_mut() = chosen.not_modified.clone();
            response
        }
        Verdict::PreconditionFailed => send(site.precondition_failed(path).identity()),
    }
}

/// Errors and redirects have nothing to compare with (RFC 9110 section 13.2.1).
fn verdict(
    resource: &Resource,
    chosen: &Representation,
    headers: &HeaderMap,
    received: Option<SystemTime>,
) -> Verdict {
    match chosen.etag {
        Some(_) => conditional::evaluate(resource, headers, received),
        None => Verdict::Send,
    }
}

fn send(representation: &Representation) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(representation.body.clone()));
    *response.status_mut() = representation.status;
    *response.headers_mut() = representation.headers.clone();
    response
}
