//! A reader that polls, remembers every response, and fails on a contradiction.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering::SeqCst};
use std::time::Duration;

use super::client::{Client, plain};
use super::edits::Event;
use crate::support::{Answer, Random};

/// The state that the author and the readers share.
#[derive(Default)]
pub(super) struct World {
    pub(super) port: AtomicU16,
    pub(super) ended: AtomicBool,
    pub(super) down: AtomicBool,
    /// Counts kills; raised before each one.
    pub(super) kills: AtomicU64,
    /// Counts lost states; raised between a kill that lost an unwritten state and the next start.
    pub(super) losses: AtomicU64,
    /// The highest edition that any reader has seen.
    pub(super) seen: AtomicU64,
    /// The contents of good files, by number; added before the file is saved.
    pub(super) editions: Mutex<BTreeMap<u64, Vec<Event>>>,
    pub(super) ids: Mutex<Vec<String>>,
}

/// The responses that a reader got since numbers were last lost.
#[derive(Default)]
struct Memory {
    losses: u64,
    edition: u64,
    sequences: HashMap<String, (u64, String, Event)>,
    /// The Last-Modified in seconds and the ETag without a coding, by path.
    validators: HashMap<String, (i64, String)>,
}

/// The kind of a reader, which decides its requests and its User-Agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    /// Requests the feed, with conditional requests by ETag.
    Thunderbird,
    /// Requests the feed, with conditional requests by date.
    Apple,
    /// Requests invites.
    Invites,
    /// Requests pages, Atom and JSON.
    Browser,
}

/// The counts of a reader's actions.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) whole: u64,
    pub(super) not_modified: u64,
    pub(super) redirects: u64,
    pub(super) absent: u64,
    pub(super) refused: u64,
    /// The number of changes of the feed that the reader has seen.
    pub(super) editions: u64,
}

pub(super) struct Reader<'a> {
    world: &'a World,
    role: As,
    random: Random,
    memory: Memory,
    /// The permanent UID of each session, by key.
    uids: HashMap<String, String>,
    count: Count,
}

impl<'a> Reader<'a> {
    pub(super) fn new(world: &'a World, role: As, seed: u64) -> Self {
        let (memory, uids, count) = Default::default();
        Self { world, role, random: Random(seed), memory, uids, count }
    }

