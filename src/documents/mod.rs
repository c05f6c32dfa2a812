//! Renders other formats for programs: feeds as Atom and JSON, and QR codes of pages.
//!
//! To read: `json`, `atom`, `qr`.

mod atom;
mod json;
mod qr;

pub use atom::{ENTRIES, atom};
pub use json::json;
pub use qr::{fits, qr};
