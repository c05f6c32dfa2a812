//! Damages the state while the file is edited and the process is killed: with older copies, manual merges, cuts,
//! flipped bits, links and more.
//!
//! A broken file stays until the test replaces it with a good or an older one. Meanwhile the test kills the program and
//! edits `sessions.toml`. The program notices a valid but older file within a second. Only a kill within that second
//! would lower numbers, because no other process has them. So the test never kills the program before the file has the
//! numbers again.

use std::collections::BTreeMap;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::{Duration, Instant};

use convene::revisions::Revisions;
use convene::revisions::store::parse;

use crate::support::Random;

/// The longest time that a file may lack numbers, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);
/// Saved copies of the file.
const COPIES: usize = 40;

/// Damages the state.
#[derive(Default)]
pub(super) struct Damages {
    copies: Vec<String>,
    /// The state before the damage, until the file is repaired.
    broken: Option<Revisions>,
    links: u32,
    count: BTreeMap<&'static str, u32>,
    accepted: u32,
    refused: u32,
    longest: Duration,
}

impl std::fmt::Debug for Damages {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { count, accepted, refused, longest, .. } = self;
        let total: u32 = count.values().sum();
        write!(
            out,
            "{total} times the state was damaged: {count:?}; {accepted} accepted and joined within {longest:?}; {refused} refused"
        )
    }
}

impl Damages {
    /// Returns whether the file is unusable.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Damages a file that records the served edition.
    pub(super) fn damage(&mut self, file: &Path, random: &mut Random) {
        let good = std::fs::read_to_string(file).unwrap();
        let known = parse(good.as_bytes()).unwrap_or_else(|refused| panic!("{refused:?}"));
        match self.copies.len() {
            COPIES => self.copies[random.below(COPIES as u64) as usize] = good.clone(),
            _ => self.copies.push(good.clone()),
        }
        let name = self.exchange(file, &good, random);
        *self.count.entry(name).or_default() += 1;
        if is_usable(file) {
            self.accepted += 1;
            self.joined(file, &known);
        } else {
            self.refused += 1;
            self.broken = Some(known);
        }
    }

    /// Replaces an unusable file with the newest good one, or with an older one.
    pub(super) fn mend(&mut self, file: &Path, random: &mut Random) {
        let Some(known) = self.broken.take() else { return };
        let copy = match random.below(2) {
            0 => self.copy(random),
            _ => convene::revisions::store::print(&known),
        };
        remove(file);
        std::fs::write(file, copy).unwrap();
        self.joined(file, &known);
    }

    /// Waits until the file has every number again.
    fn joined(&mut self, file: &Path, known: &Revisions) {
        let began = Instant::now();
        let is_whole = || {
            let bytes = std::fs::read(file).ok()?;
            let read = parse(&bytes).ok()?;
            read.behind(known).is_empty().then_some(())
        };
        while is_whole().is_none() {
            let text =
                || String::from_utf8_lossy(&std::fs::read(file).unwrap_or_default()).into_owned();
            assert!(began.elapsed() < PATIENCE, "numbers are lost:\n{}", text());
            std::thread::sleep(Duration::from_millis(5));
        }
        self.longest = self.longest.max(began.elapsed());
    }

    fn copy(&self, random: &mut Random) -> String {
        self.copies[random.below(self.copies.len() as u64) as usize].clone()
    }

