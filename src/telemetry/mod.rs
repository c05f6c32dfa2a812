//! Telemetry: metrics, readiness, and the access log.
//!
//! The server notifies a [`Telemetry`] of every connection, response and refusal, and the reloader of every edition.
//! Without `--admin` it counts nothing. Telemetry never records data about a single reader, and no response depends on
//! it.
//!
//! To read: `counts`, `client`, `links` and `clicks` (counters), `refused`, `status` and `certificate` (state),
//! `metrics` and `admin` (output), `lossy`.

mod admin;
mod certificate;
mod clicks;
mod client;
mod counts;
mod links;
mod lossy;
mod metrics;
mod refused;
mod status;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use hyper::body::Body;
use hyper::header::{HeaderMap, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode};

use crate::publish::{Published, Refusal};
use crate::site::Site;
use crate::urls::Address;
use crate::visible;
use certificate::Certificate;
use counts::{Counts, ResponseKind};
use links::{LinkCounts, SiteIds};
use refused::{LogLine, Refusals};
use status::ServiceStatus;

pub use admin::Admin;
pub use client::Family;
pub use lossy::{Dropped, Lossy};
pub use refused::Refused;
pub use status::Outcome;

/// The state of telemetry.
#[derive(Debug)]
pub struct Telemetry {
    watch: Watch,
    counts: Counts,
    links: RwLock<LinkCounts>,
    refusals: Refusals,
    status: Mutex<ServiceStatus>,
}

/// Settings of telemetry.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    /// Whether responses, connections and links are counted.
    pub counting: bool,
    /// Whether each response is logged.
    pub access_log: bool,
    /// The name of `sessions.toml` in messages.
    pub file: String,
    /// The version of the time-zone rules, such as `2026f`.
    pub tzdata: String,
    /// The counter of dropped log lines.
    pub dropped: Dropped,
}

/// A connection that counts as open until this is dropped.
#[derive(Debug)]
pub struct Connection {
    /// The telemetry, or `None` if nothing is counted.
    telemetry: Option<Arc<Telemetry>>,
}

impl Telemetry {
    /// Creates telemetry without events.
    pub fn new(watch: Watch) -> Self {
        Self {
            watch,
            counts: Counts::new(),
            links: RwLock::default(),
            refusals: Refusals::new(),
            status: Mutex::default(),
        }
    }

    /// Counts a connection, which is open until the returned value is dropped.
    pub fn connection(self: &Arc<Self>) -> Connection {
        let telemetry = self.watch.counting.then(|| Arc::clone(self));
        if let Some(telemetry) = &telemetry {
            telemetry.counts.accepted();
        }
        Connection { telemetry }
    }

    /// Returns the instant before a response is made, or `None` if it is not needed.
    pub fn begin(&self) -> Option<Instant> {
        (self.watch.counting || self.watch.access_log).then(Instant::now)
    }

    /// Records a response that was made since [`Self::begin`], and the address of the request, if there is one.
    /// `is_last` is false for a redirect to the same target, such as to https.
    pub fn responded(
        &self,
        began: Option<Instant>,
        request: &Request<impl Sized>,
        response: &Response<impl Body>,
        address: Option<Address<'_>>,
        is_last: bool,
    ) {
        let Some(began) = began else { return };
        let took = began.elapsed();
        let (method, uri, status) = (request.method(), request.uri(), response.status());
        let family = family(request.headers());
        let via = links::via(uri.query());
        let bytes = counts::sent(method, response.body().size_hint().exact());
        if self.watch.counting {
            let links = self.links.read().unwrap_or_else(PoisonError::into_inner);
            self.counts.responded(ResponseKind::of(address, status), status, family, bytes, took);
            if let Some(address) = address
                && is_last
                && method == Method::GET
                && is_there(status)
            {
                let moved = status == StatusCode::MOVED_PERMANENTLY;
                links.opened(address, via, family, moved);
            }
        }
        if self.watch.access_log {
            tracing::info!(
                target: "convene::access",
                %method,
                path = uri.path(),
                via = via.map(clicks::plain),
                status = status.as_u16(),
                bytes,
                client = family.as_str(),
                micros = took.as_micros() as u64,
                "answered"
            );
        }
    }

    /// Records a refusal, and logs it at most once a minute per kind; see [`Refused`].
    pub fn refused(&self, kind: Refused, detail: &dyn std::fmt::Display) {
        if let Some(line) = self.refusals.note(kind, detail, Instant::now()) {
            log(&line);
        }
    }

