//! While the file is missing or refused, the next, past and cancelled sessions still change with time, in every mode.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use convene::publish::Publisher;
use convene::reload::Reloader;
use convene::site::Site;
use convene::telemetry::{Telemetry, Watch};

use crate::support::{BEFORE, Fixture, instant, list, session};

/// The damage to the file or to the state.
#[derive(Debug, Clone, Copy)]
enum Trouble {
    Gone,
    Empty,
    Broken,
    /// Half of the file is left.
    Cut,
    /// A folder replaces the file.
    Folder,
    /// The file is broken, and the last good file is lost.
    NothingLeft,
    /// The file has a new version, and the revisions file is unreadable.
    State,
}

const TROUBLES: [Trouble; 7] = [
    Trouble::Gone,
    Trouble::Empty,
    Trouble::Broken,
    Trouble::Cut,
    Trouble::Folder,
    Trouble::NothingLeft,
    Trouble::State,
];

impl Trouble {
    fn happen(self, fixture: &Fixture) {
        let text = toml();
        let remove = || std::fs::remove_file(fixture.file()).unwrap();
        match self {
            Self::Gone => remove(),
            Self::Empty => fixture.write(""),
            Self::Broken => fixture.write(&text.replace("[calendar]", "[calendar")),
            Self::Cut => fixture.write(&text[..text.len() / 2 + 7]),
            Self::Folder => {
                remove();
                std::fs::create_dir(fixture.file()).unwrap();
            }
            Self::NothingLeft => {
                fixture.write("broken");
                std::fs::remove_file(fixture.dir().join(".sessions.last-good.toml")).unwrap();
            }
            Self::State => {
                fixture.write(&text.replace("Session last", "Another title"));
                std::fs::write(fixture.revisions_file(), "<<<<<<< ours\n").unwrap();
            }
        }
    }
}

/// Returns sessions that become next, over, cancelled and absent from their feed one after another.
fn toml() -> String {
    let sessions = [
        session("first", "2024-04-30T14:00:00", ""),
        session("off", "2024-05-01T14:00:00", "status = \"cancelled\""),
        session("second", "2024-05-02T09:00:00", "register = \"https://org.example/sign-up\""),
        session("days", "2024-05-04", "duration = \"2d\""),
        session("last", "2024-08-01T14:00:00", ""),
    ];
    list(&sessions.concat()).replacen("duration", "keep_past = \"3d\"\nduration", 1)
}

/// Instants in order, from before the first session to after the last; a session ends between each two.
const INSTANTS: [&str; 8] = [
    "2024-04-30T18:30:00Z",
    "2024-04-30T19:00:00Z",
    "2024-05-02T13:10:00Z",
    "2024-05-02T14:00:01Z",
    "2024-05-03T19:00:00Z",
    "2024-05-08T20:00:00Z",
    "2024-06-01T00:00:00Z",
    "2024-08-01T19:00:00Z",
];

/// Returns all responses of a site by path, with their Last-Modified.
fn all(site: &Site) -> BTreeMap<String, (Vec<u8>, String)> {
    let documents = site.documents().map(|(path, resource)| {
        let said = (resource.identity().body.to_vec(), format!("{:?}", resource.last_modified()));
        (path, said)
    });
    documents.collect()
}

#[test]
fn everything_changes_with_the_time_as_if_the_file_were_there_in_every_mode() {
    for (frozen, fall_back) in [(false, true), (false, false), (true, true), (true, false)] {
        // A replica that has the file gives these responses.
        let wanted = INSTANTS.map(|now| {
            let replica = Fixture::new(&toml());
            replica.publish(BEFORE);
            let publisher = Publisher { frozen, fall_back, ..replica.publisher() };
            all(&publisher.publish(instant(now)).unwrap().site)
        });
        for trouble in TROUBLES {
            let mode = format!("{trouble:?}, frozen: {frozen}, strict: {}", !fall_back);
            let fixture = Fixture::new(&toml());
            // This writes the same state as `convene record`.
            fixture.publish(BEFORE);
            let publisher = Publisher { frozen, fall_back, ..fixture.publisher() };
            let (published, polling) = fixture.start(&publisher, BEFORE);
            let mut reloader = Reloader::new(&publisher, polling, &published);
            let mut served = published.site;
            trouble.happen(&fixture);
            let mut at = Duration::ZERO;
            for (now, wanted) in INSTANTS.into_iter().zip(&wanted) {
                // This is longer than the program waits for any file.
                for _ in 0..140 {
                    at += Duration::from_millis(500);
                    served = reloader.poll(false, instant(now), at).unwrap_or(served);
                }
                let own = all(&served);
                let paths = |all: &BTreeMap<String, _>| all.keys().cloned().collect::<Vec<_>>();
                assert_eq!(paths(&own), paths(wanted), "{mode}, {now}");
                for (path, said) in &own {
                    assert!(*said == wanted[path], "{mode}, {now}: {path}");
                }
            }
        }
    }
}

#[test]
fn errors_of_the_file_are_still_reported_when_time_changes_the_edition() {
    for (trouble, reason) in [
        (Trouble::Gone, "cannot read"),
        (Trouble::Broken, "sessions.toml is not published"),
        (Trouble::State, "the revisions file"),
    ] {
        let fixture = Fixture::new(&toml());
        let publisher = fixture.publisher();
        let (published, polling) = fixture.start(&publisher, BEFORE);
        let file = "sessions.toml".to_owned();
        let telemetry =
            Arc::new(Telemetry::new(Watch { counting: true, file, ..Watch::default() }));
        telemetry.published(&published, None, instant(BEFORE));
        let mut reloader = Reloader::new(&publisher, polling, &published).watched_by(&telemetry);
        trouble.happen(&fixture);
        let mut at = Duration::ZERO;
        for now in [BEFORE, INSTANTS[0], INSTANTS[1]] {
            for _ in 0..140 {
                at += Duration::from_millis(500);
                reloader.poll(false, instant(now), at);
            }
            let said = telemetry.readiness(false, instant(now)).unwrap();
            assert!(said.contains("degraded") && said.contains(reason), "{now}: {said}");
        }
        let metrics = telemetry.metrics(instant(INSTANTS[1]));
        let turned = "convene_reloads_total{outcome=\"turned\"} ";
        let count = metrics.lines().find_map(|line| line.strip_prefix(turned)).unwrap();
        assert_ne!(count, "0", "{trouble:?}");
    }
}
