//! Every page is accessible: axe-core reports nothing, and no page scrolls sideways.

use std::collections::BTreeMap;

use convene::document::Kind;

use super::webdriver::Browser;
use super::{WIDTHS, axe, findings};
use crate::samples::{self, Sample};
use crate::support::{BEFORE, EXAMPLE, Fixture, Running};

/// Serves a sample, and returns at most `most` of its pages of each kind, such as `/feeds/*` and `/feeds/*/embed`.
fn pages(sample: &Sample, most: usize) -> (Fixture, Running, Vec<String>) {
    let fixture = sample.fixture();
    let published = fixture.publish(sample.at);
    let mut counts: BTreeMap<(String, usize, String), usize> = BTreeMap::new();
    let mut pages = Vec::new();
    for (path, resource) in published.site.documents() {
        if !matches!(resource.kind(), Some(Kind::Page | Kind::Embed | Kind::Kit)) {
            continue;
        }
        let within = published.site.edition().urls.relative(&path).split('/').skip(1);
        let parts: Vec<&str> = within.collect();
        let part = |at: usize| parts.get(at).copied().unwrap_or_default().to_owned();
        let count = counts.entry((part(0), parts.len(), part(2))).or_default();
        *count += 1;
        if *count <= most {
            pages.push(path);
        }
    }
    let running = fixture.serve(&["--at", sample.at]);
    (fixture, running, pages)
}

/// Returns the problems of the open page in each width and color scheme.
fn wrong(browser: &Browser, axe: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    browser.run(axe);
    for width in WIDTHS {
        browser.screen(width, 800);
        let over = browser.run("return document.documentElement.scrollWidth - window.innerWidth");
        if over.as_i64() > Some(0) {
            wrong.push(format!("scrolls sideways by {over} at {width}"));
        }
        for scheme in ["light", "dark"] {
            browser.media("screen", scheme);
            let found = findings(browser);
            wrong.extend(found.into_iter().map(|line| format!("{width} {scheme} {line}")));
        }
    }
    browser.media("print", "light");
    browser.screen(700, 800);
    let over = browser.run("return document.documentElement.scrollWidth - window.innerWidth");
    if over.as_i64() > Some(0) {
        wrong.push(format!("is {over} too wide for paper"));
    }
    wrong
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn axe_finds_nothing_on_any_page_on_a_phone_and_a_desk_light_and_dark() {
    let (browser, axe) = (Browser::start(), axe());
    let mut all = Vec::new();
    let mut looked_at = 0;
    for sample in samples::all() {
        let (_fixture, running, pages) =
            pages(&sample, if sample.name == "nasty" { 20 } else { 1 });
        for path in pages {
            browser.open(&format!("http://{}{path}", running.address));
            let found = wrong(&browser, &axe);
            all.extend(found.into_iter().map(|line| format!("{}{path}: {line}", sample.name)));
            looked_at += 1;
        }
    }
    assert!(looked_at > 140, "only {looked_at} pages");
    all.dedup();
    assert!(all.is_empty(), "{} findings\n{}", all.len(), all.join("\n"));
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn every_accent_can_be_read() {
    let accents = [
        "#ffff00", "#000000", "#ffffff", "#ff69b4", "#7fff00", "#1b1f24", "#808080", "#0000ff",
        "orange", "teal", "#c0ffee",
    ];
    let (browser, axe) = (Browser::start(), axe());
    let mut all = Vec::new();
    for accent in accents {
        let list = format!("{EXAMPLE}\n[page]\naccent = \"{accent}\"\n");
        let sample = Sample { name: "accent", list, at: BEFORE };
        let (_fixture, running, _) = pages(&sample, 0);
        for path in ["/sessions/era-of-silos", "/feeds/2024-series"] {
            browser.open(&format!("http://{}{path}", running.address));
            let found = wrong(&browser, &axe);
            all.extend(found.into_iter().map(|line| format!("{accent} {path}: {line}")));
        }
    }
    assert!(all.is_empty(), "{} findings\n{}", all.len(), all.join("\n"));
}
