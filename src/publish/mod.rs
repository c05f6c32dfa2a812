//! Publishing: makes a site from `sessions.toml` and its state, and collects the findings.
//!
//! [`plan()`] is pure. [`Publisher`] reads the file, reads and writes the state, and never publishes anything that a
//! later start would not publish again.
//!
//! To read: `plan` (pure), `prepare` (an edition and its site, without a lock), `record` (the state, under the lock),
//! then `snapshot` (polling), `last_good`, `state`, and the findings of `advice`, `history` and `output`.

mod advice;
mod files;
mod history;
mod last_good;
mod output;
mod overview;
mod plan;
mod prepare;
mod record;
mod removal;
mod snapshot;
mod state;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use chrono::{DateTime, Utc};

use crate::config::{self, Locations};
use crate::diagnostic::{Finding, Findings};
use crate::error::{Action, Error};
use crate::model::{BaseUrl, Catalog};
use crate::revisions::store::Store;
use crate::revisions::{Edition, Revisions};
use crate::site::{CacheSize, Site};
use crate::source::Source;
use crate::urls::Urls;
use crate::zone::Rules;

pub use plan::{Planned, plan};
pub use prepare::Memory;
use prepare::{Attempt, Prepared, Standing};
pub use record::{MayGoOn, Step};
pub use removal::Removal;
use snapshot::digest_of;
pub use snapshot::{Digest, Metadata, Observed, Snapshot};

/// Paths and settings of publishing.
#[derive(Debug)]
pub struct Publisher {
    /// The author's file.
    pub file: PathBuf,
    /// The state: the revisions file and the last good source.
    pub store: Store,
    /// The public URL that overrides the file's.
    pub url: Option<BaseUrl>,
    /// The public URL if neither the file nor `url` gives one.
    pub default_url: BaseUrl,
    /// The rules of time zones.
    pub rules: Rules,
    /// Whether only the content that the revisions file records is published.
    pub frozen: bool,
    /// Whether the output is for another server, whose address must not be a loopback address.
    pub exporting: bool,
    /// Whether the last good source is published in place of a broken file, so that every feed stays available.
    pub fall_back: bool,
    /// The capacity of the site's cache.
    pub cache: CacheSize,
    /// The record of this process's publications.
    pub memory: Mutex<Memory>,
}

/// The findings about a file, and a summary of it.
#[derive(Debug)]
pub struct CheckReport {
    /// The text that the findings are about.
    pub source: Source,
    /// Errors and warnings.
    pub findings: Findings,
    /// A summary with one item per line: number, dates, series and zones of the sessions, and the next session. Empty
    /// if there is an error.
    pub overview: Vec<String>,
}

/// The edition that would be published.
#[derive(Debug)]
pub struct Preview {
    /// The planned edition.
    pub edition: Edition,
    /// The revisions before it.
    pub before: Revisions,
    /// The revisions after it.
    pub revisions: Revisions,
    /// The text that the edition is made from.
    pub source: Source,
    /// Warnings.
    pub findings: Findings,
}

/// A published edition.
#[derive(Debug)]
pub struct Published {
    /// The site.
    pub site: Site,
    /// The text of `sessions.toml`, which the findings are about.
    pub source: Source,
    /// Warnings.
    pub findings: Findings,
    /// The reason for an unwritten state, if there is one.
    pub degraded: Option<String>,
    /// Whether the last good source was published in place of the file.
    pub last_good: bool,
    /// The reason for publishing the last good source instead of a valid file: the revisions file is unusable, or this
    /// program failed.
    pub broken_state: Option<Error>,
}

/// A planned edition, and the revisions before it.
struct Followed {
    plan: Planned,
    before: Revisions,
}

impl Published {
    /// Returns the site alone, because its inputs would stay in memory as long as they are referenced.
    pub fn into_site(self) -> Site {
        self.site
    }
}

/// The reason for not publishing.
#[derive(Debug)]
pub enum Refusal {
    /// The file has errors.
    File(Source, Box<Findings>),
    /// A system error: I/O, a lock, or a panic.
    System(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::System(error)
    }
}

