//! Slow files: the log and `/readyz` report them, a newer file replaces them, and a start falls back to the last good
//! edition.
//!
//! A gate that stops the processing of the file simulates a slow file.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::thread::{Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use convene::error::Error;
use convene::publish::{Publisher, Refusal, Step};
use convene::reload::{BeforeStep, Order, Patience, Supervisor};
use convene::site::Site;
use convene::telemetry::{Telemetry, Watch};
use tokio::sync::watch;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::{BEFORE, Fixture, instant, list, session};

const FEED: &str = "/feeds/test.ics";
/// The title of a file on which the program fails.
const FATAL: &str = "Fatal";
const FAILED: &str = "degraded: sessions.toml is not published: the program itself failed";
const SLOW: &str = "sessions.toml is still being processed after";

fn titled(title: &str) -> String {
    list(&session("talk", "2024-04-30T14:00:00", "")).replace("Session talk", title)
}

/// Waits for a condition, long enough for a very slow machine.
fn wait_until(what: &str, wanted: impl Fn() -> bool) {
    let begin = Instant::now();
    while !wanted() {
        assert!(begin.elapsed() < Duration::from_secs(120), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

type Gate = (Step, Receiver<()>);

/// Gates in the order of their creation; the work stops at each of them once.
#[derive(Clone, Default)]
struct Gates {
    next: Arc<Mutex<Vec<Gate>>>,
    waiting: Arc<AtomicU32>,
}

impl Gates {
    /// Makes the work stop at a step until the returned value is dropped.
    fn put_up(&self, step: Step) -> Sender<()> {
        let (open, gate) = mpsc::channel();
        self.next.lock().unwrap().push((step, gate));
        open
    }

    fn pass(&self, step: Step) {
        let mut next = self.next.lock().unwrap();
        let Some(at) = next.iter().position(|(own, _)| *own == step) else { return };
        let (_, gate) = next.remove(at);
        drop(next);
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _ = gate.recv();
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }

    fn wait_for(&self, count: u32) {
        wait_until("nothing waits", || self.waiting.load(Ordering::SeqCst) == count);
    }
}

/// The log of the supervisor's thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn collecting<T>(&self, run: impl FnOnce() -> T) -> T {
        let own = self.clone();
        let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(own).finish();
        tracing::subscriber::with_default(subscriber, run)
    }
}

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        std::io::Write::write(&mut *self.0.lock().unwrap(), bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// A folder, and the controls of the program in it.
struct Stage {
    fixture: Fixture,
    publisher: Publisher,
    telemetry: Arc<Telemetry>,
    gates: Gates,
    log: Log,
    clock: Arc<Mutex<DateTime<Utc>>>,
    /// Whether the program fails on every file.
    fails: Arc<AtomicBool>,
}

/// The running program.
struct Serving<'scope> {
    orders: Sender<Order>,
    site: watch::Receiver<Arc<Site>>,
    thread: ScopedJoinHandle<'scope, ()>,
}

impl Stage {
    fn new(toml: &str) -> Self {
        let fixture = Fixture::new(toml);
        let publisher = Publisher { fall_back: true, ..fixture.publisher() };
        let watch = Watch { file: "sessions.toml".to_owned(), ..Watch::default() };
        Self {
            fixture,
            publisher,
            telemetry: Arc::new(Telemetry::new(watch)),
            gates: Gates::default(),
            log: Log::default(),
            clock: Arc::new(Mutex::new(instant(BEFORE))),
            fails: Arc::default(),
        }
    }

    fn supervisor(&self) -> Supervisor<'_, impl Fn() -> DateTime<Utc> + Clone + Send + use<>> {
        let (gates, clock, file) =
            (self.gates.clone(), Arc::clone(&self.clock), self.fixture.file());
        let fails = Arc::clone(&self.fails);
        let span = Duration::from_millis;
        Supervisor {
            publisher: &self.publisher,
            telemetry: &self.telemetry,
            clock: move || *clock.lock().unwrap(),
            patience: Patience { announce: span(200), fall_back: span(400) },
            before: BeforeStep::new(move |step| {
                gates.pass(step);
                let text = std::fs::read_to_string(&file).unwrap();
                let fails = text.contains(FATAL) || fails.load(Ordering::SeqCst);
                assert!(step != Step::Plan || !fails, "on purpose");
            }),
        }
    }

    fn serve<'scope, 'env>(
        &'env self,
        scope: &'scope Scope<'scope, 'env>,
    ) -> Result<Serving<'scope>, Refusal> {
        let supervisor = self.supervisor();
        // The clock is two hours after the file was written, so that a start does not wait for the file.
        let written = std::fs::metadata(self.fixture.file()).unwrap().modified().unwrap();
        let clock = written + Duration::from_secs(7200);
        let (published, started) = self.log.collecting(|| supervisor.start(scope, clock))?;
        self.telemetry.published(&published, None, instant(BEFORE));
        let (sites, site) = watch::channel(Arc::new(published.site));
        let (orders, taken) = mpsc::channel();
        let log = self.log.clone();
        let thread = scope.spawn(move || {
            log.collecting(|| supervisor.run(scope, started, &taken, &sites));
        });
        Ok(Serving { orders, site, thread })
    }

    /// Serves a first file, and stops the program even after a failure.
    fn served(&self, test: impl FnOnce(&Serving<'_>)) {
        std::thread::scope(|scope| test(&self.serve(scope).unwrap()));
    }

    fn ready(&self) -> String {
        self.telemetry.readiness(false, instant(BEFORE)).unwrap_or_else(|reason| reason)
    }

    fn wait_for_ready(&self, has: &str) {
        wait_until(&format!("no {has}"), || self.ready().contains(has));
    }

    fn wait_for_log(&self, has: &str) {
        wait_until(&format!("no {has}"), || self.log.text().contains(has));
    }

    /// Returns the recorded title and SEQUENCE of the session.
    fn recorded(&self) -> (String, u64) {
        let revisions = self.fixture.publisher().store.read().unwrap();
        let talk = &revisions.sessions["talk"];
        (talk.published.title.clone(), talk.sequence.into())
    }
}

