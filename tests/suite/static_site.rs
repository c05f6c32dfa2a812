//! The exported folder is complete: every internal link leads to one of its files, also with a base path.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::{BEFORE, EXAMPLE, Fixture};

/// Returns every address in the link attributes of a page.
fn links(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for attribute in [" href=\"", " src=\"", "url="] {
        for (at, _) in page.match_indices(attribute) {
            let rest = &page[at + attribute.len()..];
            let end = rest.find(['"', '\'']).unwrap_or(rest.len());
            found.push(rest[..end].replace("&amp;", "&"));
        }
    }
    found
}

fn pages(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "html") {
            found.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}

/// Returns the number of root-relative links of an export, and those without a file.
fn broken(out: &Path, base: &str) -> (usize, BTreeSet<String>) {
    let mut all = Vec::new();
    pages(out, &mut all);
    let mut broken = BTreeSet::new();
    let mut count = 0;
    for link in all.iter().flat_map(|page| links(page)).filter(|link| link.starts_with('/')) {
        count += 1;
        let within = link.strip_prefix(base).map(|path| path.trim_matches('/'));
        let there = within.is_some_and(|path| {
            let path = path.split(['#', '?']).next().unwrap_or_default();
            out.join(path).is_file() || out.join(path).join("index.html").is_file()
        });
        if !there {
            broken.insert(link);
        }
    }
    (count, broken)
}

#[test]
fn every_link_within_an_export_leads_to_a_file() {
    for base in ["", "/calendar"] {
        let url = format!("https://org.example{base}");
        let fixture = Fixture::new(EXAMPLE);
        let output = fixture.run(&["export", "--out", "out", "--url", &url, "--at", BEFORE]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let (count, broken) = broken(&fixture.dir().join("out"), base);
        assert!(count > 50, "{count} links");
        assert!(broken.is_empty(), "{base}: {broken:?}");
    }
}
