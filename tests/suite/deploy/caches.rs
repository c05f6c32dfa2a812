//! The program behind a cache with the configurations of docs/deploy: the responses while entries age, while the file
//! changes, and while the program is down.

use std::net::SocketAddr;
use std::time::Duration;

use super::nginx::Nginx;
use super::origin::Origin;
use super::until;
use super::varnish::Varnish;
use crate::support::{Answer, Fixture, Running, ask, list, session};

const FEED: &str = "/feeds/test.ics";
const PAGE: &str = "/sessions/first";
/// The paths that clients request while the program is down.
const KEPT: [(&str, &str); 3] = [(FEED, "identity"), (PAGE, "identity"), (FEED, "gzip")];

/// The program, the relay that ages its responses, and the program's folder.
struct Behind {
    // This field is dropped before the folder, so that the program ends first.
    running: Running,
    origin: Origin,
    fixture: Fixture,
}

impl Behind {
    fn start() -> Self {
        let fixture = Fixture::new(&first("14:00:00"));
        let running = fixture.serve(&[]);
        let origin = Origin::before(running.address, 0);
        Self { running, origin, fixture }
    }

    /// Publishes the session with another start.
    fn change(&self, start: &str) {
        let before = self.running.get(FEED, &[]).body;
        self.fixture.write(&first(start));
        until("the change is published", || self.running.get(FEED, &[]).body != before);
    }

    /// Restarts the killed program on the same port of the relay.
    fn again(self) -> Self {
        let port = self.origin.address.port();
        let Self { running, origin, fixture } = self;
        drop((running, origin));
        let running = fixture.serve(&[]);
        let origin = Origin::before(running.address, port);
        Self { running, origin, fixture }
    }
}

fn first(start: &str) -> String {
    // The text is long enough to be compressed.
    let text = format!("description = \"{}\"", "Bring friends and a mug. ".repeat(40));
    list(&session("first", &format!("2090-04-30T{start}"), &text))
}

/// Waits longer than the max-age of responses.
fn age() {
    std::thread::sleep(Duration::from_millis(2100));
}

/// Checks the behavior of the cache at the address `at`.
fn holds_what_it_promises(behind: Behind, at: SocketAddr) {
    let get = |path: &str, headers: &[(&str, &str)]| ask(at, "GET", path, headers);
    let plain = |path: &str| get(path, &[("Accept-Encoding", "identity")]);
    same_as_the_program(&behind, at);

    // Hits: the program gets one request for every query and every spelling of the coding.
    age();
    plain(FEED);
    until("the feed is asked about", || !behind.origin.asked(FEED).is_empty());
    plain(FEED);
    get("/feeds/test.ics?refresh=1", &[("Accept-Encoding", "identity")]);
    assert_eq!(behind.origin.asked("/feeds/test.ics?refresh=1"), []);

    // Revalidation: a stale entry is revalidated by its entity tag, and a 304 makes it fresh.
    let tag = plain(FEED).header("etag").unwrap().to_owned();
    age();
    behind.origin.asked(FEED);
    assert_eq!(plain(FEED).status, 200);
    let mut asked = Vec::new();
    until("it is asked about", || {
        asked.extend(behind.origin.asked(FEED));
        !asked.is_empty()
    });
    assert_eq!((asked[0].status, asked[0].tag.as_deref()), (304, Some(tag.as_str())), "{asked:?}");

    // The cache responds to a client's conditional request.
    let not_modified = get(FEED, &[("Accept-Encoding", "identity"), ("If-None-Match", &tag)]);
    assert_eq!((not_modified.status, not_modified.body.len()), (304, 0));

    // stale-while-revalidate: clients get the old response at once, and the new one soon afterwards.
    let old = plain(FEED).body;
    behind.change("15:00:00");
    age();
    assert!(plain(FEED).body == old, "a reader was kept waiting");
    until("the new feed is given", || plain(FEED).body != old);

    // stale-if-error: clients do not notice that the program was killed.
    for (path, accept) in KEPT {
        let headers = [("Accept-Encoding", accept)];
        let new = || get(path, &headers).body == behind.running.get(path, &headers).body;
        until("every form is the new one", new);
    }
    let kept = KEPT.map(|(path, accept)| get(path, &[("Accept-Encoding", accept)]));
    let behind = killed(behind, at, &kept);

    // The program restarts with a change, and clients get the change.
    behind.change("16:00:00");
    until("the change after the return is given", || plain(FEED).body != kept[0].body);
    until("it is the program's", || plain(FEED).body == behind.running.get(FEED, &[]).body);
}

