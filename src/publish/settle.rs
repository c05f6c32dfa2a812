//! What is published is brought into the state before anybody sees it, and what stands in for a list
//! that cannot be.

use std::sync::{MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::{Plan, Publisher, Refusal, history, output, plan_after};
use crate::config;
use crate::diagnostic::{Code, Finding, Findings};
use crate::error::{Error, chain};
use crate::model::Assets;
use crate::revisions::Revisions;
use crate::revisions::store::Lock;
use crate::site::Site;
use crate::source::Source;

/// What this process itself remembers of what it published.
#[derive(Debug, Default)]
pub struct Memory {
    /// The revisions: in place of a file that could not be written, or that is gone.
    revisions: Option<Revisions>,
    /// Whether they stand in the file.
    saved: bool,
    /// The last good source, where it could not be written.
    last_good: Option<Vec<u8>>,
    /// The files that it names, as they were then.
    assets: Option<Assets>,
}

/// What is published before the site is built of it, which needs no lock.
pub(super) struct Settled {
    pub(super) plan: Plan,
    pub(super) source: Source,
    pub(super) findings: Findings,
    pub(super) degraded: Option<String>,
    pub(super) last_good: bool,
}

/// What a source is published for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is the list.
    Alone,
    /// It was the last good one, in place of the list. A logo that is missing meanwhile is taken from memory,
    /// or left out: it is no reason to let feeds go dark.
    In,
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
            Err(_) => Err(Refusal::File(source, findings)),
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
        let found = self.store.read_if_any()?;
        let is_lost = found.is_none() && !self.frozen;
        if is_lost {
            self.warn_of_loss(&memory);
        }
        let recorded = found.unwrap_or_default();
        let before = match &memory.revisions {
            Some(own) if is_lost || !memory.saved => own,
            _ => &recorded,
        };
        findings.extend(history::against_history(&catalog, before, &checked.places));
        let mut missing = Findings::default();
        let mut assets = self.assets(&catalog, &checked.places, &mut missing);
        match (standing, &memory.assets) {
            (Standing::Alone, _) => {
                findings.extend(missing);
                findings.extend(output::too_large(&catalog, &checked.places));
            }
            (Standing::In, Some(kept)) if missing.has_errors() => assets = kept.clone(),
            (Standing::In, _) => {}
        }
        if findings.has_errors() {
            findings.sort();
            return Err(Refusal::File(source, findings));
        }
        let paths = self.paths(&catalog);
        let used = assets.clone();
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
        if plan.revisions != recorded {
            if self.frozen {
                findings.extend(history::not_recorded(&plan.revisions, before, &checked.places));
                findings.sort();
                return Err(Refusal::File(source, findings));
            }
            let written = lock.as_ref().map_err(chain_of).and_then(|lock| {
                self.store.write(&plan.revisions, lock).map_err(|error| chain(&error))
            });
            degraded = written.err();
        }
        (memory.revisions, memory.saved) = (Some(plan.revisions.clone()), degraded.is_none());
        memory.assets = Some(used);
        let kept = match (lock, &degraded) {
            (Ok(lock), None) => self.keep_last_good(&source, lock),
            _ => false,
        };
        memory.last_good = (!kept).then(|| source.text().as_bytes().to_vec());
        Ok(Settled { plan, source, findings, degraded, last_good: false })
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that there is no revisions file where something was published before. Numbers that go back
    /// make calendar apps keep what they have (RFC 5545 section 3.8.7.4).
    fn warn_of_loss(&self, memory: &Memory) {
        let file = self.store.revisions_path().display();
        match &memory.revisions {
            Some(_) if memory.saved => {
                tracing::warn!(
                    "`{file}` was gone; it is written anew, as this process remembers it"
                );
            }
            // There never was one: it could not be written.
            Some(_) => {}
            // Where that cannot be read, it is no reason to publish nothing.
            None if matches!(self.store.read_last_good(), Ok(Some(_))) => tracing::warn!(
                "there is no `{file}`, though this list was published before: its numbers begin anew, and calendar \
                 apps that know higher ones take no change; stop, and take the file back from your last commit or \
                 backup"
            ),
            None => {}
        }
    }

    /// A convenience for the next start; without it the present start is just as good. Whether the
    /// source is kept.
    fn keep_last_good(&self, source: &Source, lock: &Lock) -> bool {
        let kept = self.store.write_last_good(source.text().as_bytes(), lock);
        if let Err(error) = &kept {
            tracing::warn!("the last good source was not kept: {}", chain(error));
        }
        kept.is_ok()
    }
}

fn chain_of(error: &Error) -> String {
    chain(error)
}
