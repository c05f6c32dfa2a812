//! The arrows put together: from a file and its state to a site, and what is said on the way.
//!
//! [`plan`] is pure. [`Publisher`] reads the file, reads and writes the state, and never publishes
//! anything that a later start would not publish again.

mod advice;
mod history;

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::config::{self, Places};
use crate::diagnostic::{Code, Finding, Findings};
use crate::error::{Error, chain};
use crate::model::{Assets, BaseUrl, Catalog, Id, Logo};
use crate::paths::Paths;
use crate::render;
use crate::revisions::store::{Lock, Store};
use crate::revisions::{Edition, Revisions};
use crate::site::Site;
use crate::source::Source;
use crate::zone::Rules;

/// The largest file that pages load, in bytes.
const MAX_ASSET: u64 = 1 << 20;

/// Where everything is, and how it is published.
#[derive(Debug)]
pub struct Publisher {
    /// The author's file.
    pub file: PathBuf,
    /// Its state.
    pub store: Store,
    /// The public address in place of the file's.
    pub url: Option<BaseUrl>,
    /// The public address where neither says one.
    pub default_url: BaseUrl,
    /// The rules of time zones.
    pub rules: Rules,
    /// Publish only what the revisions file records.
    pub frozen: bool,
    /// Whether files for another server are written, whose address must not be this machine's own.
    pub exporting: bool,
    /// Whether the last good source stands in for a list that is wrong, so that no feed goes dark.
    pub fall_back: bool,
    /// What was published and could not be written.
    pub unsaved: Mutex<Unsaved>,
}

/// What this process alone remembers, where the state could not be written.
#[derive(Debug, Default)]
pub struct Unsaved {
    /// Revisions that were published.
    revisions: Option<Revisions>,
    /// The last good source.
    last_good: Option<Vec<u8>>,
}

/// What the files of a list looked like: nothing where there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    list: Option<Vec<u8>>,
    /// The files that the list names.
    names: Vec<String>,
    /// What is in them, and with `frozen` what is in the revisions file.
    others: Vec<Option<Vec<u8>>>,
}

/// What follows from a catalog and what was published before.
#[derive(Debug)]
pub struct Plan {
    /// The edition.
    pub edition: Edition,
    /// Its calendars.
    pub calendars: Vec<render::Document>,
    /// What will have been published.
    pub revisions: Revisions,
    /// Sessions that are written in UTC because their VTIMEZONE would have moved them.
    pub unproven: Vec<Id>,
}

/// What would be published.
#[derive(Debug)]
pub struct Preview {
    /// The edition.
    pub edition: Edition,
    /// What was published before.
    pub before: Revisions,
    /// What will have been published.
    pub revisions: Revisions,
    /// The text that it is made from.
    pub source: Source,
    /// Warnings.
    pub findings: Findings,
}

/// What was published.
#[derive(Debug)]
pub struct Published {
    /// What is served.
    pub site: Site,
    /// What it was made from.
    pub edition: Edition,
    /// The text of the list, which the findings are about.
    pub source: Source,
    /// Warnings.
    pub findings: Findings,
    /// Why the state could not be written, if it should have been.
    pub degraded: Option<String>,
    /// Whether the last good source was taken in place of the file.
    pub last_good: bool,
}

/// What would follow, and from what.
struct Followed {
    plan: Plan,
    before: Revisions,
}

/// What is published before the site is built of it, which needs no lock.
struct Settled {
    plan: Plan,
    source: Source,
    findings: Findings,
    degraded: Option<String>,
    last_good: bool,
}

/// Why nothing was published.
#[derive(Debug)]
pub enum Refusal {
    /// The file is wrong.
    File(Source, Findings),
    /// The machine said no.
    Machine(Error),
}

/// What a source is published for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It is the list.
    Alone,
    /// It was the last good one, in place of the list. That a logo is missing meanwhile is no reason
    /// to let feeds go dark.
    In,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Machine(error)
    }
}

/// What is published of a catalog at an instant, after what was published before.
pub fn plan(
    catalog: Catalog,
    paths: Paths,
    assets: Assets,
    before: &Revisions,
    now: DateTime<Utc>,
) -> Plan {
    plan_after(catalog, paths, assets, before, now, None)
}

