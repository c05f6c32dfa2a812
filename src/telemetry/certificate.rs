//! The state of the TLS certificate: its expiry, and the reason for refusing a renewal.

use crate::rfc3339;
use chrono::{DateTime, Utc};

/// A certificate in use, and the result of the last check of its files.
#[derive(Debug)]
pub(super) struct Certificate {
    /// The last second of its validity, UTC; `None` if unknown.
    pub(super) not_after: Option<DateTime<Utc>>,
    /// A sentence with the reason for refusing the certificate in its files.
    pub(super) refused: Option<String>,
    /// Whether its expiry was logged.
    pub(super) logged: bool,
}

impl Certificate {
    /// Returns the errors of the certificate at an instant.
    pub(super) fn wrong(&self, now: DateTime<Utc>) -> impl Iterator<Item = String> {
        let refused = self.refused.as_ref().map(|reason| {
            format!("the certificate was not renewed: {reason}; the one before stays in use")
        });
        refused.into_iter().chain(self.expired(now))
    }

    /// Returns the message that the certificate has expired, once.
    pub(super) fn news(&mut self, now: DateTime<Utc>) -> Option<String> {
        let expired = self.expired(now).filter(|_| !self.logged);
        self.logged |= expired.is_some();
        expired
    }

    fn expired(&self, now: DateTime<Utc>) -> Option<String> {
        // The last second is part of the validity (RFC 5280 section 4.1.2.5).
        let last = self.not_after.filter(|last| now.timestamp() > last.timestamp())?;
        Some(format!(
            "the certificate in use expired at {}, and readers refuse it; put a new one and its \
             key into the files that `--tls-cert` and `--tls-key` name",
            rfc3339::utc(last)
        ))
    }
}
