//! Polls `sessions.toml` and the files that it names.
//!
//! A poll reads metadata. If the metadata of a file has changed, the poll also reads its content. A whole poll reads
//! the content of all files, because some mounts report the old metadata for a changed file. A content is parsed once
//! two polls agree on it.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

use super::files::MAX_ASSET;
use super::{Publisher, Removal};
use crate::config::{self, Checked};
use crate::files::read_bounded;
use crate::revisions::Revisions;
use crate::source::Source;

/// The size limits of a file in bytes: one for reading it at all, and one for reading it in each whole poll.
#[derive(Clone, Copy)]
struct SizeLimits {
    max_size: u64,
    always: u64,
}

const ASSET: SizeLimits = SizeLimits { max_size: MAX_ASSET, always: 64 << 10 };
const STATE: SizeLimits = SizeLimits { max_size: u64::MAX, always: u64::MAX };

/// The SHA-256 of a content.
pub type Digest = [u8; 32];

/// The result of one poll of a file. Equal results mean an unchanged file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// The path.
    pub path: PathBuf,
    /// The metadata; `None` if there is no file.
    pub metadata: Option<Metadata>,
    /// The digest; `None` if there is no usable content.
    pub digest: Option<Digest>,
}

/// Metadata that changes when a file is replaced or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    /// The number of the file system.
    pub device: u64,
    /// The inode number.
    pub inode: u64,
    /// The length in bytes.
    pub size: u64,
    /// The modification time, by the file system's clock.
    pub modified: SystemTime,
}

/// The files that the last poll found: `sessions.toml`, the files that it names, and with `frozen` the revisions
/// file.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// The observations, with `sessions.toml` first; empty before the first poll.
    files: Vec<Observed>,
    content: PolledContent,
    /// The files that the last parsed content names, as paths relative to its folder.
    names: Vec<String>,
}

/// The content of `sessions.toml`, until it is published.
#[derive(Debug, Default)]
enum PolledContent {
    /// The content was published or refused, or is missing.
    #[default]
    Spent,
    /// One poll has found the content.
    Read(Source),
    /// Two polls have agreed on the content, and it is parsed.
    Parsed(Box<Checked>),
}

impl PolledContent {
    /// Takes the content for parsing. The content counts as spent until it is parsed, so that a content on which the
    /// parser panics is not parsed at every poll.
    fn agreed(&mut self) -> Option<Source> {
        match std::mem::take(self) {
            Self::Read(source) => Some(source),
            other => {
                *self = other;
                None
            }
        }
    }
}

impl Publisher {
    /// Polls the files. With `whole`, it reads every content, even with unchanged metadata.
    pub fn poll(&self, snapshot: &mut Snapshot, whole: bool) {
        let mut files = vec![self.poll_toml(snapshot, whole)];
        for name in &snapshot.names {
            files.push(observe(self.folder().join(name), &snapshot.files, whole, ASSET));
        }
        if self.frozen {
            let revisions = self.store.revisions_path().to_owned();
            files.push(observe(revisions, &snapshot.files, whole, STATE));
        }
        snapshot.files = files;
    }

    fn poll_toml(&self, snapshot: &mut Snapshot, whole: bool) -> Observed {
        // The metadata is read before the content, so that a write in between counts as a change.
        let metadata = metadata(&self.file).map(|(metadata, _)| metadata);
        let last = snapshot.files.first();
        let known = last.and_then(|last| last.digest);
        let same = last.is_some_and(|last| last.metadata == metadata) && known.is_some();
        let read = (whole || !same).then(|| Source::read(&self.file).ok());
        let digest = match &read {
            None => known,
            Some(source) => source.as_ref().map(digest_of),
        };
        if digest != known {
            snapshot.content = read.flatten().map_or(PolledContent::Spent, PolledContent::Read);
        } else if let Some(source) = snapshot.content.agreed() {
            let checked = config::load(&source, &self.rules);
            // A half-written file may not contain the names yet.
            if checked.catalog.is_some() || !checked.files.is_empty() {
                snapshot.names.clone_from(&checked.files);
            }
            snapshot.content = PolledContent::Parsed(Box::new(checked));
        }
        Observed { path: self.file.clone(), metadata, digest }
    }
}

impl Snapshot {
    /// Returns the observations, with `sessions.toml` first.
    pub fn files(&self) -> &[Observed] {
        &self.files
    }

    /// Returns whether no content waits for a second poll.
    pub fn is_parsed(&self) -> bool {
        !matches!(self.content, PolledContent::Read(_))
    }

