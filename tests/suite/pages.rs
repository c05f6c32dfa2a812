//! Whole pages: their size, their Content-Security-Policy, and the findings of the Nu HTML checker.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use convene::document::Kind;
use serde_json::Value;

use crate::samples;
use crate::support::{BEFORE, EXAMPLE, Fixture};

/// Returns whether a page's policy has the required parts.
fn is_strict(policy: &str) -> bool {
    let rules: BTreeSet<&str> = policy.split(';').map(str::trim).collect();
    let sources = |name: &str| {
        rules.iter().find_map(|rule| rule.strip_prefix(name)?.strip_prefix(' ')).unwrap_or("'none'")
    };
    rules.contains("default-src 'none'")
        && rules.contains("base-uri 'none'")
        && rules.contains("form-action 'none'")
        && ["'self'", "'none'"].contains(&sources("script-src"))
        && !policy.contains("unsafe")
}

#[test]
fn the_whole_example_site_is_smaller_than_a_picture() {
    for at in [BEFORE, samples::AFTER] {
        let published = Fixture::new(EXAMPLE).publish(at);
        let sizes: Vec<(String, usize)> = published
            .site
            .documents()
            .map(|(path, resource)| (path, resource.identity().body.len()))
            .collect();
        let whole: usize = sizes.iter().map(|(_, size)| size).sum();
        assert!(whole < 160_000, "{whole} bytes at {at}: {sizes:?}");
    }
}

#[test]
fn every_page_has_its_headers_and_only_the_embed_page_may_be_framed() {
    let mut kinds = BTreeSet::new();
    for sample in samples::all() {
        let published = sample.fixture().publish(sample.at);
        for (path, resource) in published.site.documents() {
            let kind = resource.kind().unwrap();
            kinds.insert(kind);
            let headers = &resource.identity().headers;
            let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap());
            assert_eq!(header("x-content-type-options"), Some("nosniff"), "{path}");
            let cache = match kind {
                Kind::Embed | Kind::Kit | Kind::Page => "public, max-age=60",
                Kind::Redirect => "no-store",
                Kind::Svg => "public, max-age=86400",
                Kind::Style | Kind::Script | Kind::Image(_) => {
                    "public, max-age=31536000, immutable"
                }
                _ => continue,
            };
            assert_eq!(header("cache-control"), Some(cache), "{path}");
            if matches!(kind, Kind::Style | Kind::Script) {
                continue;
            }
            assert_eq!(header("referrer-policy"), Some("no-referrer"), "{path}");
            let policy = header("content-security-policy").unwrap();
            if matches!(kind, Kind::Svg | Kind::Image(_)) {
                assert!(
                    policy.contains("default-src 'none'") && policy.contains("sandbox"),
                    "{path}"
                );
                continue;
            }
            assert_eq!(header("content-type"), Some("text/html; charset=utf-8"), "{path}");
            assert!(is_strict(policy), "{path}: {policy}");
            let framed = policy.contains("frame-ancestors *");
            assert_eq!(framed, path.ends_with("/embed"), "{path}: {policy}");
            assert!(framed || policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        }
    }
    for kind in [Kind::Page, Kind::Embed, Kind::Svg, Kind::Style, Kind::Script] {
        assert!(kinds.contains(&kind), "no {kind:?} was looked at");
    }
}

/// Writes the pages for the checker, and returns their number. Their names identify the page and the sample in the
/// checker's messages.
fn written(folder: &std::path::Path) -> usize {
    let mut count = 0;
    for sample in samples::all() {
        let published = sample.fixture().publish(sample.at);
        let site = &published.site;
        let errors = [
            ("/400", site.bad_request("/x")),
            ("/404", site.missing("/x")),
            ("/405", site.not_allowed("/x")),
            ("/412", site.precondition_failed("/x")),
            ("/414", site.too_long("/x")),
        ];
        let errors =
            errors.map(|(name, page)| (name.to_owned(), "html", page.identity().body.to_vec()));
        let documents = published.site.documents().filter_map(|(path, resource)| {
            let ending = match resource.kind().unwrap() {
                Kind::Embed | Kind::Kit | Kind::Page | Kind::Redirect => "html",
                Kind::Style => "css",
                Kind::Svg | Kind::Image("image/svg+xml") => "svg",
                _ => return None,
            };
            Some((path, ending, resource.identity().body.to_vec()))
        });
        for (path, ending, body) in documents.chain(errors) {
            let name = path.replace('/', "~");
            std::fs::write(folder.join(format!("{}{name}.{ending}", sample.name)), body).unwrap();
            count += 1;
        }
    }
    count
}

#[test]
#[ignore = "needs java and vnu.jar"]
fn the_nu_html_checker_has_no_findings() {
    let jar = std::env::var_os("VNU_JAR").map(PathBuf::from).expect("VNU_JAR names no vnu.jar");
    let folder = tempfile::tempdir().unwrap();
    let count = written(folder.path());
    assert!(count > 400, "only {count} files");
    let output = Command::new("java")
        .arg("-jar")
        .arg(jar)
        .args(["--also-check-css", "--also-check-svg", "--format", "json", "--stdout"])
        .arg(folder.path())
        .output()
        .unwrap();
    let said: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {}", String::from_utf8_lossy(&output.stderr));
    });
    let messages: Vec<String> = said["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| {
            let file = message["url"].as_str().unwrap_or_default().rsplit('/').next().unwrap();
            format!("{file}: {} {} {}", message["type"], message["message"], message["extract"])
        })
        .collect();
    assert!(messages.is_empty(), "{} messages:\n{}", messages.len(), messages.join("\n"));
}
