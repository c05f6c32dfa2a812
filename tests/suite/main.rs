//! One binary for all tests that use the program as a whole.

mod architecture;
mod calendars;
mod check;
mod cli;
mod components;
mod determinism;
mod golden;
mod http;
mod revisions;
mod rfc5545;
mod support;
mod texts;
mod zone_rules;
mod zones;
