//! Files that are written in place in pieces, at random moments of a test clock; the program must not publish half a
//! file.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::time::{Duration, SystemTime};

use convene::publish::Publisher;
use convene::reload::Reloader;
use convene::site::Site;

use crate::support::{BEFORE, Fixture, Random, instant, list, session};

/// The number of writes: in each run, and in the long test.
const SAMPLE: u64 = 150;
const MANY: u64 = 2_000;
/// The unit of the longer pauses, in milliseconds.
const SECOND: u64 = 1_000;

/// Returns an edition with its number in every session. Editions with the same number of sessions have the same length.
fn edition(number: u64, sessions: u64) -> String {
    let all = (0..sessions).map(|talk| {
        session(&format!("talk-{talk:02}"), "2027-04-30T14:00:00", "")
            .replace(&format!("Session talk-{talk:02}"), &format!("Edition {number:04}"))
    });
    list(&all.collect::<String>())
}

/// Returns the numbers in the sessions of a feed.
fn editions(site: &Site) -> Vec<u64> {
    let feed = site.get("/feeds/test.ics").unwrap().identity().body.to_vec();
    let feed = String::from_utf8(feed).unwrap();
    let titles = feed.lines().filter_map(|line| line.strip_prefix("SUMMARY:Edition "));
    titles.map(|title| title.parse().unwrap()).collect()
}

/// An author who writes in place, and a reloader that polls meanwhile.
struct Stage<'a> {
    fixture: &'a Fixture,
    reloader: Reloader<'a>,
    random: Random,
    poll: Duration,
    /// The time of the test clock, which is also that of the files.
    at: Duration,
    published: Vec<Vec<u64>>,
}

impl<'a> Stage<'a> {
    fn new(fixture: &'a Fixture, publisher: &'a Publisher, poll: u64) -> Self {
        let (published, polling) = fixture.start(publisher, BEFORE);
        Self {
            fixture,
            reloader: Reloader::new(publisher, polling, &published),
            random: Random(0x5eed_0015),
            poll: Duration::from_millis(poll),
            at: Duration::ZERO,
            published: vec![editions(&published.site)],
        }
    }

    /// Advances the clock by at most `most` milliseconds.
    fn wait(&mut self, most: u64) {
        let end = self.at + Duration::from_millis(self.random.below(most + 1));
        let polls = self.at.as_millis() / self.poll.as_millis();
        let mut next = self.poll * (u32::try_from(polls).unwrap() + 1);
        while next <= end {
            if let Some(site) = self.reloader.poll(false, instant(BEFORE), next) {
                self.published.push(editions(&site));
            }
            next += self.poll;
        }
        self.at = end;
    }

    /// Writes a text in two to six pieces with pauses between them. With `emptied` the file is empty first; otherwise
    /// the pieces overwrite its old content.
    fn write(&mut self, text: &str, longest_pause: u64, emptied: bool) {
        let mut file = File::options().write(true).open(self.fixture.file()).unwrap();
        let written = |file: &File, at| {
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30) + at).unwrap();
        };
        if emptied {
            file.set_len(0).unwrap();
            written(&file, self.at);
            self.wait(longest_pause);
        }
        // A file that ends after a table is valid, so the test cuts there, too.
        let tables: Vec<usize> = text.match_indices("\n[[").map(|(at, _)| at + 1).collect();
        let mut cuts = vec![0, text.len()];
        for _ in 0..1 + self.random.below(4) {
            cuts.push(match self.random.below(4) {
                0 => self.random.below(text.len() as u64) as usize,
                _ => tables[self.random.below(tables.len() as u64) as usize],
            });
        }
        cuts.sort_unstable();
        cuts.dedup();
        for piece in cuts.windows(2) {
            file.seek(SeekFrom::Start(piece[0] as u64)).unwrap();
            file.write_all(&text.as_bytes()[piece[0]..piece[1]]).unwrap();
            written(&file, self.at);
            if piece[1] < text.len() {
                self.wait(longest_pause);
            }
        }
    }
}

fn assert_no_half_is_published(writes: u64) {
    const SESSIONS: usize = 6;
    let fixture = Fixture::new(&edition(0, SESSIONS as u64));
    let publisher = fixture.publisher();
    let mut stage = Stage::new(&fixture, &publisher, 50);
    let mut count = 0;
    for number in 1..=writes {
        let emptied = stage.random.below(2) == 0;
        stage.write(&edition(number, SESSIONS as u64), 900, emptied);
        for whole in [number - 1, number] {
            for published in stage.published.drain(..) {
                assert_eq!(published, [whole; SESSIONS], "around the write of {number}");
                count += 1;
            }
            if whole < number {
                stage.wait(2 * SECOND);
            }
        }
    }
    assert!(count > writes / 4, "only {count} were published");
}

#[test]
fn no_half_of_a_file_is_published_that_pauses_for_less_than_a_second() {
    assert_no_half_is_published(SAMPLE);
}

#[test]
#[ignore = "long: 2,000 writes"]
fn no_half_of_a_file_is_published_in_many_writes_either() {
    assert_no_half_is_published(MANY);
}

fn assert_no_half_removes_many(writes: u64) {
    const SESSIONS: u64 = 5;
    let fixture = Fixture::new(&edition(0, SESSIONS));
    let publisher = fixture.publisher();
    let mut stage = Stage::new(&fixture, &publisher, 200);
    for number in 1..=writes {
        stage.write(&edition(number, SESSIONS), 14 * SECOND, true);
        stage.wait(4 * SECOND);
    }
    for next in stage.published.windows(2) {
        let (before, after) = (next[0].len(), next[1].len());
        let removed = before.saturating_sub(after);
        assert!(removed < 2 || removed * 5 < before, "{before} sessions became {after}");
    }
    let whole = stage.published.iter().filter(|published| published.len() as u64 == SESSIONS);
    assert!(whole.count() as u64 > writes / 4, "only {} were published", stage.published.len());
}

#[test]
fn no_half_of_a_file_removes_many_sessions_that_pauses_for_less_than_fifteen_seconds() {
    assert_no_half_removes_many(SAMPLE);
}

#[test]
#[ignore = "long: 2,000 writes"]
fn no_half_of_a_file_removes_many_sessions_in_many_writes_either() {
    assert_no_half_removes_many(MANY);
}
