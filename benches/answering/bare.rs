//! A server with hyper alone: it sends one fixed response to every request. No server built on hyper can cost less.

use std::convert::Infallible;
use std::future::ready;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

/// Serves one response forever, with the headers of convene's response.
pub(crate) fn serve(address: &str, head: &str, body: Vec<u8>) {
    let headers = headers(head);
    let body = Bytes::from(body);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("there are descriptors").block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await.expect("the address is free");
        loop {
            let (stream, _) = listener.accept().await.expect("there are descriptors");
            stream.set_nodelay(true).expect("it was connected");
            let answer = answering(headers.clone(), body.clone());
            tokio::spawn(async move {
                let service =
                    service_fn(move |_: Request<Incoming>| ready(Ok::<_, Infallible>(answer())));
                let mut builder = http1::Builder::new();
                builder.header_read_timeout(None);
                // A client that disconnects does not matter here.
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
}

fn answering(headers: HeaderMap, body: Bytes) -> impl Fn() -> Response<Full<Bytes>> {
    move || {
        let mut response = Response::new(Full::new(body.clone()));
        *response.headers_mut() = headers.clone();
        response
    }
}

fn headers(head: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in head.lines().skip(1) {
        // hyper adds the date itself.
        if let Some((name, value)) = line.split_once(": ").filter(|(name, _)| *name != "date") {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("it was sent");
            headers.insert(name, HeaderValue::from_str(value).expect("it was sent"));
        }
    }
    // The server copies the map as convene does: a map grows by doubling, and its clone has no spare capacity.
    headers.clone()
}