    /// Polls until the test ends.
    pub(super) fn run(mut self) -> Count {
        let mut client = None;
        while !self.world.ended.load(SeqCst) {
            let before = (self.world.kills.load(SeqCst), self.world.down.load(SeqCst));
            let losses = self.world.losses.load(SeqCst);
            if losses != self.memory.losses {
                self.memory = Memory { losses, ..Memory::default() };
            }
            let path = self.path();
            let headers = self.conditions(&path);
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            // A persistent connection may belong to a process that has ended.
            let (kept_since, kept) = client.take().unzip();
            let of = (kept_since.unwrap_or(before.0), before.1);
            let result = match kept {
                Some(client) => Ok(client),
                None => Client::connect(self.world.port.load(SeqCst)),
            }
            .and_then(|mut own: Client| Ok((own.ask("GET", &path, &headers)?, own)));
            match result {
                Ok((answer, own)) => {
                    client = Some((of.0, own));
                    // While a process ends, a response may come from either process.
                    if self.world.losses.load(SeqCst) == losses {
                        self.judge(&path, &answer);
                    }
                }
                Err(error) => {
                    let after = (self.world.kills.load(SeqCst), self.world.down.load(SeqCst));
                    let up = of == after && !after.1;
                    assert!(!up, "{path}: {error}, of a program that was up");
                    self.count.refused += 1;
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
            std::thread::sleep(Duration::from_millis(self.random.below(20)));
        }
        self.count
    }

    fn path(&mut self) -> String {
        let ids = self.world.ids.lock().unwrap();
        let id = &ids[self.random.below(ids.len() as u64) as usize];
        match (self.role, self.random.below(4)) {
            (As::Thunderbird | As::Apple, _) => "/feeds/test.ics".to_owned(),
            (As::Invites, _) => format!("/sessions/{id}.ics"),
            (As::Browser, 0) => "/".to_owned(),
            (As::Browser, 1) => format!("/sessions/{id}"),
            (As::Browser, 2) => "/feeds/test.atom".to_owned(),
            (As::Browser, _) => "/feeds/test.json".to_owned(),
        }
    }

    fn conditions(&mut self, path: &str) -> Vec<(&'static str, String)> {
        let coding = ["identity", "gzip", "br"][self.random.below(3) as usize];
        let mut headers = vec![("Accept-Encoding", coding.to_owned())];
        match self.memory.validators.get(path) {
            Some((seconds, _)) if self.role == As::Apple => {
                headers.push(("If-Modified-Since", http_date(*seconds)));
            }
            Some((_, tag)) => headers.push(("If-None-Match", tag.clone())),
            None => {}
        }
        headers
    }

    fn judge(&mut self, path: &str, answer: &Answer) {
        match answer.status {
            200 => {
                self.count.whole += 1;
                let body = String::from_utf8(plain(answer, path)).unwrap();
                self.whole(path, answer, &body);
            }
            304 => {
                self.count.not_modified += 1;
                assert_eq!(tag(answer), self.memory.validators[path].1, "{path}: 304 of another");
            }
            // The response is the permanent redirect to a renamed session, or the page of a removed one.
            301 | 302 if path.starts_with("/sessions/") => self.count.redirects += 1,
            404 | 410 if path.starts_with("/sessions/") => self.count.absent += 1,
            status => panic!("{path}: {status}"),
        }
    }

    fn whole(&mut self, path: &str, answer: &Answer, body: &str) {
        match path.rsplit_once('.').map(|(_, ending)| ending) {
            Some("ics") => self.calendar(path, body),
            Some("atom") => drop(roxmltree::Document::parse(body).unwrap()),
            Some("json") => drop(serde_json::from_str::<serde_json::Value>(body).unwrap()),
            _ => assert!(body.trim_end().ends_with("</html>"), "{path}: {body}"),
        }
        let date = answer.header("last-modified");
        let seconds = date.map_or(0, |date| seconds(httpdate::parse_http_date(date).unwrap()));
        let tag = tag(answer);
        if let Some((before, held)) = self.memory.validators.get(path) {
            assert!(seconds >= *before, "{path}: Last-Modified went back by {}", before - seconds);
            let same = seconds == *before && date.is_some();
            assert!(!same || tag == *held, "{path}: {date:?} names other bytes than before");
        }
        self.memory.validators.insert(path.to_owned(), (seconds, tag));
    }

    fn calendar(&mut self, path: &str, body: &str) {
        let parsed: Result<icalendar::Calendar, _> = body.parse();
        parsed.unwrap_or_else(|error| panic!("{path}: {error}\n{body}"));
        assert!(body.ends_with("END:VCALENDAR\r\n"), "{path} is torn");
        let text = body.replace("\r\n ", "");
        let mut uids: Vec<&str> = text.lines().filter(|line| line.starts_with("UID:")).collect();
        uids.sort_unstable();
        assert!(uids.windows(2).all(|two| two[0] != two[1]), "{path}: a UID is there twice");
        let mut events: Vec<Event> =
            text.split("BEGIN:VEVENT").skip(1).map(|event| self.event(path, event)).collect();
        if path != "/feeds/test.ics" {
            return;
        }
        events.sort();
        let number =
            value(&text, "X-WR-CALDESC").strip_prefix("Edition ").unwrap().parse().unwrap();
        let expected = self.world.editions.lock().unwrap().get(&number).cloned();
        let expected = expected.unwrap_or_else(|| panic!("edition {number} was broken"));
        assert_eq!(events, expected, "edition {number} is not whole");
        let before = self.memory.edition;
        assert!(number >= before, "edition {number} came after edition {before}");
        self.count.editions += u64::from(number > before);
        self.memory.edition = number;
        self.world.seen.fetch_max(number, SeqCst);
    }

    fn event(&mut self, path: &str, text: &str) -> Event {
        let uid = value(text, "UID").to_owned();
        let sequence: u64 = value(text, "SEQUENCE").parse().unwrap();
        let modified = value(text, "LAST-MODIFIED").to_owned();
        let summary = value(text, "SUMMARY");
        let title = summary[summary.find("Talk ").unwrap()..].to_owned();
        let key = title.split(' ').nth(1).unwrap().to_owned();
        let known = self.uids.entry(key).or_insert_with(|| uid.clone());
        assert_eq!(*known, uid, "{path}: \"{title}\" has another UID");
        let start = text.lines().find(|line| line.starts_with("DTSTART")).unwrap();
        let start = start.rsplit_once(':').unwrap().1.to_owned();
        let event = Event { title, start, cancelled: value(text, "STATUS") == "CANCELLED" };
        if let Some((before, date, same)) = self.memory.sequences.get(&uid) {
            assert!(sequence >= *before, "{path}: {event:?}: SEQUENCE {sequence} after {before}");
            assert!(modified >= *date, "{path}: {event:?}: LAST-MODIFIED {modified} after {date}");
            assert_eq!(sequence == *before, modified == *date, "{path}: one alone: {event:?}");
            let changed = event != *same;
            assert!(!changed || sequence > *before, "{path}: {same:?} became {event:?} in silence");
        }
        self.memory.sequences.insert(uid, (sequence, modified, event.clone()));
        event
    }
}

fn value<'t>(text: &'t str, name: &str) -> &'t str {
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    found.unwrap_or_else(|| panic!("no {name} in {text}"))
}

/// Returns the ETag without its coding.
fn tag(answer: &Answer) -> String {
    answer.header("etag").unwrap().replace("-gzip", "").replace("-br", "")
}

fn seconds(time: std::time::SystemTime) -> i64 {
    time.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64
}

fn http_date(seconds: i64) -> String {
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + Duration::from_secs(seconds as u64))
}
