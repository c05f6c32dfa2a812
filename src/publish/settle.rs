//! What is published is brought into the state before anybody sees it, and what stands in for a list
//! that cannot be.

use std::sync::{MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::{Plan, Publisher, Refusal, history, plan_after};
use crate::config;
use crate::diagnostic::{Code, Finding, Findings};
use crate::error::{Error, chain};
use crate::revisions::Revisions;
use crate::revisions::store::{Identity, Lock};
use crate::site::Site;
use crate::source::Source;

/// What this process itself remembers of what it published.
#[derive(Debug, Default)]
pub struct Memory {
    /// The revisions: in place of a file that could not be written, or that is gone.
    pub(super) revisions: Option<Revisions>,
    /// Whether they stand in the file.
    pub(super) saved: bool,
    /// The revisions file as it was last read or written.
    pub(super) state: Option<Identity>,
    /// Whether it could not be used then.
    pub(super) unusable: bool,
    /// The revisions file as it was last polled.
    pub(super) polled: Option<Option<Identity>>,
    /// The last good source, where it could not be written.
    last_good: Option<Vec<u8>>,
}

/// What is published before the site is built of it, which needs no lock.
pub(super) struct Settled {
    pub(super) plan: Plan,
    pub(super) source: Source,
    pub(super) findings: Findings,
    pub(super) degraded: Option<String>,
    pub(super) last_good: bool,
    pub(super) broken_state: Option<Error>,
}

/// What a source is published for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is the list.
    Alone,
    /// It was the last good one, in place of the list. That a logo is missing meanwhile is no reason
    /// to let feeds go dark.
    In,
    /// The same, as the revisions file cannot be used: what was recorded last counts, and the file is left alone.
    Stateless,
}

impl Publisher {
    /// What a list that cannot be read, as where a folder is mounted late, counts as where the last good
    /// one may stand in for it: a list with that error. While a site is served, that is served on.
    ///
    /// # Errors
    /// [`Refusal::Machine`] where nothing may stand in.
    pub(super) fn stand_in(
        &self,
        error: Error,
        earlier: Option<&Site>,
    ) -> Result<Refusal, Refusal> {
        if !self.fall_back || earlier.is_some() || self.store.read_last_good()?.is_none() {
            return Err(Refusal::Machine(error));
        }
        let mut findings = Findings::default();
        let message = format!("the list cannot be read: {}", chain(&error));
        findings.push(
            Finding::error(Code::MissingFile, 0..0, message)
                .help("put the file back; until then the last good one is served"),
        );
        let source = Source::from_bytes(self.file.display().to_string(), Vec::new());
        Ok(Refusal::File(source, findings))
    }

    /// The last good source in place of a file that was refused.
    pub(super) fn settle_last_good(
        &self,
        source: Source,
        findings: Findings,
        lock: &Result<Lock, Error>,
        now: DateTime<Utc>,
        earlier: Option<&Site>,
    ) -> Result<Settled, Refusal> {
        // An older one on a full disk would take readers back.
        let kept = self.memory().last_good.clone();
        let Some(bytes) =
            kept.map_or_else(|| self.store.read_last_good(), |kept| Ok(Some(kept)))?
        else {
            return Err(Refusal::File(source, findings));
        };
        let last = Source::from_bytes(self.file.display().to_string(), bytes);
        match self.settle(last, lock, now, Standing::In, earlier) {
            // What is said is about the file that was refused.
            Ok(settled) => Ok(Settled { source, findings, last_good: true, ..settled }),
            Err(Refusal::Machine(error)) if self.goes_on(earlier, now) => {
                match self.settle_without_state(error, lock, now, earlier) {
                    Ok(settled) => Ok(Settled { source, findings, ..settled }),
                    Err(_) => Err(Refusal::File(source, findings)),
                }
            }
            Err(_) => Err(Refusal::File(source, findings)),
        }
    }

