//! Publishes the first edition of a file that may be half-written.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};

use super::adoption::{Adoption, IN_PLACE, REMOVAL, RENAMED};
use super::worker::{BeforeStep, Worker};
use crate::publish::{Digest, MayGoOn, Observed, Published, Publisher, Refusal, Snapshot};

/// A reloader's snapshot and adoption rules.
#[derive(Debug)]
pub struct Polling {
    pub(super) snapshot: Snapshot,
    pub(super) adoption: Adoption,
}

impl Polling {
    /// Continues from files that are adopted although their content was not read.
    pub(super) fn adopting(snapshot: Snapshot) -> Self {
        let adoption = Adoption::new(snapshot.files().to_vec(), snapshot.files());
        Self { snapshot: snapshot.without_content(), adoption }
    }
}

/// Publishes the first edition.
///
/// A file that was written a moment before `clock`, the system clock, may be half-written. If the publisher may fall
/// back and has a last good edition, it publishes that edition, and the reloader adopts the file later. Otherwise the
/// file is published as soon as two polls agree on it, with a `pause` between them.
///
/// # Errors
/// [`Refusal`] as for [`Publisher::publish`].
pub fn start(
    publisher: &Publisher,
    now: DateTime<Utc>,
    clock: SystemTime,
    pause: impl FnMut(Duration),
) -> Result<(Published, Polling), Refusal> {
    let worker = Worker::first(BeforeStep::default());
    let started = start_as(&worker, publisher, now, clock, pause)?;
    Ok(started.expect("nobody else is in the roster"))
}

/// Publishes the first edition as a worker. Returns `None` if another worker has replaced it.
pub(super) fn start_as(
    worker: &Worker,
    publisher: &Publisher,
    now: DateTime<Utc>,
    clock: SystemTime,
    mut pause: impl FnMut(Duration),
) -> Result<Option<(Published, Polling)>, Refusal> {
    let may_go_on = |step| worker.may_go_on(step);
    let mut snapshot = Snapshot::default();
    while !worker.is_out() {
        let before = contents(&snapshot);
        if snapshot.files().iter().any(|file| is_younger(file, IN_PLACE, clock)) {
            pause(RENAMED);
        }
        worker.works_on(snapshot.without_content());
        publisher.poll(&mut snapshot, true);
        worker.works_on(snapshot.without_content());
        let mut adopted = snapshot.files().to_vec();
        if let Some((digest, published)) = meanwhile(publisher, &snapshot, now, clock, &may_go_on)?
        {
            adopted[0] = Observed { digest: Some(digest), ..adopted[0].clone() };
            let adoption = Adoption::new(adopted, snapshot.files());
            return Ok(Some((published, Polling { snapshot, adoption })));
        }
        // The file may still be written, so adoption waits.
        if contents(&snapshot) != before {
            continue;
        }
        if let Some(published) = publisher.publish_snapshot(&mut snapshot, now, &may_go_on)? {
            let adoption = Adoption::new(adopted, snapshot.files());
            return Ok(Some((published, Polling { snapshot, adoption })));
        }
    }
    Ok(None)
}

/// Returns the last good edition with its digest, if it is served while the file waits.
fn meanwhile(
    publisher: &Publisher,
    snapshot: &Snapshot,
    now: DateTime<Utc>,
    clock: SystemTime,
    may_go_on: MayGoOn<'_>,
) -> Result<Option<(Digest, Published)>, Refusal> {
    let is_younger = |wait| snapshot.files().first().is_some_and(|f| is_younger(f, wait, clock));
    if !is_younger(REMOVAL) {
        return Ok(None);
    }
    let Some(digest) = publisher.last_good_digest()? else { return Ok(None) };
    // An unusable revisions file is reported when the file is published.
    let Ok(recorded) = publisher.store.read() else { return Ok(None) };
    let removal = snapshot.removal(&recorded, now);
    // `--strict` refuses a broken file at once, but a file that removes many sessions is not broken.
    let waits = (publisher.fall_back && is_younger(IN_PLACE)) || removal.is_mass();
    if !waits || snapshot.digest() == Some(digest) {
        return Ok(None);
    }
    let published = publisher.publish_last_good(snapshot.files(), now, may_go_on)?;
    if published.is_some() {
        tracing::info!(
            "{} was changed a moment ago; the last good edition is served until it is adopted",
            publisher.file.display()
        );
    }
    Ok(published.map(|published| (digest, published)))
}

fn contents(snapshot: &Snapshot) -> Vec<Option<Digest>> {
    snapshot.files().iter().map(|file| file.digest).collect()
}

/// Returns whether a file was written less than `age` ago, or in the future.
fn is_younger(file: &Observed, age: Duration, clock: SystemTime) -> bool {
    file.metadata
        .is_some_and(|file| !clock.duration_since(file.modified).is_ok_and(|own| own >= age))
}
