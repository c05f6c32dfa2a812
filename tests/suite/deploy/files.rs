//! Compares an exported folder in nginx with the program, header by header: only the differences that
//! docs/operate/static.md lists may exist.

use std::collections::{BTreeMap, BTreeSet};

use convene::document::Kind;

use super::nginx::Nginx;
use crate::support::{Answer, Fixture, Running};

const DOCS: &str = include_str!("../../../docs/operate/static.md");
const RICH: &str = include_str!("../../golden/rich/sessions.toml");
const FIRST: &str = "2027-01-02T08:00:00Z";
/// This instant is after the first session, so one session is over.
const LATER: &str = "2027-02-20T08:00:00Z";

/// Returns a file with every kind of resource: a logo, former addresses, and a removed session.
fn rich() -> Fixture {
    let extra = crate::support::session("leaving", "2027-11-30T14:00:00", "duration = \"1h\"");
    let all = format!("{RICH}\n[page]\nlogo = \"logo.png\"\n");
    let fixture = Fixture::new(&format!("{all}{extra}"));
    std::fs::write(fixture.dir().join("logo.png"), b"\x89PNG\r\n\x1a\n and so on").unwrap();
    fixture.publish(FIRST);
    fixture.write(&all);
    fixture
}

/// Returns the table's word for a kind of document.
fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Feed | Kind::Invite => "calendars",
        Kind::Atom | Kind::Json => "data",
        Kind::Embed | Kind::Kit | Kind::Page => "pages",
        Kind::Moved => "former addresses",
        Kind::Redirect => "links",
        Kind::Image(_) | Kind::Script | Kind::Style | Kind::Svg => "assets",
        Kind::Robots => "robots.txt",
    }
}

/// Returns the headers of a response except `date` and `connection`, and its status as one more header.
fn said(answer: &Answer) -> BTreeMap<String, String> {
    let mut said = BTreeMap::from([("status".to_owned(), answer.status.to_string())]);
    for (name, value) in &answer.headers {
        if name != "date" && name != "connection" {
            let twice = said.insert(name.clone(), value.clone());
            assert_eq!(twice, None, "{name} is there twice");
        }
    }
    said
}

/// Every difference by header and kind of response, with an example.
#[derive(Default)]
struct Differences(BTreeMap<(String, &'static str), String>);

impl Differences {
    fn compare(&mut self, about: &'static str, path: &str, serve: &Answer, nginx: &Answer) {
        let (serve, nginx) = (said(serve), said(nginx));
        let names: BTreeSet<&String> = serve.keys().chain(nginx.keys()).collect();
        for name in names {
            if serve.get(name) != nginx.get(name) {
                let example = format!("{path}: {:?}, {:?}", serve.get(name), nginx.get(name));
                self.0.entry((name.clone(), about)).or_insert(example);
            }
        }
    }
}

/// Every kind of response in the table.
const KINDS: [&str; 11] = [
    "304",
    "404",
    "405",
    "a slash too many",
    "assets",
    "calendars",
    "data",
    "former addresses",
    "links",
    "pages",
    "robots.txt",
];

/// Returns the cells of the table that differ for nginx: a header and a kind of response for each.
fn documented() -> BTreeSet<(String, String)> {
    let (_, table) = DOCS.split_once("| header | of |").unwrap();
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let mut all = BTreeSet::new();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [header, of, _, nginx, _] = cells[..] else { panic!("not five cells: {row}") };
        if nginx == "the same" {
            continue;
        }
        let kinds = if of == "everything" { KINDS.to_vec() } else { of.split(", ").collect() };
        for kind in kinds {
            assert!(KINDS.contains(&kind), "{kind} is no kind: {row}");
            let pair = (header.trim_matches('`').to_lowercase(), kind.to_owned());
            assert!(all.insert(pair), "{header} of {kind} is there twice");
        }
    }
    all
}

fn compare_all(running: &Running, nginx: &Nginx, paths: &[(String, &'static str)]) -> Differences {
    let mut differences = Differences::default();
    for (path, kind) in paths {
        for accept in ["", "gzip", "gzip, br"] {
            let headers = [("Accept-Encoding", accept)];
            let (serve, files) = (running.get(path, &headers), nginx.get(path, &headers));
            if accept.is_empty() {
                assert!(serve.body == files.body, "{path}: other bytes");
            }
            differences.compare(kind, path, &serve, &files);
            let tag = |answer: &Answer| answer.header("etag").map(ToOwned::to_owned);
            if let (Some(one), Some(two)) = (tag(&serve), tag(&files)) {
                let again = |tag| [("Accept-Encoding", accept), ("If-None-Match", tag)];
                let serve = running.get(path, &again(&one));
                let files = nginx.get(path, &again(&two));
                assert_eq!((serve.status, files.status), (304, 304), "{path}");
                differences.compare("304", path, &serve, &files);
            }
        }
    }
    for path in ["/none", "/sessions/none", "/feeds", "/feeds/none.ics", "/none.json", "/none/"] {
        differences.compare("404", path, &running.get(path, &[]), &nginx.get(path, &[]));
    }
    for path in ["/feeds/rich/", "/sessions/walk.ics/", "/sessions/walk/google/"] {
        differences.compare(
            "a slash too many",
            path,
            &running.get(path, &[]),
            &nginx.get(path, &[]),
        );
    }
    for (method, path) in [("POST", "/feeds/rich.ics"), ("DELETE", "/"), ("OPTIONS", "/none")] {
        let (serve, files) = (
            running.request(method, path, &[]),
            crate::support::ask(nginx.address, method, path, &[]),
        );
        differences.compare("405", path, &serve, &files);
    }
    differences
}

#[test]
#[ignore = "needs nginx"]
fn files_in_nginx_differ_from_serve_as_the_table_says_and_in_nothing_else() {
    let fixture = rich();
    let published = fixture.publish(LATER);
    let output = fixture.run(&["export", "--out", "out", "--at", LATER]);
    assert!(output.status.success(), "{output:?}");
    let paths: Vec<(String, &'static str)> = published
        .site
        .documents()
        .map(|(path, resource)| (path, word(resource.kind().unwrap())))
        .collect();
    let kinds: BTreeSet<&str> = paths.iter().map(|(_, kind)| *kind).collect();
    assert_eq!(kinds.len(), 7, "{kinds:?}");
    let running = fixture.serve(&["--at", LATER]);
    let out = fixture.dir().join("out");
    let nginx = Nginx::start("nginx-static.conf", &[("/var/www/convene", out.to_str().unwrap())]);
    let found = compare_all(&running, &nginx, &paths).0;
    let documented = documented();
    let mut wrong = Vec::new();
    for ((header, kind), example) in &found {
        if !documented.contains(&(header.clone(), (*kind).to_owned())) {
            wrong.push(format!("not in the table: {header} of {kind}, {example}"));
        }
    }
    for (header, kind) in &documented {
        if !found.keys().any(|(name, of)| name == header && of == kind) {
            wrong.push(format!("the same after all: {header} of {kind}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // nginx must not serve a path that the program does not serve.
    for path in ["/index.html", "/404.html", "/.convene-export", "/feeds/rich/index.html"] {
        assert_eq!(nginx.get(path, &[]).status, 404, "{path}");
    }
}
