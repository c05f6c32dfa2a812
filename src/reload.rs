//! A list that lives: the saved file is published, a broken one is not, and time turns by itself.
//!
//! The file's content is looked at twice a second, not its events or its dates: that sees what
//! editors, bind mounts and exchanged links do. A content is taken when two looks in a row agree, so
//! that a file that is still being written is not published by halves.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::copies::Copier;
use crate::error::{Error, chain};
use crate::publish::{Published, Publisher, Refusal, Seen};
use crate::revisions::Revisions;
use crate::sight::{Outcome, Sight};
use crate::site::Site;

/// Between two looks at the file.
const LOOK: Duration = Duration::from_millis(500);
/// Looks between two tries of what the machine refused: the state could not be written, or read.
const RETRY: u32 = 20;

/// What a reloader is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Read the file now, whatever it looked like last.
    Now,
    /// Stop.
    Stop,
}

/// What is published at the moment, and what was seen of the files.
#[derive(Debug)]
pub struct Reloader<'a> {
    publisher: &'a Publisher,
    /// Who is told of every edition.
    sight: Option<&'a Sight>,
    /// Who makes a second copy of large bodies.
    copier: Option<Copier>,
    /// What the present edition was made of, or what was refused.
    taken: Seen,
    /// What the last look saw, if it was something else.
    fresh: Option<Seen>,
    /// What is served, so that what stays is not made again.
    site: Option<Arc<Site>>,
    revisions: Revisions,
    valid_until: Option<DateTime<Utc>>,
    degraded: Option<String>,
    /// Whether the machine refused what was to be published, which no change of a file ends.
    refused: bool,
    looks: u32,
}

impl<'a> Reloader<'a> {
    /// Goes on from what was published at the start. `seen` is what the files looked like before.
    pub fn new(publisher: &'a Publisher, seen: Seen, published: &Published) -> Self {
        Self {
            publisher,
            sight: None,
            copier: None,
            taken: seen,
            fresh: None,
            site: None,
            revisions: published.edition.revisions().clone(),
            valid_until: published.site.valid_until(),
            degraded: published.degraded.clone(),
            refused: published.broken_state.is_some(),
            looks: 0,
        }
    }

    /// The same, telling `sight` of every edition and every refusal from now on.
    #[must_use]
    pub fn watched_by(self, sight: &'a Sight) -> Self {
        Self { sight: Some(sight), ..self }
    }

    /// The same, having large bodies copied once they are served.
    #[must_use]
    pub fn copying_by(self, copier: Copier) -> Self {
        Self { copier: Some(copier), ..self }
    }

