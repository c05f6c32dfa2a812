//! The certificate in use, and what is wrong with it.

use crate::rfc3339;
use chrono::{DateTime, Utc};

/// A certificate in use, and what came of the last look at its files.
#[derive(Debug)]
pub(super) struct Certificate {
    /// The last second in which it is valid, UTC; none where that is not known.
    pub(super) not_after: Option<DateTime<Utc>>,
    /// Why what stands in its files is not used, in a sentence.
    pub(super) refused: Option<String>,
    /// Whether the log has that it expired.
    pub(super) logged: bool,
}

impl Certificate {
    /// What is wrong with it at an instant.
    pub(super) fn wrong(&self, now: DateTime<Utc>) -> impl Iterator<Item = String> {
        let refused = self.refused.as_ref().map(|reason| {
            format!("the certificate was not renewed: {reason}; the one before stays in use")
        });
        refused.into_iter().chain(self.expired(now))
    }

    /// That it has expired, to be logged once; looked at again and again.
    pub(super) fn news(&mut self, now: DateTime<Utc>) -> Option<String> {
        let expired = self.expired(now).filter(|_| !self.logged);
        self.logged |= expired.is_some();
        expired
    }

    fn expired(&self, now: DateTime<Utc>) -> Option<String> {
        // RFC 5280 section 4.1.2.5: the last second is within.
        let last = self.not_after.filter(|last| now.timestamp() > last.timestamp())?;
        Some(format!(
            "the certificate in use expired at {}, and readers refuse it; put a new one and its \
             key into the files that `--tls-cert` and `--tls-key` name",
            rfc3339::utc(last)
        ))
    }
}
