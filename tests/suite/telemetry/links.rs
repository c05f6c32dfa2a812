//! The program counts fetches of feeds by client, and clicks by newsletter; the counts never change a response.

use std::io::Write as _;
use std::sync::Arc;

use convene::document::Kind;
use convene::http::{Responded, respond_at};
use convene::telemetry::{Telemetry, Watch};
use convene::urls::{Address, FeedRoute, SessionRoute};
use hyper::Request;

use super::{FEED, PAGE, Watched, talk};
use crate::http::connections::read_one;
use crate::support::{BEFORE, EXAMPLE, Fixture, instant};

const GOOGLE: (&str, &str) = ("User-Agent", "Google-Calendar-Importer");
const CLICKS: &str = "convene_link_clicks_total";
const FETCHES: &str = "convene_feed_fetches_total";

fn click(of: &str, to: &str, via: &str, count: u32) -> String {
    format!("{{of=\"{of}\",to=\"{to}\",via=\"{via}\"}} {count}")
}

#[test]
fn fetches_are_counted_by_feed_and_client() {
    let watched = Watched::new(&talk(), &[]);
    for (path, headers) in [
        (FEED, &[GOOGLE][..]),
        (FEED, &[GOOGLE, ("If-None-Match", "*")]),
        ("/feeds/spring.ics", &[]),
        ("/feeds/none.ics", &[GOOGLE]),
    ] {
        watched.running.get(path, headers);
    }
    // A HEAD request is not a fetch.
    watched.running.request("HEAD", FEED, &[]);
    let expected = ["{feed=\"spring\",client=\"other\"} 1", "{feed=\"test\",client=\"google\"} 2"];
    assert_eq!(watched.rows(FETCHES), expected);
    assert_eq!(watched.rows(CLICKS), [""; 0]);
}

#[test]
fn clicks_are_counted_by_target_and_newsletter() {
    let watched = Watched::new(&talk(), &[]);
    for path in [
        "/sessions/talk?via=may-letter",
        "/sessions/talk?utm_medium=mail&via=may-letter",
        "/sessions/talk",
        "/sessions/talk.ics?via=may-letter",
        "/sessions/talk/register?via=may-letter",
        "/sessions/talk/google?via=may-letter",
        "/feeds/spring?via=June!",
        "/feeds/test.ics?via=may-letter",
        "/sessions/none?via=may-letter",
    ] {
        watched.running.get(path, &[]);
    }
    watched.running.request("HEAD", "/sessions/talk?via=may-letter", &[]);
    // A subscription with a tagged address fetches that address for years.
    watched.running.get("/feeds/test.ics?via=may-letter", &[GOOGLE]);
    assert_eq!(
        watched.rows(CLICKS),
        [
            click("feed/spring", "page", "other", 1),
            click("feed/test", "calendar", "may-letter", 1),
            click("session/talk", "calendar", "may-letter", 1),
            click("session/talk", "google", "may-letter", 1),
            click("session/talk", "page", "", 1),
            click("session/talk", "page", "may-letter", 2),
            click("session/talk", "register", "may-letter", 1),
        ]
    );
}

#[test]
fn a_newsletter_tag_never_changes_the_response() {
    let watched = Watched::new(&talk(), &[]);
    let bare = watched.fixture.serve(&["--at", BEFORE]);
    for path in [FEED, PAGE, "/sessions/talk.ics", "/sessions/talk/google", "/next", "/none", "/"] {
        for header in [("Accept-Encoding", "gzip"), ("If-None-Match", "*")] {
            let tagged = format!("{path}?via=may-letter");
            let answers = [
                bare.get(path, &[header]),
                watched.running.get(path, &[header]),
                watched.running.get(&tagged, &[header]),
                watched.running.get(&tagged, &[header]),
            ];
            let parts = answers.each_ref().map(|answer| {
                let kept = answer.headers.iter().filter(|(name, _)| name != "date");
                (answer.status, kept.collect::<Vec<_>>(), &answer.body)
            });
            assert!(parts.iter().all(|part| *part == parts[0]), "{path}: {answers:?}");
        }
    }
}