/// The same plan, with less work: the invites of an earlier site under the same rules of zones that follow
/// from the same are not printed again.
pub fn plan_after(
    catalog: Catalog,
    paths: Paths,
    assets: Assets,
    before: &Revisions,
    now: DateTime<Utc>,
    earlier: Option<&Site>,
) -> Plan {
    let mut revised = before.revise(&catalog, &paths, now);
    // What is printed follows from no stamp, and there are more of them than of sessions.
    let stamps = std::mem::take(&mut revised.resources);
    let edition = Edition::new(catalog, paths, assets, revised.clone(), now);
    revised.resources = stamps;
    let drafts = render::calendars(&edition, |path, origin| earlier?.printed(path, origin));
    let (catalog, paths) = (&edition.catalog, &edition.paths);
    let digests = drafts.iter().map(|d| (paths.relative(&d.path), d.digest.as_str()));
    let relative = |(old, new): (String, String)| {
        (paths.relative(&old).to_owned(), paths.relative(&new).to_owned())
    };
    let sessions = catalog.sessions.iter().flat_map(|session| {
        let pair = |old| (paths.invite(old), paths.invite(&session.id));
        edition.former(&session.id).iter().map(pair)
    });
    let feeds = catalog.feeds().flat_map(|feed| {
        let pair = move |old| (paths.feed_calendar(old), paths.feed_calendar(feed.id));
        edition.former_of_feed(feed.id).iter().map(pair)
    });
    let former: Vec<(String, String)> = sessions.chain(feeds).map(relative).collect();
    let revisions = revised.moved(former.clone()).stamp(digests, now).followed(former);
    let unproven = drafts.iter().flat_map(|draft| draft.unproven.clone()).collect();
    let calendars = drafts
        .into_iter()
        .filter_map(|draft| {
            let stamp = revisions.resources.get(paths.relative(&draft.path))?;
            Some(draft.finish(stamp))
        })
        .collect();
    Plan { edition, calendars, revisions, unproven }
}

impl Publisher {
    /// All findings about the file, and with `frozen` whether the revisions file knows all of it.
    /// Writes nothing.
    ///
    /// # Errors
    /// [`Error`] if the file or its state cannot be read.
    pub fn check(&self, now: DateTime<Utc>) -> Result<(Source, Findings), Error> {
        self.examine(now).map(|(source, findings, _)| (source, findings))
    }

    /// What would be published, for looking at. Writes nothing, and holds no lock.
    ///
    /// # Errors
    /// [`Refusal`] with the findings, or with what the machine refused.
    pub fn preview(&self, now: DateTime<Utc>) -> Result<Preview, Refusal> {
        match self.examine(now)? {
            (source, findings, Some(Followed { plan, before })) if !findings.has_errors() => {
                let Plan { edition, revisions, .. } = plan;
                Ok(Preview { edition, before, revisions, source, findings })
            }
            (source, findings, _) => Err(Refusal::File(source, findings)),
        }
    }

    /// All findings, and what would follow from what, if the file can be read so far.
    fn examine(&self, now: DateTime<Utc>) -> Result<(Source, Findings, Option<Followed>), Error> {
        let source = Source::read(&self.file)?;
        let checked = config::load(&source, &self.rules);
        let mut findings = checked.findings;
        let before = self.store.read()?;
        let mut planned = None;
        if let Some(catalog) = checked.catalog {
            findings.extend(history::against_history(&catalog, &before, &checked.places));
            let assets = self.assets(&catalog, &checked.places, &mut findings);
            let plan = plan(catalog.clone(), self.paths(&catalog), assets, &before, now);
            findings.extend(history::same_uid(&plan, &checked.places));
            findings.extend(history::unproven(&plan, &checked.places));
            findings.extend(self.advice(&plan, &before, &checked.places, now));
            if self.frozen {
                findings.extend(history::not_recorded(&plan.revisions, &before, &checked.places));
            }
            planned = Some(Followed { plan, before });
        }
        findings.sort();
        Ok((source, findings, planned))
    }

    /// Publishes the file: reads it, brings the state up to date, builds the site.
    ///
    /// With `frozen`, where the file says something else than the revisions file, the last good
    /// source is published in its place if the revisions file records that.
    ///
    /// # Errors
    /// [`Refusal`] with the findings, or with what the machine refused.
    pub fn publish(&self, now: DateTime<Utc>) -> Result<Published, Refusal> {
        self.publish_after(now, None)
    }

