//! One binary for all tests that use the program as a whole.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod architecture;
mod atom;
mod browser;
mod calendars;
mod changed;
mod check;
mod cli;
mod components;
mod deploy;
mod determinism;
mod endurance;
mod findings_page;
mod golden;
mod hostile;
mod http;
mod import;
mod injection;
mod json;
mod life;
mod links;
mod links_command;
mod markup;
mod newsletter;
mod pages;
mod payloads;
mod preview;
mod properties;
mod qr;
mod readers;
mod reload;
mod renamed;
mod replicas;
mod reuse;
mod revisions;
mod rfc5545;
mod samples;
mod sight;
mod static_site;
mod subscriber;
mod support;
mod texts;
mod third_party;
mod zone_rules;
mod zones;