impl Serving<'_> {
    fn feed(&self) -> String {
        let site = Arc::clone(&self.site.borrow());
        String::from_utf8(site.get(FEED).unwrap().identity().body.to_vec()).unwrap()
    }

    fn wait_for(&self, title: &str) {
        let title = format!("SUMMARY:{title}\r\n");
        wait_until(&title, || self.feed().contains(&title));
    }
}

#[test]
fn a_file_that_takes_long_is_announced_and_so_is_its_end() {
    let stage = Stage::new(&titled("One"));
    stage.served(|serving| {
        assert_eq!(stage.ready(), "ready");
        let gate = stage.gates.put_up(Step::Plan);
        stage.fixture.write(&titled("Two"));
        stage.wait_for_ready(&format!("ready, but degraded: {SLOW} 0.2 s; the last good edition"));
        stage.wait_for_log(SLOW);
        assert!(serving.feed().contains("SUMMARY:One"));
        drop(gate);
        serving.wait_for("Two");
        wait_until("degraded", || stage.ready() == "ready");
        stage.wait_for_log("sessions.toml was processed in ");
    });
    assert_eq!(stage.recorded(), ("Two".to_owned(), 1));
}

#[test]
fn a_newer_file_wins_over_one_that_is_still_processed() {
    for step in [Step::Plan, Step::Build] {
        let stage = Stage::new(&titled("One"));
        let mut wanted = None;
        stage.served(|serving| {
            let gate = stage.gates.put_up(step);
            stage.fixture.write(&titled("Slow"));
            stage.wait_for_ready(SLOW);
            stage.fixture.write(&titled("Better"));
            serving.wait_for("Better");
            assert_eq!(stage.gates.waiting.load(Ordering::SeqCst), 1, "{step:?}");
            stage.wait_for_log("the work on the version before is abandoned");
            wait_until("degraded", || stage.ready() == "ready");
            wanted = Some((std::fs::read(stage.fixture.revisions_file()).unwrap(), serving.feed()));
            drop(gate);
            stage.gates.wait_for(0);
            // The program continues to reload files.
            stage.fixture.write(&titled("Better"));
            serving.orders.send(Order::Stop).unwrap();
            wait_until("no end", || serving.thread.is_finished());
            assert_eq!(serving.feed(), wanted.as_ref().unwrap().1, "{step:?}");
        });
        let (state, feed) = wanted.unwrap();
        assert!(std::fs::read(stage.fixture.revisions_file()).unwrap() == state, "{step:?}");
        assert!(feed.contains("SEQUENCE:1\r\n"), "{feed}");
        assert!(!String::from_utf8(state).unwrap().contains("Slow"));
    }
}

#[test]
fn errors_of_a_file_are_not_reported_after_a_newer_one_is_published() {
    let stage = Stage::new(&titled("One"));
    stage.served(|serving| {
        let gate = stage.gates.put_up(Step::Plan);
        stage.fixture.write(&titled("Slow"));
        stage.wait_for_ready(SLOW);
        stage.fixture.write(&titled("Better"));
        serving.wait_for("Better");
        wait_until("degraded", || stage.ready() == "ready");
        // The program fails only after the gate.
        stage.fails.store(true, Ordering::SeqCst);
        drop(gate);
        stage.gates.wait_for(0);
        serving.orders.send(Order::Stop).unwrap();
        wait_until("no end", || serving.thread.is_finished());
        assert_eq!(stage.ready(), "ready");
    });
}

