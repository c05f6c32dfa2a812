//! Replaces files atomically, never through a link, with the mode and the owner of a model.

use std::ffi::OsString;
use std::fs::{File, Metadata, Permissions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use crate::error::{Action, Error};

/// The mode bits for read, write and execute (chmod(2)).
const ACCESS: u32 = 0o777;

/// Replaces a file atomically: temporary file, fsync, rename, fsync of the folder. The new file has the mode of the
/// first existing model, and its owner and group where the system allows that; without a model only its owner has
/// access.
///
/// There may be only one writer at a time. The name of the temporary file is fixed, so that a file left by a crash is
/// replaced.
///
/// # Errors
/// [`Error::File`] with the system's reason.
pub fn replace(path: &Path, bytes: &[u8], models: &[&Path]) -> Result<(), Error> {
    let target = followed(path);
    let Some(file_name) = target.file_name() else {
        // The path ends in `..`.
        return Err(Error::file(Action::Write, path)(ErrorKind::IsADirectory.into()));
    };
    let mut name = OsString::from(".");
    name.push(file_name);
    name.push(".new");
    let temporary = target.with_file_name(name);
    let written = (|| {
        // The function must not write into a file left by a crash, or through a link at its path.
        let _ = std::fs::remove_file(&temporary);
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&temporary)?;
        if let Some(model) = models.iter().find_map(|model| regular(model)) {
            adopt(&file, &model)?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&temporary, &target)?;
        let folder = target.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
    })();
    if written.is_err() {
        // On a full disk, a partial file would only take space.
        let _ = std::fs::remove_file(&temporary);
    }
    written.map_err(Error::file(Action::Write, path))
}

/// Returns whether a file has the mode of the first existing model.
pub fn has_mode_of(path: &Path, models: &[&Path]) -> bool {
    let mode = |file: Metadata| file.mode() & ACCESS;
    let wanted = models.iter().find_map(|model| regular(model)).map(mode);
    wanted.is_none() || regular(path).map(mode) == wanted
}

/// Gives a file the owner, group and mode of another one. Only root may change owners; without root the owner stays.
fn adopt(file: &File, model: &Metadata) -> std::io::Result<()> {
    let own = file.metadata()?;
    let (user, group) = (model.uid(), model.gid());
    let user = (own.uid() != user).then_some(user);
    let group = (own.gid() != group).then_some(group);
    if (user.is_some() || group.is_some()) && fchown(file, user, group).is_err() {
        let _ = fchown(file, None, group);
    }
    file.set_permissions(Permissions::from_mode(model.mode() & ACCESS))
}

fn regular(path: &Path) -> Option<Metadata> {
    std::fs::metadata(path).ok().filter(Metadata::is_file)
}

/// Returns the target of a link, even if it does not exist yet, because the link stays and its target is replaced.
fn followed(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| match std::fs::read_link(path) {
        Ok(target) => path.with_file_name(target),
        Err(_) => path.to_owned(),
    })
}
