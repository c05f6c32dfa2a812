//! Makes responses from the newest site: at once or, if that takes long, on a thread that serves no clients.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Response};
use tokio::sync::{Semaphore, watch};

use super::role::Role;
use crate::http::{Responded, has_date, redirect, respond_at, respond_now};
use crate::site::Site;
use crate::telemetry::Telemetry;

/// A response, or the inputs of one that takes longer than other clients of this thread may wait.
#[derive(Debug)]
pub(super) enum PendingResponse {
    Now(Response<Full<Bytes>>),
    Later(Box<Later>),
}

/// Makes the responses of a server.
#[derive(Debug, Clone)]
pub(super) struct Responder {
    pub(super) site: watch::Receiver<Arc<Site>>,
    pub(super) telemetry: Arc<Telemetry>,
    /// The clock that dates in requests are compared with.
    pub(super) clock: fn() -> DateTime<Utc>,
    /// The single permit, so that long responses use at most one thread.
    pub(super) turn: Arc<Semaphore>,
}

/// A request whose response takes long to make.
#[derive(Debug)]
pub(super) struct Later {
    responder: Responder,
    request: Request<()>,
}

impl Responder {
    /// Responds with the newest site.
    pub(super) fn respond<B>(&self, role: &Role, request: &Request<B>) -> PendingResponse {
        if let Role::Redirect(port) = role {
            return PendingResponse::Now(self.redirect(*port, request));
        }
        match self.respond_now(request) {
            Some(response) => PendingResponse::Now(response),
            None => PendingResponse::Later(Box::new(Later {
                responder: self.clone(),
                request: without_body(request),
            })),
        }
    }

    fn respond_now<B>(&self, request: &Request<B>) -> Option<Response<Full<Bytes>>> {
        let (site, began) = (self.site(), self.telemetry.begin());
        let Responded { response, address } = respond_now(&site, request, self.received(request))?;
        self.telemetry.responded(began, request, &response, address, true);
        Some(response)
    }

    fn respond_at_length(&self, request: &Request<()>) -> Response<Full<Bytes>> {
        let (site, began) = (self.site(), self.telemetry.begin());
        let Responded { response, address } = respond_at(&site, request, self.received(request));
        self.telemetry.responded(began, request, &response, address, true);
        response
    }

    fn redirect<B>(&self, port: u16, request: &Request<B>) -> Response<Full<Bytes>> {
        let (site, began) = (self.site(), self.telemetry.begin());
        let response = redirect(&site, port, request);
        // The client repeats a redirected request over HTTPS.
        self.telemetry.responded(began, request, &response, None, false);
        response
    }

    fn site(&self) -> Arc<Site> {
        // The guard is released at once, because a reload would wait for it.
        Arc::clone(&self.site.borrow())
    }

    fn received<B>(&self, request: &Request<B>) -> Option<std::time::SystemTime> {
        has_date(request.headers()).then(|| (self.clock)().into())
    }
}

impl Later {
    /// Makes the response when the permit is free. If the client has disconnected by then, the future is dropped and
    /// nothing is made.
    pub(super) async fn response(self) -> Response<Full<Bytes>> {
        let Self { responder, request } = self;
        let turn = Arc::clone(&responder.turn).acquire_owned().await;
        let turn = turn.expect("the semaphore is never closed");
        // Another request may have made the same response meanwhile.
        if let Some(response) = responder.respond_now(&request) {
            return response;
        }
        let made = tokio::task::spawn_blocking(move || {
            let response = responder.respond_at_length(&request);
            drop(turn);
            response
        });
        match made.await {
            Ok(response) => response,
            Err(error) => match error.try_into_panic() {
                // As on this thread, the panic ends this connection and no other.
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(error) => panic!("nobody cancels it: {error}"),
            },
        }
    }
}

fn without_body<B>(request: &Request<B>) -> Request<()> {
    let mut own = Request::new(());
    *own.method_mut() = request.method().clone();
    *own.uri_mut() = request.uri().clone();
    *own.version_mut() = request.version();
    *own.headers_mut() = request.headers().clone();
    own
}
