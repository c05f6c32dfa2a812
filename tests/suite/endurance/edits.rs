//! Random edits of an author, from a seeded generator.

use std::collections::BTreeMap;

use crate::support::Random;

/// A session with a permanent number as its key.
#[derive(Debug, Clone)]
struct Talk {
    key: u64,
    ids: Vec<String>,
    word: u64,
    start: String,
    cancelled: bool,
    /// Whether the session was removed once, so that the file must contain `again`.
    again: bool,
}

/// The values of a session that readers must see: title, start, and whether it takes place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    pub(super) title: String,
    /// The start in the format of `DTSTART`, without the zone.
    pub(super) start: String,
    pub(super) cancelled: bool,
}

/// An author with the sessions of the file and the removed ones.
#[derive(Debug, Default)]
pub(super) struct Author {
    talks: Vec<Talk>,
    gone: Vec<Talk>,
    keys: u64,
    /// The description without the number.
    pub(super) more: String,
    /// The number of edits of each kind.
    pub(super) done: BTreeMap<&'static str, u32>,
}

impl Talk {
    fn title(&self) -> String {
        format!("Talk {} on {}", self.key, self.word)
    }
}

fn any_start(random: &mut Random) -> String {
    let (month, day) = (1 + random.below(12), 1 + random.below(28));
    format!("2027-{month:02}-{day:02}T{:02}:{:02}:00", 9 + random.below(11), random.below(60))
}

impl Author {
    /// Creates an author with a file of eight sessions.
    pub(super) fn new(random: &mut Random) -> Self {
        let mut author = Self::default();
        (0..8).for_each(|_| author.add(random));
        author
    }

    fn add(&mut self, random: &mut Random) {
        self.keys += 1;
        let ids = vec![format!("talk-{}", self.keys)];
        let start = any_start(random);
        self.talks.push(Talk {
            key: self.keys,
            ids,
            word: 0,
            start,
            cancelled: false,
            again: false,
        });
    }

    /// Makes one good edit.
    pub(super) fn edit(&mut self, random: &mut Random) {
        let at = random.below(self.talks.len() as u64) as usize;
        let count = self.talks.len();
        let talk = &mut self.talks[at];
        let name = match random.below(8) {
            0 if count < 16 => {
                self.add(random);
                "added"
            }
            1 if count > 4 => {
                let talk = self.talks.remove(at);
                self.gone.push(talk);
                "removed"
            }
            2 if !self.gone.is_empty() => {
                let which = random.below(self.gone.len() as u64) as usize;
                let talk = self.gone.remove(which);
                self.talks.push(Talk { again: true, ..talk });
                "brought back"
            }
            3 => {
                let id = format!("talk-{}-{}", talk.key, talk.ids.len());
                talk.ids.push(id);
                "renamed"
            }
            4 => {
                talk.cancelled = !talk.cancelled;
                "cancelled or not"
            }
            5 | 6 => {
                talk.start = any_start(random);
                "moved"
            }
            _ => {
                talk.word += 1;
                "retitled"
            }
        };
        *self.done.entry(name).or_default() += 1;
    }

    /// Changes the title of one session, which changes no path.
    pub(super) fn retitle(&mut self, number: u64) {
        let at = number as usize % self.talks.len();
        self.talks[at].word += 1;
    }

    /// Returns the current ids of all sessions, and former ids of some.
    pub(super) fn ids(&self) -> Vec<String> {
        self.talks.iter().chain(&self.gone).flat_map(|talk| talk.ids.clone()).collect()
    }

    /// Returns the expected contents of the feed, sorted.
    pub(super) fn events(&self) -> Vec<Event> {
        let event = |talk: &Talk| Event {
            title: talk.title(),
            start: talk.start.replace(['-', ':'], ""),
            cancelled: talk.cancelled,
        };
        let mut events: Vec<Event> = self.talks.iter().map(event).collect();
        events.sort();
        events
    }

    /// Returns the file as text. Every feed made from it contains `number`.
    pub(super) fn text(&self, number: u64) -> String {
        let mut text = format!(
            "[calendar]\nid = \"test\"\ntitle = \"Test\"\nurl = \"https://cal.example\"\n\
             timezone = \"America/New_York\"\nduration = \"1h\"\ndescription = \"Edition {number}{}\"\n",
            self.more
        );
        for talk in &self.talks {
            let (now, was) = talk.ids.split_last().unwrap();
            let status = if talk.cancelled { "cancelled" } else { "confirmed" };
            let again = if talk.again { "again = true\n" } else { "" };
            text.push_str(&format!(
                "\n[[sessions]]\nid = \"{now}\"\nwas = {was:?}\ntitle = \"{}\"\nstart = {}\n\
                 status = \"{status}\"\n{again}",
                talk.title(),
                talk.start
            ));
        }
        text
    }

    /// Returns a file with a mistake, and the kind of mistake.
    pub(super) fn broken(&self, number: u64, random: &mut Random) -> Vec<u8> {
        let text = self.text(number);
        let text = match random.below(8) {
            0 => text.replacen("title = \"Talk", "title = \"Talk\nTalk", 1),
            1 => text.replacen("[[sessions]]", "[[sessions]", 1),
            2 => text.replacen("start = 2027", "start = 2027-02-31T10:00:00 #", 1),
            3 => text.replacen("America/New_York", "America/New_Yrok", 1),
            4 => {
                text.replacen("status = \"confirmed\"", "status = \"perhaps\"", 1)
                    + "[[sessions]]\n"
            }
            5 => text.replacen("start = ", "strat = ", 1),
            6 => String::new(),
            _ => {
                let mut bytes = text.into_bytes();
                bytes.extend(b"# \xff\xfe\n");
                return bytes;
            }
        };
        text.into_bytes()
    }
}