    /// The same after an earlier site, whose work is not done again.
    ///
    /// # Errors
    /// [`Refusal`] as for [`Self::publish`].
    pub fn publish_after(
        &self,
        now: DateTime<Utc>,
        earlier: Option<&Site>,
    ) -> Result<Published, Refusal> {
        // Where there is no file, nothing is made beside it, unless the last good one stands in.
        if let Err(error) = std::fs::metadata(&self.file) {
            let error = Error::file("read", &self.file)(error);
            self.stand_in(error, earlier)?;
        }
        // Two writers take turns, and the file is read in turn too: the second adds to what the
        // first has written, and never publishes an older file after a newer one.
        let lock = self.store.lock();
        let settled = match Source::read(&self.file) {
            Ok(source) => self.settle(source, &lock, now, Standing::Alone, earlier),
            Err(error) => self.stand_in(error, earlier).and_then(Err),
        };
        let settled = match settled {
            Err(Refusal::File(source, findings)) if self.frozen || self.fall_back => {
                self.settle_last_good(source, findings, &lock, now, earlier)
            }
            other => other,
        };
        drop(lock);
        let Settled { plan, source, findings, degraded, last_good } = settled?;
        let site = Site::build_after(&plan.edition, plan.calendars, earlier);
        Ok(Published { site, edition: plan.edition, source, findings, degraded, last_good })
    }

