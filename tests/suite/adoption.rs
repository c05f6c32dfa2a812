//! Adoption of changed files on a test clock: the tests rename files, write them in place, shorten them, break them,
//! and start the program.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use convene::publish::{Publisher, Refusal};
use convene::reload::{self, Reloader};
use convene::telemetry::{Telemetry, Watch};

use crate::support::{BEFORE, Fixture, body, instant, list, session};

const FEED: &str = "/feeds/test.ics";
const POLL: u64 = 50;
/// This duration is longer than any wait of a test, in milliseconds.
const LONG: u64 = 120_000;

/// Returns a file with one session for each number; the number is part of the session's id.
fn talks(numbers: impl IntoIterator<Item = u32>, title: &str) -> String {
    let talk = |number| {
        session(&format!("talk-{number}"), "2027-04-30T14:00:00", "")
            .replace(&format!("Session talk-{number}"), title)
    };
    list(&numbers.into_iter().map(talk).collect::<String>())
}

/// Writes a new file and renames it over `path`.
fn rename(path: &Path, text: &str) {
    let new = path.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(new, path).unwrap();
}

/// A reloader that the tests poll on a test clock in milliseconds.
struct Polled<'a> {
    reloader: Reloader<'a>,
    at: u64,
    now: &'static str,
}

impl<'a> Polled<'a> {
    fn new(fixture: &Fixture, publisher: &'a Publisher) -> Self {
        let (published, polling) = fixture.start(publisher, BEFORE);
        let mut polled = Self::on(Reloader::new(publisher, polling, &published));
        assert_eq!(polled.feed_within(200), None);
        polled
    }

    fn on(reloader: Reloader<'a>) -> Self {
        Self { reloader, at: 0, now: BEFORE }
    }

    /// Polls until the next feed is published, for at most the given time. Returns the delay and the feed.
    fn next(&mut self, most: u64) -> Option<(u64, String)> {
        let began = self.at;
        while self.at < began + most {
            self.at += POLL;
            let at = Duration::from_millis(self.at);
            if let Some(site) = self.reloader.poll(false, instant(self.now), at) {
                let feed = site.get(FEED).unwrap().identity().body.to_vec();
                return Some((self.at - began, String::from_utf8(feed).unwrap()));
            }
        }
        None
    }

    fn feed_within(&mut self, most: u64) -> Option<String> {
        self.next(most).map(|(_, feed)| feed)
    }

    /// Checks the delay until the next publication; a poll may be up to 50 ms late.
    fn takes(&mut self, least: u64) {
        let (after, _) = self.next(LONG).expect("it is never published");
        assert!((least..=least + 2 * POLL).contains(&after), "{after} ms, not {least}");
    }

    /// Polls once, as after an order to reload.
    fn order(&mut self) -> Option<convene::site::Site> {
        self.at += POLL;
        self.reloader.poll(true, instant(self.now), Duration::from_millis(self.at))
    }
}

#[test]
fn a_file_renamed_into_place_is_adopted_sooner_than_one_written_in_place() {
    let fixture = Fixture::new(&talks(1..=3, "One"));
    let publisher = fixture.publisher();
    let mut polled = Polled::new(&fixture, &publisher);
    rename(&fixture.file(), &talks(1..=3, "Two"));
    polled.takes(100);
    fixture.write(&talks(1..=3, "Three"));
    polled.takes(1_000);
    // The waiting time starts at the last change.
    rename(&fixture.file(), &talks(1..=3, "Four"));
    assert_eq!(polled.feed_within(POLL), None);
    fixture.write(&talks(1..=3, "Five"));
    polled.takes(1_000);
    fixture.write(&talks(1..=3, "Six"));
    assert_eq!(polled.feed_within(900), None);
    rename(&fixture.file(), &talks(1..=3, "Seven"));
    polled.takes(100);
    // A file that was missing for one poll counts as written in place, even with a new inode.
    std::fs::remove_file(fixture.file()).unwrap();
    assert_eq!(polled.feed_within(500), None);
    rename(&fixture.file(), &talks(1..=3, "Eight"));
    polled.takes(1_000);
}

#[test]
fn a_file_that_is_touched_or_written_back_is_no_change() {
    let fixture = Fixture::new(&talks(1..=3, "One"));
    let publisher = fixture.publisher();
    let mut polled = Polled::new(&fixture, &publisher);
    fixture.write(&talks(1..=3, "One"));
    rename(&fixture.file(), &talks(1..=3, "One"));
    assert_eq!(polled.feed_within(LONG), None);
    fixture.write("half");
    assert_eq!(polled.feed_within(900), None);
    fixture.write(&talks(1..=3, "One"));
    assert_eq!(polled.feed_within(LONG), None);
}

