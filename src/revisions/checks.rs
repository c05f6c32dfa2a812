//! Checks the entries of a revisions file: calendars must be able to contain the entry and its next change.

use chrono::{DateTime, Utc};

use super::bounds::{self, MAX_GIVEN_SEQUENCE, MAX_SEQUENCE};
use super::history::{Change, Was};
use super::{KnownFeed, Revision, Stamp};
use crate::model::Uid;

/// An entry that can be checked. `is_ours` is true if it has a valid checksum.
pub(super) trait Check {
    /// # Errors
    /// A sentence that names the value.
    fn check(&self, is_ours: bool) -> Result<(), String>;
}

impl Check for Revision {
    fn check(&self, is_ours: bool) -> Result<(), String> {
        if Uid::parse(&self.uid).is_err() {
            return Err(format!("`{}` is not a UID that calendars accept", self.uid));
        }
        let most = if is_ours { MAX_SEQUENCE } else { MAX_GIVEN_SEQUENCE };
        if self.sequence > most {
            return Err(format!("`{}` is a SEQUENCE above {most}", self.sequence));
        }
        let published = &self.published;
        let digests = published.digests.iter();
        let links = digests.clone().flat_map(|own| own.register.iter().chain(&own.join));
        let texts = [&self.digest, &published.title, &published.zone]
            .into_iter()
            .chain(&published.place)
            .chain(&published.feeds)
            .chain(&published.was)
            .chain(&published.links)
            .chain(digests.map(|own| &own.text))
            .chain(links)
            .chain(self.changes.iter().filter_map(old_text));
        lines(texts)?;
        let changes = self.changes.iter().map(|change| change.at);
        let all = [self.created, self.last_modified].into_iter().chain(self.removed).chain(changes);
        instants(all, is_ours)
    }
}

impl Check for KnownFeed {
    fn check(&self, is_ours: bool) -> Result<(), String> {
        lines([&self.title].into_iter().chain(&self.was).chain(&self.sessions))?;
        instants(self.gone, is_ours)
    }
}

impl Check for Stamp {
    fn check(&self, is_ours: bool) -> Result<(), String> {
        lines([&self.digest])?;
        instants([self.last_modified], is_ours)
    }
}

/// Checks that a text is one line without control characters (RFC 5545 section 3.1); a tab is allowed.
///
/// # Errors
/// A sentence that names the text.
pub(super) fn line(text: &str) -> Result<(), String> {
    match text.chars().any(|c| c.is_control() && c != '\t') {
        true => Err(format!("`{text}` has a control character")),
        false => Ok(()),
    }
}

fn lines<'a>(texts: impl IntoIterator<Item = &'a String>) -> Result<(), String> {
    texts.into_iter().try_for_each(|text| line(text))
}

fn instants(all: impl IntoIterator<Item = DateTime<Utc>>, is_ours: bool) -> Result<(), String> {
    if is_ours {
        return Ok(());
    }
    all.into_iter().try_for_each(bounds::given)
}

/// Returns the old text of a change.
fn old_text(change: &Change) -> Option<&String> {
    match &change.was {
        Was::Title(text) => Some(text),
        Was::Place(text) | Was::Register(text) | Was::Join(text) => text.as_ref(),
        Was::Start(_) | Was::End(_) | Was::Status(_) => None,
    }
}
