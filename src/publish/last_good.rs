//! The last good source, in place of a file that is broken or gone.

use chrono::{DateTime, Utc};

use super::settle::{Settled, Standing};
use super::{Publisher, Refusal};
use crate::diagnostic::{Code, Finding, Findings};
use crate::error::{Error, chain};
use crate::revisions::store::Lock;
use crate::site::Site;
use crate::source::Source;

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
}
