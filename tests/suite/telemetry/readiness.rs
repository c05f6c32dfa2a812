//! `/readyz` reports readiness and the causes of a degraded state.

use std::sync::Arc;

use convene::telemetry::{Admin, Telemetry, Watch};

use super::{FEED, Watched, ask, talk, wait_until};
use crate::support::{BEFORE, Fixture, instant};

fn wait(watched: &Watched, wanted: impl Fn(&str) -> bool) -> String {
    wait_until(|| {
        let answer = watched.ask("GET", "/readyz");
        assert_eq!(answer.status, 200, "{}", answer.text());
        wanted(answer.text()).then(|| answer.text().to_owned())
    })
}

fn is_ready(text: &str) -> bool {
    text == "ready\n"
}

#[test]
fn the_server_is_not_ready_before_the_first_edition() {
    let telemetry = Arc::new(Telemetry::new(Watch::default()));
    let admin = Admin::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = admin.address();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    admin.start(Arc::clone(&telemetry), stopped, || instant(BEFORE)).unwrap();
    let ready = || ask(address, "GET", "/readyz");
    assert_eq!(ready().status, 503);
    assert_eq!(ready().text(), "not ready: the first edition is not made yet\n");
    assert_eq!(ask(address, "GET", "/healthz").status, 200);
    assert_eq!(ask(address, "GET", "/metrics").status, 200);
    let published = Fixture::new(&talk()).publish(BEFORE);
    telemetry.published(&published, None, instant(BEFORE));
    assert_eq!((ready().status, ready().text()), (200, "ready\n"));
    stop.send(true).unwrap();
    assert_eq!(ready().text(), "not ready: this process is about to end\n");
}

#[test]
fn a_broken_file_is_reported_and_the_server_stays_ready() {
    let watched = Watched::new(&talk(), &[]);
    let good = watched.running.get(FEED, &[]).body;
    wait(&watched, is_ready);
    watched.fixture.write(&talk().replace("2024-04-30T14:00:00", "\"next Friday\""));
    let reason = wait(&watched, |text| text.contains("degraded: "));
    for part in ["sessions.toml is not published: ", "`convene check`", "last good edition"] {
        assert!(reason.contains(part), "{reason}");
    }
    assert_eq!(watched.running.get(FEED, &[]).body, good);
    watched.fixture.write(&talk());
    wait(&watched, is_ready);
}

#[test]
fn a_start_on_a_broken_file_is_degraded_from_the_beginning() {
    let fixture = Fixture::new(&talk());
    fixture.publish("2024-01-14T12:00:00Z");
    fixture.write("broken");
    let watched = Watched::on(fixture, &[]);
    let reason = wait(&watched, |text| !is_ready(text));
    assert!(reason.contains("degraded: sessions.toml is not published: "), "{reason}");
}

#[test]
fn an_unwritable_state_is_reported_until_it_is_written() {
    let watched = Watched::new(&talk(), &[]);
    // A folder at the path of the temporary file stops every account from writing there, even root.
    let obstacle = watched.fixture.dir().join(".sessions.revisions.json.new");
    std::fs::create_dir(&obstacle).unwrap();
    watched.fixture.write(&talk().replace("Session talk", "Another title"));
    let reason = wait(&watched, |text| text.contains("degraded: "));
    for part in ["cannot ", "served from memory", "a restart will not know it"] {
        assert!(reason.contains(part), "{reason}");
    }
    let refused = talk().replace("[calendar]", "[calendar");
    watched.fixture.write(&refused);
    let both = wait(&watched, |text| text.contains("is not published"));
    assert!(both.contains("last good edition"), "{both}");
    std::fs::remove_dir(&obstacle).unwrap();
    watched.fixture.write(&talk());
    wait(&watched, is_ready);
}

#[test]
fn a_place_where_no_state_can_be_written_is_degraded_from_the_start() {
    let watched = Watched::new(&talk(), &["--state", "nowhere"]);
    let reason = wait(&watched, |text| !is_ready(text));
    assert!(reason.contains("nowhere") && reason.contains("served from memory"), "{reason}");
    assert_eq!(watched.value("convene_degraded"), Some(1.0));
}

#[test]
fn a_missing_file_is_reported() {
    let watched = Watched::new(&talk(), &[]);
    std::fs::remove_file(watched.fixture.file()).unwrap();
    let reason = wait(&watched, |text| text.contains("degraded: "));
    assert!(reason.contains("cannot read `sessions.toml`"), "{reason}");
    watched.fixture.write(&talk());
    wait(&watched, is_ready);
}