#[test]
fn a_file_that_waits_for_the_lock_when_a_newer_one_comes_is_never_recorded() {
    let stage = Stage::new(&titled("One"));
    let other = stage.fixture.publisher();
    stage.served(|serving| {
        let lock = other.store.lock().unwrap();
        stage.fixture.write(&titled("Waiting"));
        stage.wait_for_ready(SLOW);
        stage.fixture.write(&titled("Better"));
        stage.wait_for_log("the work on the version before is abandoned");
        assert_eq!(stage.recorded(), ("One".to_owned(), 0));
        drop(lock);
        serving.wait_for("Better");
    });
    assert_eq!(stage.recorded(), ("Better".to_owned(), 1));
}

#[test]
fn at_most_two_files_are_processed_at_once_and_the_newest_waits() {
    let stage = Stage::new(&titled("One"));
    stage.served(|serving| {
        let [first, second] = [Step::Plan, Step::Plan].map(|step| stage.gates.put_up(step));
        stage.fixture.write(&titled("First"));
        stage.gates.wait_for(1);
        stage.fixture.write(&titled("Second"));
        stage.gates.wait_for(2);
        let third = stage.gates.put_up(Step::Plan);
        stage.fixture.write(&titled("Third"));
        stage.wait_for_ready(SLOW);
        // This is longer than the wait before a further worker starts.
        std::thread::sleep(Duration::from_millis(1_500));
        assert_eq!(stage.gates.waiting.load(Ordering::SeqCst), 2);
        drop(first);
        stage.gates.wait_for(1);
        stage.gates.wait_for(2);
        drop(third);
        serving.wait_for("Third");
        drop(second);
    });
    assert_eq!(stage.recorded(), ("Third".to_owned(), 1));
}

#[test]
fn the_file_that_is_served_counts_as_newer_when_it_is_put_back() {
    let stage = Stage::new(&titled("One"));
    stage.served(|serving| {
        let gate = stage.gates.put_up(Step::Plan);
        stage.fixture.write(&titled("Slow"));
        stage.wait_for_ready(SLOW);
        stage.fixture.write(&titled("One"));
        stage.wait_for_log("the work on the version before is abandoned");
        drop(gate);
        wait_until("degraded", || stage.ready() == "ready");
        assert!(serving.feed().contains("SUMMARY:One\r\n"));
    });
    assert_eq!(stage.recorded(), ("One".to_owned(), 0));
}

#[test]
fn an_order_does_not_begin_the_work_on_the_same_file_again() {
    let stage = Stage::new(&titled("One"));
    stage.served(|serving| {
        let gate = stage.gates.put_up(Step::Plan);
        let again = stage.gates.put_up(Step::Plan);
        stage.fixture.write(&titled("Slow"));
        stage.wait_for_ready(SLOW);
        serving.orders.send(Order::Now).unwrap();
        std::thread::sleep(Duration::from_millis(500));
        assert_eq!(stage.gates.waiting.load(Ordering::SeqCst), 1);
        drop((gate, again));
        serving.wait_for("Slow");
    });
    assert_eq!(stage.recorded(), ("Slow".to_owned(), 1));
}

#[test]
fn editions_follow_time_while_a_file_is_processed() {
    let stage = Stage::new(&titled("One"));
    stage.served(|serving| {
        let gate = stage.gates.put_up(Step::Plan);
        stage.fixture.write(&titled("Slow"));
        stage.wait_for_ready(SLOW);
        // The session ends at 15:00 in New York.
        *stage.clock.lock().unwrap() = instant("2024-04-30T19:00:00Z");
        let next =
            || serving.site.borrow().get("/next").map(|next| next.identity().headers.clone());
        let before = next();
        wait_until("no rebuild", || next() != before);
        assert_eq!(stage.recorded(), ("One".to_owned(), 0));
        drop(gate);
        serving.wait_for("Slow");
    });
}

#[test]
fn the_end_of_the_program_abandons_the_work_before_anything_is_recorded() {
    let stage = Stage::new(&titled("One"));
    stage.served(|serving| {
        let gate = stage.gates.put_up(Step::Build);
        stage.fixture.write(&titled("Slow"));
        stage.wait_for_ready(SLOW);
        serving.orders.send(Order::Stop).unwrap();
        std::thread::sleep(Duration::from_millis(200));
        drop(gate);
        wait_until("no end", || serving.thread.is_finished());
    });
    assert_eq!(stage.recorded(), ("One".to_owned(), 0));
}