    /// Logs pending refusals, and once that the certificate in use has expired. The caller calls it regularly.
    pub fn tick(&self, now: DateTime<Utc>) {
        self.refusals.due(Instant::now()).iter().for_each(log);
        let news = self.status().certificate.as_mut().and_then(|own| own.news(now));
        if let Some(sentence) = news {
            tracing::error!("{sentence}");
        }
    }

    /// Logs pending refusals. The caller must call this function at the end.
    pub fn end(&self) {
        self.refusals.rest(Instant::now()).iter().for_each(log);
    }

    /// Records the edition served from now on. `outcome` is `None` for the first one.
    pub fn published(&self, published: &Published, outcome: Option<Outcome>, now: DateTime<Utc>) {
        let mut status = self.status();
        status.publish(&self.watch.file, published, now);
        if let Some(outcome) = outcome {
            status.reloads[outcome as usize] += 1;
        }
        drop(status);
        self.turn(&published.site);
    }

    /// Records an edition that differs only by time, while its file is removed or refused.
    pub fn rebuilt(&self, site: &Site) {
        self.status().reloads[Outcome::Turned as usize] += 1;
        self.turn(site);
    }

    fn turn(&self, site: &Site) {
        if self.watch.counting {
            let ids = SiteIds::of(site);
            self.links.write().unwrap_or_else(PoisonError::into_inner).turn(ids);
        }
    }

    /// Records a refused file. The served edition stays.
    pub fn not_published(&self, refusal: &Refusal) {
        let mut status = self.status();
        status.refuse(&self.watch.file, refusal);
        status.reloads[Outcome::Refused as usize] += 1;
    }

    /// Reports that the file is still being processed after this time, or with `None` that it is done.
    pub fn processes(&self, after: Option<Duration>) {
        let file = &self.watch.file;
        self.status().slow = after.map(|after| {
            format!("{file} is still being processed after {} s", after.as_secs_f32())
        });
    }

    /// Records the certificate in use, valid until `not_after` inclusive (RFC 5280 section 4.1.2.5), if known.
    /// `refused` is the reason for refusing the certificate in its files.
    pub fn certificate(&self, not_after: Option<DateTime<Utc>>, refused: Option<String>) {
        let mut status = self.status();
        // The same certificate is logged once, however often its files are polled.
        let same = status.certificate.as_ref().filter(|own| own.not_after == not_after);
        let logged = same.is_some_and(|own| own.logged);
        status.certificate = Some(Certificate { not_after, refused, logged });
    }

    /// Returns whether a load balancer may send readers to this process at an instant, with the reason. Only a missing
    /// edition or a process that ends is an error. Any other problem is only reported, because the last good edition is
    /// better than none.
    ///
    /// # Errors
    /// A sentence with the reason for sending readers elsewhere.
    pub fn readiness(&self, ending: bool, now: DateTime<Utc>) -> Result<String, String> {
        let status = self.status();
        if ending {
            return Err("not ready: this process is about to end".to_owned());
        }
        if status.made.is_none() {
            let slow = status.slow.iter().map(|sentence| format!("; {sentence}"));
            let reason = "not ready: the first edition is not made yet".to_owned();
            return Err(slow.fold(reason, |reason, slow| reason + &slow));
        }
        Ok(match status.degraded(now) {
            // The text may be printed in a terminal.
            Some(reason) => format!("ready, but degraded: {}", visible::line(&reason)),
            None => "ready".to_owned(),
        })
    }

    fn status(&self) -> MutexGuard<'_, ServiceStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(telemetry) = &self.telemetry {
            telemetry.counts.closed();
        }
    }
}

/// Returns the family of a client. Without a User-Agent, or with two, it is `other`.
fn family(headers: &HeaderMap) -> Family {
    headers.get(USER_AGENT).map_or(Family::Other, |name| Family::of(name.as_bytes()))
}

/// Returns whether a response is the requested resource, or a redirect to it.
fn is_there(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::OK
            | StatusCode::NOT_MODIFIED
            | StatusCode::FOUND
            | StatusCode::MOVED_PERMANENTLY
    )
}

fn log(line: &LogLine) {
    let LogLine { kind, count, detail } = line;
    let (kind, sentence, ours) = (kind.as_str(), kind.sentence(), kind.is_ours());
    if ours {
        tracing::warn!(kind, count, "{sentence}: {detail}");
    } else {
        tracing::info!(kind, count, "{sentence}: {detail}");
    }
}
