//! What is counted with every answer: tables that are made beforehand, so that a request adds to a
//! few numbers and neither searches nor allocates.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper::{Method, StatusCode};

use super::client::Family;
use crate::urls::{Address, FeedRoute, SessionRoute};

/// A kind of resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
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

/// The statuses that have a place of their own; the last place is for all others.
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

/// Upper bounds of the time that an answer takes, in nanoseconds: from the look-up in a table to a
/// machine that is busy with other things.
const BOUNDS: [u64; 11] = [
    1_000,
    2_000,
    5_000,
    10_000,
    20_000,
    50_000,
    100_000,
    500_000,
    1_000_000,
    10_000_000,
    100_000_000,
];

/// The numbers since the start.
#[derive(Debug)]
pub(super) struct Counts {
    /// By kind, status and family.
    requests: Box<[AtomicU64]>,
    /// By kind.
    bytes: [AtomicU64; Kind::ALL.len()],
    /// By bound; the last is for what takes longer.
    latency: [AtomicU64; BOUNDS.len() + 1],
    nanoseconds: AtomicU64,
    accepted: AtomicU64,
    closed: AtomicU64,
}

impl Kind {
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

    /// The kind of a response. An error has no resource behind it, whatever its path says.
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
        let places = Kind::ALL.len() * (STATUSES.len() + 1) * Family::ALL.len();
        Self {
            requests: (0..places).map(|_| AtomicU64::new(0)).collect(),
            bytes: Default::default(),
            latency: Default::default(),
            nanoseconds: AtomicU64::new(0),
            accepted: AtomicU64::new(0),
            closed: AtomicU64::new(0),
        }
    }

    pub(super) fn answered(
        &self,
        kind: Kind,
        status: StatusCode,
        family: Family,
        bytes: u64,
        took: Duration,
    ) {
        let status = STATUSES.iter().position(|own| *own == status).unwrap_or(STATUSES.len());
        add(&self.requests[place(kind, status, family)], 1);
        add(&self.bytes[kind as usize], bytes);
        let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let bound = BOUNDS.iter().position(|bound| took <= *bound).unwrap_or(BOUNDS.len());
        add(&self.latency[bound], 1);
        add(&self.nanoseconds, took);
    }

    pub(super) fn accepted(&self) {
        add(&self.accepted, 1);
    }

    pub(super) fn closed(&self) {
        add(&self.closed, 1);
    }

    /// What was answered at least once: kind, status and family with how often.
    pub(super) fn requests(&self) -> impl Iterator<Item = (Kind, String, Family, u64)> {
        Kind::ALL.into_iter().flat_map(move |kind| {
            (0..=STATUSES.len()).flat_map(move |status| {
                Family::ALL.into_iter().filter_map(move |family| {
                    let count = get(&self.requests[place(kind, status, family)]);
                    let name = STATUSES.get(status).map_or("other", StatusCode::as_str);
                    (count > 0).then(|| (kind, name.to_owned(), family, count))
                })
            })
        })
    }

    /// Bytes of bodies by kind.
    pub(super) fn bytes(&self) -> impl Iterator<Item = (Kind, u64)> {
        Kind::ALL.into_iter().zip(&self.bytes).map(|(kind, bytes)| (kind, get(bytes)))
    }

    /// The time that answers took: how many in all, seconds in all, and how many up to each bound
    /// in seconds and above the one before.
    pub(super) fn latency(&self) -> (u64, f64, Vec<(f64, u64)>) {
        let bounds = BOUNDS.iter().map(|bound| *bound as f64 / 1e9).chain([f64::INFINITY]);
        let buckets: Vec<_> = bounds.zip(self.latency.iter().map(get)).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        (count, get(&self.nanoseconds) as f64 / 1e9, buckets)
    }

    /// Connections that were accepted, and those that are open.
    pub(super) fn connections(&self) -> (u64, u64) {
        // In this order: what is accepted in between must not look like less than none.
        let closed = get(&self.closed);
        let accepted = get(&self.accepted);
        (accepted, accepted.saturating_sub(closed))
    }
}

/// HEAD and what has no body of its own send none, whatever Content-Length says.
pub(super) fn sent(method: &Method, length: Option<u64>) -> u64 {
    if method == Method::HEAD { 0 } else { length.unwrap_or(0) }
}

fn place(kind: Kind, status: usize, family: Family) -> usize {
    (kind as usize * (STATUSES.len() + 1) + status) * Family::ALL.len() + family as usize
}

/// Nothing else hangs on the number, so no order is asked for.
pub(super) fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

pub(super) fn get(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_stands_at_its_place_under_a_name_of_its_own() {
        for (place, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, place);
        }
        let names: std::collections::BTreeSet<_> = Kind::ALL.map(Kind::as_str).into();
        assert_eq!(names.len(), Kind::ALL.len());
    }

    #[test]
    fn no_two_answers_share_a_place() {
        let counts = Counts::new();
        let took = Duration::from_micros(3);
        for kind in Kind::ALL {
            for status in STATUSES {
                for family in Family::ALL {
                    counts.answered(kind, status, family, 1, took);
                }
            }
        }
        counts.answered(Kind::Page, StatusCode::IM_A_TEAPOT, Family::Apple, 5, took);
        let all: Vec<_> = counts.requests().collect();
        assert_eq!(all.len(), Kind::ALL.len() * STATUSES.len() * Family::ALL.len() + 1);
        assert!(all.iter().all(|(.., count)| *count == 1));
        assert!(all.contains(&(Kind::Page, "other".to_owned(), Family::Apple, 1)));
        let (count, seconds, buckets) = counts.latency();
        assert_eq!(count, all.len() as u64);
        assert!((seconds - 3e-6 * count as f64).abs() < 1e-9);
        assert_eq!(buckets.iter().find(|(_, in_it)| *in_it > 0), Some(&(5e-6, count)));
    }

    #[test]
    fn an_answer_as_long_as_a_bound_is_within_it() {
        let counts = Counts::new();
        for nanoseconds in [1_000, 1_001, u64::MAX] {
            let took = Duration::from_nanos(nanoseconds);
            counts.answered(Kind::Feed, StatusCode::OK, Family::Google, 0, took);
        }
        let (_, _, buckets) = counts.latency();
        assert_eq!((buckets[0].1, buckets[1].1, buckets[BOUNDS.len()].1), (1, 1, 1));
    }
}
