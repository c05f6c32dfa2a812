//! Finds the revisions that the next edition continues: those of the revisions file, joined with those that this
//! process published.

use std::borrow::Cow;

use super::Publisher;
use super::prepare::Memory;
use crate::error::{Action, Error, chain};
use crate::model::Id;
use crate::revisions::Revisions;
use crate::revisions::store::Lock;
use crate::source::Source;

impl Publisher {
    /// Returns whether the revisions file needs publishing. The file needs it if another process replaced it with one
    /// that lacks numbers that this process published, with an unusable one, or with one that is usable again. Returns
    /// true once for each such file, after two calls have found it. Publishing then adds the numbers or reports the
    /// error.
    ///
    /// A file with newer numbers does not need it, because the `sessions.toml` that they belong to may not be copied
    /// yet.
    pub fn finds_damage(&self) -> bool {
        let mut memory = self.memory();
        let found = self.store.identity();
        // With `frozen`, any change of the file requires publishing.
        if self.frozen || memory.state == found {
            return false;
        }
        let Some(own) = &memory.revisions else { return false };
        if memory.polled != Some(found) {
            memory.polled = Some(found);
            return false;
        }
        let is_damaged = match self.store.read() {
            Ok(read) => memory.unusable || !read.behind(own).is_empty(),
            Err(_) => true,
        };
        memory.state = found;
        is_damaged
    }

    /// Returns the revisions that this process published last; `None` before the first publication.
    pub fn remembered(&self) -> Option<Revisions> {
        self.memory().revisions.clone()
    }

    /// Returns the revisions that count as published: for each UID the higher numbers of the file and this process.
    /// With `frozen`, nothing can be recorded, so only the file counts, and a file with lower numbers is refused as not
    /// recorded. With `warns`, missing numbers are logged.
    pub(super) fn known<'a>(
        &self,
        found: Option<&'a Revisions>,
        memory: &Memory,
        calendar: &Id,
        warns: bool,
    ) -> Cow<'a, Revisions> {
        let recorded = found.map_or_else(Cow::default, Cow::Borrowed);
        let lost = found.is_none() && !self.frozen;
        let Some(own) = &memory.revisions else {
            return if lost { Cow::Owned(self.recovered(calendar)) } else { recorded };
        };
        // Another calendar's file is refused, unless `sessions.toml` has that calendar's id, too.
        if *own == *recorded || (recorded.calendar.is_some() && recorded.calendar != own.calendar) {
            return recorded;
        }
        let file = self.store.revisions_path().display();
        let behind = recorded.behind(own);
        let warns = warns && memory.saved;
        match behind.first() {
            Some(_) if warns && lost => {
                tracing::warn!("`{file}` is missing or empty; it is written again from memory");
            }
            Some(first) if warns => tracing::warn!(
                "`{file}` is older than the last publication of this process in {} of its entries, such as `{first}`; {}",
                behind.len(),
                match self.frozen {
                    true => "the last good edition is served until it has them all",
                    false => "their numbers are written again",
                }
            ),
            None if self.frozen => return recorded,
            _ => {}
        }
        Cow::Owned(recorded.into_owned().joined(own))
    }

    /// Returns the revisions of the last edition published from this folder, for a start with a missing or empty
    /// revisions file. If numbers went back, calendar apps would ignore changes (RFC 5545 section 3.8.7.4).
    fn recovered(&self, calendar: &Id) -> Revisions {
        let file = self.store.revisions_path().display();
        let last_good = self.store.last_good_revisions_path().display();
        match self.store.read_last_good_revisions() {
            Ok(Some(known)) if known.calendar.as_deref() == Some(calendar.as_str()) => {
                tracing::warn!(
                    "`{file}` is missing or empty, although sessions were published before; it is written again from \
                     `{last_good}`"
                );
                known
            }
            // Publishing continues if the copy is unreadable.
            _ => {
                if matches!(self.store.read_last_good(), Ok(Some(_))) {
                    tracing::warn!(
                        "`{file}` is missing or empty, although sessions were published before: its numbers start over, \
                         and calendar apps with higher numbers ignore changes; stop the server, and restore the file \
                         from your last commit or backup"
                    );
                }
                Revisions::default()
            }
        }
    }

    /// Returns the last published revisions, in place of an unusable revisions file.
    ///
    /// # Errors
    /// [`Error::File`] if there are none, or they cannot be read.
    pub(super) fn last_known(&self, memory: &Memory) -> Result<Revisions, Error> {
        if let Some(own) = &memory.revisions {
            return Ok(own.clone());
        }
        let missing = || std::io::Error::from(std::io::ErrorKind::NotFound);
        let path = self.store.last_good_revisions_path();
        self.store
            .read_last_good_revisions()?
            .ok_or_else(|| Error::file(Action::ReadState, path)(missing()))
    }

    /// Returns whether this process has published an edition.
    pub(super) fn is_serving(&self) -> bool {
        self.memory().served.is_some()
    }

    /// Returns whether the last good edition is published although the revisions file is unusable. At a start, the
    /// edition is published, so that every feed stays available; later, the served site stays.
    pub(super) fn goes_on(&self) -> bool {
        !self.is_serving() && self.fall_back && !self.frozen
    }

    /// Keeps the published source and revisions for a start that finds a broken file or state. Returns whether the
    /// source is kept.
    pub(super) fn keep_last_good(
        &self,
        source: &Source,
        revisions: Option<&Revisions>,
        lock: &Lock,
    ) -> bool {
        let kept = |own| self.store.write_last_good_revisions(own, lock);
        let revisions = revisions.map_or(Ok(()), kept);
        if let Err(error) = revisions {
            tracing::warn!("the last good state was not kept: {}", chain(&error));
        }
        let source = self.store.write_last_good(source.text().as_bytes(), lock);
        if let Err(error) = &source {
            tracing::warn!("the last good source was not kept: {}", chain(error));
        }
        source.is_ok()
    }
}