    /// What a list that cannot be read, as where a folder is mounted late, counts as where the last good
    /// one may stand in for it: a list with that error. While a site is served, that is served on.
    ///
    /// # Errors
    /// [`Refusal::Machine`] where nothing may stand in.
    fn stand_in(&self, error: Error, earlier: Option<&Site>) -> Result<Refusal, Refusal> {
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

    /// What the list and the files that it names look like now; with `frozen` the revisions too,
    /// which must come to match them. A list that looks as it did `before` is not parsed for names.
    pub fn look(&self, before: Option<&Seen>) -> Seen {
        let list = std::fs::read(&self.file).ok();
        let names = match (before, &list) {
            (Some(before), _) if before.list == list => before.names.clone(),
            (_, Some(bytes)) => config::files(&Source::from_bytes("", bytes.clone())),
            (_, None) => Vec::new(),
        };
        let folder = self.file.parent().map(std::path::Path::to_owned).unwrap_or_default();
        let mut others: Vec<Option<Vec<u8>>> =
            names.iter().map(|name| std::fs::read(folder.join(name)).ok()).collect();
        if self.frozen {
            others.push(std::fs::read(self.store.revisions_path()).ok());
        }
        Seen { list, names, others }
    }

    /// The last good source in place of a file that was refused.
    fn settle_last_good(
        &self,
        source: Source,
        findings: Findings,
        lock: &Result<Lock, Error>,
        now: DateTime<Utc>,
        earlier: Option<&Site>,
    ) -> Result<Settled, Refusal> {
        // An older one on a full disk would take readers back.
        let kept = self.unsaved().last_good.clone();
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

    /// Plans what is published and brings the state up to it.
    fn settle(
        &self,
        source: Source,
        lock: &Result<Lock, Error>,
        now: DateTime<Utc>,
        standing: Standing,
        earlier: Option<&Site>,
    ) -> Result<Settled, Refusal> {
        let checked = config::load(&source, &self.rules);
        let mut findings = checked.findings;
        let Some(catalog) = checked.catalog else {
            return Err(Refusal::File(source, findings));
        };
        // What could not be written was published all the same, and must not be forgotten.
        let mut unsaved = self.unsaved();
        let recorded = self.store.read()?;
        let before = unsaved.revisions.clone().unwrap_or_else(|| recorded.clone());
        findings.extend(history::against_history(&catalog, &before, &checked.places));
        let mut missing = Findings::default();
        let assets = self.assets(&catalog, &checked.places, &mut missing);
        if standing == Standing::Alone {
            findings.extend(missing);
        }
        if findings.has_errors() {
            findings.sort();
            return Err(Refusal::File(source, findings));
        }
        let paths = self.paths(&catalog);
        let plan = plan_after(catalog, paths, assets, &before, now, earlier);
        findings.extend(history::same_uid(&plan, &checked.places));
        if findings.has_errors() {
            findings.sort();
            return Err(Refusal::File(source, findings));
        }
        findings.extend(self.advice(&plan, &before, &checked.places, now));
        findings.sort();
        for id in &plan.unproven {
            tracing::error!(session = %id, "its time zone could not be proved; it is written in UTC");
        }
        let mut degraded = None;
        if plan.revisions != recorded {
            if self.frozen {
                findings.extend(history::not_recorded(&plan.revisions, &before, &checked.places));
                findings.sort();
                return Err(Refusal::File(source, findings));
            }
            let written = lock.as_ref().map_err(chain_of).and_then(|lock| {
                self.store.write(&plan.revisions, lock).map_err(|error| chain(&error))
            });
            degraded = written.err();
        }
        unsaved.revisions = degraded.is_some().then(|| plan.revisions.clone());
        let kept = match (lock, &degraded) {
            (Ok(lock), None) => self.keep_last_good(&source, lock),
            _ => false,
        };
        unsaved.last_good = (!kept).then(|| source.text().as_bytes().to_vec());
        Ok(Settled { plan, source, findings, degraded, last_good: false })
    }

    fn unsaved(&self) -> MutexGuard<'_, Unsaved> {
        self.unsaved.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A convenience for the next start; without it the present start is just as good. Whether the
    /// source is kept.
    fn keep_last_good(&self, source: &Source, lock: &Lock) -> bool {
        let kept = self.store.write_last_good(source.text().as_bytes(), lock);
        if let Err(error) = &kept {
            tracing::warn!("the last good source was not kept: {}", chain(error));
        }
        kept.is_ok()
    }

    fn paths(&self, catalog: &Catalog) -> Paths {
        let url = self.url.clone().or_else(|| catalog.calendar.url.clone());
        Paths::new(url.unwrap_or_else(|| self.default_url.clone()))
    }

    /// Reads the files that the list names; one that cannot be read is an error of the list.
    fn assets(&self, catalog: &Catalog, places: &Places, findings: &mut Findings) -> Assets {
        let folder = self.file.parent().map(std::path::Path::to_owned).unwrap_or_default();
        let mut read = |name: &str, span: &Option<std::ops::Range<usize>>| {
            let path = folder.join(name);
            let size = std::fs::metadata(&path).map(|metadata| metadata.len());
            let reason = match (size, std::fs::read(&path)) {
                (Ok(size), _) if size > MAX_ASSET => "it has more than 1 MiB".to_owned(),
                (_, Ok(bytes)) => return Some(bytes),
                (_, Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                    "it is not there".to_owned()
                }
                (_, Err(error)) => error.to_string(),
            };
            let message = format!("the file `{name}` cannot be used: {reason}");
            findings.push(
                Finding::error(Code::MissingFile, span.clone().unwrap_or_default(), message)
                    .help("put the file beside the list, or delete the line"),
            );
            None
        };
        let css = catalog.page.css.as_ref().and_then(|name| read(name, &places.css));
        let logo = catalog.page.logo.as_ref().and_then(|name| {
            let bytes = read(name, &places.logo)?;
            let lower = name.to_lowercase();
            let (ending, media_type) =
                *Logo::TYPES.iter().find(|(ending, _)| lower.ends_with(&format!(".{ending}")))?;
            Some(Logo { bytes, media_type, ending })
        });
        Assets { logo, css }
    }

    /// Warnings that need more than the file: what was published before, the bytes, the clock.
    fn advice(
        &self,
        plan: &Plan,
        before: &Revisions,
        places: &Places,
        now: DateTime<Utc>,
    ) -> Vec<Finding> {
        let mut found = advice::gone(&plan.revisions, before, places, now);
        found.extend(advice::another_uid(&plan.revisions, before, places));
        found.extend(advice::retired(&plan.revisions, before, places));
        found.extend(advice::too_large(plan, places));
        found.extend(advice::nothing_to_come(&plan.edition.catalog, places, now));
        if self.exporting {
            found.extend(advice::loopback(&plan.edition.paths, places));
        }
        found
    }
}

fn chain_of(error: &Error) -> String {
    chain(error)
}
