//! Exports a site as a folder of files, for any static file server.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::{Action, Error};
use crate::files::read_bounded;
use crate::site::{Found, Site};

/// The manifest: the files of the last export, so that a later one removes nothing else.
const MANIFEST: &str = ".convene-export";
/// The page that most static hosts send for a missing file.
const NOT_FOUND: &str = "404.html";

/// The counts of an export.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Files that are new or have new bytes.
    pub written: usize,
    /// Files that are up to date.
    pub unchanged: usize,
    /// Files of an earlier export that were removed.
    pub removed: usize,
}

/// The lock on a folder, which is released when it is dropped or the process ends.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "the lock lives as long as the folder is open")] File);

impl Turn {
    /// Waits until no other export writes into a folder, and calls `waits` first if one does.
    ///
    /// The lock is on the folder itself, because a lock file would be published with the other files.
    ///
    /// # Errors
    /// [`Error::File`] if the folder does not exist or cannot be locked.
    pub fn wait(folder: &Path, waits: impl FnOnce()) -> Result<Self, Error> {
        let locked = (|| {
            // The function opens only folders, because opening a pipe would block until a process writes to it.
            if !folder.is_dir() {
                return Err(ErrorKind::NotADirectory.into());
            }
            let open = File::open(folder)?;
            match open.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    waits();
                    open.lock()?;
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
            Ok(open)
        })();
        locked.map(Self).map_err(Error::file(Action::Lock, folder))
    }
}

/// Creates the folder of an export, with its parents, if needed.
///
/// # Errors
/// [`Error::File`] with the system's reason.
pub fn make(folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder).map_err(Error::file(Action::CreateFolder, folder))
}

/// Writes every document of a site, without content coding, and `404.html`, which most static hosts send for missing
/// files.
///
/// A path without an extension becomes `PATH/index.html`. Each file is replaced atomically, and gets the Last-Modified
/// of its resource as modification time. Files are written before the files that refer to them, and removals come last,
/// so that readers during an export, or a copy that was interrupted, never see a page without its style sheet. A link
/// in place of a file or folder of the site is replaced, and nothing is written to its target. `prune` removes the
/// files of earlier exports that this one does not write, but never through a link that leads out of the folder. Files
/// that are up to date are not touched, not even their times.
///
/// With a lock, temporary files of an interrupted export are removed; without one, another export may be writing
/// them.
///
/// # Errors
/// [`Error::File`] with the path that could not be written.
pub fn export(
    site: &Site,
    folder: &Path,
    prune: bool,
    turn: Option<&Turn>,
) -> Result<ExportReport, Error> {
    let mut report = ExportReport::default();
    let files = files(site);
    let before = read_manifest(folder);
    if turn.is_some() {
        tidy(folder, &before);
    }
    let now: BTreeSet<String> = files.iter().map(|(file, _)| file.clone()).collect();
    let all = before.union(&now).cloned().collect();
    // The manifest comes first: after an interruption every written file is in it.
    write_manifest(folder, &all)?;
    let mut count = |is_new: bool| match is_new {
        true => report.written += 1,
        false => report.unchanged += 1,
    };
    let missing = site.missing(&site.edition().urls.root());
    count(write(folder, NOT_FOUND, &missing.identity().body, None)?);
    for (file, found) in files.iter().filter_map(|(file, found)| Some((file, found.as_ref()?))) {
        let document = site.document(found);
        let modified = document.last_modified.map(SystemTime::from);
        count(write(folder, file, &document.body, modified)?);
    }
    if prune {
        for file in before.difference(&now) {
            report.removed += usize::from(remove(folder, Path::new(file))?);
        }
        write_manifest(folder, &now)?;
    }
    Ok(report)
}

/// Returns every file with its document, in the order of writing: assets first, then by descending path. That order
/// puts sessions before the feeds that refer to them, and the home page last.
fn files(site: &Site) -> Vec<(String, Option<Found<'_>>)> {
    let mut all = site.addresses();
    all.sort_by(|(a, one), (b, other)| {
        (!one.address.is_asset(), b).cmp(&(!other.address.is_asset(), a))
    });
    let urls = &site.edition().urls;
    let all = all.into_iter().filter(|(_, found)| site.is_in_folders(found));
    let all = all.map(|(path, found)| (file_of(urls.relative(&path)), Some(found)));
    std::iter::once((NOT_FOUND.to_owned(), None)).chain(all).collect()
}

/// Removes temporary files of an interrupted export, which have the temporary name of one of its files.
fn tidy(folder: &Path, before: &BTreeSet<String>) {
    for file in before.iter().map(String::as_str).chain([MANIFEST]) {
        let left = temporary(Path::new(file));
        let kind = folder.join(&left).symlink_metadata();
        if kind.is_ok_and(|kind| kind.is_file()) {
            // A file that cannot be removed is not an error, because all other files may be up to date.
            let _ = remove(folder, &left);
        }
    }
}

