//! A certificate that is not renewed, as the operator sees it.

use std::time::Duration;

use super::{Watched, end, talk, wait_until};
use crate::http::tls;
use crate::support::Fixture;

/// Starts the program with a certificate that is valid until the beginning of a year.
fn watched(year: i32) -> Watched {
    let fixture = Fixture::new(&talk());
    tls::renew_until(fixture.dir(), year);
    Watched::on(fixture, &tls::FLAGS)
}

/// Returns the response of `/readyz`, once it has all of these words.
fn readiness(watched: &Watched, words: &[&str]) -> String {
    wait_until(|| {
        let answer = watched.ask("GET", "/readyz");
        assert_eq!(answer.status, 200, "{}", answer.text());
        let text = answer.text();
        words.iter().all(|word| text.contains(word)).then(|| text.to_owned())
    })
}

fn wait_until_well(watched: &Watched) {
    wait_until(|| (watched.ask("GET", "/readyz").text() == "ready\n").then_some(()));
    assert_eq!(watched.value("convene_degraded"), Some(0.0));
}

const NOT_AFTER: &str = "convene_certificate_not_after_seconds";
/// The beginning of 2031 and of 2062 in Unix time.
const OF_2031: f64 = 1_924_992_000.0;
const OF_2062: f64 = 2_903_299_200.0;

#[test]
fn a_mismatched_renewal_is_degraded_until_a_valid_pair_follows() {
    let watched = watched(2031);
    watched.wait(NOT_AFTER, OF_2031);
    wait_until_well(&watched);
    let folder = watched.fixture.dir();
    let key = std::fs::read(folder.join("key.pem")).unwrap();
    tls::renew_until(folder, 2062);
    std::fs::write(folder.join("key.pem"), key).unwrap();
    let said = readiness(&watched, &["ready, but degraded: the certificate was not renewed: "]);
    assert!(said.contains("`key.pem` cannot be used for TLS: it is not the key of"), "{said}");
    assert!(said.contains("the one before stays in use"), "{said}");
    assert_eq!(watched.value("convene_degraded"), Some(1.0));
    assert_eq!(watched.value(NOT_AFTER), Some(OF_2031));
    let trusted = tls::renew_until(folder, 2062);
    watched.wait(NOT_AFTER, OF_2062);
    wait_until_well(&watched);
    assert!(tls::connect(watched.running.address, tls::client(&trusted, &[])).is_ok());
}

#[test]
fn files_that_cannot_be_read_are_degraded_until_the_same_are_back() {
    let watched = watched(2031);
    let [cert, away] = ["cert.pem", "away.pem"].map(|name| watched.fixture.dir().join(name));
    std::fs::rename(&cert, &away).unwrap();
    readiness(&watched, &["degraded: the certificate was not renewed: ", "cert.pem"]);
    std::fs::rename(&away, &cert).unwrap();
    wait_until_well(&watched);
    assert_eq!(watched.value(NOT_AFTER), Some(OF_2031));
}

#[test]
fn a_refused_renewal_that_is_taken_back_is_no_trouble_any_more() {
    let watched = watched(2031);
    let cert = watched.fixture.dir().join("cert.pem");
    let good = std::fs::read(&cert).unwrap();
    std::fs::write(&cert, "nothing\n").unwrap();
    readiness(&watched, &["degraded: the certificate was not renewed: ", "BEGIN CERTIFICATE"]);
    std::fs::write(&cert, good).unwrap();
    wait_until_well(&watched);
}

#[test]
fn a_certificate_that_has_expired_is_degraded_from_the_start() {
    // In the program, the current time is in January 2024.
    let watched = watched(2024);
    let said = readiness(&watched, &["degraded: the certificate in use expired at "]);
    assert!(said.contains("2024-01-01T00:00:00Z") && said.contains("`--tls-cert`"), "{said}");
    assert_eq!(watched.value("convene_degraded"), Some(1.0));
    tls::renew_until(watched.fixture.dir(), 2025);
    wait_until_well(&watched);
}

#[test]
fn a_certificate_that_has_expired_is_logged_once() {
    let watched = watched(2024);
    // This is long enough for several polls of the files and the clock.
    std::thread::sleep(Duration::from_secs(3));
    let log = end(watched.running);
    assert_eq!(log.matches("the certificate in use expired at 2024-01-01").count(), 1, "{log}");
}

#[test]
fn errors_of_the_file_and_of_the_certificate_are_both_reported() {
    let watched = watched(2024);
    std::fs::write(watched.fixture.dir().join("key.pem"), "").unwrap();
    watched.fixture.write("broken");
    let all = ["degraded: sessions.toml is not published: ", "was not renewed: ", "expired at "];
    readiness(&watched, &all);
    watched.fixture.write(&talk());
    let said = readiness(&watched, &["degraded: the certificate was not renewed: "]);
    assert!(!said.contains("is not published"), "{said}");
    assert_eq!(watched.value("convene_degraded"), Some(1.0));
    tls::renew_until(watched.fixture.dir(), 2031);
    wait_until_well(&watched);
}

#[test]
fn without_a_certificate_there_is_no_number_of_it() {
    let watched = Watched::new(&talk(), &[]);
    assert_eq!(watched.value(NOT_AFTER), None);
    assert_eq!(watched.value("convene_degraded"), Some(0.0));
}
