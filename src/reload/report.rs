//! Reports the published editions, refused files and reasons of a reloader to the log and to telemetry.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Reloader;
use crate::error::chain;
use crate::publish::{Published, Refusal};
use crate::revisions::Revisions;
use crate::site::Site;
use crate::telemetry::Outcome;

/// The largest number of sessions that a log line lists.
const MOST_IDS: usize = 10;

impl Reloader<'_> {
    /// Reports a published edition, and continues from it.
    pub(super) fn finish(
        &mut self,
        published: Published,
        outcome: Option<Outcome>,
        took: Duration,
        now: DateTime<Utc>,
    ) -> Option<Site> {
        if let (Some(telemetry), Some(_)) = (self.telemetry, outcome) {
            telemetry.published(&published, outcome, now);
        }
        let Published { site, source, findings, degraded, last_good, .. } = published;
        let edition = site.edition();
        let count = edition.catalog.sessions.len();
        let millis = took.as_millis() as u64;
        let warnings = findings.iter().count();
        match outcome {
            None => {}
            Some(Outcome::Refused) => tracing::error!(
                "degraded: {} is not published; the last good edition is still served:\n{}",
                self.publisher.file.display(),
                indented(&findings.human(&source, false))
            ),
            Some(Outcome::Turned) => {
                tracing::info!(
                    sessions = count,
                    millis,
                    "the next edition starts: time alone changed it"
                );
            }
            Some(Outcome::Published) => {
                let [added, changed, removed] = difference(&self.revisions, edition.revisions());
                tracing::info!(
                    sessions = count,
                    added = added.len(),
                    changed = changed.len(),
                    removed = removed.len(),
                    warnings,
                    millis,
                    ids = listed(&[added, changed, removed].concat()),
                    "published"
                );
            }
        }
        if degraded != self.degraded {
            match &degraded {
                Some(reason) => tracing::error!(
                    "degraded: {reason}; this edition is served from memory, and a restart will not know it"
                ),
                None => tracing::info!("the state is written again"),
            }
        }
        self.revisions = edition.revisions().clone();
        self.valid_until = site.valid_until();
        self.degraded = degraded;
        (self.refused, self.failed) = (last_good, false);
        Some(site)
    }

    /// Reports an edition that differs only by time. A refused file stays refused.
    pub(super) fn report_rebuilt(&self, site: &Site, took: Duration) {
        if let Some(telemetry) = self.telemetry {
            telemetry.rebuilt(site);
        }
        let sessions = site.edition().catalog.sessions.len();
        let (sessions, millis) = (sessions, took.as_millis() as u64);
        tracing::info!(sessions, millis, "the next edition starts: time alone changed it");
    }

    /// Reports a refusal, once for each content.
    pub(super) fn refuse(&self, refusal: &Refusal) {
        if let Some(telemetry) = self.telemetry {
            telemetry.not_published(refusal);
        }
        match refusal {
            Refusal::File(source, findings) => tracing::error!(
                "degraded: {} is not published; the last good edition is still served:\n{}",
                source.name(),
                indented(&findings.human(source, false))
            ),
            Refusal::System(error) => {
                tracing::error!(
                    "degraded: {}; the last good edition is still served",
                    chain(error)
                );
            }
        }
    }
}

/// Indents lines that continue a log event, so that they do not look like another event.
fn indented(lines: &str) -> String {
    lines.trim_end().lines().fold(String::new(), |text, line| match line {
        "" => text + "\n",
        line => text + "  " + line + "\n",
    })
}

/// Returns the ids of new, changed and removed sessions.
fn difference<'a>(before: &Revisions, after: &'a Revisions) -> [Vec<&'a str>; 3] {
    let (mut added, mut changed, mut removed) = (Vec::new(), Vec::new(), Vec::new());
    for (id, revision) in after.sessions.iter() {
        let old = before.sessions.get(id);
        let id = id.as_str();
        match old {
            None => added.push(id),
            Some(old) if old.removed.is_none() && revision.removed.is_some() => removed.push(id),
            Some(old) if old.sequence != revision.sequence => changed.push(id),
            Some(_) => {}
        }
    }
    [added, changed, removed]
}

/// Returns a list such as "a, b and 3 more"; `None` if it is empty.
fn listed(ids: &[&str]) -> Option<String> {
    let (named, more) = ids.split_at(ids.len().min(MOST_IDS));
    match more.len() {
        0 => Some(named.join(", ")).filter(|_| !named.is_empty()),
        count => Some(format!("{} and {count} more", named.join(", "))),
    }
}
