//! The status of publishing: the served edition and current errors, from which readiness and the reload metrics follow.

use chrono::{DateTime, Utc};

use super::certificate::Certificate;
use crate::diagnostic::{Findings, Severity};
use crate::error::{Error, chain};
use crate::publish::{Published, Refusal};

/// The reason for making an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A file was published.
    Published,
    /// Time changed which sessions are upcoming, past or removed.
    Turned,
    /// The file was refused.
    Refused,
}

/// The status.
#[derive(Debug, Default)]
pub(super) struct ServiceStatus {
    /// The instant of the served edition, UTC.
    pub(super) made: Option<DateTime<Utc>>,
    /// The instant of the last change of a session, UTC in whole seconds.
    pub(super) changed: Option<DateTime<Utc>>,
    /// The number of sessions in the edition.
    pub(super) sessions: usize,
    /// The numbers of errors and warnings in the file as last read.
    pub(super) findings: [usize; 2],
    /// The counts by outcome, without the first edition.
    pub(super) reloads: [u64; Outcome::ALL.len()],
    /// The certificate in use, if there is one.
    pub(super) certificate: Option<Certificate>,
    /// The sentence about a file that takes long to process.
    pub(super) slow: Option<String>,
    /// A sentence with the reason for not publishing the file.
    refused: Option<String>,
    /// A sentence with the reason for an unwritten state.
    unsaved: Option<String>,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Published, Self::Turned, Self::Refused];

    /// Returns the name in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Turned => "turned",
            Self::Refused => "refused",
        }
    }
}

impl ServiceStatus {
    /// Records an edition that was published from `file`.
    pub(super) fn publish(&mut self, file: &str, published: &Published, now: DateTime<Utc>) {
        let edition = published.site.edition();
        // A refused file does not change the time at which the last good edition was made.
        self.made = self.made.filter(|_| published.last_good).or(Some(now));
        self.changed =
            edition.revisions().sessions.values().map(|revision| revision.last_modified).max();
        self.sessions = edition.catalog.sessions.len();
        self.findings = by_severity(&published.findings);
        self.refused = match &published.broken_state {
            Some(error) => Some(not_published(file, error)),
            None => published.last_good.then(|| wrong(file, &published.findings)),
        };
        self.unsaved = published.degraded.clone();
    }

    /// Records the reason for not publishing `file`.
    pub(super) fn refuse(&mut self, file: &str, refusal: &Refusal) {
        self.refused = Some(match refusal {
            Refusal::File(_, findings) => {
                self.findings = by_severity(findings);
                wrong(file, findings)
            }
            Refusal::System(error) => not_published(file, error),
        });
    }

    /// Returns every current problem at an instant while an edition is served.
    pub(super) fn degraded(&self, now: DateTime<Utc>) -> Option<String> {
        let refused = self
            .refused
            .as_ref()
            .map(|reason| format!("{reason}; the last good edition is served"));
        let slow = self.slow.as_ref();
        let slow = slow.map(|sentence| format!("{sentence}; the last good edition is served"));
        let unsaved = self.unsaved.as_ref().map(|reason| {
            format!("{reason}; this edition is served from memory, and a restart will not know it")
        });
        let certificate = self.certificate.iter().flat_map(|certificate| certificate.wrong(now));
        let all: Vec<_> =
            refused.into_iter().chain(slow).chain(unsaved).chain(certificate).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }
}

fn not_published(file: &str, error: &Error) -> String {
    format!("{file} is not published: {}", chain(error))
}

fn by_severity(findings: &Findings) -> [usize; 2] {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    [count(Severity::Error), count(Severity::Warning)]
}

/// Returns a sentence with the first error, and the command that shows all of them.
fn wrong(file: &str, findings: &Findings) -> String {
    let mut errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    let first = errors.next().map_or("it was refused", |finding| &finding.message);
    let more = match errors.count() {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    format!("{file} is not published: {first}{more}; `convene check` says where")
}