    /// Returns the upcoming sessions that the content would remove; zero if it is not parsed or has errors.
    pub fn removal(&self, published: &Revisions, now: DateTime<Utc>) -> Removal {
        match &self.content {
            PolledContent::Parsed(checked) => checked
                .catalog
                .as_ref()
                .map_or_else(Removal::default, |catalog| Removal::new(published, catalog, now)),
            PolledContent::Spent | PolledContent::Read(_) => Removal::default(),
        }
    }

    /// Returns the same files, with their content counted as published, so that later polls parse only another content.
    #[must_use]
    pub fn without_content(&self) -> Self {
        let (files, names) = (self.files.clone(), self.names.clone());
        Self { files, content: PolledContent::Spent, names }
    }

    /// Returns the digest of `sessions.toml`.
    pub fn digest(&self) -> Option<Digest> {
        self.files.first().and_then(|file| file.digest)
    }

    /// Returns the parsed content, once.
    pub(super) fn spend(&mut self) -> Option<Checked> {
        match std::mem::take(&mut self.content) {
            PolledContent::Parsed(checked) => Some(*checked),
            PolledContent::Spent | PolledContent::Read(_) => None,
        }
    }

    /// Makes the next poll read `sessions.toml` and report it as changed.
    pub(super) fn forget(&mut self) {
        if let Some(file) = self.files.first_mut() {
            file.digest = None;
        }
    }
}

/// Returns the digest of a source's text. Bytes after the first one that is not UTF-8 do not count, nor does the
/// content of a file that is too large.
pub(super) fn digest_of(source: &Source) -> Digest {
    let mut hash = Sha256::new_with_prefix(source.text());
    // No valid text ends in these bytes.
    if source.invalid_from().is_some() {
        hash.update([0xff]);
    }
    if source.is_too_large() {
        hash.update([0xfe]);
    }
    hash.finalize().into()
}

/// Returns the digest of an asset's bytes.
pub(super) fn digest_of_bytes(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// Observes a file whose digest alone is needed.
fn observe(path: PathBuf, last: &[Observed], whole: bool, limits: SizeLimits) -> Observed {
    let SizeLimits { max_size, always } = limits;
    let (metadata, is_file) = metadata(&path).unzip();
    let known = last.iter().find(|last| last.path == path && last.metadata == metadata);
    let usable = is_file == Some(true) && metadata.is_some_and(|file| file.size <= max_size);
    let digest = match known.and_then(|known| known.digest) {
        _ if !usable => None,
        // A large picture is not read at every whole poll only because some mounts report a wrong time.
        Some(digest) if !whole || metadata.is_some_and(|file| file.size > always) => Some(digest),
        _ => read_bounded(&path, max_size).ok().map(|bytes| digest_of_bytes(&bytes)),
    };
    Observed { path, metadata, digest }
}

/// Returns the metadata of a path's target, and whether that is a regular file.
fn metadata(path: &Path) -> Option<(Metadata, bool)> {
    let found = std::fs::metadata(path).ok()?;
    let (device, inode, size) = (found.dev(), found.ino(), found.size());
    Some((Metadata { device, inode, size, modified: found.modified().ok()? }, found.is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BaseUrl;
    use crate::revisions::store::Store;
    use crate::zone::Rules;

    fn parsed(snapshot: &Snapshot) -> Option<*const Checked> {
        match &snapshot.content {
            PolledContent::Parsed(checked) => Some(std::ptr::from_ref(checked)),
            PolledContent::Spent | PolledContent::Read(_) => None,
        }
    }

    #[test]
    fn a_content_is_parsed_once_until_it_is_published_and_never_again() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sessions.toml");
        let publisher = Publisher {
            store: Store::new(&file, folder.path()).unwrap(),
            file,
            url: None,
            default_url: BaseUrl::parse("http://127.0.0.1:8080").unwrap(),
            rules: Rules::bundled(),
            frozen: false,
            exporting: false,
            fall_back: false,
            cache: crate::site::CacheSize::default(),
            memory: std::sync::Mutex::default(),
        };
        let mut snapshot = Snapshot::default();
        let poll = |snapshot: &mut Snapshot| {
            publisher.poll(snapshot, true);
            parsed(snapshot)
        };
        for title in ["One", "Two"] {
            let text = format!("[calendar]\nid = \"c\"\ntitle = \"{title}\"\ntimezone = \"UTC\"\n");
            std::fs::write(&publisher.file, text).unwrap();
            assert_eq!(poll(&mut snapshot), None, "a writer may not be done");
            let checked = poll(&mut snapshot);
            assert!(checked.is_some());
            assert_eq!((poll(&mut snapshot), poll(&mut snapshot)), (checked, checked));
            let now = "2024-01-15T12:00:00Z".parse().unwrap();
            assert!(publisher.publish_snapshot(&mut snapshot, now, &|_| true).unwrap().is_some());
            assert_eq!((poll(&mut snapshot), poll(&mut snapshot)), (None, None));
        }
    }
}
