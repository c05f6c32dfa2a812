//! Metrics: each number changes exactly when it should.

use std::io::Write as _;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use convene::reload::Reloader;
use convene::telemetry::{Telemetry, Watch};

use super::{FEED, PAGE, Watched, talk};
use crate::hostile::frames;
use crate::http::connections::{is_closed, read_one};
use crate::http::shutdown::is_read;
use crate::http::tls;
use crate::support::{BEFORE, Fixture, instant};

#[test]
fn the_text_is_openmetrics() {
    let watched = Watched::new(&talk(), &[]);
    watched.running.get(FEED, &[]);
    let metrics = watched.ask("GET", "/metrics");
    let text = metrics.text();
    assert!(text.ends_with("\n# EOF\n"), "{text}");
    let mut metric = String::new();
    for line in text.lines().take_while(|line| *line != "# EOF") {
        if let Some(comment) = line.strip_prefix("# ") {
            let (kind, rest) = comment.split_once(' ').unwrap();
            assert!(["HELP", "TYPE", "UNIT"].contains(&kind), "{line}");
            metric = rest.split(' ').next().unwrap().to_owned();
            assert!(metric.starts_with("convene_"), "{line}");
        } else {
            let (name, value) = line.rsplit_once(' ').unwrap();
            assert!(name.starts_with(&metric), "{line} is no row of {metric}");
            assert!(value.parse::<f64>().is_ok_and(|value| value >= 0.0), "{line}");
        }
    }
}

#[test]
#[ignore = "needs python3 with prometheus-client"]
fn the_parser_of_prometheus_accepts_the_text() {
    let watched = Watched::new(&talk(), &[]);
    for path in [FEED, PAGE, "/sessions/talk?via=may-letter", "/none"] {
        watched.running.get(path, &[]);
    }
    let file = watched.fixture.dir().join("metrics.txt");
    std::fs::write(&file, watched.ask("GET", "/metrics").body).unwrap();
    let script = "import sys\n\
        from prometheus_client.openmetrics.parser import text_fd_to_metric_families\n\
        for family in text_fd_to_metric_families(open(sys.argv[1])):\n    \
            print(family.name, family.type, len(family.samples))\n";
    let output = Command::new("python3").args(["-c", script]).arg(&file).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for line in
        ["convene_requests counter 3", "convene_link_clicks counter 2", "convene_tzdata info 1"]
    {
        assert!(said.lines().any(|own| own == line), "{line}: {said}");
    }
}

#[test]
fn responses_are_counted_by_resource_status_and_client() {
    let watched = Watched::new(&talk(), &[]);
    assert_eq!(watched.rows("convene_requests_total"), [""; 0]);
    let running = &watched.running;
    let google = [("User-Agent", "Google-Calendar-Importer")];
    let apple = ("User-Agent", "iOS/26.5 (23F77) dataaccessd/1.0");
    let tag = running.get(FEED, &google).header("etag").unwrap().to_owned();
    running.get(FEED, &[apple]);
    running.get(FEED, &[apple, ("If-None-Match", &tag)]);
    running.get(FEED, &[apple, ("If-None-Match", &tag)]);
    for path in ["/sessions/talk.ics", PAGE, "/", "/sessions/talk/google", "/next", "/robots.txt"] {
        running.get(path, &[]);
    }
    for path in ["/feeds/test/newsletter", "/feeds/test/embed", "/feeds/test.atom"] {
        running.get(path, &[]);
    }
    for path in ["/feeds/test.json", "/sessions/talk/qr.svg", "/sessions/talk/", "/feeds/none.ics"]
    {
        running.get(path, &[]);
    }
    running.request("POST", FEED, &[]);
    running.get(FEED, &[("If-Match", "\"another\"")]);
    let row = |resource: &str, status: u16, client: &str, count: u32| {
        format!("{{resource=\"{resource}\",status=\"{status}\",client=\"{client}\"}} {count}")
    };
    let mut expected = [
        row("feed", 200, "google", 1),
        row("feed", 200, "apple", 1),
        row("feed", 304, "apple", 2),
        row("feed", 412, "other", 1),
        row("invite", 200, "other", 1),
        row("page", 200, "other", 2),
        row("link", 302, "other", 2),
        row("block", 200, "other", 1),
        row("embed", 200, "other", 1),
        row("atom", 200, "other", 1),
        row("json", 200, "other", 1),
        row("qr", 200, "other", 1),
        row("asset", 200, "other", 1),
        row("moved", 301, "other", 1),
        row("missing", 404, "other", 1),
        row("other", 405, "other", 1),
    ];
    let mut counted = watched.rows("convene_requests_total");
    expected.sort();
    counted.sort();
    assert_eq!(counted, expected);
    assert_eq!(watched.value("convene_answer_seconds_count"), Some(19.0));
    let last = "convene_answer_seconds_bucket{le=\"+Inf\"}";
    assert_eq!(watched.value(last), Some(19.0));
    assert!(watched.value("convene_answer_seconds_sum").unwrap() > 0.0);
}