impl Publisher {
    /// Creates a publisher with the defaults of `serve`: the bundled time-zone rules, and a local address if the file
    /// has no URL. The fields are the other settings.
    ///
    /// # Errors
    /// [`Error::File`] if the path can only be a folder, see [`Store::new`].
    pub fn new(file: &Path, state_folder: &Path) -> Result<Self, Error> {
        let default_url = BaseUrl::parse("http://127.0.0.1:8080").expect("it is an address");
        Ok(Self {
            file: file.to_owned(),
            store: Store::new(file, state_folder)?,
            url: None,
            default_url,
            rules: Rules::bundled(),
            frozen: false,
            exporting: false,
            fall_back: false,
            cache: CacheSize::default(),
            memory: Mutex::default(),
        })
    }

    /// Returns the publisher of a draft, which follows what is published of this publisher's file. The files that the
    /// draft names are those in the folder of that file.
    pub fn of_draft(mut self, draft: &Path) -> Self {
        draft.clone_into(&mut self.file);
        self
    }

    /// Returns whether anything was recorded.
    pub fn has_revisions(&self) -> bool {
        self.store.revisions_path().exists()
    }

    /// Returns all findings about the file. With `frozen`, there is also a finding if the revisions file does not
    /// record the file. Changes no files.
    ///
    /// # Errors
    /// [`Error`] if the file or its state cannot be read.
    pub fn check(&self, now: DateTime<Utc>) -> Result<CheckReport, Error> {
        let (source, findings, followed) = self.examine(now)?;
        let overview = match followed {
            Some(Followed { plan, .. }) if !findings.has_errors() => {
                overview::overview(&plan.edition.catalog, now)
            }
            _ => Vec::new(),
        };
        Ok(CheckReport { source, findings, overview })
    }

    /// Returns the edition that would be published. Changes no files, and takes no lock.
    ///
    /// # Errors
    /// [`Refusal`] with the findings or the system error.
    pub fn preview(&self, now: DateTime<Utc>) -> Result<Preview, Refusal> {
        match self.examine(now)? {
            (source, findings, Some(Followed { plan, before })) if !findings.has_errors() => {
                let Planned { edition, revisions, .. } = plan;
                Ok(Preview { edition, before, revisions, source, findings })
            }
            (source, findings, _) => Err(Refusal::File(source, Box::new(findings))),
        }
    }

    /// Returns all findings, and the planned edition if the file can be read.
    fn examine(&self, now: DateTime<Utc>) -> Result<(Source, Findings, Option<Followed>), Error> {
        let source = Source::read_given(&self.file)?;
        let checked = config::load(&source, &self.rules);
        let mut findings = checked.findings;
        let before = self.store.read()?;
        let too_large =
            checked.catalog.as_ref().and_then(|own| output::too_large(own, &checked.locations));
        // A file whose output is too large has no plan either.
        let catalog = checked.catalog.filter(|_| too_large.is_none());
        findings.extend(too_large);
        let mut planned = None;
        if let Some(catalog) = catalog {
            findings.extend(history::against_history(&catalog, &before, &checked.locations));
            let assets = self.assets(&catalog, &checked.locations, &mut findings);
            let plan = plan(catalog.clone(), self.urls(&catalog), assets, &before, now);
            findings.extend(history::same_uid(&plan, &checked.locations));
            findings.extend(history::unproven(&plan, &checked.locations));
            findings.extend(self.advice(&plan, &before, &checked.locations, now));
            if self.frozen {
                findings.extend(history::not_recorded(
                    &plan.revisions,
                    &before,
                    &checked.locations,
                ));
            }
            planned = Some(Followed { plan, before });
        }
        findings.sort();
        Ok((source, findings, planned))
    }

