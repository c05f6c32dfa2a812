//! Responds to a request with one lookup and a few comparisons. The module is synchronous, has no sockets, and cannot
//! fail.
//!
//! ```text
//! GET, HEAD  a path of the site      200, 304, 412, or 301 to the path without a trailing slash
//! GET, HEAD  a removed path          410
//! GET, HEAD  any other path          404
//! any other method                   405 with Allow
//! invalid Host or target             400, 414
//! ```
//!
//! The query is not part of the lookup. Accept-Encoding decides the content coding, and no other preference of the
//! client counts.
//!
//! To read: this file (one response), `target` (from a request to a path), `conditional` (304 and 412), `negotiate` (content
//! codings), `redirect` (from http to https).

mod conditional;
mod negotiate;
mod redirect;
mod target;

pub use redirect::redirect;

use std::sync::Arc;
use std::time::SystemTime;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{HeaderMap, IF_MODIFIED_SINCE};
use hyper::{Method, Request, Response, StatusCode};

use crate::site::{Found, Representation, Resource, Site};
use crate::urls::Address;

use conditional::Verdict;
use target::{BadTarget, normalize};

/// A response, and its address.
#[derive(Debug)]
pub struct Responded<'a> {
    /// The response.
    pub response: Response<Full<Bytes>>,
    /// The address of the request, if it is published.
    pub address: Option<Address<'a>>,
}

/// Responds to a request; a response to HEAD has the headers of GET (RFC 9110 section 9.3.2). Treats every date of the
/// client as past; [`respond_at`] compares it with a clock.
pub fn respond<B>(site: &Site, request: &Request<B>) -> Response<Full<Bytes>> {
    respond_at(site, request, None).response
}

/// Responds to a request received at an instant, in UTC. The instant matters only if [`has_date`] returns true.
pub fn respond_at<'a, B>(
    site: &'a Site,
    request: &Request<B>,
    received: Option<SystemTime>,
) -> Responded<'a> {
    let responded = whole(site, request, received, |found| Some(site.resource(found)));
    responded.expect("a resource that may take its time is always made")
}

/// Responds like [`respond_at`], unless making the response takes longer than a serving thread may spend on it.
pub fn respond_now<'a, B>(
    site: &'a Site,
    request: &Request<B>,
    received: Option<SystemTime>,
) -> Option<Responded<'a>> {
    whole(site, request, received, |found| site.resource_now(found))
}

/// Returns whether the response depends on when the request was received.
pub fn has_date(headers: &HeaderMap) -> bool {
    headers.contains_key(IF_MODIFIED_SINCE)
}

fn whole<'a, B>(
    site: &'a Site,
    request: &Request<B>,
    received: Option<SystemTime>,
    resource: impl FnOnce(&Found<'a>) -> Option<Arc<Resource>>,
) -> Option<Responded<'a>> {
    let Responded { response, address } = get(site, request, received, resource)?;
    let response = match *request.method() {
        // On HTTP/2, hyper would send a body even for HEAD.
        Method::HEAD => response.map(|_| Full::default()),
        _ => response,
    };
    Some(Responded { response, address })
}

fn get<'a, B>(
    site: &'a Site,
    request: &Request<B>,
    received: Option<SystemTime>,
    resource: impl FnOnce(&Found<'a>) -> Option<Arc<Resource>>,
) -> Option<Responded<'a>> {
    let nowhere = |response| Some(Responded { response, address: None });
    if let Some(refused) = refusal(site, request) {
        return nowhere(refused);
    }
    let (method, path, headers) = (request.method(), request.uri().path(), request.headers());
    if method != Method::GET && method != Method::HEAD {
        return nowhere(send(site.not_allowed(path).identity()));
    }
    let path = normalize(path);
    if let Some(found) = site.find(&path) {
        let response = give(site, &*resource(&found)?, &path, headers, received);
        return Some(Responded { response, address: Some(found.address) });
    }
    match site.without_slash(&path) {
        Some((found, redirect)) => {
            Some(Responded { response: send(redirect.identity()), address: Some(found.address) })
        }
        None => nowhere(send(site.missing(&path).identity())),
    }
}

/// Returns the response to an invalid request, which does not depend on the site.
fn refusal<B>(site: &Site, request: &Request<B>) -> Option<Response<Full<Bytes>>> {
    let (uri, path) = (request.uri(), request.uri().path());
    match target::check(request.method(), uri, request.version(), request.headers()) {
        Ok(()) => None,
        Err(BadTarget::Malformed) => Some(send(site.bad_request(path).identity())),
        Err(BadTarget::TooLong) => Some(send(site.too_long(path).identity())),
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

/// Evaluates the conditions. Errors and redirects have no validators (RFC 9110 section 13.2.1).
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
