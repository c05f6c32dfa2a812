//! What is published is brought into the state before anybody sees it, and what stands in for a list
//! that cannot be.

use std::sync::{Arc, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::snapshot::digest_of_bytes;
use super::{Observed, Plan, Published, Publisher, Refusal, history, output, plan};
use crate::config::{self, Checked};
use crate::diagnostic::Findings;
use crate::error::{Error, chain};
use crate::model::{Assets, Page};
use crate::revisions::Revisions;
use crate::revisions::store::{Identity, Lock};
use crate::site::{CacheSize, Site};
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
    pub(super) last_good: Option<Vec<u8>>,
    /// What is served was made from these.
    served: Option<Served>,
}

/// The author's part of an edition.
#[derive(Debug, Clone)]
struct Served {
    source: Source,
    assets: Assets,
}

/// One attempt to publish.
pub(super) struct Attempt<'a> {
    pub(super) lock: &'a Result<Lock, Error>,
    /// The files that a poll found; of those that `sessions.toml` names, any other is taken as it is.
    pub(super) observed: &'a [Observed],
    pub(super) now: DateTime<Utc>,
    pub(super) earlier: Option<&'a Site>,
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
    /// It was the last good one, in place of the list. A logo that is missing meanwhile is taken from memory,
    /// or left out: it is no reason to let feeds go dark.
    In,
    /// It was the last good one, and a changed file is not adopted yet. It is published as it is recorded or not
    /// at all, since another process may have recorded a newer one.
    Meanwhile,
    /// It was the last good one, and the revisions file cannot be used: what was recorded last counts, and the file is
    /// left alone.
    Stateless,
}

impl Settled {
    pub(super) fn build(self, cache: CacheSize) -> Published {
        let Self { plan, source, findings, degraded, last_good, broken_state } = self;
        let edition = Arc::new(plan.edition);
        let site = Site::build(Arc::clone(&edition), plan.calendars, cache);
        Published { site, edition, source, findings, degraded, last_good, broken_state }
    }
}

impl Publisher {
    /// Plans what is published and brings the state up to it. None if a file that `sessions.toml` names
    /// is not the one that was polled.
    pub(super) fn settle(
        &self,
        source: Source,
        checked: Checked,
        standing: Standing,
        attempt: &Attempt<'_>,
    ) -> Result<Option<Settled>, Refusal> {
        let Attempt { lock, now, .. } = *attempt;
        let mut findings = checked.findings;
        let Some(catalog) = checked.catalog else {
            return Err(Refusal::File(source, Box::new(findings)));
        };
        // What could not be written was published all the same, and must not be forgotten.
        let mut memory = self.memory();
        memory.state = self.store.identity();
        let found = match standing {
            Standing::Stateless => Some(self.last_known(&memory)?),
            Standing::Alone | Standing::In | Standing::Meanwhile => {
                let read = self.store.read_if_any();
                memory.unusable = read.is_err();
                read?
            }
        };
        let warns = standing != Standing::Meanwhile;
        let before = self.known(found.as_ref(), &memory, &catalog.calendar.id, warns);
        let before = before.as_ref();
        findings.extend(history::against_history(&catalog, before, &checked.places));
        let mut missing = Findings::default();
        let mut assets = self.assets(&catalog, &checked.places, &mut missing);
        if !self.are_observed(&catalog.page, &assets, attempt.observed) {
            return Ok(None);
        }
        match (standing, &memory.served) {
            (Standing::Alone, _) => {
                findings.extend(missing);
                findings.extend(output::too_large(&catalog, &checked.places));
            }
            (_, Some(kept)) if missing.has_errors() => assets = kept.assets.clone(),
            (Standing::In | Standing::Meanwhile | Standing::Stateless, _) => {}
        }
        if findings.has_errors() {
            findings.sort();
            return Err(Refusal::File(source, Box::new(findings)));
        }
        let served = Served { source: source.clone(), assets: assets.clone() };
        let urls = self.urls(&catalog);
        let plan = plan(catalog, urls, assets, before, now);
        findings.extend(history::same_uid(&plan, &checked.places));
        if findings.has_errors() {
            findings.sort();
            return Err(Refusal::File(source, Box::new(findings)));
        }
        if standing == Standing::Meanwhile && plan.revisions != *before {
            return Ok(None);
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
                return Err(Refusal::File(source, Box::new(findings)));
            }
            let written = lock.as_ref().map_err(chain_of).and_then(|lock| {
                self.store.write(&plan.revisions, lock).map_err(|error| chain(&error))
            });
            degraded = written.err();
        }
        let known = memory.revisions.replace(plan.revisions.clone());
        memory.saved = degraded.is_none() && standing != Standing::Stateless;
        if !recorded {
            memory.state = self.store.identity();
        }
        memory.served = Some(served);
        let kept = match (lock, &degraded) {
            (Ok(lock), None) => {
                let revisions = Some(&plan.revisions).filter(|own| known.as_ref() != Some(own));
                self.keep_last_good(&source, revisions, lock)
            }
            _ => false,
        };
        memory.last_good = (!kept).then(|| source.text().as_bytes().to_vec());
        let (last_good, broken_state) = (false, None);
        Ok(Some(Settled { plan, source, findings, degraded, last_good, broken_state }))
    }

    /// The edition that was published last, as of a later instant: for what time alone changes while the file is
    /// gone or refused. It is made from memory, so that no file, no state and no lock holds it up. None if nothing was
    /// published, or if more than the time would change.
    pub fn rebuild(&self, now: DateTime<Utc>) -> Option<Site> {
        let (served, before) = {
            let memory = self.memory();
            (memory.served.clone()?, memory.revisions.clone()?)
        };
        let catalog = config::load(&served.source, &self.rules).catalog?;
        let urls = self.urls(&catalog);
        let plan = plan(catalog, urls, served.assets, &before, now);
        if plan.revisions != before {
            return None;
        }
        Some(Site::build(Arc::new(plan.edition), plan.calendars, self.cache))
    }

    /// Whether files that were read have the content that a poll found.
    fn are_observed(&self, page: &Page, assets: &Assets, observed: &[Observed]) -> bool {
        let logo = assets.logo.as_ref().map(|logo| &logo.bytes);
        let css = assets.css.as_ref();
        [(&page.logo, logo), (&page.css, css)].into_iter().all(|(name, bytes)| {
            let (Some(name), Some(bytes)) = (name, bytes) else { return true };
            let path = self.folder().join(name);
            let polled = observed.iter().find(|polled| polled.path == path);
            polled.is_none_or(|polled| polled.digest == Some(digest_of_bytes(bytes)))
        })
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn chain_of(error: &Error) -> String {
    chain(error)
}
