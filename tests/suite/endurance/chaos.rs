//! Random edits, most of them bad ones, while four readers poll.
//!
//! Every response must come from one complete, good edition, and no number may go back. The second rule has one
//! exception: if the process could not write its state and is then killed, the numbers that readers have already seen
//! are lost. The readers then start again, and the test counts these cases.
//!
//! A second test also damages the state; see [`super::damage`].

use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use super::damage::Damages;
use super::edits::Author;
use super::folder::{Folder, Way};
use super::reader::{As, Reader, World};
use super::{SHORT, given};
use crate::support::Random;

/// The longest time until an edition is served, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(40);

#[derive(Debug, Default)]
struct Count {
    edits: u64,
    good: u64,
    awaited: u64,
    broken: u64,
    halves: u64,
    renames: u64,
    links: u64,
    full: u64,
    hang_ups: u64,
    kills: u64,
    kills_on_broken: u64,
    kills_in_halves: u64,
    kills_on_damage: u64,
    losses: u64,
}

struct Chaos<'a> {
    world: &'a World,
    folder: Folder,
    author: Author,
    random: Random,
    count: Count,
    /// The number of the last good file.
    good: u64,
    /// Whether the current file is good.
    well: bool,
    full: bool,
    /// Whether readers may have seen numbers that no disk has.
    unsaved: bool,
    /// The resident set after the start of this process, and the largest growth of any process, in KiB.
    warm: Option<u64>,
    growth: u64,
    /// The damage to the state, if the test damages it.
    damages: Option<Damages>,
    /// Whether the disk of the state is sometimes full.
    fills: bool,
}

impl Chaos<'_> {
    fn one_in(&mut self, n: u64) -> bool {
        self.random.below(n) == 0
    }

    fn way(&mut self) -> Way {
        match self.random.below(5) {
            0 | 1 => Way::InPlace,
            2 => Way::Halves(Duration::from_millis(self.random.below(1300))),
            3 => Way::Rename,
            _ => Way::Link,
        }
    }

    fn step(&mut self, number: u64) {
        self.count.edits += 1;
        self.disk();
        let well = !self.one_in(3);
        let bytes = if well { self.good_list(number) } else { self.broken_list(number) };
        let way = self.way();
        match way {
            Way::Halves(_) => self.count.halves += 1,
            Way::Rename => self.count.renames += 1,
            Way::Link => self.count.links += 1,
            Way::InPlace => {}
        }
        // Kills the process while half of the file is written, or around that time.
        if matches!(way, Way::Halves(_)) && self.one_in(8) {
            self.count.kills_in_halves += 1;
            let half = bytes.windows(9).rposition(|nine| nine == b"title = \"").unwrap_or(0);
            self.folder.save(&bytes[..half + if half > 0 { 10 } else { 0 }], Way::InPlace);
            self.well = false;
            self.restart();
        }
        self.folder.save(&bytes, way);
        self.well = well;
        if self.one_in(3) {
            self.count.hang_ups += 1;
            self.folder.hang_up();
        }
        let is_broken = self.damages.as_ref().is_some_and(Damages::is_broken);
        if self.one_in(if is_broken { 4 } else { 25 }) {
            std::thread::sleep(Duration::from_millis(self.random.below(1200)));
            self.restart();
        }
        if is_broken {
            std::thread::sleep(Duration::from_millis(self.random.below(1500)));
            self.mend();
        } else if well && self.random.below(10) < 7 {
            self.wait();
            self.damage();
        } else {
            std::thread::sleep(Duration::from_millis(self.random.below(300)));
        }
    }

    /// Sometimes damages the state, while no publication is pending.
    fn damage(&mut self) {
        if self.full || self.one_in(5) {
            return;
        }
        if let Some(damages) = &mut self.damages {
            damages.damage(&self.folder.revisions(), &mut self.random);
        }
    }

    /// Sometimes repairs a broken state; the program then publishes the current file.
    fn mend(&mut self) {
        if !self.one_in(2) {
            return;
        }
        if let Some(damages) = &mut self.damages {
            damages.mend(&self.folder.revisions(), &mut self.random);
        }
        if self.well {
            self.wait();
        }
    }

    fn good_list(&mut self, number: u64) -> Vec<u8> {
        self.count.good += 1;
        self.author.edit(&mut self.random);
        self.good = number;
        self.world.editions.lock().unwrap().insert(number, self.author.events());
        *self.world.ids.lock().unwrap() = self.author.ids();
        self.author.text(number).into_bytes()
    }

    fn broken_list(&mut self, number: u64) -> Vec<u8> {
        self.count.broken += 1;
        self.author.broken(number, &mut self.random)
    }

    /// Sometimes fills the disk of the state, and frees it later.
    fn disk(&mut self) {
        if self.fills && !self.full && self.one_in(30) {
            self.count.full += 1;
            self.folder.fill();
            (self.full, self.unsaved) = (true, true);
        } else if self.full && self.one_in(6) {
            self.folder.free();
            self.full = false;
        }
    }

    /// Waits until readers have the last good edition.
    fn wait(&mut self) {
        let began = Instant::now();
        while self.world.seen.load(SeqCst) < self.good {
            let edition = self.good;
            let words = || self.folder.last_words();
            assert!(began.elapsed() < PATIENCE, "edition {edition} is not served:\n{}", words());
            std::thread::sleep(Duration::from_millis(5));
        }
        self.count.awaited += 1;
        // After the disk was freed, the program writes its state again.
        self.unsaved = self.full;
        let resident = self.folder.resident();
        match self.warm {
            None => self.warm = Some(resident),
            Some(warm) => self.growth = self.growth.max(resident.saturating_sub(warm)),
        }
    }

    fn restart(&mut self) {
        self.count.kills += 1;
        self.count.kills_on_broken += u64::from(!self.well);
        let is_broken = self.damages.as_ref().is_some_and(Damages::is_broken);
        self.count.kills_on_damage += u64::from(is_broken);
        self.world.down.store(true, SeqCst);
        self.world.kills.fetch_add(1, SeqCst);
        self.folder.kill();
        if self.unsaved {
            self.count.losses += 1;
            self.world.losses.fetch_add(1, SeqCst);
            self.world.seen.store(0, SeqCst);
            self.unsaved = self.full;
        }
        self.world.port.store(self.folder.start(), SeqCst);
        self.world.down.store(false, SeqCst);
        self.warm = None;
    }

    /// Checks at the end, and again after a restart, that the program serves the last good file.
    fn end(&mut self, number: u64) {
        if self.full {
            self.folder.free();
            self.full = false;
        }
        if let Some(damages) = &mut self.damages {
            damages.mend(&self.folder.revisions(), &mut self.random);
        }
        for number in [number, number + 1] {
            let bytes = self.good_list(number);
            self.folder.save(&bytes, Way::InPlace);
            self.well = true;
            self.wait();
            self.restart();
        }
    }
}

