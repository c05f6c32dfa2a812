//! convene: one TOML list of sessions in, calendar feeds, invites and pages out.
//!
//! ```text
//! bytes of sessions.toml -> config -> Catalog -> revisions -> Edition -> Documents -> Site -> Response
//! ```
//!
//! Every arrow is a pure function. The API is internal: the binary, the tests and the benches use it.

pub mod config;
pub mod copies;
pub mod cut;
pub mod diagnostic;
pub mod error;
pub mod export;
pub mod files;
pub mod http;
pub mod import;
pub mod l10n;
pub mod model;
pub mod paths;
pub mod publish;
pub mod reload;
pub mod render;
pub mod revisions;
pub mod rfc3339;
pub mod server;
pub mod sight;
pub mod site;
pub mod source;
pub mod starter;
pub mod suggest;
pub mod zone;