#[test]
fn every_published_path_is_parsed_as_its_address() {
    for base in ["https://cal.example", "https://cal.example/in/a/folder"] {
        let was = EXAMPLE.replace("id = \"era-of-silos\"", "id = \"era\"\nwas = \"era-of-silos\"");
        let fixture = Fixture::new(&was);
        let mut publisher = fixture.publisher();
        publisher.url = Some(convene::model::BaseUrl::parse(base).unwrap());
        let published = publisher.publish(instant(BEFORE)).unwrap();
        let urls = &published.site.edition().urls;
        let mut kinds = std::collections::BTreeSet::new();
        for (path, resource) in published.site.documents() {
            use {FeedRoute as F, SessionRoute as S};
            let address = urls.parse(&path).unwrap();
            assert_eq!(urls.path(address), path);
            let kind = resource.kind().unwrap();
            let fits = match kind {
                Kind::Feed => matches!(address, Address::Feed(_, F::Calendar)),
                Kind::Invite => matches!(address, Address::Session(_, S::Invite)),
                Kind::Atom => matches!(address, Address::Feed(_, F::Atom)),
                Kind::Json => matches!(address, Address::Feed(_, F::Json)),
                Kind::Embed => matches!(address, Address::Feed(_, F::Embed)),
                Kind::Kit => matches!(
                    address,
                    Address::Feed(_, F::Newsletter) | Address::Session(_, S::Newsletter)
                ),
                Kind::Page => matches!(
                    address,
                    Address::Home
                        | Address::Year(_)
                        | Address::Feed(_, F::Page | F::Apple)
                        | Address::Session(_, S::Page)
                ),
                Kind::Redirect => matches!(
                    address,
                    Address::Next
                        | Address::Feed(_, F::Next | F::Target(_))
                        | Address::Session(_, S::Register | S::Join | S::Target(_))
                ),
                // A former address has the content of the current one, which may be of any kind.
                Kind::Moved => matches!(address, Address::Session("era-of-silos", _)),
                Kind::Svg => matches!(
                    address,
                    Address::Favicon | Address::Feed(_, F::Qr) | Address::Session(_, S::Qr)
                ),
                Kind::Robots => address == Address::Robots,
                Kind::Script | Kind::Style | Kind::Image(_) => {
                    matches!(address, Address::Asset(_))
                }
            };
            assert!(fits, "{path}: {kind:?} is read as {address:?}");
            kinds.insert(format!("{kind:?}"));
        }
        assert!(kinds.len() >= 12, "{kinds:?}");
    }
}

#[test]
fn unknown_tags_and_paths_do_not_grow_the_numbers() {
    let watched = Watched::new(&talk(), &[]);
    let ask = |from: u32, to: u32| {
        let mut stream = watched.running.connect();
        for number in from..to {
            let tagged = format!("/sessions/talk?via=letter-{number}");
            for path in [tagged, format!("/sessions/none-{number}/{number}?via=x")] {
                let request = format!("GET {path} HTTP/1.1\r\nHost: test\r\n\r\n");
                stream.write_all(request.as_bytes()).unwrap();
                read_one(&mut stream);
            }
        }
        watched.ask("GET", "/metrics").text().lines().count()
    };
    let full = ask(0, 150);
    assert_eq!(ask(150, 300), full);
    assert_eq!(watched.rows(CLICKS).len(), 101);
    assert!(watched.rows(CLICKS).contains(&click("session/talk", "page", "other", 200)));
}

#[test]
fn a_feed_that_ends_takes_its_row_with_it() {
    let fixture = Fixture::new(&talk());
    let telemetry = Arc::new(Telemetry::new(Watch { counting: true, ..Watch::default() }));
    let fetch = |at: &str| {
        let published = fixture.publish(at);
        telemetry.published(&published, None, instant(at));
        for path in [FEED, "/feeds/spring.ics"] {
            let request = Request::get(path).header("Host", "test").body(()).unwrap();
            let began = telemetry.begin();
            let Responded { response, address } = respond_at(&published.site, &request, None);
            telemetry.responded(began, &request, &response, address, true);
        }
        let metrics = telemetry.metrics(instant(at));
        let rows = metrics.lines().filter_map(|line| line.strip_prefix(FETCHES));
        rows.map(ToOwned::to_owned).collect::<Vec<_>>()
    };
    let [spring, test] = ["spring", "test"]
        .map(|id| move |count| format!("{{feed=\"{id}\",client=\"other\"}} {count}"));
    assert_eq!(fetch(BEFORE), [spring(1), test(1)]);
    let without = talk().replace("series = \"spring\"", "");
    fixture.write(&without[..without.find("[[series]]").unwrap()]);
    // Subscribers of the removed feed still get its last sessions.
    assert_eq!(fetch("2024-02-15T12:00:00Z"), [spring(2), test(2)]);
    assert_eq!(fetch("2027-02-15T12:00:00Z"), [test(3)]);
}

#[test]
fn without_an_admin_nothing_is_counted() {
    let fixture = Fixture::new(&talk());
    let telemetry = Arc::new(Telemetry::new(Watch::default()));
    let published = fixture.publish(BEFORE);
    telemetry.published(&published, None, instant(BEFORE));
    assert!(telemetry.begin().is_none());
    let request = Request::get(FEED).header("Host", "test").body(()).unwrap();
    let Responded { response, address } = respond_at(&published.site, &request, None);
    telemetry.responded(telemetry.begin(), &request, &response, address, true);
    let open = telemetry.connection();
    let metrics = telemetry.metrics(instant(BEFORE));
    assert!(!metrics.contains("\nconvene_requests_total"), "{metrics}");
    assert!(metrics.contains("\nconvene_connections_open 0\n"), "{metrics}");
    drop(open);
}
