//! The response to a request: of the newest site, made at once or by a thread that serves nobody else.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Response};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::connection::Role;
use crate::http::{Responded, has_date, redirect, respond_at, takes_long};
use crate::site::Site;
use crate::telemetry::Telemetry;

/// A response, or the wait for one.
#[derive(Debug)]
pub(super) enum Made {
    Now(Response<Full<Bytes>>),
    /// It takes longer than this thread's other clients may wait.
    Later(JoinHandle<Response<Full<Bytes>>>),
}

/// What every response of a server is made from.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) site: watch::Receiver<Arc<Site>>,
    pub(super) telemetry: Arc<Telemetry>,
    /// The clock of the clients' dates.
    pub(super) clock: fn() -> DateTime<Utc>,
}

impl Made {
    /// Waits for the response.
    pub(super) async fn response(self) -> Response<Full<Bytes>> {
        match self {
            Self::Now(response) => response,
            Self::Later(made) => match made.await {
                Ok(response) => response,
                // As if it had panicked here: it ends this connection and no other.
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            },
        }
    }
}

impl Source {
    /// Responds with the newest site.
    pub(super) fn respond<B>(&self, role: &Role, request: &Request<B>) -> Made {
        // The guard is not held: a reload would wait for it.
        let site = Arc::clone(&self.site.borrow());
        if matches!(role, Role::Redirect(_)) || !takes_long(&site, request) {
            return Made::Now(self.respond_of(&site, role, request));
        }
        let (own, role, request) = (self.clone(), role.clone(), without_body(request));
        Made::Later(tokio::task::spawn_blocking(move || own.respond_of(&site, &role, &request)))
    }

    fn respond_of<B>(
        &self,
        site: &Site,
        role: &Role,
        request: &Request<B>,
    ) -> Response<Full<Bytes>> {
        let began = self.telemetry.begin();
        let Responded { response, address } = match role {
            Role::Plain | Role::Tls(_) => {
                let received = has_date(request.headers()).then(|| (self.clock)().into());
                respond_at(site, request, received)
            }
            Role::Redirect(port) => {
                Responded { response: redirect(site, *port, request), address: None }
            }
        };
        // What leads to https is asked for again there.
        let is_last = !matches!(role, Role::Redirect(_));
        self.telemetry.answered(began, request, &response, address, is_last);
        response
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