    /// Replaces a file with a damaged one, and returns the kind of damage.
    fn exchange(&mut self, file: &Path, good: &str, random: &mut Random) -> &'static str {
        let at = random.below(good.len() as u64) as usize;
        match random.below(12) {
            0 | 1 => {
                save(file, self.copy(random).as_bytes(), random);
                "older copies"
            }
            2 | 3 => {
                let merged = merge(&self.copy(random), &self.copy(random), random);
                save(file, merged.as_bytes(), random);
                "merges"
            }
            4 => {
                save(file, &good.as_bytes()[..at], random);
                "cuts"
            }
            5 | 6 => {
                let mut bytes = good.as_bytes().to_vec();
                for _ in 0..=random.below(3) {
                    let at = random.below(bytes.len() as u64) as usize;
                    bytes[at] ^= 1 << random.below(8);
                }
                save(file, &bytes, random);
                "flipped bits"
            }
            7 => {
                save(file, [&b""[..], b"\n", b"  \r\n\t"][random.below(3) as usize], random);
                "emptied"
            }
            8 => {
                std::fs::remove_file(file).unwrap();
                "removed"
            }
            9 => {
                self.links += 1;
                let name = format!("elsewhere-{}", self.links);
                let elsewhere = file.with_file_name(name);
                std::fs::write(&elsewhere, self.copy(random)).unwrap();
                remove(file);
                symlink(elsewhere, file).unwrap();
                "links to older copies"
            }
            10 => {
                self.links += 1;
                remove(file);
                let targets =
                    ["sessions.revisions.json", "/dev/null", ".", &format!("new-{}", self.links)];
                symlink(targets[random.below(4) as usize], file).unwrap();
                "links to nothing, to a device, to a folder or to themselves"
            }
            _ => {
                remove(file);
                match random.below(2) {
                    0 => std::fs::create_dir(file).unwrap(),
                    _ => assert!(
                        std::process::Command::new("mkfifo").arg(file).status().unwrap().success()
                    ),
                }
                "folders and pipes"
            }
        }
    }
}

/// Returns whether the program accepts a file; otherwise, the program treats it as lost.
fn is_usable(file: &Path) -> bool {
    match std::fs::metadata(file) {
        Ok(about) if about.is_file() => {
            let bytes = std::fs::read(file).unwrap();
            bytes.trim_ascii().is_empty() || parse(&bytes).is_ok()
        }
        Ok(_) => false,
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

fn remove(file: &Path) {
    match file.symlink_metadata() {
        Ok(about) if about.is_dir() => std::fs::remove_dir(file).unwrap(),
        Ok(_) => std::fs::remove_file(file).unwrap(),
        Err(_) => {}
    }
}

/// Writes a file in place, or renames another one into place.
fn save(file: &Path, bytes: &[u8], random: &mut Random) {
    if random.below(2) == 0 {
        std::fs::write(file, bytes).unwrap();
    } else {
        let other = file.with_file_name("other");
        std::fs::write(&other, bytes).unwrap();
        std::fs::rename(other, file).unwrap();
    }
}

/// Merges two versions like a person: each entry has the line of one of them, or is missing if that version lacks it.
fn merge(one: &str, other: &str, random: &mut Random) -> String {
    let (one, other) = (entries(one), entries(other));
    let mut text = format!("{{\n\"schema\": 3,\n{},\n", one.1);
    let mut sections = Vec::new();
    for section in ["sessions", "feeds", "resources"] {
        let (first, second) = (&one.0[section], &other.0[section]);
        let keys: std::collections::BTreeSet<&String> = first.keys().chain(second.keys()).collect();
        let picked = keys.into_iter().filter_map(|key| match random.below(2) {
            0 => first.get(key),
            _ => second.get(key),
        });
        let lines: Vec<&str> = picked.map(String::as_str).collect();
        sections.push(format!("\"{section}\": {{\n{}\n}}", lines.join(",\n")));
    }
    text.push_str(&sections.join(",\n"));
    text.push_str("\n}\n");
    text
}

type Entries = BTreeMap<String, BTreeMap<String, String>>;

/// Returns the lines of a file by section and key, and the line of the calendar.
fn entries(text: &str) -> (Entries, String) {
    let (mut all, mut section, mut calendar) = (Entries::new(), String::new(), String::new());
    for line in text.lines() {
        let line = line.trim_end_matches(',');
        let Some(key) = line.strip_prefix('"').and_then(|rest| rest.split('"').next()) else {
            continue;
        };
        if line.ends_with('{') {
            section = key.to_owned();
            all.insert(section.clone(), BTreeMap::new());
        } else if key == "calendar" {
            calendar = line.to_owned();
        } else if let Some(entries) = all.get_mut(&section) {
            entries.insert(key.to_owned(), line.to_owned());
        }
    }
    (all, calendar)
}