    /// The last good source while the revisions file cannot be used.
    pub(super) fn settle_without_state(
        &self,
        error: Error,
        lock: &Result<Lock, Error>,
        now: DateTime<Utc>,
        earlier: Option<&Site>,
    ) -> Result<Settled, Refusal> {
        let kept = self.memory().last_good.clone();
        let bytes = kept.map_or_else(|| self.store.read_last_good(), |kept| Ok(Some(kept)));
        let Ok(Some(bytes)) = bytes else { return Err(Refusal::Machine(error)) };
        let last = Source::from_bytes(self.file.display().to_string(), bytes);
        match self.settle(last, lock, now, Standing::Stateless, earlier) {
            Ok(settled) => Ok(Settled { last_good: true, broken_state: Some(error), ..settled }),
            Err(_) => Err(Refusal::Machine(error)),
        }
    }

    /// Plans what is published and brings the state up to it.
    pub(super) fn settle(
        &self,
        source: Source,
        lock: &Result<Lock, Error>,
        now: DateTime<Utc>,
        standing: Standing,
        earlier: Option<&Site>,
    ) -> Result<Settled, Refusal> {
        let checked = config::load(&source, &self.rules);
        let mut findings = checked.findings;
        let Some(catalog) = checked.catalog else {
            return Err(Refusal::File(source, findings));
        };
        // What could not be written was published all the same, and must not be forgotten.
        let mut memory = self.memory();
        memory.state = self.store.identity();
        let found = match standing {
            Standing::Stateless => Some(self.last_known(&memory)?),
            Standing::Alone | Standing::In => {
                let read = self.store.read_if_any();
                memory.unusable = read.is_err();
                read?
            }
        };
        let warns = standing == Standing::Alone;
        let before = self.known(found.as_ref(), &memory, &catalog.calendar.id, warns);
        let before = before.as_ref();
        findings.extend(history::against_history(&catalog, before, &checked.places));
        let mut missing = Findings::default();
        let assets = self.assets(&catalog, &checked.places, &mut missing);
        if standing == Standing::Alone {
            findings.extend(missing);
        }
        if findings.has_errors() {
            findings.sort();
            return Err(Refusal::File(source, findings));
        }
        let paths = self.paths(&catalog);
        let plan = plan_after(catalog, paths, assets, before, now, earlier);
        findings.extend(history::same_uid(&plan, &checked.places));
        if findings.has_errors() {
            findings.sort();
            return Err(Refusal::File(source, findings));
        }
        findings.extend(self.advice(&plan, before, &checked.places, now));
        findings.sort();
        for id in &plan.unproven {
            tracing::error!(session = %id, "its time zone could not be proved; it is written in UTC");
        }
        let mut degraded = None;
        let recorded = found.as_ref().is_some_and(|found| *found == plan.revisions);
        if !recorded && standing != Standing::Stateless {
            if self.frozen {
                let found = found.clone().unwrap_or_default();
                findings.extend(history::not_recorded(&plan.revisions, &found, &checked.places));
                findings.sort();
                return Err(Refusal::File(source, findings));
            }
            let written = lock.as_ref().map_err(chain_of).and_then(|lock| {
                self.store.write(&plan.revisions, lock).map_err(|error| chain(&error))
            });
            degraded = written.err();
        }
        let known = memory.revisions.replace(plan.revisions.clone());
        memory.saved = degraded.is_none() && standing != Standing::Stateless;
        memory.state = if recorded { memory.state } else { self.store.identity() };
        let kept = match (lock, &degraded) {
            (Ok(lock), None) => {
                let revisions = Some(&plan.revisions).filter(|own| known.as_ref() != Some(own));
                self.keep_last_good(&source, revisions, lock)
            }
            _ => false,
        };
        memory.last_good = (!kept).then(|| source.text().as_bytes().to_vec());
        Ok(Settled { plan, source, findings, degraded, last_good: false, broken_state: None })
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn chain_of(error: &Error) -> String {
    chain(error)
}