#[test]
fn bytes_are_those_of_bodies_that_are_sent() {
    let watched = Watched::new(&talk(), &[]);
    let row = "convene_sent_bytes_total{resource=\"feed\"}";
    let feed = watched.running.get(FEED, &[]);
    assert_eq!(watched.value(row), Some(feed.body.len() as f64));
    watched.running.request("HEAD", FEED, &[]);
    watched.running.get(FEED, &[("If-None-Match", feed.header("etag").unwrap())]);
    assert_eq!(watched.value(row), Some(feed.body.len() as f64));
    let coded = watched.running.get(FEED, &[("Accept-Encoding", "gzip")]);
    assert!(coded.body.len() < feed.body.len());
    assert_eq!(watched.value(row), Some((feed.body.len() + coded.body.len()) as f64));
}

#[test]
fn connections_are_counted_and_let_go() {
    let watched = Watched::new(&talk(), &[]);
    let (open, accepted) = ("convene_connections_open", "convene_connections_accepted_total");
    assert_eq!((watched.value(open), watched.value(accepted)), (Some(0.0), Some(0.0)));
    let kept: Vec<_> = (0..3).map(|_| watched.running.connect()).collect();
    watched.wait(open, 3.0);
    drop(kept);
    watched.wait(open, 0.0);
    watched.running.get(FEED, &[]);
    assert_eq!(watched.value(accepted), Some(4.0));
}

#[test]
fn invalid_requests_are_counted_as_refusals() {
    let watched = Watched::new(&talk(), &[]);
    watched.running.raw(b"nonsense\r\n\r\n");
    let long = format!("GET /{} HTTP/1.1\r\nHost: test\r\n\r\n", "a".repeat(70_000));
    watched.running.raw(long.as_bytes());
    watched.wait("convene_refusals_total{kind=\"malformed\"}", 1.0);
    watched.wait("convene_refusals_total{kind=\"too-large\"}", 1.0);
    // A client that disconnects is not a refusal.
    watched.running.connect().write_all(b"GET / HT").unwrap();
    watched.wait("convene_connections_open", 0.0);
    assert_eq!(watched.rows("convene_refusals_total").len(), 2);
}

#[test]
fn http_2_violations_are_counted_as_refusals() {
    let fixture = Fixture::new(&talk());
    let trusted = tls::renew(fixture.dir());
    let watched = Watched::on(fixture, &tls::FLAGS);
    let (address, at_once) = (watched.running.address, AtomicBool::new(true));
    let malformed = "convene_refusals_total{kind=\"malformed\"}";
    frames::rapid_resets(address, &trusted, &at_once);
    watched.wait(malformed, 1.0);
    frames::endless_headers(address, &trusted, &at_once);
    watched.wait(malformed, 2.0);
    // A client that disconnects, with or without a close alert, is not a refusal.
    tls::http_2(address, &trusted, async |client: h2::client::SendRequest<_>| {
        client.ready().await.unwrap();
    });
    drop(tls::connect(address, tls::client(&trusted, &[b"h2"])).unwrap());
    watched.wait("convene_connections_open", 0.0);
    assert_eq!(watched.rows("convene_refusals_total").len(), 1);
    assert_eq!(watched.value(malformed), Some(2.0));
}

#[test]
fn clients_that_exceed_a_limit_are_counted_by_kind() {
    let limits = ["--max-connections", "2", "--header-timeout", "1s", "--idle-timeout", "1s"];
    let watched = Watched::new(&talk(), &limits);
    let row = |kind: &str| format!("convene_refusals_total{{kind=\"{kind}\"}}");
    let three: Vec<_> = (0..3).map(|_| watched.running.connect()).collect();
    watched.wait(&row("connections"), 1.0);
    // The two remaining clients send nothing.
    watched.wait(&row("late"), 2.0);
    watched.wait("convene_connections_open", 0.0);
    drop(three);
    // A client that is idle after its response is not a refusal.
    let mut idle = watched.running.connect();
    write!(idle, "GET {FEED} HTTP/1.1\r\nHost: test\r\n\r\n").unwrap();
    assert_eq!(read_one(&mut idle).status, 200);
    assert!(is_closed(&mut idle));
    assert_eq!(watched.rows("convene_refusals_total").len(), 2);
    assert_eq!(watched.value(&row("late")), Some(2.0));
}

#[test]
fn a_path_in_another_spelling_is_counted_as_its_normal_form() {
    let watched = Watched::new(&talk(), &[]);
    assert_eq!(watched.running.get("/feeds/x/../%74est.ics", &[]).status, 200);
    assert_eq!(watched.rows("convene_feed_fetches_total"), ["{feed=\"test\",client=\"other\"} 1"]);
    assert_eq!(watched.running.get(FEED, &[("Host", "twice")]).status, 400);
    let mut requests = watched.rows("convene_requests_total");
    requests.sort();
    let row = |kind: &str, status| {
        format!("{{resource=\"{kind}\",status=\"{status}\",client=\"other\"}} 1")
    };
    assert_eq!(requests, [row("feed", 200), row("other", 400)]);
}