#[test]
fn a_file_that_is_written_again_with_the_same_content_waits_again() {
    let fixture = Fixture::new(&talks(1..=3, "One"));
    let publisher = fixture.publisher();
    let mut polled = Polled::new(&fixture, &publisher);
    let touch = |second| {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
        let file = std::fs::File::options().write(true).open(fixture.file()).unwrap();
        file.set_modified(time).unwrap();
    };
    fixture.write(&talks(1..=3, "Two"));
    for second in 0..10 {
        touch(second);
        assert_eq!(polled.feed_within(900), None);
    }
    // On a mount that reports a different time at every poll, the file is still adopted after a minute.
    let polls = (10..).take_while(|second| {
        touch(*second);
        polled.feed_within(POLL).is_none()
    });
    let millis = 9_000 + polls.count() as u64 * POLL;
    assert!((59_900..=60_100).contains(&millis), "{millis}");
}

#[test]
fn a_change_without_new_metadata_is_found() {
    let fixture = Fixture::new(&talks(1..=3, "One"));
    let publisher = fixture.publisher();
    let mut polled = Polled::new(&fixture, &publisher);
    let modified = std::fs::metadata(fixture.file()).unwrap().modified().unwrap();
    fixture.write(&talks(1..=3, "Two"));
    let file = std::fs::File::options().write(true).open(fixture.file()).unwrap();
    file.set_modified(modified).unwrap();
    let (after, feed) = polled.next(LONG).unwrap();
    assert!((1_000..=2_100).contains(&after), "{after}");
    assert!(feed.contains("SUMMARY:Two"), "{feed}");
}

#[test]
fn a_file_that_removes_many_sessions_waits_unless_it_is_ordered() {
    // A mass removal is a fifth of the sessions or more, and at least two.
    for (before, after, is_mass) in
        [(10, 9, false), (10, 8, true), (11, 9, false), (2, 1, false), (2, 0, true), (3, 1, true)]
    {
        for how in [Fixture::write, |fixture: &Fixture, text: &str| rename(&fixture.file(), text)] {
            let fixture = Fixture::new(&talks(1..=before, "One"));
            let publisher = fixture.publisher();
            let mut polled = Polled::new(&fixture, &publisher);
            how(&fixture, &talks(1..=after, "One"));
            let (millis, _) = polled.next(LONG).unwrap();
            assert_eq!(millis >= 15_000, is_mass, "{before} became {after}: {millis}");
            assert!(millis <= 15_100, "{millis}");
        }
    }
    let fixture = Fixture::new(&talks(1..=10, "One"));
    let publisher = fixture.publisher();
    let mut polled = Polled::new(&fixture, &publisher);
    fixture.write(&talks(1..=2, "One"));
    assert!(polled.order().is_some());
    assert_eq!(polled.feed_within(LONG), None);
}

#[test]
fn only_upcoming_sessions_that_go_without_another_id_are_removed() {
    let uid = "uid = \"talk@cal.example\"";
    let first = list(
        &[
            session("old", "2027-04-30T14:00:00", ""),
            session("new-id", "2027-04-30T14:00:00", uid),
            session("cancelled", "2027-04-30T14:00:00", "status = \"cancelled\""),
            session("over", "2023-04-30T14:00:00", ""),
            session("days", "2024-01-10", "end = 2024-01-15"),
            session("days-over", "2024-01-10", "end = 2024-01-14"),
            session("removed", "2027-04-30T14:00:00", ""),
        ]
        .concat(),
    );
    let fixture = Fixture::new(&first);
    let publisher = fixture.publisher();
    let published = publisher.publish(instant(BEFORE)).unwrap();
    fixture.write(&list(
        &[
            session("renamed", "2027-04-30T14:00:00", "was = \"old\""),
            session("other-id", "2027-04-30T14:00:00", uid),
        ]
        .concat(),
    ));
    let mut snapshot = convene::publish::Snapshot::default();
    for is_parsed in [false, true] {
        publisher.poll(&mut snapshot, true);
        assert_eq!(snapshot.is_parsed(), is_parsed);
    }
    let removal = snapshot.removal(published.site.edition().revisions(), instant(BEFORE));
    // The sessions are called old, new-id, days and removed.
    assert_eq!((removal.removed, removal.upcoming), (2, 4));
}

