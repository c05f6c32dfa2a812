//! Prepares an edition: plans and builds it without a lock, from the file or from the last good source.
//! [`record`](super::record) then updates the state.

use std::sync::{Arc, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::snapshot::digest_of_bytes;
use super::{Digest, MayGoOn, Observed, Planned, Publisher, Refusal, Step, history, output, plan};
use crate::config::{self, Checked};
use crate::diagnostic::Findings;
use crate::error::Error;
use crate::model::{Assets, Id, Page};
use crate::revisions::Revisions;
use crate::revisions::store::Identity;
use crate::site::Site;
use crate::source::Source;

/// The record of this process's publications.
#[derive(Debug, Default)]
pub struct Memory {
    /// The revisions, which replace a revisions file that could not be written or was removed.
    pub(super) revisions: Option<Revisions>,
    /// Whether the revisions file holds them.
    pub(super) saved: bool,
    /// The version of the revisions file that was last read or written.
    pub(super) state: Option<Identity>,
    /// Whether that version was unusable.
    pub(super) unusable: bool,
    /// The version of the revisions file at the last poll.
    pub(super) polled: Option<Option<Identity>>,
    /// The last good source, if it could not be written.
    pub(super) last_good: Option<Vec<u8>>,
    /// The author's inputs of the edition that is served.
    pub(super) served: Option<Served>,
}

/// The author's inputs of an edition.
#[derive(Debug, Clone)]
pub(super) struct Served {
    pub(super) source: Source,
    assets: Assets,
}

/// One attempt to publish.
pub(super) struct Attempt<'a> {
    /// The polled files. A file that `sessions.toml` names but that was not polled is accepted with any content.
    pub(super) observed: &'a [Observed],
    pub(super) now: DateTime<Utc>,
    pub(super) may_go_on: MayGoOn<'a>,
}

/// An edition that is built but not recorded yet.
pub(super) struct Prepared {
    pub(super) site: Site,
    pub(super) revisions: Revisions,
    /// The sessions that are written in UTC because their VTIMEZONE would have moved them.
    pub(super) unproven: Vec<Id>,
    /// The author's inputs.
    pub(super) served: Served,
    /// The text that the findings are about.
    pub(super) source: Source,
    pub(super) findings: Findings,
    pub(super) last_good: bool,
    pub(super) broken_state: Option<Error>,
    pub(super) standing: Standing,
    /// The digest of the file, if the edition follows from the file; the inner `None` is a file that could not be read.
    pub(super) file: Option<Option<Digest>>,
    /// The revisions file that the edition follows from.
    pub(super) state: Option<Identity>,
    /// Whether the revisions file already records the edition.
    pub(super) recorded: bool,
}

/// The role of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The source is the current file.
    Alone,
    /// The source is the last good source, which replaces the file. A missing logo comes from memory or is left out,
    /// because it should not make feeds unavailable.
    In,
    /// The source is the last good source, while a changed file is not adopted yet. The source is published only as
    /// recorded, because another process may have recorded a newer one.
    Meanwhile,
    /// The source is the last good source, while the revisions file is unusable. The revisions recorded with the source
    /// count, and the revisions file does not change.
    Stateless,
}

impl Publisher {
    /// Plans and builds an edition. Returns `None` if a file that `sessions.toml` names differs from the poll, or if
    /// `may_go_on` stops the work.
    pub(super) fn prepare(
        &self,
        source: Source,
        checked: Checked,
        standing: Standing,
        attempt: &Attempt<'_>,
    ) -> Result<Option<Prepared>, Refusal> {
        let Attempt { now, may_go_on, .. } = *attempt;
        let mut findings = checked.findings;
        let Some(catalog) = checked.catalog else {
            return Err(Refusal::File(source, Box::new(findings)));
        };
        if !may_go_on(Step::Plan) {
            return Ok(None);
        }
        // The identity is read before the content, so that a write in between counts as a change.
        let state = self.store.identity();
        let read = self.store.read_if_any();
        // Readers may also have revisions that were not written, so they must not be lost.
        let mut memory = self.memory();
        memory.state = state;
        let found = match standing {
            Standing::Stateless => Some(self.last_known(&memory)?),
            Standing::Alone | Standing::In | Standing::Meanwhile => {
                memory.unusable = read.is_err();
                read?
            }
        };
        let warns = standing != Standing::Meanwhile;
        let before = self.known(found.as_ref(), &memory, &catalog.calendar.id, warns);
        let before = before.as_ref();
        let kept = memory.served.as_ref().filter(|_| standing != Standing::Alone);
        let kept = kept.map(|kept| kept.assets.clone());
        // The lock on the memory is released, because planning takes a while and other threads may publish meanwhile.
        drop(memory);
        findings.extend(history::against_history(&catalog, before, &checked.locations));
        let mut missing = Findings::default();
        let mut assets = self.assets(&catalog, &checked.locations, &mut missing);
        if !self.are_observed(&catalog.page, &assets, attempt.observed) {
            return Ok(None);
        }
        match (standing, kept) {
            (Standing::Alone, _) => {
                findings.extend(missing);
                findings.extend(output::too_large(&catalog, &checked.locations));
            }
            (_, Some(kept)) if missing.has_errors() => assets = kept,
            (Standing::In | Standing::Meanwhile | Standing::Stateless, _) => {}
        }
        if findings.has_errors() {
            findings.sort();
            return Err(Refusal::File(source, Box::new(findings)));
        }
        let served = Served { source: source.clone(), assets: assets.clone() };
        let urls = self.urls(&catalog);
        let plan = plan(catalog, urls, assets, before, now);
        findings.extend(history::same_uid(&plan, &checked.locations));
        if findings.has_errors() {
            findings.sort();
            return Err(Refusal::File(source, Box::new(findings)));
        }
        if standing == Standing::Meanwhile && plan.revisions != *before {
            return Ok(None);
        }
        findings.extend(self.advice(&plan, before, &checked.locations, now));
        findings.sort();
        let recorded = found.as_ref().is_some_and(|found| *found == plan.revisions);
        if !recorded && standing != Standing::Stateless && self.frozen {
            let found = found.unwrap_or_default();
            findings.extend(history::not_recorded(&plan.revisions, &found, &checked.locations));
            findings.sort();
            return Err(Refusal::File(source, Box::new(findings)));
        }
        if !may_go_on(Step::Build) {
            return Ok(None);
        }
        let Planned { edition, calendars, revisions, unproven } = plan;
        Ok(Some(Prepared {
            site: Site::build(Arc::new(edition), calendars, self.cache),
            revisions,
            unproven,
            served,
            source,
            findings,
            last_good: false,
            broken_state: None,
            standing,
            file: None,
            state,
            recorded,
        }))
    }

    /// Makes the last published edition as of a later instant, while the file is removed or refused. Only memory is
    /// used: no files, no state, no lock. Returns `None` if nothing was published, or if more than the time has
    /// changed.
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

    /// Returns whether the read files have the polled content.
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