    /// Publishes the file: reads it, brings the state up to date, builds the site.
    ///
    /// With `frozen`, if the revisions file does not record the file but records the last good source, publishes that
    /// source.
    ///
    /// # Errors
    /// [`Refusal`] with the findings or the system error.
    pub fn publish(&self, now: DateTime<Utc>) -> Result<Published, Refusal> {
        let published = self.publish_file(None, now, &|_| true)?;
        Ok(published.expect("what was not polled cannot differ from a poll"))
    }

    /// Publishes the polled files. Returns `None` if they have changed on disk meanwhile (the next poll finds the
    /// change), or if `may_go_on` stops the work before anything is recorded.
    ///
    /// # Errors
    /// [`Refusal`] as for [`Self::publish`].
    pub fn publish_snapshot(
        &self,
        snapshot: &mut Snapshot,
        now: DateTime<Utc>,
        may_go_on: MayGoOn<'_>,
    ) -> Result<Option<Published>, Refusal> {
        let published = self.publish_file(Some(snapshot), now, may_go_on);
        if matches!(published, Ok(None)) {
            snapshot.forget();
        }
        published
    }

    fn publish_file(
        &self,
        mut snapshot: Option<&mut Snapshot>,
        now: DateTime<Utc>,
        may_go_on: MayGoOn<'_>,
    ) -> Result<Option<Published>, Refusal> {
        let polled = snapshot.as_ref().map(|snapshot| snapshot.digest());
        // If the file is missing, no lock file is created in its folder, unless the last good source replaces the file.
        if let Err(error) = std::fs::metadata(&self.file) {
            if polled.flatten().is_some() {
                return Ok(None);
            }
            let error = Error::file(Action::ReadSource, &self.file)(error);
            self.stand_in(error)?;
        }
        self.publish_prepared(may_go_on, || {
            let read = Source::read(&self.file);
            let file = read.as_ref().ok().map(digest_of);
            if polled.is_some_and(|polled| polled != file) {
                return Ok(None);
            }
            let checked = snapshot.as_mut().and_then(|snapshot| snapshot.spend());
            let observed = snapshot.as_ref().map_or(&[][..], |snapshot| snapshot.files());
            let attempt = Attempt { observed, now, may_go_on };
            let prepared = match read {
                Ok(source) => {
                    let checked = checked.unwrap_or_else(|| config::load(&source, &self.rules));
                    self.prepare(source, checked, Standing::Alone, &attempt)
                }
                Err(error) => self.stand_in(error).and_then(Err),
            };
            let prepared = match prepared {
                Err(Refusal::File(source, findings)) if self.frozen || self.fall_back => {
                    self.prepare_last_good(source, *findings, &attempt)
                }
                Err(Refusal::System(error)) if self.goes_on() => {
                    self.prepare_without_state(error, &attempt)
                }
                other => other,
            };
            Ok(prepared?.map(|prepared| Prepared { file: Some(file), ..prepared }))
        })
    }

    fn urls(&self, catalog: &Catalog) -> Urls {
        let named = self.url.as_ref().or(catalog.calendar.url.as_ref());
        named.map_or_else(|| Urls::unnamed(self.default_url.clone()), |url| Urls::new(url.clone()))
    }

    /// Returns warnings that need more data than the file: the revisions, the calendars, the clock.
    fn advice(
        &self,
        plan: &Planned,
        before: &Revisions,
        locations: &Locations,
        now: DateTime<Utc>,
    ) -> Vec<Finding> {
        let mut found = advice::removed(plan, before, locations, now);
        found.extend(advice::another_uid(&plan.revisions, before, locations));
        found.extend(advice::retired(&plan.revisions, before, locations));
        found.extend(advice::too_large(plan, locations));
        found.extend(advice::nothing_to_come(&plan.edition.catalog, locations, now));
        found.extend(advice::at_night(&plan.edition.catalog, locations, now));
        found.extend(advice::new_in_the_past(plan, before, locations, now));
        found.extend(advice::reason_not_shown(plan, before, locations));
        found.extend(history::overwritten(plan, before, locations, now));
        if self.exporting {
            found.extend(advice::loopback(&plan.edition.urls, locations));
        }
        found
    }
}
