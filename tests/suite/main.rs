//! One binary for all tests that use the program as a whole.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod architecture;
mod calendars;
mod check;
mod cli;
mod components;
mod determinism;
mod findings_page;
mod golden;
mod http;
mod links_command;
mod newsletter;
mod properties;
mod readers;
mod revisions;
mod rfc5545;
mod support;
mod texts;
mod zone_rules;
mod zones;