#[test]
fn a_file_that_the_file_names_waits_by_the_same_rules() {
    let named = |title: &str| format!("{}\n[page]\ncss = \"own.css\"\n", talks(1..=3, title));
    let fixture = Fixture::new(&named("One"));
    let css = fixture.dir().join("own.css");
    std::fs::write(&css, "h1{color:red}").unwrap();
    let publisher = fixture.publisher();
    let mut polled = Polled::new(&fixture, &publisher);
    std::fs::write(&css, "h1{color:blue}").unwrap();
    polled.takes(1_000);
    rename(&css, "h1{color:green}");
    polled.takes(100);
    // The program waits until both files are complete.
    rename(&fixture.file(), &named("Two"));
    std::fs::write(&css, "h1{color:bl").unwrap();
    assert_eq!(polled.feed_within(900), None);
    std::fs::write(&css, "h1{color:black}").unwrap();
    polled.takes(1_000);
    // A file that is named for the first time may be half-written, too.
    let more = named("Two") + "logo = \"own.svg\"\n";
    std::fs::write(fixture.dir().join("own.svg"), "<svg/>").unwrap();
    rename(&fixture.file(), &more);
    polled.takes(1_050);
}

#[test]
fn a_broken_file_is_reported_no_earlier_than_a_good_one_is_published() {
    for (in_place, wait) in [(true, 1_000), (false, 100)] {
        let fixture = Fixture::new(&talks(1..=3, "One"));
        let publisher = fixture.publisher();
        let (published, polling) = fixture.start(&publisher, BEFORE);
        let telemetry = Arc::new(Telemetry::new(Watch::default()));
        telemetry.published(&published, None, instant(BEFORE));
        let reloader = Reloader::new(&publisher, polling, &published).watched_by(&telemetry);
        let mut polled = Polled::on(reloader);
        let ready = || telemetry.readiness(false, instant(BEFORE)).unwrap();
        polled.feed_within(200);
        match in_place {
            true => fixture.write("[calendar"),
            false => rename(&fixture.file(), "[calendar"),
        }
        polled.feed_within(wait);
        assert_eq!(ready(), "ready");
        polled.feed_within(2 * POLL);
        assert!(ready().contains("is not published"), "{}", ready());
    }
}

#[test]
fn editions_follow_time_while_a_changed_file_waits() {
    let one = list(&session("talk", "2024-04-30T14:00:00", ""));
    let fixture = Fixture::new(&(one.clone() + &session("next", "2024-05-30T14:00:00", "")));
    let publisher = fixture.publisher();
    let mut polled = Polled::new(&fixture, &publisher);
    // This function changes the file before each poll, so the file never stays the same between two polls.
    let half = |polled: &mut Polled<'_>, number: u32| {
        fixture.write(&format!("{one}# {number}"));
        polled.reloader.poll(false, instant(polled.now), Duration::from_millis(polled.at))
    };
    assert!(half(&mut polled, 1).is_none());
    // The first session ends at 15:00 in New York.
    polled.now = "2024-04-30T19:00:00Z";
    polled.at += POLL;
    let site = half(&mut polled, 2).expect("the edition before is served on");
    let next = site.get("/next").unwrap();
    assert_eq!(next.identity().headers["location"], "/sessions/next");
    polled.at += POLL;
    assert!(half(&mut polled, 3).is_none());
}

/// Returns whether the system reports a process that waits for the lock.
fn waits(fixture: &Fixture) -> bool {
    let lock = std::fs::metadata(fixture.dir().join(".sessions.lock")).unwrap();
    let inode = format!(":{} ", std::os::unix::fs::MetadataExt::ino(&lock));
    let locks = std::fs::read_to_string("/proc/locks").unwrap_or_default();
    locks.lines().any(|line| line.contains("->") && line.contains(&inode))
}

#[test]
fn a_reloader_that_waited_for_the_lock_does_not_publish_an_outdated_file() {
    let fixture = Fixture::new(&talks(1..=3, "One"));
    let publisher = fixture.publisher();
    let mut polled = Polled::new(&fixture, &publisher);
    let other = fixture.publisher();
    fixture.write(&talks(1..=3, "Older"));
    assert_eq!(polled.feed_within(950), None);
    let lock = other.store.lock().unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| polled.feed_within(100));
        while Path::new("/proc/locks").exists() && !waits(&fixture) {
            std::thread::sleep(Duration::from_millis(10));
        }
        fixture.write(&talks(1..=3, "Newer"));
        drop(lock);
        assert_eq!(waiting.join().unwrap(), None);
    });
    assert_eq!(other.store.read().unwrap().sessions["talk-1"].published.title, "One");
    // The program treats the new file as a separate change.
    let (after, feed) = polled.next(LONG).unwrap();
    assert!((900..=1_100).contains(&after), "{after}");
    assert!(feed.contains("SUMMARY:Newer") && feed.contains("SEQUENCE:1"), "{feed}");
}