    /// Looks until it is told to stop, or nobody is left to tell it.
    pub fn run(
        mut self,
        orders: &Receiver<Order>,
        clock: impl Fn() -> DateTime<Utc>,
        sites: &watch::Sender<Arc<Site>>,
    ) {
        self.copy(&sites.borrow().clone());
        loop {
            let now = match orders.recv_timeout(LOOK) {
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Order::Now) => true,
                Err(RecvTimeoutError::Timeout) => false,
            };
            if let Some(sight) = self.sight {
                sight.tick(clock());
            }
            self.site = Some(Arc::clone(&sites.borrow()));
            if let Some(site) = self.look(now, clock()) {
                let site = Arc::new(site);
                // The server has ended if nobody listens; the next order says so.
                let _ = sites.send(Arc::clone(&site));
                self.copy(&site);
            }
        }
    }

    /// Not before it is served: a disk may take its time.
    fn copy(&self, site: &Site) {
        if let (Some(copier), Some(bodies)) = (&self.copier, site.bodies()) {
            copier.copy(bodies);
        }
    }

    /// One look at the files and the clock: the next site, if there is one.
    pub fn look(&mut self, at_once: bool, now: DateTime<Utc>) -> Option<Site> {
        self.looks = self.looks.wrapping_add(1);
        let seen = self.publisher.look(Some(&self.taken));
        let changed = seen != self.taken;
        let settled = self.fresh.as_ref() == Some(&seen);
        let turned = self.valid_until.is_some_and(|until| until <= now);
        let retry = (self.degraded.is_some() || self.refused) && self.looks.is_multiple_of(RETRY);
        if changed && !settled && !at_once {
            self.fresh = Some(seen);
            return None;
        }
        self.fresh = None;
        let damaged = self.publisher.finds_damage();
        if !(changed || at_once || turned || retry || damaged) {
            return None;
        }
        self.taken = seen;
        let began = Instant::now();
        match unwound(|| self.publisher.publish_after(now, self.site.as_deref())) {
            Ok(published) => {
                // A try that goes as the one before it is no news.
                let news = changed || at_once || turned || damaged || self.refused;
                let outcome = match (published.last_good, turned && !changed) {
                    _ if !news && published.degraded == self.degraded => None,
                    (_, true) => Some(Outcome::Turned),
                    (true, false) => Some(Outcome::Refused),
                    (false, false) => Some(Outcome::Published),
                };
                if let (Some(sight), Some(_)) = (self.sight, outcome) {
                    sight.published(&published, outcome, now);
                }
                self.take(published, outcome, began.elapsed())
            }
            Err(refusal) => {
                let failed = matches!(refusal, Refusal::Machine(Error::Panic));
                // It may come with the time alone.
                let news = changed || at_once || damaged || (failed && !self.refused);
                self.refused = matches!(refusal, Refusal::Machine(_));
                if news {
                    self.refuse(&refusal);
                }
                // What time brings waits for a file that can be read.
                self.valid_until = self.valid_until.filter(|until| *until > now);
                None
            }
        }
    }

    fn take(
        &mut self,
        published: Published,
        outcome: Option<Outcome>,
        took: Duration,
    ) -> Option<Site> {
        let Published { site, edition, source, findings, degraded, broken_state, .. } = published;
        let count = edition.catalog.sessions.len();
        let millis = took.as_millis() as u64;
        let warnings = findings.iter().count();
        match outcome {
            None => {}
            Some(Outcome::Refused) if let Some(error) = &broken_state => {
                tracing::error!("degraded: {}; the last good edition is served on", chain(error));
            }
            Some(Outcome::Refused) => tracing::error!(
                "degraded: {} is not published; the last good edition is served on:\n{}",
                self.publisher.file.display(),
                findings.human(&source, false)
            ),
            Some(Outcome::Turned) => {
                tracing::info!(sessions = count, millis, "the edition turned with the time");
            }
            Some(Outcome::Published) => {
                let (added, changed, removed) = difference(&self.revisions, edition.revisions());
                tracing::info!(
                    sessions = count,
                    added,
                    changed,
                    removed,
                    warnings,
                    millis,
                    "published"
                );
            }
        }
        if degraded != self.degraded {
            match &degraded {
                Some(reason) => tracing::error!(
                    "degraded: {reason}; this edition is served from memory and is not remembered"
                ),
                None => tracing::info!("the state is written again"),
            }
        }
        self.revisions = edition.revisions().clone();
        self.valid_until = site.valid_until();
        self.degraded = degraded;
        self.refused = broken_state.is_some();
        Some(site)
    }

    /// Said once for each content.
    fn refuse(&self, refusal: &Refusal) {
        if let Some(sight) = self.sight {
            sight.not_published(refusal);
        }
        match refusal {
            Refusal::File(source, findings) => tracing::error!(
                "degraded: {} is not published; the last good edition is served on:\n{}",
                source.name(),
                findings.human(source, false)
            ),
            Refusal::Machine(error) => {
                tracing::error!("degraded: {}; the last good edition is served on", chain(error));
            }
        }
    }
}

/// A panic as a refusal: the last good edition is served on, and every later list is tried.
fn unwound<T>(publish: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    // What a publisher remembers is what it could not write, whole at any time; files it replaces whole.
    catch_unwind(AssertUnwindSafe(publish)).unwrap_or(Err(Refusal::Machine(Error::Panic)))
}

/// How many sessions are new, changed and gone.
fn difference(before: &Revisions, after: &Revisions) -> (usize, usize, usize) {
    let (mut added, mut changed, mut removed) = (0, 0, 0);
    for (id, revision) in after.sessions.iter() {
        match before.sessions.get(id) {
            None => added += 1,
            Some(old) if old.removed.is_none() && revision.removed.is_some() => removed += 1,
            Some(old) if old.sequence != revision.sequence => changed += 1,
            Some(_) => {}
        }
    }
    (added, changed, removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_on_which_the_program_fails_is_refused_and_the_next_one_is_tried() {
        let failed = unwound(|| -> Result<(), Refusal> { panic!("on purpose") });
        let Err(Refusal::Machine(error)) = failed else { panic!("{failed:?}") };
        assert!(chain(&error).contains("please report it"), "{error}");
        assert!(unwound(|| Ok(())).is_ok());
    }
}
