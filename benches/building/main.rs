//! What a reload costs: processor time of each arrow from the text to the site, as a multiple of
//! parsing the same text alone, and how that grows with the list.
//!
//! `cargo bench --bench building`; `-- --long` adds 100,000 sessions, without their pages, which take
//! more memory than small machines have, and many large feeds; `-- --only 10,000` takes the rows of
//! that name alone. It keeps itself on one core, where everything is done by one thread, whose time is
//! known exactly.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../common/mod.rs"]
mod common;

use std::hint::black_box;

use chrono::{DateTime, Utc};
use convene::config;
use convene::model::{BaseUrl, Catalog};
use convene::paths::Paths;
use convene::publish::{Plan, plan_after};
use convene::revisions::Revisions;
use convene::site::Site;
use convene::source::Source;
use convene::zone::Rules;

use common::{AT, asked, flag, folder, free_address, list, list_with_selections};
use common::{memory, middle, pin, value_of};

fn main() {
    if !asked() {
        return;
    }
    pin("0");
    println!("CPU of a reload as a multiple of the TOML parse alone, which is in milliseconds");
    println!(
        "{:>22} {:>9} {:>6} {:>6} {:>6} {:>9} {:>7} {:>7} {:>9} {:>9}",
        "sessions",
        "parse ms",
        "load",
        "plan",
        "coded",
        "calendars",
        "others",
        "all",
        "reloaded",
        "with all"
    );
    let small = measure("1,000", || list(1_000), 9, true);
    let medium = measure("10,000", || list(10_000), 5, true);
    growth("from 1,000 to 10,000", small, medium);
    if flag("--long") {
        let large = measure("100,000", || list(100_000), 3, false);
        growth("from 10,000 to 100,000", medium, large);
        let few = measure("1,000 in 52 feeds", || list_with_selections(1_000, 50), 3, true);
        let many = measure("10,000 in 52 feeds", || list_with_selections(10_000, 50), 1, true);
        growth("from 1,000 to 10,000", few, many);
    }
    println!("levels: calendars <= 12 x the parse at 10,000 sessions; growth <= 11 x");
    resident();
}

/// Processor seconds of each arrow.
#[derive(Default, Clone, Copy)]
struct Costs {
    /// `toml::from_str` alone.
    parse: f64,
    /// Text to catalog, with all findings.
    load: f64,
    /// Catalog to revisions, edition and calendars.
    plan: f64,
    /// Codings and headers of feeds and invites.
    coded: f64,
    /// Pages and everything else, with their codings and headers; no number if they were not made.
    others: f64,
    /// The calendars again after one title changed, and everything again.
    reloaded: [f64; 2],
}

impl Costs {
    /// What the level is about: feeds and invites, from the text to the table.
    fn calendars(&self) -> f64 {
        self.load + self.plan + self.coded
    }

    fn all(&self) -> f64 {
        self.calendars() + self.others
    }
}

fn growth(name: &str, from: Option<Costs>, to: Option<Costs>) {
    let (Some(from), Some(to)) = (from, to) else { return };
    let (calendars, all) = (to.calendars() / from.calendars(), to.all() / from.all());
    println!("    growth {name}: {calendars:.1} x for the calendars, {all:.1} x for all");
}