/// Starts with a file that was written `age` milliseconds ago. Returns the first edition, and counts the pauses before
/// it.
fn start(
    publisher: &Publisher,
    age: u64,
    mut on_pause: impl FnMut(usize),
) -> Result<(String, Polled<'_>), Refusal> {
    let modified = std::fs::metadata(&publisher.file).unwrap().modified().unwrap();
    let mut pauses = 0;
    let pause = |span| {
        assert_eq!(span, Duration::from_millis(100));
        pauses += 1;
        on_pause(pauses);
    };
    let clock = modified + Duration::from_millis(age);
    let (published, polling) = reload::start(publisher, instant(BEFORE), clock, pause)?;
    assert!(!published.last_good, "it does not count as refused");
    let polled = Polled::on(Reloader::new(publisher, polling, &published));
    Ok((body(&published, FEED), polled))
}

#[test]
fn a_start_serves_the_last_good_edition_while_the_file_is_young() {
    let fixture = Fixture::new(&talks(1..=5, "One"));
    fixture.publish(BEFORE);
    for (sessions, title, age, wait) in [
        (5, "Two", 999, 1_000),
        (5, "Three", 1_000, 0),
        (2, "Half", 14_999, 15_000),
        (4, "Four", 1_000, 0),
        (2, "Five", 15_000, 0),
    ] {
        let before = fixture.publisher().last_good_digest().unwrap();
        fixture.write(&talks(1..=sessions, title));
        let publisher = Publisher { fall_back: true, ..fixture.publisher() };
        let (first, mut polled) = start(&publisher, age, |_| ()).unwrap();
        let is_new = |feed: &str| feed.contains(&format!("SUMMARY:{title}"));
        assert_eq!(is_new(&first), wait == 0, "{age}: {first}");
        if wait > 0 {
            assert_eq!(publisher.last_good_digest().unwrap(), before);
            polled.takes(wait);
        }
        assert_eq!(polled.feed_within(LONG), None);
        assert_ne!(publisher.last_good_digest().unwrap(), before);
    }
}

#[test]
fn a_start_without_a_last_good_edition_adopts_a_file_that_two_polls_agree_on() {
    for fall_back in [true, false] {
        let fixture = Fixture::new(&talks(1..=2, "Half"));
        let publisher = Publisher { fall_back, ..fixture.publisher() };
        let mut pauses = 0;
        let (feed, _) = start(&publisher, 0, |nth| {
            pauses = nth;
            if nth < 4 {
                fixture.write(&talks(1..=2 + nth as u32, "Whole"));
            }
        })
        .unwrap();
        assert_eq!(pauses, 4);
        assert_eq!(feed.matches("SUMMARY:Whole").count(), 5, "{feed}");
    }
}

#[test]
fn a_strict_start_does_not_serve_the_last_good_edition_of_a_young_file() {
    let fixture = Fixture::new(&talks(1..=5, "One"));
    fixture.publish(BEFORE);
    fixture.write(&talks(1..=5, "Two"));
    let publisher = fixture.publisher();
    let (feed, _) = start(&publisher, 0, |_| ()).unwrap();
    assert!(feed.contains("SUMMARY:Two"), "{feed}");
    fixture.write("broken");
    assert!(matches!(start(&publisher, 0, |_| ()), Err(Refusal::File(..))));
}

#[test]
fn a_start_never_serves_an_edition_older_than_the_record() {
    let fixture = Fixture::new(&talks(1..=5, "One"));
    fixture.publish(BEFORE);
    let last_good = fixture.dir().join(".sessions.last-good.toml");
    let older = std::fs::read(&last_good).unwrap();
    fixture.write(&talks(1..=5, "Two"));
    fixture.publish("2024-01-16T12:00:00Z");
    // This is the folder of a process that was killed after it wrote the revisions and before it wrote the source.
    std::fs::write(&last_good, older).unwrap();
    let publisher = Publisher { fall_back: true, ..fixture.publisher() };
    let (feed, _) = start(&publisher, 0, |_| ()).unwrap();
    assert!(feed.contains("SUMMARY:Two") && feed.contains("SEQUENCE:1"), "{feed}");
}
