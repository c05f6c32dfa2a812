//! Records an edition: writes it to the state before it is served.
//!
//! An edition is prepared without a lock, because that may take long. Under the lock it is recorded if its inputs are
//! unchanged, and prepared again otherwise. So the second of two writers adds to the first one's numbers, and never
//! publishes an older file after a newer one.

use super::prepare::{Prepared, Standing};
use super::snapshot::digest_of;
use super::{Published, Publisher, Refusal};
use crate::error::{Error, chain};
use crate::revisions::store::Lock;
use crate::source::Source;

/// The number of attempts without a lock. After them, the edition is prepared under the lock, so that other writers
/// cannot delay it forever.
const UNLOCKED: u32 = 3;

/// A step of the work on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The edition is planned: its revisions and calendars.
    Plan,
    /// The site is built.
    Build,
    /// The edition is recorded, under the lock. If this step is allowed, the edition must be published.
    Record,
}

/// Decides whether the work on a file continues with a step. If not, the work ends without a result, and nothing is
/// recorded.
pub type MayGoOn<'a> = &'a dyn Fn(Step) -> bool;

impl Publisher {
    /// Records the edition that `prepare` makes. Returns `None` if it makes none, or if `may_go_on` stops the work.
    pub(super) fn publish_prepared(
        &self,
        may_go_on: MayGoOn<'_>,
        mut prepare: impl FnMut() -> Result<Option<Prepared>, Refusal>,
    ) -> Result<Option<Published>, Refusal> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let early = (attempts > UNLOCKED).then(|| self.store.lock());
            let Some(prepared) = prepare()? else { return Ok(None) };
            let is_locked = early.is_some();
            let lock = early.unwrap_or_else(|| self.store.lock());
            if is_locked || self.is_current(&prepared) {
                return Ok(self.record(prepared, &lock, may_go_on));
            }
        }
    }

    /// Returns whether the files that an edition follows from are unchanged.
    fn is_current(&self, prepared: &Prepared) -> bool {
        let digest = |source: Option<Source>| source.as_ref().map(digest_of);
        let is_file = |read| digest(Source::read(&self.file).ok()) == read;
        let stands_in = prepared.standing != Standing::Alone;
        let is_last_good =
            || digest(self.last_good().ok().flatten()) == Some(digest_of(&prepared.served.source));
        self.store.identity() == prepared.state
            && prepared.file.is_none_or(is_file)
            && (!stands_in || is_last_good())
    }

    fn record(
        &self,
        prepared: Prepared,
        lock: &Result<Lock, Error>,
        may_go_on: MayGoOn<'_>,
    ) -> Option<Published> {
        let mut memory = self.memory();
        if !may_go_on(Step::Record) {
            return None;
        }
        let Prepared { site, revisions, served, source, findings, .. } = prepared;
        let Prepared { unproven, last_good, broken_state, standing, recorded, .. } = prepared;
        for id in &unproven {
            tracing::error!(
                session = %id,
                "the time zone of this session cannot be proven; its times are written in UTC"
            );
        }
        let mut degraded = None;
        if !recorded && standing != Standing::Stateless {
            let written = lock
                .as_ref()
                .map_err(chain_of)
                .and_then(|lock| self.store.write(&revisions, lock).map_err(|error| chain(&error)));
            degraded = written.err();
        }
        let known = memory.revisions.replace(revisions.clone());
        memory.saved = degraded.is_none() && standing != Standing::Stateless;
        if !recorded {
            memory.state = self.store.identity();
        }
        let kept = match (lock, &degraded) {
            (Ok(lock), None) => {
                let revisions = Some(&revisions).filter(|own| known.as_ref() != Some(own));
                self.keep_last_good(&served.source, revisions, lock)
            }
            _ => false,
        };
        memory.last_good = (!kept).then(|| served.source.text().as_bytes().to_vec());
        memory.served = Some(served);
        Some(Published { site, source, findings, degraded, last_good, broken_state })
    }
}

fn chain_of(error: &Error) -> String {
    chain(error)
}