/// Headers that a cache adds, or that depend on the connection or the current second.
const OWN: [&str; 10] = [
    "age",
    "connection",
    "date",
    "server",
    "x-cache-status",
    "x-cache-hits",
    "via",
    "accept-ranges",
    "transfer-encoding",
    "cache-control",
];

fn comparable(answer: &Answer) -> Vec<(String, String)> {
    let mut headers = answer.headers.clone();
    headers.retain(|(name, _)| !OWN.contains(&name.as_str()));
    headers.sort();
    headers
}

/// Compares bytes, status and headers in each coding, for the first request and for a response from the cache.
fn same_as_the_program(behind: &Behind, at: SocketAddr) {
    let published = behind.fixture.publish("2027-01-01T00:00:00Z");
    let mut paths: Vec<String> = published.site.documents().map(|(path, _)| path).collect();
    paths.extend(["/none", "/none.ics", "/feeds/test/"].map(str::to_owned));
    for path in paths.iter().map(String::as_str) {
        for accept in ["identity", "gzip", "gzip, deflate, br", "br;q=0, gzip", "br"] {
            for _ in 0..2 {
                let headers = [("Accept-Encoding", accept)];
                let (own, through) =
                    (behind.running.get(path, &headers), ask(at, "GET", path, &headers));
                assert_eq!(own.status, through.status, "{path} {accept}");
                assert!(own.body == through.body, "{path} {accept}: other bytes");
                assert_eq!(comparable(&own), comparable(&through), "{path} {accept}");
            }
        }
    }
}

/// Kills the program, and checks that the cache still serves every stored response.
fn killed(behind: Behind, at: SocketAddr, kept: &[Answer; 3]) -> Behind {
    let Behind { mut running, origin, fixture } = behind;
    running.child.kill().unwrap();
    running.child.wait().unwrap();
    let port = origin.address.port();
    drop(origin);
    for _ in 0..4 {
        age();
        for ((path, accept), kept) in KEPT.into_iter().zip(kept) {
            let answer = ask(at, "GET", path, &[("Accept-Encoding", accept)]);
            assert_eq!(answer.status, 200, "{path} {accept}");
            assert!(answer.body == kept.body, "{path} {accept}: other bytes");
        }
    }
    let origin = Origin::before(running.address, port);
    Behind { running, origin, fixture }.again()
}

#[test]
#[ignore = "needs nginx"]
fn clients_behind_nginx_notice_neither_age_nor_downtime() {
    let behind = Behind::start();
    let origin = behind.origin.address.to_string();
    let nginx = Nginx::start("nginx.conf", &[("127.0.0.1:8080", &origin)]);
    holds_what_it_promises(behind, nginx.address);
}

#[test]
#[ignore = "needs varnish"]
fn clients_behind_varnish_notice_neither_age_nor_downtime() {
    let behind = Behind::start();
    let varnish = Varnish::start(behind.origin.address);
    holds_what_it_promises(behind, varnish.address);
}

#[test]
#[ignore = "needs nginx"]
fn nginx_reports_hits_and_hides_no_change_from_a_phone_that_sends_its_clock() {
    let behind = Behind::start();
    let origin = behind.origin.address.to_string();
    let nginx = Nginx::start("nginx.conf", &[("127.0.0.1:8080", &origin)]);
    let status = |path| {
        let answer = nginx.get(path, &[]);
        answer.header("x-cache-status").unwrap_or("not kept").to_owned()
    };
    assert_eq!((status(FEED), status(FEED)), ("MISS".to_owned(), "HIT".to_owned()));
    assert_eq!((status("/none"), status("/none")), ("MISS".to_owned(), "MISS".to_owned()));
    let clock = "Fri, 01 Jan 2100 00:00:00 GMT";
    assert_eq!(nginx.get(FEED, &[("If-Modified-Since", clock)]).status, 200);
    let exact = nginx.get(FEED, &[]).header("last-modified").unwrap().to_owned();
    assert_eq!(nginx.get(FEED, &[("If-Modified-Since", &exact)]).status, 304);
}
