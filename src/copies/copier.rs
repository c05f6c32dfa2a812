//! Who copies, and then looks at what of the copy is at hand: a thread that nobody waits for.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::Bodies;
use super::file::{Copied, OnDisk, in_memory};

/// Between two looks: twice in the time for which one holds.
const LOOK: Duration = Duration::from_millis(400);

/// Copies the large bodies of one site after another into files.
#[derive(Debug)]
pub struct Copier {
    /// Where a disk may be, best first.
    folders: Arc<[PathBuf]>,
    work: Arc<Work>,
}

#[derive(Debug, Default)]
struct Work {
    state: Mutex<State>,
    /// There is something to copy.
    news: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// What is to be copied when the thread is done with the one before; only the newest is worth it.
    next: Option<Weak<Bodies>>,
    /// Whether there is a thread.
    busy: bool,
}

impl Copier {
    /// One that tries these folders, and memory last. An empty path is none.
    pub fn new(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        let mut tried = Vec::new();
        for folder in folders {
            if !folder.as_os_str().is_empty() && !tried.contains(&folder) {
                tried.push(folder);
            }
        }
        Self { folders: tried.into(), work: Arc::default() }
    }

    /// Has them copied, and waits for nothing: a disk may take its time, and one that fails takes for
    /// ever. Those that were still to come are not copied any more.
    pub fn copy(&self, bodies: &Arc<Bodies>) {
        let mut state = self.work.lock();
        state.next = Some(Arc::downgrade(bodies));
        if state.busy {
            self.work.news.notify_one();
            return;
        }
        let (work, folders) = (Arc::clone(&self.work), Arc::clone(&self.folders));
        match std::thread::Builder::new().spawn(move || work.off(&folders)) {
            Ok(_) => state.busy = true,
            // Without a thread to spare they are sent from memory.
            Err(_) => state.next = None,
        }
    }
}

impl Work {
    /// Copies and looks, as long as there is anything to do.
    fn off(&self, folders: &[PathBuf]) {
        let _busy = Busy(self);
        let mut copied = Weak::new();
        loop {
            let mut state = self.lock();
            if let Some(next) = state.next.take() {
                drop(state);
                // Nobody may serve them any more.
                if let Some(bodies) = next.upgrade() {
                    write(&bodies, folders);
                }
                copied = next;
                continue;
            }
            drop(state);
            let again =
                copied.upgrade().is_some_and(|bodies: Arc<Bodies>| bodies.look(Instant::now()));
            state = self.lock();
            if state.next.is_some() {
                continue;
            }
            if !again {
                state.busy = false;
                return;
            }
            // A poisoned lock is dealt with when it is next taken.
            let _ = self.news.wait_timeout(state, LOOK);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Only whole values are put in, so one that a panic left behind is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says that there is no thread any more, if it panics.
struct Busy<'a>(&'a Work);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().busy = false;
        }
    }
}

/// Copies bodies into a file in the first of some folders that has a disk for it, or else in memory.
///
/// A file on disk costs no memory that others need more, and the kernel finds its pages faster than
/// those of one in memory, which it looks up one by one.
fn write(bodies: &Bodies, folders: &[PathBuf]) {
    let length = bodies.length();
    for folder in folders {
        match on_disk(bodies, folder) {
            Ok(copied) => {
                tracing::debug!(length, folder = %folder.display(), "large bodies lie on disk");
                return bodies.put(copied);
            }
            Err(error) => {
                tracing::debug!(%error, folder = %folder.display(), "no place for large bodies");
            }
        }
    }
    let fill = |file: &mut File| bodies.in_order().try_for_each(|body| file.write_all(body));
    match in_memory(fill) {
        Ok(copied) => {
            tracing::debug!(length, "large bodies lie in a file in memory");
            bodies.put(copied);
        }
        Err(error) => tracing::debug!(%error, "large bodies have no second copy"),
    }
}

