//! Measures the cost of publishing a file: the processor time of each step from the text to the site, as a multiple of
//! parsing the same text, and its growth with the file.
//!
//! Run `cargo bench --bench building`. `-- --long` adds 100,000 sessions and many large feeds; `-- --only 10,000` runs
//! only the rows with that name. The bench pins itself to one core, where a single thread does all the work, so its
//! time is exact.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

#[path = "../common/mod.rs"]
mod common;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use convene::config;
use convene::model::{BaseUrl, Catalog};
use convene::publish::{Planned, plan};
use convene::revisions::Revisions;
use convene::site::{CacheSize, Site};
use convene::source::Source;
use convene::urls::Urls;
use convene::zone::Rules;

use common::{AT, asked, flag, folder, free_address, list, list_with_selections};
use common::{memory, middle, pin, value_of};

fn main() {
    if !asked() {
        return;
    }
    pin("0");
    println!("CPU of publishing as a multiple of the TOML parse alone, which is in milliseconds");
    println!(
        "{:>22} {:>9} {:>6} {:>6} {:>6} {:>9} {:>7}",
        "sessions", "parse ms", "load", "plan", "site", "published", "others"
    );
    let small = measure("1,000", || list(1_000), 9);
    let medium = measure("10,000", || list(10_000), 5);
    growth("from 1,000 to 10,000", small, medium);
    if flag("--long") {
        let large = measure("100,000", || list(100_000), 3);
        growth("from 10,000 to 100,000", medium, large);
        let few = measure("1,000 in 52 feeds", || list_with_selections(1_000, 50), 3);
        let many = measure("10,000 in 52 feeds", || list_with_selections(10_000, 50), 1);
        growth("from 1,000 to 10,000", few, many);
    }
    println!("levels: published <= 15 x the parse at 10,000 sessions; growth <= 11 x");
    for (count, level) in [(1_000, 40), (10_000, 150)] {
        resident(count, level);
    }
}

/// The processor seconds of each step.
#[derive(Default, Clone, Copy)]
struct Costs {
    /// Parses the text with `toml::from_str` alone.
    parse: f64,
    /// Makes a catalog from the text, with all findings.
    load: f64,
    /// Makes revisions, an edition and calendars from the catalog.
    plan: f64,
    /// Makes a site from the calendars, with the encodings of feeds.
    site: f64,
    /// Renders every page and other document once; no request needs all of them.
    others: f64,
}

impl Costs {
    /// Returns the cost of a reload, from the text to the site.
    fn published(&self) -> f64 {
        self.load + self.plan + self.site
    }
}

fn growth(name: &str, from: Option<Costs>, to: Option<Costs>) {
    let (Some(from), Some(to)) = (from, to) else { return };
    println!("    growth {name}: {:.1} x", to.published() / from.published());
}

/// Runs all steps in turn for some rounds, so that disturbances affect all of them. Returns the minimum of each step,
/// because disturbances only add time.
fn measure(name: &str, toml: impl FnOnce() -> String, rounds: usize) -> Option<Costs> {
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
    // Everything is already recorded, as at any reload except the first.
    let recorded = planned(catalog, &Revisions::default()).revisions;
    let rounds: Vec<Costs> = (0..rounds).map(|_| round(&source, &rules, &recorded)).collect();
    let of = |arrow: fn(&Costs) -> f64| rounds.iter().map(arrow).fold(f64::NAN, f64::min);
    let times = |arrow: fn(&Costs) -> f64| middle(rounds.iter().map(|c| arrow(c) / c.parse));
    println!(
        "{name:>22} {:>9.1} {:>6.1} {:>6.1} {:>6.1} {:>9.1} {:>7.1}",
        of(|c| c.parse) * 1e3,
        times(|c| c.load),
        times(|c| c.plan),
        times(|c| c.site),
        times(Costs::published),
        times(|c| c.others),
    );
    Some(Costs {
        parse: of(|c| c.parse),
        load: of(|c| c.load),
        plan: of(|c| c.plan),
        site: of(|c| c.site),
        others: of(|c| c.others),
    })
}

fn round(source: &Source, rules: &Rules, recorded: &Revisions) -> Costs {
    let toml = source.text();
    let (parse, _) = timed(|| toml::from_str::<toml::Table>(black_box(toml)).expect("it is TOML"));
    let (load, checked) = timed(|| config::load(black_box(source), rules));
    let catalog = checked.catalog.expect("the file is right");
    let (plan, planned) = timed(|| planned(catalog, recorded));
    let Planned { edition, calendars, .. } = planned;
    let edition = Arc::new(edition);
    let (site, built) = timed(|| Site::build(edition, calendars, CacheSize::default()));
    let (others, _) = timed(|| built.documents().map(|(path, _)| path.len()).sum::<usize>());
    Costs { parse, load, plan, site, others }
}

fn planned(catalog: Catalog, before: &Revisions) -> Planned {
    let now: DateTime<Utc> = AT.parse().expect("it is an instant");
    let url = BaseUrl::parse("https://calendar.example").expect("it is a URL");
    plan(catalog, Urls::new(url), Default::default(), before, now)
}

/// Returns the processor seconds of one call, and its result, which is dropped later.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let before = spent();
    let done = black_box(work());
    (spent() - before, done)
}

/// Returns the processor seconds of this process so far. `/proc` would be too coarse, because it is only updated at
/// each scheduler tick.
fn spent() -> f64 {
    let own = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    own.tv_sec as f64 + own.tv_nsec as f64 / 1e9
}

/// Measures the memory of the program after ten reloads with an empty cache, and the time from a rename to the new
/// feed.
fn resident(count: usize, level: u32) {
    let toml = list(count);
    let (_dir, file) = folder(&toml);
    let address = free_address();
    let (served, start) = common::Served::start(common::serve(&file, &address), &address, "/");
    let mut lives = Vec::new();
    for number in 0..10 {
        let title = format!("part {number} again");
        let new = file.with_extension("new");
        std::fs::write(&new, toml.replacen("part 0\"", &format!("{title}\""), 1))
            .expect("the folder is ours");
        let saved = Instant::now();
        std::fs::rename(&new, &file).expect("the folder is ours");
        while !common::get(&address, "/sessions/session-0.ics").contains(&title) {
            assert!(saved.elapsed() < Duration::from_secs(60), "the new file is not live");
            std::thread::sleep(Duration::from_millis(5));
        }
        lives.push(saved.elapsed().as_secs_f64());
    }
    let mebibytes = |line| memory(served.pid(), line) as f64 / 1024.0;
    println!(
        "{count} sessions after ten reloads: {:.1} MiB resident (level: <= {level}), at most {:.1} MiB; first response \
         after {:.2} s, rename to live {:.2} s",
        mebibytes("VmRSS"),
        mebibytes("VmHWM"),
        start.as_secs_f64(),
        middle(lives.iter().copied()),
    );
    served.stop();
}