/// Ends the readers even if the author's thread has failed.
struct Ending<'a>(&'a World);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.ended.store(true, SeqCst);
    }
}

#[test]
#[ignore = "needs root, for a disk that is full; takes a minute, or CONVENE_CHAOS_EDITS edits"]
fn readers_get_complete_good_editions_that_never_go_back() {
    live(true, None);
}

#[test]
#[ignore = "long: a minute, or CONVENE_CHAOS_SECONDS or CONVENE_CHAOS_EDITS"]
fn no_number_goes_back_and_every_feed_is_served_under_every_damage() {
    live(false, Some(Damages::default()));
}

/// Runs the author and the readers for a time. With `fills`, the state has a separate disk that is sometimes full.
#[expect(clippy::print_stdout, reason = "the report of both tests")]
fn live(fills: bool, damages: Option<Damages>) {
    let seed = given("CONVENE_SEED").unwrap_or(0x5eed_0fc0_7e5e).max(1);
    let edits = given("CONVENE_CHAOS_EDITS");
    let lasting = given("CONVENE_CHAOS_SECONDS").map_or(SHORT, Duration::from_secs);
    println!("CONVENE_SEED={seed}");
    let mut random = Random(seed);
    let author = Author::new(&mut random);
    let world = World::default();
    let folder = Folder::new(&author.text(0), fills);
    world.editions.lock().unwrap().insert(0, author.events());
    *world.ids.lock().unwrap() = author.ids();
    let (count, growth) = (Count::default(), 0);
    let mut chaos = Chaos {
        world: &world,
        folder,
        author,
        random,
        count,
        good: 0,
        well: true,
        full: false,
        unsaved: false,
        warm: None,
        growth,
        damages,
        fills,
    };
    world.port.store(chaos.folder.start(), SeqCst);
    let began = Instant::now();
    std::thread::scope(|scope| {
        let ending = Ending(&world);
        let roles = [As::Thunderbird, As::Apple, As::Invites, As::Browser];
        let readers: Vec<_> = (1..)
            .zip(roles)
            .map(|(n, role)| {
                (
                    role,
                    scope.spawn({
                        let world = &world;
                        move || Reader::new(world, role, seed ^ (n << 32)).run()
                    }),
                )
            })
            .collect();
        let goes_on = |made: u64| match edits {
            Some(edits) => made < edits,
            None => began.elapsed() < lasting,
        };
        let mut number = 0;
        while goes_on(number) && readers.iter().all(|(_, reader)| !reader.is_finished()) {
            number += 1;
            chaos.step(number);
        }
        chaos.end(number + 1);
        drop(ending);
        for (role, reader) in readers {
            println!("{role:?}: {:?}", reader.join().unwrap());
        }
    });
    println!("{:?} in {:?}", chaos.count, began.elapsed());
    println!("{:?}", chaos.author.done);
    println!("{:?}", chaos.damages);
    println!("published by the running program: {}", chaos.folder.said("published sessions="));
    println!("most that a process grew after its first edition: {} KiB", chaos.growth);
    let (edits, awaited) = (chaos.count.edits, chaos.count.awaited);
    let share = if chaos.damages.is_some() { 6 } else { 4 };
    assert!(awaited * share > edits, "only {awaited} of {edits} edits were waited for");
    assert!(chaos.growth < 64 * 1024, "{} KiB more", chaos.growth);
}
