//! What a reload costs: processor time of each arrow from the text to the site, as a ratio to
//! parsing the same text alone, and how that grows with the list.
//!
//! `cargo bench --bench building`; `-- --long` adds 100,000 sessions and many large feeds.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../common/mod.rs"]
mod common;

use std::hint::black_box;
use std::time::Duration;

use chrono::{DateTime, Utc};
use convene::config;
use convene::model::{BaseUrl, Catalog};
use convene::paths::Paths;
use convene::publish::{Plan, plan};
use convene::revisions::Revisions;
use convene::site::Site;
use convene::source::Source;
use convene::zone::Rules;

use common::{AT, asked, flag, folder, free_address, list, list_with_selections, memory, own_cpu};

fn main() {
    if !asked() {
        return;
    }
    let long = flag("--long");
    println!("CPU per reload, in milliseconds, and in brackets as a multiple of the TOML parse");
    println!(
        "{:>22} {:>8} {:>14} {:>16} {:>14} {:>16}",
        "sessions", "parse", "load", "revise, render", "site", "whole"
    );
    let small = measure("1,000", &list(1_000));
    let medium = measure("10,000", &list(10_000));
    println!("  growth from 1,000 to 10,000: {:.1} x", medium.whole() / small.whole());
    println!("  level: whole <= 12 x the parse at 10,000; growth <= 11 x");
    if long {
        let large = measure("100,000", &list(100_000));
        println!("  growth from 10,000 to 100,000: {:.1} x", large.whole() / medium.whole());
        let few = measure("1,000 in 51 feeds", &list_with_selections(1_000, 50));
        let many = measure("10,000 in 51 feeds", &list_with_selections(10_000, 50));
        println!("  growth from 1,000 to 10,000 in 51 feeds: {:.1} x", many.whole() / few.whole());
        let one = measure("100,000 in one series", &list_with_selections(100_000, 0));
        println!("  against ten series: {:.2} x", one.whole() / large.whole());
    }
    resident();
}

/// Processor time of each arrow.
struct Costs {
    load: f64,
    plan: f64,
    site: f64,
}

impl Costs {
    fn whole(&self) -> f64 {
        self.load + self.plan + self.site
    }
}

fn measure(name: &str, toml: &str) -> Costs {
    let rules = Rules::bundled();
    let now: DateTime<Utc> = AT.parse().expect("it is an instant");
    let source = Source::from_bytes("sessions.toml", toml.as_bytes().to_vec());
    let before = Revisions::default();
    let parse = cpu(|| toml::from_str::<toml::Table>(black_box(toml)).expect("it is TOML"));
    let load = cpu(|| config::load(black_box(&source), &rules));
    let checked = config::load(&source, &rules);
    let catalog =
        checked.catalog.unwrap_or_else(|| panic!("{}", checked.findings.human(&source, false)));
    // The second reload finds everything recorded, as almost all of them do.
    let recorded = planned(&catalog, &before, now).revisions;
    let copy = cpu(|| black_box(&catalog).clone());
    let plan = cpu(|| planned(&catalog, &recorded, now)) - copy;
    let planned = planned(&catalog, &recorded, now);
    let copy = cpu(|| planned.calendars.clone());
    let site = cpu(|| Site::build(&planned.edition, planned.calendars.clone())) - copy;
    let costs = Costs { load, plan, site };
    let cell = |value: f64| format!("{:.1} ({:.1} x)", value * 1e3, value / parse);
    println!(
        "{name:>22} {:>8.1} {:>14} {:>16} {:>14} {:>16}",
        parse * 1e3,
        cell(costs.load),
        cell(costs.plan),
        cell(costs.site),
        cell(costs.whole())
    );
    costs
}

fn planned(catalog: &Catalog, before: &Revisions, now: DateTime<Utc>) -> Plan {
    let url = BaseUrl::parse("https://calendar.example").expect("it is an address");
    plan(catalog.clone(), Paths::new(url), Default::default(), before, now)
}

/// Processor seconds of one call, in all threads; called again until the system's ticks of 10 ms
/// are fine enough.
fn cpu<T>(work: impl Fn() -> T) -> f64 {
    let enough = Duration::from_millis(if flag("--quick") { 50 } else { 400 });
    let start = own_cpu();
    let mut calls = 0;
    while own_cpu() - start < enough {
        black_box(work());
        calls += 1;
    }
    (own_cpu() - start).as_secs_f64() / f64::from(calls)
}

/// Memory of the program while it serves 1,000 sessions: at rest, and at its highest.
fn resident() {
    let (_dir, file) = folder(&list(1_000));
    let address = free_address();
    let (served, _) = common::Served::start(common::serve(&file, &address), &address, "/");
    let mebibytes = |line| memory(served.pid(), line) as f64 / 1024.0;
    println!(
        "resident with 1,000 sessions live: {:.1} MiB, at most {:.1} MiB (level: <= 96 MiB)",
        mebibytes("VmRSS"),
        mebibytes("VmHWM")
    );
    served.stop();
}