/// Removes a file of an earlier export, and the folders that become empty. Returns whether the file existed.
///
/// An export creates only files and folders, so links and their targets belong to other users.
fn remove(folder: &Path, file: &Path) -> Result<bool, Error> {
    let target = folder.join(file);
    let mut within = target.ancestors().take_while(|path| *path != folder);
    if within.any(Path::is_symlink) {
        return Ok(false);
    }
    let removed = match std::fs::remove_file(&target) {
        Ok(()) => true,
        Err(error) if is_none(&error) => false,
        Err(error) => return Err(Error::file(Action::Remove, &target)(error)),
    };
    // The loop stops at the first folder that is not empty.
    for parent in target.ancestors().skip(1).take_while(|parent| *parent != folder) {
        if std::fs::remove_dir(parent).is_err() {
            break;
        }
    }
    Ok(removed)
}

/// Returns whether no file has this name: there is nothing or a folder, or the name is impossible. Then no export wrote
/// it.
fn is_none(error: &std::io::Error) -> bool {
    use ErrorKind::{InvalidFilename, InvalidInput, IsADirectory, NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory | IsADirectory | InvalidFilename | InvalidInput)
}

/// Returns the file name of a path: `/feeds/a.ics` becomes `feeds/a.ics`, and `/feeds/a` becomes `feeds/a/index.html`.
fn file_of(path: &str) -> String {
    let path = path.trim_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    match (path, last.contains('.')) {
        ("", _) => "index.html".to_owned(),
        (path, true) => path.to_owned(),
        (path, false) => format!("{path}/index.html"),
    }
}

fn write_manifest(folder: &Path, files: &BTreeSet<String>) -> Result<(), Error> {
    let text: String = files.iter().map(|file| format!("{file}\n")).collect();
    write(folder, MANIFEST, text.as_bytes(), None).map(|_| ())
}

/// Reads the manifest. Ignores names with `..`, absolute names, other spellings of names, and lines that are not UTF-8.
fn read_manifest(folder: &Path) -> BTreeSet<String> {
    let bytes = read_bounded(&folder.join(MANIFEST), u64::MAX).unwrap_or_default();
    let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| str::from_utf8(line).ok());
    // Version control may have changed the line ends.
    let lines = lines.map(|line| line.strip_suffix('\r').unwrap_or(line));
    // Another spelling of a current file would cause its removal.
    let ours = |line: &&str| {
        let mut parts = line.split('/');
        !line.contains(char::is_control) && parts.all(|part| !matches!(part, "" | "." | ".."))
    };
    lines.filter(ours).map(ToOwned::to_owned).collect()
}

/// Writes a file atomically. Returns whether its bytes changed.
fn write(
    folder: &Path,
    file: &str,
    bytes: &[u8],
    modified: Option<SystemTime>,
) -> Result<bool, Error> {
    let target = &folder.join(file);
    remove_links(folder, Path::new(file))?;
    // A link or a pipe is replaced by a file, and its target does not change.
    let before = || read_bounded(target, bytes.len() as u64);
    let same = !target.is_symlink() && before().is_ok_and(|before| before == bytes);
    if same {
        if let Some(modified) = modified {
            set_modified(target, modified).map_err(Error::file(Action::Write, target))?;
        }
        return Ok(false);
    }
    let parent = target.parent().map_or_else(PathBuf::new, Path::to_owned);
    make(&parent)?;
    let temporary = temporary(target);
    let written = (|| {
        // The export must not write into a leftover temporary file, or through a link at its path.
        let _ = std::fs::remove_file(&temporary);
        let mut file = File::create_new(&temporary)?;
        file.write_all(bytes)?;
        if let Some(modified) = modified {
            file.set_modified(modified)?;
        }
        drop(file);
        std::fs::rename(&temporary, target)
    })();
    if written.is_err() {
        // On a full disk, a partial file would take space from all other files.
        let _ = std::fs::remove_file(&temporary);
    }
    written.map_err(Error::file(Action::Write, target))?;
    Ok(true)
}

/// Removes links at the paths of a file's folders; their targets stay.
fn remove_links(folder: &Path, file: &Path) -> Result<(), Error> {
    let above: Vec<&Path> = file.ancestors().skip(1).collect();
    for part in above.into_iter().rev().filter(|part| !part.as_os_str().is_empty()) {
        let path = folder.join(part);
        if path.is_symlink() {
            std::fs::remove_file(&path).map_err(Error::file(Action::Remove, &path))?;
        }
    }
    Ok(())
}

/// Returns the temporary name of a file while it is written: `feeds/.a.ics.new` for `feeds/a.ics`.
fn temporary(target: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".new");
    target.with_file_name(name)
}

/// Sets the modification time, because a checkout or a copy may have changed that of a file with current bytes.
fn set_modified(target: &Path, modified: SystemTime) -> std::io::Result<()> {
    if std::fs::metadata(target)?.modified()? == modified {
        return Ok(());
    }
    File::options().append(true).open(target)?.set_modified(modified)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_without_an_ending_is_a_folder_with_an_index() {
        assert_eq!(file_of("/"), "index.html");
        assert_eq!(file_of("/feeds/a.ics"), "feeds/a.ics");
        assert_eq!(file_of("/feeds/a"), "feeds/a/index.html");
        assert_eq!(file_of("/robots.txt"), "robots.txt");
    }
}
