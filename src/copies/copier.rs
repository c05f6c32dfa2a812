//! Who copies: a thread that nobody waits for, one at a time.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::Bodies;
use super::file::{Copied, OnDisk, in_memory};

/// Copies the large bodies of one site after another into files.
#[derive(Debug)]
pub struct Copier {
    /// Where a disk may be, best first.
    folders: Arc<[PathBuf]>,
    work: Arc<Mutex<Work>>,
}

#[derive(Debug, Default)]
struct Work {
    /// What is to be copied when the thread is done with the one before; only the newest is worth it.
    next: Option<Arc<Bodies>>,
    busy: bool,
}

impl Copier {
    /// One that tries these folders, and memory last. An empty path is none.
    pub fn new(folders: impl IntoIterator<Item = PathBuf>) -> Self {
        let folders = folders.into_iter().filter(|folder| !folder.as_os_str().is_empty()).collect();
        Self { folders, work: Arc::default() }
    }

    /// Has them copied, and waits for nothing: a disk may take its time, and one that fails takes for
    /// ever. Those that were still to come are not copied any more.
    pub fn copy(&self, bodies: &Arc<Bodies>) {
        let mut own = lock(&self.work);
        own.next = Some(Arc::clone(bodies));
        if !own.busy {
            let (work, folders) = (Arc::clone(&self.work), Arc::clone(&self.folders));
            // Without a thread to spare they are sent from memory.
            own.busy = std::thread::Builder::new().spawn(move || work_off(&work, &folders)).is_ok();
        }
    }
}

fn work_off(work: &Mutex<Work>, folders: &[PathBuf]) {
    loop {
        let mut own = lock(work);
        let Some(bodies) = own.next.take() else {
            own.busy = false;
            return;
        };
        drop(own);
        write(&bodies, folders);
    }
}

fn lock(work: &Mutex<Work>) -> MutexGuard<'_, Work> {
    // Only whole values are put in, so one that a panic left behind is as good as any.
    work.lock().unwrap_or_else(PoisonError::into_inner)
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

    #[test]
    fn every_body_stands_in_the_file_at_its_place() {
        for folder in ["/var/tmp", "/dev/shm", "/is/not/there"] {
            let bodies = bodies(1);
            write(&bodies, &[folder.into()]);
            for body in bodies.in_order() {
                let place = bodies.place(body, Instant::now()).unwrap();
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
        let copier = Copier::new(["".into(), "/is/not/there".into()]);
        assert_eq!(copier.folders.len(), 1, "an empty path is none");
        // As if a disk did not answer: a thread is busy, and stays so.
        lock(&copier.work).busy = true;
        let [first, second, third] = [1, 2, 3].map(bodies);
        copier.copy(&first);
        copier.copy(&second);
        assert_eq!(Arc::strong_count(&first), 1, "let go of");
        // It answers.
        work_off(&copier.work, &copier.folders);
        let has = |bodies: &Arc<Bodies>| bodies.in_order().all(|body| bodies.holds(body));
        assert!(!has(&first) && has(&second));
        assert!(!lock(&copier.work).busy);
        copier.copy(&third);
        while lock(&copier.work).busy {
            std::thread::yield_now();
        }
        assert!(has(&third), "by a thread of its own");
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
