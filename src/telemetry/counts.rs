//! Counts responses and connections in the metric families of prometheus-client.

use std::fmt::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper::{Method, StatusCode};
use prometheus_client::encoding::{EncodeLabelSet, LabelSetEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::client::Family;
use crate::urls::{Address, FeedRoute, SessionRoute};

/// The resource type of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum ResponseKind {
    Feed,
    Invite,
    Page,
    Link,
    Block,
    Embed,
    Atom,
    Json,
    Qr,
    Asset,
    Moved,
    Missing,
    Other,
}

/// The statuses with their own rows; all others share one.
const STATUSES: [StatusCode; 10] = [
    StatusCode::OK,
    StatusCode::MOVED_PERMANENTLY,
    StatusCode::FOUND,
    StatusCode::NOT_MODIFIED,
    StatusCode::BAD_REQUEST,
    StatusCode::NOT_FOUND,
    StatusCode::METHOD_NOT_ALLOWED,
    StatusCode::GONE,
    StatusCode::PRECONDITION_FAILED,
    StatusCode::URI_TOO_LONG,
];

/// The upper bounds of response times, in seconds: from a table lookup to a busy machine.
const BOUNDS: [f64; 11] = [1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 5e-4, 1e-3, 1e-2, 0.1];

/// The counters since the start.
#[derive(Debug)]
pub(super) struct Counts {
    requests: family::Family<ResponseLabels, Counter>,
    bytes: family::Family<ResponseKind, Counter>,
    latency: Histogram,
    accepted: Counter,
    open: Gauge,
}

/// The labels of a response.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ResponseLabels {
    kind: ResponseKind,
    /// The index in [`STATUSES`], or its length for all others.
    status: usize,
    family: Family,
}

impl ResponseKind {
    pub(super) const ALL: [Self; 13] = [
        Self::Feed,
        Self::Invite,
        Self::Page,
        Self::Link,
        Self::Block,
        Self::Embed,
        Self::Atom,
        Self::Json,
        Self::Qr,
        Self::Asset,
        Self::Moved,
        Self::Missing,
        Self::Other,
    ];

    /// Returns the type of a response. Errors have no resource, for any path.
    pub(super) fn of(address: Option<Address<'_>>, status: StatusCode) -> Self {
        match status {
            StatusCode::MOVED_PERMANENTLY => return Self::Moved,
            StatusCode::NOT_FOUND | StatusCode::GONE => return Self::Missing,
            _ => {}
        }
        match address {
            None => Self::Other,
            Some(Address::Home | Address::Year(_)) => Self::Page,
            Some(Address::Next) => Self::Link,
            Some(Address::Asset(_) | Address::Favicon | Address::Robots) => Self::Asset,
            Some(Address::Feed(_, route)) => match route {
                FeedRoute::Calendar => Self::Feed,
                FeedRoute::Atom => Self::Atom,
                FeedRoute::Json => Self::Json,
                FeedRoute::Page | FeedRoute::Apple => Self::Page,
                FeedRoute::Target(_) | FeedRoute::Next => Self::Link,
                FeedRoute::Embed => Self::Embed,
                FeedRoute::Newsletter => Self::Block,
                FeedRoute::Qr => Self::Qr,
            },
            Some(Address::Session(_, route)) => match route {
                SessionRoute::Invite => Self::Invite,
                SessionRoute::Page => Self::Page,
                SessionRoute::Target(_) | SessionRoute::Register | SessionRoute::Join => Self::Link,
                SessionRoute::Newsletter => Self::Block,
                SessionRoute::Qr => Self::Qr,
            },
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Invite => "invite",
            Self::Page => "page",
            Self::Link => "link",
            Self::Block => "block",
            Self::Embed => "embed",
            Self::Atom => "atom",
            Self::Json => "json",
            Self::Qr => "qr",
            Self::Asset => "asset",
            Self::Moved => "moved",
            Self::Missing => "missing",
            Self::Other => "other",
        }
    }
}

impl Counts {
    pub(super) fn new() -> Self {
        let bytes = family::Family::<ResponseKind, Counter>::default();
        // Rows exist from the start, so that rates can be computed.
        for kind in ResponseKind::ALL {
            drop(bytes.get_or_create(&kind));
        }
        Self {
            requests: family::Family::default(),
            bytes,
            latency: Histogram::new(BOUNDS),
            accepted: Counter::default(),
            open: Gauge::default(),
        }
    }

    pub(super) fn responded(
        &self,
        kind: ResponseKind,
        status: StatusCode,
        family: Family,
        bytes: u64,
        took: Duration,
    ) {
        let status = STATUSES.iter().position(|own| *own == status).unwrap_or(STATUSES.len());
        self.requests.get_or_create(&ResponseLabels { kind, status, family }).inc();
        self.bytes.get_or_create(&kind).inc_by(bytes);
        self.latency.observe(took.as_secs_f64());
    }