#[test]
fn a_start_on_a_slow_file_serves_the_last_good_edition_until_it_is_ready() {
    let stage = Stage::new(&titled("One"));
    stage.fixture.publish(BEFORE);
    stage.fixture.write(&titled("Slow"));
    let gate = stage.gates.put_up(Step::Plan);
    stage.served(|serving| {
        assert!(serving.feed().contains("SUMMARY:One\r\n"));
        stage.wait_for_ready(&format!("ready, but degraded: {SLOW}"));
        stage.wait_for_log("after 0.4 s; the last good edition is served until it is ready");
        drop(gate);
        serving.wait_for("Slow");
        wait_until("degraded", || stage.ready() == "ready");
        stage.fixture.write(&titled("Next"));
        serving.wait_for("Next");
    });
    assert_eq!(stage.recorded(), ("Next".to_owned(), 2));
}

#[test]
fn a_newer_file_wins_over_that_of_a_start() {
    let stage = Stage::new(&titled("One"));
    stage.fixture.publish(BEFORE);
    stage.fixture.write(&titled("Slow"));
    let gate = stage.gates.put_up(Step::Plan);
    stage.served(|serving| {
        stage.fixture.write(&titled("Better"));
        serving.wait_for("Better");
        drop(gate);
        stage.gates.wait_for(0);
        wait_until("degraded", || stage.ready() == "ready");
    });
    assert_eq!(stage.recorded(), ("Better".to_owned(), 1));
}

#[test]
fn a_start_without_another_last_good_edition_waits_and_logs_it() {
    for is_published in [false, true] {
        let stage = Stage::new(&titled("One"));
        if is_published {
            stage.fixture.publish(BEFORE);
        }
        let gate = stage.gates.put_up(Step::Plan);
        std::thread::scope(|scope| {
            let starting = scope.spawn(|| stage.served(|serving| serving.wait_for("One")));
            stage.wait_for_log("still being processed after 0.2 s; nothing is served yet");
            stage.wait_for_ready(&format!("not ready: the first edition is not made yet; {SLOW}"));
            std::thread::sleep(Duration::from_millis(500));
            assert!(!starting.is_finished());
            assert!(stage.ready().starts_with("not ready"));
            drop(gate);
            starting.join().unwrap();
        });
        assert_eq!(stage.ready(), "ready");
    }
}

#[test]
fn a_start_on_whose_file_the_program_fails_serves_the_last_good_edition() {
    for (is_published, fall_back) in [(true, true), (false, true), (true, false)] {
        let mut stage = Stage::new(&titled("One"));
        if is_published {
            stage.fixture.publish(BEFORE);
        }
        stage.publisher.fall_back = fall_back;
        stage.fixture.write(&titled(FATAL));
        std::thread::scope(|scope| match stage.serve(scope) {
            Err(refusal) => {
                assert!(matches!(refusal, Refusal::System(Error::Panic)), "{refusal:?}");
                assert!(!is_published || !fall_back);
            }
            Ok(serving) => {
                assert!(is_published && fall_back);
                assert!(serving.feed().contains("SUMMARY:One\r\n"));
                stage.wait_for_ready(FAILED);
                stage.fixture.write(&titled("Mended"));
                serving.wait_for("Mended");
                wait_until("degraded", || stage.ready() == "ready");
            }
        });
    }
}

#[test]
fn a_program_that_fails_on_the_first_file_after_a_while_serves_the_last_good_edition_on() {
    let stage = Stage::new(&titled("One"));
    stage.fixture.publish(BEFORE);
    stage.fixture.write(&titled(FATAL));
    let gate = stage.gates.put_up(Step::Plan);
    stage.served(|serving| {
        stage.wait_for_ready(SLOW);
        drop(gate);
        stage.wait_for_ready(FAILED);
        wait_until("slow", || !stage.ready().contains(SLOW));
        assert!(serving.feed().contains("SUMMARY:One\r\n"));
        stage.fixture.write(&titled("Mended"));
        serving.wait_for("Mended");
        wait_until("degraded", || stage.ready() == "ready");
    });
}

#[test]
fn a_file_is_processed_without_the_lock_and_again_if_another_process_records_meanwhile() {
    for step in [Step::Plan, Step::Build] {
        let stage = Stage::new(&titled("One"));
        let other = stage.fixture.publisher();
        stage.served(|serving| {
            let gate = stage.gates.put_up(step);
            stage.fixture.write(&titled("Two"));
            stage.gates.wait_for(1);
            other.publish(instant("2024-01-16T12:00:00Z")).unwrap();
            let recorded = std::fs::read(stage.fixture.revisions_file()).unwrap();
            drop(gate);
            serving.wait_for("Two");
            assert!(serving.feed().contains("LAST-MODIFIED:20240116T120000Z"), "{step:?}");
            assert!(std::fs::read(stage.fixture.revisions_file()).unwrap() == recorded, "{step:?}");
        });
        assert_eq!(stage.recorded(), ("Two".to_owned(), 1));
    }
}
