//! Redirects from HTTP to HTTPS, on a port that only redirects.

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{CACHE_CONTROL, CONTENT_LENGTH, HOST, HeaderMap, HeaderValue, LOCATION};
use hyper::{Method, Request, Response, StatusCode, Uri};

use super::{refusal, send};
use crate::site::Site;

/// Redirects to the same target on HTTPS. The origin is the public URL if that is https; otherwise it is the host of
/// the request with the port that speaks TLS. The status is 301 for GET and HEAD, and 308 for methods that must not
/// change (RFC 9110 sections 15.4.2 and 15.4.9).
pub fn redirect<B>(site: &Site, port: u16, request: &Request<B>) -> Response<Full<Bytes>> {
    if let Some(refused) = refusal(site, request) {
        return refused;
    }
    let uri = request.uri();
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let origin = site.edition().urls.https_origin().map(ToOwned::to_owned);
    let location = origin
        .or_else(|| of_host(uri, request.headers(), port))
        .filter(|_| target.starts_with('/'))
        .and_then(|origin| HeaderValue::try_from(format!("{origin}{target}")).ok());
    let Some(location) = location else {
        return send(site.bad_request(uri.path()).identity());
    };
    let mut response = Response::new(Full::new(Bytes::new()));
    *response.status_mut() = match *request.method() {
        Method::GET | Method::HEAD => StatusCode::MOVED_PERMANENTLY,
        _ => StatusCode::PERMANENT_REDIRECT,
    };
    let headers = response.headers_mut();
    headers.insert(LOCATION, location);
    headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
    // The redirect is not cached forever: if the operator stops using TLS, clients must return to HTTP.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    response
}

/// Returns the origin from the target's authority, or otherwise from the checked Host.
fn of_host(uri: &Uri, headers: &HeaderMap, port: u16) -> Option<String> {
    let named = match uri.host() {
        Some(host) => host,
        None => headers.get(HOST)?.to_str().ok()?,
    };
    let name = match named.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => name,
        _ => named,
    };
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    (!name.is_empty()).then(|| format!("https://{name}{port}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_of_https_is_left_out_where_it_is_the_usual_one() {
        for (target, host, port, origin) in [
            ("/x", Some("a.example"), 443, Some("https://a.example")),
            ("/x", Some("a.example:80"), 443, Some("https://a.example")),
            ("/x", Some("a.example"), 8443, Some("https://a.example:8443")),
            ("/x", Some("[2001:db8::1]:8080"), 443, Some("https://[2001:db8::1]")),
            ("/x", Some("[2001:db8::1]"), 8443, Some("https://[2001:db8::1]:8443")),
            ("/x", Some("192.0.2.1:80"), 443, Some("https://192.0.2.1")),
            // The target's authority has precedence over Host (RFC 9112 section 3.2.2).
            ("http://b.example:81/x", Some("a.example"), 443, Some("https://b.example")),
            ("/x", Some(""), 443, None),
            ("/x", Some(":80"), 443, None),
            ("/x", None, 443, None),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(host.map(|host| (HOST, HeaderValue::from_static(host))));
            let found = of_host(&Uri::from_static(target), &headers, port);
            assert_eq!(found.as_deref(), origin, "{target} {host:?} {port}");
        }
    }
}