    pub(super) fn accepted(&self) {
        self.accepted.inc();
        self.open.inc();
    }

    pub(super) fn closed(&self) {
        self.open.dec();
    }

    /// Registers the metrics.
    pub(super) fn register(&self, registry: &mut Registry) {
        let help = "Responses by resource, status and client";
        registry.register("requests", help, self.requests.clone());
        let help = "Bytes of bodies handed to connections, without headers";
        registry.register_with_unit("sent", help, Unit::Bytes, self.bytes.clone());
        let help = "Time from a request's last header to its response handed to the connection";
        registry.register_with_unit("answer", help, Unit::Seconds, self.latency.clone());
        registry.register("connections_accepted", "Connections accepted", self.accepted.clone());
        registry.register("connections_open", "Connections open", self.open.clone());
    }
}

impl EncodeLabelSet for ResponseLabels {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), Error> {
        let status = STATUSES.get(self.status).map_or("other", StatusCode::as_str);
        let labels = [("status", status), ("client", self.family.as_str())];
        (self.kind, labels).encode(encoder)
    }
}

impl EncodeLabelSet for ResponseKind {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> Result<(), Error> {
        [("resource", self.as_str())].encode(encoder)
    }
}

/// Returns the number of bytes of a body. HEAD has none, even with a Content-Length.
pub(super) fn sent(method: &Method, length: Option<u64>) -> u64 {
    if method == Method::HEAD { 0 } else { length.unwrap_or(0) }
}

/// Adds to a counter. The order is relaxed, because no other memory access depends on the counter.
pub(super) fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

pub(super) fn get(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn text(counts: &Counts) -> String {
        let (mut registry, mut text) = (Registry::default(), String::new());
        counts.register(&mut registry);
        prometheus_client::encoding::text::encode(&mut text, &registry).unwrap();
        text
    }

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names: BTreeSet<_> = ResponseKind::ALL.map(ResponseKind::as_str).into();
        assert_eq!(names.len(), ResponseKind::ALL.len());
    }

    #[test]
    fn no_two_labels_share_a_row() {
        let counts = Counts::new();
        let took = Duration::from_micros(3);
        for kind in ResponseKind::ALL {
            for status in STATUSES {
                for family in Family::ALL {
                    counts.responded(kind, status, family, 1, took);
                }
            }
        }
        for (status, bytes) in [(StatusCode::IM_A_TEAPOT, 5), (StatusCode::CONFLICT, 6)] {
            counts.responded(ResponseKind::Page, status, Family::Apple, bytes, took);
        }
        let text = text(&counts);
        let rows: BTreeSet<_> =
            text.lines().filter_map(|line| line.strip_prefix("requests_total{")).collect();
        let all = ResponseKind::ALL.len() * STATUSES.len() * Family::ALL.len();
        assert_eq!(rows.len(), all + 1);
        assert_eq!(rows.iter().filter(|row| row.ends_with("} 1")).count(), all);
        assert!(rows.contains("resource=\"page\",status=\"other\",client=\"apple\"} 2"), "{text}");
        let page = STATUSES.len() * Family::ALL.len() + 11;
        assert!(
            text.contains(&format!("sent_bytes_total{{resource=\"page\"}} {page}\n")),
            "{text}"
        );
        assert!(text.contains(&format!("answer_seconds_count {}\n", all + 2)), "{text}");
    }

    #[test]
    fn bytes_have_rows_before_anything_is_sent() {
        let text = text(&Counts::new());
        let rows = text.lines().filter(|line| line.starts_with("sent_bytes_total{"));
        assert_eq!(rows.filter(|row| row.ends_with("} 0")).count(), ResponseKind::ALL.len());
    }

    #[test]
    fn a_response_time_equal_to_a_bound_is_within_it() {
        for bound in BOUNDS {
            let counts = Counts::new();
            let bound = Duration::from_secs_f64(bound);
            for took in [bound, bound + Duration::from_nanos(1)] {
                counts.responded(ResponseKind::Feed, StatusCode::OK, Family::Google, 0, took);
            }
            let text = text(&counts);
            let buckets =
                text.lines().filter_map(|line| line.strip_prefix("answer_seconds_bucket"));
            let within: Vec<&str> = buckets.filter_map(|row| row.rsplit(' ').next()).collect();
            let at = BOUNDS.iter().position(|own| Duration::from_secs_f64(*own) == bound).unwrap();
            assert_eq!(within.len(), BOUNDS.len() + 1);
            assert_eq!((within[at], within[at + 1]), ("1", "2"), "{text}");
        }
    }
}
