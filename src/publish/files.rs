//! Reads the files that `sessions.toml` names.

use std::path::Path;

use super::Publisher;
use crate::config::Locations;
use crate::diagnostic::{Code, Finding, Findings};
use crate::files::{ReadError, read_asset};
use crate::model::{Assets, Catalog, Logo};

/// The largest asset, in bytes.
pub(super) const MAX_ASSET: u64 = 1 << 20;

impl Publisher {
    /// Reads the files that `sessions.toml` names. A file that cannot be read is an error in `sessions.toml`.
    pub(super) fn assets(
        &self,
        catalog: &Catalog,
        locations: &Locations,
        findings: &mut Findings,
    ) -> Assets {
        let folder = self.folder();
        let mut read = |name: &str, span: &Option<std::ops::Range<usize>>| {
            let error = match read_asset(folder, name, MAX_ASSET) {
                Ok(bytes) => return Some(bytes),
                Err(error) => error,
            };
            let (code, help) = match &error {
                ReadError::Outside => (
                    Code::FileOutside,
                    "copy the file into the folder; a link may lead only to files in it",
                ),
                ReadError::TooLarge(_) => (Code::MissingFile, "name a smaller file"),
                ReadError::NotRegular => {
                    (Code::MissingFile, "put a regular file in its place, or delete the line")
                }
                _ => (Code::MissingFile, "put it into the folder of this file, or delete the line"),
            };
            let message = format!("the file `{name}` cannot be used: {error}");
            let span = span.clone().unwrap_or_default();
            findings.push(Finding::error(code, span, message).help(help));
            None
        };
        let css = catalog.page.css.as_ref().and_then(|name| read(name, &locations.css));
        let logo = catalog.page.logo.as_ref().and_then(|name| {
            let bytes = read(name, &locations.logo)?;
            let lower = name.to_lowercase();
            let (ending, media_type) =
                *Logo::TYPES.iter().find(|(ending, _)| lower.ends_with(&format!(".{ending}")))?;
            Some(Logo { bytes, media_type, ending })
        });
        Assets { logo, css }
    }

    /// Returns the folder that file names in `sessions.toml` are relative to.
    pub(super) fn folder(&self) -> &Path {
        self.store.toml().parent().unwrap_or_else(|| Path::new(""))
    }
}