#[test]
fn an_edition_has_an_age_and_its_findings() {
    let fixture = Fixture::new(&talk().replace("America/New_York", "US/Eastern"));
    fixture.publish("2024-01-14T12:00:00Z");
    let watched = Watched::on(fixture, &[]);
    assert_eq!(watched.value("convene_sessions"), Some(1.0));
    assert_eq!(watched.value("convene_edition_age_seconds"), Some(0.0));
    let day = (instant(BEFORE) - instant("2024-01-14T12:00:00Z")).num_seconds() as f64;
    assert_eq!(watched.value("convene_change_age_seconds"), Some(day));
    assert_eq!(watched.value("convene_findings{severity=\"warning\"}"), Some(1.0));
    assert_eq!(watched.value("convene_findings{severity=\"error\"}"), Some(0.0));
    let version = convene::zone::Rules::bundled().version().to_owned();
    let row = format!("convene_tzdata_info{{version=\"{version}\"}}");
    assert_eq!(watched.value(&row), Some(1.0));
}

#[test]
fn reloads_are_counted_by_outcome() {
    let watched = Watched::new(&talk(), &[]);
    let row = |outcome: &str| format!("convene_reloads_total{{outcome=\"{outcome}\"}}");
    assert_eq!(watched.rows("convene_reloads_total"), [""; 0]);
    watched.fixture.write(&talk().replace("Session talk", "Another title"));
    watched.wait(&row("published"), 1.0);
    assert_eq!(watched.value("convene_change_age_seconds"), Some(0.0));
    watched.fixture.write("[calendar\nthis is no list");
    watched.wait(&row("refused"), 1.0);
    assert_eq!(watched.value("convene_degraded"), Some(1.0));
    assert!(watched.value("convene_findings{severity=\"error\"}").unwrap() > 0.0);
    watched.fixture.write(&talk());
    watched.wait(&row("published"), 2.0);
    assert_eq!(watched.value("convene_degraded"), Some(0.0));
    assert_eq!(watched.value(&row("refused")), Some(1.0));
    assert_eq!(watched.value(&row("turned")), Some(0.0));
}

#[test]
fn reload_outcomes_distinguish_time_from_an_unwritten_state() {
    let fixture = Fixture::new(&talk());
    let publisher = fixture.publisher();
    let (published, polling) = fixture.start(&publisher, BEFORE);
    let telemetry = Arc::new(Telemetry::new(Watch::default()));
    telemetry.published(&published, None, instant(BEFORE));
    let mut reloader = Reloader::new(&publisher, polling, &published).watched_by(&telemetry);
    let mut polls = (1..).map(|poll| Duration::from_secs(1) * poll);
    // A folder at the path of the temporary file stops every account from writing there, even root.
    std::fs::create_dir(fixture.dir().join(".sessions.revisions.json.new")).unwrap();
    fixture.write(&talk().replace("Session talk", "Another title"));
    let now = instant("2024-01-16T12:00:00Z");
    assert!(polls.by_ref().take(3).any(|at| reloader.poll(false, now, at).is_some()));
    // The reloader repeats the attempt, always with the same result.
    let tries = polls.by_ref().take(50).filter(|at| reloader.poll(false, now, *at).is_some());
    let tries = tries.count();
    assert!(tries >= 2, "{tries}");
    let later = instant("2024-01-16T13:00:00Z");
    let metrics = telemetry.metrics(later);
    for row in [
        "convene_reloads_total{outcome=\"published\"} 1\n",
        "convene_reloads_total{outcome=\"turned\"} 0\n",
        "convene_edition_age_seconds 3600.0\n",
        "convene_degraded 1\n",
    ] {
        assert!(metrics.contains(row), "{row}: {metrics}");
    }
    // The session ends at 15:00 in New York.
    let at = polls.next().unwrap();
    assert!(reloader.poll(false, instant("2024-04-30T19:00:00Z"), at).is_some());
    let metrics = telemetry.metrics(instant("2024-04-30T19:00:00Z"));
    assert!(metrics.contains("convene_reloads_total{outcome=\"turned\"} 1\n"), "{metrics}");
    assert!(metrics.contains("convene_edition_age_seconds 0.0\n"), "{metrics}");
}

#[test]
fn metrics_are_served_until_the_last_responses() {
    let mut watched = Watched::new(&talk(), &[]);
    let mut half = watched.running.connect();
    write!(half, "GET {FEED} HTTP/1.1\r\nHost: test\r\n").unwrap();
    let ports = (watched.running.address.port(), half.local_addr().unwrap().port());
    super::wait_until(|| is_read(ports.0, ports.1).then_some(()));
    watched.running.signal("TERM");
    super::wait_until(|| (watched.ask("GET", "/readyz").status == 503).then_some(()));
    let reason = watched.ask("GET", "/readyz");
    assert!(reason.text().contains("this process is about to end"), "{}", reason.text());
    assert_eq!(watched.ask("GET", "/healthz").status, 200);
    assert_eq!(watched.value("convene_connections_open"), Some(1.0));
    half.write_all(b"\r\n").unwrap();
    super::wait_until(|| watched.running.child.try_wait().unwrap());
}
