//! convene: turns one `sessions.toml` into calendar feeds, invites, pages and newsletter blocks.
//!
//! ```text
//! bytes of sessions.toml -> config -> Catalog -> revisions -> Edition -> calendars
//!                                                                     \-> Site { edition, calendars, cache }
//! request -> Address -> Site::find: calendar, cached resource, or rendered now -> Response
//! ```
//!
//! Every arrow is a pure function. The API is internal: only the binary, the tests and the benches use it.

pub mod config;
pub mod cut;
pub mod diagnostic;
pub mod document;
pub mod documents;
pub mod error;
pub mod export;
pub mod files;
pub mod http;
pub mod ics;
pub mod import;
pub mod l10n;
pub mod links;
pub mod markdown;
pub mod model;
pub mod newsletter;
pub mod pages;
pub mod preview;
pub mod publish;
pub mod reload;
pub mod replace;
pub mod revisions;
pub mod rfc3339;
pub mod server;
pub mod site;
pub mod source;
pub mod suggest;
pub mod telemetry;
pub mod template;
pub mod urls;
pub mod visible;
pub mod zone;
