//! `--frozen` publishes only what the revisions file records, or else the last good edition.

use convene::diagnostic::Code;
use convene::publish::{Published, Refusal};

use super::{day, publish_once, seen, written};
use crate::support::{Fixture, body, instant, list, session};

fn titled(title: &str) -> String {
    list(&session("a", "2027-04-30T14:00:00", "").replace("Session a", title))
}

fn frozen(fixture: &Fixture, at: &str) -> Result<Published, Refusal> {
    let mut publisher = fixture.publisher();
    publisher.frozen = true;
    publisher.publish(instant(at))
}

/// Returns the files of the state folder with their bytes; the lock has none.
fn state(fixture: &Fixture) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(fixture.dir())
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| *path != fixture.file())
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn a_recorded_file_is_published_the_same_with_frozen() {
    let fixture = Fixture::new(&titled("One"));
    let free = publish_once(&fixture, &day(0));
    let before = state(&fixture);
    let published = frozen(&fixture, &day(5)).unwrap();
    assert!(!published.last_good && published.degraded.is_none());
    for (path, resource) in free.site.documents() {
        let same = published.site.get(&path).unwrap();
        assert_eq!(same.identity().body, resource.identity().body, "{path}");
    }
    assert_eq!(state(&fixture), before);
}

#[test]
fn the_last_good_edition_replaces_an_unrecorded_file() {
    let fixture = Fixture::new(&titled("One"));
    let first = publish_once(&fixture, &day(0));
    let before = state(&fixture);
    for (edit, code) in [
        (titled("Two"), Code::NotRecorded),
        (titled("One").replace("id = \"a\"", "id = \"b\""), Code::NotRecorded),
        (list(""), Code::NotRecorded),
        (titled("One") + "[[feeds]]\nid = \"more\"\ntitle = \"More\"\n", Code::NotRecorded),
        (titled("One").replace("title = \"Test\"", "title = \"Other\""), Code::NotRecorded),
        (titled("One").replace("id = \"test\"", "id = \"other\""), Code::CalendarIdChanged),
        (titled("One") + "no TOML", Code::Syntax),
    ] {
        fixture.write(&edit);
        let published = frozen(&fixture, &day(1)).unwrap_or_else(|r| panic!("{edit}: {r:?}"));
        assert!(published.last_good);
        assert!(published.findings.iter().any(|f| f.code == code), "{:?}", published.findings);
        assert_eq!(body(&published, "/feeds/test.ics"), body(&first, "/feeds/test.ics"));
        assert_eq!(state(&fixture), before, "{edit}");
    }
}

#[test]
fn without_a_last_good_edition_nothing_is_published() {
    let fixture = Fixture::new(&titled("One"));
    // The state has no record.
    assert!(matches!(frozen(&fixture, &day(0)), Err(Refusal::File(..))));
    assert!(!fixture.revisions_file().exists());
    fixture.publish(&day(0));
    std::fs::remove_file(fixture.dir().join(".sessions.last-good.toml")).unwrap();
    fixture.write(&titled("Two"));
    let before = written(&fixture);
    for command in [
        &["record", "--frozen"][..],
        &["export", "--frozen", "--out", "out"],
        &["check", "--frozen"],
    ] {
        let output = fixture.run(&[command, &["--at", &day(1)]].concat());
        assert_eq!(output.status.code(), Some(1), "{command:?}: {output:?}");
        let said = [output.stdout, output.stderr].concat();
        assert!(String::from_utf8(said).unwrap().contains("convene record"), "{command:?}");
    }
    assert_eq!(written(&fixture), before);
    assert!(!fixture.dir().join("out").exists());
    // The program publishes both files again after they were recorded elsewhere.
    fixture.publish(&day(1));
    let published = frozen(&fixture, &day(2)).unwrap();
    assert_eq!(seen(&fixture, &published, "a").sequence, 1);
}

#[test]
fn an_unrecorded_last_good_edition_is_not_published() {
    let elsewhere = Fixture::new(&titled("One"));
    elsewhere.publish(&day(0));
    let fixture = Fixture::new(&titled("One"));
    fixture.publish(&day(0));
    // A pull copies the revisions first, so they do not yet match the file.
    elsewhere.write(&titled("Two"));
    elsewhere.publish(&day(1));
    std::fs::copy(elsewhere.revisions_file(), fixture.revisions_file()).unwrap();
    fixture.write(&titled("Three"));
    assert!(matches!(frozen(&fixture, &day(2)), Err(Refusal::File(..))));
    fixture.write(&titled("Two"));
    let published = frozen(&fixture, &day(2)).unwrap();
    assert_eq!(seen(&fixture, &published, "a").sequence, 1);
}