fn on_disk(bodies: &Bodies, folder: &Path) -> io::Result<Copied> {
    let mut file = OnDisk::create(folder, bodies.length())?;
    for body in bodies.in_order() {
        file.write(body)?;
    }
    file.finish(Instant::now())
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::os::unix::fs::FileExt as _;

    use super::*;
    use crate::copies::LARGE;

    fn bodies(fill: u8) -> Arc<Bodies> {
        let all = [0, 1].map(|more| vec![fill + more; LARGE + usize::from(more)].into());
        Arc::new(Bodies::of(all.iter()).unwrap())
    }

    /// Waits for a thread.
    fn until(done: impl Fn() -> bool) {
        let began = Instant::now();
        while !done() {
            assert!(began.elapsed() < Duration::from_secs(60), "it does not happen");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn every_body_stands_in_the_file_at_its_place() {
        for folder in ["/var/tmp", "/dev/shm", "/is/not/there"] {
            let bodies = bodies(1);
            write(&bodies, &[folder.into()]);
            for body in bodies.in_order() {
                let now = Instant::now();
                if bodies.place(body, now).is_none() {
                    assert!(bodies.look(now), "it lies on a disk, and was not looked at before");
                }
                let place = bodies.place(body, now).unwrap();
                assert_eq!(place.length, body.len());
                let mut read = vec![0; body.len()];
                File::from(place.file.try_clone_to_owned().unwrap())
                    .read_exact_at(&mut read, place.at)
                    .unwrap();
                assert!(read == *body, "{folder}");
            }
        }
    }

    #[test]
    fn a_file_on_disk_has_no_name() {
        let folder = tempfile::tempdir().unwrap();
        write(&bodies(1), &[folder.path().into()]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn of_those_that_wait_only_the_newest_is_copied() {
        let copier = Copier::new(["", "/is/not/there", "/is/not/there"].map(PathBuf::from));
        assert_eq!(copier.folders.len(), 1, "an empty path is none, and none is tried twice");
        // As if a disk did not answer: a thread is busy, and stays so.
        copier.work.lock().busy = true;
        let [first, second, third] = [1, 2, 3].map(bodies);
        copier.copy(&first);
        copier.copy(&second);
        assert_eq!(Arc::strong_count(&second), 1, "a disk that hangs keeps no site in memory");
        // It answers.
        copier.work.off(&copier.folders);
        let has = |bodies: &Arc<Bodies>| bodies.in_order().all(|body| bodies.holds(body));
        assert!(!has(&first) && has(&second));
        assert!(!copier.work.lock().busy);
        copier.copy(&third);
        until(|| has(&third));
    }

    #[test]
    fn what_lies_on_a_disk_is_looked_at_for_as_long_as_somebody_serves_it() {
        let copier = Copier::new(["/var/tmp".into()]);
        for fill in [1, 2] {
            let bodies = bodies(fill);
            copier.copy(&bodies);
            // At once where there is no disk, or else when it was looked at because of this.
            let body = bodies.in_order().next().unwrap();
            until(|| bodies.place(body, Instant::now()).is_some());
        }
        until(|| !copier.work.lock().busy);
    }

    #[test]
    fn a_thread_that_panics_is_followed_by_another() {
        let copier = Copier::new([]);
        copier.work.lock().busy = true;
        let work = Arc::clone(&copier.work);
        let panicked = std::thread::spawn(move || {
            let _busy = Busy(&work);
            panic!("as a thread might");
        });
        assert!(panicked.join().is_err());
        let bodies = bodies(1);
        copier.copy(&bodies);
        until(|| bodies.in_order().all(|body| bodies.holds(body)));
    }

    #[test]
    fn what_was_given_up_goes_from_memory() {
        let bodies = bodies(1);
        write(&bodies, &[]);
        let body = bodies.in_order().next().unwrap();
        assert!(bodies.holds(body));
        bodies.give_up();
        assert!(!bodies.holds(body));
        assert!(bodies.place(body, Instant::now()).is_none());
    }
}
