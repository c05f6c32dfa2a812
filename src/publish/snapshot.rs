//! One poll of the file and of the files that it names, which are read and parsed no more often than they change.
//!
//! A poll asks for metadata. Content is read where the metadata changed, and by a whole poll, because some
//! mounts give a changed file the metadata that it had before. A content is parsed once two polls agree on it.

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

/// Up to which sizes, in bytes, a file is read at all, and by each whole poll.
#[derive(Clone, Copy)]
struct Limits {
    max_size: u64,
    always: u64,
}

const ASSET: Limits = Limits { max_size: MAX_ASSET, always: 64 << 10 };
const STATE: Limits = Limits { max_size: u64::MAX, always: u64::MAX };

/// SHA-256 of a content.
pub type Digest = [u8; 32];

/// A file as a poll found it. Equal observations mean that nothing about the file has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Where it is.
    pub path: PathBuf,
    /// None where there is no file.
    pub metadata: Option<Metadata>,
    /// None where there is no content that could be used.
    pub digest: Option<Digest>,
}

/// What changes with a file that is replaced or written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metadata {
    /// The number of its file system.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
    /// Its length in bytes.
    pub size: u64,
    /// When it was last written, by the clock of its file system.
    pub modified: SystemTime,
}

/// The file, the files that it names, and with `frozen` the revisions file, as the last poll found them.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// `sessions.toml` first; empty before the first poll.
    files: Vec<Observed>,
    content: PolledContent,
    /// The files that the last parsed content names, by their paths from its folder.
    names: Vec<String>,
}

/// The content of `sessions.toml`, until it is published.
#[derive(Debug, Default)]
enum PolledContent {
    /// It was published or refused, or there is none.
    #[default]
    Spent,
    /// One poll has found it.
    Read(Source),
    /// Two polls have agreed on it.
    Parsed(Box<Checked>),
}

impl PolledContent {
    /// A content that is to be parsed. Spent until it is, so that one on which the parser fails is not parsed at
    /// every poll.
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
    /// Polls the files once more. `whole` reads every content, whatever the metadata says.
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
        // Before the content, so that what is written while it is read counts as a change.
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
            // A file that ends early may not have them yet.
            if checked.catalog.is_some() || !checked.files.is_empty() {
                snapshot.names.clone_from(&checked.files);
            }
            snapshot.content = PolledContent::Parsed(Box::new(checked));
        }
        Observed { path: self.file.clone(), metadata, digest }
    }
}

impl Snapshot {
    /// The observations: `sessions.toml` first.
    pub fn files(&self) -> &[Observed] {
        &self.files
    }

    /// Whether no content waits for a second poll to agree on it.
    pub fn is_parsed(&self) -> bool {
        !matches!(self.content, PolledContent::Read(_))
    }

    /// How many of the upcoming sessions that are published the content would remove; none if it is not
    /// parsed, or has errors.
    pub fn removal(&self, published: &Revisions, now: DateTime<Utc>) -> Removal {
        match &self.content {
            PolledContent::Parsed(checked) => checked
                .catalog
                .as_ref()
                .map_or_else(Removal::default, |catalog| Removal::new(published, catalog, now)),
            PolledContent::Spent | PolledContent::Read(_) => Removal::default(),
        }
    }

    /// The same files, as if their content were published: only another content is parsed by later polls.
    #[must_use]
    pub fn without_content(&self) -> Self {
        let (files, names) = (self.files.clone(), self.names.clone());
        Self { files, content: PolledContent::Spent, names }
    }

    /// The digest of `sessions.toml`.
    pub fn digest(&self) -> Option<Digest> {
        self.files.first().and_then(|file| file.digest)
    }

    /// The parsed content, once.
    pub(super) fn spend(&mut self) -> Option<Checked> {
        match std::mem::take(&mut self.content) {
            PolledContent::Parsed(checked) => Some(*checked),
            PolledContent::Spent | PolledContent::Read(_) => None,
        }
    }

    /// Has the next poll read `sessions.toml`, and find a change in it.
    pub(super) fn forget(&mut self) {
        if let Some(file) = self.files.first_mut() {
            file.digest = None;
        }
    }
}

/// The digest of all that a source says: bytes after the first that is not UTF-8 say nothing, and neither do
/// those of a file that is too large.
pub(super) fn digest_of(source: &Source) -> Digest {
    let mut hash = Sha256::new_with_prefix(source.text());
    // No text ends in these bytes.
    if source.invalid_from().is_some() {
        hash.update([0xff]);
    }
    if source.is_too_large() {
        hash.update([0xfe]);
    }
    hash.finalize().into()
}

/// The digest of other bytes.
pub(super) fn digest_of_bytes(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// A file whose content is used by its digest alone.
fn observe(path: PathBuf, last: &[Observed], whole: bool, limits: Limits) -> Observed {
    let Limits { max_size, always } = limits;
    let (metadata, is_file) = metadata(&path).unzip();
    let known = last.iter().find(|last| last.path == path && last.metadata == metadata);
    let usable = is_file == Some(true) && metadata.is_some_and(|file| file.size <= max_size);
    let digest = match known.and_then(|known| known.digest) {
        _ if !usable => None,
        // A large picture is not read each second for a mount that lies about its time.
        Some(digest) if !whole || metadata.is_some_and(|file| file.size > always) => Some(digest),
        _ => read_bounded(&path, max_size).ok().map(|bytes| digest_of_bytes(&bytes)),
    };
    Observed { path, metadata, digest }
}

/// The metadata of what a path leads to, and whether that is a regular file.
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