/// All arrows in turn, so many times, so that what disturbs disturbs all of them; the least of each, as the
/// rows cannot take turns, and what disturbs only ever adds.
fn measure(name: &str, toml: impl FnOnce() -> String, rounds: usize, pages: bool) -> Option<Costs> {
    if value_of("--only").is_some_and(|only| only != name) {
        return None;
    }
    let toml = toml();
    let rules = Rules::bundled();
    let source = Source::from_bytes("sessions.toml", toml.as_bytes().to_vec());
    let (_, checked) = timed(|| config::load(&source, &rules));
    let Some(catalog) = checked.catalog else {
        panic!("{}", checked.findings.human(&source, false));
    };
    // As at any reload but the first, everything else is recorded already.
    let recorded = planned(catalog, &Revisions::default(), None).revisions;
    let retitled = toml.replacen(", part 0\"", ", part nil\"", 1);
    let retitled = Source::from_bytes("sessions.toml", retitled.into_bytes());
    let sources = [&source, &retitled];
    let rounds: Vec<Costs> =
        (0..rounds).map(|_| round(sources, &rules, &recorded, pages)).collect();
    let of = |arrow: fn(&Costs) -> f64| rounds.iter().map(arrow).fold(f64::NAN, f64::min);
    let times = |arrow: fn(&Costs) -> f64| middle(rounds.iter().map(|c| arrow(c) / c.parse));
    println!(
        "{name:>22} {:>9.1} {:>6.1} {:>6.1} {:>6.1} {:>9.1} {:>7.1} {:>7.1} {:>9.1} {:>9.1}",
        of(|c| c.parse) * 1e3,
        times(|c| c.load),
        times(|c| c.plan),
        times(|c| c.coded),
        times(Costs::calendars),
        times(|c| c.others),
        times(Costs::all),
        times(|c| c.reloaded[0]),
        times(|c| c.reloaded[1])
    );
    Some(Costs {
        parse: of(|c| c.parse),
        load: of(|c| c.load),
        plan: of(|c| c.plan),
        coded: of(|c| c.coded),
        others: of(|c| c.others),
        reloaded: [of(|c| c.reloaded[0]), of(|c| c.reloaded[1])],
    })
}

fn round(sources: [&Source; 2], rules: &Rules, recorded: &Revisions, pages: bool) -> Costs {
    let [first, retitled] = sources;
    let toml = first.text();
    let (parse, _) = timed(|| toml::from_str::<toml::Table>(black_box(toml)).expect("it is TOML"));
    let fresh = build(first, rules, recorded, pages, None);
    let again = build(retitled, rules, recorded, pages, Some(&fresh));
    let calendars = again.load + again.plan + again.coded;
    let reloaded = [calendars, calendars + again.others];
    let Built { load, plan, coded, others, .. } = fresh;
    Costs { parse, load, plan, coded, others, reloaded }
}

/// A site in two parts, and what they cost.
struct Built {
    load: f64,
    plan: f64,
    coded: f64,
    others: f64,
    calendars: Site,
    rest: Option<Site>,
}

fn build(
    source: &Source,
    rules: &Rules,
    recorded: &Revisions,
    pages: bool,
    earlier: Option<&Built>,
) -> Built {
    let (load, checked) = timed(|| config::load(black_box(source), rules));
    let catalog = checked.catalog.expect("the list is right");
    let known = earlier.map(|built| &built.calendars);
    let (plan, planned) = timed(|| planned(catalog, recorded, known));
    let Plan { edition, calendars, .. } = planned;
    let (coded, calendars) = timed(|| Site::of(&edition, calendars, known));
    let known = earlier.and_then(|built| built.rest.as_ref());
    let rest = pages.then(|| timed(|| Site::build_after(&edition, Vec::new(), known)));
    let (others, rest) = rest.map_or((f64::NAN, None), |(others, rest)| (others, Some(rest)));
    Built { load, plan, coded, others, calendars, rest }
}

fn planned(catalog: Catalog, before: &Revisions, earlier: Option<&Site>) -> Plan {
    let now: DateTime<Utc> = AT.parse().expect("it is an instant");
    let url = BaseUrl::parse("https://calendar.example").expect("it is an address");
    plan_after(catalog, Paths::new(url), Default::default(), before, now, earlier)
}

/// Processor seconds of one call. What it returns is dropped later.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let before = spent();
    let done = black_box(work());
    (spent() - before, done)
}

/// Processor seconds of this process so far. What `/proc` says of a process that runs is as old as the
/// last tick of the scheduler.
fn spent() -> f64 {
    let own = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    own.tv_sec as f64 + own.tv_nsec as f64 / 1e9
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
