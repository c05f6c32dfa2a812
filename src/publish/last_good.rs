//! Publishes the last good source in place of a file that is broken, removed, or not adopted yet.

use chrono::{DateTime, Utc};

use super::prepare::{Attempt, Prepared, Standing};
use super::snapshot::{Digest, digest_of};
use super::{MayGoOn, Observed, Published, Publisher, Refusal};
use crate::config;
use crate::diagnostic::{Code, Finding, Findings};
use crate::error::{Error, chain};
use crate::source::Source;

impl Publisher {
    /// Publishes the last good source, as of a later instant, while a newer file is not adopted yet. Returns `None` if
    /// there is no last good source, if it is not recorded as published, if a file that it names differs from
    /// `observed`, or if `may_go_on` stops the work.
    ///
    /// # Errors
    /// [`Refusal::System`] if the state cannot be read.
    pub fn publish_last_good(
        &self,
        observed: &[Observed],
        now: DateTime<Utc>,
        may_go_on: MayGoOn<'_>,
    ) -> Result<Option<Published>, Refusal> {
        self.publish_prepared(may_go_on, || {
            let Some(source) = self.last_good()? else { return Ok(None) };
            let attempt = Attempt { observed, now, may_go_on };
            let checked = config::load(&source, &self.rules);
            match self.prepare(source, checked, Standing::Meanwhile, &attempt) {
                Err(Refusal::File(..)) => Ok(None),
                other => other,
            }
        })
    }

    /// Returns the digest of the last published source.
    ///
    /// # Errors
    /// [`Error::File`] if it exists and cannot be read.
    pub fn last_good_digest(&self) -> Result<Option<Digest>, Error> {
        Ok(self.last_good()?.as_ref().map(digest_of))
    }

    /// Converts an I/O error of `sessions.toml` (such as a folder that is mounted late) into a refused file with that
    /// error, so that the last good source can replace it. A site that is already served stays.
    ///
    /// # Errors
    /// [`Refusal::System`] if nothing can replace it.
    pub(super) fn stand_in(&self, error: Error) -> Result<Refusal, Refusal> {
        if !self.fall_back || self.is_serving() || self.store.read_last_good()?.is_none() {
            return Err(Refusal::System(error));
        }
        let mut findings = Findings::default();
        let message = format!("the file cannot be read: {}", chain(&error));
        findings.push(
            Finding::error(Code::MissingFile, 0..0, message)
                .help("restore the file; until then the last good edition is served"),
        );
        let source = Source::from_bytes(self.file.display().to_string(), Vec::new());
        Ok(Refusal::File(source, Box::new(findings)))
    }

    /// Prepares the last good source in place of a refused file.
    pub(super) fn prepare_last_good(
        &self,
        source: Source,
        findings: Findings,
        attempt: &Attempt<'_>,
    ) -> Result<Option<Prepared>, Refusal> {
        let Some(last) = self.last_good()? else {
            return Err(Refusal::File(source, Box::new(findings)));
        };
        let checked = config::load(&last, &self.rules);
        match self.prepare(last, checked, Standing::In, attempt) {
            // The findings are about the refused file.
            Ok(Some(prepared)) => {
                Ok(Some(Prepared { source, findings, last_good: true, ..prepared }))
            }
            Ok(None) => Ok(None),
            Err(Refusal::System(error)) if self.goes_on() => {
                match self.prepare_without_state(error, attempt) {
                    Ok(prepared) => {
                        Ok(prepared.map(|prepared| Prepared { source, findings, ..prepared }))
                    }
                    Err(_) => Err(Refusal::File(source, Box::new(findings))),
                }
            }
            Err(_) => Err(Refusal::File(source, Box::new(findings))),
        }
    }

    /// Prepares the last good source while the revisions file is unusable; `error` is the reason.
    ///
    /// # Errors
    /// That error if there is no last good source, or its revisions are unknown.
    pub(super) fn prepare_without_state(
        &self,
        error: Error,
        attempt: &Attempt<'_>,
    ) -> Result<Option<Prepared>, Refusal> {
        let Ok(Some(last)) = self.last_good() else { return Err(Refusal::System(error)) };
        let checked = config::load(&last, &self.rules);
        match self.prepare(last, checked, Standing::Stateless, attempt) {
            Ok(Some(prepared)) => {
                Ok(Some(Prepared { last_good: true, broken_state: Some(error), ..prepared }))
            }
            Ok(None) => Ok(None),
            Err(_) => Err(Refusal::System(error)),
        }
    }

    /// Returns the last published source, under the name of `sessions.toml`.
    ///
    /// # Errors
    /// [`Error::File`] if it exists and cannot be read.
    pub(super) fn last_good(&self) -> Result<Option<Source>, Error> {
        // After a full disk, the copy may be older than the last publication, and serving it would revert changes for
        // readers.
        let kept = self.memory().last_good.clone();
        let bytes = kept.map_or_else(|| self.store.read_last_good(), |kept| Ok(Some(kept)))?;
        Ok(bytes.map(|bytes| Source::from_bytes(self.file.display().to_string(), bytes)))
    }
}
