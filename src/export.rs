//! A site as a folder of files, for any server of static files.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::Error;
use crate::paths::Paths;
use crate::site::Site;

/// Lists what an export wrote, so that a later one removes nothing else.
const MANIFEST: &str = ".convene-export";

/// What an export did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Files that are new or have new bytes.
    pub written: usize,
    /// Files that were right already.
    pub unchanged: usize,
    /// Files of an earlier export that were removed.
    pub removed: usize,
}

/// Writes every document of a site, each the bytes that a server answers without a content coding.
///
/// A path without an ending is `PATH/index.html`. A file is replaced whole, never half, and has
/// the Last-Modified of its resource as its time. With `prune`, files that an earlier export wrote
/// and this one does not are removed.
///
/// # Errors
/// [`Error::File`] with the path that could not be written.
pub fn export(site: &Site, paths: &Paths, folder: &Path, prune: bool) -> Result<Report, Error> {
    let mut report = Report::default();
    let before = read_manifest(folder);
    let mut now = BTreeSet::new();
    for (path, resource) in site.documents() {
        let file = file_of(paths.relative(path));
        let target = folder.join(&file);
        let modified = resource.last_modified().map(SystemTime::from);
        match write(&target, &resource.identity().body, modified)? {
            true => report.written += 1,
            false => report.unchanged += 1,
        }
        now.insert(file);
    }
    if prune {
        for file in before.difference(&now) {
            let target = folder.join(file);
            match std::fs::remove_file(&target) {
                Ok(()) => report.removed += 1,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(Error::file("remove", &target)(error)),
            }
            // Upwards as long as that emptied one; a folder that is not empty stays.
            let parents = target.ancestors().skip(1).take_while(|parent| *parent != folder);
            for parent in parents {
                if std::fs::remove_dir(parent).is_err() {
                    break;
                }
            }
        }
    } else {
        now.extend(before);
    }
    let manifest: String = now.iter().map(|file| format!("{file}\n")).collect();
    write(&folder.join(MANIFEST), manifest.as_bytes(), None)?;
    Ok(report)
}

/// `/feeds/a.ics` as it is, `/feeds/a` as `feeds/a/index.html`.
fn file_of(path: &str) -> String {
    let path = path.trim_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    match (path, last.contains('.')) {
        ("", _) => "index.html".to_owned(),
        (path, true) => path.to_owned(),
        (path, false) => format!("{path}/index.html"),
    }
}

/// Names with `..` or a root are none of ours, whoever wrote them there.
fn read_manifest(folder: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
    let ours = |line: &&str| {
        !line.is_empty()
            && Path::new(line)
                .components()
                .all(|part| matches!(part, std::path::Component::Normal(_)))
    };
    text.lines().filter(ours).map(ToOwned::to_owned).collect()
}

/// Writes a file whole or not at all; whether its bytes were others before.
fn write(target: &Path, bytes: &[u8], modified: Option<SystemTime>) -> Result<bool, Error> {
    let same = std::fs::read(target).is_ok_and(|before| before == bytes);
    if same {
        if let Some(modified) = modified {
            let file = File::options().append(true).open(target);
            file.and_then(|file| file.set_modified(modified))
                .map_err(Error::file("write", target))?;
        }
        return Ok(false);
    }
    let parent = target.parent().map_or_else(PathBuf::new, Path::to_owned);
    std::fs::create_dir_all(&parent).map_err(Error::file("make", &parent))?;
    let mut name = std::ffi::OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(".new");
    let temporary = target.with_file_name(name);
    let written = (|| {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        if let Some(modified) = modified {
            file.set_modified(modified)?;
        }
        drop(file);
        std::fs::rename(&temporary, target)
    })();
    written.map_err(Error::file("write", target))?;
    Ok(true)
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
