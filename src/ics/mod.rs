//! Makes calendars (RFC 5545): every feed and invite of an edition, each proven before its publication.
//!
//! To read: `line` (content lines), `event` (VEVENT), `vtimezone`, `calendar` (planned, written and proven), `feed`,
//! `invite`, `removed` (removed sessions and feeds), `proof` (an independent parser).

mod calendar;
mod event;
mod feed;
mod invite;
mod line;
mod proof;
mod removed;
mod vtimezone;

pub use calendar::{Draft, PRODID};
pub use event::{duration, utc};
pub use feed::calendars;
