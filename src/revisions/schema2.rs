//! Reads the sessions of a revisions file with schema 1 or 2, from earlier releases.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::history::{Change, Was};
use super::{PublishedSession, Revision, Time, Times, bounds, dialect, published};

/// A revision of such a file.
///
/// Its earlier starts become changes. The file does not record when they were published, except that it was not after
/// LAST-MODIFIED, so they get that instant. Its single digest of texts and links is dropped, because schema 3 has
/// several.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Old {
    uid: String,
    digest: String,
    sequence: u32,
    #[serde(deserialize_with = "bounds::instant")]
    created: DateTime<Utc>,
    #[serde(deserialize_with = "bounds::instant")]
    last_modified: DateTime<Utc>,
    #[serde(default, deserialize_with = "bounds::optional")]
    removed: Option<DateTime<Utc>>,
    published: Converted,
}

/// The published values, with earlier times.
#[derive(Deserialize)]
#[serde(try_from = "UncheckedOldSession")]
struct Converted {
    published: PublishedSession,
    earlier: Vec<Start>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedOldSession {
    title: String,
    start: Time,
    end: Time,
    zone: String,
    status: String,
    place: Option<String>,
    feeds: Vec<String>,
    #[serde(default)]
    earlier: Vec<Start>,
    #[serde(default)]
    was: Vec<String>,
    #[serde(rename = "text")]
    _text: Option<String>,
    #[serde(default)]
    links: BTreeSet<String>,
}

/// An earlier start and end. The text is an instant without a length, or days as `DAY` or `FIRST/LAST`.
struct Start(Time, Time);

impl<'de> Deserialize<'de> for Start {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let (first, last) = text.split_once('/').unwrap_or((&text, &text));
        let time = |text: &str| text.parse::<Time>().map_err(D::Error::custom);
        Ok(Self(time(first)?, time(last)?))
    }
}

impl TryFrom<UncheckedOldSession> for Converted {
    type Error = String;

    fn try_from(read: UncheckedOldSession) -> Result<Self, String> {
        let UncheckedOldSession { title, start, end, zone, status, place, feeds, .. } = read;
        let UncheckedOldSession { earlier, was, links, .. } = read;
        let (when, status) = (Times::new(start, end)?, published::status(&status)?);
        let digests = None;
        let published =
            PublishedSession { title, when, zone, status, place, feeds, was, digests, links };
        Ok(Self { published, earlier })
    }
}

impl From<Old> for Revision {
    fn from(old: Old) -> Self {
        let Old { uid, digest, sequence, created, last_modified, removed, published } = old;
        let Converted { published, earlier } = published;
        let both = earlier.into_iter().flat_map(|Start(start, end)| {
            [Was::Start(start), Was::End(end)].map(|was| Change { at: last_modified, was })
        });
        let changes = both.collect();
        let dialect = dialect::first();
        Self { uid, digest, sequence, created, last_modified, removed, dialect, published, changes }
    }
}
